//! "Did you mean": the nearest of some names.

/// The longest name worth comparing.
const LONGEST: usize = 64;

/// More candidates are not compared.
const MOST: usize = 20_000;

/// What platforms put before the names of their parts, in repositories and modules but not in manifests.
const PREFIXES: [&str; 3] = ["ayon", "openpype", "backend"];

/// The name that was probably meant: one that is the same without a platform's prefix, else the nearest by letters, if
/// a quarter of them differ at most.
///
/// Letter case and the choice of `_`, `-` or `.` do not count. Of equally near names the first one counts.
/// *Cost*: the lengths' product for each candidate; names beyond 64 letters are near none.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    if wanted.is_empty() || wanted.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().take(MOST) {
        let other = folded(candidate);
        if other.len() > LONGEST || other.is_empty() {
            continue;
        }
        let longest = wanted.len().max(other.len());
        // Most names differ in length already; a prefix accounts for at most nine letters.
        if wanted.len().abs_diff(other.len()) > longest / 4 && bare(&wanted) != bare(&other) {
            continue;
        }
        let distance = if bare(&wanted) == bare(&other) { 0 } else { distance(&wanted, &other) };
        let is_near = distance <= longest / 4;
        if is_near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> Vec<char> {
    let fold = |letter: char| match letter {
        '_' | '.' | ' ' => '-',
        other => other.to_ascii_lowercase(),
    };
    name.chars().take(LONGEST + 1).map(fold).collect()
}

/// A name without a platform's prefix.
fn bare(name: &[char]) -> &[char] {
    for prefix in PREFIXES {
        let length = prefix.len();
        let has_it = name.iter().zip(prefix.chars()).filter(|(left, right)| **left == *right);
        if has_it.count() == length && name.get(length) == Some(&'-') {
            return name.get(length + 1..).filter(|rest| !rest.is_empty()).unwrap_or(name);
        }
    }
    name
}

/// How many insertions, removals, replacements and swaps of neighbours lie between two words.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = at(&previous, column).saturating_add(usize::from(letter != other));
            let removed = at(&previous, column + 1).saturating_add(1);
            let inserted = at(&current, column).saturating_add(1);
            let mut cost = replaced.min(removed).min(inserted);
            let is_swap = row > 0
                && column > 0
                && right.get(column - 1) == Some(letter)
                && left.get(row - 1) == Some(other);
            if is_swap {
                cost = cost.min(at(&before, column - 1).saturating_add(1));
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const NAMES: [&str; 5] = ["applications", "core", "deadline", "maya", "max"];

    #[test]
    fn prefixes_and_slips_are_seen_through() {
        for (typed, meant) in [
            ("ayon_maya", "maya"),
            ("ayon-deadline", "deadline"),
            ("Deadline", "deadline"),
            ("aplications", "applications"),
            ("corre", "core"),
            ("deadlnie", "deadline"),
        ] {
            assert_eq!(nearest(typed, NAMES), Some(meant), "{typed}");
        }
    }

    #[test]
    fn other_names_are_not_near() {
        for typed in ["", "planner", "review", "ayon_", &"x".repeat(100_000)] {
            assert_eq!(nearest(typed, NAMES), None, "{typed}");
        }
    }
}

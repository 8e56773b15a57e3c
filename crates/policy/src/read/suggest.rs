//! "Did you mean": the nearest of some known words.

/// The longest text worth comparing.
const LONGEST: usize = 48;

/// The candidate nearest to `text`, if it is near at all: a third of the letters may differ.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let letters: Vec<char> = folded(text).take(LONGEST + 1).collect();
    if letters.is_empty() || letters.len() > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other: Vec<char> = folded(candidate).take(LONGEST).collect();
            let distance = distance(&letters, &other);
            (distance <= letters.len().max(other.len()).div_ceil(3))
                .then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letter case and the choice of `_` or `-` do not count.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|letter| if letter == '_' { '-' } else { letter.to_ascii_lowercase() })
}

/// How many insertions, removals, replacements and swaps of neighbours lie between two words
/// (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = previous[column] + usize::from(letter != other);
            let mut cost = replaced.min(previous[column + 1] + 1).min(current[column] + 1);
            let swapped =
                row > 0 && column > 0 && *letter == right[column - 1] && left[row - 1] == *other;
            if swapped {
                cost = cost.min(before[column - 1] + 1);
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        for (typed, meant) in [
            ("vesrion-files", "version-files"),
            ("Version_Files", "version-files"),
            ("path", "paths"),
            ("teh", "the"),
        ] {
            assert_eq!(nearest(typed, ["the", "paths", "version-files"]), Some(meant), "{typed}");
        }
    }

    #[test]
    fn far_words_are_not() {
        for typed in ["", "elephant", &"x".repeat(1_000_000)] {
            assert_eq!(nearest(typed, ["the", "paths", "version-files"]), None);
        }
    }

    #[test]
    fn a_swap_counts_once() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&letters("scheem"), &letters("scheme")), 1);
        assert_eq!(distance(&letters("abc"), &letters("")), 3);
    }
}

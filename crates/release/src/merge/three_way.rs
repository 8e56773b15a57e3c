//! The three-way merge of lines.

use super::{Sides, diff};

/// What a merge left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text, with marks as git writes them around each conflict.
    pub text: String,
    /// How many conflicts are left to a person.
    pub conflicts: usize,
}

impl Merged {
    /// Whether nothing is left to a person.
    pub fn is_clean(&self) -> bool {
        self.conflicts == 0
    }
}

/// Merges texts line by line: where one side changed, its change; where both did the same, that; else a conflict.
///
/// *Cost*: the lines times the edits of a side, of which at most a thousand are looked for one by one.
pub fn three_way(sides: Sides<'_>) -> Merged {
    let Sides { base, ours, theirs } = sides;
    let whole = |text: &str| Merged { text: text.to_owned(), conflicts: 0 };
    if ours == theirs || base == Some(theirs) {
        return whole(ours);
    }
    if base == Some(ours) {
        return whole(theirs);
    }
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let base = lines(base.unwrap_or_default());
    let (ours, theirs) = (lines(ours), lines(theirs));
    let in_ours = diff::matches(&base, &ours);
    let in_theirs = diff::matches(&base, &theirs);

    let mut merged = Merged { text: String::new(), conflicts: 0 };
    let (mut at, mut our_at, mut their_at) = (0, 0, 0);
    let both = in_ours.iter().zip(&in_theirs).enumerate();
    let kept = both.filter_map(|(index, pair)| match pair {
        (Some(our), Some(their)) => Some((index, *our, *their)),
        _ => None,
    });
    let end = (base.len(), ours.len(), theirs.len());
    for (next, our_next, their_next) in kept.chain([end]) {
        merged.add(&base[at..next], &ours[our_at..our_next], &theirs[their_at..their_next]);
        merged.text.push_str(base.get(next).unwrap_or(&""));
        (at, our_at, their_at) = (next + 1, our_next + 1, their_next + 1);
    }
    merged
}

impl Merged {
    /// Adds what stands between two lines that all three have.
    fn add(&mut self, base: &[&str], ours: &[&str], theirs: &[&str]) {
        if ours == theirs || base == theirs {
            self.text.extend(ours.iter().copied());
        } else if base == ours {
            self.text.extend(theirs.iter().copied());
        } else {
            self.conflict(&ours.concat(), &theirs.concat());
        }
    }

    /// Adds a conflict.
    pub(super) fn conflict(&mut self, ours: &str, theirs: &str) {
        let end = crate::lines::end_of(if ours.is_empty() { theirs } else { ours });
        let mut mark = |mark: &str, text: &str| {
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push_str(end);
            }
            self.text.extend([mark, end, text]);
        };
        mark("<<<<<<< ours", ours);
        mark("=======", theirs);
        mark(">>>>>>> theirs", "");
        self.conflicts += 1;
    }
}

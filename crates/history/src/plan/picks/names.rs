//! What commits are called by: ids, and the numbers of pull requests.

use std::collections::HashMap;

use super::{MOST_NAMESAKES, Side};

/// The fewest digits by which people name a commit.
const SHORTEST_ID: usize = 7;

/// Words by which titles say that what they name was applied once more.
const PICKED: [&str; 4] = ["cherry-pick", "cherry pick", "backport", "back-port"];

/// The first line of a commit, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Title<'a> {
    /// What it says, without brackets before and after it: `fix: crash` of `[1.0] fix: crash (#7) (#12)`.
    pub(super) subject: &'a str,
    /// The pull request that it was merged by: the last number.
    own: Option<&'a str>,
    /// Other pull requests that it names, and whether it says that it was picked from them.
    others: Vec<(&'a str, bool)>,
}

impl<'a> Title<'a> {
    pub(super) fn read(line: &'a str) -> Self {
        let mut title = Self { subject: line.trim_end(), own: None, others: Vec::new() };
        while let Some((before, group)) =
            title.subject.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("))
        {
            let is_picked = says_picked(group);
            if let Some(number) = whole_number(group) {
                match title.own {
                    None => title.own = Some(number),
                    Some(_) => title.others.push((number, false)),
                }
            } else if is_picked {
                title.others.extend(numbers(group).map(|number| (number, true)));
            } else {
                break;
            }
            title.subject = before.trim_end();
        }
        while let Some((_, rest)) =
            title.subject.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        {
            title.subject = rest.trim_start();
        }
        title
    }
}

fn says_picked(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    PICKED.iter().any(|word| text.contains(word))
}

/// `#7` or `!7`, where a text is nothing else.
fn whole_number(text: &str) -> Option<&str> {
    let digits = text.strip_prefix(['#', '!'])?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Each `#7` among words.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || "#!".contains(letter)))
        .filter_map(whole_number)
}

/// Places of commits by what they are called, and by what they say they were picked from.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_id: HashMap<String, Vec<usize>>,
    by_own: HashMap<String, Vec<usize>>,
    by_other: HashMap<String, Vec<(usize, bool)>>,
    has_origins: bool,
}

impl Names {
    pub(super) fn of(sides: &[Side<'_>]) -> Self {
        let mut names = Self::default();
        for (place, side) in sides.iter().enumerate() {
            put(&mut names.by_id, &side.detail.id.to_string(), place);
            for origin in &side.origins {
                put(&mut names.by_id, &origin.to_ascii_lowercase(), place);
                names.has_origins = true;
            }
            if let Some(own) = side.title.own {
                put(&mut names.by_own, own, place);
            }
            for (other, is_picked) in &side.title.others {
                put(&mut names.by_other, other, (place, *is_picked));
            }
        }
        names
    }

    /// The commits that are the same change as `side` by name, the surest first.
    pub(super) fn places_of<'n>(
        &'n self,
        side: &'n Side<'_>,
        all: &'n [Side<'_>],
    ) -> impl Iterator<Item = usize> + use<'n> {
        let has_its_subject = |place: usize| all[place].title.subject == side.title.subject;
        let by_own = side.title.own.into_iter().flat_map(move |own| {
            let same = self.by_own.get(own).into_iter().flatten().copied();
            let others = self.by_other.get(own).into_iter().flatten();
            let picks = others.filter(move |(place, sure)| *sure || has_its_subject(*place));
            same.filter(move |place| has_its_subject(*place)).chain(picks.map(|(place, _)| *place))
        });
        let by_other = side.title.others.iter().flat_map(move |(other, sure)| {
            let places = self.by_own.get(*other).into_iter().flatten().copied();
            places.filter(move |place| *sure || has_its_subject(*place))
        });
        self.by_ids(side).chain(by_own).chain(by_other)
    }

    /// Those that a trailer of either names, or that trailers of both trace to one commit.
    fn by_ids<'n>(&'n self, side: &'n Side<'_>) -> impl Iterator<Item = usize> + use<'n> {
        let own = self.has_origins.then(|| side.detail.id.to_string());
        let own = own.into_iter().flat_map(|id| {
            (SHORTEST_ID..=id.len()).map(|length| id[..length].to_owned()).collect::<Vec<_>>()
        });
        let origins = side.origins.iter().map(|origin| origin.to_ascii_lowercase());
        own.chain(origins).filter_map(|name| self.by_id.get(&name)).flatten().copied()
    }
}

/// Keeps a place under a name, unless so many have the name that it says nothing.
fn put<T>(places: &mut HashMap<String, Vec<T>>, name: &str, place: T) {
    let places = places.entry(name.to_owned()).or_default();
    if places.len() < MOST_NAMESAKES {
        places.push(place);
    }
}

#[cfg(test)]
mod tests {
    use super::Title;

    #[test]
    fn titles_are_taken_apart() {
        let check = |line, subject, own, others: &[(&str, bool)]| {
            let expected = Title { subject, own, others: others.to_vec() };
            assert_eq!(Title::read(line), expected, "{line}");
        };
        check("fix: crash", "fix: crash", None, &[]);
        check("fix: crash (#7)", "fix: crash", Some("#7"), &[]);
        check("fix: crash (#7) (#12)", "fix: crash", Some("#12"), &[("#7", false)]);
        check("fix: crash (!7)", "fix: crash", Some("!7"), &[]);
        check(
            "fix: crash (cherry-pick #7 for 3.5) (#12)",
            "fix: crash",
            Some("#12"),
            &[("#7", true)],
        );
        check("[1.0] fix: crash (Backport)", "fix: crash", None, &[]);
        check("fix: crash (again)", "fix: crash (again)", None, &[]);
        check("(#7)", "(#7)", None, &[]);
        check("", "", None, &[]);
    }
}

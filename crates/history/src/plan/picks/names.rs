//! What commits are called by: ids, and the numbers of pull requests.

use std::collections::HashMap;

use super::{MOST_NAMESAKES, Proof, Side};

/// The fewest digits by which people name a commit.
const SHORTEST_ID: usize = 7;

/// Words by which titles say that what they name was applied once more.
const PICKED: [&str; 4] = ["cherry-pick", "cherry pick", "backport", "back-port"];

/// The first line of a commit, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Title<'a> {
    /// What it says, without brackets before and after it: `fix: crash` of `[1.0] fix: crash (#7) (#12)`.
    pub(super) subject: &'a str,
    /// The pull request that it was merged by: the last number.
    pub(super) own: Option<&'a str>,
    /// Other pull requests that it names, and whether it says that it was picked from them.
    pub(super) others: Vec<(&'a str, bool)>,
    /// Whether it says that it was picked, from wherever.
    pub(super) says_picked: bool,
}

impl<'a> Title<'a> {
    pub(super) fn read(line: &'a str) -> Self {
        let mut title = Self { subject: line.trim_end(), ..Self::default() };
        while let Some((before, group)) = last_group(title.subject) {
            let is_picked = says_picked(group);
            title.says_picked |= is_picked;
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
        // "fix: [1.0 backport] crash (#7) (#12)": what a title names, it was picked from.
        let bracket = line.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
        if bracket.is_some_and(|(group, _)| says_picked(group)) {
            title.says_picked = true;
            title.others.iter_mut().for_each(|(_, is_sure)| *is_sure = true);
        }
        title
    }

    /// Adds the pull requests that a whole message says it was picked from: `Backport of #7`.
    pub(super) fn read_body(&mut self, message: &'a str) {
        for line in message.lines().skip(1) {
            for number in picked_requests(line) {
                self.says_picked = true;
                if self.own != Some(number) && !self.others.contains(&(number, true)) {
                    self.others.push((number, true));
                }
            }
        }
    }
}

/// The last group in brackets, and what stands before it: ` (#7)`, ` [1.0 backport]`.
fn last_group(subject: &str) -> Option<(&str, &str)> {
    if let Some(rest) = subject.strip_suffix(')') {
        return rest.rsplit_once(" (");
    }
    let (before, group) = subject.strip_suffix(']')?.rsplit_once(" [")?;
    says_picked(group).then_some((before, group))
}

/// What may stand between the word and the number in "backport of #7".
const BETWEEN: [&str; 9] = ["ed", "s", "of", "from", "pr", "pull", "request", "commit", "the"];

/// The numbers that a line says to be picked from.
fn picked_requests(line: &str) -> impl Iterator<Item = &str> {
    // Lower case keeps the places of ASCII letters, and nothing else is looked for.
    let lower = line.to_ascii_lowercase();
    let found = PICKED.iter().find_map(|word| Some(lower.find(word)? + word.len()));
    let rest = found.and_then(|end| line.get(end..)).unwrap_or_default();
    let mut words = rest.split(|letter: char| letter.is_whitespace() || ":-,()".contains(letter));
    words
        .find_map(|word| match whole_number(word.trim_end_matches('.')) {
            Some(number) => Some(Some(number)),
            None if word.is_empty() || BETWEEN.contains(&word.to_ascii_lowercase().as_str()) => {
                None
            }
            None => Some(None),
        })
        .flatten()
        .into_iter()
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
    ) -> impl Iterator<Item = (usize, Proof)> + use<'n> {
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
        // Two that were picked from one.
        let by_origin = side.title.others.iter().flat_map(move |(other, _)| {
            let siblings = self.by_other.get(*other).into_iter().flatten();
            siblings.map(|(place, _)| *place).filter(move |place| has_its_subject(*place))
        });
        let by_ids = self.by_ids(side).map(|place| (place, Proof::Trailer));
        let by_requests = by_own.chain(by_other).chain(by_origin);
        by_ids.chain(by_requests.map(|place| (place, Proof::PullRequest)))
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
            let read = Title::read(line);
            assert_eq!((read.subject, read.own), (subject, own), "{line}");
            assert_eq!(read.others, others, "{line}");
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
        check("fix: crash (#7) [26.4 backport] (#12)", "fix: crash", Some("#12"), &[("#7", true)]);
        check(
            "fix: [Backport 1.0] a (#7) (#12)",
            "fix: [Backport 1.0] a",
            Some("#12"),
            &[("#7", true)],
        );
        check("fix: crash [26.4]", "fix: crash [26.4]", None, &[]);
        check("[1.0] fix: crash (Backport)", "fix: crash", None, &[]);
        check("fix: crash (again)", "fix: crash (again)", None, &[]);
        check("(#7)", "(#7)", None, &[]);
        check("", "", None, &[]);
    }

    #[test]
    fn bodies_name_what_they_were_picked_from() {
        let check = |body: &'static str, expected: &[&str]| {
            let mut title = Title::read("fix: crash (#12)");
            title.read_body(body);
            let numbers: Vec<_> = title.others.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, expected, "{body}");
        };
        check("fix: crash\n\nBackport of #7.", &["#7"]);
        check("fix: crash\n\nBackported from PR #7", &["#7"]);
        check("fix: crash\n\ncherry-picked from #7", &["#7"]);
        check("fix: crash\n\nBackport: !7", &["!7"]);
        check("fix: crash\n\nThe backport needs #7 first", &[]);
        check("fix: crash\n\nsee #7", &[]);
        check("fix: crash\n\nBackport of #12", &[]);
    }
}

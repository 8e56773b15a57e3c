//! The text of commit and tag objects, read leniently: real histories hold malformed ones.

use gix::ObjectId;
use trainyard_history::Moment;

/// What a commit object says.
#[derive(Debug)]
pub(crate) struct CommitText<'a> {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) when: Moment,
    /// The author's line, as far as the mail address goes.
    pub(crate) author: &'a [u8],
    pub(crate) authored: Moment,
    pub(crate) message: &'a [u8],
}

impl<'a> CommitText<'a> {
    /// Reads a commit; `None` where it names no tree.
    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let (first, mut rest) = line(data);
        let tree = named_id(first, b"tree ")?;
        let mut parents = Vec::new();
        loop {
            let (next, after) = line(rest);
            let Some(parent) = named_id(next, b"parent ") else { break };
            parents.push(parent);
            rest = after;
        }
        let (mut when, mut author) = (None, None);
        while !rest.is_empty() {
            let (next, after) = line(rest);
            rest = after;
            if next.is_empty() {
                break;
            }
            if when.is_none()
                && let Some(person) = next.strip_prefix(b"committer ")
            {
                when = Some(moment(person));
            }
            author = author.or_else(|| next.strip_prefix(b"author "));
        }
        let person = author.unwrap_or_default();
        let mail_end = person.iter().rposition(|byte| *byte == b'>').map_or(0, |end| end + 1);
        Some(Self {
            tree,
            parents,
            when: when.unwrap_or_default(),
            author: &person[..mail_end],
            authored: moment(person),
            message: rest,
        })
    }
}

/// What a tag object says.
#[derive(Debug)]
pub(crate) struct TagText {
    pub(crate) target: ObjectId,
    /// The oldest tags have no tagger.
    pub(crate) when: Option<Moment>,
}

impl TagText {
    /// Reads a tag; `None` where it names no object.
    pub(crate) fn parse(data: &[u8]) -> Option<Self> {
        let (first, mut rest) = line(data);
        let target = named_id(first, b"object ")?;
        while !rest.is_empty() {
            let (next, after) = line(rest);
            rest = after;
            if next.is_empty() {
                break;
            }
            if let Some(person) = next.strip_prefix(b"tagger ") {
                return Some(Self { target, when: Some(moment(person)) });
            }
        }
        Some(Self { target, when: None })
    }
}

/// Splits off the first line.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[]),
    }
}

fn named_id(line: &[u8], label: &[u8]) -> Option<ObjectId> {
    let hex = line.strip_prefix(label)?;
    (hex.len() == 40).then(|| ObjectId::from_hex(hex).ok()).flatten()
}

/// The time at the end of `Name <mail> 1700000000 +0900`; zero for what cannot be read.
fn moment(person: &[u8]) -> Moment {
    let after_mail = person.iter().rposition(|byte| *byte == b'>').map_or(0, |end| end + 1);
    let mut words = person[after_mail..]
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .filter_map(|word| str::from_utf8(word).ok());
    let seconds = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
    let offset_seconds = words.next().and_then(offset).unwrap_or_default();
    Moment { seconds, offset_seconds }
}

/// `+0930` in seconds.
fn offset(word: &str) -> Option<i32> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => return None,
    };
    let number: i32 = digits.parse().ok().filter(|number| (0..=9999).contains(number))?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

#[cfg(test)]
mod tests;

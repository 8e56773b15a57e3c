//! The parts of a commit message.

use super::{
    header::{Header, pull_request_number, split_pull_request},
    kinds,
    shapes::{self, MergeTitle, RevertLine},
};

/// A commit message, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What wrote the message.
    pub shape: Shape,
    /// The pull request it names, such as `#12`, or `!12` on GitLab.
    pub pull_request: Option<&'a str>,
    /// The title first, then every commit that the message quotes, as squashing leaves them. Never empty.
    pub sections: Vec<Section<'a>>,
    /// Values of `Release-As` trailers.
    pub release_as: Vec<&'a str>,
    /// Commits named by `(cherry picked from commit …)`, the original first.
    pub picked_from: Vec<&'a str>,
}

/// What wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A person, or a tool that squashes.
    Plain,
    /// A merge.
    Merge,
    /// A release: it names a version and nothing else.
    Release,
}

/// One commit within a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section<'a> {
    /// Where its subject stands; 1-based.
    pub line: u32,
    /// Its first line, without the number of a pull request.
    pub subject: &'a str,
    /// The first line by the convention, where it follows it.
    pub header: Option<Header<'a>>,
    /// The texts of its `BREAKING CHANGE` footers.
    pub notes: Vec<String>,
    /// Commits that "This reverts commit" names.
    pub reverts: Vec<&'a str>,
    /// Pull requests that it says to revert.
    pub reverted_requests: Vec<&'a str>,
    /// Commits named by a `Refs` footer.
    pub refers_to: Vec<&'a str>,
}

impl<'a> Section<'a> {
    fn new(line: u32, subject: &'a str) -> Self {
        let subject = split_pull_request(subject).0;
        Self { line, subject, header: Header::parse(subject), ..Self::default() }
    }

    /// Whether it says to be incompatible: by `!`, by a footer or by its type.
    pub fn is_breaking(&self) -> bool {
        let by_header = |header: &Header<'_>| {
            header.breaking
                || header.meaning().is_some_and(|kind| kind.class == crate::Class::Breaking)
        };
        !self.notes.is_empty() || self.header.as_ref().is_some_and(by_header)
    }

    /// What is incompatible: the texts of the footers, else the description of a header with `!`.
    pub fn breaking_notes(&self) -> Vec<&str> {
        match &self.header {
            _ if !self.notes.is_empty() => self.notes.iter().map(String::as_str).collect(),
            Some(header) if self.is_breaking() => vec![header.description],
            _ => Vec::new(),
        }
    }

    pub(super) fn revert_line(&self) -> Option<RevertLine<'a>> {
        shapes::revert_line(self.subject, self.header.as_ref())
    }
}

impl<'a> Message<'a> {
    /// Takes a message apart.
    ///
    /// Lines may end in CRLF, a byte order mark is passed over, and an empty message has one empty section.
    ///
    /// *Cost*: linear in the message.
    pub fn parse(text: &'a str) -> Self {
        let lines = lines_that_count(text);
        let mut lines = lines.iter().copied().skip_while(|(_, line)| line.is_empty());
        let (number, subject) = lines.next().unwrap_or((1, ""));
        let rest: Vec<_> = lines.collect();

        let (title, pull_request, read, is_merge) = match shapes::merge_line(subject) {
            Some(merge) => {
                let (title, read) = merge_title((number, subject), merge.title, &rest);
                (title, merge.pull_request.or(split_pull_request(title.1).1), read, true)
            }
            None => ((number, subject), split_pull_request(subject).1, 0, false),
        };
        let title = Section::new(title.0, title.1);
        let shape = match &title.header {
            _ if is_merge => Shape::Merge,
            header if shapes::is_release(title.subject, header.as_ref()) => Shape::Release,
            _ => Shape::Plain,
        };
        let mut reader = Reader::new(title, shape, pull_request, &rest[read..]);
        rest[read..].iter().for_each(|&(number, line)| reader.read(number, line));
        reader.finish()
    }

    /// Whether any part of it follows the convention, with a known type.
    pub fn follows_convention(&self) -> bool {
        let is_known = |section: &Section<'_>| {
            section.is_breaking()
                || section.header.as_ref().is_some_and(|header| header.meaning().is_some())
        };
        self.shape == Shape::Release || self.sections.iter().any(is_known)
    }

    /// Whether any part of it says to be incompatible.
    pub fn is_breaking(&self) -> bool {
        self.sections.iter().any(Section::is_breaking)
    }
}

type Line<'a> = (u32, &'a str);

/// All lines with their numbers, without space at their ends; only those within an override where there is one.
fn lines_that_count(text: &str) -> Vec<Line<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<Line<'_>> = (1..).zip(text.split('\n').map(str::trim_end)).collect();
    let position = |marker| lines.iter().position(|(_, line)| line.trim() == marker);
    match (position("BEGIN_COMMIT_OVERRIDE"), position("END_COMMIT_OVERRIDE")) {
        (Some(begin), Some(end)) if begin < end => lines[begin + 1..end].to_vec(),
        _ => lines,
    }
}

/// The title of a merged request, and how many of the following lines were read for it.
fn merge_title<'a>(
    subject: Line<'a>,
    title: MergeTitle<'a>,
    rest: &[Line<'a>],
) -> (Line<'a>, usize) {
    let below = rest.iter().position(|(_, line)| !line.is_empty());
    let follows = |line: &str| Header::parse(line).is_some_and(|header| header.meaning().is_some());
    match (title, below) {
        (MergeTitle::Here(title), _) if !title.is_empty() => ((subject.0, title), 0),
        (MergeTitle::Below, Some(at)) => (rest[at], at + 1),
        (MergeTitle::MaybeBelow, Some(at)) if follows(rest[at].1) => (rest[at], at + 1),
        _ => (subject, 0),
    }
}

/// What the line before was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Blank,
    Subject,
    Other,
}

/// Reads the lines below the title, one after the other.
struct Reader<'a> {
    message: Message<'a>,
    /// The section that lines belong to.
    current: usize,
    /// Whether lines still belong to the newest note.
    note_is_open: bool,
    before: Before,
    /// Fences of code that are still to come.
    fences: usize,
    in_fence: bool,
    /// Whether the message may quote other commits; those of robots quote foreign ones.
    quotes: bool,
    /// Whether `git merge --squash` wrote what follows.
    squashed: bool,
    /// Whether lines stand in a block that is indented, as `git log` prints commits.
    in_block: bool,
    /// Whether the next line with text is a subject.
    subject_is_next: bool,
}

impl<'a> Reader<'a> {
    fn new(
        title: Section<'a>,
        shape: Shape,
        pull_request: Option<&'a str>,
        lines: &[Line<'a>],
    ) -> Self {
        let quotes = shape != Shape::Release && !is_dependency_update(title.header.as_ref());
        let squashed = title.subject == SQUASHED;
        let sections = vec![title];
        Self {
            message: Message {
                shape,
                pull_request,
                sections,
                release_as: Vec::new(),
                picked_from: Vec::new(),
            },
            current: 0,
            note_is_open: false,
            before: Before::Subject,
            fences: lines.iter().filter(|(_, line)| is_fence(line)).count(),
            in_fence: false,
            quotes,
            squashed,
            in_block: false,
            subject_is_next: false,
        }
        .with_note_in_title()
    }

    /// A title can be the very footer.
    fn with_note_in_title(mut self) -> Self {
        if let Some(note) = breaking_footer(self.message.sections[0].subject) {
            self.open_note(note);
        }
        self
    }

    fn read(&mut self, number: u32, line: &'a str) {
        if line.is_empty() {
            return self.blank();
        }
        if is_fence(line) {
            // A fence that is never closed is none.
            self.in_fence = !self.in_fence && self.fences > 1;
            self.fences -= 1;
            return self.other();
        }
        if self.in_fence {
            return;
        }
        if self.squashed && is_block_start(line) {
            (self.in_block, self.subject_is_next) = (true, true);
            return self.other();
        }
        let Some(line) = (if self.in_block { line.strip_prefix("    ") } else { Some(line) })
        else {
            return;
        };
        match line.trim() {
            SQUASHED => {
                self.squashed = true;
                self.other();
            }
            "BEGIN_NESTED_COMMIT" => {
                self.subject_is_next = true;
                self.other();
            }
            "END_NESTED_COMMIT" => {
                self.current = 0;
                self.blank();
                self.note_is_open = false;
            }
            _ if self.subject_is_next => self.open_section(number, line.trim()),
            _ => self.text(number, line),
        }
    }

    fn blank(&mut self) {
        self.before = Before::Blank;
        // A footer may begin with a blank line; otherwise one ends it.
        if self.note().is_some_and(|note| !note.is_empty()) {
            self.note_is_open = false;
        }
    }

    fn other(&mut self) {
        self.before = Before::Other;
        self.note_is_open = false;
    }

    fn text(&mut self, number: u32, line: &'a str) {
        let (bulleted, content) = strip_bullet(line);
        if let Some(note) = breaking_footer(content).filter(|_| !bulleted || self.quotes) {
            self.open_note(note);
            self.before = Before::Other;
        } else if self.quotes && self.begins_section(bulleted, content) {
            self.open_section(number, content);
        } else if self.trailer(content) || is_footer(content) {
            self.other();
        } else {
            if let Some(note) = self.note() {
                if !note.is_empty() {
                    note.push('\n');
                }
                note.push_str(line.trim());
            }
            self.before = Before::Other;
        }
    }

    fn begins_section(&self, bulleted: bool, content: &str) -> bool {
        if bulleted && shapes::revert_line(content, None).is_some() {
            return true;
        }
        // Without a bullet it must look as tools write it, or prose would be taken for commits.
        if !bulleted && self.before == Before::Other {
            return false;
        }
        Header::parse(content).is_some_and(|header| {
            if bulleted { header.meaning().is_some() } else { kinds::is_proper_name(header.kind) }
        })
    }

    fn open_section(&mut self, number: u32, subject: &'a str) {
        let section = Section::new(number, subject);
        self.message.sections.push(section);
        self.current = self.message.sections.len() - 1;
        self.subject_is_next = false;
        self.note_is_open = false;
        self.before = Before::Subject;
    }

    fn open_note(&mut self, text: &str) {
        self.message.sections[self.current].notes.push(text.to_owned());
        self.note_is_open = true;
    }

    fn note(&mut self) -> Option<&mut String> {
        self.message.sections[self.current].notes.last_mut().filter(|_| self.note_is_open)
    }

    /// Takes in a trailer that says something about other commits or the release.
    fn trailer(&mut self, content: &'a str) -> bool {
        if let Some(version) = strip_prefix_ignoring_case(content, "release-as:") {
            self.message
                .release_as
                .extend(Some(version.trim()).filter(|version| !version.is_empty()));
        } else if let Some(rest) =
            strip_prefix_ignoring_case(content, "(cherry picked from commit ")
        {
            self.message.picked_from.extend(commit_ids(rest).next());
        } else if let Some(rest) = strip_prefix_ignoring_case(content, "this reverts ") {
            // A merge's revert goes on with the commit it goes back to.
            let rest = rest.split(", reversing").next().unwrap_or(rest);
            let section = &mut self.message.sections[self.current];
            section.reverts.extend(commit_ids(rest));
            section.reverted_requests.extend(requests(rest));
        } else if let Some(rest) = strip_prefix_ignoring_case(content, "reverts") {
            let section = &mut self.message.sections[self.current];
            section.refers_to.extend(commit_ids(rest));
            section.reverted_requests.extend(requests(rest));
        } else if let Some(rest) = strip_prefix_ignoring_case(content, "refs:") {
            self.message.sections[self.current].refers_to.extend(commit_ids(rest));
        } else if let Some(rest) = strip_prefix_ignoring_case(content, "see merge request ") {
            self.message.pull_request = self.message.pull_request.or(requests(rest).next());
        } else {
            return false;
        }
        true
    }

    fn finish(mut self) -> Message<'a> {
        for section in &mut self.message.sections {
            section.notes.retain(|note| says_something(note));
        }
        self.message
    }
}

const SQUASHED: &str = "Squashed commit of the following:";

/// Robots that raise dependencies quote the notes of other projects.
fn is_dependency_update(header: Option<&Header<'_>>) -> bool {
    header.is_some_and(|header| {
        header.scope.is_some_and(|scope| scope.starts_with("deps"))
            || header.meaning().is_some_and(|kind| kind.rule == "commits.deps")
    })
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

fn is_block_start(line: &str) -> bool {
    let id = line.strip_prefix("commit ").and_then(|rest| rest.split(' ').next());
    id.is_some_and(is_commit_id)
}

fn strip_bullet(line: &str) -> (bool, &str) {
    const DEEPEST: usize = 3;
    let content = line.trim_start_matches(' ');
    let bullet = content.strip_prefix(['*', '-', '+', '•']).and_then(|rest| rest.strip_prefix(' '));
    match bullet {
        Some(rest) if line.len() - content.len() <= DEEPEST => (true, rest.trim_start()),
        _ => (false, line),
    }
}

/// The text of a footer that announces an incompatible change.
///
/// It stands at the start of a line and in capitals, as the convention has it; the words within prose are none.
fn breaking_footer(line: &str) -> Option<&str> {
    let rest =
        line.strip_prefix("BREAKING CHANGE").or_else(|| line.strip_prefix("BREAKING-CHANGE"))?;
    rest.strip_prefix(':').or_else(|| rest.strip_prefix(" #")).map(str::trim)
}

/// Whether a footer, filled in from a template, says that there is something.
fn says_something(note: &str) -> bool {
    let word = note.trim().trim_end_matches('.');
    !["", "none", "no", "n/a", "na", "nothing", "-"].iter().any(|no| no.eq_ignore_ascii_case(word))
}

/// `Token: value`, `Token #value` or a header.
fn is_footer(line: &str) -> bool {
    let token =
        line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    let rest = &line[token..];
    token > 0
        && (rest.starts_with(": ")
            || rest == ":"
            || rest.starts_with(" #")
            || Header::parse(line).is_some())
}

fn strip_prefix_ignoring_case<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    let start = line.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &line[prefix.len()..])
}

fn is_commit_id(word: &str) -> bool {
    const SHORTEST: usize = 7;
    const LONGEST: usize = 64;
    (SHORTEST..=LONGEST).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn commit_ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| is_commit_id(word))
}

fn requests(text: &str) -> impl Iterator<Item = &str> {
    let words =
        text.split(|character: char| character.is_whitespace() || ",;()[]".contains(character));
    words.map(|word| word.trim_end_matches('.')).filter_map(pull_request_number)
}

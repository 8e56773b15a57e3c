//! What is wrong with a policy file: collected, turned into findings, shown with carets.

mod carets;

use std::{collections::BTreeSet, fmt, ops::Range, sync::Arc};

use camino::Utf8PathBuf;
use trainyard_report::{Code, Finding, Location, Severity};

use crate::read::Place;

/// More problems than a person will read; a hostile file has no more of them.
const MOST: usize = 500;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    /// The path of the statement; empty for the file as a whole.
    pub(crate) subject: String,
    pub(crate) span: Range<usize>,
    /// One sentence.
    pub(crate) message: String,
    /// What stands beside the carets.
    pub(crate) label: Option<String>,
    /// What to do.
    pub(crate) help: Option<String>,
    /// Another statement that matters, and why.
    pub(crate) related: Option<(Range<usize>, String)>,
}

impl Problem {
    pub(crate) fn new(
        code: Code,
        subject: impl Into<String>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            subject: subject.into(),
            span,
            message: message.into(),
            label: None,
            help: None,
            related: None,
        }
    }

    /// A problem with the value at `place`.
    pub(crate) fn at(code: Code, place: &Place, message: impl Into<String>) -> Self {
        let problem = Self::new(code, place.path.clone(), place.span.clone(), message);
        if place.inherited {
            problem.label(format!("the preset sets `{}`", place.path))
        } else {
            problem
        }
    }

    /// A problem with the key at `place`.
    pub(crate) fn at_key(code: Code, place: &Place, message: impl Into<String>) -> Self {
        Self { span: place.key.clone(), ..Self::at(code, place, message) }
    }

    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    #[must_use]
    pub(crate) fn related(mut self, place: &Place, label: impl Into<String>) -> Self {
        self.related = Some((place.span.clone(), label.into()));
        self
    }

    fn severity(&self) -> Severity {
        self.code.info().severity
    }
}

/// Collects problems, each once.
///
/// It also knows which statements could not be read: of what depends on them, nothing can be told.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    omitted: usize,
    /// The paths of statements that were taken out; the empty one stands for everything.
    lost: BTreeSet<String>,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        if self.list.len() >= MOST {
            self.omitted += 1;
        } else if !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }

    /// Adds a problem with a statement that several components share, unless it was told of another one already.
    pub(crate) fn push_shared(&mut self, problem: Problem) {
        let is_told = self.list.iter().any(|known| {
            known.code == problem.code
                && known.span == problem.span
                && known.label == problem.label
                && known.help == problem.help
        });
        if !is_told {
            self.push(problem);
        }
    }

    /// Remembers that the statement at a path could not be read.
    pub(crate) fn lose(&mut self, path: impl Into<String>) {
        self.lost.insert(path.into());
    }

    /// Whether the statement at a path, or a table around it, could not be read.
    pub(crate) fn has_lost(&self, path: &str) -> bool {
        if self.lost.is_empty() {
            return false;
        }
        let borders = path.match_indices(['.', '[']).map(|(end, _)| end);
        std::iter::once(0)
            .chain(borders)
            .chain(std::iter::once(path.len()))
            .any(|end| self.lost.contains(&path[..end]))
    }

    /// Whether the statement at a path, a table around it, or something in it could not be read.
    pub(crate) fn is_doubtful(&self, path: &str) -> bool {
        let is_within = |lost: &String| {
            lost.strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        // What begins with the path follows it at once but for names that sort between, such as `rules-x`.
        self.has_lost(path)
            || self
                .lost
                .range(path.to_owned()..)
                .take_while(|lost| lost.starts_with(path))
                .any(is_within)
    }

    /// Whether something was said about the statement at a path, or below it.
    pub(crate) fn speak_of(&self, path: &str) -> bool {
        self.list.iter().any(|problem| {
            problem
                .subject
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The same problems under another code, for files that are no policies.
    pub(crate) fn called(mut self, code: Code) -> Self {
        self.list.iter_mut().for_each(|problem| problem.code = code);
        self
    }

    pub(crate) fn any_error(&self) -> bool {
        self.list.iter().any(|problem| problem.severity() == Severity::Error)
    }

    /// Orders them as a reader meets them and binds them to their file.
    pub(crate) fn into_complaints(mut self, source: &str, file_name: &str) -> Complaints {
        for problem in &mut self.list {
            problem.span = clamp(&problem.span, source);
            if let Some((span, _)) = &mut problem.related {
                *span = clamp(span, source);
            }
        }
        self.list.sort_by_key(|problem| (problem.span.start, problem.span.end));
        Complaints {
            file_name: file_name.to_owned(),
            source: source.into(),
            list: self.list,
            omitted: self.omitted,
        }
    }
}

/// Keeps a range inside the text and at its characters' borders.
fn clamp(span: &Range<usize>, source: &str) -> Range<usize> {
    let start = source.floor_char_boundary(span.start.min(source.len()));
    let end = source.ceil_char_boundary(span.end.min(source.len()));
    start..end.max(start)
}

/// What there is to say about one policy file, in the order of the file.
#[derive(Clone)]
pub struct Complaints {
    file_name: String,
    source: Arc<str>,
    list: Vec<Problem>,
    omitted: usize,
}

impl Complaints {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many of them there are, those beyond the first 500 too.
    pub fn len(&self) -> usize {
        self.list.len() + self.omitted
    }

    /// The same as findings, each with line and column.
    pub fn findings(&self) -> Vec<Finding> {
        let lines = Lines::of(&self.source);
        self.list.iter().map(|problem| self.finding(problem, &lines)).collect()
    }

    fn finding(&self, problem: &Problem, lines: &Lines) -> Finding {
        let (line, column) = lines.position(&self.source, problem.span.start);
        let mut location = Location::file(Utf8PathBuf::from(&self.file_name));
        location.line = Some(line);
        location.column = Some(column);
        let subject = if problem.subject.is_empty() { &self.file_name } else { &problem.subject };
        let mut finding = Finding::new(problem.code, subject, &problem.message).at(location);
        finding.suggestion.clone_from(&problem.help);
        finding
    }

    /// Shows each with the lines it speaks of and carets under the place, with terminal colours if asked for.
    pub fn render(&self, colour: bool) -> String {
        carets::render(self, colour)
    }

    /// `2 errors and 1 warning in trainyard.toml`.
    pub fn summary(&self) -> String {
        let errors =
            self.list.iter().filter(|problem| problem.severity() == Severity::Error).count();
        let warnings = self.list.len() - errors;
        let count = |number: usize, word: &str| match number {
            0 => None,
            1 => Some(format!("1 {word}")),
            _ => Some(format!("{number} {word}s")),
        };
        let parts: Vec<_> = [count(errors + self.omitted, "error"), count(warnings, "warning")]
            .into_iter()
            .flatten()
            .collect();
        format!("{} in {}", parts.join(" and "), self.file_name)
    }
}

impl fmt::Debug for Complaints {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(&self.list).finish()
    }
}

/// Where the lines of a text begin.
struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn of(source: &str) -> Self {
        let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { starts: std::iter::once(0).chain(breaks.map(|(index, _)| index + 1)).collect() }
    }

    /// The index of the line a byte is in.
    fn index(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Line and column in characters, both from 1.
    fn position(&self, source: &str, offset: usize) -> (u32, u32) {
        let index = self.index(offset);
        let column = source[self.starts[index]..offset].chars().count();
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        (number(index), number(column))
    }

    /// The bytes of a line, without its end.
    fn range(&self, source: &str, index: usize) -> Range<usize> {
        let start = self.starts[index];
        let end = self.starts.get(index + 1).map_or(source.len(), |next| next - 1);
        let end = if source[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }
}

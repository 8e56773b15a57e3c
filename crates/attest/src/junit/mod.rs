//! Reports of tests in the XML that began with `JUnit`, and that most tools write in a dialect of their own.
//!
//! There is no specification. What is read: suites in suites to any reasonable depth; `failure` and `error`; `skipped`, and
//! tests that were not run by their `status` or `result`; `flakyFailure` and `flakyError` of tests that passed in the end
//! (Surefire, nextest); and the numbers that a suite states, so that a failure that no test shows is not lost.

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
};

use quick_xml::{
    Reader,
    errors::Error as XmlError,
    escape::unescape,
    events::{BytesStart, Event},
};
use serde::{Deserialize, Serialize};

use crate::{quorum::Outcome, statement::Tests};

mod names;
mod skim;

#[cfg(test)]
mod tests;

use self::{names::Names, skim::Skimmed};

/// Elements deeper than this are in no report.
const MAX_DEPTH: usize = 64;
/// An element with more attributes than this is in no report.
const MAX_ATTRIBUTES: usize = 64;

/// Why a report could not be read.
#[derive(Debug, thiserror::Error)]
pub enum JunitError {
    /// The source could not be read, or ended early.
    #[error("cannot read the report of tests")]
    Read(#[source] io::Error),
    /// It is no XML, or not in UTF-8.
    #[error("the report of tests is no XML in UTF-8")]
    Xml(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is XML with something else in it.
    #[error(
        "the report of tests has not the form of JUnit's: one `testsuites` or `testsuite`, in which `testcase` stand"
    )]
    Form,
    /// It declares a document type.
    #[error("the report of tests declares a document type, which no tool does")]
    DocumentType,
    /// It ends within an element.
    #[error("the report of tests is cut off")]
    CutOff,
    /// It goes too deep.
    #[error("the report of tests has elements more than {MAX_DEPTH} deep")]
    Deep,
    /// A tag is too long.
    #[error("the report of tests has a tag of more than 16 MiB")]
    LongTag,
    /// An element has too many attributes, or one twice.
    #[error("the report of tests has an element with too many attributes, or one twice")]
    Attributes,
    /// A number is none.
    #[error("the report of tests says `{1}` for the number of `{0}`")]
    Number(&'static str, String),
    /// There is nothing to attest.
    #[error("no test ran: the report has {skipped} skipped tests and no other")]
    NoTest {
        /// How many were skipped.
        skipped: u64,
    },
}

/// What a skipped test means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skipped {
    /// Nothing: it is as if it were not there.
    #[default]
    Ignored,
    /// A warning.
    Warns,
}

/// What reports say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRun {
    /// How the tests ended: failed if any did, else warned if any was flaky, or skipped and that warns.
    pub outcome: Outcome,
    /// How many ended how.
    pub counts: TestCounts,
    /// Their names. Those that passed are all there or none, where they would be too many.
    pub tests: Tests,
    /// How many names of tests are left out.
    pub unnamed: u64,
}

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCounts {
    /// Passed at once.
    pub passed: u64,
    /// Passed at last.
    pub flaky: u64,
    /// Not run.
    pub skipped: u64,
    /// Failed, or broke.
    pub failed: u64,
}

/// Reports of one run of tests, read one after the other.
#[derive(Debug, Default)]
pub struct Junit {
    counts: TestCounts,
    passed: Names,
    flaky: Names,
    skipped: Names,
    failed: Names,
}

/// An element that is open.
enum Element {
    /// `testsuites` or `testsuite`: its name, the failures that it states, and those that were met before it.
    Suite {
        name: String,
        stated: u64,
        before: u64,
    },
    Case(Case),
    /// Any other, with all that is in it.
    Other,
}

/// A test that is being read.
struct Case {
    name: String,
    has_failed: bool,
    is_flaky: bool,
    is_skipped: bool,
}

impl Junit {
    /// Reads a report.
    ///
    /// Texts, such as what tests printed, are passed over, and entities are never expanded. A test that is told twice counts
    /// twice, so a tool that tells runs of the same test apart must merge them.
    /// *Errors*: any of [`JunitError`] but `NoTest`; then what was read before the error counts too, and the whole is to be
    /// thrown away. *Cost*: linear time; memory as the longest tag, and names of tests up to some megabytes.
    pub fn read(&mut self, source: impl BufRead) -> Result<(), JunitError> {
        let mut reader = Reader::from_reader(Skimmed::new(source));
        let mut open: Vec<Element> = Vec::new();
        let mut is_over = false;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(cause)? {
                Event::Start(_) | Event::Empty(_) if is_over => return Err(JunitError::Form),
                Event::Start(start) => {
                    if open.len() == MAX_DEPTH {
                        return Err(JunitError::Deep);
                    }
                    let element = self.element(&start, open.last_mut())?;
                    open.push(element);
                }
                Event::Empty(start) => {
                    let element = self.element(&start, open.last_mut())?;
                    self.close(element);
                    is_over = open.is_empty();
                }
                Event::End(_) => {
                    self.close(open.pop().ok_or(JunitError::Form)?);
                    is_over = open.is_empty();
                }
                Event::Text(_) if open.is_empty() => return Err(JunitError::Form),
                Event::Eof if !open.is_empty() => return Err(JunitError::CutOff),
                Event::Eof if is_over => return Ok(()),
                Event::Eof => return Err(JunitError::Form),
                _ => {}
            }
        }
    }

    /// Says what the reports come to.
    ///
    /// *Errors*: [`JunitError::NoTest`], for a run without tests proves nothing.
    pub fn finish(self, skipped: Skipped) -> Result<TestRun, JunitError> {
        let counts = self.counts;
        if counts.passed + counts.flaky + counts.failed == 0 {
            return Err(JunitError::NoTest { skipped: counts.skipped });
        }
        let skips_warn = skipped == Skipped::Warns;
        let outcome = if counts.failed > 0 {
            Outcome::Failed
        } else if counts.flaky > 0 || (skips_warn && counts.skipped > 0) {
            Outcome::Warned
        } else {
            Outcome::Passed
        };
        let (passed, left_passed) = self.passed.all_or_none();
        let (mut warned, mut unnamed) = self.flaky.first();
        if skips_warn {
            let (skipped, left) = self.skipped.first();
            warned.extend(skipped);
            unnamed += left;
        }
        let (failed, left_failed) = self.failed.first();
        unnamed += left_passed + left_failed;
        Ok(TestRun { outcome, counts, tests: Tests { passed, warned, failed }, unnamed })
    }

    /// What an element is, within that which it stands in.
    fn element(
        &mut self,
        start: &BytesStart<'_>,
        parent: Option<&mut Element>,
    ) -> Result<Element, JunitError> {
        let local = start.local_name();
        let name: &str = local.as_ref();
        match (parent, name) {
            (None | Some(Element::Suite { .. }), "testsuites" | "testsuite") => self.suite(start),
            (None, _) | (Some(Element::Case(_) | Element::Other), "testcase") => {
                Err(JunitError::Form)
            }
            (Some(Element::Suite { name, .. }), "testcase") => case(start, name).map(Element::Case),
            (Some(Element::Suite { name, .. }), "failure" | "error") => {
                self.counts.failed += 1;
                self.failed.add(name);
                Ok(Element::Other)
            }
            (Some(Element::Case(case)), _) => {
                match name {
                    "failure" | "error" => case.has_failed = true,
                    "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => {
                        case.is_flaky = true;
                    }
                    "skipped" => case.is_skipped = true,
                    _ => {}
                }
                Ok(Element::Other)
            }
            (Some(_), _) => Ok(Element::Other),
        }
    }

    fn suite(&self, start: &BytesStart<'_>) -> Result<Element, JunitError> {
        let mut attributes = attributes(start, &["name", "failures", "errors"])?;
        let mut number = |name| match attributes.remove(name) {
            None => Ok(0),
            Some(text) if text.is_empty() => Ok(0),
            Some(text) => text.parse::<u64>().map_err(|_| JunitError::Number(name, text)),
        };
        let stated = number("failures")?.saturating_add(number("errors")?);
        let name = attributes.remove("name").unwrap_or_default();
        Ok(Element::Suite { name, stated, before: self.counts.failed })
    }

    /// Counts what is over.
    fn close(&mut self, element: Element) {
        match element {
            // It says that something failed, and shows nothing that did.
            Element::Suite { name, stated, before }
                if stated > 0 && self.counts.failed == before =>
            {
                self.counts.failed += 1;
                self.failed.add(&name);
            }
            Element::Case(case) => {
                let (count, names) = match case {
                    Case { has_failed: true, .. } => (&mut self.counts.failed, &mut self.failed),
                    Case { is_flaky: true, .. } => (&mut self.counts.flaky, &mut self.flaky),
                    Case { is_skipped: true, .. } => (&mut self.counts.skipped, &mut self.skipped),
                    _ => (&mut self.counts.passed, &mut self.passed),
                };
                *count += 1;
                names.add(&case.name);
            }
            Element::Suite { .. } | Element::Other => {}
        }
    }
}

/// Reads the attributes of a test, which is named after its class, or its suite.
fn case(start: &BytesStart<'_>, suite: &str) -> Result<Case, JunitError> {
    let attributes = attributes(start, &["name", "classname", "status", "result"])?;
    let text = |name: &str| attributes.get(name).map_or("", String::as_str);
    let class = if text("classname").is_empty() { suite } else { text("classname") };
    let name = match text("name") {
        "" => class.to_owned(),
        name if class.is_empty() || name.starts_with(class) => name.to_owned(),
        name => format!("{class}::{name}"),
    };
    let is_one_of = |words: &[&str]| {
        ["status", "result"]
            .iter()
            .any(|name| words.contains(&text(name).to_ascii_lowercase().as_str()))
    };
    Ok(Case {
        name,
        has_failed: is_one_of(&["fail", "failed", "failure", "error", "errored"]),
        is_flaky: false,
        is_skipped: is_one_of(&["notrun", "skipped", "suppressed", "disabled", "ignored"]),
    })
}

/// The attributes of these names, with their five entities and numbers of letters resolved.
fn attributes(
    start: &BytesStart<'_>,
    names: &[&'static str],
) -> Result<BTreeMap<&'static str, String>, JunitError> {
    let mut found = BTreeMap::new();
    // The reader's own search for what stands twice compares all with all.
    for (place, attribute) in start.attributes().with_checks(false).enumerate() {
        let attribute = attribute.map_err(|error| JunitError::Xml(error.into()))?;
        if place == MAX_ATTRIBUTES {
            return Err(JunitError::Attributes);
        }
        let key: &str = attribute.key.as_ref();
        let Some(name) = names.iter().find(|name| **name == key) else { continue };
        let text = unescape(&attribute.value).map_err(|error| JunitError::Xml(error.into()))?;
        if found.insert(*name, text.trim().to_owned()).is_some() {
            return Err(JunitError::Attributes);
        }
    }
    Ok(found)
}

/// What made the reader stop, which may be what stopped its source.
fn cause(error: XmlError) -> JunitError {
    let XmlError::Io(error) = error else { return JunitError::Xml(error.into()) };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<JunitError>()) {
        Some(JunitError::DocumentType) => JunitError::DocumentType,
        Some(JunitError::LongTag) => JunitError::LongTag,
        Some(_) => JunitError::Form,
        None => JunitError::Read(io::Error::new(error.kind(), error)),
    }
}

//! `trainyard version parse`.

use std::{borrow::Cow, fmt::Write};

use serde::{Serialize, Serializer};
use trainyard_report::{Outcome, render};
use trainyard_version::{PreRelease, Scheme, Version};

use super::{
    Failure, Operation, Question, answer_stdin,
    dialect::{Dialect, Dialects},
    given::{self, Failures, Given},
    lines::{Document, question},
};
use crate::{
    args::version::{Parse, ParseFormat},
    error::CommandError,
    printer::Printer,
};

pub(super) fn run(args: &Parse, printer: &Printer) -> Result<Outcome, CommandError> {
    let dialect = Dialect::new(&args.reading, false);
    if args.reading.jsonl {
        return answer_stdin(&mut Parsing::new(dialect), printer);
    }
    let given = given::given(&args.versions.versions)?;
    let answers: Vec<_> = given.iter().map(|given| parse(&dialect, &given.text)).collect();
    match args.format {
        ParseFormat::Text => print_text(&given, answers, printer),
        ParseFormat::Json => {
            printer.print_json(&answers.iter().map(Document::new).collect::<Vec<_>>())?;
            let is_clean = answers.iter().all(Result::is_ok);
            Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
        }
    }
}

fn print_text(
    given: &[Given],
    answers: Vec<Result<Answer, Failure>>,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let mut shown = Vec::new();
    let mut failures = Failures::default();
    for (given, answer) in given.iter().zip(answers) {
        match answer {
            Ok(answer) => shown.push(text(&answer)),
            Err(failure) => failures.push(given, failure),
        }
    }
    if !shown.is_empty() {
        printer.print(&shown.join("\n"))?;
    }
    Ok(failures.report(printer))
}

pub(super) fn parse(dialect: &Dialect, text: &str) -> Result<Answer, Failure> {
    dialect.version("version", text).map(|version| Answer::new(dialect.scheme(), &version))
}

/// Takes the versions of lines apart.
#[derive(Debug)]
pub(super) struct Parsing {
    dialects: Dialects,
}

impl Parsing {
    /// Reads by `dialect` where a line says nothing.
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialects: Dialects::new(dialect) }
    }
}

question! {
    struct ParseQuestion<'line> {
        #[serde(borrow)]
        version: Cow<'line, str>,
    }
}

impl Operation for Parsing {
    type Question<'line> = ParseQuestion<'line>;
    type Answer = Answer;

    fn answer(&mut self, question: &ParseQuestion<'_>) -> Result<Answer, Failure> {
        parse(&self.dialects.choose(question.wish())?, &question.version)
    }
}

/// A version taken apart.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    #[serde(flatten)]
    version: Taken,
    /// The versions that a composite joins.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    parts: Vec<(String, Taken)>,
}

/// What one version consists of.
#[derive(Debug, Serialize)]
struct Taken {
    text: String,
    canonical: String,
    release: Vec<u64>,
    pre: Option<Pre>,
    post: Option<u64>,
    dev: Option<u64>,
    is_prerelease: bool,
    line: String,
}

#[derive(Debug, Serialize)]
struct Pre {
    phase: String,
    number: Option<u64>,
}

impl Answer {
    fn new(scheme: &Scheme, version: &Version) -> Self {
        let schemes = scheme.part_schemes();
        let parts = scheme.parts(version).unwrap_or_default();
        let parts = parts
            .into_iter()
            .zip(schemes)
            .map(|((name, part), (_, scheme))| (name, Taken::new(scheme, &part)))
            .collect();
        Self { version: Taken::new(scheme, version), parts }
    }
}

impl Taken {
    fn new(scheme: &Scheme, version: &Version) -> Self {
        let stage = version.stage();
        Self {
            text: version.text().to_owned(),
            canonical: version.canonical().to_owned(),
            release: version.release().to_vec(),
            pre: stage.pre.as_ref().map(Pre::new),
            post: stage.post,
            dev: stage.dev,
            is_prerelease: version.is_prerelease(),
            line: scheme.line(version),
        }
    }

    fn stage(&self) -> String {
        let mut marks = Vec::new();
        if let Some(Pre { phase, number }) = &self.pre {
            marks.push(match number {
                Some(number) => format!("{phase} {number}"),
                None => phase.clone(),
            });
        }
        marks.extend(self.post.map(|number| format!("post {number}")));
        marks.extend(self.dev.map(|number| format!("dev {number}")));
        if !self.is_prerelease {
            marks.insert(0, "final".to_owned());
        }
        marks.join(", ")
    }
}

impl Pre {
    fn new(pre: &PreRelease) -> Self {
        Self { phase: pre.phase.label().to_owned(), number: pre.number }
    }
}

fn as_map<S: Serializer>(parts: &[(String, Taken)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(parts.iter().map(|(name, part)| (name, part)))
}

/// The version with what it consists of below.
pub(super) fn text(answer: &Answer) -> String {
    let Answer { version, parts } = answer;
    let release: Vec<_> = version.release.iter().map(ToString::to_string).collect();
    let mut rows = vec![
        ("canonical", version.canonical.clone()),
        ("release", release.join(", ")),
        ("stage", version.stage()),
        ("line", version.line.clone()),
    ];
    rows.extend(
        parts.iter().map(|(name, part)| (&**name, format!("{}  {}", part.canonical, part.stage()))),
    );
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = format!("{}\n", render::printable(&version.text));
    for (name, value) in rows {
        // Writing to a string cannot fail.
        _ = writeln!(text, "  {name:width$}  {}", render::printable(&value));
    }
    text
}

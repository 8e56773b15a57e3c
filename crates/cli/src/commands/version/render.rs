//! `trainyard version render`.

use std::borrow::Cow;

use serde::Serialize;
use trainyard_report::Outcome;
use trainyard_version::{RenderError, Template};

use super::{
    Failure, Operation, Question, answer_stdin,
    dialect::{Dialect, Dialects},
    lines::{question, word},
    required,
};
use crate::{
    args::version::{Place, Render},
    error::CommandError,
    printer::Printer,
};

pub(super) fn run(args: &Render, printer: &Printer) -> Result<Outcome, CommandError> {
    let dialect = Dialect::new(&args.reading, false);
    let spelling = Spelling { place: args.place, template: args.template.clone(), back: args.back };
    if args.reading.jsonl {
        return answer_stdin(&mut Rendering::new(dialect, spelling), printer);
    }
    let text = required(args.version.version.as_ref(), "version")?;
    match spelling.apply(&dialect, text)? {
        Answer::Rendered { rendered: text } | Answer::Read { version: text } => {
            printer.print(&text)?;
        }
    }
    Ok(Outcome::Clean)
}

/// How to spell versions, or to read them back.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelling {
    pub(super) place: Option<Place>,
    pub(super) template: Option<String>,
    pub(super) back: bool,
}

impl Spelling {
    fn apply(&self, dialect: &Dialect, text: &str) -> Result<Answer, Failure> {
        let target = self.place.ok_or_else(|| Failure::missing("as"))?.into();
        let template = self.template.as_deref().unwrap_or("{version}");
        let template = Template::parse(template)
            .map_err(|error| Failure::of_text("template", template, &error))?;
        let scheme = dialect.scheme();
        let failure = |error: RenderError| Failure::of_field("version", error.to_string());
        if self.back {
            let version = scheme.parse_rendered_as(text, target, &template).map_err(failure)?;
            return Ok(Answer::Read { version: version.canonical().to_owned() });
        }
        let version = dialect.version("version", text)?;
        let rendered = scheme.render_as(&version, target, &template).map_err(failure)?;
        Ok(Answer::Rendered { rendered })
    }
}

/// Spells the versions of lines.
#[derive(Debug)]
pub(super) struct Rendering {
    dialects: Dialects,
    default: Spelling,
}

impl Rendering {
    /// Reads by `dialect` and spells as `default` where a line says nothing.
    pub(super) fn new(dialect: Dialect, default: Spelling) -> Self {
        Self { dialects: Dialects::new(dialect), default }
    }
}

question! {
    struct RenderQuestion<'line> {
        #[serde(borrow)]
        version: Cow<'line, str>,
        #[serde(rename = "as")]
        place: Option<String>,
        template: Option<String>,
        back: Option<bool>,
    }
}

/// What was rendered, or the version that was read back.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Rendered { rendered: String },
    Read { version: String },
}

impl Operation for Rendering {
    type Question<'line> = RenderQuestion<'line>;
    type Answer = Answer;

    fn answer(&mut self, question: &RenderQuestion<'_>) -> Result<Answer, Failure> {
        let dialect = self.dialects.choose(question.wish())?;
        let place = question.place.as_deref().map(|text| word("as", text)).transpose()?;
        let spelling = Spelling {
            place: place.or(self.default.place),
            template: question.template.clone().or_else(|| self.default.template.clone()),
            back: question.back.unwrap_or(self.default.back),
        };
        spelling.apply(&dialect, &question.version)
    }
}

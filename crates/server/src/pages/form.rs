//! Forms that change something: the fields, what was typed, and what is wrong with it, each where it belongs.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use trainyard_api::Problem;
use trainyard_registry::{Command, Moment};

use super::{acting, frame::Notice, markdown, session, visit::Visit};
use crate::http::{failure::Failure, wire};

/// A field of a form.
pub(super) struct Field {
    name: &'static str,
    label: &'static str,
    kind: Kind,
    value: String,
    hint: String,
    is_required: bool,
    error: String,
}

/// How a field is filled in.
enum Kind {
    Line(&'static str),
    Text,
    /// One of some, each as it is sent and as it is told.
    Choice(Vec<(String, String)>),
    /// Any of some.
    Many(Vec<(String, String)>),
}

impl Field {
    fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            kind,
            value: String::new(),
            hint: String::new(),
            is_required: false,
            error: String::new(),
        }
    }

    /// A line of text.
    pub(super) fn line(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Line("text"))
    }

    /// A whole number.
    pub(super) fn number(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Line("number"))
    }

    /// A day and a time, in UTC.
    pub(super) fn moment(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Line("datetime-local")).hint("in UTC")
    }

    /// Some lines.
    pub(super) fn text(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Kind::Text)
    }

    /// Why: nothing is changed without a reason.
    pub(super) fn why(label: &'static str) -> Self {
        Self::line("why", label).required()
    }

    /// One of some.
    pub(super) fn choice(
        name: &'static str,
        label: &'static str,
        choices: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self::new(name, label, Kind::Choice(choices.into_iter().collect()))
    }

    /// Any of some.
    pub(super) fn many(
        name: &'static str,
        label: &'static str,
        choices: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self::new(name, label, Kind::Many(choices.into_iter().collect()))
    }

    /// The same, and it must be filled in.
    pub(super) fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The same with what to write.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// The same, filled in.
    pub(super) fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    fn is_chosen(&self, choice: &str) -> bool {
        match self.kind {
            Kind::Many(_) => self.value.split('\n').any(|it| it == choice),
            _ => self.value == choice,
        }
    }
}

/// A form.
#[derive(Template)]
#[template(path = "form.html")]
pub(super) struct Form {
    name: &'static str,
    title: String,
    action: String,
    csrf: String,
    hidden: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    button: String,
    class: &'static str,
    note: String,
    error: String,
    is_folded: bool,
    is_open: bool,
    is_disabled: bool,
}

impl Form {
    /// A form that is folded away behind its title.
    pub(super) fn new(
        visit: &Visit,
        name: &'static str,
        title: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self {
            name,
            title: title.into(),
            action: action.into(),
            csrf: visit.csrf(),
            hidden: Vec::new(),
            fields: Vec::new(),
            button: String::new(),
            class: "",
            note: String::new(),
            error: String::new(),
            is_folded: true,
            is_open: false,
            is_disabled: false,
        }
    }

    /// The same, not folded.
    pub(super) fn plain(self) -> Self {
        Self { is_folded: false, ..self }
    }

    /// The same with a field.
    pub(super) fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The same with something that is sent along.
    pub(super) fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }

    /// The same with what the button says, and how it looks.
    pub(super) fn button(self, button: impl Into<String>, class: &'static str) -> Self {
        Self { button: button.into(), class, ..self }
    }

    /// The same with a sentence beneath; what stands between backquotes is code.
    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self { note: markdown::coded(&note.into()), ..self }
    }

    /// The same, which cannot be sent now.
    pub(super) fn disabled(self, is_disabled: bool) -> Self {
        Self { is_disabled, ..self }
    }

    /// The same with what somebody sent, and what was wrong with it.
    pub(super) fn filled(mut self, sent: Option<&Sent>) -> Self {
        let Some(sent) = sent.filter(|sent| sent.form == self.name) else { return self };
        self.is_open = true;
        for field in &mut self.fields {
            sent.value(field.name).clone_into(&mut field.value);
        }
        let (message, field) = sent.error();
        match self.fields.iter_mut().find(|own| own.name == field) {
            Some(own) => own.error = message,
            None => self.error = message,
        }
        self
    }
}

/// A form as somebody sent it.
#[derive(Default)]
pub(super) struct Sent {
    form: &'static str,
    values: BTreeMap<String, String>,
    problem: Option<Problem>,
    field: &'static str,
}

impl Sent {
    /// What came; of a field that came several times, each on a line.
    pub(super) fn new(form: &'static str, pairs: Vec<(String, String)>) -> Self {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in pairs {
            let value = value.trim();
            values
                .entry(name)
                .and_modify(|own| {
                    own.push('\n');
                    own.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
        Self { form, values, ..Self::default() }
    }

    /// What a field holds.
    pub(super) fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The same; none where it is empty.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.value(name)).filter(|value| !value.is_empty())
    }

    /// What a field holds, read. *Errors*: it cannot be read; the field is remembered.
    pub(super) fn read<T: std::str::FromStr>(&mut self, name: &'static str) -> Result<T, Failure>
    where
        Failure: From<T::Err>,
    {
        let read = self.value(name).parse();
        self.at(name, read.map_err(Failure::from))
    }

    /// A text of a length that people read; none where it is empty.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Failure> {
        let read = wire::title("text", self.value(name).to_owned());
        self.at(name, read).map(|text| Some(text).filter(|text| !text.is_empty()))
    }

    /// A whole number.
    pub(super) fn number(&mut self, name: &'static str) -> Result<u64, Failure> {
        let read = self.value(name).parse::<u64>();
        let read = read.map_err(|_| Failure::invalid("number-unreadable", "write a whole number"));
        self.at(name, read)
    }

    /// A moment, as browsers send it or as RFC 3339 writes it; none where nothing was given.
    pub(super) fn moment(&mut self, name: &'static str) -> Result<Option<Moment>, Failure> {
        let Some(given) = self.given(name).map(str::to_owned) else { return Ok(None) };
        let is_minute = given.len() == 16 && !given.ends_with('Z');
        let text = match given.len() {
            10 => format!("{given}T00:00:00Z"),
            _ if is_minute => format!("{}:00Z", given.replace(' ', "T")),
            19 => format!("{given}Z"),
            _ => given,
        };
        let read = wire::moment(&trainyard_api::Time(text));
        self.at(name, read).map(Some)
    }

    /// Remembers where something is wrong.
    pub(super) fn at<T>(
        &mut self,
        name: &'static str,
        read: Result<T, Failure>,
    ) -> Result<T, Failure> {
        if read.is_err() {
            self.field = name;
        }
        read
    }

    /// What is wrong, and with which field.
    fn error(&self) -> (String, &str) {
        let Some(problem) = &self.problem else { return (String::new(), "") };
        let field = match (self.field, problem.code.as_str()) {
            ("", "reason-missing") => "why",
            ("", "due-past") => "due",
            ("", "range-unreadable") => "versions",
            ("", "key-unreadable" | "key-exists") => "public",
            ("", "key-over" | "token-over") => "until",
            ("", "percent-wrong") => "first",
            ("", "risk-exists" | "token-exists" | "party-exists" | "principal-exists") => "name",
            (field, _) => field,
        };
        let mut message = problem.detail.clone();
        if let Some(hint) = &problem.hint {
            message = format!("{message}; {hint}");
        }
        (message, field)
    }

    /// Carries out what the form asks for. *Errors*: the status, with the notice to show.
    pub(super) async fn carry_out(
        &mut self,
        visit: &Visit,
        command: Result<Command, Failure>,
    ) -> Result<(), (StatusCode, Notice)> {
        let given = acting::Given {
            csrf: self.value("csrf").to_owned(),
            why: self.value("why").to_owned(),
        };
        let carried = match session::must_be_ours(visit, &given.csrf).and(command) {
            Ok(command) => acting::carry_out(visit, &given, command).await,
            Err(failure) => Err(failure),
        };
        carried.map_err(|failure| self.refused(&failure))
    }

    /// Keeps what was wrong for the form to show.
    pub(super) fn refused(&mut self, failure: &Failure) -> (StatusCode, Notice) {
        let problem = failure.problem();
        self.problem = Some(problem.clone());
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Notice::refused(problem))
    }
}

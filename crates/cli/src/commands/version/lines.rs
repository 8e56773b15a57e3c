//! Questions and answers as JSON lines.
//!
//! Each line is answered before the next one is read, so that memory does not grow with the stream, and answers are
//! handed over before the reader waits for more, so that another program can hold a conversation.

use std::io::{self, BufRead, BufReader, Read, Write};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use trainyard_report::{Outcome, render};

use super::{Failure, dialect::Wish};
use crate::error::CommandError;

/// How much is read and written at a time.
pub(super) const BUFFER: usize = 64 * 1024;
/// A longer line is refused instead of kept in memory.
const LONGEST_LINE: usize = 64 * 1024 * 1024;

/// What a command does with one line.
pub(super) trait Operation {
    /// The fields of a line.
    type Question<'line>: Question<'line>;
    /// The fields of its answer.
    type Answer: Serialize;

    /// Answers a question.
    fn answer(&mut self, question: &Self::Question<'_>) -> Result<Self::Answer, Failure>;
}

/// What the questions of all commands have in common.
pub(super) trait Question<'line>: Deserialize<'line> {
    /// What comes back with the answer, as it is.
    fn id(&self) -> Option<&'line RawValue>;

    /// How to read the versions and ranges of the question.
    fn wish(&self) -> Wish<'_>;
}

/// Declares the fields of a command's lines, together with those of every line.
macro_rules! question {
    (
        $(#[$attribute:meta])*
        struct $name:ident<$line:lifetime> { $($(#[$meta:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::commands::version) struct $name<$line> {
            #[serde(borrow, default)]
            id: Option<&$line serde_json::value::RawValue>,
            scheme: Option<String>,
            grammar: Option<String>,
            loose: Option<bool>,
            $($(#[$meta])* $field: $type,)*
        }

        impl<$line> $crate::commands::version::lines::Question<$line> for $name<$line> {
            fn id(&self) -> Option<&$line serde_json::value::RawValue> {
                self.id
            }

            fn wish(&self) -> $crate::commands::version::dialect::Wish<'_> {
                $crate::commands::version::dialect::Wish {
                    scheme: self.scheme.as_deref(),
                    grammar: self.grammar.as_deref(),
                    loose: self.loose,
                    pre: None,
                }
            }
        }
    };
}
pub(super) use question;

/// Reads one of the words that an option takes, from a field of the same name.
pub(super) fn word<T: ValueEnum>(field: &str, text: &str) -> Result<T, Failure> {
    T::from_str(text, false).map_err(|_| {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        let message = format!("`{}` is none of {}", render::printable(text), names.join(", "));
        Failure::of_field(field, message)
    })
}

/// Reads a value that an option takes as text, from a field of the same name.
pub(super) fn value<T>(field: &str, text: &str) -> Result<T, Failure>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.parse().map_err(|error| {
        Failure::of_field(field, format!("`{}`: {error}", render::printable(text)))
    })
}

/// Answers every line, in order.
pub(super) fn answer_all(
    operation: &mut impl Operation,
    mut input: BufReader<impl Read>,
    mut output: impl Write,
) -> Result<Outcome, CommandError> {
    let mut outcome = Outcome::Clean;
    let mut line = Vec::new();
    let mut answer = Vec::new();
    loop {
        answer.clear();
        let answered = match read_line(&mut input, &mut line, &mut output)? {
            Line::Read => answer_line(operation, &line, &mut answer)?,
            Line::TooLong => refuse_long_line(&mut answer)?,
            Line::None => break,
        };
        if !answered {
            outcome = Outcome::Findings;
        }
        answer.push(b'\n');
        output.write_all(&answer)?;
    }
    output.flush()?;
    Ok(outcome)
}

/// What reading a line came to.
enum Line {
    Read,
    TooLong,
    None,
}

/// Reads the next line without its end; hands over what has been answered before it waits.
fn read_line(
    input: &mut BufReader<impl Read>,
    line: &mut Vec<u8>,
    output: &mut impl Write,
) -> io::Result<Line> {
    line.clear();
    let mut begun = false;
    let mut too_long = false;
    loop {
        if input.buffer().is_empty() {
            output.flush()?;
        }
        let available = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        let at_end = available.is_empty();
        begun |= !at_end;
        let end = available.iter().position(|byte| *byte == b'\n');
        let piece = &available[..end.unwrap_or(available.len())];
        too_long |= line.len() + piece.len() > LONGEST_LINE;
        if too_long {
            line.clear();
        } else {
            line.extend_from_slice(piece);
        }
        let consumed = end.map_or(available.len(), |end| end + 1);
        input.consume(consumed);
        match (end, too_long) {
            (None, _) if !at_end => {}
            _ if !begun => return Ok(Line::None),
            (_, true) => return Ok(Line::TooLong),
            (_, false) => return Ok(Line::Read),
        }
    }
}

/// An answer as programs read it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Document<'line, A> {
    Answered {
        ok: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'line RawValue>,
        #[serde(flatten)]
        answer: &'line A,
    },
    Refused {
        ok: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'line RawValue>,
        error: &'line Failure,
    },
}

impl<'line, A> Document<'line, A> {
    /// An answer to a question without an id.
    pub(super) fn new(answer: &'line Result<A, Failure>) -> Self {
        Self::with_id(None, answer)
    }

    fn with_id(id: Option<&'line RawValue>, answer: &'line Result<A, Failure>) -> Self {
        match answer {
            Ok(answer) => Self::Answered { ok: true, id, answer },
            Err(error) => Self::Refused { ok: false, id, error },
        }
    }
}

/// Writes the answer to one line; tells whether there is one.
fn answer_line<O: Operation>(
    operation: &mut O,
    line: &[u8],
    output: &mut Vec<u8>,
) -> io::Result<bool> {
    let (id, answer) = match read_question::<O::Question<'_>>(line) {
        Ok(question) => (question.id(), operation.answer(&question)),
        Err((id, failure)) => (id, Err(failure)),
    };
    serde_json::to_writer(output, &Document::with_id(id, &answer))?;
    Ok(answer.is_ok())
}

fn refuse_long_line(output: &mut Vec<u8>) -> io::Result<bool> {
    let message = format!("the line is longer than {LONGEST_LINE} bytes");
    let refusal: Result<(), _> = Err(Failure::of_line(message, LONGEST_LINE));
    serde_json::to_writer(output, &Document::new(&refusal))?;
    Ok(false)
}

/// Reads a line; where it is no question, its id if it has one, and why not.
fn read_question<'line, Q: Question<'line>>(
    line: &'line [u8],
) -> Result<Q, (Option<&'line RawValue>, Failure)> {
    let text = str::from_utf8(line).map_err(|error| {
        (None, Failure::of_line("the line is not UTF-8".to_owned(), error.valid_up_to()))
    })?;
    if !text.trim_start().starts_with('{') {
        return Err((None, Failure::of_line("the line is no JSON object".to_owned(), 0)));
    }
    serde_json::from_str(text).map_err(|error| (id_alone(text), malformed(&error)))
}

/// The id of a line that is wrong otherwise.
fn id_alone(text: &str) -> Option<&RawValue> {
    #[derive(Deserialize)]
    struct Envelope<'line> {
        #[serde(borrow, default)]
        id: Option<&'line RawValue>,
    }

    serde_json::from_str::<Envelope<'_>>(text).ok()?.id
}

fn malformed(error: &serde_json::Error) -> Failure {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = text.strip_suffix(&place).unwrap_or(&text);
    Failure::of_line(render::printable(message), error.column().saturating_sub(1))
}

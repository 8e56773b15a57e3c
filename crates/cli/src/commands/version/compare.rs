//! `trainyard version compare`.

use std::{borrow::Cow, cmp::Ordering};

use serde::Serialize;
use trainyard_report::Outcome;
use trainyard_version::Version;

use super::{
    Failure, Operation, Question, answer_stdin,
    dialect::{Dialect, Dialects},
    lines::{question, word},
    required,
};
use crate::{
    args::version::{Compare, Relation},
    error::CommandError,
    printer::Printer,
};

pub(super) fn run(args: &Compare, printer: &Printer) -> Result<Outcome, CommandError> {
    let dialect = Dialect::new(&args.reading, false);
    if args.reading.jsonl {
        return answer_stdin(&mut Comparing::new(dialect, args.is), printer);
    }
    let left = dialect.version("left", required(args.left.as_ref(), "left")?)?;
    let right = dialect.version("right", required(args.right.as_ref(), "right")?)?;
    let answer = Answer::new(&left, &right, args.is);
    match answer.holds {
        Some(true) => return Ok(Outcome::Clean),
        Some(false) => return Ok(Outcome::Findings),
        None => printer.print(answer.order)?,
    }
    Ok(Outcome::Clean)
}

/// Compares the versions of lines.
#[derive(Debug)]
pub(super) struct Comparing {
    dialects: Dialects,
    is: Option<Relation>,
}

impl Comparing {
    /// Reads by `dialect` and asks for `is` where a line says nothing.
    pub(super) fn new(dialect: Dialect, is: Option<Relation>) -> Self {
        Self { dialects: Dialects::new(dialect), is }
    }
}

question! {
    struct CompareQuestion<'line> {
        #[serde(borrow)]
        left: Cow<'line, str>,
        #[serde(borrow)]
        right: Cow<'line, str>,
        is: Option<String>,
    }
}

/// How two versions stand beside each other.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    order: &'static str,
    /// Whether they are one version, not merely equal in precedence.
    identical: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<bool>,
}

impl Answer {
    fn new(left: &Version, right: &Version, is: Option<Relation>) -> Self {
        let order = left.precedence(right);
        Self {
            order: match order {
                Ordering::Less => "<",
                Ordering::Equal => "=",
                Ordering::Greater => ">",
            },
            identical: left == right,
            holds: is.map(|relation| holds(relation, order)),
        }
    }
}

fn holds(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Lt => order.is_lt(),
        Relation::Le => order.is_le(),
        Relation::Eq => order.is_eq(),
        Relation::Ne => order.is_ne(),
        Relation::Ge => order.is_ge(),
        Relation::Gt => order.is_gt(),
    }
}

impl Operation for Comparing {
    type Question<'line> = CompareQuestion<'line>;
    type Answer = Answer;

    fn answer(&mut self, question: &CompareQuestion<'_>) -> Result<Answer, Failure> {
        let dialect = self.dialects.choose(question.wish())?;
        let is = question.is.as_deref().map(|text| word("is", text)).transpose()?.or(self.is);
        let left = dialect.version("left", &question.left)?;
        let right = dialect.version("right", &question.right)?;
        Ok(Answer::new(&left, &right, is))
    }
}

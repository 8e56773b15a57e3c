//! The log: its last lines, those from one on, and those to come.

use std::time::Duration;

use serde_json::Value;
use trainyard_api::LogEntry;
use trainyard_client::ClientError;
use trainyard_report::{Outcome, render::printable};

use super::{
    page::{Page, short, when_us},
    session::{Session, headed},
};
use crate::{
    args::{PlanFormat, registry::manage::RegistryLog},
    error::CommandError,
};

/// How many lines are shown where nobody says.
const USUAL: u64 = 20;
/// How long one stream lasts; then the next begins where it ended.
const STREAM: Duration = Duration::from_mins(5);
/// The longest wait for a registry that went away.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Shows lines, and those to come where that is asked for.
pub(super) fn show(session: &Session<'_>, args: &RegistryLog) -> Result<Outcome, CommandError> {
    let note = session.ask(session.client.checkpoint())?;
    let size = note.lines().nth(1).and_then(|line| line.parse::<u64>().ok()).unwrap_or(0);
    let from = match args.from {
        Some(from) if from > size => {
            return Err(CommandError::usage(format!("the log has no line {from}"))
                .hint(format!("its next line will be {size}")));
        }
        Some(from) => from,
        None => size.saturating_sub(args.last.unwrap_or(USUAL)),
    };
    if args.follow {
        return follow(session, from);
    }
    let mut lines = Vec::new();
    if from < size {
        let read = session.client.follow_log(from, Duration::ZERO, |line| {
            lines.push(line);
            true
        });
        session.ask(read)?;
    }
    let mut rows = headed(["entry", "when", "by", "what", "why"]);
    rows.extend(lines.iter().map(|line| cells(line).to_vec()));
    let mut page = Page::default();
    if size == 0 {
        page.line("nothing has happened yet");
    } else if lines.is_empty() {
        page.line(format!("none of {size} entries is asked for"));
    }
    page.table(rows);
    session.tell(&lines, &page)
}

/// Prints each line as it comes, until somebody stops the command.
fn follow(session: &Session<'_>, from: u64) -> Result<Outcome, CommandError> {
    let format = session.format();
    if format == PlanFormat::Markdown {
        return Err(CommandError::usage("what is to come is told as text or JSON")
            .hint("leave --format out, or --follow"));
    }
    let mut next = from;
    let mut pause = Duration::from_secs(1);
    loop {
        let before = next;
        let mut failed = None;
        let streamed = session.client.follow_log(next, STREAM, |line| {
            next = line.seq.saturating_add(1);
            let text = if format == PlanFormat::Json {
                serde_json::to_string(&line).unwrap_or_default()
            } else {
                sentence(&line)
            };
            failed = session.print(&text).err();
            failed.is_none()
        });
        let ended = session.wait(streamed);
        if let Some(error) = failed {
            return Err(error);
        }
        match ended {
            Ok(()) => pause = Duration::from_secs(1),
            // Who was never there is not waited for.
            Err(error @ (ClientError::Unreachable { .. } | ClientError::Unavailable { .. }))
                if next > from =>
            {
                if next > before {
                    pause = Duration::from_secs(1);
                }
                session.remark(&format!("{error}; trying again in {} s", pause.as_secs()));
                session.sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(error) => return session.ask(async { Err(error) }),
        }
    }
}

/// A line in one sentence, where there is no table to stand in.
fn sentence(line: &LogEntry) -> String {
    let [seq, at, by, what, why] = cells(line);
    let why = if why.is_empty() { why } else { format!(" ({why})") };
    printable(&format!("{seq:>6}  {at}  {by}: {what}{why}"))
}

fn cells(line: &LogEntry) -> [String; 5] {
    let entry: Value = serde_json::from_str(line.entry.get()).unwrap_or_default();
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let at = entry.get("at").and_then(Value::as_i64).unwrap_or_default();
    [line.seq.to_string(), when_us(at), text("by"), event(&entry), text("why")]
}

/// What tells events apart, in the order in which it is read.
const TOLD: &[&str] = &[
    "product",
    "party",
    "principal",
    "token",
    "stream",
    "component",
    "name",
    "risk",
    "channel",
    "version",
    "kind",
    "subject",
    "from",
    "to",
    "outcome",
    "end",
    "effect",
    "versions",
];

/// An event in a few words: its kind, of its members those that are short texts, and what was not met.
fn event(entry: &Value) -> String {
    let Some(events) = entry.get("event").and_then(Value::as_object) else { return String::new() };
    let Some((kind, members)) = events.iter().next() else { return String::new() };
    let told = TOLD.iter().filter_map(|key| Some((key, members.get(*key)?.as_str()?)));
    let told = told.map(|(key, text)| match *key {
        "from" => format!("from {text}"),
        "to" => format!("to {text}"),
        "subject" => short(text),
        "end" => text.replace('-', " "),
        _ => text.to_owned(),
    });
    let rollout = members.get("rollout").map(rollout);
    let unmet = members.get("unmet").and_then(Value::as_array);
    let unmet: Vec<_> = unmet.into_iter().flatten().filter_map(Value::as_str).collect();
    let unmet = (!unmet.is_empty()).then(|| format!("without {}", unmet.join(", ")));
    let kind = std::iter::once(kind.replace('-', " "));
    kind.chain(told).chain(rollout).chain(unmet).collect::<Vec<_>>().join(" ")
}

/// How a rollout goes on.
fn rollout(rollout: &Value) -> String {
    let number = |key: &str| rollout.get(key).and_then(Value::as_u64);
    match (rollout.is_null(), number("paused"), number("first-percent")) {
        (true, ..) => "finished".to_owned(),
        (_, Some(0), _) => "stopped".to_owned(),
        (_, Some(paused), _) => format!("paused at {paused} %"),
        (_, None, first) => format!("from {} %", first.unwrap_or_default()),
    }
}

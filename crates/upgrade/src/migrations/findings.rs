//! What is told of upgrades as findings.

use trainyard_evidence::Change;
use trainyard_report::{Code, Finding, Location};

use super::passage::{Fate, Passage, RunsAgain, Skipped, Step};

/// Everything that may go wrong on the way, the gravest codes first; what is harmless is left out.
pub fn findings(passage: &Passage) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |code, subject: &str, message: String, step: Option<&Step>| {
        let finding = Finding::new(code, format!("{} {subject}", passage.framework), message);
        let place = step.filter(|step| !step.path.as_str().is_empty());
        findings.push(match place {
            Some(step) => finding.at(Location::file(&step.path)),
            None => finding,
        });
    };
    for sentence in &passage.broken {
        let message = format!("the target cannot be put in order: {sentence}");
        tell(Code::BROKEN_MIGRATION_ORDER, passage.folder.as_str(), message, None);
    }
    for Skipped { step, below, fate } in &passage.skipped {
        let does = step.does.as_ref().map(|does| format!(", which {does},")).unwrap_or_default();
        let message = match fate {
            Fate::Lost => format!(
                "`{}`{does} is skipped without a word, as it comes below `{below}`",
                step.id
            ),
            Fate::Resembles(twin) => format!(
                "`{}`{does} is skipped, as it comes below `{below}`; pending `{twin}` does the same kinds of things",
                step.id
            ),
            Fate::DoesNothing | Fate::Pending(_) | Fate::Ran(_) => continue,
        };
        tell(Code::MIGRATION_SKIPPED, &step.id, message, Some(step));
    }
    if !passage.is_known {
        for id in &passage.stands_at {
            if let Some(step) = passage.unknown.iter().find(|step| step.id == *id) {
                let message = "the database stands here, and the target does not know the place";
                tell(Code::MIGRATION_UNKNOWN, id, message.to_owned(), Some(step));
            }
        }
    }
    for late in passage.late.iter().filter(|late| late.is_refused) {
        let message = format!("comes before `{}`, which the database has", late.below);
        tell(Code::MIGRATION_REFUSED, &late.step.id, message, Some(&late.step));
    }
    for half in passage.half_squashed.iter().filter(|half| half.is_stuck) {
        let message = "the database has a part of what it stands for, and the rest is gone";
        tell(Code::MIGRATION_REFUSED, &half.id, message.to_owned(), None);
    }
    for RunsAgain { step, applied_as } in &passage.runs_again {
        let message = if *applied_as == step.id {
            "runs a second time, as the target puts it above others".to_owned()
        } else {
            format!("does what `{applied_as}` did to the database already")
        };
        tell(Code::MIGRATION_RUNS_TWICE, &step.id, message, Some(step));
    }
    for step in &passage.edited {
        let message = "means something else than what the database ran".to_owned();
        tell(Code::MIGRATION_EDITED_SINCE, &step.id, message, Some(step));
    }
    let way = passage.ways.first().and_then(|way| way.commands.first());
    if let Some(command) = way {
        for finding in &mut findings {
            if [Code::MIGRATION_SKIPPED, Code::MIGRATION_UNKNOWN].contains(&finding.code) {
                finding.suggestion =
                    Some(format!("before the new release is installed: {}", command.line));
            }
        }
    }
    findings
}

/// What could not be read, as findings.
pub fn unreadable(troubles: &[Change]) -> Vec<Finding> {
    let told = troubles.iter().map(|change| {
        let message = format!("{} {}", change.subject, change.sentence);
        Finding::new(Code::EVIDENCE_UNKNOWN, "migrations", message).at(Location {
            path: change.source.path.clone(),
            line: change.source.line,
            ..Location::default()
        })
    });
    told.collect()
}

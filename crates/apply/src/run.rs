//! Runs programs.

use std::{
    fs::File,
    process::{Command, Stdio},
};

use trainyard_upgrade::plan::{Check, Invocation};

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) is_success: bool,
    /// Standard output.
    pub(crate) printed: String,
    /// The last lines of standard error, or why it could not be run.
    pub(crate) told: String,
}

/// Runs a program and waits for it.
///
/// It gets no input, for what asks questions has to be told beforehand: what it reads is the end of the journal, and
/// while it has that open, no other process can take the journal over, even if this one is killed.
#[expect(clippy::disallowed_methods, reason = "carrying plans out is what this crate is for")]
pub(crate) fn run(invocation: &Invocation, journal: Option<File>) -> Ended {
    let failed = |told: String| Ended { is_success: false, printed: String::new(), told };
    let Some((program, arguments)) = invocation.run.split_first() else {
        return failed("it names no program".to_owned());
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&invocation.folder);
    command.stdin(journal.map_or_else(Stdio::null, Stdio::from));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    match command.output() {
        Err(error) => failed(format!("`{program}` in `{}`: {error}", invocation.folder)),
        Ok(output) => Ended {
            is_success: output.status.success(),
            printed: String::from_utf8_lossy(&output.stdout).into_owned(),
            told: last_lines(&output.stderr, &output.stdout),
        },
    }
}

/// Why a check does not hold; `None` where it does.
pub(crate) fn trouble(check: &Check) -> Option<String> {
    let ended = run(&check.invocation, None);
    if !ended.is_success {
        let shown = check.invocation.shown();
        return Some(format!("{}: `{shown}` failed: {}", check.says, ended.told));
    }
    if check.expects.holds(&ended.printed) {
        return None;
    }
    let printed = ended.printed.split_whitespace().take(40).collect::<Vec<_>>().join(" ");
    let printed = if printed.is_empty() { "nothing".to_owned() } else { format!("`{printed}`") };
    Some(format!("{} does not hold: `{}` says {printed}", check.says, check.invocation.shown()))
}

/// What a program said at its end, for people.
fn last_lines(stderr: &[u8], stdout: &[u8]) -> String {
    const MOST: usize = 8;
    let stream = if stderr.iter().all(u8::is_ascii_whitespace) { stdout } else { stderr };
    let text = String::from_utf8_lossy(stream);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return "it said nothing".to_owned();
    }
    lines[lines.len().saturating_sub(MOST)..].join("\n")
}

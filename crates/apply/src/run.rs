//! Runs programs.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    process::{Command, ExitStatus, Stdio},
};

use trainyard_upgrade::plan::{Check, Invocation};

/// More of what a program prints is not looked at.
const MOST_PRINTED: u64 = 16 << 20;

/// More of the end of what a program prints is not shown.
const MOST_SHOWN: u64 = 16 << 10;

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
    match run_to_end(&mut command) {
        Err(error) => failed(format!("`{program}` in `{}`: {error}", invocation.folder)),
        Ok(ended) => ended,
    }
}

/// Waits for the program alone: a service that it leaves behind may hold its outputs open for as long as it lives.
pub(crate) fn run_to_end(command: &mut Command) -> io::Result<Ended> {
    let mut stdout = tempfile::tempfile()?;
    let mut stderr = tempfile::tempfile()?;
    command.stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let status = command.status()?;
    let mut printed = Vec::new();
    stdout.seek(SeekFrom::Start(0))?;
    (&stdout).take(MOST_PRINTED).read_to_end(&mut printed)?;
    let told = last_lines(&end_of(&mut stderr)?, &end_of(&mut stdout)?);
    Ok(Ended {
        is_success: status.success(),
        printed: String::from_utf8_lossy(&printed).into_owned(),
        told: told.unwrap_or_else(|| silence(status)),
    })
}

fn end_of(file: &mut File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST_SHOWN)))?;
    let mut bytes = Vec::new();
    file.take(MOST_SHOWN).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How a program ended that said nothing.
fn silence(status: ExitStatus) -> String {
    format!("it said nothing, and ended with {status}")
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
fn last_lines(stderr: &[u8], stdout: &[u8]) -> Option<String> {
    const MOST: usize = 8;
    let stream = if stderr.iter().all(u8::is_ascii_whitespace) { stdout } else { stderr };
    let text = String::from_utf8_lossy(stream);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(MOST)..)?;
    (!last.is_empty()).then(|| last.join("\n"))
}

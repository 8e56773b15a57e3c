//! Starts a program, waits no longer than is reasonable, and takes what it prints.

use std::{
    io::Read,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use camino::Utf8Path;

/// Nothing sensible prints more.
const LARGEST_OUTPUT: u64 = 128 << 20;
const PATIENCE_BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Why a tool did not answer.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The version, where it could still be learned.
    pub version: Option<String>,
    /// What went wrong.
    pub why: String,
}

impl Failure {
    pub(crate) fn new(version: &str, why: impl Into<String>) -> Self {
        let version = (!version.is_empty()).then(|| version.to_owned());
        Self { version, why: why.into() }
    }
}

/// What a program printed and how it ended.
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Standard output, if the exit code is one of an answer.
    pub(crate) fn answer(self, version: &str, codes: &[i32]) -> Result<String, Failure> {
        if self.status.code().is_some_and(|code| codes.contains(&code)) {
            return Ok(self.stdout);
        }
        let told = self.stderr.lines().rev().find(|line| !line.trim().is_empty());
        let why = format!("it ended with {}: {}", self.status, told.unwrap_or("without a word"));
        Err(Failure::new(version, why))
    }
}

/// Runs a program in a folder with nothing of the environment but what programs need to be found.
pub(crate) fn run(
    program: &str,
    arguments: &[&str],
    folder: &Utf8Path,
    patience: Duration,
) -> Result<Output, Failure> {
    let failed = |why: String| Failure::new("", why);
    let mut child = command(program, arguments, folder)
        .spawn()
        .map_err(|error| failed(format!("`{program}` cannot be started: {error}")))?;
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let deadline = Instant::now() + patience;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => thread::sleep(PATIENCE_BETWEEN_LOOKS),
            Ok(None) => {
                // It may have ended by now, which is as good.
                _ = child.kill();
                _ = child.wait();
                return Err(failed(format!(
                    "`{program}` took longer than {} s",
                    patience.as_secs()
                )));
            }
            Err(error) => return Err(failed(format!("`{program}` cannot be waited for: {error}"))),
        }
    };
    Ok(Output {
        status,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
    })
}

#[expect(clippy::disallowed_methods, reason = "running tools is what this crate is for")]
fn command(program: &str, arguments: &[&str], folder: &Utf8Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().env("LC_ALL", "C.UTF-8");
    let kept = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "VIRTUAL_ENV"];
    command.envs(kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before an error still tells something.
            _ = pipe.take(LARGEST_OUTPUT).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The first word with a digit that a program prints when asked for its version.
pub(crate) fn version(
    program: &str,
    arguments: &[&str],
    folder: &Utf8Path,
) -> Result<String, Failure> {
    let output = run(program, arguments, folder, Duration::from_secs(20))?;
    let text = format!("{} {}", output.stdout, output.stderr);
    let is_version =
        |word: &&str| word.contains('.') && word.contains(|c: char| c.is_ascii_digit());
    let word = text.split_whitespace().find(is_version);
    Ok(word.unwrap_or("of unknown version").trim_start_matches('v').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_late_or_missing_is_a_failure() {
        let folder = Utf8Path::new("/");
        let late = run("sleep", &["5"], folder, Duration::from_millis(50));
        assert!(late.is_err_and(|failure| failure.why.contains("longer")));
        let missing = run("no-such-tool", &[], folder, Duration::from_secs(1));
        assert!(missing.is_err_and(|failure| failure.why.contains("cannot be started")));
    }

    #[test]
    fn the_last_line_of_a_failure_is_told() {
        let output = run(
            "sh",
            &["-c", "echo a >&2; echo b >&2; exit 3"],
            Utf8Path::new("/"),
            Duration::from_secs(5),
        );
        let failure = output.and_then(|output| output.answer("1.0", &[0])).unwrap_err();
        assert!(failure.why.ends_with(": b"), "{}", failure.why);
    }
}

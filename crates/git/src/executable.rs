//! The `git` program, which makes every write.

use std::{
    fs::File,
    io::{self, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use camino::{Utf8Path, Utf8PathBuf};

/// Variables that bind git to one repository. A caller that is a hook inherits those of another.
const BINDS_TO_A_REPOSITORY: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The `git` program, run in one folder.
#[derive(Clone, Debug)]
pub struct Git {
    folder: Utf8PathBuf,
    environment: Vec<(String, String)>,
    /// Held open by each command without an input of its own.
    held: Option<Arc<File>>,
}

/// What git answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output as it came.
    pub stdout: Vec<u8>,
    /// Standard error, for people.
    pub stderr: String,
}

/// Why git did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitFailed {
    /// It is not there, or cannot be talked to.
    #[error("cannot run `git {command}` in `{folder}`")]
    Start {
        /// The arguments.
        command: String,
        /// Where it was to run.
        folder: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It refused.
    #[error("`git {}` failed: {told}", shortened(command))]
    Refused {
        /// The arguments.
        command: String,
        /// The exit code; none where a signal ended it.
        code: Option<i32>,
        /// What it said, without its prefix.
        told: String,
    },
}

impl GitFailed {
    /// What to do about it, as a sentence that follows `hint: `; none where git's own words are all there is.
    pub fn hint(&self) -> Option<String> {
        let Self::Refused { told, .. } = self else { return None };
        hint_about(told)
    }
}

/// What to do about what git told; none where its own words are all there is.
pub fn hint_about(told: &str) -> Option<String> {
    let lock = told.split_once("Unable to create '").and_then(|(_, rest)| {
        let (file, why) = rest.split_once("': ")?;
        why.starts_with("File exists").then_some(file)
    });
    if let Some(file) = lock {
        return Some(format!(
            "another git is at work, or one was cut off: wait for it to end; where none runs, remove `{file}`"
        ));
    }
    let says = |words: &[&str]| words.iter().any(|words| told.contains(words));
    let hint = if says(&["promisor remote", "lazy fetch"]) {
        "this is a partial clone whose remote cannot be reached; once it can, run `git fetch --refetch --no-filter`"
    } else if says(&["No space left on device", "Out of diskspace"]) {
        "make room on the disk, then run the command again"
    } else if says(&["insufficient permission", "Read-only file system"]) {
        "work in a clone that you can write to"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

/// A command that people can still read: one that names many files is cut.
fn shortened(command: &str) -> String {
    const MOST: usize = 160;
    match command.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &command[..end]),
        None => command.to_owned(),
    }
}

impl Git {
    /// The program in a folder of a repository.
    pub fn at(folder: impl Into<Utf8PathBuf>) -> Self {
        Self { folder: folder.into(), environment: Vec::new(), held: None }
    }

    /// The same in another folder.
    #[must_use]
    pub fn in_folder(&self, folder: impl Into<Utf8PathBuf>) -> Self {
        Self { folder: folder.into(), ..self.clone() }
    }

    /// Where it runs.
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// The same with one more variable, such as `GIT_INDEX_FILE`.
    #[must_use]
    pub fn with(&self, variable: &str, value: impl Into<String>) -> Self {
        let mut other = self.clone();
        other.environment.push((variable.to_owned(), value.into()));
        other
    }

    /// The same, with an empty file that each command without an input holds open until it ends.
    ///
    /// A lock on the file so outlives this process as long as a command that it started is at work.
    #[must_use]
    pub fn holding(&self, file: Arc<File>) -> Self {
        Self { held: Some(file), ..self.clone() }
    }

    /// Runs it and gives what it printed, without the line's end.
    ///
    /// *Errors*: [`GitFailed`] where it cannot be run or ends with another code than 0.
    pub fn run(&self, arguments: &[&str]) -> Result<String, GitFailed> {
        self.run_with(arguments, b"")
    }

    /// The same with standard input.
    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> Result<String, GitFailed> {
        let reply = self.ask(arguments, input)?;
        if reply.code != Some(0) {
            return Err(reply.refusal(arguments));
        }
        let mut text = String::from_utf8_lossy(&reply.stdout).into_owned();
        text.truncate(text.trim_end_matches('\n').len());
        Ok(text)
    }

    /// Runs it and gives its answer whatever its exit code.
    ///
    /// *Errors*: [`GitFailed::Start`] alone.
    pub fn ask(&self, arguments: &[&str], input: &[u8]) -> Result<Reply, GitFailed> {
        let failed = |source| GitFailed::Start {
            command: arguments.join(" "),
            folder: self.folder.clone(),
            source,
        };
        let mut command = self.command(arguments);
        if let Some(held) = self.held.as_ref().filter(|_| input.is_empty()) {
            command.stdin(Stdio::from(held.try_clone().map_err(failed)?));
        }
        let mut child = command.spawn().map_err(failed)?;
        let stdin = child.stdin.take();
        let input = input.to_vec();
        // Written beside the reading, or both sides may wait for each other.
        let writer = std::thread::spawn(move || {
            // A command that reads nothing closes the pipe early.
            stdin.map(|mut stdin| stdin.write_all(&input))
        });
        let output = child.wait_with_output().map_err(failed)?;
        _ = writer.join();
        Ok(Reply {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    #[expect(clippy::disallowed_methods, reason = "git makes every write")]
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for variable in BINDS_TO_A_REPOSITORY {
            command.env_remove(variable);
        }
        command
            .current_dir(&self.folder)
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_EDITOR", "true")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(["-c", "core.fsmonitor=false", "-c", "submodule.recurse=false"])
            .args(["-c", "advice.detachedHead=false", "-c", "core.quotePath=false"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

impl Reply {
    /// This answer as a failure of the command.
    pub fn refusal(&self, arguments: &[&str]) -> GitFailed {
        let told = self.stderr.lines().filter(|line| !line.trim().is_empty());
        // What git advises at a lock is told as a hint.
        let told = told.take_while(|line| !line.starts_with("Another git process seems to be"));
        let told: Vec<_> = told.collect();
        let told = if told.is_empty() { "it said nothing".to_owned() } else { told.join("\n") };
        let told = ["fatal: ", "error: "]
            .iter()
            .find_map(|prefix| told.strip_prefix(prefix))
            .unwrap_or(&told)
            .to_owned();
        GitFailed::Refused { command: arguments.join(" "), code: self.code, told }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_what_git_said() {
        let git = Git::at("/");
        let refusal = git.run(&["rev-parse", "--git-dir"]).unwrap_err().to_string();
        assert!(refusal.contains("not a git repository"), "{refusal}");
        assert!(!refusal.contains("fatal:"), "{refusal}");
    }

    #[test]
    fn a_lock_that_was_left_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::at(folder.path().to_str().unwrap());
        git.run(&["init", "--quiet"]).unwrap();
        fs_err::write(folder.path().join(".git/index.lock"), "").unwrap();
        let refusal = git.run(&["read-tree", "--empty"]).unwrap_err();
        assert!(!refusal.to_string().contains("Another git"), "{refusal}");
        let hint = refusal.hint().unwrap();
        assert!(hint.contains(".git/index.lock`"), "{hint}");
        assert_eq!(git.run(&["rev-parse", "nothing"]).unwrap_err().hint(), None);
    }

    #[test]
    fn long_commands_are_cut() {
        let refusal = Git::at("/").run(&["rev-parse", &"ö".repeat(400)]).unwrap_err().to_string();
        assert!(refusal.contains("ö…` failed: "), "{refusal}");
    }

    #[test]
    fn a_large_input_does_not_block() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::at(folder.path().to_str().unwrap());
        git.run(&["init", "--quiet"]).unwrap();
        let input = vec![b'x'; 4 << 20];
        let id = git.run_with(&["hash-object", "-w", "--stdin"], &input).unwrap();
        let reply = git.ask(&["cat-file", "blob", &id], b"").unwrap();
        assert_eq!(reply.stdout, input);
        let unread = git.ask(&["rev-parse", "--git-dir"], &input).unwrap();
        assert_eq!(unread.code, Some(0));
    }
}

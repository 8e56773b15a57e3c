//! Real git repositories, the same to the last byte in every run.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::atomic::{AtomicI64, Ordering},
};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

/// The first commit's time: 2024-01-01T00:00:00Z.
const START: i64 = 1_704_067_200;

/// Between two commits or tags.
const STEP_SECONDS: i64 = 60;

/// A git repository in a folder of its own, with a fixed author and a clock that steps a minute with every write.
///
/// The user's and the machine's configuration have no effect. Every method panics where git fails.
#[derive(Debug)]
pub struct TestRepository {
    /// Removed with the value; `None` for a view of a repository that another value owns.
    owned: Option<TempDir>,
    path: Utf8PathBuf,
    clock: AtomicI64,
}

impl Default for TestRepository {
    fn default() -> Self {
        Self::new()
    }
}

impl TestRepository {
    /// An empty repository on branch `main`, in the folder `repository` of a temporary folder.
    pub fn new() -> Self {
        Self::init(&[])
    }

    /// An empty bare repository.
    pub fn bare() -> Self {
        Self::init(&["--bare"])
    }

    /// An empty repository, with further arguments for `git init`.
    ///
    /// # Panics
    ///
    /// Where git fails.
    pub fn init(arguments: &[&str]) -> Self {
        let owned = tempfile::tempdir().expect("a temporary folder can be made");
        let path =
            Utf8Path::from_path(owned.path()).expect("it has a UTF-8 path").join("repository");
        fs_err::create_dir(&path).expect("a folder can be made");
        let repository = Self { owned: Some(owned), path, clock: AtomicI64::new(START) };
        repository.git(
            &[&["init", "--quiet", "--template=", "--initial-branch=main"], arguments].concat(),
        );
        repository
    }

    /// A view of another repository or worktree, which goes on with this one's clock.
    #[must_use]
    pub fn at(&self, path: &Utf8Path) -> Self {
        Self { owned: None, path: path.to_owned(), clock: AtomicI64::new(self.now()) }
    }

    /// The folder of the repository.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// A path beside the repository, for clones and worktrees. It goes when the repository goes.
    ///
    /// # Panics
    ///
    /// For a view of a path without a parent.
    pub fn beside(&self, name: &str) -> Utf8PathBuf {
        self.path.parent().expect("the repository is in a folder").join(name)
    }

    /// Runs git in the repository and returns what it printed, without the line end.
    ///
    /// # Panics
    ///
    /// Where git fails.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_with_input(arguments, b"")
    }

    /// As [`Self::git`], with something to read.
    ///
    /// # Panics
    ///
    /// Where git fails.
    pub fn git_with_input(&self, arguments: &[&str], input: &[u8]) -> String {
        match self.try_git(arguments, input) {
            Ok(output) => output,
            Err(message) => panic!("git {arguments:?} in {}: {message}", self.path),
        }
    }

    /// Runs git in the repository; the error is what it complained about.
    ///
    /// # Panics
    ///
    /// Where git cannot be started.
    pub fn try_git(&self, arguments: &[&str], input: &[u8]) -> Result<String, String> {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git is installed");
        let mut stdin = child.stdin.take().expect("its input is a pipe");
        let input = input.to_vec();
        // Written beside the reading, or both sides may wait for each other.
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().expect("git ends");
        // A command that reads nothing closes the pipe early.
        _ = writer.join();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.truncate(text.trim_end_matches('\n').len());
        Ok(text)
    }

    #[expect(clippy::disallowed_methods, reason = "tests build repositories with the real git")]
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        let date = format!("{} +0000", self.now());
        command
            .current_dir(&self.path)
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_AUTHOR_NAME", "Ada Author")
            .env("GIT_AUTHOR_EMAIL", "ada@example.org")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "Carl Committer")
            .env("GIT_COMMITTER_EMAIL", "carl@example.org")
            .env("GIT_COMMITTER_DATE", &date)
            .args([
                "-c",
                "protocol.file.allow=always",
                "-c",
                "gc.auto=0",
                "-c",
                "maintenance.auto=false",
            ])
            .args([
                "-c",
                "commit.gpgSign=false",
                "-c",
                "tag.gpgSign=false",
                "-c",
                "core.autocrlf=false",
            ])
            .args(["-c", "advice.detachedHead=false", "-c", "core.fsync=none"]);
        command
    }

    fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Sets the clock, in seconds since 1970.
    pub fn set_clock(&self, seconds: i64) {
        self.clock.store(seconds, Ordering::Relaxed);
    }

    /// Lets time pass.
    pub fn tick(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Writes files, each with its folder.
    ///
    /// # Panics
    ///
    /// Where a file cannot be written.
    pub fn write(&self, files: &[(&str, &str)]) {
        for (path, content) in files {
            let path = self.path.join(path);
            let folder = path.parent().expect("a file is in a folder");
            fs_err::create_dir_all(folder).expect("a folder can be made");
            fs_err::write(&path, content).expect("a file can be written");
        }
    }

    /// Writes files, commits everything, and returns the commit's id.
    pub fn commit(&self, message: &str, files: &[(&str, &str)]) -> String {
        self.write(files);
        self.git(&["add", "--all"]);
        self.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--no-verify",
            "--cleanup=verbatim",
            "--message",
            message,
        ]);
        self.tick(STEP_SECONDS);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Tags what is checked out, without a tag object.
    pub fn tag(&self, name: &str) {
        self.git(&["tag", "--", name]);
    }

    /// Tags what is checked out with a tag object.
    pub fn annotated_tag(&self, name: &str, message: &str) {
        self.git(&["tag", "--annotate", "--message", message, "--", name]);
        self.tick(STEP_SECONDS);
    }

    /// Makes a branch at what is checked out, without switching to it.
    pub fn branch(&self, name: &str) {
        self.git(&["branch", "--", name]);
    }

    /// Switches to a branch or a commit.
    pub fn checkout(&self, revision: &str) {
        self.git(&["checkout", "--quiet", revision, "--"]);
    }

    /// Switches to a new branch.
    pub fn checkout_new(&self, branch: &str) {
        self.git(&["checkout", "--quiet", "-b", branch]);
    }

    /// Merges a branch with a commit of its own, and returns that commit's id.
    pub fn merge_no_ff(&self, branch: &str, message: &str) -> String {
        self.git(&["merge", "--quiet", "--no-ff", "--no-edit", "--message", message, branch]);
        self.tick(STEP_SECONDS);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The temporary folder, for those who want to look at it after a failure.
    pub fn keep(mut self) -> Utf8PathBuf {
        if let Some(folder) = self.owned.take() {
            _ = folder.keep();
        }
        self.path.clone()
    }
}

//! A small product with releases, and an installation of it.

use std::{
    os::unix::process::CommandExt as _,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_testkit::TestRepository;

use super::tools::run;
use crate::command::{Run, answer, command};

/// A product's repository, and beside it a checkout of a release with the file that describes it.
pub(crate) struct Installation {
    pub(crate) repository: TestRepository,
    pub(crate) checkout: Utf8PathBuf,
    /// Where its programs find the database.
    pub(crate) url: String,
}

impl Installation {
    /// Clones a repository beside itself, at a tag.
    pub(crate) fn of(repository: TestRepository, tag: &str, url: impl Into<String>) -> Self {
        let checkout = repository.beside("installed");
        repository.git(&["clone", "--quiet", ".", checkout.as_str()]);
        let installed = Self { repository, checkout, url: url.into() };
        installed.check_out(tag);
        installed
    }

    pub(crate) fn check_out(&self, tag: &str) {
        self.git(&["checkout", "--quiet", "--detach", tag]);
    }

    pub(crate) fn git(&self, words: &[&str]) -> String {
        self.repository.at(&self.checkout).git(words)
    }

    /// A path beside repository and checkout.
    pub(crate) fn beside(&self, name: &str) -> Utf8PathBuf {
        self.repository.beside(name)
    }

    /// Writes the deployment file.
    pub(crate) fn describe(&self, database: &str) {
        let text = format!(
            "name = \"production\"\n\n[components.repository]\ncheckout = \"installed\"\n\n\
             [components.repository.database]\n{database}"
        );
        std::fs::write(self.beside("deployment.toml"), text).unwrap();
    }

    /// `upgrade plan` of the described deployment, with further arguments.
    pub(crate) fn plan(&self, arguments: &[&str]) -> Run {
        let file = self.beside("deployment.toml");
        let words = ["upgrade", "plan", "--deployment", file.as_str(), "--no-cache"];
        self.trainyard(&[&words, arguments].concat())
    }

    /// `upgrade plan`, kept for `upgrade apply`.
    pub(crate) fn keep_plan(&self, to: &str) -> Run {
        self.plan(&["--to", to, "--output", self.plan_file().as_str()])
    }

    pub(crate) fn plan_file(&self) -> Utf8PathBuf {
        self.beside("plan.json")
    }

    pub(crate) fn journal(&self) -> String {
        std::fs::read_to_string(self.beside("plan.json.journal")).unwrap_or_default()
    }

    /// `upgrade apply` of the kept plan, with further arguments.
    pub(crate) fn apply(&self, arguments: &[&str]) -> Run {
        let file = self.plan_file();
        self.trainyard(&[&["upgrade", "apply", file.as_str()], arguments].concat())
    }

    pub(crate) fn trainyard(&self, words: &[&str]) -> Run {
        let mut command = command(self.repository.path(), words);
        answer(command.env("APP_DATABASE", &self.url).stdin(Stdio::null()))
    }

    /// Carries the kept plan out, and kills it again and again: each time once it has written another record or two and
    /// some time has passed. In turn it is killed alone, so that the command it runs lives on, and with its command.
    ///
    /// Returns how often it was killed.
    pub(crate) fn apply_with_kills(&self) -> usize {
        let mut kills = 0;
        loop {
            let records = self.journal().lines().count() + 2;
            let mut child = self.start_apply();
            let delay = Duration::from_millis([0, 200, 50, 120][kills % 4]);
            if self.ends_before(&mut child, records, delay) {
                let run = answer_of(child);
                if run.code == 0 {
                    return kills;
                }
                // A command that an earlier, killed run had begun is still at it.
                assert!(run.stderr.contains("in use"), "{}", run.transcript());
                thread::sleep(Duration::from_millis(100));
                continue;
            }
            let whom =
                if kills % 2 == 0 { child.id().to_string() } else { format!("-{}", child.id()) };
            run(Utf8Path::new("/"), "", "kill", &["-9", "--", &whom]);
            child.wait().unwrap();
            kills += 1;
            assert!(kills < 50, "it never ends: {}", self.journal());
        }
    }

    fn start_apply(&self) -> Child {
        let file = self.plan_file();
        let mut command =
            command(self.repository.path(), &["upgrade", "apply", file.as_str(), "--yes"]);
        command.env("APP_DATABASE", &self.url).stdin(Stdio::null()).process_group(0);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Waits until a run has ended, or has written some records and some more time has passed.
    fn ends_before(&self, child: &mut Child, records: usize, delay: Duration) -> bool {
        let mut due: Option<Instant> = None;
        while due.is_none_or(|due| due > now()) {
            if child.try_wait().unwrap().is_some() {
                return true;
            }
            if due.is_none() && self.journal().lines().count() >= records {
                due = Some(now() + delay);
            }
            thread::sleep(Duration::from_millis(3));
        }
        false
    }
}

fn now() -> Instant {
    Instant::now()
}

fn answer_of(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    }
}

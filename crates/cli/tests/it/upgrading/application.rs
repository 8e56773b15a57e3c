//! A small product with releases, and an installation of it.

use std::{
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
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
    /// Further variables of the environment.
    pub(crate) variables: Vec<(String, String)>,
}

/// How a run is killed: once it has written some records, and some milliseconds later.
#[derive(Clone, Copy)]
pub(crate) struct Kill {
    pub(crate) records: usize,
    pub(crate) delay: u64,
}

impl Installation {
    /// Clones a repository beside itself, at a tag.
    pub(crate) fn of(repository: TestRepository, tag: &str, url: impl Into<String>) -> Self {
        let checkout = repository.beside("installed");
        repository.git(&["clone", "--quiet", ".", checkout.as_str()]);
        let installed = Self { repository, checkout, url: url.into(), variables: Vec::new() };
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

    /// The same, once the command of a run that was killed has ended, too.
    pub(crate) fn apply_after_kill(&self, arguments: &[&str]) -> Run {
        for _ in 0..200 {
            let ran = self.apply(arguments);
            if !ran.stderr.contains("is in use") {
                return ran;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the command of a killed run never ends")
    }

    pub(crate) fn trainyard(&self, words: &[&str]) -> Run {
        let mut command = command(self.repository.path(), words);
        answer(self.in_environment(&mut command).stdin(Stdio::null()))
    }

    /// `upgrade apply`, not begun yet.
    pub(crate) fn apply_command(&self) -> Command {
        let file = self.plan_file();
        let mut command = command(self.repository.path(), &["upgrade", "apply", file.as_str()]);
        self.in_environment(&mut command);
        command
    }

    fn in_environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.env("APP_DATABASE", &self.url).envs(variables)
    }

    /// Carries the kept plan out, and kills it again and again: each time once it has written another record or two and
    /// some time has passed.
    ///
    /// Returns how often it was killed.
    pub(crate) fn apply_with_kills(&self) -> usize {
        let delay = |kills: usize| [0, 200, 50, 120][kills % 4];
        self.apply_killed(|kills| Kill { records: 2, delay: delay(kills) }, |_| None)
    }

    /// Carries the kept plan out, and kills it each time as told. In turn it is killed alone, so that the command it runs
    /// lives on, and with its command.
    ///
    /// `person` says what to add to the next run where one has stopped.
    pub(crate) fn apply_killed(
        &self,
        kill: impl Fn(usize) -> Kill,
        person: impl Fn(&Run) -> Option<Vec<String>>,
    ) -> usize {
        let mut kills = 0;
        let mut added = Vec::new();
        for _ in 0..400 {
            let Kill { records, delay } = kill(kills);
            let records = self.journal().lines().count() + records;
            let mut child = self.start_apply(&added);
            added.clear();
            if self.ends_before(&mut child, records, Duration::from_millis(delay)) {
                let run = answer_of(child);
                if run.code == 0 {
                    self.nothing_ran_twice();
                    return kills;
                }
                if let Some(words) = person(&run) {
                    added = words;
                    continue;
                }
                // A git that was killed with its run leaves its lock, and a person removes it, as git says.
                let lock = self.checkout.join(".git/index.lock");
                if run.stderr.contains("index.lock") && lock.exists() {
                    std::fs::remove_file(&lock).unwrap();
                    continue;
                }
                // A command that an earlier, killed run had begun is still at it.
                assert!(run.stderr.contains("in use"), "{}{}", run.transcript(), self.journal());
                thread::sleep(Duration::from_millis(100));
                continue;
            }
            let whom =
                if kills % 2 == 0 { child.id().to_string() } else { format!("-{}", child.id()) };
            run(Utf8Path::new("/"), "", "kill", &["-9", "--", &whom]);
            child.wait().unwrap();
            kills += 1;
        }
        panic!("it never ends: {}", self.journal());
    }

    /// What the journal says: `(what, step, action)` for each record.
    pub(crate) fn records(&self) -> Vec<(String, String, u64)> {
        let text = self.journal();
        let lines = text.lines().filter_map(|line| Some(line.rsplit_once(' ')?.0));
        let values = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let word = |value: &serde_json::Value, key: &str| {
            value[key].as_str().unwrap_or_default().to_owned()
        };
        values
            .map(|it| (word(&it, "what"), word(&it, "step"), it["action"].as_u64().unwrap_or(0)))
            .collect()
    }

    /// That no command began that had ended well before, and none of a step that was done.
    pub(crate) fn nothing_ran_twice(&self) {
        let mut ended = std::collections::BTreeSet::new();
        for (what, step, action) in self.records() {
            let is_over = ended.contains(&(step.clone(), Some(action)))
                || ended.contains(&(step.clone(), None));
            assert!(what != "begun" || !is_over, "{step} {action}: {}", self.journal());
            match what.as_str() {
                "ran" => ended.insert((step, Some(action))),
                "done" => ended.insert((step, None)),
                _ => false,
            };
        }
    }

    fn start_apply(&self, added: &[String]) -> Child {
        let mut command = self.apply_command();
        command.arg("--yes").args(added).stdin(Stdio::null()).process_group(0);
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

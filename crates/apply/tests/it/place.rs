//! A folder with a plan whose commands note that they ran.

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_apply::{Attendant, Journal, JournalError, Outcome, carry_out};
use trainyard_upgrade::{
    migrations::Verdict,
    plan::{Action, Check, Expectation, FORM, Gathered, Hop, Invocation, Plan, Step, StepKind},
};

/// Answers as told, and notes what ran.
#[derive(Default)]
pub(crate) struct Clerk {
    pub(crate) may_pass: bool,
    pub(crate) ran: Vec<String>,
}

impl Attendant for Clerk {
    fn step(&mut self, _: &Step, _: bool) {}

    fn action(&mut self, action: &Action) {
        self.ran.push(action.invocation.run.last().cloned().unwrap_or_default());
    }

    fn done(&mut self, _: &Step) {}

    fn may_pass(&mut self, _: &Step) -> bool {
        self.may_pass
    }

    fn is_done_by_hand(&mut self, _: &Step) -> bool {
        false
    }
}

pub(crate) struct Place {
    _folder: tempfile::TempDir,
    pub(crate) path: Utf8PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("UTF-8");
        Self { _folder: folder, path }
    }

    /// Adds a line to a file, so that it shows how often it ran.
    pub(crate) fn action(&self, name: &str, is_repeatable: bool, has_check: bool) -> Action {
        let done_when = has_check.then(|| self.has(name));
        Action {
            executor: "command".to_owned(),
            invocation: shell(&self.path, &format!("echo {name} >> log; echo {name} > {name}")),
            done_when,
            is_repeatable,
            if_interrupted: None,
        }
    }

    pub(crate) fn has(&self, name: &str) -> Check {
        Check {
            says: format!("{name} is there"),
            invocation: Invocation::new(["cat", name], self.path.clone()),
            expects: Expectation::Text(name.to_owned()),
        }
    }

    pub(crate) fn journal(&self, plan: &Plan) -> Result<Journal, JournalError> {
        Journal::open(&self.path.join("journal"), plan)
    }

    /// Carries a plan out as far as it goes.
    pub(crate) fn carry(&self, plan: &Plan) -> Outcome {
        carry_out(plan, &mut self.journal(plan).expect("in a test"), &mut Clerk::default())
            .expect("in a test")
    }

    /// The journal's text.
    pub(crate) fn written(&self) -> String {
        std::fs::read_to_string(self.path.join("journal")).unwrap_or_default()
    }

    pub(crate) fn write_journal(&self, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path.join("journal"), bytes).expect("in a test");
    }

    /// As if nothing had run.
    pub(crate) fn forget_all(&self, names: &[&str]) {
        for name in names.iter().chain(&["log"]) {
            _ = std::fs::remove_file(self.path.join(name));
        }
    }

    /// Does what an action does, without the journal.
    pub(crate) fn run_aside(&self, name: &str) {
        self.shell(&format!("echo {name} >> log; echo {name} > {name}"));
    }

    #[expect(clippy::disallowed_methods, reason = "what plans run")]
    pub(crate) fn shell(&self, script: &str) {
        let ended =
            std::process::Command::new("sh").args(["-c", script]).current_dir(&self.path).status();
        assert!(ended.expect("in a test").success(), "{script}");
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path.join("log")).unwrap_or_default().replace('\n', " ")
    }
}

pub(crate) fn shell(folder: &Utf8Path, script: &str) -> Invocation {
    Invocation::new(["sh", "-c", script], folder)
}

pub(crate) fn step(id: &str, actions: Vec<Action>) -> Step {
    Step {
        id: id.to_owned(),
        component: String::new(),
        kind: StepKind::Database,
        title: id.to_owned(),
        notes: Vec::new(),
        before: Vec::new(),
        actions,
        after: Vec::new(),
        undo: None,
        is_point_of_no_return: false,
    }
}

pub(crate) fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        form: FORM,
        deployment: "test".to_owned(),
        from: "1".to_owned(),
        to: "2".to_owned(),
        moves: Vec::new(),
        verdict: Verdict::Safe,
        unaided: Verdict::Safe,
        because: Vec::new(),
        rollback: Vec::new(),
        skipped: Vec::new(),
        hops: vec![Hop { from: "1".to_owned(), to: "2".to_owned(), steps, ..Hop::default() }],
        gathered: Gathered::default(),
    }
}

pub(crate) fn why(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Finished => "finished",
        Outcome::Stopped(stop) => &stop.why,
    }
}

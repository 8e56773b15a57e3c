//! Steps, stops and interruptions.

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_apply::{Attendant, Journal, JournalError, Outcome, carry_out};
use trainyard_upgrade::{
    migrations::Verdict,
    plan::{Action, Check, Expectation, FORM, Gathered, Hop, Invocation, Plan, Step, StepKind},
};

/// Answers as told, and notes what ran.
#[derive(Default)]
struct Clerk {
    may_pass: bool,
    ran: Vec<String>,
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

struct Place {
    _folder: tempfile::TempDir,
    path: Utf8PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("UTF-8");
        Self { _folder: folder, path }
    }

    /// Adds a line to a file, so that it shows how often it ran.
    fn action(&self, name: &str, is_repeatable: bool, has_check: bool) -> Action {
        let done_when = has_check.then(|| self.has(name));
        Action {
            executor: "command".to_owned(),
            invocation: shell(&self.path, &format!("echo {name} >> log; echo {name} > {name}")),
            done_when,
            is_repeatable,
        }
    }

    fn has(&self, name: &str) -> Check {
        Check {
            says: format!("{name} is there"),
            invocation: Invocation::new(["cat", name], self.path.clone()),
            expects: Expectation::Text(name.to_owned()),
        }
    }

    fn journal(&self, plan: &Plan) -> Result<Journal, JournalError> {
        Journal::open(&self.path.join("journal"), plan)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.path.join("log")).unwrap_or_default().replace('\n', " ")
    }
}

fn shell(folder: &Utf8Path, script: &str) -> Invocation {
    Invocation::new(["sh", "-c", script], folder)
}

fn step(id: &str, actions: Vec<Action>) -> Step {
    Step {
        id: id.to_owned(),
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

fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        form: FORM,
        deployment: "test".to_owned(),
        from: "1".to_owned(),
        to: "2".to_owned(),
        verdict: Verdict::Safe,
        unaided: Verdict::Safe,
        because: Vec::new(),
        hops: vec![Hop { from: "1".to_owned(), to: "2".to_owned(), steps }],
        gathered: Gathered::default(),
    }
}

fn why(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Finished => "finished",
        Outcome::Stopped(stop) => &stop.why,
    }
}

#[test]
fn steps_run_once_in_their_order() {
    let place = Place::new();
    let plan = plan(vec![
        step("1", vec![place.action("a", false, false), place.action("b", false, false)]),
        step("2", vec![place.action("c", false, false)]),
    ]);
    for _ in 0..3 {
        let mut journal = place.journal(&plan).unwrap();
        let outcome = carry_out(&plan, &mut journal, &mut Clerk::default()).unwrap();
        assert_eq!(outcome, Outcome::Finished);
    }
    assert_eq!(place.log(), "a b c ");
}

#[test]
fn a_failure_stops_and_the_same_goes_on_afterwards() {
    let place = Place::new();
    let mut broken = place.action("b", true, false);
    broken.invocation =
        shell(&place.path, "test -e fixed || { echo no >&2; exit 1; }; echo b >> log");
    let plan = plan(vec![
        step("1", vec![place.action("a", false, false), broken]),
        step("2", vec![place.action("c", false, false)]),
    ]);
    let run =
        || carry_out(&plan, &mut place.journal(&plan).unwrap(), &mut Clerk::default()).unwrap();
    let outcome = run();
    assert!(why(&outcome).contains("failed: no"), "{outcome:?}");
    std::fs::write(place.path.join("fixed"), "").unwrap();
    assert_eq!(run(), Outcome::Finished);
    assert_eq!(place.log(), "a b c ");
}

#[test]
fn checks_before_and_after_stop_it() {
    let place = Place::new();
    let mut wants = step("1", vec![place.action("a", false, false)]);
    wants.before.push(place.has("missing"));
    let plan_before = plan(vec![wants]);
    let mut journal = place.journal(&plan_before).unwrap();
    let outcome = carry_out(&plan_before, &mut journal, &mut Clerk::default()).unwrap();
    assert!(why(&outcome).contains("missing is there"), "{outcome:?}");
    assert_eq!(place.log(), "");

    let place = Place::new();
    let mut promises = step("1", vec![place.action("a", false, false)]);
    promises.after.push(place.has("missing"));
    let plan_after = plan(vec![promises, step("2", vec![place.action("c", false, false)])]);
    let mut journal = place.journal(&plan_after).unwrap();
    let outcome = carry_out(&plan_after, &mut journal, &mut Clerk::default()).unwrap();
    assert!(matches!(outcome, Outcome::Stopped(_)), "{outcome:?}");
    assert_eq!(place.log(), "a ");
}

#[test]
fn nobody_passes_the_point_of_no_return_unasked() {
    let place = Place::new();
    let mut last = step("1", vec![place.action("a", false, false)]);
    last.is_point_of_no_return = true;
    let by_hand = step("2", Vec::new());
    let plan = plan(vec![last, by_hand]);
    let run = |may_pass| {
        let mut clerk = Clerk { may_pass, ..Clerk::default() };
        carry_out(&plan, &mut place.journal(&plan).unwrap(), &mut clerk).unwrap()
    };
    assert!(why(&run(false)).contains("no way back"));
    assert_eq!(place.log(), "");
    assert!(why(&run(true)).contains("a person has to do this"));
    place.journal(&plan).unwrap().finish("2", true).unwrap();
    assert_eq!(run(false), Outcome::Finished);
    assert_eq!(place.log(), "a ");
}

/// Cuts the journal after every line and in the middle of each: whatever was begun there is not run twice unless that
/// does no harm.
#[test]
fn after_an_interruption_nothing_runs_twice() {
    for (is_repeatable, has_check) in [(true, false), (false, true), (false, false)] {
        let model = Place::new();
        let steps = |place: &Place| {
            plan(vec![
                step("1", vec![place.action("a", is_repeatable, has_check)]),
                step("2", vec![place.action("b", is_repeatable, has_check)]),
            ])
        };
        let whole = steps(&model);
        carry_out(&whole, &mut model.journal(&whole).unwrap(), &mut Clerk::default()).unwrap();
        let text = std::fs::read_to_string(model.path.join("journal")).unwrap();
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        for cut in ends.flat_map(|end| [end - 5, end]) {
            let place = Place::new();
            let plan = steps(&place);
            let header = place.journal(&plan).unwrap();
            drop(header);
            let own = std::fs::read_to_string(place.path.join("journal")).unwrap();
            // The digests of the two plans differ, as their folders do, and have the same length.
            let text = format!("{own}{}", &text[own.len()..]);
            let kept = &text[..cut.max(own.len())];
            let whole = &kept[..kept.rfind('\n').map_or(0, |at| at + 1)];
            // What the journal says has run, did; what was begun may have.
            for name in ["a", "b"] {
                let step = if name == "a" { "1" } else { "2" };
                let has = |what: &str| {
                    whole
                        .lines()
                        .any(|line| line.contains(what) && line.contains(&format!("\"{step}\"")))
                };
                if has("ran") || (has("begun") && has_check) {
                    std::fs::write(place.path.join(name), name).unwrap();
                    let log = format!("{}{name}\n", place.log().replace(' ', "\n"));
                    std::fs::write(place.path.join("log"), log).unwrap();
                }
            }
            std::fs::write(place.path.join("journal"), kept).unwrap();
            let mut journal = place.journal(&plan).unwrap();
            let outcome = carry_out(&plan, &mut journal, &mut Clerk::default()).unwrap();
            match outcome {
                Outcome::Finished => {
                    assert_eq!(place.log(), "a b ", "{is_repeatable} {has_check} {kept}");
                }
                Outcome::Stopped(stop) => {
                    assert!(!is_repeatable && !has_check, "{stop:?}");
                    assert!(stop.why.contains("was interrupted"), "{stop:?}");
                }
            }
        }
    }
}

#[test]
fn journals_are_for_one_plan_and_one_process() {
    let place = Place::new();
    let one = plan(vec![step("1", Vec::new())]);
    let other = plan(vec![step("2", Vec::new())]);
    let journal = place.journal(&one).unwrap();
    assert!(matches!(place.journal(&one), Err(JournalError::InUse { .. })));
    drop(journal);
    assert!(matches!(place.journal(&other), Err(JournalError::OtherPlan { .. })));
    std::fs::write(place.path.join("journal"), "nonsense\n").unwrap();
    assert!(matches!(place.journal(&one), Err(JournalError::Malformed { line: 1, .. })));
}

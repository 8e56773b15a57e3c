//! Steps, stops and interruptions.

use trainyard_apply::{JournalError, Outcome, carry_out};

use crate::place::{Clerk, Place, plan, shell, step, why};

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
        let place = Place::new();
        let plan = plan(vec![
            step("1", vec![place.action("a", is_repeatable, has_check)]),
            step("2", vec![place.action("b", is_repeatable, has_check)]),
        ]);
        assert_eq!(place.carry(&plan), Outcome::Finished);
        let text = place.written();
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        for cut in ends.iter().flat_map(|end| [end - 5, *end]) {
            let kept = &text[..cut];
            let whole = &kept[..kept.rfind('\n').map_or(0, |at| at + 1)];
            // What the journal says has run, did; what was begun may have.
            place.forget_all(&["a", "b"]);
            for (name, step) in [("a", "\"1\""), ("b", "\"2\"")] {
                let has = |what: &str| {
                    whole.lines().any(|line| line.contains(what) && line.contains(step))
                };
                if has("ran") || (has("begun") && has_check) {
                    place.run_aside(name);
                }
            }
            place.write_journal(kept);
            match place.carry(&plan) {
                Outcome::Finished => {
                    assert_eq!(place.log(), "a b ", "{is_repeatable} {has_check} {kept}");
                }
                Outcome::Stopped(stop) => {
                    assert!(!is_repeatable && !has_check, "{stop:?}");
                    assert!(stop.why.contains("unknown state"), "{stop:?}");
                }
            }
        }
    }
}

/// A person says what became of a command; what follows it in its step still runs.
#[test]
fn what_a_person_found_is_about_one_command() {
    for (says_done, expected) in [(true, "a c "), (false, "a b c ")] {
        let place = Place::new();
        let actions = ["a", "b", "c"].map(|name| place.action(name, false, false));
        let plan = plan(vec![step("1", actions.into())]);
        assert_eq!(place.carry(&plan), Outcome::Finished);
        let text = place.written();
        let begun = text.match_indices("\"begun\"").nth(1).map(|(at, _)| at).unwrap();
        let end = begun + text[begun..].find('\n').unwrap() + 1;
        place.write_journal(&text[..end]);
        place.forget_all(&["a", "b", "c"]);
        place.run_aside("a");
        assert!(why(&place.carry(&plan)).contains("unknown state"));
        let mut journal = place.journal(&plan).unwrap();
        assert!(journal.is_open("1"));
        if says_done {
            journal.settle("1").unwrap();
        } else {
            journal.again("1").unwrap();
        }
        drop(journal);
        assert_eq!(place.carry(&plan), Outcome::Finished);
        assert_eq!(place.log(), expected);
        assert!(!place.journal(&plan).unwrap().is_open("1"));
    }
}

/// A command that failed may have done its work in part, so one that may not run twice waits for a person.
#[test]
fn what_failed_is_not_run_again_unasked() {
    let place = Place::new();
    let mut broken = place.action("a", false, false);
    broken.invocation = shell(&place.path, "echo a >> log; exit 3");
    let plan = plan(vec![step("1", vec![broken])]);
    assert!(why(&place.carry(&plan)).contains("exit status: 3"));
    assert!(why(&place.carry(&plan)).contains("failed before"));
    assert_eq!(place.log(), "a ");
    place.journal(&plan).unwrap().again("1").unwrap();
    place.carry(&plan);
    assert_eq!(place.log(), "a a ");
}

/// Some commands have another form for what an interrupted run left; a run that failed by itself left nothing.
#[test]
fn an_interrupted_command_may_have_another_form() {
    let place = Place::new();
    let mut action = place.action("usual", true, false);
    action.invocation = shell(&place.path, "echo usual >> log; exit 1");
    action.if_interrupted = Some(shell(&place.path, "echo instead >> log; test -e fixed"));
    let plan = plan(vec![step("1", vec![action])]);
    for _ in 0..2 {
        assert!(why(&place.carry(&plan)).contains("failed"));
    }
    assert_eq!(place.log(), "usual usual ");
    let text = place.written();
    let begun = text.find("{\"what\":\"failed\"").unwrap();
    place.write_journal(&text[..begun]);
    assert!(why(&place.carry(&plan)).contains("instead"));
    std::fs::write(place.path.join("fixed"), "").unwrap();
    // It failed, and is an interrupted one all the same.
    assert_eq!(place.carry(&plan), Outcome::Finished);
    assert_eq!(place.log(), "usual usual instead instead ");
}

/// A service that a command leaves behind holds its outputs and the journal open.
#[test]
fn services_that_stay_hold_nothing_up() {
    let place = Place::new();
    let mut start = place.action("start", true, false);
    start.invocation =
        shell(&place.path, "exec 3<&0; sleep 20 <&3 & echo $! > pid; echo started >> log");
    let plan = plan(vec![step("1", vec![start])]);
    let begin = std::time::Instant::now();
    assert_eq!(place.carry(&plan), Outcome::Finished);
    assert_eq!(place.carry(&plan), Outcome::Finished);
    assert!(begin.elapsed().as_secs() < 15);
    let pid = std::fs::read_to_string(place.path.join("pid")).unwrap();
    place.shell(&format!("kill {pid}"));
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
    place.write_journal("nonsense\n");
    assert!(matches!(place.journal(&one), Err(JournalError::Malformed { line: 1, .. })));
}

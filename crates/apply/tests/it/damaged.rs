//! Journals that something else wrote to, that are cut, or that cannot be written.

use proptest::prelude::*;
use trainyard_apply::{Journal, JournalError, Outcome, Progress, carry_out};
use trainyard_upgrade::plan::Plan;

use crate::place::{Clerk, Place, plan, step, why};

/// A plan of two steps that was carried out, with its journal.
fn carried() -> (Place, Plan, Vec<u8>) {
    let place = Place::new();
    let actions = ["a", "b"].map(|name| place.action(name, false, false));
    let plan = plan(vec![
        step("1.1-database", actions.into()),
        step("1.2-database", vec![place.action("c", false, false)]),
    ]);
    assert_eq!(place.carry(&plan), Outcome::Finished);
    let written = place.written().into_bytes();
    (place, plan, written)
}

/// What the journal knows of the plan.
fn known(journal: &Journal) -> Vec<Progress> {
    let places = [("1.1-database", 0), ("1.1-database", 1), ("1.2-database", 0)];
    places.iter().map(|(step, action)| journal.progress(step, *action)).collect()
}

#[test]
fn a_byte_that_is_changed_anywhere_is_told() {
    let (place, plan, written) = carried();
    for at in 0..written.len() {
        for change in [0x01, 0x20, 0x80] {
            let mut damaged = written.clone();
            damaged[at] ^= change;
            place.write_journal(&damaged);
            let told = place.journal(&plan).unwrap_err();
            assert!(matches!(told, JournalError::Malformed { .. }), "byte {at}: {told}");
        }
    }
    // Nothing was run or written.
    assert_eq!(place.log(), "a b c ");
}

#[test]
fn a_line_that_is_gone_or_moved_is_told() {
    let (place, plan, written) = carried();
    let text = String::from_utf8(written).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in 0..lines.len() - 1 {
        let mut gone = lines.clone();
        gone.remove(at);
        place.write_journal(gone.concat());
        assert!(place.journal(&plan).is_err(), "without line {}", at + 1);
        let mut twice = lines.clone();
        twice.insert(at, lines[at]);
        place.write_journal(twice.concat());
        assert!(place.journal(&plan).is_err(), "line {} twice", at + 1);
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        place.write_journal(swapped.concat());
        assert!(place.journal(&plan).is_err(), "line {} moved", at + 1);
    }
}

/// A process that dies while it writes leaves the beginning of a line.
#[test]
fn a_journal_that_ends_anywhere_is_followed_up_to_there() {
    let (place, plan, written) = carried();
    let mut before = vec![Progress::Untouched; 3];
    for end in 0..=written.len() {
        place.write_journal(&written[..end]);
        let journal = place.journal(&plan).unwrap();
        let now = known(&journal);
        let comes_on = |one: &Progress, other: &Progress| {
            let rank = |it: &Progress| match it {
                Progress::Untouched => 0,
                Progress::Interrupted | Progress::Failed => 1,
                Progress::Ran => 2,
            };
            rank(one) <= rank(other)
        };
        assert!(before.iter().zip(&now).all(|(one, other)| comes_on(one, other)), "{end}");
        drop(journal);
        // It is whole again, and says the same.
        let again = place.journal(&plan).unwrap();
        assert_eq!(known(&again), now, "{end}");
        before = now;
    }
    assert_eq!(before, [Progress::Ran; 3]);
}

#[test]
fn what_is_no_file_is_no_journal() {
    let (place, plan, _) = carried();
    for path in ["/dev/full", "/dev/zero", place.path.as_str()] {
        let told = Journal::open(path.into(), &plan).unwrap_err();
        assert!(matches!(told, JournalError::NoJournal { .. }), "{path}: {told}");
    }
    let told = Journal::open(&place.path.join("missing/journal"), &plan).unwrap_err();
    assert!(matches!(told, JournalError::File { .. }), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is in the file: it is told, or followed, and what it says has run is not run.
    #[test]
    fn any_bytes_are_told_or_followed(
        cut in 0_usize..900,
        insert in proptest::collection::vec(any::<u8>(), 0..40),
        gap in 0_usize..40,
    ) {
        let (place, plan, written) = carried();
        let cut = cut.min(written.len());
        let rest = &written[(cut + gap).min(written.len())..];
        place.write_journal([&written[..cut], &insert, rest].concat());
        if let Ok(mut journal) = place.journal(&plan) {
            let ran = known(&journal).iter().filter(|it| **it == Progress::Ran).count();
            place.forget_all(&["a", "b", "c"]);
            let outcome = carry_out(&plan, &mut journal, &mut Clerk::default()).unwrap();
            let runs = place.log().split_whitespace().count();
            match outcome {
                Outcome::Finished => prop_assert_eq!(runs + ran, 3),
                Outcome::Stopped(_) => prop_assert!(why(&outcome).contains("unknown state")),
            }
        }
    }
}

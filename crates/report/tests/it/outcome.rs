use trainyard_report::{Code, Finding, Outcome};

#[test]
fn notes_alone_are_clean() {
    let note = Finding::new(Code::STRAY_TAG, "pull", "is no release");
    let warning = Finding::new(Code::VERSION_GAP, "v2", "was skipped");
    let error = Finding::new(Code::DUPLICATE_RELEASE, "v2", "is there twice");
    assert_eq!(Outcome::of(&[]), Outcome::Clean);
    assert_eq!(Outcome::of(std::slice::from_ref(&note)), Outcome::Clean);
    assert_eq!(Outcome::of(&[note.clone(), warning]), Outcome::Findings);
    assert_eq!(Outcome::of(&[note, error]), Outcome::Findings);
}

#[test]
fn exit_codes_are_a_promise() {
    let codes = [Outcome::Clean, Outcome::Findings, Outcome::Usage, Outcome::Environment]
        .map(Outcome::code);
    assert_eq!(codes, [0, 1, 2, 3]);
}

#[test]
fn the_worse_outcome_wins() {
    assert_eq!(Outcome::Findings.max(Outcome::Environment), Outcome::Environment);
}

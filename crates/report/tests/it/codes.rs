use trainyard_report::Code;

#[test]
fn codes_are_ascending_and_names_unique() {
    let codes: Vec<_> = Code::all().map(Code::as_str).collect();
    assert!(codes.is_sorted_by(|left, right| left < right), "{codes:?}");
    let mut names: Vec<_> = Code::all().map(|code| code.info().name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), codes.len());
}

#[test]
fn every_code_is_explained_with_an_example() {
    for code in Code::all() {
        let explanation = code.info().explanation;
        let lines = explanation.lines().count();
        assert!((8..=20).contains(&lines), "{code}: {lines} lines");
        let Some((meaning, example)) = explanation.split_once("\n## Example\n") else {
            panic!("{code}: no example");
        };
        assert!(meaning.split_whitespace().count() >= 40, "{code}: the meaning is too short");
        let fences = example.lines().filter(|line| line.starts_with("```")).count();
        assert!(fences >= 2 && fences.is_multiple_of(2), "{code}: {fences} fences");
    }
}

#[test]
fn every_example_shows_its_own_finding_with_its_severity() {
    for code in Code::all() {
        let shown = format!("\n{}[{code}]: ", code.info().severity);
        assert!(code.info().explanation.contains(&shown), "{code}: no line{shown:?}");
    }
}

#[test]
fn explanations_fit_a_terminal_where_they_are_not_wrapped() {
    for code in Code::all() {
        let mut is_code = false;
        for line in code.info().explanation.lines() {
            is_code ^= line.starts_with("```");
            assert!(!is_code || line.chars().count() <= 96, "{code}: {line}");
        }
    }
}

#[test]
fn summaries_are_sentences() {
    for code in Code::all() {
        let summary = code.info().summary;
        assert!(
            summary.starts_with(char::is_uppercase) && summary.ends_with('.'),
            "{code}: {summary}"
        );
    }
}

#[test]
fn codes_are_found_by_code_and_name() {
    for text in ["TY0203", "ty0203", "duplicate-release", "Duplicate-Release"] {
        assert_eq!(text.parse(), Ok(Code::DUPLICATE_RELEASE));
    }
    assert!("TY9999".parse::<Code>().is_err());
}

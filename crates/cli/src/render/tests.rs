use super::{broken, columns, columns_within};

fn table() -> Vec<Vec<String>> {
    let rows: [[&str; 3]; 3] = [
        ["what", "why", "when"],
        ["core@1.4.0", "two studios have worked with it for two weeks", "2026-11-09 18:31:58"],
        ["core@1.5.0", "", "2026-11-10 18:31:58"],
    ];
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

#[test]
fn a_table_stays_within_its_width() {
    assert_eq!(columns_within(&table(), None), columns(&table()));
    assert_eq!(columns_within(&table(), Some(200)), columns(&table()));
    insta::assert_snapshot!(columns_within(&table(), Some(60)), @r"
    what        why                      when
    core@1.4.0  two studios have worked  2026-11-09 18:31:58
                with it for two weeks
    core@1.5.0                           2026-11-10 18:31:58
    ");
    for width in 34..100 {
        let text = columns_within(&table(), Some(width));
        assert!(text.lines().all(|line| line.chars().count() <= width), "{width}:\n{text}");
        let words = |text: &str| text.split_whitespace().count();
        assert_eq!(words(&text), words(&columns(&table())), "{width}:\n{text}");
    }
    // No word is broken, and nothing is left out, where it cannot fit.
    let text = columns_within(&table(), Some(1));
    assert!(text.contains("core@1.4.0") && text.contains("18:31:58"), "{text}");
    assert_eq!(columns_within(&[], Some(10)), "");
}

#[test]
fn sentences_stand_below_themselves() {
    let text = "two studios have worked with it for two weeks  (and one has not)";
    assert_eq!(broken(text, 2, 2, None), [format!("  {text}")]);
    let lines = broken(text, 2, 4, Some(40));
    insta::assert_snapshot!(lines.join("\n"), @r"
      two studios have worked with it for
          two weeks  (and one has not)
    ");
}

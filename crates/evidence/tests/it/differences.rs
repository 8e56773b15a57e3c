//! The deliberate differences from files of cases.

use serde_json::Value;

/// Which cases of a file are meant to come out otherwise.
pub(crate) struct Differences(Vec<Vec<(String, String)>>);

impl Differences {
    /// Those of one file. A key is `field=pattern`, several joined by ` & `; `*` stands for any text, `\n` for the end of a line.
    pub(crate) fn of(file: &str) -> Self {
        let table = include_str!("../deliberate_differences.tsv");
        let rows = table.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
        let of_file = rows.filter(|columns| {
            assert_eq!(columns.len(), 3, "{columns:?} has a file, a key and a reason");
            columns[0] == file
        });
        let condition = |text: &str| {
            let (field, pattern) = text.split_once('=').expect("a condition is `field=pattern`");
            (field.to_owned(), pattern.replace("\\n", "\n"))
        };
        Self(of_file.map(|columns| columns[1].split(" & ").map(condition).collect()).collect())
    }

    /// Whether the table tells why this case may come out otherwise.
    pub(crate) fn explain(&self, case: &Value) -> bool {
        self.0.iter().any(|conditions| {
            conditions.iter().all(|(field, pattern)| {
                let text = match &case[field.as_str()] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                matches(pattern, &text)
            })
        })
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    text.strip_prefix(start).is_some_and(|text| {
        text.char_indices().map(|(at, _)| &text[at..]).chain([""]).any(|text| matches(rest, text))
    })
}

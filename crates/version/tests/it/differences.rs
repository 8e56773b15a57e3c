//! The table of deliberate differences from files of cases.

/// Panics unless the table lists the difference, with a reason, for the file.
///
/// A key that begins with `@` stands for all cases that a rule of the test puts into that class.
pub(crate) fn assert_listed(file: &str, key: &str) {
    let table = include_str!("../deliberate_differences.tsv");
    let listed = table.lines().skip(1).any(|line| {
        let mut columns = line.split('\t');
        (columns.next(), columns.next()) == (Some(file), Some(key))
            && columns.next().is_some_and(|reason| !reason.is_empty())
    });
    assert!(listed, "{file} {key} is not in deliberate_differences.tsv");
}

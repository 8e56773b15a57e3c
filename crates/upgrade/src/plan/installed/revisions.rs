//! What `alembic current`, or `psql` with `SELECT version_num FROM alembic_version`, prints.

/// Where databases stand; `None` where the text is nothing of the kind.
pub(super) fn read(text: &str) -> Option<Vec<String>> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_table = lines().any(|line| line.trim_matches('|').trim() == "version_num");
    let mut revisions = Vec::new();
    for line in lines() {
        let cell = line.trim_matches('|').trim();
        let is_frame = cell == "version_num" || cell.chars().all(|it| "-+|".contains(it));
        let is_count = cell.starts_with('(') && cell.ends_with(')') && cell.contains(" row");
        // Alembic says what it does before it answers.
        let is_said =
            ["INFO ", "WARN ", "WARNING ", "DEBUG "].iter().any(|it| line.starts_with(it));
        if is_frame || is_count || is_said {
            continue;
        }
        let (id, rest) = cell.split_once(' ').unwrap_or((cell, ""));
        let rest = rest.trim();
        let is_marked = rest.is_empty() || (rest.starts_with('(') && rest.ends_with(')'));
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "_-".contains(it);
        if !is_marked || !id.chars().all(is_plain) {
            return None;
        }
        if !revisions.iter().any(|known| known == id) {
            revisions.push(id.to_owned());
        }
    }
    (is_table || !revisions.is_empty()).then_some(revisions)
}

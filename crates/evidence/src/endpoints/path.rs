//! Paths, as they are compared.

use crate::python::constants::HOLE;

/// A path with `{}` for every parameter: `{id}`, `{id:path}`, `{id:\d+}`, `<int:id>`, and what the source does not
/// spell out.
pub(super) fn normal(path: &str) -> String {
    let path = path.replace(HOLE, "{}");
    let mut normal = String::with_capacity(path.len());
    let mut depth = 0usize;
    let mut open = '{';
    for character in path.chars() {
        match character {
            '{' | '<' if depth == 0 => {
                open = character;
                depth = 1;
                normal.push_str("{}");
            }
            _ if depth > 0 && character == open => depth += 1,
            '}' if depth > 0 && open == '{' => depth -= 1,
            '>' if depth > 0 && open == '<' => depth -= 1,
            _ if depth > 0 => {}
            _ => normal.push(character),
        }
    }
    normal
}

/// A regular expression of a path, as a path: anchors are taken off, groups are parameters.
pub(super) fn of_pattern(pattern: &str) -> String {
    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
    let mut path = String::new();
    let mut depth = 0usize;
    for character in pattern.chars() {
        match character {
            '(' => {
                if depth == 0 {
                    path.push_str("{}");
                }
                depth += 1;
            }
            ')' => depth = depth.saturating_sub(1),
            '\\' => {}
            _ if depth > 0 => {}
            other => path.push(other),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_no_names() {
        for (path, expected) in [
            ("/users/{name}", "/users/{}"),
            ("/files/{path:path}/x", "/files/{}/x"),
            (r"/keys/{id:\d{1,3}}", "/keys/{}"),
            ("/items/<int:id>", "/items/{}"),
            ("/open/{x", "/open/{}"),
            ("", ""),
        ] {
            assert_eq!(normal(path), expected);
        }
        assert_eq!(normal(&format!("/{HOLE}/x")), "/{}/x");
        assert_eq!(of_pattern(r"^users/(?P<id>\d+)/$"), "users/{}/");
    }
}

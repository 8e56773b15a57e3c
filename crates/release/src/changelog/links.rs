//! The definitions of links at the end of a changelog.

/// The definitions with one for a release: the one of what is unreleased begins at the new tag from now on, and the
/// release gets what it covered before.
///
/// They stay as they are where there is none for what is unreleased, or one for the release already.
pub(super) fn with_release(tail: &str, version: &str, tag: &str, end: &str) -> String {
    let own = format!("[{version}]:");
    let is_own =
        |line: &str| line.get(..own.len()).is_some_and(|start| start.eq_ignore_ascii_case(&own));
    if tail.lines().any(is_own) {
        return tail.to_owned();
    }
    let mut result = String::with_capacity(tail.len() * 2);
    for line in tail.split_inclusive('\n') {
        match comparison(line) {
            Some((name, base, from, head)) => {
                let behind = &line[line.trim_end().len()..];
                let behind = if behind.is_empty() { end } else { behind };
                result.extend([
                    format!("{name}: {base}/compare/{tag}...{head}{behind}"),
                    format!("[{version}]: {base}/compare/{from}...{tag}{behind}"),
                ]);
            }
            None => result.push_str(line),
        }
    }
    result
}

/// The parts of `[unreleased]: <base>/compare/<from>...<head>`.
fn comparison(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (name, target) = line.trim_end().split_once(": ")?;
    let is_unreleased = name.eq_ignore_ascii_case("[unreleased]");
    let (base, range) = target.split_once("/compare/").filter(|_| is_unreleased)?;
    let (from, head) = range.split_once("...")?;
    Some((name, base, from, head))
}

//! The rules, a function each.

use camino::Utf8Path;

use crate::workspace::File;

/// No Rust file has more lines.
const MOST_LINES: usize = 800;
/// No Rust file has more lines outside of its tests, but for the [`LONG_FILES`].
const MOST_CODE_LINES: usize = 500;

/// Files that may have more than [`MOST_CODE_LINES`], and why.
const LONG_FILES: &[(&str, &str)] = &[];

/// Words that must not stay in code, put together here so that this file does not hold them itself.
const LEFTOVERS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or open an issue"),
    (concat!("FIX", "ME"), "do it, or open an issue"),
    (concat!("[al", "low("), "use `expect` with a reason, which tells when it is no longer needed"),
];

/// Folders that exist on one machine only.
const MACHINE_PATHS: &[&str] = &[concat!("/wo", "rk/"), concat!("/tm", "p/")];

pub(super) fn length(file: &File) -> Option<String> {
    if !file.is_rust() {
        return None;
    }
    let lines = file.text.lines().count();
    let code = code_lines(file);
    if lines > MOST_LINES {
        return Some(format!("{}: {lines} lines; split it below {MOST_LINES}", file.path));
    }
    (code > MOST_CODE_LINES && !is_excused(&file.path)).then(|| {
        format!("{}: {code} lines without tests; split it below {MOST_CODE_LINES}", file.path)
    })
}

/// How many lines are no tests.
fn code_lines(file: &File) -> usize {
    let is_test = file.path.file_name() == Some("tests.rs")
        || file.path.components().any(|part| matches!(part.as_str(), "tests" | "benches"));
    if is_test {
        return 0;
    }
    let lines: Vec<_> = file.text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    });
    tests.unwrap_or(lines.len())
}

fn is_excused(path: &Utf8Path) -> bool {
    LONG_FILES.iter().any(|(long, _)| path == long)
}

/// Exceptions for files that are gone or short again.
pub(super) fn stale_exceptions(files: &[File]) -> Vec<String> {
    let is_long = |path: &str| {
        files.iter().any(|file| file.path == path && code_lines(file) > MOST_CODE_LINES)
    };
    LONG_FILES
        .iter()
        .filter(|(path, _)| !files.is_empty() && !is_long(path))
        .map(|(path, _)| format!("{path}: is not long (any more); take it off the list in tidy"))
        .collect()
}

pub(super) fn leftovers(file: &File) -> Vec<String> {
    if !file.is_rust() && !matches!(file.path.extension(), Some("toml" | "md" | "sh")) {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    for (number, line) in numbered(&file.text) {
        for (word, advice) in LEFTOVERS {
            if line.contains(word) {
                complaints.push(format!("{}:{number}: `{word}`: {advice}", file.path));
            }
        }
    }
    complaints
}

/// Paths of somebody's machine in documents and comments.
pub(super) fn machine_paths(file: &File) -> Vec<String> {
    let is_document = matches!(file.path.extension(), Some("md" | "toml"));
    let mut complaints = Vec::new();
    for (number, line) in numbered(&file.text) {
        let is_comment = file.is_rust() && line.trim_start().starts_with("//");
        let names_one = MACHINE_PATHS.iter().any(|path| is_path_start(line, path));
        if names_one && (is_document || is_comment) {
            complaints.push(format!("{}:{number}: names a folder of one machine", file.path));
        }
    }
    complaints
}

/// Whether a path begins in a line, rather than goes on there as in `a/b`.
fn is_path_start(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || "._-}>".contains(character))
    })
}

/// Blanks at the ends of lines, carriage returns, and no newline at the end.
pub(super) fn whitespace(file: &File) -> Vec<String> {
    // Rust is rustfmt's.
    let is_watched = matches!(file.path.extension(), Some("toml" | "md" | "sh" | "tsv" | "yml"));
    if !is_watched || file.text.is_empty() {
        return Vec::new();
    }
    let is_tsv = file.path.extension() == Some("tsv");
    let ends_badly = |line: &str| line.ends_with([' ', '\r']) || (line.ends_with('\t') && !is_tsv);
    let mut complaints: Vec<_> = file
        .text
        .split('\n')
        .enumerate()
        .filter(|(_, line)| ends_badly(line))
        .map(|(index, _)| format!("{}:{}: blanks at the end of the line", file.path, index + 1))
        .collect();
    if !file.text.ends_with('\n') {
        complaints.push(format!("{}: no newline at the end", file.path));
    }
    complaints
}

/// Files of integration tests that no module names, so that they never run.
pub(super) fn forgotten_tests(files: &[File]) -> Vec<String> {
    let of_tests: Vec<_> = files
        .iter()
        .filter(|file| file.is_rust() && file.path.as_str().contains("/tests/"))
        .filter(|file| !file.path.as_str().contains("/src/"))
        .collect();
    let mut complaints = Vec::new();
    for file in &of_tests {
        let Some((package, inner)) = file.path.as_str().split_once("/tests/") else { continue };
        if inner == "it/main.rs" {
            continue;
        }
        if !inner.starts_with("it/") {
            complaints.push(format!(
                "{}: belongs into {package}/tests/it, one binary per crate",
                file.path
            ));
            continue;
        }
        let folder = file.path.parent().unwrap_or(Utf8Path::new(""));
        let (module, folder) = match file.path.file_stem() {
            Some("mod") => (folder.file_name(), folder.parent().unwrap_or(folder)),
            name => (name, folder),
        };
        let declaration = format!("mod {};", module.unwrap_or_default());
        let is_declared = of_tests.iter().any(|other| {
            may_declare(&other.path, folder)
                && other.text.lines().any(|line| line.trim().ends_with(&declaration))
        });
        if !is_declared {
            complaints
                .push(format!("{}: no `{declaration}` names it, so it never runs", file.path));
        }
    }
    complaints
}

/// Whether the modules of `folder` may be declared in `file`: in it, beside it, or in the crate's root.
fn may_declare(file: &Utf8Path, folder: &Utf8Path) -> bool {
    file.parent() == Some(folder)
        || file.with_extension("") == folder
        || (file.file_name() == Some("main.rs")
            && file.parent().is_some_and(|root| folder.starts_with(root)))
}

/// Crates that the map in ARCHITECTURE.md leaves out.
pub(super) fn unlisted_crates(files: &[File], crates: &[String]) -> Vec<String> {
    let architecture = files.iter().find(|file| file.path == "ARCHITECTURE.md");
    let Some(architecture) = architecture else {
        return vec!["ARCHITECTURE.md: is missing".to_owned()];
    };
    let is_listed = |name: &str| {
        architecture.text.lines().any(|line| line.split_whitespace().next() == Some(name))
    };
    crates
        .iter()
        .filter(|name| !is_listed(name))
        .map(|name| format!("ARCHITECTURE.md: the map has no line for `{name}`"))
        .collect()
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines())
}

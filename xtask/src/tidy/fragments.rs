//! The changelog's fragments in `changes/`.

use crate::workspace::File;

/// Where fragments lie, and the one file there that is none.
const FOLDER: &str = "changes";
const EXPLANATION: &str = "README.md";

/// The types that our changelog knows.
const TYPES: &[&str] = &[
    "breaking",
    "removal",
    "deprecation",
    "feature",
    "enhance",
    "fix",
    "security",
    "perf",
    "deps",
    "doc",
    "misc",
];

/// Fragments whose names or texts the changelog could not use.
pub(super) fn complaints(files: &[File]) -> Vec<String> {
    let of_folder = files.iter().filter(|file| file.path.starts_with(FOLDER));
    of_folder.filter_map(complaint).collect()
}

fn complaint(file: &File) -> Option<String> {
    let name = file.path.file_name().unwrap_or_default();
    if name == EXPLANATION {
        return None;
    }
    if let Err(reason) = check_name(name) {
        return Some(format!("{}: {reason}", file.path));
    }
    file.text.trim().is_empty().then(|| format!("{}: says nothing", file.path))
}

/// A name is `<issue>.<type>.md` or `+<words>.<type>.md`, with a number before `.md` where there are several.
fn check_name(name: &str) -> Result<(), String> {
    let parts: Vec<_> = name.split('.').collect();
    let (about, kind) = match *parts.as_slice() {
        [about, kind, "md"] => (about, kind),
        [about, kind, number, "md"] if is_number(number) => (about, kind),
        _ => return Err("is not named `<issue>.<type>.md` or `+<words>.<type>.md`".to_owned()),
    };
    let is_words = |words: &str| {
        !words.is_empty()
            && words.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
    };
    if !is_number(about) && !about.strip_prefix('+').is_some_and(is_words) {
        return Err(format!("`{about}` is neither an issue's number nor `+` and words"));
    }
    if !TYPES.contains(&kind) {
        return Err(format!("`{kind}` is no type; there are {}", TYPES.join(", ")));
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn names_say_what_and_which_type() {
        for good in ["12.fix.md", "+spine.feature.md", "12.fix.2.md", "+a-b.doc.md"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in
            ["fix.md", "12.fix.txt", "spine.feature.md", "+.fix.md", "12.great.md", "12.fix.x.md"]
        {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}

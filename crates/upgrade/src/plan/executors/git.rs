//! Git checkouts.

use camino::Utf8Path;

use super::super::{Action, Check, Expectation, Invocation};

/// Checks out a tag.
///
/// Before anything is written, git looks whether it would overwrite a file that is not its own. So a checkout that was
/// killed in the middle, after that look, may be finished by force.
pub fn checkout(folder: &Utf8Path, tag: &str, commit: &str) -> Vec<Action> {
    let git = |words: &[&str]| {
        Invocation::new(std::iter::once("git").chain(words.iter().copied()), folder)
    };
    let action =
        |words: &[&str], done_when: Option<Check>, if_interrupted: Option<&[&str]>| Action {
            executor: "git".to_owned(),
            invocation: git(words),
            done_when,
            is_repeatable: true,
            if_interrupted: if_interrupted.map(git),
        };
    let forced: &[&str] = &["checkout", "--force", "--quiet", "--detach", tag];
    vec![
        action(&["fetch", "--tags", "--quiet"], Some(knows(folder, commit)), None),
        action(&["read-tree", "-m", "-u", "--dry-run", "HEAD", commit], None, None),
        // git moves HEAD last: where that is right, the files are.
        action(
            &["checkout", "--quiet", "--detach", tag],
            Some(is_at(folder, tag, commit)),
            Some(forced),
        ),
    ]
}

/// That a commit is there.
pub fn knows(folder: &Utf8Path, commit: &str) -> Check {
    Check {
        says: format!("commit {} is there", short(commit)),
        invocation: Invocation::new(["git", "cat-file", "-e", commit], folder),
        expects: Expectation::Success,
    }
}

/// That the checkout is at a commit.
pub fn is_at(folder: &Utf8Path, name: &str, commit: &str) -> Check {
    Check {
        says: format!("the checkout is at {name}"),
        invocation: Invocation::new(["git", "rev-parse", "HEAD"], folder),
        expects: Expectation::Text(commit.to_owned()),
    }
}

/// That no tracked file was changed.
pub fn is_clean(folder: &Utf8Path) -> Check {
    let words = ["git", "status", "--porcelain", "--untracked-files=no"];
    Check {
        says: "the checkout has no changes of its own".to_owned(),
        invocation: Invocation::new(words, folder),
        expects: Expectation::Text(String::new()),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

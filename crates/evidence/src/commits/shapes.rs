//! Messages that tools write: merges, releases and reverts.

use std::borrow::Cow;

use super::header::{Header, pull_request_number, split_pull_request};

/// A message that a merge writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MergeLine<'a> {
    /// The pull request, such as `#12`.
    pub(super) pull_request: Option<&'a str>,
    /// Where its title stands.
    pub(super) title: MergeTitle<'a>,
}

/// Where the title of a merged request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeTitle<'a> {
    /// In the same line.
    Here(&'a str),
    /// In the next line that is not blank.
    Below,
    /// In the next line that is not blank, if that follows the convention.
    MaybeBelow,
}

/// Reads the subject that GitHub, GitLab, Bitbucket, Azure, bors or git itself gives a merge.
pub(super) fn merge_line(subject: &str) -> Option<MergeLine<'_>> {
    let first_number = |text| {
        let words = |word: &'_ str| word.starts_with(['#', '!']);
        str::split_whitespace(text).find(|word| words(word)).and_then(pull_request_number)
    };
    if let Some(rest) = subject.strip_prefix("Merge pull request ") {
        return Some(MergeLine { pull_request: first_number(rest), title: MergeTitle::Below });
    }
    if subject.starts_with("Merged in ") {
        let pull_request = split_pull_request(subject).1;
        return Some(MergeLine { pull_request, title: MergeTitle::Below });
    }
    if let Some(rest) = subject.strip_prefix("Merged PR ") {
        let (_, title) = rest.split_once(": ").unwrap_or((rest, ""));
        return Some(MergeLine { pull_request: None, title: MergeTitle::Here(title.trim()) });
    }
    if let Some(rest) = subject.strip_prefix("Auto merge of ") {
        return Some(MergeLine { pull_request: first_number(rest), title: MergeTitle::Below });
    }
    let what = subject.strip_prefix("Merge ")?;
    let by_git = ["branch ", "branches ", "remote-tracking branch", "tag ", "commit ", "commits "];
    by_git
        .iter()
        .any(|start| what.starts_with(start))
        .then_some(MergeLine { pull_request: None, title: MergeTitle::MaybeBelow })
}

/// Whether this subject says nothing but that a version is released.
pub(super) fn is_release(subject: &str, header: Option<&Header<'_>>) -> bool {
    const MOST_WORDS: usize = 10;
    let mut says_release = false;
    let mut text = subject;
    if let Some(header) = header {
        let rule = header.meaning().map(|kind| kind.rule);
        if !matches!(
            rule,
            Some("commits.chore" | "commits.build" | "commits.ci" | "commits.release")
        ) {
            return false;
        }
        says_release = rule == Some("commits.release") || header.scope == Some("release");
        text = header.description;
    }
    let (mut versions, mut others) = (0, 0);
    for (count, word) in text.split_whitespace().enumerate() {
        let word = word.trim_matches(|character: char| !character.is_alphanumeric());
        match word.to_ascii_lowercase().as_str() {
            _ if count >= MOST_WORDS => return false,
            "release" | "releases" | "releasing" | "version" | "publish" | "released" => {
                says_release = true;
            }
            "" | "bump" | "bumped" | "prepare" | "for" | "to" | "from" | "new" | "cut" | "tag"
            | "the" | "skip" | "ci" | "set" | "is" => {}
            _ if is_version_word(word) => versions += 1,
            _ => others += 1,
        }
    }
    match (versions, header) {
        (0, None) => false,
        (0, Some(_)) => says_release && others <= 1,
        _ => others == 0 || (says_release && others == 1),
    }
}

/// `1.2.3`, `v1.2`, `name@1.2.3-rc.1`.
fn is_version_word(word: &str) -> bool {
    let word = word.rsplit_once('@').map_or(word, |(_, version)| version);
    let word = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &word.as_bytes()[digits..];
    digits > 0
        && rest.first() == Some(&b'.')
        && rest.get(1).is_some_and(u8::is_ascii_digit)
        && rest.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-+_".contains(byte))
}

/// What a subject says to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RevertLine<'a> {
    /// The subject of the commit that is taken back, without the number of its pull request.
    pub(super) target: Cow<'a, str>,
    /// The subject at the bottom of all the reverts.
    pub(super) innermost: &'a str,
    /// Whether, all told, something is brought back rather than taken away.
    pub(super) restores: bool,
}

/// Reads `Revert "x"`, `Reapply "x"` and `revert: x`, nested or not.
pub(super) fn revert_line<'a>(
    subject: &'a str,
    header: Option<&Header<'a>>,
) -> Option<RevertLine<'a>> {
    let (outer, direct) = match strip_revert(subject) {
        Some(found) => found,
        None => (Outer::Revert, conventional_revert(header?)?),
    };
    let mut restores = outer == Outer::Reapply;
    let mut innermost = split_pull_request(direct).0;
    while let Some((outer, inner)) = strip_revert(innermost) {
        restores ^= outer == Outer::Revert;
        innermost = split_pull_request(inner).0;
    }
    let direct = split_pull_request(direct).0;
    let target = match outer {
        Outer::Revert => Cow::Borrowed(direct),
        // Git's name for the revert of a revert.
        Outer::Reapply => Cow::Owned(format!("Revert \"{direct}\"")),
    };
    Some(RevertLine { target, innermost, restores })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outer {
    Revert,
    Reapply,
}

fn strip_revert(subject: &str) -> Option<(Outer, &str)> {
    let (word, rest) = subject.trim().split_once(' ')?;
    let outer = match word {
        "Revert" | "revert" => Outer::Revert,
        "Reapply" => Outer::Reapply,
        _ => return None,
    };
    Some((outer, rest.trim().strip_prefix('"')?.strip_suffix('"')?))
}

fn conventional_revert<'a>(header: &Header<'a>) -> Option<&'a str> {
    let is_revert = header.meaning().is_some_and(|kind| kind.rule == "commits.revert");
    is_revert.then(|| header.description.trim_matches('"'))
}

use std::time::Instant;

use super::*;

/// A commit whose id is forty times one hexadecimal digit.
fn commit(digit: char, message: &str) -> CommitMessage {
    CommitMessage { id: id(digit), message: message.to_owned(), ..CommitMessage::default() }
}

fn merge(digit: char, message: &str) -> CommitMessage {
    CommitMessage { is_merge: true, ..commit(digit, message) }
}

fn id(digit: char) -> String {
    digit.to_string().repeat(40)
}

fn read(commits: &[CommitMessage]) -> CommitEvidence {
    detect(commits, MergeTitles::Ignored)
}

/// The rules of all changes, without the detector's name, in order.
fn rules(evidence: &CommitEvidence) -> Vec<&str> {
    evidence.changes.iter().map(|change| change.rule.trim_start_matches("commits.")).collect()
}

#[track_caller]
fn check(message: &str, expected: &[&str]) {
    assert_eq!(rules(&read(&[commit('a', message)])), expected, "{message:?}");
}

#[track_caller]
fn check_class(message: &str, expected: Class) {
    let evidence = read(&[commit('a', message)]);
    assert_eq!(
        evidence.changes.iter().map(|change| change.class).collect::<Vec<_>>(),
        [expected],
        "{message:?}"
    );
}

#[track_caller]
fn check_all(commits: &[CommitMessage], expected: &[&str]) {
    assert_eq!(rules(&read(commits)), expected);
}

/// Which commit is cancelled by which, by their digits.
fn cancelled(evidence: &CommitEvidence) -> Vec<(char, char)> {
    let digit = |id: &str| id.chars().next().unwrap();
    evidence.cancelled.iter().map(|pair| (digit(&pair.commit), digit(&pair.by))).collect()
}

#[test]
fn types_have_classes() {
    check_class("feat: a", Class::Additive);
    check_class("fix(scope): a", Class::Fix);
    check_class("perf: a", Class::Fix);
    check_class("docs: a", Class::Docs);
    for name in ["chore", "ci", "test", "style", "refactor", "build"] {
        check_class(&format!("{name}: a"), Class::None);
        check(&format!("{name}: a"), &[name]);
    }
}

#[test]
fn aliases_and_letter_case_are_understood() {
    for (alias, rule) in
        [("Feat", "feat"), ("feature", "feat"), ("FIX", "fix"), ("bugfix", "fix"), ("doc", "docs")]
    {
        check(&format!("{alias}: a"), &[rule]);
        check(&format!("{alias}(b c)!: a"), &["breaking"]);
    }
    check("✨ feat: a", &["feat"]);
    check("refactor,fix: a", &["fix"]);
    check("ci/test: a", &["ci"]);
    check(":bug: fix: a", &["fix"]);
}

#[test]
fn what_follows_no_convention_is_counted_and_weighs_nothing() {
    let evidence =
        read(&[commit('a', "Improve things"), commit('b', "net/http: be quick"), commit('c', "")]);
    assert_eq!(rules(&evidence), ["other", "other", "other"]);
    assert_eq!(evidence.unconventional, [id('a'), id('b'), id('c')]);
    assert!(evidence.changes.iter().all(|change| change.class == Class::None));
    assert_eq!(evidence.changes[1].sentence, "`net/http` is no known type of commit");
}

#[test]
fn breaking_is_said_by_a_mark_a_footer_or_the_type() {
    for message in [
        "chore!: drop it",
        "foo(bar)!: drop it",
        "breaking: drop it",
        "fix: a\n\nBREAKING CHANGE: b",
        "fix: a\r\n\r\nBREAKING-CHANGE: b\r\n",
        "\u{feff}fix: a\n\nwords\n\nBREAKING CHANGE #12",
        "Prose\n\nBREAKING CHANGE:\n\nb",
        "fix: a\n\n* BREAKING CHANGE: b",
        "fix: a\n\nReviewed-by: c\nBREAKING CHANGE: b",
    ] {
        check(message, &["breaking"]);
    }
}

#[test]
fn prose_and_empty_templates_break_nothing() {
    for message in [
        "fix: a\n\nThis is no BREAKING CHANGE: all stays",
        "fix: a\n\nBREAKING CHANGE: none",
        "fix: a\n\nBREAKING CHANGE: N/A.",
        "fix: a\n\nBREAKING CHANGE:",
        "fix: a\n\nbreaking change: in small letters",
        "fix: a\n\n    BREAKING CHANGE: as code",
        "fix: a\n\n```\nBREAKING CHANGE: an example\n```",
    ] {
        check(message, &["fix"]);
    }
    check("fix: a\n\n```\nnever closed\n\nBREAKING CHANGE: b", &["breaking"]);
}

#[test]
fn squashed_commits_count_each() {
    let message = "Rework storage (#12)\n\n* feat(store): one\n\n  with words\n\n* fix: two\n\nBREAKING CHANGE: three\n\n* typo";
    let evidence = read(&[commit('a', message)]);
    assert_eq!(rules(&evidence), ["feat", "breaking"]);
    assert_eq!(evidence.changes[0].source.line, Some(3));
    assert_eq!(evidence.changes[1].source.line, Some(7));
    assert_eq!(evidence.changes[1].source.commit, Some(id('a')));
    assert!(evidence.unconventional.is_empty());
    check("chore: sync\n\n- fix: a\n- docs: b", &["chore", "fix", "docs"]);
    check("chore: sync\nfix: a\nfeat: b", &["chore", "fix", "feat"]);
}

#[test]
fn a_title_is_not_counted_twice() {
    check("feat: a (#1)\n\n* feat: a\n\n* wip", &["feat"]);
    check("feat: a (#1)\n\n* feat(x): a\n* fix: b", &["feat", "fix"]);
}

#[test]
fn bodies_are_not_mistaken_for_squashed_commits() {
    check("feat: a\n\nwords go\nfix: on here", &["feat"]);
    check("feat: a\n\nFixes: #12\nNote: fine", &["feat"]);
    check("feat: a\n\n```\n* fix: example\n```", &["feat"]);
    check("chore(deps): bump b\n\n* feat: theirs\n* BREAKING CHANGE: theirs", &["chore"]);
}

#[test]
fn git_squash_and_nested_markers_are_read() {
    let block = "commit 1234567890123456789012345678901234567890\nAuthor: a <b>\n\n";
    let squashed = format!(
        "Squashed commit of the following:\n\n{block}    feat: a\n\n{block}    just words\n"
    );
    check(&squashed, &["feat"]);
    let nested = "fix: a\n\nBEGIN_NESTED_COMMIT\nfeat(x): b\nwords\nEND_NESTED_COMMIT\n\nBREAKING CHANGE: of a";
    check(nested, &["breaking", "feat"]);
    check("feat!: a\nBEGIN_COMMIT_OVERRIDE\nfix: b\nEND_COMMIT_OVERRIDE", &["fix"]);
}

#[test]
fn merges_count_where_their_commits_are_not_listed() {
    let github = "Merge pull request #1 from a/b\n\nfeat: title";
    let gitlab = "Merge branch 'x' into 'main'\n\nfeat: title\n\nSee merge request a/b!12";
    let bitbucket = "Merged in x (pull request #10)\n\nfeat: title";
    for message in [github, gitlab, bitbucket, "Merged PR 12: feat: title"] {
        check_all(&[merge('a', message)], &["merge"]);
        assert_eq!(
            rules(&detect(&[merge('a', message)], MergeTitles::Counted)),
            ["feat"],
            "{message:?}"
        );
        check_all(&[commit('a', message)], &["feat"]);
    }
    check_all(&[merge('a', "Merge branch 'x'")], &["merge"]);
    check_all(&[commit('a', "Merge branch 'x'")], &["merge"]);
    check_all(&[merge('a', "Merge branch 'x'\n\nBREAKING CHANGE: b")], &["breaking"]);
    assert_eq!(Message::parse(gitlab).pull_request, Some("!12"));
    assert_eq!(Message::parse(github).pull_request, Some("#1"));
}

#[test]
fn releases_weigh_nothing() {
    for message in [
        "chore(release): 1.2.3",
        "chore: release v1.2.3 [skip ci]",
        "chore(main): release thing 1.2.3 (#4)\n\n* feat: listed again",
        "Release v1.2.3",
        "v1.2.3",
        "Bump version: 1.0.0 → 1.1.0",
        "release: 26.8.0",
        "bump: version 1.0 -> 1.1",
        "chore(release): publish",
    ] {
        check(message, &["release"]);
    }
    check("Bump lodash from 1.2.3 to 1.2.4", &["other"]);
    check("fix: release 1.2.3 of the lock", &["fix"]);
    check("Release the lock", &["other"]);
}

#[test]
fn versions_asked_for_are_told() {
    let evidence = read(&[
        commit('a', "chore: release 2.0.0\n\nRelease-As: 2.0.0"),
        commit('b', "fix: x\n\nrelease-as: v1.9.0"),
    ]);
    let versions: Vec<_> = evidence.overrides.iter().map(|wish| wish.version.as_str()).collect();
    assert_eq!(versions, ["2.0.0", "v1.9.0"]);
    assert_eq!(rules(&evidence), ["release", "release-as", "fix", "release-as"]);
}

#[test]
fn backports_name_their_origin() {
    let evidence =
        read(&[commit('a', &format!("fix: x\n\n(cherry picked from commit {})", id('b')))]);
    assert_eq!(evidence.backports, [Backport { commit: id('a'), origin: id('b') }]);
}

/// The message that git writes.
fn revert_of(subject: &str, digit: char) -> String {
    format!("Revert \"{subject}\"\n\nThis reverts commit {}.\n", id(digit))
}

#[test]
fn reverts_cancel_by_id() {
    let feat = || commit('a', "feat: x");
    let full = read(&[commit('b', &revert_of("feat: x", 'a')), feat()]);
    assert!(full.changes.is_empty());
    assert_eq!(cancelled(&full), [('a', 'b')]);
    check_all(&[commit('b', "revert: feat: x\n\nRefs: aaaaaaa"), feat()], &[]);
    check_all(
        &[
            commit('b', "revert: the incident\n\nRefs: aaaaaaaaa, ccccccc"),
            feat(),
            commit('c', "fix: y"),
        ],
        &[],
    );
    check_all(&[commit('b', "fix: undo\n\nThis reverts commit aaaaaaaa."), feat()], &["fix"]);
}

#[test]
fn reverts_cancel_by_subject_or_pull_request() {
    let feat = || commit('a', "feat: x (#12)");
    check_all(&[commit('b', "Revert \"feat: x\" (#13)"), feat()], &[]);
    check_all(&[commit('b', "Revert \"feat: x (#12)\" (#13)"), feat()], &[]);
    check_all(&[commit('b', "revert: feat: x"), feat()], &[]);
    check_all(&[commit('b', "Revert \"other words\"\n\nReverts owner/name#12"), feat()], &[]);
    // The second revert is of the older of two.
    let twice = [
        commit('c', "Revert \"feat: x\""),
        feat(),
        commit('d', "Revert \"feat: x\""),
        commit('e', "feat: x"),
    ];
    assert_eq!(cancelled(&read(&twice)), [('a', 'c'), ('e', 'd')]);
}

#[test]
fn a_revert_of_a_revert_restores() {
    let feat = || commit('a', "feat: x");
    let first = || commit('b', &revert_of("feat: x", 'a'));
    let again = |message: String| read(&[commit('c', &message), first(), feat()]);
    for message in [
        revert_of("Revert \"feat: x\"", 'b'),
        "Revert \"Revert \"feat: x\"\"".to_owned(),
        "Reapply \"feat: x\"".to_owned(),
        format!("Reapply \"feat: x\"\n\nThis reverts commit {}.", id('b')),
    ] {
        let evidence = again(message);
        assert_eq!(rules(&evidence), ["feat"]);
        assert_eq!(cancelled(&evidence), [('b', 'c')]);
    }
}

#[test]
fn reverts_of_what_was_released_are_changes() {
    check(&revert_of("feat: x", 'f'), &["revert"]);
    check_class(&revert_of("feat: x", 'f'), Class::Fix);
    check("revert!: x", &["breaking"]);
    check("Reapply \"feat: x\"", &["feat"]);
    check("Revert \"Revert \"fix: x\"\"", &["fix"]);
    // One of two is in the list.
    let both = format!("revert: a and b\n\nThis reverts commits {} and {}.", id('a'), id('f'));
    check_all(&[commit('b', &both), commit('a', "feat: a")], &["revert"]);
}

#[test]
fn reverts_inside_squashed_commits_cancel() {
    check("chore: try\n\n* feat: x\n\n* Revert \"feat: x\"", &["chore"]);
    let outside = "chore: undo\n\n* Revert \"feat: x\"\n\nThis reverts commit aaaaaaaa.";
    check_all(&[commit('b', outside), commit('a', "feat: x")], &["chore"]);
}

#[test]
fn reverted_merges_take_their_commits_along() {
    let pull = "Merge pull request #5 from a/b\n\nfeat: x";
    let undo = format!(
        "Revert \"Merge pull request #5 from a/b\"\n\nThis reverts commit {}, reversing\nchanges made to {}.",
        id('b'),
        id('0')
    );
    let known = CommitMessage { merged: vec![id('a'), id('9')], ..merge('b', pull) };
    check_all(&[commit('c', &undo), known, commit('a', "feat: x"), commit('9', "fix: y")], &[]);
    // Without known members the title finds its commit.
    let by_number = "Revert \"feat: x\"\n\nReverts owner/name#5";
    for message in [undo.as_str(), by_number] {
        check_all(
            &[
                commit('c', message),
                merge('b', pull),
                commit('a', "feat: x"),
                commit('9', "fix: y"),
            ],
            &["fix"],
        );
    }
}

#[test]
fn a_revert_finds_the_backport_of_what_it_names() {
    let picked = format!("feat: x\n\n(cherry picked from commit {})", id('d'));
    check_all(&[commit('b', &revert_of("feat: y", 'd')), commit('a', &picked)], &[]);
}

#[test]
fn reverts_in_a_circle_end() {
    let evidence = read(&[commit('a', &revert_of("x", 'b')), commit('b', &revert_of("y", 'a'))]);
    assert_eq!(cancelled(&evidence), [('b', 'a')]);
    check_all(&[commit('a', &revert_of("x", 'a'))], &["revert"]);
}

#[test]
fn sentences_stay_short() {
    let evidence =
        read(&[commit('a', &format!("feat: a\n\nBREAKING CHANGE: {}", "word ".repeat(200_000)))]);
    assert!(evidence.changes[0].sentence.chars().count() < 150);
}

#[test]
fn hostile_messages_cost_linear_time() {
    const SIZE: usize = 1 << 18;
    // Even unoptimised, this takes seconds; with any square in it, it would take minutes.
    let started = Instant::now();
    for pattern in [
        "feat(",
        "(#1)",
        "Revert \"",
        ":",
        "!",
        "* feat: a\n",
        "BREAKING CHANGE: a\n",
        "```\n",
        "a: b\n",
        "\r",
        "\n",
        "This reverts commit aaaaaaa.\n",
        "aaaaaaa ",
        "- ",
        "(",
        "Merge pull request #1\n",
        "(pull request #1) ",
    ] {
        let filler = pattern.repeat(SIZE / pattern.len());
        for message in
            [filler.clone(), format!("revert: a\n\n{filler}"), format!("feat({filler}): x")]
        {
            let nested = format!("{message}\"");
            read(&[commit('a', &message), commit('b', &nested)]);
        }
    }
    let many: Vec<_> = (0..20_000)
        .map(|index| CommitMessage {
            id: format!("{index:040x}"),
            message: if index % 2 == 0 { "Revert \"a\"".to_owned() } else { "a (#1)".to_owned() },
            ..CommitMessage::default()
        })
        .collect();
    assert_eq!(read(&many).cancelled.len(), 10_000);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

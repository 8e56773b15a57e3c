use insta::assert_snapshot;
use trainyard_report::{
    Code, Finding, Location,
    render::{MarkdownOptions, markdown},
};

use crate::samples::{mixed, strays};

fn one(message: &str) -> String {
    let shown =
        markdown(&[Finding::new(Code::STRAY_TAG, "", message)], &MarkdownOptions::default());
    shown.lines().last().and_then(|line| line.strip_prefix("- ")).unwrap_or_default().to_owned()
}

#[test]
fn mixed_findings_make_a_comment() {
    assert_snapshot!(markdown(&mixed(), &MarkdownOptions::default()));
}

#[test]
fn long_lists_are_cut() {
    assert_snapshot!(markdown(&strays(300), &MarkdownOptions { limit_per_code: Some(3) }));
}

#[test]
fn no_findings_are_told() {
    assert_eq!(markdown(&[], &MarkdownOptions::default()), "**Trainyard: no findings**\n");
}

#[test]
fn code_stays_code_and_the_rest_is_plain() {
    assert_eq!(one("`v*` is *not* <b>bold</b>"), r"`v*` is \*not\* \<b\>bold\</b\>");
    assert_eq!(one("a lone ` and [x](y)"), r"a lone \` and \[x\](y)");
    assert_eq!(one("an empty `` one"), r"an empty \`\` one");
}

#[test]
fn nothing_is_mentioned_or_linked() {
    assert_eq!(
        one("ask @octocat about #12 or https://evil.example, www.evil.example"),
        "ask @&#8203;octocat about \\#&#8203;12 or https:&#8203;//evil.example, www&#8203;.evil.example"
    );
    assert_eq!(one("`@octocat`"), "`@octocat`");
}

#[test]
fn a_name_with_backticks_cannot_leave_its_code_span() {
    let finding = Finding::new(Code::STRAY_TAG, "a`b``<img>", "is no release")
        .at(Location::reference("`<script>`"));
    let shown = markdown(&[finding], &MarkdownOptions::default());
    assert!(
        shown.ends_with("- ```a`b``<img>```: is no release (`` tag `<script>` ``)\n"),
        "{shown}"
    );
}

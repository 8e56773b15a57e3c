//! For pull requests and issues.

use crate::{
    Finding, Location,
    render::{
        summary::{Block, Group, groups, totals},
        wording::{mentions, place},
    },
    safe::{self, LONGEST_NAME, LONGEST_SENTENCE},
};

/// How Markdown looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkdownOptions {
    /// How many findings of one code to show; `None` shows all. GitHub refuses comments above 65,536 characters.
    pub limit_per_code: Option<usize>,
}

impl Default for MarkdownOptions {
    /// Ten findings of each code.
    fn default() -> Self {
        Self { limit_per_code: Some(10) }
    }
}

/// Renders findings as Markdown: a list for each code, errors first.
///
/// Text from the repository cannot become markup, a link, a mention or a reference to an issue.
pub fn markdown(findings: &[Finding], options: &MarkdownOptions) -> String {
    let mut output = format!("**Trainyard: {}**\n", totals(findings));
    for group in groups(findings) {
        output.push_str(&section(&group, options));
    }
    output
}

fn section(group: &Group<'_>, options: &MarkdownOptions) -> String {
    let info = group.code.info();
    let summary = inline(info.summary.trim_end_matches('.'));
    let blocks = group.blocks(options.limit_per_code);
    let items = blocks.iter().map(|block| items(block));
    let rest = match group.left_out(options.limit_per_code) {
        0 => String::new(),
        left_out => format!("\n... and {left_out} more of `{}`\n", info.code),
    };
    format!(
        "\n#### {} `{}`: {summary}\n\n{}{rest}",
        group.severity,
        info.code,
        items.collect::<String>()
    )
}

/// A list item for each finding; what to do follows the last, being the same for all.
fn items(block: &Block<'_>) -> String {
    let items: String = block.findings.iter().map(|finding| item(finding)).collect();
    match block.findings.first().and_then(|finding| finding.suggestion.as_ref()) {
        Some(suggestion) => {
            format!("{items}  <br>→ {}\n", inline(&safe::line(suggestion, LONGEST_SENTENCE)))
        }
        None => items,
    }
}

fn item(finding: &Finding) -> String {
    let message = inline(&safe::line(&finding.message, LONGEST_SENTENCE));
    let subject = safe::line(&finding.subject, LONGEST_NAME);
    let about = if subject.is_empty() || mentions(&finding.message, &finding.subject) {
        String::new()
    } else {
        format!("{}: ", code_span(&subject))
    };
    let places: Vec<_> = finding
        .locations
        .iter()
        .take(5)
        .filter(|location| !(location.commit.is_none() && is_subject(location, finding)))
        .map(|location| place(finding.code, location))
        .filter(|place| !place.is_empty())
        .map(|place| code_span(&place))
        .collect();
    let places =
        if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
    format!("- {about}{message}{places}\n")
}

/// Whether a place is but the subject again.
fn is_subject(location: &Location, finding: &Finding) -> bool {
    location.path.is_none() && location.reference.as_ref() == Some(&finding.subject)
}

/// Text as code, whatever backticks it has.
fn code_span(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if text.starts_with('`') || text.ends_with('`') {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// A sentence whose pairs of backticks stay code; the rest is plain text, whatever it looks like.
fn inline(sentence: &str) -> String {
    let pieces: Vec<_> = sentence.split('`').collect();
    let paired = if pieces.len() % 2 == 0 { pieces.len() - 1 } else { pieces.len() };
    let mut output = String::with_capacity(sentence.len());
    for (index, piece) in pieces.iter().enumerate() {
        let is_code = index % 2 == 1 && index < paired;
        match (is_code, piece.is_empty()) {
            (true, true) => output.push_str("\\`\\`"),
            (true, false) => output.push_str(&code_span(piece)),
            (false, _) => {
                if index >= paired {
                    output.push_str("\\`");
                }
                output.push_str(&plain(piece));
            }
        }
    }
    output
}

/// Text in which nothing is markup: a backslash before what could be, an invisible break in what GitHub would link.
fn plain(text: &str) -> String {
    const BREAK: &str = "&#8203;";
    let mut output = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '!' | '|' | '~' | '&' | '$' => {
                output.push('\\');
                output.push(character);
            }
            '@' => output.extend(["@", BREAK]),
            '#' => output.extend(["\\#", BREAK]),
            ':' if rest.peek() == Some(&'/') => output.extend([":", BREAK]),
            '.' if ends_with_www(&output) => output.extend([BREAK, "."]),
            _ => output.push(character),
        }
    }
    output
}

fn ends_with_www(text: &str) -> bool {
    text.as_bytes().last_chunk::<3>().is_some_and(|end| end.eq_ignore_ascii_case(b"www"))
}

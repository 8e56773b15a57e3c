//! For terminals.

use crate::{
    Finding,
    render::{
        TextOptions,
        layout::{ARROW, BOLD, FAINT, HELP, Paint, hanging, severity_style},
        summary::{Block, Group, by_code, groups, totals},
        wording::{headline, mentions, place, subject},
    },
    safe::{self, LONGEST_SENTENCE},
};

/// How many places of one finding are shown where long lists are cut.
const MOST_PLACES: usize = 5;

/// Renders findings for a terminal: errors first, those that say the same together, the count in the last line.
pub fn text(findings: &[Finding], options: &TextOptions) -> String {
    let paint = Paint { colour: options.colour };
    let mut output: String =
        groups(findings).iter().map(|group| group_text(group, options, paint)).collect();
    output.push_str(&hint(findings, options, paint));
    output.push_str(&paint.with(BOLD, &totals(findings)));
    output.push('\n');
    output
}

fn group_text(group: &Group<'_>, options: &TextOptions, paint: Paint) -> String {
    let mut blocks: Vec<_> = group
        .blocks(options.limit_per_code)
        .iter()
        .map(|block| block_text(group, block, options, paint))
        .collect();
    let left_out = group.left_out(options.limit_per_code);
    if left_out > 0 {
        let rest = format!("... and {left_out} more {} (use --all)", group.code);
        blocks.push(format!("{}\n", paint.with(FAINT, &rest)));
    }
    format!("{}\n", blocks.join("\n"))
}

fn block_text(group: &Group<'_>, block: &Block<'_>, options: &TextOptions, paint: Paint) -> String {
    let Some(first) = block.findings.first() else { return String::new() };
    let is_single = block.findings.len() == 1;
    let sentence =
        if is_single { headline(first) } else { safe::line(&first.message, LONGEST_SENTENCE) };
    let label = format!("{}[{}]", group.severity, group.code);
    let head = format!("{}: ", paint.with(severity_style(group.severity), &label));
    let mut output =
        hanging(&head, label.len() + 2, &sentence, options.width, |line| paint.with(BOLD, line));
    for finding in &block.findings {
        for place in places(finding, !is_single, options) {
            output.extend(["  ", &paint.with(ARROW, "-->"), " ", &place, "\n"]);
        }
    }
    if let Some(suggestion) = &first.suggestion {
        let head = format!("  {} ", paint.with(HELP, "help:"));
        let suggestion = safe::line(suggestion, LONGEST_SENTENCE);
        output.push_str(&hanging(&head, 8, &suggestion, options.width, str::to_owned));
    }
    output
}

/// Where to look. With `name_subject`, the first place tells what the finding is about.
fn places(finding: &Finding, name_subject: bool, options: &TextOptions) -> Vec<String> {
    let mut places: Vec<_> = finding
        .locations
        .iter()
        .map(|location| place(finding.code, location))
        .filter(|place| !place.is_empty())
        .collect();
    if options.limit_per_code.is_some() && places.len() > MOST_PLACES {
        let rest = places.len() - MOST_PLACES;
        places.truncate(MOST_PLACES);
        let places_left = if rest == 1 { "place" } else { "places" };
        places.push(format!("... and {rest} more {places_left}"));
    }
    if name_subject && !finding.subject.is_empty() {
        let subject = subject(finding);
        match places.first_mut() {
            Some(first) if mentions(first, &subject) => {}
            Some(first) => *first = format!("{subject}: {first}"),
            None => places.push(subject),
        }
    }
    places
}

/// Where to read more about the codes that occurred, the gravest first.
fn hint(findings: &[Finding], options: &TextOptions, paint: Paint) -> String {
    let mut codes: Vec<_> = by_code(findings).into_keys().collect();
    let Some(gravest) = groups(findings).first().map(|group| group.code) else {
        return String::new();
    };
    codes.retain(|code| *code != gravest);
    let others: Vec<_> = codes.iter().map(ToString::to_string).collect();
    let also = if others.is_empty() {
        String::new()
    } else {
        format!("; likewise for {}", others.join(", "))
    };
    let head = format!("{} ", paint.with(HELP, "hint:"));
    let sentence = format!("`trainyard explain {gravest}` tells more{also}");
    hanging(&head, 6, &sentence, options.width, str::to_owned)
}

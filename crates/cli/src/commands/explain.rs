//! `trainyard explain`.

use std::fmt::Write;

use trainyard_evidence::{RULES_VERSION, Rule, all_rules, rule};
use trainyard_report::{Code, Outcome, render};

use crate::{args::Explain, error::CommandError, printer::Printer};

pub(super) fn run(args: &Explain, printer: &Printer) -> Result<Outcome, CommandError> {
    let text = match &args.code {
        Some(asked) => explained(asked, printer)?,
        None => list(),
    };
    printer.print(&text)?;
    Ok(Outcome::Clean)
}

/// A finding's page; what a rule means; or a family's rules.
fn explained(asked: &str, printer: &Printer) -> Result<String, CommandError> {
    if let Some(rule) = rule(asked) {
        return Ok(format!("{} is {}: {}.\n", rule.id, rule.class, rule.about));
    }
    let family = asked.trim_end_matches(".*");
    let rules: Vec<_> = all_rules().filter(|rule| rule.family() == family).collect();
    if !rules.is_empty() {
        return Ok(listed(&rules));
    }
    let code: Code = whole_code(asked).parse().map_err(|message: String| {
        CommandError::usage(message)
            .hint("`trainyard explain` lists all codes, and the families of rules")
    })?;
    Ok(render::explain(code, &printer.text_options(true)))
}

fn listed(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in rules {
        // Writing to a string cannot fail.
        _ = writeln!(text, "{:<width$}  {:<9}  {}", rule.id, rule.class, rule.about);
    }
    text
}

/// `TY0203` of `0203`; any other text as it is.
fn whole_code(text: &str) -> String {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("TY{text:0>4}") } else { text.to_owned() }
}

fn list() -> String {
    let mut text = String::new();
    for code in Code::all() {
        let info = code.info();
        // Writing to a string cannot fail.
        _ = writeln!(text, "{}  {:<24} {}", info.code, info.name, info.summary);
    }
    let mut families: Vec<_> = all_rules().map(Rule::family).collect();
    families.dedup();
    _ = writeln!(
        text,
        "\nrules of changes, version {RULES_VERSION}: `trainyard explain FAMILY`, of {}",
        families.join(", ")
    );
    text
}

//! What was resolved as Rez does, for people.

use std::fmt::Write;

use trainyard_report::render::printable;

use crate::{
    commands::bundle::RezAnswer,
    render::{columns, counted, listed, markdown::cell, markdown_table},
};

/// For a terminal: the sum first, then every package; or what Rez says.
pub(crate) fn rez_text(answer: &RezAnswer) -> String {
    let mut text = format!("{}\n", headline(answer));
    if let Some(rez) = &answer.rez {
        _ = writeln!(text, "Rez says: {}", printable(rez));
    }
    if !answer.packages.is_empty() {
        _ = write!(text, "\n{}", columns(&rows(answer)));
    }
    text.extend(around(answer).iter().map(|line| format!("{line}\n")));
    text
}

/// For pull requests.
pub(crate) fn rez_markdown(answer: &RezAnswer) -> String {
    let mut text = format!("## {}\n", cell(&headline(answer)));
    if let Some(rez) = &answer.rez {
        _ = writeln!(text, "\nRez says: {}", cell(rez));
    }
    if !answer.packages.is_empty() {
        _ = write!(text, "\n{}", markdown_table(&rows(answer)));
    }
    text.extend(around(answer).iter().map(|line| format!("\n{}\n", cell(line))));
    text
}

fn headline(answer: &RezAnswer) -> String {
    let packages = counted(answer.packages.len(), "package");
    match answer.status {
        "resolved" if answer.is_beyond_rez => {
            format!("{packages}, beyond what Rez would answer")
        }
        "resolved" => format!("{packages}, as Rez answers"),
        "gave-up" => "gave up: neither Rez's search nor ours ended; --steps allows more".to_owned(),
        _ => "nothing fits".to_owned(),
    }
}

fn rows(answer: &RezAnswer) -> Vec<Vec<String>> {
    let header = ["package", "version", "variant"].map(str::to_owned).to_vec();
    let row = |package: &crate::commands::bundle::RezPackage| {
        let variant = package.variant.map(|index| index.to_string()).unwrap_or_default();
        vec![printable(&package.name), printable(&package.version), variant]
    };
    std::iter::once(header).chain(answer.packages.iter().map(row)).collect()
}

fn around(answer: &RezAnswer) -> Vec<String> {
    let mut lines = Vec::new();
    if !answer.ephemerals.is_empty() {
        lines.push(format!("ephemeral: {}", listed(&answer.ephemerals)));
    }
    if !answer.findings.is_empty() {
        let places = answer.findings.iter().filter_map(|finding| finding.locations.first());
        let places: Vec<_> = places
            .map(|place| place.path.as_ref().map(ToString::to_string).unwrap_or_default())
            .collect();
        lines.push(format!("note: left out, as they cannot be read: {}", listed(&places)));
    }
    lines
}

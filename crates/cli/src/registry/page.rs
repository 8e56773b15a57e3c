//! What people read, as text or Markdown.

use std::fmt::Write as _;

use trainyard_api as api;
use trainyard_report::render::printable;

use crate::render::{columns, markdown_cell, markdown_table};

/// An answer for people, block by block.
#[derive(Debug, Default)]
pub(super) struct Page {
    blocks: Vec<Block>,
}

#[derive(Debug)]
enum Block {
    Title(String),
    Line(String),
    Item(Mark, String, Option<String>),
    Table(Vec<Vec<String>>),
}

/// What stands before an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Yes,
    No,
    Neither,
}

impl Mark {
    pub(super) fn of(is_met: bool) -> Self {
        if is_met { Self::Yes } else { Self::No }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Yes => "✓",
            Self::No => "✗",
            Self::Neither => "·",
        }
    }
}

impl Page {
    /// A page with a title.
    pub(super) fn titled(title: impl Into<String>) -> Self {
        Self { blocks: vec![Block::Title(title.into())] }
    }

    /// A sentence.
    pub(super) fn line(&mut self, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Line(text.into()));
        self
    }

    /// One of several things, with what would change it.
    pub(super) fn item(
        &mut self,
        mark: Mark,
        text: impl Into<String>,
        remedy: Option<String>,
    ) -> &mut Self {
        self.blocks.push(Block::Item(mark, text.into(), remedy));
        self
    }

    /// Rows, of which the first heads them; nothing where there are no others.
    pub(super) fn table(&mut self, rows: Vec<Vec<String>>) -> &mut Self {
        if rows.len() > 1 {
            self.blocks.push(Block::Table(rows));
        }
        self
    }

    /// Conditions, those first that are not met.
    pub(super) fn conditions(&mut self, conditions: &[api::Condition]) -> &mut Self {
        let mut sorted: Vec<_> = conditions.iter().collect();
        sorted.sort_by_key(|condition| condition.is_met);
        for condition in sorted {
            let remedy = condition.remedy.clone().filter(|_| !condition.is_met);
            let flavour = match condition.flavour.as_str() {
                "" => String::new(),
                flavour => format!("{flavour}: "),
            };
            self.item(Mark::of(condition.is_met), format!("{flavour}{}", condition.text), remedy);
        }
        self
    }

    /// What a check found.
    pub(super) fn findings(&mut self, findings: &[api::Finding]) -> &mut Self {
        for finding in findings {
            let about = match finding.subject.as_str() {
                "" => String::new(),
                subject => format!("{subject}: "),
            };
            let mark = if finding.severity == "note" { Mark::Neither } else { Mark::No };
            let text = format!("{} {about}{}", finding.code, finding.message);
            self.item(mark, text, finding.suggestion.clone());
        }
        self
    }

    /// For a terminal.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            // Writing to a string cannot fail, here and below.
            match block {
                Block::Title(line) | Block::Line(line) => _ = writeln!(text, "{}", printable(line)),
                Block::Item(mark, line, remedy) => {
                    _ = writeln!(text, "  {} {}", mark.sign(), printable(line));
                    if let Some(remedy) = remedy {
                        _ = writeln!(text, "      {}", printable(remedy));
                    }
                }
                Block::Table(rows) => {
                    let shown =
                        |row: &Vec<String>| row.iter().map(|cell| printable(cell)).collect();
                    text.push_str(&columns(&rows.iter().map(shown).collect::<Vec<_>>()));
                }
            }
        }
        text
    }

    /// For pages, issues and pull requests.
    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        let mut is_in_list = false;
        for block in &self.blocks {
            let is_item = matches!(block, Block::Item(..));
            if is_in_list && !is_item {
                text.push('\n');
            }
            is_in_list = is_item;
            match block {
                Block::Title(line) => _ = writeln!(text, "## {}\n", markdown_cell(line)),
                Block::Line(line) => _ = writeln!(text, "{}\n", markdown_cell(line)),
                Block::Item(mark, line, remedy) => {
                    _ = write!(text, "- {} {}", mark.sign(), markdown_cell(line));
                    if let Some(remedy) = remedy {
                        _ = write!(text, "; {}", markdown_cell(remedy));
                    }
                    text.push('\n');
                }
                Block::Table(rows) => _ = writeln!(text, "{}", markdown_table(rows)),
            }
        }
        text
    }
}

/// A row of a table.
pub(super) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// A moment to the second, as people read it: `2026-11-21 12:00:05 UTC`.
pub(super) fn when(time: &api::Time) -> String {
    let text = time.0.strip_suffix('Z').unwrap_or(&time.0);
    let text = text.split_once('.').map_or(text, |(seconds, _)| seconds);
    format!("{} UTC", text.replacen('T', " ", 1))
}

/// The front of a digest, by which people tell them apart.
pub(super) fn short(digest: &str) -> String {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    hex.chars().take(12).collect()
}

/// A duration in seconds, as people say it.
pub(super) fn lasting(secs: u64) -> String {
    let (days, hours, minutes) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{secs} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, ..) => format!("{hours} h {minutes} min"),
        (_, 0, _) => crate::render::counted(usize::try_from(days).unwrap_or(usize::MAX), "day"),
        _ => format!("{days} d {hours} h"),
    }
}

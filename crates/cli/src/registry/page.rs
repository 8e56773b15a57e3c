//! What people read, as text or Markdown.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use trainyard_api as api;
use trainyard_report::render::printable;

use crate::render::{broken, columns_within, markdown_cell, markdown_table};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Yes,
    No,
    /// It stops nothing, and should be known.
    Beware,
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
            Self::Beware => "!",
            Self::Neither => "·",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Yes => AnsiColor::Green.on_default().bold(),
            Self::No => AnsiColor::Red.on_default().bold(),
            Self::Beware => AnsiColor::Yellow.on_default().bold(),
            Self::Neither => Style::new(),
        }
    }
}

fn painted(text: &str, style: Style, colour: bool) -> String {
    if colour && style != Style::new() && !text.is_empty() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
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

    /// What a check found, errors first; nothing else stops anything.
    pub(super) fn findings(&mut self, findings: &[api::Finding]) -> &mut Self {
        let mark = |finding: &api::Finding| match finding.severity.as_str() {
            "error" => Mark::No,
            "warning" => Mark::Beware,
            _ => Mark::Neither,
        };
        let mut sorted: Vec<_> = findings.iter().collect();
        sorted.sort_by_key(|finding| mark(finding));
        for finding in sorted {
            let about = match finding.subject.as_str() {
                "" => String::new(),
                subject => format!("{subject}: "),
            };
            let text = format!("{} {about}{}", finding.code, finding.message);
            self.item(mark(finding), text, finding.suggestion.clone());
        }
        self
    }

    /// For a terminal of so many columns; without a `width`, no line is broken.
    pub(super) fn text(&self, colour: bool, width: Option<usize>) -> String {
        let mut text = String::new();
        let put = |text: &mut String, line: &str, indent: usize, style: Style| {
            for line in broken(line, indent, 2, width) {
                let (front, rest) = line.split_at(line.len() - line.trim_start().len());
                // Writing to a string cannot fail, here and below.
                _ = writeln!(text, "{front}{}", painted(rest, style, colour));
            }
        };
        for (number, block) in self.blocks.iter().enumerate() {
            match block {
                Block::Title(line) => put(&mut text, &printable(line), 0, Style::new().bold()),
                Block::Line(line) => put(&mut text, &printable(line), 0, Style::new()),
                Block::Item(mark, line, remedy) => {
                    let sign = mark.sign();
                    let lines =
                        broken(&format!("{sign} {}", printable(line)), 2, 2, width).join("\n");
                    let lines = lines.replacen(sign, &painted(sign, mark.style(), colour), 1);
                    _ = writeln!(text, "{lines}");
                    // What changes several things is told once, after the last of them.
                    let next = self.blocks.get(number + 1);
                    let is_told = matches!(next, Some(Block::Item(_, _, next)) if next == remedy);
                    if let Some(remedy) = remedy.as_ref().filter(|_| !is_told) {
                        put(&mut text, &printable(remedy), 6, Style::new().dimmed());
                    }
                }
                Block::Table(rows) => {
                    let shown =
                        |row: &Vec<String>| row.iter().map(|cell| printable(cell)).collect();
                    let rows: Vec<_> = rows.iter().map(shown).collect();
                    for (number, line) in columns_within(&rows, width).lines().enumerate() {
                        let style = if number == 0 { Style::new().dimmed() } else { Style::new() };
                        _ = writeln!(text, "{}", painted(line, style, colour));
                    }
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

/// A moment of the log's, in microseconds since 1970.
pub(super) fn when_us(micros: i64) -> String {
    let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
    when(&api::Time(moment.to_string()))
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

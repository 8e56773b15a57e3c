//! Lines, words and colours of terminal output.

use anstyle::{AnsiColor, Style};

use crate::Severity;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const ARROW: Style = AnsiColor::Blue.on_default().bold();
pub(crate) const HELP: Style = AnsiColor::Cyan.on_default().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const CODE: Style = AnsiColor::Cyan.on_default();

/// The colour of a severity.
pub(crate) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Note => AnsiColor::Green.on_default().bold(),
    }
}

/// Colours text, or leaves it alone.
#[derive(Clone, Copy)]
pub(crate) struct Paint {
    pub(crate) colour: bool,
}

impl Paint {
    pub(crate) fn with(self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Breaks text between words so that lines stay within a width; `first` and `rest` columns are already taken on the
/// first and on further lines. Width 0 breaks nothing. A word that is too long stays whole.
///
/// No line starts with `::`, which a CI runner would take for a command.
pub fn wrap(text: &str, first: usize, rest: usize, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut column = first;
    for (index, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        let full = width > 0 && column + 1 + length > width;
        if index > 0 && full && !line.is_empty() && !word.starts_with("::") {
            lines.push(std::mem::take(&mut line));
            column = rest;
        } else if index > 0 {
            line.push(' ');
            column += 1;
        }
        line.push_str(word);
        column += length;
    }
    lines.push(line);
    lines
}

/// Puts wrapped text after a head that takes `columns`, further lines below the text; ends with a line break.
pub(crate) fn hanging(
    head: &str,
    columns: usize,
    text: &str,
    width: usize,
    paint: impl Fn(&str) -> String,
) -> String {
    let lines = wrap(text, columns, columns, width);
    let painted: Vec<_> = lines.iter().map(|line| paint(line)).collect();
    format!("{head}{}\n", painted.join(&format!("\n{}", " ".repeat(columns))))
}

/// `1 error`, `2 errors`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

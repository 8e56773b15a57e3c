//! Lines for people and for websites.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_history::lines::{
    CadenceState, ComponentLines, Line, Mark, MilestoneReport, MilestoneState, State, Waiting,
};
use trainyard_report::render::{TextOptions, printable};

use super::{counted, markdown::cell};
use crate::lining::Lined;

/// Older lines of which the policy says nothing are counted beyond these, unless all are asked for.
const UNSTATED: usize = 5;
const HEADING: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const NOTHING: &str = "–";

/// Lines for a terminal.
pub(crate) fn lines_text(lined: &Lined, all: bool, options: TextOptions) -> String {
    let mut page = Page { text: String::new(), colour: options.colour };
    for component in &lined.lines.components {
        page.component(component, all);
    }
    if lined.lines.components.is_empty() {
        page.line(DIM, "nothing was released yet, and there are no lines");
    }
    for milestone in &lined.lines.milestones {
        page.milestone(milestone, lined);
    }
    if let Some(assumed) = &lined.assumed {
        page.line(DIM, &format!("note: {}", printable(assumed)));
    }
    page.text
}

/// The lines to show, and how many are left out.
fn shown(component: &ComponentLines, all: bool) -> (Vec<&Line>, usize) {
    let mut unstated = 0;
    let shown: Vec<&Line> = component
        .lines
        .iter()
        .filter(|line| {
            unstated += usize::from(line.state == State::Unstated);
            all || match line.state {
                State::Retired => false,
                State::Unstated => unstated <= UNSTATED,
                State::Development | State::Supported | State::Lts => true,
            }
        })
        .collect();
    let hidden = component.lines.len() - shown.len();
    (shown, hidden)
}

const COLUMNS: [&str; 7] =
    ["line", "state", "branch", "last release", "supported until", "waiting", "next"];

fn cells(line: &Line) -> [String; 7] {
    let name = match &line.title {
        Some(title) => format!("{} ({})", line.line, printable(title)),
        None => line.line.clone(),
    };
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    [
        name,
        line.state.describe().to_owned(),
        or_nothing(line.branch.as_deref().map(printable)),
        or_nothing(line.last.as_ref().map(mark)),
        or_nothing(line.supported_until.map(|day| day.to_string())),
        or_nothing(line.waiting.as_ref().map(waiting)),
        or_nothing(line.next.as_ref().map(ToString::to_string)),
    ]
}

/// `26.4.4 (2026-07-01)`.
fn mark(mark: &Mark) -> String {
    match mark.date {
        Some(day) => format!("{} ({day})", printable(&mark.tag)),
        None => printable(&mark.tag),
    }
}

/// `12, 3 fixes`.
fn waiting(waiting: &Waiting) -> String {
    match (waiting.commits, waiting.fixes) {
        (0, _) => "nothing".to_owned(),
        (commits, 0) => commits.to_string(),
        (commits, 1) => format!("{commits}, 1 fix"),
        (commits, fixes) => format!("{commits}, {fixes} fixes"),
    }
}

/// `and 12 older lines (all with --all)`.
fn rest(hidden: usize) -> String {
    format!("and {} (all with --all)", counted(hidden, "older line"))
}

struct Page {
    text: String,
    colour: bool,
}

impl Page {
    fn component(&mut self, component: &ComponentLines, all: bool) {
        let maturity = match component.maturity {
            "stable" => String::new(),
            maturity => format!(", {maturity}"),
        };
        let releases: usize =
            component.lines.iter().map(|line| line.finals + line.prereleases).sum();
        self.line(
            HEADING,
            &format!(
                "{}{maturity}: {}, {}",
                printable(&component.component),
                counted(component.lines.len(), "line"),
                counted(releases, "release")
            ),
        );
        let (shown, hidden) = shown(component, all);
        let rows: Vec<_> = shown.iter().map(|line| (line.state, cells(line))).collect();
        // A list of tags knows nothing of branches, and many policies nothing of support.
        let is_told = |column: &usize| rows.iter().any(|(_, row)| row[*column] != NOTHING);
        let columns: Vec<(usize, usize)> = (0..COLUMNS.len())
            .filter(is_told)
            .map(|column| {
                let cells = rows.iter().map(|(_, row)| row[column].chars().count());
                let width = cells.chain([COLUMNS[column].len()]).max().unwrap_or_default();
                (column, width)
            })
            .collect();
        if !rows.is_empty() {
            let heads = COLUMNS.map(str::to_owned);
            let line = row(&heads, &columns, |_, text| text.to_owned());
            self.line(DIM, &line);
        }
        for (state, cells) in &rows {
            let colour = self.colour;
            let line = row(cells, &columns, |column, text| match style(*state) {
                Some(style) if colour && column == 1 => format!("{style}{text}{style:#}"),
                _ => text.to_owned(),
            });
            self.line(Style::new(), &line);
        }
        if hidden > 0 {
            self.line(DIM, &format!("  {}", rest(hidden)));
        }
        if rows.iter().any(|(state, _)| *state == State::Unstated) {
            self.line(
                DIM,
                "  what is supported is not said: see `supported` and `support` under [lines]",
            );
        }
        if let Some(cadence) = &component.cadence {
            let style = match cadence.state {
                CadenceState::Overdue => AnsiColor::Yellow.on_default(),
                CadenceState::Due | CadenceState::TooEarly => Style::new(),
            };
            self.line(style, &format!("  {}", printable(&cadence.sentence)));
        }
        self.text.push('\n');
    }

    fn milestone(&mut self, milestone: &MilestoneReport, lined: &Lined) {
        let style = match milestone.state {
            MilestoneState::Missed => AnsiColor::Red.on_default(),
            _ => HEADING,
        };
        self.line(
            style,
            &format!(
                "milestone {}: {}, {} of {} done",
                printable(&milestone.title),
                printable(&milestone.describe(lined.today)),
                milestone.done(),
                milestone.items.len()
            ),
        );
        for item in &milestone.items {
            let word = if item.done { "done   " } else { "missing" };
            let style = if item.done { DIM } else { Style::new() };
            self.line(style, &format!("  {word}  {}", printable(&item.what)));
        }
        self.text.push('\n');
    }

    fn line(&mut self, style: Style, text: &str) {
        let text = text.trim_end();
        // Writing to a string cannot fail.
        _ = if self.colour && style != Style::new() {
            writeln!(self.text, "{style}{text}{style:#}")
        } else {
            writeln!(self.text, "{text}")
        };
    }
}

fn style(state: State) -> Option<Style> {
    match state {
        State::Development => Some(AnsiColor::Cyan.on_default()),
        State::Supported | State::Lts => Some(AnsiColor::Green.on_default()),
        State::Unstated => None,
        State::Retired => Some(DIM),
    }
}

/// A row of the columns with their widths; `paint` gets a column and its text.
fn row(
    cells: &[String; 7],
    columns: &[(usize, usize)],
    paint: impl Fn(usize, &str) -> String,
) -> String {
    let mut line = String::from("  ");
    for (column, width) in columns {
        let cell = &cells[*column];
        // Padding by characters, as bytes would count a dash thrice.
        let padding = width.saturating_sub(cell.chars().count());
        line.push_str(&paint(*column, cell));
        line.push_str(&" ".repeat(padding + 2));
    }
    line
}

/// Lines for a website.
pub(crate) fn lines_markdown(lined: &Lined, all: bool) -> String {
    let mut text = format!("# Release lines of {}\n", cell(&lined.title));
    for component in &lined.lines.components {
        if lined.lines.components.len() > 1 {
            // Writing to a string cannot fail, here and below.
            _ = writeln!(text, "\n## {}", cell(&component.title));
        }
        table(&mut text, component, all);
    }
    for milestone in &lined.lines.milestones {
        _ = writeln!(
            text,
            "\n## {}\n\n{}.\n",
            cell(&milestone.title),
            cell(&first_upper(&milestone.describe(lined.today)))
        );
        for item in &milestone.items {
            let mark = if item.done { "x" } else { " " };
            _ = writeln!(text, "- [{mark}] {}", cell(&item.what));
        }
    }
    _ = writeln!(text, "\n_As of {}._", lined.today);
    text
}

fn table(text: &mut String, component: &ComponentLines, all: bool) {
    let (shown, hidden) = shown(component, all);
    text.push_str("\n| line | state | first release | last release | supported until |\n");
    text.push_str("|---|---|---|---|---|\n");
    for line in shown {
        let [name, state, _, last, until, ..] = cells(line);
        let first = line.first_final.as_ref().map_or_else(|| NOTHING.to_owned(), mark);
        let row = [name, state, first, last, until].map(|text| cell(&text));
        _ = writeln!(text, "| {} |", row.join(" | "));
    }
    if hidden > 0 {
        _ = writeln!(text, "\nNot shown: {}.", counted(hidden, "older line"));
    }
    if let Some(cadence) = &component.cadence {
        _ = writeln!(text, "\n{}.", cell(&first_upper(&cadence.sentence)));
    }
}

fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

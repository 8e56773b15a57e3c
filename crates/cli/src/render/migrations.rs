//! What becomes of databases, for people.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use trainyard_report::render::{TextOptions, printable};
use trainyard_upgrade::migrations::{
    Command, Fate, Passage, Software, Step, Verdict, Way, WayKind,
};

use super::{counted, markdown::cell};
use crate::upgrading::Compared;

/// How many migrations of a kind are shown unless all are asked for.
const SHOWN: usize = 10;
const HEADING: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// A comparison for a terminal.
pub(crate) fn passages_text(compared: &Compared, all: bool, options: &TextOptions) -> String {
    let mut page = Page { text: String::new(), colour: options.colour, all };
    let names = Names { from: printable(&compared.from), to: printable(&compared.to) };
    let gravest = compared.migrations.first();
    let why = gravest.and_then(|passage| passage.because.first());
    let why = why.map_or_else(|| plain_why(compared), |why| printable(why));
    let title = format!("{}: {why}", word(compared.verdict));
    page.line(0, style(compared.verdict), &title);
    for (number, passage) in compared.migrations.iter().enumerate() {
        page.text.push('\n');
        // The first line of the page has said the first reason of the first one.
        page.passage(passage, &names, usize::from(number == 0));
    }
    let unread = compared.findings.iter().filter(|one| one.subject == "migrations");
    for finding in unread {
        page.text.push('\n');
        page.line(0, Style::new(), &printable(&finding.message));
    }
    page.text
}

/// What to say where nothing is to be told.
fn plain_why(compared: &Compared) -> String {
    let pending: usize = compared.migrations.iter().map(|one| one.pending.len()).sum();
    match (compared.verdict, pending) {
        (Verdict::Safe, 0) => "the database has everything".to_owned(),
        (Verdict::Safe, count) => format!("{} to run, in order", counted(count, "migration")),
        _ => "some files could not be read".to_owned(),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "safe",
        Verdict::LookFirst => "LOOK FIRST",
        Verdict::NotSafe => "NOT SAFE",
    }
}

fn style(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Safe => AnsiColor::Green,
        Verdict::LookFirst => AnsiColor::Yellow,
        Verdict::NotSafe => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

struct Names {
    from: String,
    to: String,
}

impl Names {
    fn of(&self, software: Software) -> &str {
        match software {
            Software::Old => &self.from,
            Software::New => &self.to,
        }
    }
}

struct Page {
    text: String,
    colour: bool,
    all: bool,
}

impl Page {
    fn line(&mut self, indent: usize, style: Style, content: &str) {
        let style = if self.colour { style } else { Style::new() };
        // Writing to a string cannot fail.
        _ = writeln!(self.text, "{:1$}{style}{content}{style:#}", "", indent * 2);
    }

    fn passage(&mut self, passage: &Passage, names: &Names, told: usize) {
        let what = subject(passage);
        let title = format!("{what}  {} -> {}: {}", names.from, names.to, word(passage.verdict));
        self.line(0, HEADING, &title);
        for reason in passage.because.iter().skip(told) {
            self.line(1, Style::new(), &printable(reason));
        }
        if !passage.stands_at.is_empty() {
            let ends = passage.heads.join(", ");
            let stands = passage.stands_at.join(", ");
            let places = if passage.framework == "django" {
                String::new()
            } else {
                format!("the database stands at {stands}, the target ends at {ends}")
            };
            if !places.is_empty() {
                self.line(1, DIM, &printable(&places));
            }
        }
        let lost = passage.skipped.iter().map(|one| (&one.step, fate(&one.fate)));
        self.steps("skipped, never run", lost);
        let late = passage.late.iter();
        self.steps("late", late.map(|one| (&one.step, format!("before {}", one.below))));
        self.steps("unknown to the target", passage.unknown.iter().map(|one| (one, String::new())));
        let again = passage.runs_again.iter();
        self.steps(
            "run again",
            again.map(|one| (&one.step, again_as(&one.step.id, &one.applied_as))),
        );
        self.steps("edited since", passage.edited.iter().map(|one| (one, String::new())));
        let pending = if passage.is_known { "to run" } else { "missing" };
        self.steps(pending, passage.pending.iter().map(|one| (one, String::new())));
        for (number, way) in passage.ways.iter().enumerate() {
            self.way(number + 1, way, names, passage.ways.len() > 1);
        }
    }

    fn steps<'a>(&mut self, title: &str, steps: impl Iterator<Item = (&'a Step, String)>) {
        let steps: Vec<_> = steps.collect();
        if steps.is_empty() {
            return;
        }
        self.line(1, HEADING, &format!("{title} ({})", steps.len()));
        let shown = if self.all { steps.len() } else { steps.len().min(SHOWN) };
        for (step, note) in steps.iter().take(shown) {
            self.line(2, Style::new(), &printable(&told(step, note)));
        }
        if steps.len() > shown {
            self.line(2, DIM, &format!("and {} more; --all shows them", steps.len() - shown));
        }
    }

    fn way(&mut self, number: usize, way: &Way, names: &Names, is_one_of_several: bool) {
        let title = way_title(way);
        let title = if is_one_of_several { format!("way {number}: {title}") } else { title };
        self.line(1, HEADING, &printable(&title));
        for (software, commands) in stretches(&way.commands) {
            self.line(2, DIM, &format!("with {} installed", names.of(software)));
            for command in commands {
                self.line(3, Style::new(), &printable(&command.line));
            }
        }
        for against in &way.against {
            self.line(2, Style::new(), &format!("mind: {}", printable(against)));
        }
    }
}

fn subject(passage: &Passage) -> String {
    let folder =
        if passage.folder.as_str().is_empty() { "all apps" } else { passage.folder.as_str() };
    printable(&format!("{} {folder}", passage.framework))
}

fn told(step: &Step, note: &str) -> String {
    let does = step.does.as_deref().map(|does| format!("  {does}")).unwrap_or_default();
    let note = if note.is_empty() { String::new() } else { format!("  {note};") };
    format!("{}{note}{does}", step.id).trim_end_matches(';').to_owned()
}

fn fate(fate: &Fate) -> String {
    match fate {
        Fate::Lost => "LOST".to_owned(),
        Fate::DoesNothing => "harmless: it does nothing".to_owned(),
        Fate::Pending(twin) => format!("harmless: {twin} does the same, and is to run"),
        Fate::Ran(twin) => format!("harmless: {twin} did the same"),
        Fate::Resembles(twin) => format!("{twin}, to run, does the same kinds of things: compare"),
    }
}

fn again_as(id: &str, applied_as: &str) -> String {
    if id == applied_as { String::new() } else { format!("the database has it as {applied_as}") }
}

fn way_title(way: &Way) -> String {
    let run = format!("{} run", counted(way.applied, "migration"));
    let place = || way.stand_at.join(", ");
    match way.kind {
        WayKind::Straight => format!("the way: {run}"),
        WayKind::RollBack if way.stand_at.is_empty() => {
            format!("back to an empty database, taking back {}, then {run}", way.undone.len())
        }
        WayKind::RollBack if way.stand_at.len() > 3 => {
            format!("back by {}, then {run}", counted(way.undone.len(), "migration"))
        }
        WayKind::RollBack => format!(
            "back to {}, the safe place, by {}, then {run}",
            place(),
            counted(way.undone.len(), "migration")
        ),
        WayKind::FillIn => format!("from {}, fill in what is skipped, then go on: {run}", place()),
        WayKind::Overrule => format!("have the tool accept it: {run}"),
    }
}

/// Commands that run with the same software installed.
fn stretches(commands: &[Command]) -> Vec<(Software, &[Command])> {
    let stretches = commands.chunk_by(|one, next| one.with == next.with);
    stretches.filter_map(|some| Some((some.first()?.with, some))).collect()
}

/// A comparison for issues and pull requests.
pub(crate) fn passages_markdown(compared: &Compared, all: bool) -> String {
    let mut text = String::new();
    let (from, to) = (cell(&compared.from), cell(&compared.to));
    _ = writeln!(text, "## {from} → {to}: {}\n", word(compared.verdict));
    if compared.migrations.iter().all(|passage| passage.because.is_empty()) {
        _ = writeln!(text, "{}\n", cell(&plain_why(compared)));
    }
    let names = Names { from: compared.from.clone(), to: compared.to.clone() };
    for passage in &compared.migrations {
        _ = writeln!(text, "### {}: {}\n", cell(&subject(passage)), word(passage.verdict));
        for reason in &passage.because {
            _ = writeln!(text, "- {}", cell(reason));
        }
        let mut rows: Vec<(&str, &Step, String)> = Vec::new();
        rows.extend(passage.skipped.iter().map(|one| ("skipped", &one.step, fate(&one.fate))));
        let late = passage.late.iter();
        rows.extend(late.map(|one| ("late", &one.step, format!("before {}", one.below))));
        rows.extend(passage.unknown.iter().map(|one| ("unknown", one, String::new())));
        let again = passage.runs_again.iter();
        rows.extend(again.map(|one| ("again", &one.step, again_as(&one.step.id, &one.applied_as))));
        rows.extend(passage.edited.iter().map(|one| ("edited", one, String::new())));
        rows.extend(passage.pending.iter().map(|one| ("to run", one, String::new())));
        if !rows.is_empty() {
            _ = writeln!(text, "\n| | migration | does | |\n|---|---|---|---|");
            let shown = if all { rows.len() } else { rows.len().min(4 * SHOWN) };
            for (what, step, note) in rows.iter().take(shown) {
                let does = step.does.as_deref().unwrap_or_default();
                _ = writeln!(
                    text,
                    "| {what} | {} | {} | {} |",
                    cell(&step.id),
                    cell(does),
                    cell(note)
                );
            }
            if rows.len() > shown {
                _ = writeln!(text, "\nand {} more", rows.len() - shown);
            }
        }
        for way in &passage.ways {
            _ = writeln!(text, "\n**{}**\n", cell(&way_title(way)));
            for (software, commands) in stretches(&way.commands) {
                _ = writeln!(text, "With {} installed:\n", cell(names.of(software)));
                for command in commands {
                    _ = writeln!(text, "    {}", printable(&command.line));
                }
                text.push('\n');
            }
            for against in &way.against {
                _ = writeln!(text, "- mind: {}", cell(against));
            }
        }
        text.push('\n');
    }
    text
}

//! The section of a release.

use std::collections::BTreeMap;

use trainyard_version::Date;

use super::{
    Layout,
    body::{Body, Part},
    document::{Document, Markup, Name, Section},
    entry::{Entry, Heading},
    links,
};
use crate::lines;

/// A release as its changelog tells it.
#[derive(Clone, Debug)]
pub struct Release<'a> {
    /// The version, as headings write it.
    pub version: &'a str,
    /// Its tag, for links.
    pub tag: &'a str,
    /// The day.
    pub date: Date,
    /// How the section is laid out where the changelog does not show it.
    pub layout: Layout,
    /// What it tells, as [`super::entries`] returns it.
    pub entries: &'a [Entry],
    /// Titles of headings that a project has chosen.
    pub titles: &'a BTreeMap<Heading, String>,
}

/// Writes the section of a release into a changelog.
///
/// What stands under `Unreleased` moves into the section as it is. A section that is there already keeps every word, and
/// only gets the entries it lacks, so that doing it twice is doing it once. Definitions of links stay, and get one for
/// the release where there is one for what is unreleased.
///
/// *Cost*: linear in the text and the entries, times the parts of the section.
pub fn assemble(text: &str, release: &Release<'_>) -> String {
    let document = Document::parse(text);
    let writer = Writer { release, markup: document.markup, end: lines::end_of(text) };
    let existing = document.version(release.version);
    let unreleased = document.unreleased();
    let mut body =
        existing.map_or_else(String::new, |index| document.sections[index].body.to_owned());
    if let Some(index) = unreleased {
        body = writer.moved(&body, document.sections[index].body);
    }
    let released = existing.map_or("", |index| document.sections[index].body);
    let body = writer.with_entries(&body, released);
    let heading = match existing {
        Some(index) => document.sections[index].heading.to_owned(),
        None => writer.heading(&document),
    };
    let written = Written { heading, body, end: writer.end };
    put_together(&document, &written, existing, unreleased, release)
}

/// The new section.
struct Written {
    heading: String,
    body: String,
    end: &'static str,
}

fn put_together(
    document: &Document<'_>,
    written: &Written,
    existing: Option<usize>,
    unreleased: Option<usize>,
    release: &Release<'_>,
) -> String {
    let end = written.end;
    // Below what is unreleased, else above the newest release.
    let place = existing.unwrap_or_else(|| unreleased.map_or(0, |index| index + 1));
    let mut result = document.preamble.to_owned();
    if document.sections.is_empty() {
        separate(&mut result, end);
    }
    let add_new = |result: &mut String, has_more: bool| {
        separate(result, end);
        result.push_str(&written.heading);
        result.push_str(written.body.trim_end());
        result.push_str(end);
        if has_more {
            result.push_str(end);
        }
    };
    for (index, section) in document.sections.iter().enumerate() {
        let has_more = index + 1 < document.sections.len() || !document.tail.is_empty();
        if index == place && existing.is_none() {
            add_new(&mut result, true);
        }
        if Some(index) == existing {
            if written.body.trim_end() == section.body.trim_end() {
                push(&mut result, section);
            } else {
                add_new(&mut result, has_more);
            }
        } else if Some(index) == unreleased && !section.body.trim().is_empty() {
            result.push_str(section.heading);
            result.push_str(end);
        } else {
            push(&mut result, section);
        }
    }
    if place >= document.sections.len() {
        add_new(&mut result, !document.tail.is_empty());
    }
    result.push_str(&links::with_release(document.tail, release.version, release.tag, end));
    result
}

fn push(result: &mut String, section: &Section<'_>) {
    result.push_str(section.heading);
    result.push_str(section.body);
}

/// Sees to an empty line at the end, unless nothing stands there yet.
fn separate(text: &mut String, end: &str) {
    if text.trim_matches(['\u{feff}', '\n', '\r']).is_empty() {
        return;
    }
    if !text.ends_with('\n') {
        text.push_str(end);
    }
    let content = text.trim_end_matches(['\n', '\r']);
    if text.len() - content.len() < 2 * end.len() {
        text.push_str(end);
    }
}

struct Writer<'r> {
    release: &'r Release<'r>,
    markup: Markup,
    end: &'static str,
}

impl Writer<'_> {
    /// The heading of the section, written as those beside it are.
    fn heading(&self, document: &Document<'_>) -> String {
        let neighbour =
            document.sections.iter().find(|section| matches!(section.name, Name::Version(_)));
        let like = neighbour.or(document.sections.first()).map(|section| section.heading);
        let title = like.map_or("", |heading| heading.trim_start_matches(['\u{feff}', '#', ' ']));
        let name = match neighbour.map(|section| section.name) {
            Some(Name::Version(version)) => {
                let before = title.split(version).next().unwrap_or_default();
                if before.ends_with('v') && !self.release.version.starts_with('v') {
                    format!("v{}", self.release.version)
                } else {
                    self.release.version.to_owned()
                }
            }
            _ => self.release.version.to_owned(),
        };
        let product =
            neighbour.and_then(|section| product(title, section.name)).unwrap_or_default();
        let date = self.release.date;
        let is_linked = title.starts_with('[') && !title.contains("](");
        let has_parentheses = match neighbour {
            Some(_) => title.contains('(') && !title.contains(" - "),
            None => self.release.layout == Layout::Towncrier,
        };
        let name = if is_linked { format!("[{name}]") } else { name };
        let day = if has_parentheses { format!("({date})") } else { format!("- {date}") };
        let title = format!("{product}{name} {day}");
        let end = self.end;
        match self.markup {
            Markup::Markdown(level) => format!("{} {title}{end}{end}", "#".repeat(level)),
            Markup::Underlined(character) => {
                let line = character.to_string().repeat(title.chars().count());
                format!("{title}{end}{line}{end}{end}")
            }
        }
    }

    /// The section with what was not released yet.
    fn moved(&self, body: &str, unreleased: &str) -> String {
        let from = Body::parse(unreleased, self.markup);
        if from.is_empty() {
            return body.to_owned();
        }
        if body.trim().is_empty() {
            return without_empty_parts(from).render().trim_start_matches(['\n', '\r']).to_owned();
        }
        let mut into = Body::parse(body, self.markup);
        for part in &from.parts {
            let present =
                into.parts.iter().position(|known| known.title.eq_ignore_ascii_case(&part.title));
            let new: Vec<_> =
                part.items().into_iter().filter(|item| !body.contains(item)).collect();
            if new.is_empty() {
                continue;
            }
            match present.and_then(|index| into.parts.get_mut(index)) {
                Some(known) => known.append(&self.joined(&new), self.end),
                None => into.parts.push(part.clone()),
            }
        }
        into.render()
    }

    fn joined(&self, items: &[&str]) -> String {
        items.iter().flat_map(|item| [*item, self.end]).collect()
    }

    /// The section with the entries it lacks; `released` is what stood in it before.
    ///
    /// An entry is told by its words. One that was written into the section before may have been worded anew since, and
    /// is known by its references below the same heading.
    fn with_entries(&self, body: &str, released: &str) -> String {
        let words = spaced(body);
        let before = Body::parse(released, self.markup);
        let is_lacking = |entry: &&Entry| {
            let part = before.parts.iter().find(|part| self.is_of(part, entry.heading));
            let refers = part.is_some_and(|part| refers_to_all(&part.text, &entry.references));
            !refers && !words.contains(&spaced(&entry.text))
        };
        let mut body = Body::parse(body, self.markup);
        let bullet = bullet(&body);
        for entry in self.release.entries.iter().filter(is_lacking) {
            let lines = self.item(entry, bullet);
            let index = self.part_for(&mut body, entry.heading);
            if let Some(part) = body.parts.get_mut(index) {
                if part.text.trim().is_empty() {
                    part.text = format!("{end}{lines}{end}", end = self.end);
                } else {
                    part.append(&lines, self.end);
                }
            }
        }
        if body.is_empty() {
            return format!("No significant changes.{}", self.end);
        }
        body.render()
    }

    /// The part that a heading's entries go to; made in its order where it is not there.
    fn part_for(&self, body: &mut Body, heading: Heading) -> usize {
        if let Some(index) = body.parts.iter().position(|part| self.is_of(part, heading)) {
            return index;
        }
        let own = self.title(heading);
        let heading = if self.is_hidden(heading) { Heading::Changed } else { heading };
        let comes_later = |part: &Part| {
            let rank = Heading::ALL.into_iter().find(|other| self.is_of(part, *other));
            rank.is_some_and(|rank| rank > heading)
        };
        let index = body.parts.iter().position(comes_later).unwrap_or(body.parts.len());
        if let Some(before) = index.checked_sub(1).and_then(|index| body.parts.get_mut(index)) {
            let is_there = !before.heading.is_empty() || !before.text.trim().is_empty();
            if is_there {
                separate(&mut before.text, self.end);
            }
        }
        let line = match self.markup {
            Markup::Markdown(level) => format!("{} {own}{}", "#".repeat(level + 1), self.end),
            Markup::Underlined(of_version) => {
                let character = if of_version == '-' { "~" } else { "-" };
                format!("{own}{end}{}{end}", character.repeat(own.chars().count()), end = self.end)
            }
        };
        body.parts
            .insert(index, Part { title: own.to_owned(), heading: line, text: String::new() });
        index
    }

    /// Whether a part is where a heading's entries go.
    fn is_of(&self, part: &Part, heading: Heading) -> bool {
        let own = [self.title(heading)];
        let titles = own.iter().chain(heading.other_titles());
        titles.into_iter().any(|title| part.title.eq_ignore_ascii_case(title))
    }

    fn title(&self, heading: Heading) -> &str {
        let chosen = self.release.titles.get(&heading).map(String::as_str);
        chosen.unwrap_or_else(|| heading.title(self.release.layout))
    }

    /// Whether what breaks comes under the heading of what changes, and needs a mark.
    fn is_hidden(&self, heading: Heading) -> bool {
        heading == Heading::Breaking && self.title(heading) == self.title(Heading::Changed)
    }

    /// An entry as an item of a list.
    fn item(&self, entry: &Entry, bullet: char) -> String {
        let mark = if self.is_hidden(entry.heading) { "**Breaking:** " } else { "" };
        let mut lines = entry.text.lines();
        let mut item = format!("{bullet} {mark}{}", lines.next().unwrap_or_default().trim_end());
        for line in lines {
            item.push_str(self.end);
            if !line.trim().is_empty() {
                item.push_str("  ");
                item.push_str(line.trim_end());
            }
        }
        if !entry.references.is_empty() {
            item.extend([" (", &entry.references.join(", "), ")"]);
        }
        item.push_str(self.end);
        item
    }
}

/// The name of the product that comes before the version in a heading.
fn product(title: &str, name: Name<'_>) -> Option<String> {
    let Name::Version(version) = name else { return None };
    let before = title.split(version).next()?.trim_end_matches(['v', '[']);
    (before.ends_with(' ') && before.trim().len() > 1).then(|| before.to_owned())
}

fn without_empty_parts(body: Body) -> Body {
    let is_told = |part: &Part| part.heading.is_empty() || !part.text.trim().is_empty();
    Body { parts: body.parts.into_iter().filter(is_told).collect() }
}

/// The mark of items that a section uses.
fn bullet(body: &Body) -> char {
    let items = body.parts.iter().flat_map(Part::items);
    let marks = items.filter_map(|item| item.chars().next());
    marks.into_iter().find(|mark| ['-', '*', '+'].contains(mark)).unwrap_or('-')
}

/// The words of a text with single spaces.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text names all of some references; no when there are none.
fn refers_to_all(text: &str, references: &[String]) -> bool {
    let refers = |reference: &String| {
        text.match_indices(reference.as_str()).any(|(start, _)| {
            let behind = text[start + reference.len()..].chars().next();
            !behind.is_some_and(|next| next.is_ascii_digit())
        })
    };
    !references.is_empty() && references.iter().all(refers)
}

//! The three-way merge of changelogs, section by section and entry by entry.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use trainyard_version::{Scheme, Version};

use super::{Merged, Sides, three_way};
use crate::{
    changelog::{Body, Document, Name, Part, Section},
    lines,
};

/// Merges changelogs: sections of releases from both sides, in the order of versions, and within a section the entries of
/// both sides.
///
/// A section or an entry that one side removed and the other left alone is gone; so an entry that one side has released is
/// not unreleased any more. An entry that both sides worded anew is a conflict. Texts that do not read as changelogs are
/// merged line by line.
///
/// *Cost*: that of [`three_way`], and the sections times those that only theirs has.
pub fn changelog(sides: Sides<'_>, scheme: &Scheme) -> Merged {
    let plain = three_way(sides);
    let is_one_sided = [sides.ours, sides.theirs].into_iter().any(|side| sides.base == Some(side));
    if is_one_sided || sides.ours == sides.theirs {
        return plain;
    }
    let base = Document::parse(sides.base.unwrap_or_default());
    let (ours, theirs) = (Document::parse(sides.ours), Document::parse(sides.theirs));
    let sides_by_name = (by_name(&base), by_name(&ours), by_name(&theirs));
    let (Some(in_base), Some(in_ours), Some(in_theirs)) = sides_by_name else { return plain };
    if in_ours.is_empty() || in_theirs.is_empty() {
        return plain;
    }
    let documents = Documents {
        base: &base,
        ours: &ours,
        theirs: &theirs,
        in_base,
        in_ours,
        in_theirs,
        told: told_in(&[&ours, &theirs]),
        end: lines::end_of(sides.ours),
    };
    let merged = documents.merge(scheme);
    // A merge of lines that needs nobody is git's own, and changes less.
    if plain.is_clean() && !merged.is_clean() { plain } else { merged }
}

/// Sections by name.
type Sections<'d, 't> = BTreeMap<&'t str, &'d Section<'t>>;

/// The sections of a document by name; none where two have the same.
fn by_name<'d, 't>(document: &'d Document<'t>) -> Option<Sections<'d, 't>> {
    let named = document.sections.iter().map(|section| (label(section.name), section));
    let sections: BTreeMap<_, _> = named.collect();
    (sections.len() == document.sections.len()).then_some(sections)
}

/// The names of the sections that tell each entry.
fn told_in(documents: &[&Document<'_>]) -> HashMap<String, BTreeSet<String>> {
    let mut told: HashMap<String, BTreeSet<String>> = HashMap::new();
    for document in documents {
        for section in &document.sections {
            for part in Body::parse(section.body, document.markup).parts {
                for item in part.items() {
                    let names = told.entry(item.to_owned()).or_default();
                    names.insert(label(section.name).to_owned());
                }
            }
        }
    }
    told
}

/// A name to compare by.
fn label(name: Name<'_>) -> &str {
    match name {
        Name::Unreleased => "",
        Name::Version(version) => version,
    }
}

struct Documents<'d, 't> {
    base: &'d Document<'t>,
    ours: &'d Document<'t>,
    theirs: &'d Document<'t>,
    in_base: Sections<'d, 't>,
    in_ours: Sections<'d, 't>,
    in_theirs: Sections<'d, 't>,
    /// The names of the sections that tell each entry, on any side but the base.
    told: HashMap<String, BTreeSet<String>>,
    end: &'static str,
}

impl<'t> Documents<'_, 't> {
    fn merge(&self, scheme: &Scheme) -> Merged {
        let mut merged = three_way(Sides {
            base: Some(self.base.preamble),
            ours: self.ours.preamble,
            theirs: self.theirs.preamble,
        });
        let order = self.order(scheme);
        for (index, name) in order.iter().enumerate() {
            let is_last = index + 1 == order.len();
            let section = self.section(*name);
            merged.conflicts += section.conflicts;
            merged.text.push_str(&section.text);
            if !is_last || !self.ours.tail.is_empty() {
                self.separate(&mut merged.text, &section.text);
            }
        }
        merged.text.push_str(&self.tail());
        merged
    }

    /// Sees to an end of the line, and to an empty line where the section does not bring one as others do.
    fn separate(&self, text: &mut String, section: &str) {
        if !section.ends_with('\n') {
            text.push_str(self.end);
        }
        let trimmed = section.trim_end_matches(['\n', '\r']);
        let is_spaced =
            self.ours.sections.iter().any(|section| section.body.starts_with(['\n', '\r']));
        if section.len() - trimmed.len() <= self.end.len() && is_spaced {
            text.push_str(self.end);
        }
    }

    /// The names of the sections that stay: ours in their order, and theirs where their versions belong.
    fn order(&self, scheme: &Scheme) -> Vec<Name<'t>> {
        // What the other side removed is gone, unless this side changed it.
        let stays = |section: &Section<'t>, other: &Sections<'_, 't>| {
            let name = label(section.name);
            let base = self.in_base.get(name);
            other.contains_key(name) || base.is_none_or(|base| base.body != section.body)
        };
        let version = |name: Name<'_>| match name {
            Name::Version(version) => scheme.parse(version).ok(),
            Name::Unreleased => None,
        };
        let ours = self.ours.sections.iter().filter(|section| stays(section, &self.in_theirs));
        let mut order: Vec<_> = ours.map(|section| (section.name, version(section.name))).collect();
        // Below the section that it follows on their side, unless its version says better.
        let mut above = None;
        for section in &self.theirs.sections {
            let is_new = !self.in_ours.contains_key(label(section.name));
            if is_new && stays(section, &self.in_ours) {
                let own = version(section.name);
                let index = match (&own, section.name) {
                    (Some(own), _) => {
                        let is_lower = |other: &Version| other.precedence(own).is_lt();
                        let lower = order.iter().position(|(_, other): &(_, Option<Version>)| {
                            other.as_ref().is_some_and(is_lower)
                        });
                        lower.unwrap_or(order.len())
                    }
                    (None, Name::Unreleased) => 0,
                    (None, Name::Version(_)) => {
                        let found = order.iter().position(|(name, _)| Some(*name) == above);
                        found.map_or(order.len(), |index| index + 1)
                    }
                };
                order.insert(index, (section.name, own));
            }
            above = Some(section.name);
        }
        order.into_iter().map(|(name, _)| name).collect()
    }

    /// One section with what both sides have in it.
    fn section(&self, name: Name<'_>) -> Merged {
        let name_label = label(name);
        let base = self.in_base.get(name_label).copied();
        let (ours, theirs) = match (self.in_ours.get(name_label), self.in_theirs.get(name_label)) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (Some(only), None) | (None, Some(only)) => {
                return Merged { text: format!("{}{}", only.heading, only.body), conflicts: 0 };
            }
            (None, None) => return Merged { text: String::new(), conflicts: 0 },
        };
        let is_ours_unchanged = base.is_some_and(|base| base.heading == ours.heading);
        let heading = if is_ours_unchanged { theirs.heading } else { ours.heading };
        let base_body = base.map_or("", |base| base.body);
        let body = self.body(name, base_body, ours.body, theirs.body);
        Merged { text: format!("{heading}{}", body.text), conflicts: body.conflicts }
    }

    fn body(&self, name: Name<'_>, base: &str, ours: &str, theirs: &str) -> Merged {
        let sides = Sides { base: Some(base), ours, theirs };
        let plain = three_way(sides);
        let is_one_sided = ours == theirs || base == ours || base == theirs;
        if is_one_sided {
            return plain;
        }
        let parse = |text, document: &Document<'_>| Body::parse(text, document.markup);
        let bodies = Bodies {
            base: parse(base, self.base),
            ours: parse(ours, self.ours),
            theirs: parse(theirs, self.theirs),
            end: self.end,
        };
        let is_released = |item: &str| {
            self.told.get(item).is_some_and(|names| names.iter().any(|other| other != label(name)))
        };
        match bodies.merge(&is_released) {
            Some(text) => Merged { text, conflicts: 0 },
            None => plain,
        }
    }

    /// The definitions of links of both sides; what both changed stays ours, as the section it belongs to does.
    fn tail(&self) -> String {
        let name = |line: &str| line.split("]:").next().unwrap_or(line).to_ascii_lowercase();
        let lines = |document: &Document<'t>| {
            document.tail.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>()
        };
        let by_name = |document| {
            lines(document).into_iter().map(|line| (name(line), line)).collect::<BTreeMap<_, _>>()
        };
        let (base, ours, theirs) = (by_name(self.base), by_name(self.ours), by_name(self.theirs));
        let names = |document| lines(document).into_iter().map(name).collect::<Vec<_>>();
        let mut text = String::new();
        for wanted in woven(&names(self.ours), &names(self.theirs)) {
            let line = match (base.get(wanted), ours.get(wanted), theirs.get(wanted)) {
                (base, ours, theirs) if base == ours => theirs,
                (base, ours, theirs) if base == theirs => ours,
                // Ours may have removed what theirs changed.
                (_, ours, theirs) => ours.or(theirs),
            };
            if let Some(line) = line {
                text.extend([*line, self.end]);
            }
        }
        let ends_openly = !self.ours.tail.is_empty() && !self.ours.tail.ends_with('\n');
        if ends_openly {
            text.truncate(text.trim_end().len());
        }
        text
    }
}

/// All of ours in their order, each new one of theirs before what it stands before on their side; none twice.
fn woven<'n>(ours: &'n [String], theirs: &'n [String]) -> Vec<&'n str> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, name) in ours.iter().enumerate() {
        places.entry(name).or_insert(place);
    }
    let mut before: Vec<Vec<&str>> = vec![Vec::new(); ours.len() + 1];
    let mut place = ours.len();
    for name in theirs.iter().rev() {
        if let Some(known) = places.get(name.as_str()) {
            place = *known;
        } else if let Some(before) = before.get_mut(place) {
            before.push(name);
        }
    }
    let ours = ours.iter().map(|name| Some(name.as_str())).chain([None]);
    let woven =
        before.iter().zip(ours).flat_map(|(before, own)| before.iter().rev().copied().chain(own));
    let mut seen = HashSet::new();
    woven.filter(|name| seen.insert(*name)).collect()
}

struct Bodies {
    base: Body,
    ours: Body,
    theirs: Body,
    end: &'static str,
}

impl Bodies {
    /// Merges by entries; none where they cannot be told apart, or both sides worded one anew.
    fn merge(&self, is_released: &dyn Fn(&str) -> bool) -> Option<String> {
        let titles = |body: &Body| {
            body.parts.iter().map(|part| part.title.to_ascii_lowercase()).collect::<Vec<_>>()
        };
        let (our_titles, their_titles) = (titles(&self.ours), titles(&self.theirs));
        let in_base = by_title(&self.base)?;
        let (in_ours, in_theirs) = (by_title(&self.ours)?, by_title(&self.theirs)?);
        let none = Part::default();
        let mut result = Body::default();
        for title in woven(&our_titles, &their_titles) {
            let [base, ours, theirs] =
                [&in_base, &in_ours, &in_theirs].map(|parts| parts.get(title).copied());
            let items = merged_items(
                base.unwrap_or(&none),
                ours.unwrap_or(&none),
                theirs.unwrap_or(&none),
                is_released,
            )?;
            let is_on_both = ours.is_some() && theirs.is_some();
            if items.is_empty() && !title.is_empty() && !is_on_both {
                continue;
            }
            let Some(model) = ours.or(theirs) else { continue };
            let text = self.text(model, &items);
            result.parts.push(Part { text, ..model.clone() });
        }
        Some(result.render())
    }

    /// The part with these items, spaced as the part was.
    fn text(&self, model: &Part, items: &[String]) -> String {
        let own = model.items();
        if own.len() == items.len() && own.iter().zip(items).all(|(own, item)| own == item) {
            return model.text.clone();
        }
        let end = self.end;
        let content = model.text.trim();
        let (before, behind) = model.text.split_once(content).unwrap_or(("", ""));
        let (before, behind) = if content.is_empty() { (end, end) } else { (before, behind) };
        let empty_line = format!("{end}{end}");
        let is_wide = own.len() > 1 && content.matches(&empty_line).count() + 1 >= own.len();
        let between = if is_wide { &empty_line } else { end };
        let mut text = before.to_owned();
        if items.is_empty() {
            return text;
        }
        text.push_str(&items.join(between));
        text.push_str(if behind.is_empty() { end } else { behind });
        text
    }
}

/// Parts by their titles in lower case; none where two have the same.
fn by_title(body: &Body) -> Option<HashMap<String, &Part>> {
    let titled = body.parts.iter().map(|part| (part.title.to_ascii_lowercase(), part));
    let parts: HashMap<_, _> = titled.collect();
    (parts.len() == body.parts.len()).then_some(parts)
}

/// The entries that stay: ours less those that theirs removed, and what theirs added, after the entry it follows there.
fn merged_items(
    base: &Part,
    ours: &Part,
    theirs: &Part,
    is_released: &dyn Fn(&str) -> bool,
) -> Option<Vec<String>> {
    let (base, ours, theirs) = (base.items(), ours.items(), theirs.items());
    let are_entries = [&base, &ours, &theirs].into_iter().all(|items| {
        let distinct: BTreeSet<_> = items.iter().collect();
        let are_listed = items.iter().all(|item| item.starts_with(['-', '*', '+']));
        are_listed && distinct.len() == items.len()
    });
    if !are_entries {
        // Words that are no list can stay as they are, or change on one side.
        let one = if ours == theirs || base == theirs {
            Some(ours)
        } else if base == ours {
            Some(theirs)
        } else {
            None
        };
        return one.map(|items| items.into_iter().map(str::to_owned).collect());
    }
    let sets = [&base, &ours, &theirs].map(|items| items.iter().copied().collect::<BTreeSet<_>>());
    let [in_base, in_ours, in_theirs] = &sets;
    let is_new = |item: &&&str| !in_base.contains(**item);
    let both_gone = base
        .iter()
        .any(|item| !in_ours.contains(item) && !in_theirs.contains(item) && !is_released(item));
    if both_gone && ours.iter().any(|item| is_new(&item)) && theirs.iter().any(|item| is_new(&item))
    {
        return None;
    }
    let stays = |item: &&str| !in_base.contains(item) || in_theirs.contains(item);
    let is_wanted =
        |item: &&str| in_ours.contains(item) || (!in_base.contains(item) && !is_released(item));
    let owned = |item: &str| item.to_owned();
    let kept: Vec<String> = ours.iter().copied().filter(stays).map(owned).collect();
    let added: Vec<String> = theirs.iter().copied().filter(is_wanted).map(owned).collect();
    Some(woven(&kept, &added).into_iter().map(owned).collect())
}

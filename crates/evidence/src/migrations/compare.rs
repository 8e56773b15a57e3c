//! Holds the migrations of two trees against each other, whatever the framework.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use camino::Utf8Path;

use super::{
    Environment, Graph, Migration, added::Added, environments, graph_problems, rules,
    sentences::deeds,
};
use crate::{Change, Class, Pair, Source};

/// Everything that changed, environment by environment.
pub(super) fn detect(pair: &Pair<'_>) -> Vec<Change> {
    let (old, old_troubles) = environments(&pair.old, pair.memo);
    let (new, new_troubles) = environments(&pair.new, pair.memo);
    let mut changes = troubles(pair, old_troubles, new_troubles);
    for (old, new) in pair_up(&old, &new) {
        EnvironmentPair::new(pair, old, new).tell(&mut changes);
    }
    changes
}

/// What cannot be read and is not the same on both sides; once per file.
fn troubles(pair: &Pair<'_>, old: Vec<Change>, new: Vec<Change>) -> Vec<Change> {
    let differing = pair.differing();
    let paths = differing.iter().filter_map(|(old, new)| old.or(*new));
    let differing: BTreeSet<&Utf8Path> = paths.map(|entry| entry.path.as_path()).collect();
    let mut told = BTreeSet::new();
    let both = new.into_iter().chain(old);
    both.filter(|change| match &change.source.path {
        Some(path) => differing.contains(path.as_path()) && told.insert(path.clone()),
        None => true,
    })
    .collect()
}

/// The older and the newer state of one environment, as far as there are any.
pub type Paired<'a> = (Option<&'a Environment>, Option<&'a Environment>);

/// Brings environments together: by framework and folder, then, where a folder moved, by their ids.
///
/// *Order*: those of the newer side, then those that are gone.
pub fn pair_up<'a>(old: &'a [Environment], new: &'a [Environment]) -> Vec<Paired<'a>> {
    let mut left: Vec<&Environment> = old.iter().collect();
    let mut paired: Vec<Paired<'a>> = new
        .iter()
        .map(|new| {
            let is_same =
                |old: &&Environment| old.framework == new.framework && old.folder == new.folder;
            let place = left.iter().position(is_same);
            (place.map(|place| left.remove(place)), Some(new))
        })
        .collect();
    for (old, new) in &mut paired {
        let Some(new) = new.filter(|_| old.is_none()) else { continue };
        let ids: BTreeSet<&str> = new.migrations.iter().map(|one| one.id.as_str()).collect();
        let common = |old: &Environment| {
            old.migrations.iter().filter(|one| ids.contains(one.id.as_str())).count()
        };
        // Most of what was there must still be there.
        let moved = left.iter().enumerate().filter(|(_, old)| old.framework == new.framework);
        let moved = moved.map(|(place, old)| (common(old), place));
        let best = moved.filter(|(common, place)| {
            left.get(*place).is_some_and(|old| *common > 0 && common * 2 >= old.migrations.len())
        });
        if let Some((_, place)) = best.max_by_key(|(common, place)| (*common, usize::MAX - place)) {
            *old = Some(left.remove(place));
        }
    }
    paired.extend(left.into_iter().map(|old| (Some(old), None)));
    paired
}

/// Tools that keep a checksum of what they ran, and stop where a file does not fit it.
const CHECKING_TOOLS: &[&str] = &["flyway", "sqlx"];

/// Both states of one environment.
struct EnvironmentPair<'a> {
    pair: &'a Pair<'a>,
    old: &'a Environment,
    new: &'a Environment,
    old_graph: Graph<'a>,
    new_graph: Graph<'a>,
    is_moved: bool,
    /// How many more steps the search for old parents may take.
    steps: Cell<usize>,
}

/// Enough for hundreds of re-parented migrations; a search beyond counts as without result.
const MOST_STEPS: usize = 1_000_000;

static NOTHING: Environment =
    Environment { framework: "", folder: camino::Utf8PathBuf::new(), migrations: Vec::new() };

impl<'a> EnvironmentPair<'a> {
    fn new(pair: &'a Pair<'a>, old: Option<&'a Environment>, new: Option<&'a Environment>) -> Self {
        let is_moved = old.zip(new).is_some_and(|(old, new)| old.folder != new.folder);
        let (old, new) = (old.unwrap_or(&NOTHING), new.unwrap_or(&NOTHING));
        let (old_graph, new_graph) = (old.graph(), new.graph());
        Self { pair, old, new, old_graph, new_graph, is_moved, steps: Cell::new(MOST_STEPS) }
    }

    fn tell(&self, changes: &mut Vec<Change>) {
        if self.is_moved {
            let sentence =
                format!("migrations moved from `{}` to `{}`", self.old.folder, self.new.folder);
            let subject = format!("{} {}", self.new.framework, self.new.folder);
            let change = Change::new(&rules::MOVED, subject, sentence);
            let was = Source::file(&self.old.folder);
            changes.push(change.at(Source::file(&self.new.folder)).was_at(was));
        }
        graph_problems::tell(self.old, self.new, changes);
        let (old, new) = (&self.old_graph, &self.new_graph);
        for migration in new.iter() {
            if let Some(before) = old.get(&migration.id) {
                self.tell_kept(before, migration, changes);
            }
        }
        self.tell_edited(changes);
        let renumbered = self.renumbered();
        let replaced: BTreeSet<&str> = [self.old, self.new]
            .iter()
            .flat_map(|environment| &environment.migrations)
            .flat_map(|migration| migration.replaces.iter().map(String::as_str))
            .collect();
        for migration in old.iter().filter(|one| new.get(&one.id).is_none()) {
            let change = self.removed(migration, &renumbered, &replaced);
            changes.push(change.was_at(migration.deed_source()));
        }
        let added = Added {
            pair: self.pair,
            old: self.old,
            new: self.new,
            old_graph: old,
            new_graph: new,
            renumbered: renumbered.values().map(|migration| migration.id.as_str()).collect(),
        };
        added.tell(changes);
    }

    /// Released migrations that mean something else now, with what they did and do.
    fn tell_edited(&self, changes: &mut Vec<Change>) {
        let kept =
            self.new_graph.iter().filter_map(|new| Some((self.old_graph.get(&new.id)?, new)));
        let edited: Vec<(&Migration, &Migration)> =
            kept.filter(|(old, new)| old.meaning != new.meaning && !new.repeats).collect();
        let framework = super::framework(self.new.framework);
        let Some(framework) = framework.filter(|_| !edited.is_empty()) else { return };
        let (olds, news): (Vec<&Migration>, Vec<&Migration>) = edited.iter().copied().unzip();
        let memo = self.pair.memo;
        let before = framework.effects_of(&self.pair.old, memo, self.old, &olds);
        let after = framework.effects_of(&self.pair.new, memo, self.new, &news);
        for ((old, new), (before, after)) in edited.iter().zip(before.iter().zip(&after)) {
            let sentence = if before == after {
                format!("means something else now, though it still {}", deeds(after))
            } else {
                format!("does something else now: {}; before: {}", deeds(after), deeds(before))
            };
            let change = Change::new(&rules::EDITED, self.new.subject(new), sentence);
            changes.push(change.at(new.deed_source()).was_at(old.deed_source()));
        }
    }

    /// A migration that is run whenever it changes has changed; databases have met already what it did before.
    fn run_again(&self, old: &Migration, new: &Migration) -> Change {
        let (pair, memo) = (self.pair, self.pair.memo);
        let news = super::framework(self.new.framework).map(|framework| {
            let before = framework.effects(&pair.old, memo, self.old, old);
            framework.effects(&pair.new, memo, self.new, new).beyond(&before)
        });
        let (class, sentence) = match &news {
            Some(news) if news.is_empty() => (
                Class::Additive,
                "is run again, and does the kinds of things it did before".to_owned(),
            ),
            Some(news) => {
                let what = deeds(news);
                (news.label().class(), format!("is run again, and now also {what}"))
            }
            None => (Class::Unknown, "is run again".to_owned()),
        };
        Change::new(&rules::RUN_AGAIN, self.new.subject(new), sentence)
            .in_class(class)
            .at(new.deed_source())
            .was_at(old.deed_source())
    }

    /// What became of a migration that both sides have.
    fn tell_kept(&self, old: &Migration, new: &Migration, changes: &mut Vec<Change>) {
        let subject = self.new.subject(new);
        let mut tell = |rule, sentence: String| {
            let change = Change::new(rule, &subject, sentence).at(new.deed_source());
            changes.push(change.was_at(old.deed_source()));
        };
        if old.meaning != new.meaning && new.repeats {
            changes.push(self.run_again(old, new));
        } else if old.meaning == new.meaning && old.backward != new.backward {
            let sentence = "its way back changed, its way forward is the same";
            tell(&rules::EDITED_BACKWARD, sentence.to_owned());
        }
        let (was, is) = (names(&old.parents), names(&new.parents));
        if was != is {
            self.tell_re_parented(old, new, changes);
        } else if old.depends_on != new.depends_on {
            let (was, is) = (listed(&old.depends_on), listed(&new.depends_on));
            let sentence = format!("requires {is}, and required {was} before");
            let change = Change::new(&rules::REQUIREMENTS, &subject, sentence);
            let change = change.at(new.order_source()).was_at(old.order_source());
            changes.push(change);
        } else if old.content != new.content
            && old.meaning == new.meaning
            && old.backward == new.backward
        {
            let is_checked = CHECKING_TOOLS.contains(&self.new.framework);
            let sentence = if is_checked {
                "its text changed, so its checksum no longer fits, though it means the same"
            } else {
                "its text changed, and it means the same"
            };
            let change = Change::new(&rules::EDITED_IN_FORM, &subject, sentence);
            let change = change.at(Source::file(&new.path)).was_at(Source::file(&old.path));
            changes.push(if is_checked { change.in_class(Class::Breaking) } else { change });
        }
        self.tell_path(old, new, changes);
    }

    /// Where only new migrations came between it and its old parents, what they mean is told of them.
    fn tell_re_parented(&self, old: &Migration, new: &Migration, changes: &mut Vec<Change>) {
        let (was, is) = (listed(&old.parents), listed(&new.parents));
        let keeps_all = self.still_follows(new, &old.parents);
        let sentence = if keeps_all {
            format!("follows {is} now, which came between it and {was}")
        } else {
            format!("follows {is} now, and followed {was} before")
        };
        let change = Change::new(&rules::RE_PARENTED, self.new.subject(new), sentence);
        let change = change.at(new.order_source()).was_at(old.order_source());
        changes.push(if keeps_all { change.in_class(Class::Dangerous) } else { change });
    }

    /// Whether all of these still lie below a migration.
    fn still_follows(&self, migration: &Migration, parents: &[String]) -> bool {
        let mut left = names(parents);
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = migration.parents.iter().map(String::as_str).collect();
        while let Some(id) = open.pop() {
            left.remove(id);
            let steps = self.steps.get();
            if left.is_empty() || steps == 0 {
                break;
            }
            self.steps.set(steps - 1);
            if seen.insert(id) {
                let below = self.new_graph.get(id).into_iter();
                open.extend(below.flat_map(|one| one.parents.iter().map(String::as_str)));
            }
        }
        left.is_empty()
    }

    fn tell_path(&self, old: &Migration, new: &Migration, changes: &mut Vec<Change>) {
        let within = |environment: &Environment, migration: &Migration| {
            let path = &migration.path;
            path.strip_prefix(&environment.folder).unwrap_or(path).to_owned()
        };
        let (was, is) = (within(self.old, old), within(self.new, new));
        if was == is {
            return;
        }
        let (rule, sentence) = if was.file_name() == is.file_name() {
            (&rules::MOVED, format!("its file moved from `{was}` to `{is}`"))
        } else {
            (&rules::RENAMED, format!("its file is called `{is}` now, and was `{was}`"))
        };
        let change = Change::new(rule, self.new.subject(new), sentence);
        changes.push(change.at(Source::file(&new.path)).was_at(Source::file(&old.path)));
    }

    /// Migrations that are gone, by id, each with the added one that means the same.
    fn renumbered(&self) -> BTreeMap<&'a str, &'a Migration> {
        let ids = |environment: &'a Environment| -> BTreeSet<&'a str> {
            environment.migrations.iter().map(|one| one.id.as_str()).collect()
        };
        let (old_ids, new_ids) = (ids(self.old), ids(self.new));
        let mut added: BTreeMap<[u8; 32], Vec<&Migration>> = BTreeMap::new();
        for migration in &self.new.migrations {
            if !old_ids.contains(migration.id.as_str()) {
                added.entry(migration.meaning).or_default().push(migration);
            }
        }
        let gone = self.old.migrations.iter().filter(|one| !new_ids.contains(one.id.as_str()));
        let mut renumbered = BTreeMap::new();
        for migration in gone {
            // Empty merges all mean the same; only one that stands alone can be told.
            let Some([same]) = added.get(&migration.meaning).map(Vec::as_slice) else { continue };
            let is_plain = migration.parents.len() < 2 && same.parents.len() < 2;
            // A squash has another id on purpose.
            let is_plain = is_plain && same.replaces.is_empty();
            if is_plain && !renumbered.values().any(|known: &&Migration| known.id == same.id) {
                renumbered.insert(migration.id.as_str(), *same);
            }
        }
        renumbered
    }

    fn removed(
        &self,
        migration: &Migration,
        renumbered: &BTreeMap<&str, &Migration>,
        replaced: &BTreeSet<&str>,
    ) -> Change {
        let subject = self.old.subject(migration);
        if let Some(same) = renumbered.get(migration.id.as_str()) {
            let sentence = format!("has the id `{}` now, so databases run it again", same.id);
            let change = Change::new(&rules::RENUMBERED, subject, sentence);
            return change.at(same.deed_source());
        }
        if replaced.contains(migration.id.as_str()) {
            let sentence = "is gone; a squashed migration stands for it";
            return Change::new(&rules::REPLACED_REMOVED, subject, sentence);
        }
        Change::new(&rules::REMOVED, subject, "a released migration is gone")
    }
}

fn names(ids: &[String]) -> BTreeSet<&str> {
    ids.iter().map(String::as_str).collect()
}

/// Ids in words.
pub(super) fn listed(ids: &[String]) -> String {
    let quoted: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

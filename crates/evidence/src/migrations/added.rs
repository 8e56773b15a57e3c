//! What is told of migrations that only the newer side has.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Effects, Environment, Framework, Graph, Label, Late, Migration, framework, rules,
    sentences::deeds,
};
use crate::{Change, Class, Pair};

/// The added migrations of one environment.
pub(super) struct Added<'a> {
    pub(super) pair: &'a Pair<'a>,
    pub(super) old: &'a Environment,
    pub(super) new: &'a Environment,
    pub(super) old_graph: &'a Graph<'a>,
    pub(super) new_graph: &'a Graph<'a>,
    /// Added ids under which a released migration goes on; they are told with it.
    pub(super) renumbered: BTreeSet<&'a str>,
}

impl<'a> Added<'a> {
    /// *Order*: the order in which they run.
    pub(super) fn tell(&self, changes: &mut Vec<Change>) {
        let is_added = |one: &&Migration| {
            self.old_graph.get(&one.id).is_none() && !self.renumbered.contains(one.id.as_str())
        };
        let (ordered, _) = self.new_graph.in_order();
        let places: BTreeMap<&str, usize> =
            ordered.iter().enumerate().map(|(place, one)| (one.id.as_str(), place)).collect();
        let added: Vec<&Migration> = ordered.into_iter().filter(is_added).collect();
        let Some(framework) = framework(self.new.framework).filter(|_| !added.is_empty()) else {
            return;
        };
        let below_released = self.below_released();
        let late = framework.when_late();
        let skipped = if late == Late::Skipped { below_released.clone() } else { BTreeSet::new() };
        let effects = self.effects(framework, &added, &skipped);
        let twins = self.twins(&added, &effects);
        for (migration, effects) in added.iter().zip(&effects) {
            if self.is_squash_of_released(migration) {
                let sentence = "stands for released migrations alone";
                changes.push(self.change(&rules::SQUASHED, migration, sentence.to_owned()));
                continue;
            }
            changes.push(self.effect(migration, effects));
            let twin = twins.get(migration.id.as_str()).copied();
            let meets_twin = |twin: &&Migration| {
                !skipped.contains(twin.id.as_str()) && self.runs_before(twin, migration, &places)
            };
            if let Some(twin) = twin.filter(meets_twin) {
                let sentence = format!("does the same as `{}`", twin.id);
                changes.push(self.change(&rules::DUPLICATED, migration, sentence));
            }
            if below_released.contains(migration.id.as_str()) {
                let label = effects.label();
                changes.extend(self.late(late, migration, label, twin));
            }
        }
    }

    /// The effects of the added migrations. Those that are skipped are judged by themselves; for the others they are not
    /// there, because a database that goes from the older to the newer state never runs them.
    fn effects(
        &self,
        framework: &dyn Framework,
        added: &[&Migration],
        skipped: &BTreeSet<&str>,
    ) -> Vec<Effects> {
        let (side, memo) = (&self.pair.new, self.pair.memo);
        let all = framework.effects_of(side, memo, self.new, added);
        if skipped.is_empty() {
            return all;
        }
        let environment = self.new.without(skipped);
        let runs = |one: &&&Migration| !skipped.contains(one.id.as_str());
        let running: Vec<&Migration> = added.iter().filter(runs).copied().collect();
        let mut apart = framework.effects_of(side, memo, &environment, &running).into_iter();
        let each = added.iter().zip(all);
        each.map(|(one, effects)| {
            let apart = if runs(&one) { apart.next() } else { None };
            apart.unwrap_or(effects)
        })
        .collect()
    }

    fn change(&self, rule: &crate::Rule, migration: &Migration, sentence: String) -> Change {
        let change = Change::new(rule, self.new.subject(migration), sentence);
        change.at(migration.deed_source())
    }

    fn effect(&self, migration: &Migration, effects: &Effects) -> Change {
        let label = effects.label();
        if label == Label::Noop && migration.parents.len() > 1 {
            let parents = super::compare::listed(&migration.parents);
            return self.change(&rules::MERGE, migration, format!("joins {parents}"));
        }
        self.change(rules::of_label(label), migration, deeds(effects))
    }

    fn is_squash_of_released(&self, migration: &Migration) -> bool {
        let mut replaced = migration.replaces.iter();
        !migration.replaces.is_empty() && replaced.all(|id| self.old_graph.get(id).is_some())
    }

    /// Added ids that lie below a head of the older side: a database there counts them as applied.
    fn below_released(&self) -> BTreeSet<&'a str> {
        let heads = self.old.heads();
        let below = self.new_graph.ancestors(heads).into_iter();
        below.filter(|id| self.old_graph.get(id).is_none()).collect()
    }

    /// Added migrations that do something, each with another one that means the same.
    fn twins(
        &self,
        added: &[&'a Migration],
        effects: &[Effects],
    ) -> BTreeMap<&'a str, &'a Migration> {
        let mut by_meaning: BTreeMap<[u8; 32], Vec<&Migration>> = BTreeMap::new();
        for migration in self.new_graph.iter().chain(self.old_graph.iter()) {
            let same = by_meaning.entry(migration.meaning).or_default();
            // Two are enough: one of them is another than the one that asks.
            if same.len() < 2 && same.iter().all(|known| known.id != migration.id) {
                same.push(migration);
            }
        }
        let doing = added.iter().zip(effects).filter(|(_, does)| does.label() != Label::Noop);
        let twin_of = |migration: &Migration| {
            let same = by_meaning.get(&migration.meaning)?;
            same.iter().find(|other| other.id != migration.id).copied()
        };
        doing.filter_map(|(one, _)| Some((one.id.as_str(), twin_of(one)?))).collect()
    }

    /// Whether a database meets `first` and then `second`; a released one always comes first.
    fn runs_before(
        &self,
        first: &Migration,
        second: &Migration,
        places: &BTreeMap<&str, usize>,
    ) -> bool {
        self.old_graph.get(&first.id).is_some()
            || places.get(first.id.as_str()) < places.get(second.id.as_str())
    }

    /// What becomes of a migration below released ones.
    fn late(
        &self,
        late: Late,
        migration: &Migration,
        label: Label,
        twin: Option<&Migration>,
    ) -> Option<Change> {
        let released = self.first_above(migration);
        match (late, twin) {
            (Late::Applied, _) => None,
            (Late::Refused, _) => {
                let sentence = format!("comes before released {released}, so the tool refuses it");
                Some(self.change(&rules::REFUSED, migration, sentence))
            }
            (Late::Skipped, Some(twin)) => {
                let sentence = format!(
                    "comes below released {released}, so a database there skips it and runs `{}`, which does the same",
                    twin.id
                );
                let change = self.change(&rules::INSERTED, migration, sentence);
                Some(change.in_class(Class::Additive))
            }
            (Late::Skipped, None) => {
                let sentence =
                    format!("comes below released {released}, so a database there never runs it");
                let change = self.change(&rules::INSERTED, migration, sentence);
                Some(if label == Label::Noop { change.in_class(Class::None) } else { change })
            }
        }
    }

    /// A released migration above one that is not, for people.
    fn first_above(&self, migration: &Migration) -> String {
        let mut above = self.new_graph.iter().filter(|one| {
            self.old_graph.get(&one.id).is_some()
                && one.parents.iter().chain(&one.depends_on).any(|id| *id == migration.id)
        });
        above.next().map_or_else(|| "ones".to_owned(), |one| format!("`{}`", one.id))
    }
}

//! Holds what a database has against what the target's migrations say.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_evidence::{
    ContentId,
    migrations::{self, Effects, Environment, Label, Migration, deeds},
};

use super::{
    broken,
    order::{Marks, Order},
    passage::{Fate, HalfSquashed, Late, Passage, Relinked, RunsAgain, Skipped, Step, Verdict},
    reasons,
    tools::{Memory, Tool},
    ways,
};

/// Tells what migrations of the target do to a database, one answer each, or nothing where that is not wanted.
pub type Deeds<'a> = dyn Fn(&Environment, &[&Migration]) -> Vec<Effects> + 'a;

/// What is held against each other.
pub(crate) struct Between<'a> {
    pub(crate) tool: &'static Tool,
    pub(crate) old: Order<'a>,
    pub(crate) new: Order<'a>,
    /// Where the database stands, by ids of the older release.
    pub(crate) stands_at: Vec<&'a str>,
    /// What the database has, in the older order.
    pub(crate) applied: Marks,
    /// What counts as applied, in the newer order.
    pub(crate) counted: Marks,
}

/// What a database has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Has<'a> {
    /// Everything of the older release.
    All,
    /// These and all before them.
    Below(&'a [String]),
    /// These, and these with all before them.
    Exactly { ids: &'a [String], below: &'a [String] },
}

/// What becomes of a database on its way from one release to another.
///
/// `old` and `new` are the environments of one tool that belong together: one each, or all of Django's apps. `at` says
/// where the database stands (what Alembic's table `alembic_version` holds); without it, it has everything of the older
/// release. *Cost*: linear in the number of migrations, `deeds` aside.
pub fn between(
    old: &[&Environment],
    new: &[&Environment],
    at: Option<&[String]>,
    deeds: &Deeds<'_>,
) -> Passage {
    between_with(old, new, at.map_or(Has::All, Has::Below), deeds)
}

/// The same, where more may be known of the database.
pub(crate) fn between_with(
    old: &[&Environment],
    new: &[&Environment],
    has: Has<'_>,
    deeds: &Deeds<'_>,
) -> Passage {
    let framework = new.iter().chain(old).map(|one| one.framework).next().unwrap_or_default();
    let tool = Tool::of(framework);
    let old_order = Order::of(old.iter().flat_map(|one| &one.migrations));
    let new_order = Order::of(new.iter().flat_map(|one| &one.migrations));
    let heads = old_order.heads();
    let mut strangers = Vec::new();
    let (stands_at, applied) = match has {
        Has::All => {
            let applied = (0..old_order.len()).fold(Marks::default(), |mut marks, place| {
                marks.insert(place);
                marks
            });
            (heads, applied)
        }
        Has::Exactly { ids, below } => {
            strangers = ids.iter().map(String::as_str).filter(|id| !old_order.knows(id)).collect();
            let mut applied = old_order.below(below.iter().map(String::as_str));
            for place in ids.iter().filter_map(|id| old_order.find(id)) {
                applied.insert(place);
            }
            (old_order.tops(&applied), applied)
        }
        Has::Below(at) => {
            let known = |id: &&str| old_order.knows(id);
            let (known, unknown): (Vec<&str>, Vec<&str>) =
                at.iter().map(String::as_str).partition(known);
            strangers = unknown;
            let known: Vec<&str> = known
                .iter()
                .filter_map(|id| old_order.get(id))
                .map(|one| one.id.as_str())
                .collect();
            let applied = old_order.below(known.iter().copied());
            (known, applied)
        }
    };
    let counted = match tool.memory {
        Memory::Heads => new_order.below(stands_at.iter().copied()),
        Memory::Each => {
            let has = |id: &str| old_order.find(id).is_some_and(|place| applied.has(place));
            let mut counted = Marks::default();
            for place in (0..new_order.len()).filter(|place| has(new_order.id(*place))) {
                counted.insert(place);
            }
            counted
        }
    };
    let mut between = Between { tool, old: old_order, new: new_order, stands_at, applied, counted };
    let half_squashed = between.count_squashes();
    let mut passage = between.passage(new, &strangers, half_squashed, deeds);
    framework.clone_into(&mut passage.framework);
    if let ([only], _) | ([], [only]) = (new, old) {
        passage.folder.clone_from(&only.folder);
    }
    passage.broken = broken::sentences(new);
    passage.ways = ways::ways(&between, &passage);
    passage.leaves_transaction = between.leaving(&passage);
    reasons::judge(between.tool, &mut passage);
    passage
}

impl<'a> Between<'a> {
    /// Whether the database has a migration, by id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.old.find(id).is_some_and(|place| self.applied.has(place))
    }

    /// The ids that the database has, in the order in which they ran.
    pub(crate) fn applied_ids(&self) -> Vec<&'a str> {
        self.old.ids_of(|place| self.applied.has(place))
    }

    /// Squashed migrations count as applied once all is there that they stand for. Where nothing of it is, they run in its
    /// place.
    fn count_squashes(&mut self) -> Vec<HalfSquashed> {
        let mut half = Vec::new();
        for place in 0..self.new.len() {
            let Some(squash) = self.new.at(place).filter(|one| !one.replaces.is_empty()) else {
                continue;
            };
            if self.counted.has(place) {
                continue;
            }
            let (applied, missing): (Vec<&str>, Vec<&str>) =
                squash.replaces.iter().map(String::as_str).partition(|id| self.has(id));
            if missing.is_empty() {
                self.counted.insert(place);
            } else if applied.is_empty() {
                for id in missing {
                    if let Some(part) = self.new.find(id) {
                        self.counted.insert(part);
                    }
                }
            } else {
                let is_stuck = missing.iter().any(|id| !self.new.knows(id));
                if !is_stuck {
                    // Its parts run one by one, and it counts as applied afterwards.
                    self.counted.insert(place);
                }
                let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
                let (applied, missing) = (owned(applied), owned(missing));
                half.push(HalfSquashed { id: squash.id.clone(), applied, missing, is_stuck });
            }
        }
        half
    }

    fn passage(
        &self,
        environments: &[&Environment],
        strangers: &[&str],
        half_squashed: Vec<HalfSquashed>,
        deeds: &Deeds<'_>,
    ) -> Passage {
        let replaced: BTreeSet<&str> =
            self.new.iter().flat_map(|one| one.replaces.iter().map(String::as_str)).collect();
        let is_gone = |id: &&str| !self.new.knows(id) && !replaced.contains(id);
        let unknown: Vec<&str> = self.applied_ids().into_iter().filter(is_gone).collect();
        let is_known = match self.tool.memory {
            Memory::Heads => {
                strangers.is_empty() && self.stands_at.iter().all(|id| self.new.knows(id))
            }
            Memory::Each => true,
        };
        let pending: Vec<&str> = if is_known {
            self.new.ids_of(|place| !self.counted.has(place))
        } else {
            self.new.ids_of(|place| !self.has(self.new.id(place)))
        };
        let skipped: Vec<&str> = if is_known && self.tool.memory == Memory::Heads {
            self.new.ids_of(|place| self.counted.has(place) && !self.has(self.new.id(place)))
        } else {
            Vec::new()
        };
        let does = Does::of(environments, pending.iter().chain(&skipped).copied(), deeds);
        let step = |id: &str| does.step(self.new.get(id), id);
        let twins = Twins::of(self, &does, &pending);
        let above = self.applied_above();
        let released_above = |id: &str| {
            let above = self.new.find(id).and_then(|place| above.get(place).copied().flatten());
            above.map_or("", |place| self.new.id(place)).to_owned()
        };
        Passage {
            framework: String::new(),
            folder: camino::Utf8PathBuf::new(),
            verdict: Verdict::Safe,
            because: Vec::new(),
            stands_at: self.stands_at.iter().chain(strangers).map(|id| (*id).to_owned()).collect(),
            heads: self.new.heads().into_iter().map(str::to_owned).collect(),
            is_known,
            skipped: skipped
                .iter()
                .map(|id| Skipped {
                    step: step(id),
                    below: released_above(id),
                    fate: twins.fate(id),
                })
                .collect(),
            late: self.late(&pending, &above, &step),
            unknown: unknown
                .iter()
                .chain(strangers)
                .map(|id| does.step(self.old.get(id), id))
                .collect(),
            runs_again: twins.run_again(&step),
            relinked: self.relinked(),
            edited: self.edited(),
            half_squashed,
            leaves_transaction: Vec::new(),
            broken: Vec::new(),
            ways: Vec::new(),
            pending: pending.iter().map(|id| step(id)).collect(),
        }
    }

    /// Migrations that run on some way, forward or back, and may not be one transaction.
    fn leaving(&self, passage: &Passage) -> Vec<String> {
        let forward = passage.pending.iter().chain(passage.skipped.iter().map(|one| &one.step));
        let forward = forward.chain(passage.late.iter().map(|one| &one.step));
        let forward = forward.chain(passage.runs_again.iter().map(|one| &one.step));
        let back = passage.ways.iter().flat_map(|way| way.undone.iter().map(String::as_str));
        let run: BTreeSet<&str> = forward.map(|step| step.id.as_str()).chain(back).collect();
        let leaves = |id: &&&str| {
            [self.old.get(id), self.new.get(id)].iter().flatten().any(|it| it.leaves_transaction)
        };
        run.iter().filter(leaves).map(|id| (*id).to_owned()).collect()
    }

    /// Pending migrations below applied ones, where a tool looks at each by itself.
    fn late(
        &self,
        pending: &[&str],
        above: &[Option<usize>],
        step: &impl Fn(&str) -> Step,
    ) -> Vec<Late> {
        if self.tool.memory == Memory::Heads {
            return Vec::new();
        }
        let is_refused = self.tool.late() == migrations::Late::Refused;
        let late = pending.iter().filter_map(|id| {
            let below = above.get(self.new.find(id)?).copied().flatten()?;
            let below = self.new.id(below).to_owned();
            Some(Late { step: step(id), below, is_refused })
        });
        late.collect()
    }

    /// For each place of the target the lowest migration above it that the database has. *Cost*: linear.
    fn applied_above(&self) -> Vec<Option<usize>> {
        let ordered = self.new.in_order();
        let mut rank = vec![0; self.new.len()];
        for (position, place) in ordered.iter().enumerate() {
            if let Some(rank) = rank.get_mut(*place) {
                *rank = position;
            }
        }
        let mut found: Vec<Option<usize>> = vec![None; self.new.len()];
        for place in ordered.iter().rev() {
            let candidates = self.new.after(*place).iter().filter_map(|above| {
                let is_applied = self.has(self.new.id(*above));
                if is_applied { Some(*above) } else { found.get(*above).copied().flatten() }
            });
            let lowest = candidates.min_by_key(|place| rank.get(*place).copied());
            if let Some(slot) = found.get_mut(*place) {
                *slot = lowest;
            }
        }
        found
    }

    fn kept(&self) -> impl Iterator<Item = (&'a Migration, &'a Migration)> {
        let applied = (0..self.old.len()).filter(|place| self.applied.has(*place));
        let applied = applied.filter_map(|place| self.old.at(place));
        applied.filter_map(|old| Some((old, self.new.get(&old.id)?)))
    }

    fn relinked(&self) -> Vec<Relinked> {
        let sorted = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<String>>();
        // Numbered files follow each other by their numbers; what is new between them is told already.
        let declares = matches!(self.tool.name, "alembic" | "django");
        let moved = self
            .kept()
            .filter(|(old, new)| declares && sorted(&old.parents) != sorted(&new.parents));
        moved
            .map(|(old, new)| Relinked {
                id: old.id.clone(),
                was: old.parents.clone(),
                is: new.parents.clone(),
            })
            .collect()
    }

    fn edited(&self) -> Vec<Step> {
        // Fingerprints of meanings that other versions of this program kept may differ where the text does not.
        let is_same_text = |old: &Migration, new: &Migration| {
            old.content == new.content && old.content != ContentId::default()
        };
        let edited =
            self.kept().filter(|(old, new)| old.meaning != new.meaning && !is_same_text(old, new));
        edited
            .map(|(_, new)| Step { id: new.id.clone(), path: new.path.clone(), does: None })
            .collect()
    }
}

/// What migrations of the target do.
struct Does<'a> {
    effects: BTreeMap<&'a str, Effects>,
}

impl<'a> Does<'a> {
    fn of<'b>(
        environments: &[&'a Environment],
        wanted: impl Iterator<Item = &'b str>,
        deeds: &Deeds<'_>,
    ) -> Self {
        let wanted: BTreeSet<&str> = wanted.collect();
        let mut effects = BTreeMap::new();
        for environment in environments {
            let own = environment.migrations.iter();
            let own: Vec<&Migration> = own.filter(|one| wanted.contains(one.id.as_str())).collect();
            if !own.is_empty() {
                let found = deeds(environment, &own);
                effects.extend(own.iter().map(|one| one.id.as_str()).zip(found));
            }
        }
        Self { effects }
    }

    fn get(&self, id: &str) -> Option<&Effects> {
        self.effects.get(id)
    }

    fn is_nothing(&self, id: &str) -> bool {
        self.get(id).is_some_and(|effects| effects.label() == Label::Noop)
    }

    fn step(&self, migration: Option<&Migration>, id: &str) -> Step {
        Step {
            id: id.to_owned(),
            path: migration.map(|one| one.path.clone()).unwrap_or_default(),
            does: self.get(id).map(deeds),
        }
    }
}

/// Migrations that do what others do.
struct Twins<'a, 'b> {
    between: &'b Between<'a>,
    does: &'b Does<'a>,
    pending: &'b [&'a str],
    pending_by_meaning: BTreeMap<[u8; 32], &'a str>,
    pending_by_effects: BTreeMap<String, &'a str>,
    applied_by_meaning: BTreeMap<[u8; 32], &'a str>,
}

/// What a migration means, where that is known.
fn meaning(migration: &Migration) -> Option<[u8; 32]> {
    (migration.meaning != [0; 32]).then_some(migration.meaning)
}

/// Effects as a key: what is done to what.
fn key(effects: &Effects) -> Option<String> {
    (!effects.is_empty() && effects.label() != Label::Unknown).then(|| format!("{effects:?}"))
}

impl<'a, 'b> Twins<'a, 'b> {
    fn of(between: &'b Between<'a>, does: &'b Does<'a>, pending: &'b [&'a str]) -> Self {
        let mut twins = Self {
            between,
            does,
            pending,
            pending_by_meaning: BTreeMap::new(),
            pending_by_effects: BTreeMap::new(),
            applied_by_meaning: BTreeMap::new(),
        };
        for id in pending {
            if let Some(meaning) = between.new.get(id).and_then(meaning) {
                twins.pending_by_meaning.entry(meaning).or_insert(id);
            }
            if let Some(key) = does.get(id).and_then(key) {
                twins.pending_by_effects.entry(key).or_insert(id);
            }
        }
        for id in between.applied_ids() {
            if let Some(meaning) = between.old.get(id).and_then(meaning) {
                twins.applied_by_meaning.entry(meaning).or_insert(id);
            }
        }
        twins
    }

    fn fate(&self, id: &str) -> Fate {
        if self.does.is_nothing(id) {
            return Fate::DoesNothing;
        }
        let Some(own) = self.between.new.get(id) else { return Fate::Lost };
        // Merges all mean the same: nothing.
        let own_meaning = meaning(own).filter(|_| own.parents.len() < 2);
        let same = |twins: &BTreeMap<[u8; 32], &'a str>| {
            own_meaning.and_then(|meaning| twins.get(&meaning)).map(|id| (*id).to_owned())
        };
        if let Some(twin) = same(&self.pending_by_meaning) {
            return Fate::Pending(twin);
        }
        if let Some(twin) = same(&self.applied_by_meaning) {
            return Fate::Ran(twin);
        }
        let similar = self.does.get(id).and_then(key);
        let similar = similar.and_then(|key| self.pending_by_effects.get(&key));
        similar.map_or(Fate::Lost, |twin| Fate::Resembles((*twin).to_owned()))
    }

    /// Pending migrations that the database has: under their own id, where they were put above others, or under another.
    fn run_again(&self, step: &impl Fn(&str) -> Step) -> Vec<RunsAgain> {
        let applied_as = |id: &str| {
            if self.between.has(id) {
                return Some(id.to_owned());
            }
            let own = self.between.new.get(id)?;
            // Merges do nothing, and squashes are another thing.
            if own.parents.len() > 1 || !own.replaces.is_empty() || self.does.is_nothing(id) {
                return None;
            }
            self.applied_by_meaning.get(&meaning(own)?).map(|id| (*id).to_owned())
        };
        let found = self.pending.iter().filter_map(|id| Some((id, applied_as(id)?)));
        found.map(|(id, applied_as)| RunsAgain { step: step(id), applied_as }).collect()
    }
}

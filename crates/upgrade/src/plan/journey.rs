//! One component's way from what is installed to what is wanted, with the facts of each hop.

mod allowed;

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use trainyard_evidence::migrations::{Effects, Environment, Migration, deeds as in_words};

use self::allowed::detour;
use super::{
    Changes, Component, Gathered, Hazard, HopFacts, Known, Leg, Note, Rules, knowledge::Knowledge,
    route,
};
use crate::{
    migrations::{Deeds, Passage, Verdict, passages},
    updates::UpdateGraph,
};

/// More incompatible changes are only counted.
const MOST_TOLD: usize = 60;

/// More migrations of a range are only counted.
const MOST_MIGRATIONS: usize = 200;

/// Why no plan can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError<E> {
    /// There is none for what is asked.
    Refused(Refusal),
    /// The source of facts failed.
    Source(E),
}

impl<E> From<E> for PlanError<E> {
    fn from(error: E) -> Self {
        Self::Source(error)
    }
}

/// Why there is no plan for what is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody says what is installed.
    #[error("which version of {component} is installed is not known")]
    NotInstalled {
        /// The component.
        component: String,
    },
    /// The target names a component that the deployment does not have.
    #[error("{title} names nothing that is installed")]
    NothingInstalled {
        /// The target.
        title: String,
    },
    /// There is no such release.
    #[error("no release of {component} is called `{name}`{}", newest_of(newest.as_ref()))]
    NoRelease {
        /// The component.
        component: String,
        /// The name.
        name: String,
        /// The newest final release.
        newest: Option<String>,
    },
    /// All is as it is wanted.
    #[error("{title} is what is installed already")]
    NothingToDo {
        /// The target.
        title: String,
    },
    /// The update graph allows none.
    #[error("{component}: {why}")]
    NoWay {
        /// The component.
        component: String,
        /// Why, in a sentence.
        why: String,
    },
    /// The database cannot stand there.
    #[error(
        "the database of {component} is said to stand at `{at}`, which {version} does not have"
    )]
    UnknownPlace {
        /// The component.
        component: String,
        /// The place.
        at: String,
        /// The installed version.
        version: String,
    },
}

fn newest_of(newest: Option<&String>) -> String {
    newest.map(|newest| format!("; the newest is {newest}")).unwrap_or_default()
}

/// One component's way.
pub(super) struct Journey {
    pub(super) name: String,
    pub(super) component: Component,
    /// The releases on the way, the installed one first.
    pub(super) stops: Vec<Known>,
    /// From each to the next.
    pub(super) hops: Vec<HopFacts>,
    pub(super) gathered: Gathered,
    /// Whether nothing is known of its releases but their numbers.
    pub(super) is_unknown: bool,
}

/// Finds the ways of components.
pub(super) struct Guide<'a, K: Knowledge> {
    pub(super) knowledge: &'a K,
    pub(super) rules: &'a Rules,
    /// Whether to go straight to the target.
    pub(super) is_direct: bool,
    /// What update graphs say, by component.
    pub(super) graphs: &'a BTreeMap<String, Arc<UpdateGraph>>,
}

/// The release that a name means: a version, a tag, an alias, a line for its newest final release, or `latest`.
pub(super) fn find<'a>(releases: &'a [Known], name: &str) -> Option<(usize, &'a Known)> {
    let all = || releases.iter().enumerate();
    let newest = |keep: &dyn Fn(&Known) -> bool| {
        all().rev().find(|(_, release)| release.is_final && keep(release))
    };
    all().find(|(_, release)| release.is_called(name)).or_else(|| match name {
        "latest" => newest(&|_| true),
        line => newest(&|release| release.line == line),
    })
}

impl<K: Knowledge> Guide<'_, K> {
    /// A component's way; without a wanted release it stays where it is.
    pub(super) fn journey(
        &self,
        name: &str,
        component: &Component,
        wanted: Option<&str>,
        stops: Option<&[String]>,
    ) -> Result<Journey, PlanError<K::Error>> {
        let missing = || PlanError::Refused(Refusal::NotInstalled { component: name.to_owned() });
        let installed = component.version.as_deref().ok_or_else(missing)?;
        let releases = self.knowledge.releases(name)?;
        let mut journey = Journey {
            name: name.to_owned(),
            component: component.clone(),
            stops: Vec::new(),
            hops: Vec::new(),
            gathered: Gathered::default(),
            is_unknown: releases.is_empty(),
        };
        if releases.is_empty() {
            let bare = |version: &str| Known { version: version.to_owned(), ..Known::default() };
            journey.stops.push(bare(installed));
            if let Some(wanted) = wanted.filter(|wanted| *wanted != installed) {
                journey.stops.push(bare(wanted));
                journey.hops.push(HopFacts::bare(installed, wanted));
            }
            return Ok(journey);
        }
        let known = |wanted: &str| {
            find(&releases, wanted).ok_or_else(|| {
                PlanError::Refused(Refusal::NoRelease {
                    component: name.to_owned(),
                    name: wanted.to_owned(),
                    newest: find(&releases, "latest").map(|(_, newest)| newest.version.clone()),
                })
            })
        };
        if wanted.is_none() && find(&releases, installed).is_none() {
            // What stays as it is need not be known.
            journey.is_unknown = true;
            journey.stops.push(Known { version: installed.to_owned(), ..Known::default() });
            return Ok(journey);
        }
        let from = known(installed)?;
        let to = wanted.map(known).transpose()?.unwrap_or(from);
        let at = component.places();
        let graph = self.graphs.get(name).map(Arc::as_ref);
        let walker = Walker { guide: self, name, at: &at, graph, known: RefCell::default() };
        if wanted.is_some() {
            walker.knows_places(from.1)?;
        }
        let through = stops.map(|names| {
            names.iter().filter_map(|name| Some(find(&releases, name)?.0)).collect::<Vec<_>>()
        });
        let legs = match to.0.cmp(&from.0) {
            std::cmp::Ordering::Equal => Vec::new(),
            // Whoever goes back goes straight: releases between have nothing to give.
            std::cmp::Ordering::Less => vec![(from.0, to.0)],
            std::cmp::Ordering::Greater => match &through {
                Some(through) => pairs(from.0, through),
                None => walker.legs(&releases, from.0, to.0)?,
            },
        };
        journey.stops.push(from.1.clone());
        for (before, after) in legs {
            let (Some(before), Some(after)) = (releases.get(before), releases.get(after)) else {
                continue;
            };
            let mut hop = walker.facts(before, after, to.0 < from.0)?;
            if through.is_none() && after.line != to.1.line {
                hop.detour = detour(&releases, after);
            }
            journey.hops.push(hop);
            journey.stops.push(after.clone());
        }
        if !journey.hops.is_empty() {
            journey.gathered = self.gathered(&journey, from.1, to.1, to.0 < from.0)?;
        }
        Ok(journey)
    }

    /// What users should know of a component's whole way.
    fn gathered(
        &self,
        journey: &Journey,
        from: &Known,
        to: &Known,
        is_back: bool,
    ) -> Result<Gathered, PlanError<K::Error>> {
        let mut breaking = self.knowledge.changes(&journey.name, from, to)?.breaking;
        let incompatible = breaking.len();
        if breaking.len() > MOST_TOLD {
            let rest = breaking.len() - MOST_TOLD;
            breaking.truncate(MOST_TOLD);
            breaking.push(format!(
                "and {rest} more; `trainyard evidence {} {}` lists all",
                from.tag, to.tag
            ));
        }
        let notes: Vec<Note> =
            if is_back { Vec::new() } else { self.knowledge.notes(&journey.name, from, to)? };
        let passages = || journey.hops.iter().flat_map(|hop| &hop.passages);
        let count = |passage: &Passage| {
            passage.pending.len() + passage.skipped.len() + passage.runs_again.len()
        };
        let steps = passages().flat_map(|passage| {
            let skipped = passage.skipped.iter().map(|one| &one.step);
            skipped.chain(&passage.pending).chain(passage.runs_again.iter().map(|one| &one.step))
        });
        let mut told = std::collections::BTreeSet::new();
        let runs = steps.filter(|step| told.insert(&step.id)).take(MOST_MIGRATIONS);
        let runs = runs.map(|step| match &step.does {
            Some(does) => format!("{} {does}", step.id),
            None => step.id.clone(),
        });
        Ok(Gathered {
            breaking,
            incompatible,
            migrations: passages().map(count).sum(),
            runs: runs.collect(),
            notes,
        })
    }
}

fn pairs(start: usize, through: &[usize]) -> Vec<(usize, usize)> {
    let mut from = start;
    through.iter().map(|to| (std::mem::replace(&mut from, *to), *to)).collect()
}

/// Goes from release to release of one component.
struct Walker<'a, K: Knowledge> {
    guide: &'a Guide<'a, K>,
    name: &'a str,
    /// Where the database stands before the first hop.
    at: &'a [String],
    /// Which updates are allowed, where an update graph says so.
    graph: Option<&'a UpdateGraph>,
    /// Migrations by version.
    known: RefCell<BTreeMap<String, Arc<[Environment]>>>,
}

impl<K: Knowledge> Walker<'_, K> {
    /// That the release that is installed has the migrations at which the database is said to stand.
    fn knows_places(&self, from: &Known) -> Result<(), PlanError<K::Error>> {
        let environments = self.environments(from)?;
        let is_unknown = |at: &&String| !has(&environments, at);
        match self.at.iter().find(is_unknown) {
            None => Ok(()),
            Some(at) => Err(PlanError::Refused(Refusal::UnknownPlace {
                component: self.name.to_owned(),
                at: at.clone(),
                version: from.version.clone(),
            })),
        }
    }

    /// The safest way, line by line.
    fn legs(
        &self,
        releases: &[Known],
        from: usize,
        to: usize,
    ) -> Result<Vec<(usize, usize)>, PlanError<K::Error>> {
        let line_of = |place: usize| releases.get(place).map_or("", |release| &release.line);
        let mut lines: Vec<(&str, Vec<usize>)> = Vec::new();
        let between = releases.iter().enumerate().skip(from + 1).take(to.saturating_sub(from));
        for (place, release) in between.filter(|(_, release)| release.is_final) {
            if self.guide.is_direct || release.line == line_of(from) || release.line == line_of(to)
            {
                continue;
            }
            match lines.iter_mut().find(|(line, _)| *line == release.line) {
                Some((_, known)) => known.push(place),
                None => lines.push((&release.line, vec![place])),
            }
        }
        let mut lines: Vec<Vec<usize>> = lines.into_iter().map(|(_, places)| places).collect();
        lines.push(vec![to]);
        let mut failed = None;
        let legs = route(from, &lines, |from, to| {
            let (from, to) = releases.get(from).zip(releases.get(to))?;
            let against = self.against(from, to)?;
            if !against.blocked.is_empty() {
                return None;
            }
            let verdict = self.risk(from, to).unwrap_or_else(|error| {
                failed.get_or_insert(error);
                Verdict::NotSafe
            });
            Some(Hazard { is_risky: !against.risks.is_empty(), verdict })
        });
        match (failed, legs) {
            (Some(error), _) => Err(error),
            (None, Some(legs)) => {
                Ok(legs.iter().map(|Leg { from, to, .. }| (*from, *to)).collect())
            }
            (None, None) => self.legs_of_graph(releases, from, to),
        }
    }

    /// How a hop ends by the migration tools alone.
    fn risk(&self, from: &Known, to: &Known) -> Result<Verdict, PlanError<K::Error>> {
        let passages = self.passages(from, to, &|_, _| Vec::new())?;
        Ok(passages.iter().map(|passage| passage.verdict).max().unwrap_or(Verdict::Safe))
    }

    fn passages(
        &self,
        from: &Known,
        to: &Known,
        deeds: &Deeds<'_>,
    ) -> Result<Vec<Passage>, PlanError<K::Error>> {
        let (old, new) = (self.environments(from)?, self.environments(to)?);
        let at: Vec<_> = self.at.iter().filter(|at| has(&old, at)).cloned().collect();
        Ok(passages(&old, &new, &at, deeds))
    }

    fn environments(&self, release: &Known) -> Result<Arc<[Environment]>, PlanError<K::Error>> {
        if let Some(known) = self.known.borrow().get(&release.version) {
            return Ok(Arc::clone(known));
        }
        let found = self.guide.knowledge.migrations(self.name, release)?;
        self.known.borrow_mut().insert(release.version.clone(), Arc::clone(&found));
        Ok(found)
    }

    /// The facts of one hop.
    fn facts(
        &self,
        from: &Known,
        to: &Known,
        is_back: bool,
    ) -> Result<HopFacts, PlanError<K::Error>> {
        let failed = RefCell::new(None);
        let ask = |release: &Known, environment: &Environment, wanted: &[&Migration]| match self
            .guide
            .knowledge
            .effects(self.name, release, environment, wanted)
        {
            Ok(effects) => effects,
            Err(error) => {
                failed.borrow_mut().get_or_insert(error);
                Vec::new()
            }
        };
        let passages =
            self.passages(from, to, &|environment, wanted| ask(to, environment, wanted))?;
        let old = self.environments(from)?;
        let undone = undone(&old, &passages, &|environment, wanted| ask(from, environment, wanted));
        if let Some(error) = failed.into_inner() {
            return Err(PlanError::Source(error));
        }
        let Changes { configuration, requirements, .. } =
            self.guide.knowledge.changes(self.name, from, to)?;
        Ok(HopFacts {
            from: from.version.clone(),
            to: to.version.clone(),
            tag: if to.tag.is_empty() { to.version.clone() } else { to.tag.clone() },
            commit: to.commit.clone(),
            image_tag: to.image_tag.clone(),
            passages,
            configuration,
            requirements,
            undone,
            is_back,
            is_unknown: false,
            side_by_side: self.side_by_side(from, to),
            risks: if is_back { Vec::new() } else { self.risks(from, to) },
            detour: None,
        })
    }

    /// What is promised while both releases run side by side (policy row B19).
    fn side_by_side(&self, from: &Known, to: &Known) -> Option<String> {
        let group = self.guide.rules.groups_of(self.name).next()?;
        Some(if from.line == to.line {
            format!(
                "parts of group {} on line {} work together while they are replaced one by one",
                group.name, to.line
            )
        } else {
            format!(
                "group {} shares its line: parts of {} and of {} do not work together, so stop all of them",
                group.name, from.line, to.line
            )
        })
    }
}

fn has(environments: &[Environment], id: &str) -> bool {
    environments.iter().flat_map(|one| &one.migrations).any(|migration| migration.id == id)
}

/// What migrations did that the first ways take back, in words, by id.
fn undone(
    old: &[Environment],
    passages: &[Passage],
    effects: &dyn Fn(&Environment, &[&Migration]) -> Vec<Effects>,
) -> BTreeMap<String, String> {
    let ids: std::collections::BTreeSet<&str> = passages
        .iter()
        .filter_map(|passage| passage.ways.first())
        .flat_map(|way| way.undone.iter().map(String::as_str))
        .collect();
    let mut undone = BTreeMap::new();
    for environment in old {
        let wanted = environment.migrations.iter().filter(|one| ids.contains(one.id.as_str()));
        let wanted: Vec<&Migration> = wanted.collect();
        if wanted.is_empty() {
            continue;
        }
        for (migration, effects) in wanted.iter().zip(effects(environment, &wanted)) {
            undone.insert(migration.id.clone(), in_words(&effects));
        }
    }
    undone
}

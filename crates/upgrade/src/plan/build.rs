//! Makes a plan of what is known.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{
    Action, FORM, Hop as PlannedHop, Plan, Step, StepKind,
    deployment::{Component, Database},
    executors::{alembic, command, compose, django, git, pip, sql},
};
use crate::migrations::{self, Passage, Software, Verdict, Way, WayKind};

/// What a plan is made of.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// What is upgraded, for people.
    pub deployment: &'a str,
    /// How the installed component is handled.
    pub component: &'a Component,
    /// From release to release.
    pub hops: Vec<Hop>,
    /// What users should know of the whole range.
    pub gathered: Gathered,
}

/// From one release to another.
#[derive(Clone, Debug, Default)]
pub struct Hop {
    /// The version before.
    pub from: String,
    /// The version after.
    pub to: String,
    /// The tag of the version after.
    pub tag: String,
    /// Its commit.
    pub commit: String,
    /// What becomes of databases, the gravest first.
    pub passages: Vec<Passage>,
    /// What changed in settings, a sentence each.
    pub configuration: Vec<String>,
    /// What changed in requirements, a sentence each.
    pub requirements: Vec<String>,
    /// What is promised while both releases run side by side, in a sentence.
    pub side_by_side: Option<String>,
}

/// What users should know of a range of releases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// Incompatible changes, a sentence each.
    pub breaking: Vec<String>,
    /// How many migrations run, skip or come again in the whole range.
    pub migrations: usize,
    /// Sections of the changelog, the newest first.
    pub notes: Vec<Note>,
}

/// A section of the changelog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The version.
    pub version: String,
    /// The text below the heading.
    pub text: String,
}

/// Makes a plan.
///
/// *Cost*: linear in the facts.
pub fn plan(facts: &Facts<'_>) -> Plan {
    let mut hops = Vec::new();
    for (index, hop) in facts.hops.iter().enumerate() {
        let mut steps = Steps { hop: index + 1, steps: Vec::new() };
        Writer { component: facts.component, hop, steps: &mut steps }.write();
        hops.push(PlannedHop { from: hop.from.clone(), to: hop.to.clone(), steps: steps.steps });
    }
    let passages = || facts.hops.iter().flat_map(|hop| &hop.passages);
    let unaided = passages().map(|passage| passage.verdict).max().unwrap_or(Verdict::Safe);
    let verdict = passages().map(followed).max().unwrap_or(Verdict::Safe);
    let ends = |hop: Option<&Hop>, end: fn(&Hop) -> &String| hop.map(end).cloned();
    Plan {
        form: FORM,
        deployment: facts.deployment.to_owned(),
        from: ends(facts.hops.first(), |hop| &hop.from).unwrap_or_default(),
        to: ends(facts.hops.last(), |hop| &hop.to).unwrap_or_default(),
        verdict,
        unaided,
        because: because(facts),
        hops,
        gathered: facts.gathered.clone(),
    }
}

/// How a passage ends if its first way is taken.
fn followed(passage: &Passage) -> Verdict {
    if passage.verdict != Verdict::NotSafe {
        return passage.verdict;
    }
    match passage.ways.first() {
        Some(way) if !way.commands.is_empty() && passage.broken.is_empty() => Verdict::LookFirst,
        _ => Verdict::NotSafe,
    }
}

fn because(facts: &Facts<'_>) -> Vec<String> {
    let mut found: Vec<(Verdict, String)> = Vec::new();
    for hop in &facts.hops {
        for passage in &hop.passages {
            let told = passage.because.iter().map(|why| {
                let route = if facts.hops.len() > 1 {
                    format!("{} to {}: ", hop.from, hop.to)
                } else {
                    String::new()
                };
                (passage.verdict, format!("{route}{why}"))
            });
            found.extend(told);
        }
    }
    // The order within one weight stays.
    found.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    found.into_iter().map(|(_, why)| why).collect()
}

/// Steps under construction.
struct Steps {
    hop: usize,
    steps: Vec<Step>,
}

impl Steps {
    fn add(&mut self, kind: StepKind, title: impl Into<String>) -> &mut Step {
        let id = format!("{}.{}-{}", self.hop, self.steps.len() + 1, kind.word());
        self.steps.push(Step {
            id,
            kind,
            title: title.into(),
            notes: Vec::new(),
            before: Vec::new(),
            actions: Vec::new(),
            after: Vec::new(),
            undo: None,
            is_point_of_no_return: false,
        });
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }
}

/// Writes the steps of one hop.
struct Writer<'a, 'b> {
    component: &'a Component,
    hop: &'a Hop,
    steps: &'b mut Steps,
}

impl Writer<'_, '_> {
    fn write(mut self) {
        self.backup();
        self.stop();
        self.database(Software::Old);
        self.checkout();
        self.packages();
        self.configuration();
        self.database(Software::New);
        self.images();
        self.start();
    }

    /// Where the component's commands run.
    fn folder(&self) -> Utf8PathBuf {
        self.component.checkout.clone().unwrap_or_else(|| Utf8PathBuf::from("."))
    }

    fn database_folder(&self, database: &Database) -> Utf8PathBuf {
        let folder = self.folder();
        if database.folder == Utf8Path::new("") { folder } else { folder.join(&database.folder) }
    }

    /// Whether anything happens to a database.
    fn touches_database(&self) -> bool {
        self.hop
            .passages
            .iter()
            .any(|passage| !passage.ways.is_empty() || !passage.broken.is_empty())
    }

    fn backup(&mut self) {
        if !self.touches_database() {
            return;
        }
        let folder = self.folder();
        let database = self.component.database.as_ref();
        let checks: Vec<_> = self.places().into_iter().collect();
        let step = self.steps.add(StepKind::Backup, "make a copy of the database");
        step.before = checks;
        match database.filter(|database| !database.backup.is_empty()) {
            Some(database) => {
                step.actions.push(command::action(&database.backup, &folder, true));
            }
            None => step.notes.push(
                "the deployment does not say how; keep the copy until the new release has proven itself"
                    .to_owned(),
            ),
        }
    }

    /// That the database stands where the plan was made for.
    fn places(&self) -> Option<super::Check> {
        let database = self.component.database.as_ref()?;
        let folder = self.database_folder(database);
        let passage = self.passage(&database.tool)?;
        match database.tool.as_str() {
            "alembic" => Some(alembic::stands_at(database, &folder, &passage.stands_at)),
            "django" if !passage.stands_at.is_empty() => {
                Some(django::has(database, &folder, &passage.stands_at))
            }
            _ => None,
        }
    }

    /// What becomes of the component's own database.
    fn passage(&self, tool: &str) -> Option<&Passage> {
        self.hop.passages.iter().find(|passage| passage.framework == tool)
    }

    fn stop(&mut self) {
        let folder = self.folder();
        let services = &self.component.services;
        if services.stop.is_empty() {
            return;
        }
        let step = self.steps.add(StepKind::Stop, "stop the services");
        step.notes.extend(self.hop.side_by_side.clone());
        step.actions = commands(&services.stop, &folder);
        step.undo = Some("start them again".to_owned());
    }

    fn checkout(&mut self) {
        let (tag, commit) = (&self.hop.tag, &self.hop.commit);
        let Some(folder) = &self.component.checkout else {
            if self.component.packages.is_none() && self.component.images.is_none() {
                let title = format!("install {}", self.hop.to);
                self.steps.add(StepKind::Checkout, title).notes.push(
                    "the deployment says neither a checkout, nor packages, nor images".to_owned(),
                );
            }
            return;
        };
        let step = self.steps.add(StepKind::Checkout, format!("check out {tag}"));
        step.before.push(git::is_clean(folder));
        step.actions = git::checkout(folder, tag, commit);
        step.after.push(git::is_at(folder, tag, commit));
        step.undo = Some(format!("check out {} again", self.hop.from));
    }

    fn packages(&mut self) {
        let folder = self.folder();
        let action =
            self.component.packages.as_ref().and_then(|packages| {
                Some((packages, pip::install(packages, &folder, &self.hop.to)?))
            });
        let Some((packages, action)) = action else {
            if !self.hop.requirements.is_empty() {
                let step =
                    self.steps.add(StepKind::Packages, "install what the release depends on");
                step.notes.clone_from(&self.hop.requirements);
            }
            return;
        };
        let step = self.steps.add(StepKind::Packages, "install what the release depends on");
        step.notes.clone_from(&self.hop.requirements);
        step.actions.push(action);
        step.after.push(pip::fits(packages, &folder));
        step.undo = Some(format!("install what {} depends on again", self.hop.from));
    }

    fn configuration(&mut self) {
        if self.hop.configuration.is_empty() {
            return;
        }
        let step = self.steps.add(StepKind::Configuration, "go through the settings");
        step.notes.clone_from(&self.hop.configuration);
        step.undo = Some("bring the old settings back".to_owned());
    }

    /// What is done to databases with the old or the new software installed.
    fn database(&mut self, with: Software) {
        for passage in &self.hop.passages {
            let Some(way) = passage.ways.first() else {
                if with == Software::New && !passage.broken.is_empty() {
                    let title = format!("migrations in {} cannot be put in order", passage.folder);
                    self.steps.add(StepKind::Database, title).notes.clone_from(&passage.broken);
                }
                continue;
            };
            let lines: Vec<_> =
                way.commands.iter().filter(|command| command.with == with).collect();
            if lines.is_empty() && !(with == Software::New && passage.framework == "sql") {
                continue;
            }
            let database = self.component.database.as_ref();
            let database = database.filter(|database| database.tool == passage.framework);
            let folder = database.map(|database| self.database_folder(database));
            let (kind, title) = titles(passage, way, with);
            let is_last = with == Software::New;
            let undo = self.undo(passage);
            let step = self.steps.add(kind, title);
            if with == Software::Old || way.kind != WayKind::RollBack {
                step.notes.extend(way.against.iter().cloned());
            }
            if is_last {
                step.notes.extend(applied(passage, way));
                step.is_point_of_no_return =
                    way.undone.is_empty() && (!passage.pending.is_empty() || way.applied > 0);
            } else {
                // What is taken back takes its data along.
                step.is_point_of_no_return = !way.undone.is_empty();
            }
            step.undo = Some(undo);
            let Some((database, folder)) = database.zip(folder) else {
                step.notes.extend(lines.iter().map(|command| format!("run `{}`", command.line)));
                continue;
            };
            let target = if is_last { &passage.heads } else { &way.stand_at };
            fill(step, database, &folder, passage, &lines, target, is_last);
        }
    }

    fn undo(&self, passage: &Passage) -> String {
        let restores = self.component.database.as_ref().filter(|it| !it.restore.is_empty());
        match restores {
            Some(database) if database.tool == passage.framework => {
                let folder = self.folder();
                let invocation = super::Invocation::new(database.restore.clone(), folder);
                format!("bring the copy back with `{}`", invocation.shown())
            }
            _ => "bring the copy of the database back".to_owned(),
        }
    }

    fn images(&mut self) {
        let Some(images) = &self.component.images else { return };
        let step = self.steps.add(StepKind::Images, "pull the images");
        step.actions.push(compose::pull(images));
        step.notes.push(format!("the compose file must name {}", self.hop.to));
    }

    fn start(&mut self) {
        let folder = self.folder();
        let services = &self.component.services;
        if !services.start.is_empty() || self.component.images.is_some() {
            let step = self.steps.add(StepKind::Start, "start the services");
            step.actions = commands(&services.start, &folder);
            step.actions.extend(self.component.images.as_ref().map(compose::up));
            step.undo = Some("stop them again".to_owned());
        }
        if !services.healthy.is_empty() {
            let step = self.steps.add(StepKind::Verify, "look whether it works");
            let checks = services.healthy.iter().filter(|words| !words.is_empty());
            step.after.extend(checks.map(|words| command::succeeds(words, &folder)));
        }
    }
}

fn commands(all: &[Vec<String>], folder: &Utf8Path) -> Vec<Action> {
    let all = all.iter().filter(|words| !words.is_empty());
    all.map(|words| command::action(words, folder, true)).collect()
}

fn titles(passage: &Passage, way: &Way, with: Software) -> (StepKind, String) {
    match with {
        Software::Old => {
            let place = if way.stand_at.is_empty() {
                "before its first migration".to_owned()
            } else {
                format!("to {}", way.stand_at.join(", "))
            };
            let title = format!("take the database back {place}, which both releases know");
            (StepKind::DatabaseBack, title)
        }
        Software::New => {
            let count = way.applied;
            let heads = passage.heads.join(", ");
            let title = match (way.kind, count) {
                (WayKind::FillIn, _) => {
                    format!("apply {count} migrations, those that would be skipped by themselves")
                }
                (_, 1) => format!("apply 1 migration, up to {heads}"),
                _ => format!("apply {count} migrations, up to {heads}"),
            };
            (StepKind::Database, title)
        }
    }
}

/// What a way applies with the new software, a line each while there are few.
fn applied(passage: &Passage, way: &Way) -> Vec<String> {
    const LISTED: usize = 12;
    let told = |step: &migrations::Step| match &step.does {
        Some(does) => format!("{} {does}", step.id),
        None => step.id.clone(),
    };
    let mut notes = Vec::new();
    if matches!(way.kind, WayKind::RollBack | WayKind::FillIn) {
        let lost = passage.skipped.iter().filter(|one| !one.fate.is_harmless());
        notes.extend(lost.map(|one| format!("{} (would be skipped otherwise)", told(&one.step))));
        let late = passage.late.iter().map(|late| &late.step);
        notes.extend(late.map(|step| format!("{} (would be late otherwise)", told(step))));
    }
    let is_told = |step: &migrations::Step| passage.late.iter().any(|it| it.step.id == step.id);
    let is_listed = !notes.is_empty();
    let pending = passage.pending.iter().filter(|step| !(is_listed && is_told(step)));
    notes.extend(pending.map(told));
    if notes.len() > LISTED {
        let rest = notes.len() - LISTED;
        notes.truncate(LISTED);
        notes.push(format!("and {rest} more"));
    }
    notes
}

/// Adds the commands of a tool and how to tell that they were done.
fn fill(
    step: &mut Step,
    database: &Database,
    folder: &Utf8Path,
    passage: &Passage,
    lines: &[&migrations::Command],
    target: &[String],
    is_last: bool,
) {
    match database.tool.as_str() {
        "alembic" => {
            for (index, command) in lines.iter().enumerate() {
                let ends = index + 1 == lines.len();
                let at = ends.then_some(target);
                step.actions.push(alembic::action(database, folder, &command.line, at));
            }
            step.after.push(alembic::stands_at(database, folder, target));
        }
        "django" => {
            let actions = lines.iter().map(|it| django::action(database, folder, &it.line));
            step.actions.extend(actions);
            if is_last {
                step.after.push(django::is_complete(database, folder));
            }
        }
        _ => {
            let files = passage.pending.iter().map(|it| it.path.as_str());
            step.actions.extend(files.map(|file| sql::action(database, folder, file)));
        }
    }
}

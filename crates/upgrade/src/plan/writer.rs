//! Writes the steps of a stage: what is done to each component that moves in it, phase by phase.

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    HopFacts, Step, StepKind,
    build::{Stage, Upgraded},
    commands::{apply, commands},
    deployment::{Component, Database},
    executors::{alembic, command, compose, django, git, pip},
};
use crate::migrations::{self, Passage, Software, Way, WayKind};

/// More migrations of a step are only counted.
const LISTED: usize = 12;

/// The steps of a stage. Each phase is done for all that move before the next one begins: copies are made while all is
/// as it was, all that must not run together is stopped before anything changes, and started once all has changed.
pub(super) fn steps(number: usize, stage: &Stage<'_>, components: &[Upgraded<'_>]) -> Vec<Step> {
    let mut steps = Steps { hop: number, written: Vec::new(), is_named: components.len() > 1 };
    let movers: Vec<Mover<'_>> = stage
        .hops
        .iter()
        .filter_map(|(name, hop)| {
            let upgraded = components.iter().find(|it| it.name == *name)?;
            Some(Mover { name, component: upgraded.component, hop })
        })
        .collect();
    for phase in PHASES {
        // What others need goes last and comes first.
        let is_reversed = matches!(phase, Phase::Stop);
        let mut each: Vec<&Mover<'_>> = movers.iter().collect();
        if is_reversed {
            each.reverse();
        }
        for mover in each {
            let is_together = movers.len() > 1;
            Writer { mover, is_together, steps: &mut steps }.write(phase);
        }
    }
    steps.written
}

/// What is done for all before the next begins.
#[derive(Clone, Copy)]
enum Phase {
    Backup,
    Stop,
    DatabaseBack,
    Software,
    Database,
    Images,
    Start,
}

const PHASES: [Phase; 7] = [
    Phase::Backup,
    Phase::Stop,
    Phase::DatabaseBack,
    Phase::Software,
    Phase::Database,
    Phase::Images,
    Phase::Start,
];

/// Steps under construction.
struct Steps {
    hop: usize,
    written: Vec<Step>,
    /// Whether steps say whom they are about.
    is_named: bool,
}

impl Steps {
    fn add(&mut self, component: &str, kind: StepKind, title: impl Into<String>) -> &mut Step {
        let id = format!("{}.{}-{}", self.hop, self.written.len() + 1, kind.word());
        let (component, title) = if self.is_named {
            (component.to_owned(), format!("{component}: {}", title.into()))
        } else {
            (String::new(), title.into())
        };
        self.written.push(Step {
            id,
            component,
            kind,
            title,
            notes: Vec::new(),
            before: Vec::new(),
            actions: Vec::new(),
            after: Vec::new(),
            undo: None,
            is_point_of_no_return: false,
        });
        let last = self.written.len() - 1;
        &mut self.written[last]
    }
}

/// A component on one hop.
struct Mover<'a> {
    name: &'a str,
    component: &'a Component,
    hop: &'a HopFacts,
}

/// Writes the steps of one component on one hop.
struct Writer<'a, 'b> {
    mover: &'a Mover<'a>,
    /// Whether others move in the same stage.
    is_together: bool,
    steps: &'b mut Steps,
}

impl<'a> Writer<'a, '_> {
    fn write(mut self, phase: Phase) {
        match phase {
            Phase::Backup => self.backup(),
            Phase::Stop => self.stop(),
            Phase::DatabaseBack => self.database(Software::Old),
            Phase::Software => {
                self.checkout();
                self.packages();
                self.configuration();
            }
            Phase::Database => self.database(Software::New),
            Phase::Images => self.images(),
            Phase::Start => self.start(),
        }
    }

    fn add(&mut self, kind: StepKind, title: impl Into<String>) -> &mut Step {
        self.steps.add(self.mover.name, kind, title)
    }

    fn component(&self) -> &'a Component {
        self.mover.component
    }

    fn hop(&self) -> &'a HopFacts {
        self.mover.hop
    }

    /// Where the component's commands run.
    fn folder(&self) -> Utf8PathBuf {
        self.component().checkout.clone().unwrap_or_else(|| Utf8PathBuf::from("."))
    }

    fn database_folder(&self, database: &Database) -> Utf8PathBuf {
        let folder = self.folder();
        if database.folder == Utf8Path::new("") { folder } else { folder.join(&database.folder) }
    }

    /// Whether anything happens to a database.
    fn touches_database(&self) -> bool {
        self.hop()
            .passages
            .iter()
            .any(|passage| !passage.ways.is_empty() || !passage.broken.is_empty())
    }

    fn backup(&mut self) {
        if !self.touches_database() {
            return;
        }
        let folder = self.folder();
        let database = self.component().database.as_ref();
        let checks: Vec<_> = self.places().into_iter().collect();
        let step = self.add(StepKind::Backup, "make a copy of the database");
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
        let database = self.component().database.as_ref()?;
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
        self.hop().passages.iter().find(|passage| passage.framework == tool)
    }

    fn stop(&mut self) {
        let folder = self.folder();
        let services = &self.component().services;
        if services.stop.is_empty() && !self.is_together {
            return;
        }
        let promised = self.hop().side_by_side.clone();
        let is_together = self.is_together;
        let step = self.add(StepKind::Stop, "stop the services");
        if is_together {
            step.notes
                .push("what moves in this stage does not work together on the way".to_owned());
        } else {
            step.notes.extend(promised);
        }
        step.actions = commands(&services.stop, &folder);
        step.undo = Some("start them again".to_owned());
    }

    fn checkout(&mut self) {
        let hop = self.hop();
        let (tag, commit) = (&hop.tag, &hop.commit);
        let Some(folder) = &self.component().checkout else {
            if self.component().packages.is_none() && self.component().images.is_none() {
                let title = format!("install {}", self.hop().to);
                self.add(StepKind::Checkout, title).notes.push(
                    "the deployment says neither a checkout, nor packages, nor images".to_owned(),
                );
            }
            return;
        };
        let step = self.add(StepKind::Checkout, format!("check out {tag}"));
        step.before.push(git::is_clean(folder));
        step.actions = git::checkout(folder, tag, commit);
        step.after.push(git::is_at(folder, tag, commit));
        step.undo = Some(format!("check out {} again", hop.from));
    }

    fn packages(&mut self) {
        let (folder, hop) = (self.folder(), self.hop());
        let action = self
            .component()
            .packages
            .as_ref()
            .and_then(|packages| Some((packages, pip::install(packages, &folder, &hop.to)?)));
        let Some((packages, action)) = action else {
            if !hop.requirements.is_empty() {
                let step = self.add(StepKind::Packages, "install what the release depends on");
                step.notes.clone_from(&hop.requirements);
            }
            return;
        };
        let step = self.add(StepKind::Packages, "install what the release depends on");
        step.notes.clone_from(&hop.requirements);
        step.actions.push(action);
        step.after.push(pip::fits(packages, &folder));
        step.undo = Some(format!("install what {} depends on again", hop.from));
    }

    fn configuration(&mut self) {
        let hop = self.hop();
        if hop.configuration.is_empty() {
            return;
        }
        let step = self.add(StepKind::Configuration, "go through the settings");
        step.notes.clone_from(&hop.configuration);
        step.undo = Some("bring the old settings back".to_owned());
    }

    /// What is done to databases with the old or the new software installed.
    fn database(&mut self, with: Software) {
        let hop = self.hop();
        for passage in &hop.passages {
            let Some(way) = passage.ways.first() else {
                if with == Software::New && !passage.broken.is_empty() {
                    let title = format!("migrations in {} cannot be put in order", passage.folder);
                    self.add(StepKind::Database, title).notes.clone_from(&passage.broken);
                }
                continue;
            };
            let lines: Vec<_> =
                way.commands.iter().filter(|command| command.with == with).collect();
            if lines.is_empty() && !(with == Software::New && has_own_way(passage)) {
                continue;
            }
            // Where all was taken back that the target does not know, nothing is left to do.
            if with == Software::New && way.applied == 0 {
                continue;
            }
            let database = self.component().database.as_ref();
            let database = database.filter(|database| carries_out(database, passage));
            let folder = database.map(|database| self.database_folder(database));
            let (kind, title) = titles(passage, way, with);
            let is_last = with == Software::New;
            let undo = self.undo(passage);
            let step = self.add(kind, title);
            if with == Software::Old || way.kind != WayKind::RollBack {
                step.notes.extend(way.against.iter().cloned());
            }
            if with == Software::Old {
                step.notes.extend(taken_back(hop, way));
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
                if lines.is_empty() {
                    step.notes.push(
                        "each file once, in order; `database.tool = \"sql\"` and its `program` in the \
                         deployment run them from here"
                            .to_owned(),
                    );
                }
                continue;
            };
            let target = if is_last { &passage.heads } else { &way.stand_at };
            apply(step, database, &folder, passage, &lines, target, is_last);
        }
    }

    fn undo(&self, passage: &Passage) -> String {
        let restores = self.component().database.as_ref().filter(|it| !it.restore.is_empty());
        match restores {
            Some(database) if carries_out(database, passage) => {
                let folder = self.folder();
                let invocation = super::Invocation::new(database.restore.clone(), folder);
                format!("bring the copy back with `{}`", invocation.shown())
            }
            _ => "bring the copy of the database back".to_owned(),
        }
    }

    fn images(&mut self) {
        let Some(images) = &self.component().images else { return };
        let hop = self.hop();
        let tag = if hop.image_tag.is_empty() { &hop.to } else { &hop.image_tag };
        let named: Vec<String> = images.names.iter().map(|name| format!("{name}:{tag}")).collect();
        let named = if named.is_empty() { tag.clone() } else { named.join(", ") };
        let step = self.add(StepKind::Images, "pull the images");
        step.actions.push(compose::pull(images));
        step.notes.push(format!("the compose file must name {named}"));
    }

    fn start(&mut self) {
        let folder = self.folder();
        let component = self.component();
        let services = &component.services;
        let is_stopped =
            self.is_together || !services.stop.is_empty() || !services.start.is_empty();
        if is_stopped || component.images.is_some() {
            let step = self.add(StepKind::Start, "start the services");
            step.actions = commands(&services.start, &folder);
            step.actions.extend(component.images.as_ref().map(compose::up));
            step.undo = Some("stop them again".to_owned());
        }
        if !services.healthy.is_empty() {
            let step = self.add(StepKind::Verify, "look whether it works");
            let checks = services.healthy.iter().filter(|words| !words.is_empty());
            step.after.extend(checks.map(|words| command::succeeds(words, &folder)));
        }
    }
}

/// Whether each project applies such files in its own way.
fn has_own_way(passage: &Passage) -> bool {
    migrations::has_no_command(&passage.framework)
}

/// Whether a database's tool carries a passage out. Files of tools without a command are run as SQL, where the deployment
/// says how.
fn carries_out(database: &Database, passage: &Passage) -> bool {
    let is_sql = database.tool == "sql" && has_own_way(passage);
    let is_own = database.tool == passage.framework && !has_own_way(passage);
    is_sql && !database.program.is_empty() || is_own
}

/// What was done that a way takes back, a line each while there are few.
fn taken_back(hop: &HopFacts, way: &Way) -> Vec<String> {
    let told = way.undone.iter().filter_map(|id| Some((id, hop.undone.get(id)?)));
    let mut notes: Vec<String> = told.map(|(id, did)| format!("{id} {did}: taken back")).collect();
    cut(&mut notes);
    notes
}

/// Leaves so many notes as people read.
fn cut(notes: &mut Vec<String>) {
    if notes.len() > LISTED {
        let rest = notes.len() - LISTED;
        notes.truncate(LISTED);
        notes.push(format!("and {rest} more"));
    }
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
    cut(&mut notes);
    notes
}

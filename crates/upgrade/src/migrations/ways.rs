//! The ways from where a database stands to the target.

use std::collections::BTreeSet;

use trainyard_evidence::migrations::Migration;

use super::{
    between::Between,
    order::Marks,
    passage::{Command, Passage, Software, Way, WayKind},
    reasons::named,
    tools::{Memory, Surprise, Tool},
};

/// How often two sets of predecessors are compared as a whole. One that is linked anew and keeps its predecessors is rare.
const MOST_COMPARISONS: usize = 64;

/// The ways, the safest first.
pub(super) fn ways(between: &Between<'_>, passage: &Passage) -> Vec<Way> {
    let has_all = passage.pending.is_empty() && passage.skipped.is_empty() && passage.is_known;
    // Tools do nothing at all with migrations that have no order.
    if has_all || !passage.broken.is_empty() {
        return Vec::new();
    }
    let tool = between.tool;
    let stops_at_unknown =
        matches!(tool.on_unknown, Surprise::Stops(_)) && !passage.unknown.is_empty();
    let is_refused = passage.late.iter().any(|late| late.is_refused);
    let is_stuck = passage.half_squashed.iter().any(|half| half.is_stuck);
    let runs_own_again = passage.runs_again.iter().any(|one| one.applied_as == one.step.id);
    let loses = passage.skipped.iter().any(|one| !one.fate.is_harmless());
    let is_straight = passage.is_known
        && !loses
        && !is_refused
        && !is_stuck
        && !runs_own_again
        && (tool.memory == Memory::Heads || !stops_at_unknown);
    if is_straight {
        return vec![straight(between, passage)];
    }
    let mut ways = vec![roll_back(between)];
    if loses && tool.name == "alembic" {
        ways.push(fill_in(between, passage));
    }
    ways.extend(overrule(between, passage, is_refused, stops_at_unknown));
    ways
}

/// A name of others as a word of a command, which it must not leave.
fn word(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-+@/".contains(letter);
    let quoted = if !name.is_empty() && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    };
    // What begins like an option is none.
    if name.starts_with('-') { format!("-- {quoted}") } else { quoted }
}

/// Several of them.
fn words(names: &[impl AsRef<str>]) -> String {
    names.iter().map(|name| word(name.as_ref())).collect::<Vec<_>>().join(" ")
}

fn with(software: Software, line: impl Into<String>) -> Command {
    Command { with: software, line: line.into() }
}

/// The tool's own upgrade.
fn upgrade(tool: &Tool, heads: usize) -> Vec<Command> {
    let line = match tool.upgrade {
        "" => return Vec::new(),
        _ if tool.name == "alembic" && heads < 2 => "alembic upgrade head",
        line => line,
    };
    vec![with(Software::New, line)]
}

fn straight(between: &Between<'_>, passage: &Passage) -> Way {
    Way {
        kind: WayKind::Straight,
        stand_at: passage.stands_at.clone(),
        undone: Vec::new(),
        applied: passage.pending.len(),
        commands: upgrade(between.tool, passage.heads.len()),
        against: Vec::new(),
    }
}

/// What the database has and both releases know with the same predecessors.
fn common(between: &Between<'_>) -> Marks {
    let (old, new) = (&between.old, &between.new);
    let mut common = Marks::default();
    let mut comparisons = 0;
    for place in old.in_order().iter().copied() {
        let id = old.id(place);
        let Some(there) = new.find(id).filter(|_| between.has(id)) else { continue };
        if !old.before(place).iter().all(|below| common.has(*below)) {
            continue;
        }
        let was: BTreeSet<&str> = old.before(place).iter().map(|below| old.id(*below)).collect();
        let is: BTreeSet<&str> = new.before(there).iter().map(|below| new.id(*below)).collect();
        let is_same = was == is || {
            comparisons += 1;
            comparisons <= MOST_COMPARISONS && {
                let (was, is) = (old.below([id]), new.below([id]));
                old.ids_of(|place| was.has(place)).into_iter().collect::<BTreeSet<_>>()
                    == new.ids_of(|place| is.has(place)).into_iter().collect::<BTreeSet<_>>()
            }
        };
        if is_same {
            common.insert(place);
        }
    }
    common
}

/// Back to the newest place that both releases know in the same way.
fn roll_back(between: &Between<'_>) -> Way {
    let (old, new) = (&between.old, &between.new);
    let common = common(between);
    let points = old.tops(&common);
    let undone: Vec<&str> = between
        .applied_ids()
        .into_iter()
        .rev()
        .filter(|id| old.find(id).is_some_and(|place| !common.has(place)))
        .collect();
    let kept: BTreeSet<&str> = old.ids_of(|place| common.has(place)).into_iter().collect();
    let applied = new.iter().filter(|one| !kept.contains(one.id.as_str())).count();
    let mut commands = Vec::new();
    let mut against = Vec::new();
    if !undone.is_empty() {
        commands = downgrades(between, &points, &common, &undone);
        if commands.is_empty() {
            against.push(format!(
                "{} has no way back of its own: restore a copy of the database from then",
                between.tool.name
            ));
        }
        against.push(format!(
            "what {} created is lost on the way back; make a copy of the database first",
            named(undone.iter().copied())
        ));
        let missing = undone.iter().filter_map(|id| old.get(id)).filter(|one| !leads_back(one));
        let missing: Vec<&str> = missing.map(|one| one.id.as_str()).collect();
        if !missing.is_empty() && between.tool.name != "alembic" && between.tool.name != "django" {
            against.push(format!("no way back is written for {}", named(missing.into_iter())));
        }
    }
    commands.extend(upgrade(between.tool, new.heads().len()));
    Way {
        kind: WayKind::RollBack,
        stand_at: points.into_iter().map(str::to_owned).collect(),
        undone: undone.into_iter().map(str::to_owned).collect(),
        applied,
        commands,
        against,
    }
}

fn leads_back(migration: &Migration) -> bool {
    migration.backward.is_some()
}

/// The commands that take back what is not common.
fn downgrades(
    between: &Between<'_>,
    points: &[&str],
    common: &Marks,
    undone: &[&str],
) -> Vec<Command> {
    let old = &between.old;
    let back = |line: String| with(Software::Old, line);
    match between.tool.name {
        "alembic" => {
            if points.is_empty() {
                return vec![back("alembic downgrade base".to_owned())];
            }
            // What stands above a point goes with the point; what stands beside all of them goes by itself.
            let above = old.above(points.iter().copied());
            let beside = undone.iter().filter(|id| {
                old.find(id).is_some_and(|place| {
                    !above.has(place) && !old.before(place).iter().any(|below| !common.has(*below))
                })
            });
            // `a@b` takes back what leads from `b` to `a`, and leaves other branches that begin at `b`.
            let line = |id: &&str| {
                let parent = old.get(id).and_then(|one| one.parents.first());
                let down_to = parent.map_or("base", String::as_str);
                format!("alembic downgrade {}", word(&format!("{id}@{down_to}")))
            };
            let beside: Vec<String> = beside.map(line).collect();
            let is_above = |point: &&&str| {
                let above = old.above([**point]);
                undone.iter().any(|id| old.find(id).is_some_and(|place| above.has(place)))
            };
            let to_points =
                points.iter().filter(is_above).map(|id| format!("alembic downgrade {}", word(id)));
            beside.into_iter().chain(to_points).map(back).collect()
        }
        "django" => {
            let apps: BTreeSet<&str> =
                undone.iter().filter_map(|id| id.split_once('.')).map(|(app, _)| app).collect();
            let target = |app: &str| {
                let kept = old.ids_of(|place| common.has(place));
                let last = kept.into_iter().rev().filter_map(|id| id.split_once('.'));
                let mut last = last.filter(|(own, _)| *own == app);
                last.next().map_or("zero", |(_, name)| name).to_owned()
            };
            let line = |app: &str| {
                format!("python manage.py migrate {} {}", word(app), word(&target(app)))
            };
            apps.into_iter().map(|app| back(line(app))).collect()
        }
        "sqlx" => {
            let target = points.first().copied().unwrap_or("0");
            vec![back(format!("sqlx migrate revert --target-version {}", word(target)))]
        }
        "diesel" => vec![back(format!("diesel migration revert --number {}", undone.len()))],
        "goose" => {
            vec![back(format!("goose down-to {}", word(points.first().copied().unwrap_or("0"))))]
        }
        "rails" => vec![back(format!("bin/rails db:rollback STEP={}", undone.len()))],
        _ => Vec::new(),
    }
}

/// Applies what Alembic would skip by itself: each stretch after the database was said to stand right below it.
fn fill_in(between: &Between<'_>, passage: &Passage) -> Way {
    let new = &between.new;
    let missing: BTreeSet<&str> = passage
        .skipped
        .iter()
        .filter(|one| !one.fate.is_harmless())
        .map(|one| one.step.id.as_str())
        .collect();
    let run: Vec<&str> = new.ids_of(|place| missing.contains(new.id(place)));
    let mut commands = Vec::new();
    let mut last: Option<&str> = None;
    for (position, id) in run.iter().enumerate() {
        let below: Vec<&str> = new
            .find(id)
            .map(|place| new.before(place).iter().map(|below| new.id(*below)).collect())
            .unwrap_or_default();
        let goes_on = last.is_some_and(|last| below == [last]);
        if !goes_on {
            let place = if below.is_empty() { "base".to_owned() } else { words(&below) };
            commands.push(with(Software::New, format!("alembic stamp --purge {place}")));
        }
        // One command goes through a stretch to its end.
        let next = run.get(position + 1).and_then(|next| new.find(next));
        let is_stretched =
            next.is_some_and(|next| matches!(new.before(next), [below] if new.id(*below) == *id));
        if !is_stretched {
            commands.push(with(Software::New, format!("alembic upgrade {}", word(id))));
        }
        last = Some(*id);
    }
    commands
        .push(with(Software::New, format!("alembic stamp --purge {}", words(&passage.stands_at))));
    commands.extend(upgrade(between.tool, passage.heads.len()));
    Way {
        kind: WayKind::FillIn,
        stand_at: passage.stands_at.clone(),
        undone: Vec::new(),
        applied: run.len() + passage.pending.len(),
        commands,
        against: vec![format!(
            "{} {} written for a schema without what the database has already; try it on a copy first",
            named(run.iter().copied()),
            if run.len() == 1 { "was" } else { "were" }
        )],
    }
}

/// Has the tool accept what it would refuse, where it can.
fn overrule(
    between: &Between<'_>,
    passage: &Passage,
    is_refused: bool,
    stops_at_unknown: bool,
) -> Option<Way> {
    let tool = between.tool;
    let (line, against) = if is_refused && !tool.upgrade_late.is_empty() {
        let ids = named(passage.late.iter().map(|one| one.step.id.as_str()));
        (tool.upgrade_late, format!("{ids} run after migrations that were written to follow them"))
    } else if stops_at_unknown && !tool.upgrade_unknown.is_empty() {
        let ids = named(passage.unknown.iter().map(|one| one.id.as_str()));
        (tool.upgrade_unknown, format!("what {ids} did stays in the database"))
    } else {
        return None;
    };
    Some(Way {
        kind: WayKind::Overrule,
        stand_at: passage.stands_at.clone(),
        undone: Vec::new(),
        applied: passage.pending.len(),
        commands: vec![with(Software::New, line)],
        against: vec![against],
    })
}

//! What revisions do to a database that has those below them.

use std::{collections::BTreeMap, sync::Arc};

use rayon::prelude::*;

use super::{
    machine::{self, Module, Step},
    modules::{Modules, content_of, dotted_folder},
    source_of,
};
use crate::{
    Memo, Side,
    migrations::{
        Effects, Environment, Flag, Migration,
        schema::{Action, Schema},
        sql,
    },
    python::constants::HOLE,
};

/// The effects of some revisions, in their order; all others below them are followed for what they leave.
///
/// *Cost*: each revision of the environment is followed once per content.
pub(super) fn effects_of(
    side: &Side<'_>,
    memo: &Memo,
    environment: &Environment,
    wanted: &[&Migration],
) -> Vec<Effects> {
    let graph = environment.graph();
    let needed = graph.ancestors(wanted.iter().map(|migration| migration.id.as_str()));
    let (ordered, _) = graph.in_order();
    let ordered: Vec<&Migration> =
        ordered.into_iter().filter(|one| needed.contains(one.id.as_str())).collect();
    let modules = Modules::of(side, memo);
    let steps: Vec<_> =
        ordered.par_iter().map(|migration| steps_of(side, memo, &modules, migration)).collect();
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, migration) in wanted.iter().enumerate() {
        places.entry(migration.id.as_str()).or_default().push(place);
    }
    let mut found = vec![Effects::default(); wanted.len()];
    let mut schema = Schema::default();
    for (migration, steps) in ordered.iter().zip(steps) {
        schema.begin();
        let mut effects = Effects::default();
        for step in steps.iter() {
            take(step, &mut schema, &mut effects);
        }
        effects.extend(schema.conclude());
        if effects.iter().next().is_none() {
            effects.add(Flag::Noop, "");
        }
        for place in places.get(migration.id.as_str()).into_iter().flatten() {
            if let Some(found) = found.get_mut(*place) {
                found.clone_from(&effects);
            }
        }
    }
    found
}

fn take(step: &Step, schema: &mut Schema, effects: &mut Effects) {
    match step {
        Step::Do(action) => schema.apply(action, effects),
        Step::Sql { text, .. } => {
            for action in sql::read(text) {
                schema.apply(&action, effects);
            }
        }
        Step::MakeType { name, values } => {
            if !schema.knows_type(name) {
                let action = Action::CreateType { name: name.clone(), values: values.clone() };
                schema.apply(&action, effects);
            }
        }
        Step::SyncType { name, values } => schema.set_values(name, values, effects),
        Step::Was { table, column, kind, nullable } => {
            schema.was(table, column, kind.as_ref(), *nullable);
        }
    }
}

/// The steps of a revision, with its SQL read.
fn steps_of(
    side: &Side<'_>,
    memo: &Memo,
    modules: &Modules<'_>,
    migration: &Migration,
) -> Arc<Vec<Step>> {
    let unreadable = || Arc::new(vec![Step::Do(Action::unresolved("a file that cannot be read"))]);
    let Some(entry) = side.entry(&migration.path) else { return unreadable() };
    let source = source_of(side, memo, entry);
    let Ok(Some(source)) = &*source else { return unreadable() };
    let reached = modules.reached_from(source, entry);
    memo.of("alembic.steps", content_of(migration.content, &reached), || {
        let known = reached.iter().filter_map(|module| {
            let body = (*module.source).as_ref().ok()?.body();
            Some((module.name.as_str(), Module { body, package: module.package.clone() }))
        });
        let steps =
            machine::steps_of(source.body(), &dotted_folder(entry), known.collect(), "upgrade");
        steps.into_iter().flat_map(read_sql).collect()
    })
}

fn read_sql(step: Step) -> Vec<Step> {
    let Step::Sql { text, with_rows } = step else { return vec![step] };
    let read = sql::read(&text).into_iter().map(|action| match action {
        // The values come from rows that were read before.
        Action::Insert { table, mut sources } if with_rows => {
            sources.push(HOLE.to_owned());
            Action::Insert { table, sources }
        }
        other => other,
    });
    read.map(Step::Do).collect()
}

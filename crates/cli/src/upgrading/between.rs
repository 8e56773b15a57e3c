//! What becomes of databases between two states.

use serde::Serialize;
use trainyard_evidence::{
    Memo,
    migrations::{Environment, Migration, effects_of},
};
use trainyard_report::Finding;
use trainyard_upgrade::migrations::{Passage, Verdict, findings, passages, unreadable};

use super::{read, side, states};
use crate::{
    args::{Global, migrations::Between},
    error::CommandError,
    progress,
};

/// Two states with what becomes of databases between them.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    /// The installed state, as named.
    pub(crate) from: String,
    /// The wanted one.
    pub(crate) to: String,
    /// How the upgrade ends where nobody does anything about it.
    pub(crate) verdict: Verdict,
    /// One per set of migrations, the gravest first.
    pub(crate) migrations: Vec<Passage>,
    /// What may go wrong, with places.
    pub(crate) findings: Vec<Finding>,
}

/// Compares what the arguments name.
pub(crate) fn between(global: &Global, args: &Between) -> Result<Compared, CommandError> {
    let states = states(global, &[&args.from, &args.to])?;
    let [old, new] = states.as_slice() else {
        return Err(CommandError::usage("two states are needed"));
    };
    let memo = Memo::default();
    let (old, new) = (side(old.as_ref()), side(new.as_ref()));
    progress::while_doing("reading migrations", || {
        let (olds, old_troubles) = read(&old, &memo, args.folder.as_deref());
        let (news, mut troubles) = read(&new, &memo, args.folder.as_deref());
        // What neither side lets read is told once.
        for trouble in old_troubles {
            if !troubles.contains(&trouble) {
                troubles.push(trouble);
            }
        }
        for at in &args.at {
            let mut all = olds.iter().chain(&news).flat_map(|one| &one.migrations);
            if !all.any(|one| one.id == *at) {
                return Err(CommandError::usage(format!("no migration is called `{at}`"))
                    .hint("`alembic current` prints where a database stands"));
            }
        }
        if olds.is_empty() && news.is_empty() {
            return Err(CommandError::usage("neither state has migrations that are known").hint(
                "name a folder around them with `--folder`, or see `trainyard explain migrations`",
            ));
        }
        let deeds = |environment: &Environment, wanted: &[&Migration]| {
            effects_of(&new, &memo, environment, wanted)
        };
        let migrations = match &args.database {
            Some(address) => super::standing::passages_of(global, address, &olds, &news, &deeds)?,
            None => passages(&olds, &news, &args.at, &deeds),
        };
        let mut findings: Vec<Finding> = migrations.iter().flat_map(findings).collect();
        findings.sort_by_key(|finding| finding.code);
        findings.extend(unreadable(&troubles));
        let worst = migrations.iter().map(|one| one.verdict).max();
        let unread = if troubles.is_empty() { Verdict::Safe } else { Verdict::LookFirst };
        let verdict = worst.unwrap_or(Verdict::Safe).max(unread);
        Ok(Compared { from: args.from.clone(), to: args.to.clone(), verdict, migrations, findings })
    })
}

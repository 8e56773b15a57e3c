//! Whether a proposal leaves the migrations in order.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use trainyard_evidence::{
    Change, Detector, Memo, Pair, Source, Tree,
    migrations::{Environment, Migrations, problems},
};
use trainyard_history::Release;
use trainyard_report::{Code, Finding, Location};
use trainyard_upgrade::migrations::{proposal, unreadable};

use super::{read, side};
use crate::{
    args::{Global, migrations::MigrationsCheck},
    checking, comparing,
    error::CommandError,
    planning::head,
    progress,
    site::Site,
};

/// Checks a proposal against where it shall go.
pub(crate) fn check(global: &Global, args: &MigrationsCheck) -> Result<Vec<Finding>, CommandError> {
    comparing::prepare_threads();
    let site = Site::open(global, None)?;
    let head = head::find(&site, args.at.as_deref())?;
    let (into, target) = checking::target(&site, &head, args.base.as_deref())?;
    let graph = &site.history.graph;
    let base = graph.merge_base(target, head.commit).ok_or_else(|| {
        CommandError::usage(format!("the proposal shares no history with {into}"))
            .hint("name the branch that it shall go into with `--base REF`")
    })?;
    let trees = site.repository.trees(&|path| Migrations.wants(path));
    let (old, new) = (trees.of(graph.id(base))?, trees.of(graph.id(head.commit))?);
    let tip = trees.of(graph.id(target))?;
    // What the newest releases below the base hold is what databases have.
    let below = graph.ancestors([base]);
    let releases = site.survey.components.iter().filter_map(|past| {
        let is_below =
            |release: &&Release| release.commit.is_some_and(|commit| below.contains(commit));
        past.releases.iter().filter(is_below).max_by(|one, other| one.version.cmp(&other.version))
    });
    let commits: BTreeSet<_> = releases.filter_map(|release| release.commit).collect();
    let mut released: BTreeSet<Utf8PathBuf> = BTreeSet::new();
    for commit in commits {
        released.extend(trees.of(graph.id(commit))?.root().files().map(|entry| entry.path.clone()));
    }
    let memo = Memo::default();
    Ok(progress::while_doing("reading migrations", || {
        let pair = Pair { old: side(&old), new: side(&new), memo: &memo };
        let changes = Migrations.detect(&pair);
        let (olds, _) = read(&pair.old, &memo, None);
        let (news, troubles) = read(&pair.new, &memo, None);
        let is_released =
            |source: &Source| source.path.as_ref().is_none_or(|path| released.contains(path));
        let mut findings = proposal(&olds, &news, &changes, is_released);
        let (tips, _) = read(&side(&tip), &memo, None);
        findings.extend(beside(&into, &olds, &news, &tips));
        let changed: BTreeSet<_> =
            pair.differing().into_iter().filter_map(|(_, new)| Some(new?.path.clone())).collect();
        let troubles: Vec<_> = troubles
            .into_iter()
            .filter(|one| one.source.path.as_ref().is_none_or(|path| changed.contains(path)))
            .collect();
        findings.extend(unreadable(&troubles));
        findings
    }))
}

/// Heads that come to be when both the proposal and what its target got meanwhile are there.
fn beside(
    into: &str,
    base: &[Environment],
    proposed: &[Environment],
    tip: &[Environment],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for environment in proposed {
        let of = |all: &[Environment]| {
            all.iter()
                .find(|other| {
                    other.framework == environment.framework && other.folder == environment.folder
                })
                .cloned()
        };
        let Some(target) = of(tip) else { continue };
        let base = of(base).unwrap_or_default();
        let known: BTreeSet<&str> = base.migrations.iter().map(|one| one.id.as_str()).collect();
        let theirs: BTreeSet<&str> = target.migrations.iter().map(|one| one.id.as_str()).collect();
        let is_new = |id: &str| !known.contains(id) && !theirs.contains(id);
        let added: Vec<_> =
            environment.migrations.iter().filter(|one| is_new(&one.id)).cloned().collect();
        let news = target.migrations.iter().any(|one| !known.contains(one.id.as_str()));
        if added.is_empty() || !news {
            continue;
        }
        let mut joined = target.clone();
        joined.migrations.extend(added.iter().cloned());
        joined.migrations.sort_by(|one, other| one.path.cmp(&other.path));
        let before: BTreeSet<String> =
            problems(&target).into_iter().map(|change| change.sentence).collect();
        let is_heads = |change: &Change| {
            change.rule == "migrations.several-heads" && !before.contains(&change.sentence)
        };
        for change in problems(&joined).into_iter().filter(is_heads) {
            let message = format!(
                "merged into {into}, `{} {}` {}",
                environment.framework, environment.folder, change.sentence
            );
            let finding = Finding::new(Code::SEVERAL_HEADS, "migrations", message)
                .suggest(format!("take over what is new on {into}, and put the new one on top"));
            let place = added.first().map(|one| Location {
                path: Some(one.path.clone()),
                line: one.lines.order,
                ..Location::default()
            });
            findings.push(match place {
                Some(place) => finding.at(place),
                None => finding,
            });
        }
    }
    findings
}

//! What a registry keeps of releases, so that upgrades are planned without a repository.

use trainyard_evidence::migrations::Migration;
use trainyard_upgrade::plan::{Knowledge as _, Known, MigrationSet, StoredRelease};

use super::facts::Facts;
use crate::{
    args::{Global, upgrading::UpgradeFacts},
    comparing,
    error::CommandError,
    site::Site,
};

/// Facts of the releases that the arguments name, the lowest first; of all final ones where they name none.
pub(crate) fn facts(
    global: &Global,
    args: &UpgradeFacts,
) -> Result<Vec<StoredRelease>, CommandError> {
    let site = Site::open(global, None)?;
    comparing::prepare_threads();
    let component = component(&site, args)?;
    let facts = Facts::of(site, None);
    let known = facts.releases(&component)?;
    let is_asked = |release: &Known| match args.releases.as_slice() {
        [] => release.is_final,
        names => names.iter().any(|name| release.is_called(name)),
    };
    for name in &args.releases {
        if !known.iter().any(|release| release.is_called(name)) {
            return Err(CommandError::usage(format!("{component} has no release `{name}`")));
        }
    }
    let mut kept = Vec::new();
    let mut before: Option<Known> = None;
    for release in known {
        if is_asked(&release) {
            kept.push(stored(&facts, &component, &release, before.as_ref(), args.changes)?);
        }
        before = Some(release);
    }
    Ok(kept)
}

/// The component that is asked for, the product's own, or the only one.
fn component(site: &Site, args: &UpgradeFacts) -> Result<String, CommandError> {
    let components = &site.policy.components;
    let asked = args.component.as_deref();
    let is_meant = |name: &str| match asked {
        Some(asked) => name == asked,
        None => name == site.policy.product.name || components.len() == 1,
    };
    let found = components.iter().find(|component| is_meant(&component.name));
    found.map(|component| component.name.clone()).ok_or_else(|| match asked {
        Some(asked) => CommandError::usage(format!("the policy has no component `{asked}`")),
        None => CommandError::usage("the policy has several components")
            .hint("name one with `--component`"),
    })
}

fn stored(
    facts: &Facts,
    component: &str,
    release: &Known,
    before: Option<&Known>,
    with_changes: bool,
) -> Result<StoredRelease, CommandError> {
    let mut migrations = Vec::new();
    for environment in facts.migrations(component, release)?.iter() {
        let all: Vec<&Migration> = environment.migrations.iter().collect();
        let effects = facts.effects(component, release, environment, &all)?;
        migrations.push(MigrationSet::of(environment, &effects));
    }
    let changes = match before.filter(|_| with_changes) {
        Some(before) => facts.changes(component, before, release)?,
        None => trainyard_upgrade::plan::Changes::default(),
    };
    Ok(StoredRelease { release: release.clone(), migrations, changes, notes: String::new() })
}

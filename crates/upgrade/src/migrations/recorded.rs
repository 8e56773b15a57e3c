//! What a database itself says has been applied to it.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_evidence::migrations::{Environment, pair_up};

use super::{
    Deeds, Passage,
    between::{Has, between_with},
    tools::{Memory, Tool},
};

/// What a database's own table says of one tool's migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The tool.
    pub framework: String,
    /// The ids in the table, as the tool writes them there.
    pub rows: Vec<String>,
    /// What counts as applied with everything before it: Flyway's baseline.
    pub baselines: Vec<String>,
}

/// Why a database's table does not belong to the older release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// Neither release uses the tool.
    #[error("the database was made by {framework}, and neither release has migrations of it")]
    OtherTool {
        /// The tool.
        framework: String,
    },
    /// It has what only the newer release has.
    #[error("the database has {} already, which only the newer release knows", ids.join(", "))]
    Newer {
        /// Which.
        ids: Vec<String>,
    },
    /// It stands where neither release has a migration.
    #[error("the database stands at {}, which neither release knows", ids.join(", "))]
    Unknown {
        /// Which.
        ids: Vec<String>,
    },
    /// Several sets of migrations could be meant.
    #[error("the database says nothing, and several folders could be meant: {}", folders.join(", "))]
    Ambiguous {
        /// The folders.
        folders: Vec<String>,
    },
}

/// What becomes of a database that says itself what it has.
///
/// Only the migrations that belong to the table are judged. What a Django database has of apps that are not the product's
/// is passed over. *Errors*: the table does not belong to the older release.
pub fn passages_recorded(
    old: &[Environment],
    new: &[Environment],
    recorded: &Recorded,
    deeds: &Deeds<'_>,
) -> Result<Vec<Passage>, Contradiction> {
    let framework = recorded.framework.as_str();
    let groups = groups(old, new, framework);
    if groups.is_empty() {
        return Err(Contradiction::OtherTool { framework: framework.to_owned() });
    }
    let known = |environments: &[&Environment]| -> BTreeMap<String, String> {
        let all = environments.iter().flat_map(|one| &one.migrations);
        all.map(|one| (as_recorded(framework, &one.id), one.id.clone())).collect()
    };
    let rows: BTreeSet<String> =
        recorded.rows.iter().map(|row| as_recorded(framework, row)).collect();
    let baselines: Vec<String> =
        recorded.baselines.iter().map(|row| as_recorded(framework, row)).collect();
    let meant = |(olds, news): &&(Vec<&Environment>, Vec<&Environment>)| {
        let (old, new) = (known(olds), known(news));
        rows.iter().any(|row| old.contains_key(row) || new.contains_key(row))
    };
    let mut candidates: Vec<_> = groups.iter().filter(meant).collect();
    if candidates.is_empty() && (rows.is_empty() || groups.len() == 1) {
        candidates = groups.iter().collect();
    }
    let Some((olds, news)) = candidates.first() else {
        return Err(Contradiction::Unknown { ids: rows.into_iter().collect() });
    };
    if candidates.len() > 1 && rows.is_empty() {
        let folders = groups.iter().flat_map(|(olds, news)| news.iter().chain(olds).take(1));
        let folders = folders.map(|one| one.folder.to_string()).collect();
        return Err(Contradiction::Ambiguous { folders });
    }
    let (was, is) = (known(olds), known(news));
    let newer: Vec<String> = rows
        .iter()
        .filter(|row| !was.contains_key(*row))
        .filter_map(|row| is.get(row))
        .cloned()
        .collect();
    if !newer.is_empty() {
        return Err(Contradiction::Newer { ids: newer });
    }
    let is_own = |row: &&String| is_of_product(framework, row, olds, news);
    let strange: Vec<String> =
        rows.iter().filter(|row| !was.contains_key(*row)).filter(is_own).cloned().collect();
    let memory = Tool::of(framework).memory;
    if memory == Memory::Heads && !strange.is_empty() {
        return Err(Contradiction::Unknown { ids: strange });
    }
    let named = |rows: &mut dyn Iterator<Item = &String>| -> Vec<String> {
        rows.filter_map(|row| was.get(row)).cloned().collect()
    };
    let mut ids = named(&mut rows.iter());
    let below = named(&mut baselines.iter());
    ids.extend(strange);
    let has = match memory {
        Memory::Heads => Has::Below(&ids),
        Memory::Each => Has::Exactly { ids: &ids, below: &below },
    };
    Ok(vec![between_with(olds, news, has, deeds)])
}

/// Sets of migrations that belong together, of one tool.
fn groups<'a>(
    old: &'a [Environment],
    new: &'a [Environment],
    framework: &str,
) -> Vec<(Vec<&'a Environment>, Vec<&'a Environment>)> {
    let is_meant = |one: &&Environment| {
        one.framework == framework && !one.migrations.iter().all(|it| it.repeats)
    };
    if framework == "django" {
        let (olds, news): (Vec<_>, Vec<_>) =
            (old.iter().filter(is_meant).collect(), new.iter().filter(is_meant).collect());
        return if olds.is_empty() && news.is_empty() { Vec::new() } else { vec![(olds, news)] };
    }
    let pairs = pair_up(old, new).into_iter();
    let pairs = pairs.map(|(old, new)| {
        let old: Vec<_> = old.into_iter().filter(is_meant).collect();
        (old, new.into_iter().filter(is_meant).collect::<Vec<_>>())
    });
    pairs.filter(|(old, new)| !old.is_empty() || !new.is_empty()).collect()
}

/// An id as the tool writes it into its table.
fn as_recorded(framework: &str, id: &str) -> String {
    match framework {
        // Leading and trailing zeros mean nothing.
        "flyway" => {
            let mut parts: Vec<&str> =
                id.split(['.', '_']).map(|part| part.trim_start_matches('0')).collect();
            while parts.len() > 1 && parts.last() == Some(&"") {
                parts.pop();
            }
            let part =
                |part: &&str| if part.is_empty() { "0".to_owned() } else { (*part).to_owned() };
            parts.iter().map(part).collect::<Vec<_>>().join(".")
        }
        "diesel" => id.split('_').next().unwrap_or_default().replace('-', ""),
        _ => id.to_owned(),
    }
}

/// Whether a row that no release has is about the product all the same.
fn is_of_product(framework: &str, row: &str, olds: &[&Environment], news: &[&Environment]) -> bool {
    if framework != "django" {
        return true;
    }
    let app = |id: &str| id.split('.').next().map(str::to_owned);
    let own = olds.iter().chain(news).flat_map(|one| &one.migrations);
    own.filter_map(|one| app(&one.id))
        .collect::<BTreeSet<_>>()
        .contains(&app(row).unwrap_or_default())
}

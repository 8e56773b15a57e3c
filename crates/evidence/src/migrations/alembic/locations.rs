//! Where an environment keeps its revisions.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::{Memo, Side, learn};

/// Larger configurations are not read.
const LARGEST_BYTES: u64 = 256 << 10;

/// Whether a file configures Alembic, by its name.
pub(super) fn is_configuration(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    path.extension() == Some("ini") && name.contains("alembic")
}

/// What the configurations of a tree say.
#[derive(Debug, Default)]
pub(super) struct Locations {
    /// Environments by the folders that they take revisions from.
    environments: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
}

/// What one configuration says, as written.
#[derive(Clone, Debug, Default)]
struct Configured {
    script_location: Option<String>,
    version_locations: Vec<String>,
}

impl Locations {
    /// Reads the configurations. One that cannot be read says nothing: the usual folders are recognised without it.
    pub(super) fn read(side: &Side<'_>, memo: &Memo) -> Self {
        let mut locations = Self::default();
        for entry in side.entries().iter().filter(|entry| is_configuration(&entry.path)) {
            let said =
                learn(side, memo, "alembic.ini", entry, LARGEST_BYTES, |text| Ok(read_ini(text)));
            let Ok(said) = &*said else { continue };
            let beside = entry.path.parent().unwrap_or(Utf8Path::new(""));
            let Some(script) = said.script_location.as_deref().map(|one| resolved(one, beside))
            else {
                continue;
            };
            for location in &said.version_locations {
                let folder = resolved(location, beside);
                locations.environments.entry(folder).or_insert_with(|| script.clone());
            }
            locations.environments.entry(script.join("versions")).or_insert(script);
        }
        locations
    }

    /// The environment of a revision's file: what a configuration says of a folder around it, else the folder around
    /// `versions`, else its own.
    pub(super) fn environment_of(&self, path: &Utf8Path) -> Utf8PathBuf {
        let own = path.parent().unwrap_or(Utf8Path::new(""));
        for folder in own.ancestors() {
            if let Some(environment) = self.environments.get(folder) {
                return environment.clone();
            }
        }
        let versions = own.ancestors().find(|folder| folder.file_name() == Some("versions"));
        versions.and_then(Utf8Path::parent).unwrap_or(own).to_owned()
    }

    /// Whether a configuration says where an environment takes its revisions from.
    pub(super) fn are_configured(&self, environment: &Utf8Path) -> bool {
        self.environments.values().any(|known| known == environment)
    }

    /// Whether a Python file lies where nothing but revisions lies.
    pub(super) fn certainly_holds(&self, path: &Utf8Path) -> bool {
        let own = path.parent().unwrap_or(Utf8Path::new(""));
        let is_package = matches!(path.file_name(), Some("__init__.py"));
        !is_package
            && own.ancestors().any(|folder| {
                folder.file_name() == Some("versions") || self.environments.contains_key(folder)
            })
    }
}

/// A location relative to the repository: `%(here)s` is the configuration's folder, `package:folder` a package.
fn resolved(location: &str, beside: &Utf8Path) -> Utf8PathBuf {
    let location = location.trim().trim_end_matches('/');
    let joined = match location.strip_prefix("%(here)s") {
        Some(rest) => beside.join(rest.trim_start_matches('/')),
        None => match location.split_once(':') {
            Some((package, folder)) => Utf8PathBuf::from(package.replace('.', "/")).join(folder),
            // Relative to where the command is called, which is mostly the root.
            None => Utf8PathBuf::from(location),
        },
    };
    let mut plain = Utf8PathBuf::new();
    for part in joined.components() {
        match part.as_str() {
            "." | "/" => {}
            ".." => _ = plain.pop(),
            name => plain.push(name),
        }
    }
    plain
}

/// Reads the keys of the `[alembic]` section.
fn read_ini(text: &str) -> Configured {
    let mut configured = Configured::default();
    let mut is_in_section = false;
    let mut is_in_locations = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(section) = trimmed.strip_prefix('[') {
            is_in_section = section.starts_with("alembic]");
            is_in_locations = false;
            continue;
        }
        // Lines that are indented go on with the value before.
        if is_in_locations && line.starts_with([' ', '\t']) {
            configured.version_locations.extend(several(trimmed));
            continue;
        }
        is_in_locations = false;
        let Some((key, value)) = trimmed.split_once('=').filter(|_| is_in_section) else {
            continue;
        };
        match key.trim() {
            "script_location" => configured.script_location = Some(value.trim().to_owned()),
            "version_locations" => {
                is_in_locations = true;
                configured.version_locations.extend(several(value));
            }
            _ => {}
        }
    }
    configured
}

/// Locations beside each other: separated by white space, commas, or a path separator of either system.
fn several(value: &str) -> Vec<String> {
    let parts = value.split([' ', ',', ';', '\t']).flat_map(|part| {
        // `a:b` may be a package's folder or two folders; folders have a `/`.
        if part.contains('/') { part.split(':').collect::<Vec<_>>() } else { vec![part] }
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_read() {
        let text = "[alembic]\n# where\nscript_location = %(here)s/../db\nversion_locations = db/versions\n  \
                    plugins/one/versions,plugins/two/versions\n[loggers]\nscript_location = no\n";
        let configured = read_ini(text);
        assert_eq!(
            configured.version_locations,
            ["db/versions", "plugins/one/versions", "plugins/two/versions"]
        );
        let script = configured.script_location.unwrap();
        assert_eq!(resolved(&script, Utf8Path::new("conf")), "db");
        assert_eq!(resolved("app.db:migrations", Utf8Path::new("")), "app/db/migrations");
    }
}

//! `cargo xtask gen`: files that are made from the code and kept beside it.

mod command_line;
mod findings;
mod interface;
mod rules;

use anyhow::{Result, ensure};

use crate::workspace;

/// A file and what it should hold.
struct Artefact {
    path: &'static str,
    make: fn() -> Result<String>,
}

const ARTEFACTS: &[Artefact] = &[
    Artefact { path: "docs/cli.md", make: || Ok(command_line::page()) },
    Artefact { path: "docs/findings.md", make: || Ok(findings::page()) },
    Artefact { path: "docs/rules.md", make: || Ok(rules::page()) },
    Artefact { path: "docs/trainyard-toml.md", make: || Ok(trainyard_policy::reference()) },
    Artefact { path: "docs/trainyard.schema.json", make: schema },
    Artefact { path: "docs/bundle.schema.json", make: bundle_schema },
    Artefact { path: "docs/release.schema.json", make: release_schema },
    Artefact { path: "docs/openapi.json", make: || Ok(trainyard_server::openapi()) },
    Artefact { path: "docs/interface.md", make: interface },
];

/// Writes the files, or tells which are out of date.
pub(crate) fn run(check: bool) -> Result<()> {
    let stale = stale()?;
    for (path, text) in &stale {
        if check {
            println!("{path}: is out of date");
        } else {
            let file = workspace::root().join(path);
            fs_err::create_dir_all(file.parent().unwrap_or(workspace::root()))?;
            fs_err::write(file, text)?;
            println!("{path}: written");
        }
    }
    ensure!(!check || stale.is_empty(), "run `cargo xtask gen`");
    Ok(())
}

/// Files that do not hold what they should, with what that is.
fn stale() -> Result<Vec<(&'static str, String)>> {
    let mut stale = Vec::new();
    for artefact in ARTEFACTS {
        let text = (artefact.make)()?;
        let kept =
            fs_err::read_to_string(workspace::root().join(artefact.path)).unwrap_or_default();
        if kept != text {
            stale.push((artefact.path, text));
        }
    }
    Ok(stale)
}

fn schema() -> Result<String> {
    Ok(serde_json::to_string_pretty(&trainyard_policy::schema())? + "\n")
}

fn bundle_schema() -> Result<String> {
    let schema = trainyard_bundle::read::trainyard::bundle_schema();
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

fn release_schema() -> Result<String> {
    let schema = trainyard_bundle::read::trainyard::release_schema();
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

fn interface() -> Result<String> {
    Ok(interface::page(&serde_json::from_str(&trainyard_server::openapi())?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn made_files_are_up_to_date() {
        let stale: Vec<_> = super::stale().unwrap().into_iter().map(|(path, _)| path).collect();
        assert!(stale.is_empty(), "run `cargo xtask gen`: {stale:?} are out of date");
    }
}

//! Which registry is meant, and the token for it.

use std::{collections::BTreeMap, env, io::Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::{args::Global, error::CommandError, files, site, surroundings};

/// Where a policy may name its registry: `registry` in `[product.metadata]`.
const METADATA: &str = "registry";

/// The registries that one is logged in to.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Credentials {
    /// The one that is meant where nothing says which: the last one logged in to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) usual: Option<String>,
    /// Tokens by address.
    #[serde(default)]
    pub(super) tokens: BTreeMap<String, String>,
}

/// A registry, and who speaks to it.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) address: String,
    pub(crate) token: Option<String>,
}

/// An address as it is compared and kept.
pub(super) fn tidy(address: &str) -> String {
    address.trim().trim_end_matches('/').to_owned()
}

/// Finds the registry that is meant, and the token for it.
///
/// A token of the environment goes only where whoever set it said that it shall go: a policy comes with a repository, and must not choose
/// who gets it.
pub(super) fn account(global: &Global, asked: Option<&str>) -> Result<Account, CommandError> {
    if let Some(account) = &global.account {
        return Ok(account.clone());
    }
    let credentials = Credentials::read()?;
    let named = asked.map(str::to_owned).or_else(|| variable("TRAINYARD_REGISTRY"));
    if let Some(address) = named {
        let address = tidy(&address);
        let token =
            variable("TRAINYARD_TOKEN").or_else(|| credentials.tokens.get(&address).cloned());
        return Ok(Account { address, token });
    }
    let found = of_policy(global)?.or_else(|| credentials.usual.clone());
    let Some(address) = found.map(|address| tidy(&address)) else {
        return Err(CommandError::usage("no registry is named")
            .hint("name one with --registry URL or TRAINYARD_REGISTRY, or log in: trainyard registry login --registry URL"));
    };
    let token = credentials.tokens.get(&address).cloned();
    Ok(Account { address, token })
}

/// The registry that the policy names.
fn of_policy(global: &Global) -> Result<Option<String>, CommandError> {
    let Some(policy) = policy_if_any(global)? else { return Ok(None) };
    let named = policy.product.metadata.get(METADATA);
    Ok(named.and_then(serde_json::Value::as_str).map(str::to_owned))
}

/// The path of the policy file, where there is one.
pub(super) fn policy_file(global: &Global) -> Result<Option<Utf8PathBuf>, CommandError> {
    if let Some(path) = &global.policy {
        return Ok(Some(global.directory.join(path)));
    }
    let here = global.directory.join(site::POLICY_FILE);
    if here.exists() {
        return Ok(Some(here));
    }
    let repository = surroundings::repository_if_any(&global.directory)?;
    Ok(repository.and_then(|repository| site::policy_path(&repository)))
}

/// The policy, where there is one.
pub(super) fn policy_if_any(
    global: &Global,
) -> Result<Option<trainyard_policy::Policy>, CommandError> {
    policy_file(global)?.map(|path| site::read_policy(&path)).transpose()
}

impl Credentials {
    fn path() -> Result<Utf8PathBuf, CommandError> {
        folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("registries.json"))
    }

    /// Reads what is kept. *Errors*: a file that others may read, or that cannot be read.
    pub(super) fn read() -> Result<Self, CommandError> {
        // Without a home there is nothing kept, and commands that are told everything work.
        let Ok(path) = Self::path() else { return Ok(Self::default()) };
        if !path.exists() {
            return Ok(Self::default());
        }
        if is_open_to_others(&path) {
            return Err(CommandError::usage(format!(
                "{path} holds tokens, and others may read it"
            ))
            .hint(format!("chmod 600 {path}, and give out new tokens")));
        }
        let text = files::read_text(&path)?;
        serde_json::from_str(&text).map_err(|error| {
            CommandError::usage(format!("{path} cannot be read: {error}"))
                .hint("remove it and log in again")
        })
    }

    /// Writes what is kept, for nobody else to read, and says where.
    pub(super) fn write(&self) -> Result<Utf8PathBuf, CommandError> {
        let path = Self::path()?;
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::from)?;
        write_secretly(&path, &(text + "\n"))?;
        Ok(path)
    }
}

/// Writes a file that only its owner may read, over one that is there.
pub(super) fn write_secretly(path: &Utf8Path, text: &str) -> Result<(), CommandError> {
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty());
    let folder = folder.unwrap_or(Utf8Path::new("."));
    fs_err::create_dir_all(folder)?;
    // Such files are made for their owner alone.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| CommandError::environment(&error))?;
    Ok(())
}

#[cfg(unix)]
fn is_open_to_others(path: &Utf8Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Utf8Path) -> bool {
    false
}

/// Trainyard's folder below one that the environment names, or below the home.
fn folder(name: &str, usual: &str) -> Result<Utf8PathBuf, CommandError> {
    let base = variable(name).map(Utf8PathBuf::from).filter(|base| base.is_absolute());
    let base = base.or_else(|| Some(Utf8PathBuf::from(variable("HOME")?).join(usual)));
    let base = base.ok_or_else(|| {
        CommandError::usage("there is no home to keep anything in")
            .hint(format!("set HOME or {name}"))
    })?;
    Ok(base.join("trainyard"))
}

/// Where it is kept what a registry's log was when it was last verified.
pub(super) fn state_folder() -> Result<Utf8PathBuf, CommandError> {
    folder("XDG_STATE_HOME", ".local/state")
}

/// What the environment says.
#[expect(clippy::disallowed_methods, reason = "this is the command line's edge")]
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

//! References that move only from where they were seen.

use std::collections::BTreeMap;

use super::durable;
use crate::{Git, GitFailed};

/// One reference that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceUpdate {
    /// The full name, such as `refs/heads/main`.
    pub name: String,
    /// Where it must be now; none: it must not be there.
    pub from: Option<String>,
    /// Where it goes; none: it is deleted.
    pub to: Option<String>,
}

impl ReferenceUpdate {
    /// A reference that is new.
    pub fn create(name: impl Into<String>, to: impl Into<String>) -> Self {
        Self { name: name.into(), from: None, to: Some(to.into()) }
    }

    /// A reference that goes on.
    pub fn go_on(name: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self { name: name.into(), from: Some(from.into()), to: Some(to.into()) }
    }

    /// A reference that goes.
    pub fn delete(name: impl Into<String>, from: impl Into<String>) -> Self {
        Self { name: name.into(), from: Some(from.into()), to: None }
    }
}

impl Git {
    /// Moves references in one transaction: all of them, or none where one is not where it was seen.
    ///
    /// Where one of them is checked out, its files and index stay as they are: they are the caller's. `reason` goes into
    /// the log of the references. *Errors*: git cannot be run; a reference is elsewhere or locked, or a hook refuses.
    pub fn update_references(
        &self,
        updates: &[ReferenceUpdate],
        reason: &str,
    ) -> Result<(), GitFailed> {
        let zero = "0".repeat(40);
        if let [only] = updates {
            // Without an input that could be cut off.
            let from = only.from.as_deref().unwrap_or(&zero);
            let arguments = match &only.to {
                Some(to) => vec!["update-ref", "--no-deref", "-m", reason, &only.name, to, from],
                None => vec!["update-ref", "--no-deref", "-m", reason, "-d", &only.name, from],
            };
            return self.run(&durable(&arguments)).map(drop);
        }
        let mut lines = String::from("start\0");
        for update in updates {
            let from = update.from.as_deref().unwrap_or(&zero);
            match &update.to {
                Some(to) => {
                    lines.extend(["update ", &update.name, "\0", to, "\0", from, "\0"]);
                }
                None => lines.extend(["delete ", &update.name, "\0", from, "\0"]),
            }
        }
        lines.push_str("prepare\0commit\0");
        let arguments = ["update-ref", "--no-deref", "-m", reason, "-z", "--stdin"];
        self.run_with(&durable(&arguments), lines.as_bytes()).map(drop)
    }

    /// The commits that references of a repository are at, by full name; tags peeled.
    ///
    /// *Errors*: git cannot be run.
    pub fn commits_at(&self, names: &[&str]) -> Result<BTreeMap<String, String>, GitFailed> {
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let format = "--format=%(refname) %(objectname) %(*objectname)";
        let text = self.run(&[&["for-each-ref", format], names].concat())?;
        let mut found = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split(' ');
            let (Some(name), Some(id)) = (words.next(), words.next()) else { continue };
            let peeled = words.next().filter(|peeled| !peeled.is_empty());
            // A pattern takes what lies below it too.
            if names.contains(&name) {
                found.insert(name.to_owned(), peeled.unwrap_or(id).to_owned());
            }
        }
        Ok(found)
    }

    /// The commits that references of a remote are at, by full name; tags peeled.
    ///
    /// *Errors*: git cannot be run, or the remote does not answer.
    pub fn commits_of_remote(&self, remote: &str) -> Result<BTreeMap<String, String>, GitFailed> {
        let text = self.run(&["ls-remote", "--heads", "--tags", "--", remote])?;
        let mut found = BTreeMap::new();
        for (id, name) in text.lines().filter_map(|line| line.split_once('\t')) {
            // A tag object's line comes first, then that of its commit.
            let name = name.strip_suffix("^{}").unwrap_or(name);
            found.insert(name.to_owned(), id.to_owned());
        }
        Ok(found)
    }
}

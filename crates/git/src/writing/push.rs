//! Making references public.

use crate::{Git, GitFailed, Reply};

impl Git {
    /// Pushes references under their own names: all of them, or none. Nothing is forced.
    ///
    /// Hooks of both sides run. *Errors*: git cannot be run; the remote is not there or has no atomic pushes; somebody was
    /// first, or a hook refuses, told with what each side said.
    pub fn push(&self, remote: &str, names: &[&str]) -> Result<(), GitFailed> {
        let specs: Vec<_> = names.iter().map(|name| format!("{name}:{name}")).collect();
        let mut arguments =
            vec!["push", "--atomic", "--porcelain", "--no-follow-tags", "--", remote];
        arguments.extend(specs.iter().map(String::as_str));
        let reply = self.ask(&arguments, b"")?;
        if reply.code == Some(0) { Ok(()) } else { Err(refused(&reply, &arguments)) }
    }
}

/// What was refused and why: the references of the report that were the cause, and what hooks said.
fn refused(reply: &Reply, arguments: &[&str]) -> GitFailed {
    let report = String::from_utf8_lossy(&reply.stdout);
    let rejected = report.lines().filter_map(|line| line.strip_prefix("!\t")).filter_map(|line| {
        let (names, why) = line.split_once('\t')?;
        // The others fail because of one.
        let is_cause = !why.contains("atomic") && !why.contains("(failed)");
        let name = names.split(':').next_back().unwrap_or(names);
        let name = name.rsplit_once('/').filter(|_| name.starts_with("refs/tags/")).map_or_else(
            || name.trim_start_matches("refs/heads/").to_owned(),
            |_| name.trim_start_matches("refs/tags/").to_owned(),
        );
        is_cause.then(|| format!("{name} {why}"))
    });
    let hooks = reply.stderr.lines().filter_map(|line| line.strip_prefix("remote: "));
    let hooks = hooks.map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty());
    let told: Vec<_> = rejected.chain(hooks).collect();
    match reply.refusal(arguments) {
        GitFailed::Refused { command, code, .. } if !told.is_empty() => {
            GitFailed::Refused { command, code, told: told.join("; ") }
        }
        other => other,
    }
}

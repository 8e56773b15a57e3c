//! What is measured.

use std::process::Command;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use super::{
    Subject,
    measure::{self, Usage},
    peers::{self, Peer},
};
use crate::process;

/// What a command is measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What others are compared with.
    Floor,
    ColdPlan,
    WarmPlan,
    ColdAudit,
    /// For comparison alone.
    Other,
}

/// A command.
pub(super) struct Contender {
    pub(super) title: String,
    pub(super) role: Role,
    program: Utf8PathBuf,
    arguments: Vec<String>,
    folder: Utf8PathBuf,
    /// The folder of our cache, and whether it is emptied before each run.
    cache: Option<(Utf8PathBuf, bool)>,
    /// Exit codes up to this one are answers.
    highest_code: i32,
}

impl Contender {
    pub(super) fn new(
        title: &str,
        subject: &Subject,
        program: &Utf8Path,
        arguments: &[&str],
    ) -> Self {
        Self {
            title: title.to_owned(),
            role: Role::Other,
            program: program.to_owned(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            folder: subject.folder.clone(),
            cache: None,
            highest_code: 0,
        }
    }

    fn as_(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// With a cache of its own, emptied before each run where it is cold.
    pub(super) fn with_cache(self, folder: Utf8PathBuf, is_cold: bool) -> Self {
        Self { cache: Some((folder, is_cold)), ..self }
    }

    pub(super) fn answers_with_codes_up_to(self, highest_code: i32) -> Self {
        Self { highest_code, ..self }
    }

    /// The best of some runs.
    pub(super) fn measure(&self, runs: u32) -> Result<Usage> {
        if let Some((cache, false)) = &self.cache {
            empty(cache)?;
            measure::once(&mut self.command(), self.highest_code)?;
        }
        let mut best: Option<Usage> = None;
        for _ in 0..runs.max(1) {
            if let Some((cache, true)) = &self.cache {
                empty(cache)?;
            }
            let usage = measure::once(&mut self.command(), self.highest_code)?;
            best = Some(best.map_or(usage, |best| best.and(usage)));
        }
        best.ok_or_else(|| anyhow::anyhow!("it did not run"))
    }

    fn command(&self) -> Command {
        let mut command = process::command(self.program.as_str());
        command.args(&self.arguments).current_dir(&self.folder).env("LC_ALL", "C.UTF-8");
        if let Some((cache, _)) = &self.cache {
            command.env("TRAINYARD_CACHE_DIR", cache);
        }
        command
    }
}

fn empty(cache: &Utf8Path) -> Result<()> {
    if cache.exists() {
        fs_err::remove_dir_all(cache)?;
    }
    Ok(())
}

/// Plain git, ourselves and others.
pub(super) fn all(
    subject: &Subject,
    trainyard: &Utf8Path,
    place: &Utf8Path,
    peers: &[Peer],
) -> Result<Vec<Contender>> {
    let mut contenders = of_trainyard(subject, trainyard, place);
    contenders.extend(peers::contenders(subject, peers, place)?);
    Ok(contenders)
}

/// Plain git and ourselves.
pub(super) fn of_trainyard(
    subject: &Subject,
    trainyard: &Utf8Path,
    place: &Utf8Path,
) -> Vec<Contender> {
    let git = |title: &str, arguments: &[&str]| {
        Contender::new(title, subject, Utf8Path::new("git"), arguments)
    };
    // 1 says that there are findings, or nothing to release.
    let ours = |title: &str, arguments: &[&str]| {
        Contender::new(title, subject, trainyard, arguments).answers_with_codes_up_to(1)
    };
    let cached = |contender: Contender, role, is_cold: bool| {
        let folder = place.join(format!("cache-{}", contender.title.replace([' ', ','], "-")));
        contender.as_(role).with_cache(folder, is_cold)
    };
    vec![
        git("git log --name-only HEAD", &["log", "--name-only", "HEAD"]).as_(Role::Floor),
        git("git log --format=%B HEAD", &["log", "--format=%B", "HEAD"]),
        cached(ours("trainyard plan, cold", &["plan"]), Role::ColdPlan, true),
        cached(ours("trainyard plan, warm", &["plan"]), Role::WarmPlan, false),
        ours("trainyard plan --no-cache", &["plan", "--no-cache"]),
        cached(ours("trainyard audit, cold", &["audit"]), Role::ColdAudit, true),
        cached(ours("trainyard audit, warm", &["audit"]), Role::Other, false),
    ]
}

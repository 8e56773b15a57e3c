//! An index of the versions whose documentation is hosted, one for each line.

use serde::Serialize;

use super::{ComponentLines, Line, State};

/// One entry of `versions.json`, in the form that mike and the version pickers of Sphinx themes read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostedVersion {
    /// The folder that its documentation lies in: the line.
    pub version: String,
    /// What people choose it by.
    pub title: String,
    /// Other names that lead to it: `latest`, `dev`.
    pub aliases: Vec<String>,
}

/// The versions of a component, newest first: `dev` for what is in development, every line with a final release, and
/// `latest` for the newest of those.
pub fn hosted(lines: &ComponentLines) -> Vec<HostedVersion> {
    let mut aliases = Aliases::default();
    let shown =
        lines.lines.iter().filter(|line| line.finals > 0 || line.state == State::Development);
    shown
        .map(|line| HostedVersion {
            version: line.line.clone(),
            title: title(line),
            aliases: aliases.of(line),
        })
        .collect()
}

fn title(line: &Line) -> String {
    let name = line.title.as_ref().map(|title| format!(" {title}")).unwrap_or_default();
    match line.state {
        State::Development => format!("{}{name} (in development)", line.line),
        State::Lts => format!("{}{name} (LTS)", line.line),
        State::Retired => format!("{}{name} (retired)", line.line),
        State::Supported | State::Unstated => format!("{}{name}", line.line),
    }
}

/// Which aliases are given away already.
#[derive(Default)]
struct Aliases {
    dev: bool,
    latest: bool,
    lts: bool,
}

impl Aliases {
    fn of(&mut self, line: &Line) -> Vec<String> {
        let mut given = Vec::new();
        let mut give = |name: &str, is_given: &mut bool, fits: bool| {
            if fits && !*is_given {
                *is_given = true;
                given.push(name.to_owned());
            }
        };
        give("dev", &mut self.dev, line.state == State::Development);
        give("latest", &mut self.latest, line.finals > 0);
        give("lts", &mut self.lts, line.state == State::Lts);
        given
    }
}

//! Other tools that say the next version, from PyPI.

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use super::{Subject, contenders::Contender};
use crate::{process, workspace};

/// A tool: its package, its command, and how it is asked.
struct Tool {
    package: &'static str,
    command: &'static str,
    questions: &'static [Question],
    /// A configuration file for commands that name `{config}`.
    config: &'static str,
    /// Whether it needs a worktree.
    needs_worktree: bool,
}

struct Question {
    title: &'static str,
    arguments: &'static [&'static str],
}

const TAGS: &str = "^v[0-9]+[.][0-9]+[.][0-9]+";

const TOOLS: &[Tool] = &[
    Tool {
        package: "git-cliff",
        command: "git-cliff",
        questions: &[
            Question {
                title: "git-cliff --bumped-version",
                arguments: &["--bumped-version", "--tag-pattern", TAGS],
            },
            Question {
                title: "git-cliff --bumped-version --unreleased",
                arguments: &["--bumped-version", "--unreleased", "--tag-pattern", TAGS],
            },
        ],
        config: "",
        needs_worktree: false,
    },
    Tool {
        package: "commitizen",
        command: "cz",
        questions: &[Question {
            title: "cz bump --dry-run",
            arguments: &["--config", "{config}", "bump", "--dry-run", "--yes"],
        }],
        config: "[tool.commitizen]\nname = \"cz_conventional_commits\"\nversion_provider = \"scm\"\ntag_format = \"v$version\"\n",
        needs_worktree: true,
    },
    Tool {
        package: "python-semantic-release",
        command: "semantic-release",
        questions: &[Question {
            title: "semantic-release --noop version --print",
            arguments: &["-c", "{config}", "--noop", "version", "--print"],
        }],
        config: "[semantic_release]\ntag_format = \"v{version}\"\nallow_zero_version = true\n\n[semantic_release.branches.all]\nmatch = \".*\"\n\n[semantic_release.remote]\nname = \"origin\"\ntype = \"github\"\nignore_token_for_push = true\n",
        needs_worktree: true,
    },
];

/// A tool that is installed.
pub(super) struct Peer {
    tool: &'static Tool,
    program: Utf8PathBuf,
}

/// Installs the tools into an environment of their own and says which did not install.
pub(super) fn install() -> Vec<Peer> {
    let place = workspace::root().join("target/bench-peers");
    if !place.join("bin/pip").exists()
        && let Err(error) =
            process::output(process::command("python3").args(["-m", "venv", place.as_str()]))
    {
        println!("skipped: other tools, because python3 makes no environment: {error:#}");
        return Vec::new();
    }
    let mut peers = Vec::new();
    for tool in TOOLS {
        let program = place.join("bin").join(tool.command);
        let mut pip = process::command(place.join("bin/pip").as_str());
        pip.args(["install", "--quiet", "--disable-pip-version-check", tool.package]);
        if !program.exists()
            && let Err(error) = process::output(&mut pip)
        {
            println!("skipped: {} does not install: {error:#}", tool.package);
            continue;
        }
        println!("{}: installed", tool.package);
        peers.push(Peer { tool, program });
    }
    peers
}

/// How the tools are asked about a repository. Nothing is written to it: all are asked for a rehearsal.
pub(super) fn contenders(
    subject: &Subject,
    peers: &[Peer],
    place: &Utf8Path,
) -> Result<Vec<Contender>> {
    let has_worktree = subject.folder.join(".git").exists();
    let mut contenders = Vec::new();
    for Peer { tool, program } in peers {
        if tool.needs_worktree && !has_worktree {
            println!("skipped: {} needs a worktree, and {} has none", tool.package, subject.title);
            continue;
        }
        let config = place.join(format!("{}.toml", tool.command));
        fs_err::write(&config, tool.config)?;
        for question in tool.questions {
            let fill = |argument: &&'static str| {
                if *argument == "{config}" { config.as_str() } else { argument }
            };
            let arguments: Vec<_> = question.arguments.iter().map(fill).collect();
            contenders.push(Contender::new(question.title, subject, program, &arguments));
        }
    }
    Ok(contenders)
}

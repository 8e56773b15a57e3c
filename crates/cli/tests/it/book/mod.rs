//! The documents do what they say: commands are run, others are read, links lead somewhere.
//!
//! What a page shows is one session: its blocks follow each other in one folder.
//!
//! - ` ```console ` holds commands after `$ ` (continued after `> `) and below each what it prints. A line `...` stands for any
//!   lines. With `exit=1` in the info string the block's last command ends so; all others must end well.
//! - ` ```console serve ` starts a server, whose first lines are shown, on a free port that the page sees as 7345; it ends with the page.
//! - ` ```toml file=trainyard.toml ` (any language) is written to that file.
//! - `<!-- run` to `-->` runs a script that readers do not see.
//! - ` ```sh ` shows commands that cannot be run here; their arguments are read.
//!
//! `INSTA_UPDATE=always` writes what is printed into the pages. Look at it before you commit.

mod commands;
mod links;
mod page;
mod session;

use camino::{Utf8Path, Utf8PathBuf};

use self::{page::Page, session::Session};

/// Every page whose commands run, each a test of its own.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        const PAGES: &[&str] = &[$($path),*];
        $(
            #[test]
            #[cfg(unix)]
            fn $name() {
                check($path);
            }
        )*
    };
}

pages! {
    how_to_check_a_bundle: "how-to/check-a-bundle.md",
    how_to_check_a_proposal: "how-to/check-a-proposal.md",
    how_to_promote_a_release: "how-to/promote-a-release.md",
    how_to_recall_a_release: "how-to/recall-a-release.md",
    how_to_serve_a_registry: "how-to/serve-a-registry.md",
    how_to_make_a_release: "how-to/make-a-release.md",
    how_to_carry_fixes: "how-to/carry-fixes.md",
    how_to_plan_an_upgrade: "how-to/plan-an-upgrade.md",
    how_to_write_a_policy: "how-to/write-a-policy.md",
    installing: "installing.md",
    releases: "release.md",
    tutorial_ayon: "tutorials/ayon.md",
    tutorial_backend_ai: "tutorials/backend-ai.md",
    tutorial_polyaxon: "tutorials/polyaxon.md",
    tutorial_registry: "tutorials/registry.md",
    versions: "version.md",
    why_lines: "why/lines.md",
}

fn docs() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Every Markdown file below `docs`, relative to it, sorted.
fn all_pages() -> Vec<Utf8PathBuf> {
    let mut pages = Vec::new();
    let mut folders = vec![docs()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some("md") {
                pages.push(path.strip_prefix(docs()).unwrap().to_owned());
            }
        }
    }
    pages.sort();
    pages
}

/// Runs a page's session, and compares what it prints, or writes that into the page.
#[expect(clippy::disallowed_methods, reason = "snapshots are accepted with the same variable")]
fn check(path: &str) {
    let file = docs().join(path);
    let text = fs_err::read_to_string(&file).unwrap();
    let page = Page::read(&text).unwrap_or_else(|error| panic!("{path}:{error}"));
    let printed = Session::new().run(&page.steps);
    let updates = std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always");
    let complaints = page.complaints(&printed);
    if updates {
        fs_err::write(&file, page.updated(&printed)).unwrap();
    }
    let ends: Vec<_> = complaints.iter().filter(|one| !updates || one.is_exit).collect();
    let told: Vec<_> = ends.iter().map(|one| format!("docs/{path}:{}", one.text)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_page_with_commands_is_run() {
    let with_commands: Vec<_> = all_pages()
        .into_iter()
        .filter(|path| {
            let text = fs_err::read_to_string(docs().join(path)).unwrap();
            text.lines().any(|line| line.starts_with("```console"))
        })
        .collect();
    let mut listed = PAGES.to_vec();
    listed.sort_unstable();
    assert_eq!(with_commands, listed, "pages with `console` blocks stand in the list above");
}

/// What the README shows of commands that print more is a piece of a page whose commands are run.
#[test]
fn what_the_readme_shows_is_printed() {
    let readme = fs_err::read_to_string(docs().join("../README.md")).unwrap();
    let pages: Vec<_> =
        PAGES.iter().map(|path| fs_err::read_to_string(docs().join(path)).unwrap()).collect();
    let shown: Vec<_> = readme.split("\n```text\n").skip(1).collect();
    assert!(shown.len() > 3, "{}", shown.len());
    for block in shown {
        let block = block.split("\n```\n").next().unwrap();
        assert!(pages.iter().any(|page| page.contains(block)), "no page prints\n{block}");
    }
}

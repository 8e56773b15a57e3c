//! `cargo xtask texts`: lays out the texts of labelled migrations as the tests read them.
//!
//! The labels name migrations by repository, commit and path; their texts belong to others, so they come from clones.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::Value;

use crate::{process, table, workspace};

/// Arguments of `texts`.
#[derive(Args, Debug)]
pub(crate) struct Request {
    /// A folder of clones, each as `<owner>+<repository>/repo`
    #[arg(long, value_name = "DIR")]
    clones: Utf8PathBuf,
    /// The folder of cases [default: ../shared/cases]
    #[arg(long, value_name = "DIR")]
    cases: Option<Utf8PathBuf>,
    /// Where the texts go; the tests look here by themselves [default: target/migration-texts]
    #[arg(long, value_name = "DIR")]
    into: Option<Utf8PathBuf>,
}

/// What is asked of one commit: the migrations with the number of their bytes.
type Asked = BTreeMap<Utf8PathBuf, u64>;

/// Extracts what the clones have, and tells what they lack.
pub(crate) fn run(request: &Request) -> Result<()> {
    let root = workspace::root();
    let cases = request.cases.clone().unwrap_or_else(|| root.join("../shared/cases"));
    let into = request.into.clone().unwrap_or_else(|| root.join("target/migration-texts"));
    let labels = fs_err::read_to_string(cases.join("evidence/migration_labels.json"))?;
    let labels: Value = serde_json::from_str(&labels).context("the labels are no JSON")?;
    let mut rows = Vec::new();
    for ((repository, commit), (folders, asked)) in asked(&labels) {
        let place = repository.replace('/', "+");
        let clone = request.clones.join(&place).join("repo");
        let target = into.join(&place).join(&commit);
        let count = asked.len().to_string();
        let outcome = match extract(&clone, &commit, &folders, &target) {
            Ok(()) => missing(&target, &asked),
            Err(error) => format!("none: {error:#}").lines().next().unwrap_or_default().to_owned(),
        };
        rows.push(vec![repository, commit.chars().take(10).collect(), count, outcome]);
    }
    print!("{}", table::render(&["repository", "commit", "labelled", "found"], &rows));
    println!("texts are in {into}");
    Ok(())
}

/// Folders and labelled migrations by repository and commit.
fn asked(labels: &Value) -> BTreeMap<(String, String), (BTreeSet<Utf8PathBuf>, Asked)> {
    let mut asked: BTreeMap<_, (BTreeSet<_>, Asked)> = BTreeMap::new();
    for case in labels["cases"].as_array().into_iter().flatten() {
        let word = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
        let path = Utf8PathBuf::from(word("path"));
        let (folders, paths) = asked.entry((word("repo"), word("commit"))).or_default();
        folders.insert(folder_of(&word("framework"), &path).to_owned());
        paths.insert(path, case["bytes"].as_u64().unwrap_or_default());
    }
    asked
}

/// The folder that holds a migration with those before it, and what says how they belong together.
fn folder_of<'p>(framework: &str, path: &'p Utf8Path) -> &'p Utf8Path {
    // Alembic keeps its settings above the revisions, plain SQL often the whole schema; a migration of Diesel and Prisma
    // is a folder.
    let levels = if matches!(framework, "alembic" | "sql" | "diesel" | "prisma") { 2 } else { 1 };
    path.ancestors().nth(levels).unwrap_or(path)
}

fn extract(
    clone: &Utf8Path,
    commit: &str,
    folders: &BTreeSet<Utf8PathBuf>,
    target: &Utf8Path,
) -> Result<()> {
    ensure!(clone.is_dir(), "there is no clone");
    let is_id = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(is_id, "`{commit}` is no commit");
    fs_err::create_dir_all(target)?;
    let archive = target.join("texts.tar");
    let mut git = process::command("git");
    git.args(["-C", clone.as_str(), "archive", "--format=tar", "--output", archive.as_str()]);
    git.args([commit, "--"]).args(folders);
    process::output(&mut git)?;
    let mut tar = process::command("tar");
    process::output(tar.args(["xf", archive.as_str(), "-C", target.as_str()]))?;
    fs_err::remove_file(archive)?;
    Ok(())
}

/// Which of the migrations are not there as they were labelled.
fn missing(target: &Utf8Path, asked: &Asked) -> String {
    let size = |path: &Utf8Path| fs_err::metadata(target.join(path)).map(|found| found.len());
    let missing: Vec<_> = asked
        .iter()
        .filter(|(path, bytes)| size(path).ok() != Some(**bytes))
        .map(|(path, _)| path.as_str())
        .collect();
    if missing.is_empty() { "all".to_owned() } else { format!("all but {}", missing.join(", ")) }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::{asked, folder_of};

    #[test]
    fn folders_hold_what_a_migration_stands_on() {
        let folder = |framework, path| folder_of(framework, Utf8Path::new(path)).to_string();
        assert_eq!(folder("alembic", "a/alembic/versions/1_x.py"), "a/alembic");
        assert_eq!(folder("prisma", "p/migrations/1_x/migration.sql"), "p/migrations");
        assert_eq!(folder("django", "app/migrations/0001_x.py"), "app/migrations");
        assert_eq!(folder("alembic", "x.py"), "x.py");
    }

    #[test]
    fn what_is_asked_of_a_commit_is_asked_once() {
        let case = |path: &str| {
            serde_json::json!({
                "repo": "a/b", "commit": "1", "framework": "sql", "path": path, "bytes": 3,
            })
        };
        let labels = serde_json::json!({"cases": [case("m/1.sql"), case("m/2.sql")]});
        let asked = asked(&labels);
        assert_eq!(asked.len(), 1);
        let (folders, paths) = asked.values().next().unwrap();
        assert_eq!((folders.len(), paths.len()), (1, 2));
    }
}

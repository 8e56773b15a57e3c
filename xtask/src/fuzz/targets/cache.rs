//! The cache of what was learned: whatever its files hold, the answers are those without a cache.

use std::process::Stdio;

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};
use trainyard_git::{Cache, Repository, decodes, sealed_again};
use trainyard_history::CommitId;

use super::Target;
use crate::{process, workspace};

/// A little history with a merge, an annotated tag and a branch, for `git fast-import`.
const HISTORY: &str = "\
commit refs/heads/main
mark :1
committer A <a@example.org> 1600000000 +0200
data 11
feat: start
M 100644 inline a/b.txt
data 2
b
tag v1.0.0
from :1
tagger A <a@example.org> 1600000100 +0000
data 6
first
commit refs/heads/topic
mark :2
committer A <a@example.org> 1600000200 -0330
data 7
fix: c
from :1
M 100644 inline c.txt
data 2
c
commit refs/heads/main
mark :3
committer A <a@example.org> 1600000300 +0000
data 6
merge
from :1
merge :2
";

/// The flag of an input whose frame is made right again.
const SEALED: u8 = 0x80;

/// Reads the repository with the files of a cache replaced, one at a time, by the input; and decodes the input alone.
///
/// A file that is damaged is no file. One that somebody forged with the right checksum may tell anything, but nothing
/// may come of it but wrong answers.
pub(super) fn targets() -> Result<Vec<Target>> {
    let temporary = tempfile::tempdir()?;
    let place = Utf8PathBuf::try_from(temporary.path().to_path_buf())?;
    let repository = place.join("repository");
    build(&repository)?;
    let cache = place.join("cache");
    let plain = learned(&repository, None).context("the repository cannot be read")?;
    learned(&repository, Some(&cache)).context("the repository cannot be read with a cache")?;
    let mut files = Vec::new();
    for path in files_in(&cache)? {
        files.push((path.clone(), fs_err::read(&path)?));
    }
    let contents: Vec<_> = files.iter().map(|(_, content)| content.clone()).collect();
    let seeds = (0u8..).zip(&contents).flat_map(|(index, content)| {
        [index, index | SEALED].map(|index| [&[index][..], content].concat())
    });
    let seeds = seeds.collect();
    let run = move |input: &[u8]| {
        // The folder lives as long as the parser.
        let _ = &temporary;
        let (which, content) = input.split_first().unwrap_or((&0, &[]));
        let forged = if which & SEALED == 0 { None } else { sealed_again(content) };
        for (path, whole) in &files {
            let _ = fs_err::write(path, whole);
        }
        let (path, _) = &files[usize::from(which & !SEALED) % files.len()];
        let _ = fs_err::write(path, forged.as_deref().unwrap_or(content));
        let with_cache = learned(&repository, Some(&cache));
        if forged.is_some() {
            return with_cache.is_ok();
        }
        assert!(
            with_cache.as_ref().is_ok_and(|learned| *learned == plain),
            "the cache was trusted: {with_cache:?}"
        );
        true
    };
    let reading = Target {
        name: "cache".to_owned(),
        seeds,
        takes_strings: false,
        may_stretch: false,
        run: Box::new(run),
    };
    let decoding = Target {
        name: "cache-content".to_owned(),
        seeds: contents,
        takes_strings: false,
        may_stretch: true,
        run: Box::new(decodes),
    };
    Ok(vec![reading, decoding])
}

/// What a reader tells of the repository, as text.
fn learned(repository: &Utf8Path, cache: Option<&Utf8Path>) -> Result<String> {
    let cache = cache.map(Cache::open);
    let repository = Repository::discover(repository)?;
    let snapshot = repository.history(cache.as_ref())?;
    let ids: Vec<CommitId> = ["main", "main^2", "main^1"]
        .iter()
        .map(|spec| repository.resolve(spec))
        .collect::<Result<_, _>>()?;
    let details = repository.details(&ids, cache.as_ref())?;
    Ok(format!("{snapshot:?} {details:?}"))
}

fn build(repository: &Utf8Path) -> Result<()> {
    fs_err::create_dir_all(repository)?;
    let git = || {
        let mut git = process::command("git");
        git.current_dir(repository);
        git
    };
    process::output(git().args(["init", "-q", "-b", "main", "."]))?;
    let input = repository.with_extension("fast-import");
    fs_err::write(&input, HISTORY)?;
    let mut import = git();
    import
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::from(fs_err::File::open(&input)?.into_parts().0));
    process::output(&mut import)?;
    Ok(())
}

/// All files below a folder, sorted.
fn files_in(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    let mut files = Vec::new();
    for path in workspace::entries(folder)? {
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

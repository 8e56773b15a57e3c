//! A repository such as large products have: several parts, conventional messages, merges, lines with patch releases.
//!
//! Commits come in blocks of a hundred: a minor release on `main`, a branch `x.y` with nine patch releases, work on
//! `main` with topic branches merged, and the line merged forward. The same size always gives the same commits.

use std::io::Write;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use super::imported;
use crate::random::Random;

/// One release in so many commits.
pub(super) const COMMITS_PER_TAG: usize = 10;

/// How many files each part of the tree has.
const FILES_PER_FOLDER: usize = 40;
const FOLDERS: &[&str] = &[
    "services/manager/api",
    "services/manager/models",
    "services/agent/core",
    "services/agent/plugins",
    "services/web/pages",
    "services/web/assets",
    "libraries/common/text",
    "libraries/common/net",
    "clients/python/src",
    "clients/typescript/src",
    "charts/main/templates",
    "docs/guide",
    "docs/reference",
    "tools/ci",
];
const KINDS: &[&str] =
    &["feat", "fix", "fix", "fix", "refactor", "docs", "chore", "test", "perf", "ci"];
const SCOPES: &[&str] = &["manager", "agent", "web", "common", "client"];

const FIRST_SECOND: usize = 1_500_000_000;
const SECONDS_BETWEEN: usize = 1_200;

/// Makes the repository, unless it is there already.
pub(super) fn repository(commits: usize, place: &Utf8Path) -> Result<Utf8PathBuf> {
    imported::repository(place, &format!("synthetic-{commits}"), |out| {
        let mut stream = Stream { out, random: Random::new(11), count: 0 };
        stream.history(commits)?;
        Ok(stream.out)
    })
}

/// The input of fast-import, as it is written.
struct Stream<W: Write> {
    out: W,
    random: Random,
    /// How many commits there are; also the mark of the last one.
    count: usize,
}

impl<W: Write> Stream<W> {
    fn history(&mut self, commits: usize) -> Result<()> {
        let mut main = self.first()?;
        let mut block = 0;
        while self.count < commits {
            main = self.block(block, main, commits)?;
            block += 1;
        }
        Ok(())
    }

    /// A release, its line, and work until the next release; stops when there are enough commits.
    fn block(&mut self, block: usize, main: usize, commits: usize) -> Result<usize> {
        let line = format!("{}.{}", 1 + block / 20, block % 20);
        let branch = format!("refs/heads/{line}");
        let mut main =
            self.commit("refs/heads/main", &format!("chore: release {line}.0"), &[main], 1)?;
        self.annotated_tag(&format!("v{line}.0"), main)?;
        let mut tip = main;
        for patch in 1..COMMITS_PER_TAG {
            for _ in 0..2 {
                let message = self.message("fix");
                tip = self.commit(&branch, &message, &[tip], 1)?;
            }
            writeln!(self.out, "reset refs/tags/v{line}.{patch}\nfrom :{tip}\n")?;
        }
        let end = (self.count + 80).min(commits.saturating_sub(1));
        while self.count < end {
            if self.random.below(8) == 0 && self.count + 3 <= end {
                main = self.topic(main)?;
            } else {
                let kind = *self.random.pick(KINDS);
                let message = self.message(kind);
                let files = 1 + self.random.below(4);
                main = self.commit("refs/heads/main", &message, &[main], files)?;
            }
        }
        self.commit("refs/heads/main", &format!("Merge branch '{line}'"), &[main, tip], 0)
    }

    /// Two commits beside `main`, and their merge.
    fn topic(&mut self, main: usize) -> Result<usize> {
        let mut tip = main;
        for _ in 0..2 {
            let kind = *self.random.pick(KINDS);
            let message = self.message(kind);
            tip = self.commit("refs/heads/topic", &message, &[tip], 2)?;
        }
        let title = format!("Merge pull request #{} from someone/topic", self.count);
        let merge = self.commit("refs/heads/main", &title, &[main, tip], 0)?;
        writeln!(
            self.out,
            "reset refs/heads/topic\nfrom 0000000000000000000000000000000000000000\n"
        )?;
        Ok(merge)
    }

    fn message(&mut self, kind: &str) -> String {
        let scope = *self.random.pick(SCOPES);
        let number = self.random.below(100_000);
        let mark = if kind == "feat" && self.random.below(60) == 0 { "!" } else { "" };
        let mut message =
            format!("{kind}({scope}){mark}: change what number {number} does (#{})", self.count);
        if self.random.below(3) == 0 {
            message.push_str("\n\nThe former way was slow where many sessions start at once, and told nobody.\n\nRefs: #12");
        }
        message
    }

    /// The first commit, with every file.
    fn first(&mut self) -> Result<usize> {
        self.header("refs/heads/main", "feat: start", &[])?;
        for folder in FOLDERS {
            for file in 0..FILES_PER_FOLDER {
                self.file(&format!("{folder}/file{file}.txt"), file)?;
            }
        }
        self.file("README.md", 0)?;
        writeln!(self.out)?;
        Ok(self.count)
    }

    fn commit(
        &mut self,
        branch: &str,
        message: &str,
        parents: &[usize],
        files: usize,
    ) -> Result<usize> {
        self.header(branch, message, parents)?;
        let folder = *self.random.pick(FOLDERS);
        for _ in 0..files {
            let file = self.random.below(FILES_PER_FOLDER);
            let content = self.random.below(1_000_000);
            self.file(&format!("{folder}/file{file}.txt"), content)?;
        }
        writeln!(self.out)?;
        Ok(self.count)
    }

    fn header(&mut self, branch: &str, message: &str, parents: &[usize]) -> Result<()> {
        self.count += 1;
        let (mark, when) = (self.count, FIRST_SECOND + self.count * SECONDS_BETWEEN);
        writeln!(
            self.out,
            "commit {branch}\nmark :{mark}\ncommitter A Person <a@example.org> {when} +0100"
        )?;
        writeln!(self.out, "data {}\n{message}", message.len())?;
        for (index, parent) in parents.iter().enumerate() {
            let word = if index == 0 { "from" } else { "merge" };
            writeln!(self.out, "{word} :{parent}")?;
        }
        Ok(())
    }

    fn file(&mut self, path: &str, content: usize) -> Result<()> {
        let content = format!("{path}\nvalue {content}\nof commit {}\n", self.count);
        writeln!(self.out, "M 100644 inline {path}\ndata {}\n{content}", content.len())?;
        Ok(())
    }

    fn annotated_tag(&mut self, name: &str, commit: usize) -> Result<()> {
        let when = FIRST_SECOND + self.count * SECONDS_BETWEEN;
        let text = format!("Release {name}");
        writeln!(
            self.out,
            "tag {name}\nfrom :{commit}\ntagger A Person <a@example.org> {when} +0100"
        )?;
        writeln!(self.out, "data {}\n{text}", text.len())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Stream, repository};
    use crate::{process, random::Random};

    #[test]
    fn the_same_size_gives_the_same_history() {
        let input = || {
            let mut stream = Stream { out: Vec::new(), random: Random::new(11), count: 0 };
            stream.history(300).unwrap();
            stream.out
        };
        assert_eq!(input(), input());
    }

    #[test]
    fn git_takes_it_and_counts_as_promised() {
        let place = tempfile::tempdir().unwrap();
        let folder = repository(500, camino::Utf8Path::from_path(place.path()).unwrap()).unwrap();
        let lines = |arguments: &[&str]| {
            let mut git = process::command("git");
            process::output(git.args(arguments).current_dir(&folder)).unwrap().lines().count()
        };
        assert_eq!(lines(&["rev-list", "HEAD"]), 500);
        assert_eq!(lines(&["tag"]), 50);
        let merges = lines(&["rev-list", "--merges", "HEAD"]);
        assert!((30..=70).contains(&merges), "{merges}");
    }
}

//! Large histories in one go, through `git fast-import`.

use std::{collections::BTreeMap, io::Write as _};

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::TestRepository;

/// A commit of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(usize);

/// A history that is written down first and made at once: ten thousand commits take a fraction of a second.
///
/// Times are seconds since 1970, in UTC.
#[derive(Clone, Debug, Default)]
pub struct HistoryScript {
    stream: Vec<u8>,
    marks: usize,
    references: BTreeMap<String, Mark>,
}

impl HistoryScript {
    /// An empty history.
    pub fn new() -> Self {
        Self::default()
    }

    /// `count` commits on `main`, a minute apart, in turn in a few hundred files, and `tags` tags `v0.N.0` over them,
    /// every second one annotated.
    pub fn linear(count: usize, tags: usize) -> Self {
        let mut script = Self::new();
        let mut last = None;
        let mut tagged = 0;
        for number in 0..count {
            let seconds = 1_400_000_000 + 60 * i64::try_from(number).unwrap_or_default();
            let path = format!("crates/part{}/src/file{}.rs", number % 17, number % 23);
            let kind = ["fix", "feat", "docs", "chore", "refactor"][number % 5];
            let message = format!(
                "{kind}(part{}): change number {number}\n\nBecause of #{number}.\n",
                number % 17
            );
            let parents: Vec<_> = last.into_iter().collect();
            let mark = script.commit(
                &parents,
                seconds,
                &message,
                &[(&path, &format!("content {number}\n"))],
            );
            last = Some(mark);
            while tagged < (number + 1) * tags / count {
                let when = (tagged % 2 == 0).then_some(seconds);
                script.tag(&format!("v0.{tagged}.0"), mark, when);
                tagged += 1;
            }
        }
        if let Some(last) = last {
            script.branch("main", last);
        }
        script
    }

    /// One commit on `main` for each commit that the list names, with its tags, in the order of time.
    pub fn from_tags(tags: &[ListedTag]) -> Self {
        let mut commits: BTreeMap<(i64, usize), (&str, Vec<&ListedTag>)> = BTreeMap::new();
        let mut places: BTreeMap<&str, (i64, usize)> = BTreeMap::new();
        for (number, tag) in tags.iter().enumerate() {
            let place = *places.entry(&tag.commit).or_insert((tag.committed, number));
            commits.entry(place).or_insert_with(|| (&tag.commit, Vec::new())).1.push(tag);
        }
        let mut script = Self::new();
        let mut last = None;
        for ((seconds, _), (name, tags)) in commits {
            let parents: Vec<_> = last.into_iter().collect();
            let message = format!("feat: what became {}\n", tags[0].name);
            let mark = script.commit(&parents, seconds, &message, &[("state", name)]);
            for tag in tags {
                script.tag(&tag.name, mark, tag.annotated.then_some(tag.tagged));
            }
            last = Some(mark);
        }
        if let Some(last) = last {
            script.branch("main", last);
        }
        script
    }

    /// Adds a commit on top of its parents; files are written over those of the first parent.
    pub fn commit(
        &mut self,
        parents: &[Mark],
        seconds: i64,
        message: &str,
        files: &[(&str, &str)],
    ) -> Mark {
        self.commit_with(parents, seconds, message, files, &[])
    }

    /// As [`Self::commit`], with paths that are removed.
    pub fn commit_with(
        &mut self,
        parents: &[Mark],
        seconds: i64,
        message: &str,
        files: &[(&str, &str)],
        removed: &[&str],
    ) -> Mark {
        self.marks += 1;
        let mark = Mark(self.marks);
        if parents.is_empty() {
            // Otherwise the commit would go on top of the last one.
            self.line("reset refs/heads/script-tip\n");
        }
        self.line("commit refs/heads/script-tip");
        self.line(&format!("mark :{}", mark.0));
        self.line(&format!("committer Carl Committer <carl@example.org> {seconds} +0000"));
        self.data(message);
        // What goes on top of the last commit needs no word of it, and git then keeps its tree at hand.
        let follows = parents.first().is_some_and(|parent| parent.0 + 1 == mark.0);
        for (place, parent) in parents.iter().enumerate().skip(usize::from(follows)) {
            let word = if place == 0 { "from" } else { "merge" };
            self.line(&format!("{word} :{}", parent.0));
        }
        for path in removed {
            self.line(&format!("D {path}"));
        }
        for (path, content) in files {
            self.line(&format!("M 100644 inline {path}"));
            self.data(content);
        }
        self.line("");
        mark
    }

    /// Tags a commit: with a tag object where a time is given.
    pub fn tag(&mut self, name: &str, commit: Mark, when: Option<i64>) {
        match when {
            Some(seconds) => {
                self.line(&format!("tag {name}"));
                self.line(&format!("from :{}", commit.0));
                self.line(&format!("tagger Carl Committer <carl@example.org> {seconds} +0000"));
                self.data(&format!("Release {name}\n"));
            }
            None => _ = self.references.insert(format!("refs/tags/{name}"), commit),
        }
    }

    /// Lets a branch end at a commit.
    pub fn branch(&mut self, name: &str, commit: Mark) {
        self.references.insert(format!("refs/heads/{name}"), commit);
    }

    /// Makes the history in a repository without packed references. The files are not checked out.
    ///
    /// # Panics
    ///
    /// Where git fails.
    pub fn import_into(mut self, repository: &TestRepository) {
        self.line("reset refs/heads/script-tip\nfrom 0000000000000000000000000000000000000000\n");
        self.line("done");
        let git_dir = Utf8PathBuf::from(repository.git(&["rev-parse", "--absolute-git-dir"]));
        let marks = git_dir.join("marks");
        let export = format!("--export-marks={marks}");
        let arguments =
            ["fast-import", "--quiet", "--done", "--date-format=raw-permissive", &export];
        repository.git_with_input(&arguments, &self.stream);
        let ids = fs_err::read_to_string(&marks).expect("git has written the marks");
        fs_err::remove_file(&marks).expect("a file can be removed");
        // Thousands of references are quicker written in one file than one by one.
        let packed = self.packed_references(&ids);
        fs_err::write(git_dir.join("packed-refs"), packed).expect("references can be written");
    }

    fn packed_references(&self, marks: &str) -> String {
        let ids: BTreeMap<_, _> =
            marks.lines().filter_map(|line| line.strip_prefix(':')?.split_once(' ')).collect();
        let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
        for (name, mark) in &self.references {
            let id = ids.get(mark.0.to_string().as_str()).expect("every commit has a mark");
            packed.extend([id, " ", name, "\n"]);
        }
        packed
    }

    /// Makes the history in a new bare repository.
    pub fn into_bare(self) -> TestRepository {
        let repository = TestRepository::bare();
        self.import_into(&repository);
        repository
    }

    fn line(&mut self, text: &str) {
        self.stream.extend_from_slice(text.as_bytes());
        self.stream.push(b'\n');
    }

    fn data(&mut self, text: &str) {
        _ = writeln!(self.stream, "data {}\n{text}", text.len());
    }
}

/// A tag of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTag {
    /// Its name.
    pub name: String,
    /// What the list calls the commit; tags may share one.
    pub commit: String,
    /// When it was tagged, in seconds since 1970.
    pub tagged: i64,
    /// When the commit was made.
    pub committed: i64,
    /// Whether it has a tag object.
    pub annotated: bool,
}

/// Reads a list of tags: `tag, date, commit, kind, commit_date` under a header, or `version, tag:NAME or commit:ID, date`.
///
/// Rows that are neither, and tags that were listed before, are left out.
pub fn listed_tags(text: &str) -> Vec<ListedTag> {
    let mut tags: Vec<ListedTag> = Vec::new();
    let mut names = std::collections::BTreeSet::new();
    for line in text.lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let tag = match columns.as_slice() {
            [name, tagged, commit, kind, committed, ..] => {
                from_columns(name, tagged, commit, *kind == "annotated", committed)
            }
            [version, reference, date] => {
                let name = reference.strip_prefix("tag:").unwrap_or(version);
                from_columns(name, date, reference, false, date)
            }
            _ => None,
        };
        tags.extend(tag.filter(|tag| names.insert(tag.name.clone())));
    }
    tags
}

fn from_columns(
    name: &str,
    tagged: &str,
    commit: &str,
    annotated: bool,
    committed: &str,
) -> Option<ListedTag> {
    let seconds = |date: &str| date.parse::<Timestamp>().ok().map(Timestamp::as_second);
    Some(ListedTag {
        name: name.to_owned(),
        commit: commit.to_owned(),
        tagged: seconds(tagged)?,
        committed: seconds(committed)?,
        annotated,
    })
}

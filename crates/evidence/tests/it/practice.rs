//! What somebody counted in the releases of a real project, with the trees of these releases.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    env,
};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::{ContentId, EntryKind, FileEntry, Folder, Tree, Unreadable};
use trainyard_testkit::{TestRepository, case_text};

/// A table of releases, and the files of each that matter.
pub(crate) struct Practice {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
    releases: BTreeMap<String, Release>,
    contents: HashMap<ContentId, Vec<u8>>,
}

/// One release of the table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    practice: &'a Practice,
    cells: &'a [String],
}

impl Practice {
    /// The releases of a project, such as `ynput__ayon-backend`; `None`, with the reason on stdout, where the table or
    /// a clone of it below the folder `TRAINYARD_CLONES` is not at hand.
    #[expect(clippy::print_stdout, reason = "a skipped file is told to whoever runs the tests")]
    pub(crate) fn of(project: &str, wants: impl Fn(&Utf8Path) -> bool) -> Option<Self> {
        let file = format!("history/{project}.promise_vs_practice.tsv");
        let text = case_text(&file)?;
        let clone = project.replace("__", "+");
        let Some(path) = clone_of(&clone) else {
            println!("skipped: {file}, as TRAINYARD_CLONES has no {clone}");
            return None;
        };
        let repository = TestRepository::new();
        let clone = repository.at(&path);
        let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect());
        let names: Vec<String> = lines.next().expect("the table has a header");
        let rows: Vec<Vec<String>> = lines.collect();
        let mut practice =
            Self { names, rows, releases: BTreeMap::new(), contents: HashMap::new() };
        let mut ids = BTreeSet::new();
        let versions: BTreeSet<String> =
            practice.rows().flat_map(|row| [row.get("version"), row.get("previous")]).collect();
        for version in versions.into_iter().filter(|version| !version.is_empty()) {
            let files = files_of(&clone, &version, &wants);
            ids.extend(files.iter().map(|(id, _)| id.clone()));
            let files = files.into_iter().map(|(_, entry)| entry).collect();
            practice.releases.insert(version, Release { root: Folder::of_files("", files) });
        }
        practice.contents = contents_of(&clone, &ids);
        Some(practice)
    }

    /// In the order of the table.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { practice: self, cells })
    }
}

impl Row<'_> {
    /// What was counted; empty where nothing stands.
    pub(crate) fn get(self, column: &str) -> String {
        let place = self.practice.names.iter().position(|known| known == column);
        self.cells.get(place.expect("the table has the column")).cloned().unwrap_or_default()
    }

    /// The tree of the release, or of the one before.
    pub(crate) fn tree(self, column: &str) -> impl Tree {
        ReadRelease {
            release: &self.practice.releases[&self.get(column)],
            contents: &self.practice.contents,
        }
    }
}

struct Release {
    root: Folder,
}

struct ReadRelease<'a> {
    release: &'a Release,
    contents: &'a HashMap<ContentId, Vec<u8>>,
}

impl Tree for ReadRelease<'_> {
    fn root(&self) -> &Folder {
        &self.release.root
    }

    fn read(&self, entry: &FileEntry, _largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        self.contents.get(&entry.content).cloned().ok_or(Unreadable::Failed("gone".to_owned()))
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
fn clone_of(name: &str) -> Option<Utf8PathBuf> {
    let folder = Utf8PathBuf::from(env::var("TRAINYARD_CLONES").ok()?);
    let clone = folder.join(name).join("repo");
    clone.is_dir().then_some(clone)
}

fn content_id(hex: &str) -> ContentId {
    let mut id = [0; 20];
    for (place, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).expect("an id is hex");
    }
    ContentId(id)
}

fn files_of(
    clone: &TestRepository,
    tag: &str,
    wants: impl Fn(&Utf8Path) -> bool,
) -> Vec<(String, FileEntry)> {
    let tag = format!("refs/tags/{tag}");
    let listed = clone.git(&["ls-tree", "-r", "--full-tree", &tag]);
    let lines = listed.lines().filter_map(|line| line.split_once('\t'));
    let wanted = lines.filter(|(entry, path)| entry.contains(" blob ") && wants((*path).into()));
    let files = wanted.map(|(entry, path)| {
        let id = entry.rsplit(' ').next().expect("an entry has an id").to_owned();
        let content = content_id(&id);
        (id, FileEntry { path: path.into(), content, kind: EntryKind::File })
    });
    files.collect()
}

fn contents_of(clone: &TestRepository, ids: &BTreeSet<String>) -> HashMap<ContentId, Vec<u8>> {
    let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    let asked = asked.join("\n");
    let text = clone.git_with_input(&["cat-file", "--batch"], asked.as_bytes());
    let mut rest = text.as_str();
    let mut contents = HashMap::new();
    while let Some((header, after)) = rest.split_once('\n') {
        let mut words = header.split(' ');
        let id = words.next().expect("a header has an id");
        let size: usize = words.nth(1).and_then(|size| size.parse().ok()).expect("and a size");
        contents.insert(content_id(id), after.as_bytes()[..size.min(after.len())].to_vec());
        rest = after.get(size + 1..).unwrap_or_default();
    }
    contents
}

//! The routes of a real project's releases, held against what somebody else counted.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    env,
};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::{
    Change, ContentId, Detector, EntryKind, FileEntry, Memo, MemoryTree, Pair, Side, Tree,
    Unreadable, endpoints::Endpoints,
};
use trainyard_testkit::{TestRepository, case_text};

/// A clone of the project: below the folder that `TRAINYARD_CLONES` names.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
fn clone_of(name: &str) -> Option<Utf8PathBuf> {
    let folder = Utf8PathBuf::from(env::var("TRAINYARD_CLONES").ok()?);
    let clone = folder.join(name).join("repo");
    clone.is_dir().then_some(clone)
}

/// The contents of all releases, by git's ids.
struct Contents(HashMap<ContentId, Vec<u8>>);

/// One release.
struct Release<'a> {
    entries: Vec<FileEntry>,
    contents: &'a Contents,
}

impl Tree for Release<'_> {
    fn entries(&self) -> &[FileEntry] {
        &self.entries
    }

    fn read(&self, entry: &FileEntry, _largest_bytes: u64) -> Result<Vec<u8>, Unreadable> {
        self.contents.0.get(&entry.content).cloned().ok_or(Unreadable::Failed("gone".to_owned()))
    }
}

fn content_id(hex: &str) -> ContentId {
    let mut id = [0; 20];
    for (place, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).expect("an id is hex");
    }
    ContentId(id)
}

/// The Python files that hold the published interface.
fn entries_of(clone: &TestRepository, tag: &str) -> Vec<(String, FileEntry)> {
    let listed = clone.git(&["ls-tree", "-r", tag, "--", "api", "ayon_server"]);
    let lines = listed.lines().filter_map(|line| line.split_once('\t'));
    let python = lines.filter(|(_, path)| Utf8Path::new(path).extension() == Some("py"));
    let files = python.map(|(entry, path)| {
        let id = entry.rsplit(' ').next().expect("an entry has an id").to_owned();
        let content = content_id(&id);
        (id, FileEntry { path: path.into(), content, kind: EntryKind::File })
    });
    let mut files: Vec<_> = files.collect();
    files.sort_by(|(_, one), (_, other)| one.path.as_str().cmp(other.path.as_str()));
    files
}

fn contents_of(clone: &TestRepository, ids: &BTreeSet<String>) -> Contents {
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
    Contents(contents)
}

fn detect(old: &dyn Tree, new: &dyn Tree, memo: &Memo) -> Vec<Change> {
    let wants = |path: &Utf8Path| Endpoints.wants(path);
    let pair = Pair { old: Side::new(old, wants), new: Side::new(new, wants), memo };
    Endpoints.detect(&pair)
}

/// The subjects of changes by rules that end like this, below the folder that was counted.
fn subjects<'a>(changes: &'a [Change], rule: &str) -> BTreeSet<&'a str> {
    let own = changes.iter().filter(|change| change.rule.ends_with(rule));
    let own = own.filter(|change| {
        change.source.path.as_ref().is_some_and(|path| path.as_str().starts_with("api/"))
    });
    own.map(|change| change.subject.as_str()).collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
fn ayon_backend_endpoints_cases() {
    let file = "history/ynput__ayon-backend.promise_vs_practice.tsv";
    let Some(text) = case_text(file) else { return };
    let Some(path) = clone_of("ynput+ayon-backend") else {
        println!("skipped: {file}, as TRAINYARD_CLONES has no ynput+ayon-backend");
        return;
    };
    let repository = TestRepository::new();
    let clone = repository.at(&path);
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().expect("the table has a header");
    let place = |name: &str| names.iter().position(|known| *known == name).expect("a column");
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |row: &[&str], name: &str| row.get(place(name)).copied().unwrap_or("").to_owned();
    let trees: BTreeMap<String, Vec<(String, FileEntry)>> = rows
        .iter()
        .map(|row| column(row, "version"))
        .map(|version| (version.clone(), entries_of(&clone, &version)))
        .collect();
    let ids = trees.values().flatten().map(|(id, _)| id.clone()).collect();
    let contents = contents_of(&clone, &ids);
    let release = |version: &str| Release {
        entries: trees[version].iter().map(|(_, entry)| entry.clone()).collect(),
        contents: &contents,
    };
    let memo = Memo::default();
    let nothing = MemoryTree::default();
    let (mut right, mut wrong) = (0, Vec::new());
    for row in &rows {
        let (version, previous) = (column(row, "version"), column(row, "previous"));
        let tree = release(&version);
        let all = detect(&nothing, &tree, &memo);
        let gone = detect(&tree, &nothing, &memo);
        let mut found = vec![
            ("endpoints", subjects(&all, "endpoint-added").len().to_string()),
            (
                "endpoints_deprecated",
                subjects(&gone, "deprecated-endpoint-removed").len().to_string(),
            ),
        ];
        if !previous.is_empty() {
            let changes = detect(&release(&previous), &tree, &memo);
            let removed = subjects(&changes, "endpoint-removed");
            found.push(("endpoints_added", subjects(&changes, "endpoint-added").len().to_string()));
            found.push(("endpoints_removed", removed.len().to_string()));
            let mut removed: Vec<_> = removed.into_iter().collect();
            removed.sort_unstable();
            found.push(("removed_names", removed.join(", ")));
        }
        let differs = found.iter().filter(|(name, value)| column(row, name) != *value);
        let differs: Vec<String> = differs
            .map(|(name, value)| format!("{name}: {value}, not {}", column(row, name)))
            .collect();
        if differs.is_empty() {
            right += 1;
        } else {
            wrong.push(format!("{version}: {}", differs.join("; ")));
        }
    }
    println!("{file}: {right} of {} rows agree\n{}", rows.len(), wrong.join("\n"));
    assert!(right * 100 >= rows.len() * 90, "{} rows differ", wrong.len());
}

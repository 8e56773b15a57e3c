//! Reading leaves no trace and starts nothing.

use std::{collections::BTreeMap, time::SystemTime};

use camino::Utf8Path;
use trainyard_git::{Cache, Repository};
use trainyard_testkit::TestRepository;

use crate::all_ids;

type Listing = BTreeMap<String, (u64, SystemTime)>;

fn listing(folder: &Utf8Path, into: &mut Listing) {
    for entry in folder.read_dir_utf8().unwrap().flatten() {
        let metadata = fs_err::symlink_metadata(entry.path()).unwrap();
        into.insert(entry.path().to_string(), (metadata.len(), metadata.modified().unwrap()));
        if metadata.is_dir() {
            listing(entry.path(), into);
        }
    }
}

fn read_everything(path: &Utf8Path, cache: &Cache) {
    let repository = Repository::discover(path).unwrap();
    let snapshot = repository.history(Some(cache)).unwrap();
    let ids = all_ids(&snapshot.history);
    repository.details(&ids, Some(cache)).unwrap();
    repository.resolve("HEAD").unwrap();
    let files = repository.list(ids[0], "".into()).unwrap();
    let wanted: Vec<_> = files.into_iter().map(|file| (ids[0], file)).collect();
    // A clone without blobs has none to read.
    _ = repository.read_files(&wanted);
    _ = (repository.name(), repository.is_shallow());
}

/// Configures everything that git would run while it reads, so that running it would show.
fn set_traps(repository: &TestRepository) -> camino::Utf8PathBuf {
    let trap = repository.beside("trap-was-sprung");
    let command = format!("touch {trap}; false");
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.trap.command",
        "diff.trap.textconv",
        "filter.trap.smudge",
        "filter.trap.clean",
        "filter.trap.process",
        "credential.helper",
        "gpg.program",
        "remote.origin.uploadpack",
        "uploadpack.packObjectsHook",
    ] {
        let value =
            if key == "credential.helper" { format!("!{command}") } else { command.clone() };
        repository.git(&["config", key, &value]);
    }
    fs_err::create_dir_all(repository.path().join(".git/info")).unwrap();
    fs_err::write(repository.path().join(".git/info/attributes"), "* filter=trap diff=trap\n")
        .unwrap();
    let hooks = repository.path().join(".git/hooks");
    fs_err::create_dir_all(&hooks).unwrap();
    for hook in [
        "post-checkout",
        "post-index-change",
        "pre-auto-gc",
        "reference-transaction",
        "fsmonitor-watchman",
    ] {
        let file = hooks.join(hook);
        fs_err::write(&file, format!("#!/bin/sh\n{command}\n")).unwrap();
        #[cfg(unix)]
        fs_err::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
    }
    trap
}

#[test]
fn nothing_is_written_and_nothing_is_started() {
    let repository = TestRepository::new();
    repository.commit("one", &[("a", "1"), ("dir/b", "1")]);
    repository.annotated_tag("v1", "one");
    repository.commit("two", &[("a", "2")]);
    let trap = set_traps(&repository);
    // An index that is out of date asks to be refreshed.
    repository.write(&[("a", "changed, not committed")]);
    let mut before = Listing::new();
    listing(repository.path(), &mut before);
    let cache_folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(Utf8Path::from_path(cache_folder.path()).unwrap());
    for _ in 0..2 {
        read_everything(repository.path(), &cache);
    }
    let mut after = Listing::new();
    listing(repository.path(), &mut after);
    assert_eq!(before, after);
    assert!(!trap.exists());
}

//! Releases, on real repositories.

mod dance;
mod interrupted;
mod made;
mod refused;
mod together;

use trainyard_testkit::TestRepository;

use crate::command::{Run, trainyard};

/// The day of every release.
const DAY: [&str; 2] = ["--date", "2024-03-02"];

const POLICY: &str = "preset = \"semver\"\n[product]\nname = \"shop\"\n\
    [rules]\ntag = \"v{version}\"\nbranch = \"{major}.{minor}\"\n\
    next-development = { level = \"minor\" }\n\
    [lines]\ndevelopment = [\"main\"]\n\
    [components.shop]\nversion-files = [\"VERSION\", { path = \"shop/__init__.py\", after = \"__version__ =\" }]\n\
    fragments = [{ towncrier = \"changes\" }]\n";

/// A shop with a release 1.0.0 on its line, and a feature and a fix since.
fn shop() -> TestRepository {
    let repository = with_policy(POLICY);
    repository.annotated_tag("v1.0.0", "Shop 1.0.0");
    repository.branch("1.0");
    repository.commit("chore: go on", &[("VERSION", "1.1.0-dev\n"), INIT_DEV]);
    repository.commit(
        "feat: search",
        &[("search", "1"), ("changes/2.feature.md", "Goods can be searched.\n")],
    );
    repository.commit("fix: a crash", &[("changes/3.fix.md", "Nothing crashes.\n")]);
    repository
}

const INIT_DEV: (&str, &str) =
    ("shop/__init__.py", "\"\"\"A shop.\"\"\"\n__version__ = '1.1.0-dev'\n");

/// A repository with a first commit, somebody who commits, and a policy.
fn with_policy(policy: &str) -> TestRepository {
    let repository = TestRepository::new();
    for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.org"), ("gc.auto", "0")]
    {
        repository.git(&["config", key, value]);
    }
    repository.commit(
        "feat: begin",
        &[
            ("trainyard.toml", policy),
            ("VERSION", "1.0.0\n"),
            ("shop/__init__.py", "\"\"\"A shop.\"\"\"\n__version__ = '1.0.0'\n"),
            ("CHANGELOG.md", "# Changelog\n\n## 1.0.0 - 2024-01-01\n\n- All of it.\n"),
            ("changes/README.md", "Fragments.\n"),
        ],
    );
    repository
}

/// A bare repository that the branches and tags are pushed to, as `origin`.
fn published(repository: &TestRepository) -> TestRepository {
    let remote = TestRepository::bare();
    repository.git(&["remote", "add", "origin", remote.path().as_str()]);
    repository.git(&["push", "--quiet", "--all", "origin"]);
    repository.git(&["push", "--quiet", "--tags", "origin"]);
    repository.git(&["branch", "--quiet", "--set-upstream-to=origin/main", "main"]);
    remote
}

fn release(repository: &TestRepository, arguments: &[&str]) -> Run {
    trainyard(repository.path(), &[&["release"], arguments, &DAY].concat())
}

/// Everything that a release could change: references, files, index, the journal.
fn state(repository: &TestRepository) -> String {
    let references = repository.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
    let status = repository.git(&["status", "--porcelain"]);
    let head = repository.git(&["symbolic-ref", "HEAD"]);
    let files = repository.git(&["ls-files", "--stage"]);
    let folder = repository.path().join(".git/trainyard");
    let left: Vec<_> = folder.read_dir_utf8().map_or_else(
        |_| Vec::new(),
        |entries| entries.map(|entry| entry.unwrap().file_name().to_owned()).collect(),
    );
    let left: Vec<_> = left.into_iter().filter(|name| name != "release.lock").collect();
    format!("{references}\n{status}\n{head}\n{files}\n{left:?}")
}

/// The same without the ids of commits and tags, which differ with the time.
fn shape(repository: &TestRepository) -> String {
    let log = repository.git(&["log", "--all", "--topo-order", "--format=%s | %D"]);
    let status = repository.git(&["status", "--porcelain"]);
    let files = repository.git(&["ls-files", "--stage"]);
    format!("{log}\n{status}\n{files}")
}

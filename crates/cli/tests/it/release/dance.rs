//! Whole years of products: releases, lines, fixes that go forward, and what an audit says at the end.

use trainyard_testkit::TestRepository;

use super::release;
use crate::command::{Run, next, trainyard};

/// A product as Backend.AI releases: from lines alone, by PEP 440, with numbers in four formats and a lock.
const ENGINE: &str = "preset = \"pep440\"\n[product]\nname = \"engine\"\n\
    [rules]\ntag = \"{version}\"\nbranch = \"{major}.{minor}\"\nreleases-from = \"lines\"\n\
    [rules.next-development]\nlevel = \"minor\"\nmark = \"a1\"\n\
    [lines]\ndevelopment = [\"main\", \"develop\"]\n\
    [components.engine]\nfragments = [{ towncrier = \"changes\" }]\n\
    version-files = [\"VERSION\", { path = \"pyproject.toml\", key = \"project.version\" }, \
    { path = \"package.json\", key = \"version\" }, { path = \"Cargo.toml\", key = \"package.version\" }]\n";

struct Product {
    repository: TestRepository,
    remote: TestRepository,
}

impl Product {
    fn new(files: &[(&str, &str)]) -> Self {
        let (repository, remote) = (TestRepository::new(), TestRepository::bare());
        for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.org")] {
            repository.git(&["config", key, value]);
        }
        repository.git(&["remote", "add", "origin", remote.path().as_str()]);
        repository.commit("feat: begin", files);
        repository.git(&["push", "--quiet", "--set-upstream", "origin", "main"]);
        Self { repository, remote }
    }

    /// A product whose remote has a name, by which a policy knows the repository.
    fn named(name: &str, files: &[(&str, &str)]) -> Self {
        let product = Self::new(files);
        let path = product.remote.beside(name);
        product.remote.git(&["clone", "--quiet", "--bare", ".", path.as_str()]);
        product.repository.git(&["remote", "set-url", "origin", path.as_str()]);
        product
    }

    /// Releases on a branch, and what is there then.
    fn release(&self, branch: &str, arguments: &[&str], expected: &str) -> Run {
        self.repository.checkout(branch);
        let run = release(&self.repository, &[arguments, &["--push"]].concat());
        assert!(run.stdout.contains(&format!("{expected} is released")), "{}", run.transcript());
        assert_eq!(self.repository.git(&["status", "--porcelain"]), "");
        assert_eq!(self.at(branch), self.repository.git(&["rev-parse", "HEAD"]), "it stays there");
        run
    }

    fn at(&self, name: &str) -> String {
        self.repository.git(&["rev-parse", &format!("{name}^{{commit}}")])
    }

    fn file(&self, branch: &str, path: &str) -> String {
        self.repository.git(&["show", &format!("{branch}:{path}")])
    }

    /// The number that every format on a branch states.
    fn states(&self, branch: &str, version: &str, in_semver: &str) {
        assert_eq!(self.file(branch, "VERSION"), version, "{branch}");
        for (path, expected) in [
            ("pyproject.toml", format!("version = \"{version}\"")),
            ("package.json", format!("\"version\": \"{in_semver}\"")),
            ("Cargo.toml", format!("version = \"{in_semver}\"")),
            ("Cargo.lock", format!("version = \"{in_semver}\"")),
        ] {
            let text = self.file(branch, path);
            assert!(text.contains(&expected), "{branch} {path}: {text}");
        }
    }

    fn forward(&self, arguments: &[&str]) -> Run {
        trainyard(self.repository.path(), &[&["forward"], arguments].concat())
    }

    fn is_public(&self) {
        let all = ["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"];
        assert_eq!(self.repository.git(&all), self.remote.git(&all));
    }
}

fn engine() -> Product {
    let version = "1.0.0a1";
    let lock = "version = 4\n\n[[package]]\nname = \"engine\"\nversion = \"1.0.0-a.1\"\n";
    Product::new(&[
        ("trainyard.toml", ENGINE),
        ("VERSION", &format!("{version}\n")),
        (
            "pyproject.toml",
            &format!("[project]\nname = \"engine\"\nversion = \"{version}\"  # kept\n"),
        ),
        ("package.json", "{\n\t\"name\": \"engine\",\n\t\"version\": \"1.0.0-a.1\"\n}\n"),
        ("Cargo.toml", "[package]\nname = \"engine\"\nversion = \"1.0.0-a.1\"\n"),
        ("Cargo.lock", lock),
        ("CHANGELOG.md", "# Changelog\n\nAll of it.\n"),
        ("src/a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"),
        ("changes/README.md", "Fragments.\n"),
        ("changes/1.feature.md", "It begins.\n"),
    ])
}

#[test]
fn an_engine_with_two_lines_alive() {
    let product = engine();
    let repository = &product.repository;
    product.release("main", &[], "engine 1.0.0");
    product.states("1.0", "1.0.0", "1.0.0");
    product.states("main", "1.1.0a1", "1.1.0-alpha.1");
    assert_eq!(product.at("1.0"), product.at("1.0.0"));
    repository.branch("develop");

    // A train of candidates to 2.0.0, on its line while main goes on.
    let breaking = [("src/b", "b\n"), ("changes/2.breaking.md", "The old way is gone.\n")];
    repository.commit("feat!: another way", &breaking);
    product.release("main", &["--stage", "rc"], "engine 2.0.0rc1");
    product.states("main", "2.1.0a1", "2.1.0-alpha.1");
    repository.checkout("2.0");
    repository.commit("fix: a corner", &[("src/b", "b2\n"), ("changes/3.fix.md", "A corner.\n")]);
    product.release("2.0", &[], "engine 2.0.0rc2");
    product.release("2.0", &[], "engine 2.0.0");
    product.states("2.0", "2.0.0", "2.0.0");
    let log = product.file("2.0", "CHANGELOG.md");
    assert!(
        log.contains("## 2.0.0") && log.contains("The old way is gone") && log.contains("A corner"),
        "{log}"
    );

    // A fix on the older line, carried all the way; versions conflict in every format.
    repository.checkout("1.0");
    let fixed = "1\nfixed\n3\n4\n5\n6\n7\n8\n9\n";
    repository
        .commit("fix: the second (#4)", &[("src/a", fixed), ("changes/4.fix.md", "The second.\n")]);
    product.release("1.0", &[], "engine 1.0.1");
    repository.checkout("main");
    let report = product.forward(&["--report"]);
    assert_eq!(report.code, 1, "{}", report.transcript());
    let done = product.forward(&["--push"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    product.states("2.0", "2.0.0", "2.0.0");
    for branch in ["main", "develop"] {
        product.states(branch, "2.1.0a1", "2.1.0-alpha.1");
        assert!(product.file(branch, "src/a").contains("fixed"), "{branch}");
        let log = product.file(branch, "CHANGELOG.md");
        assert!(log.contains("## 1.0.1") && log.contains("## 2.0.0"), "{branch}: {log}");
        let fragments = repository.git(&["ls-tree", "--name-only", branch, "changes/"]);
        assert_eq!(fragments, "changes/README.md", "{branch}");
    }
    let report = product.forward(&["--report"]);
    assert_eq!(report.code, 0, "{}", report.transcript());

    // A fix of the newer line, picked to main by hand before the line is released.
    repository.checkout("2.0");
    let fix = repository.commit(
        "fix: the ninth (#5)",
        &[("src/a", "1\nfixed\n3\n4\n5\n6\n7\n8\nninth\n"), ("changes/5.fix.md", "The ninth.\n")],
    );
    repository.checkout("main");
    repository.git(&["cherry-pick", "-x", &fix]);
    product.release("2.0", &[], "engine 2.0.1");
    repository.checkout("main");
    let report = product.forward(&["--report", "--from", "2.0", "--to", "main"]);
    assert!(report.stdout.contains("pick"), "{}", report.transcript());
    assert_eq!(report.code, 0, "{}", report.transcript());

    // One that only a person can settle.
    repository.commit("feat: the fifth", &[("src/a", "1\nfixed\n3\n4\nfeature\n6\n7\n8\nninth\n")]);
    repository.checkout("1.0");
    let other = "1\nfixed\n3\n4\nother\n6\n7\n8\n9\n";
    repository
        .commit("fix: the fifth (#6)", &[("src/a", other), ("changes/6.fix.md", "The fifth.\n")]);
    product.release("1.0", &[], "engine 1.0.2");
    repository.checkout("main");
    let stopped = product.forward(&[]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    let there = repository.at(&repository.path().join(".git/trainyard/settling"));
    assert_eq!(there.git(&["diff", "--name-only", "--diff-filter=U"]), "src/a");
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    there.write(&[("src/a", "1\nfixed\n3\n4\nfeature and other\n6\n7\n8\nninth\n")]);
    there.git(&["add", "src/a"]);
    let done = product.forward(&["--continue", "--push"]);
    assert_eq!(done.code, 0, "{}", done.transcript());
    for branch in ["main", "develop"] {
        product.states(branch, "2.1.0a1", "2.1.0-alpha.1");
        assert!(product.file(branch, "src/a").contains("feature and other"), "{branch}");
    }

    // The next line goes on from all of it.
    product.release("main", &[], "engine 2.1.0");
    product.is_public_but(&["develop", "2.0"]);
    assert_eq!(next(repository.path(), &["--at", "main", "--stage", "dev"]), "2.2.0a1");
    let tags = repository.git(&["tag", "--list", "--sort=version:refname"]);
    assert_eq!(tags, "1.0.0\n1.0.1\n1.0.2\n2.0.0\n2.0.0rc1\n2.0.0rc2\n2.0.1\n2.1.0");
    let audit = trainyard(repository.path(), &["audit"]);
    assert!(!audit.stdout.contains("error["), "{}", audit.transcript());
}

impl Product {
    /// Everything but some branches is where the remote has it.
    fn is_public_but(&self, others: &[&str]) {
        for branch in others {
            self.repository.git(&["push", "--quiet", "origin", branch]);
        }
        self.is_public();
    }
}

/// A server as AYON's: a backend by SemVer, a web interface by date in a repository of its own, both in one number.
const STUDIO: &str = "preset = \"semver\"\n[product]\nname = \"studio\"\ntitle = \"Studio\"\n\
    [rules]\ntag = \"{version}\"\nbranch = false\n\
    [lines]\ndevelopment = [\"main\"]\n\
    [components.backend]\nrepository = \"https://example.org/backend\"\n\
    version-files = [{ path = \"pyproject.toml\", key = \"project.version\" }, { path = \"studio/version.py\", after = \"__version__ =\" }]\n\
    [components.frontend]\nrepository = \"https://example.org/frontend\"\n\
    version-files = [{ path = \"package.json\", key = \"version\" }]\n\
    [components.frontend.rules]\nscheme = \"calver:YYYYMMDD[A]\"\nprerelease = false\n\
    [streams.server]\nkind = \"composite\"\ntitle = \"Studio server\"\n\
    scheme = \"composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}\"\n\
    parts = { backend = \"backend\", frontend = \"frontend\" }\n\
    tag = \"server/{backend}+{frontend}\"\n";

#[test]
fn a_server_of_two_repositories() {
    let backend = Product::named(
        "backend",
        &[
            ("pyproject.toml", "[project]\nname = \"studio\"\nversion = \"1.0.0\"\n"),
            ("studio/version.py", "__version__ = \"1.0.0\"\n"),
        ],
    );
    let frontend = Product::named(
        "frontend",
        &[("package.json", "{ \"name\": \"web\", \"version\": \"0.0.0\" }\n")],
    );
    let policy = backend.repository.beside("studio.toml");
    fs_err::write(&policy, STUDIO).unwrap();
    let release = |product: &Product, arguments: &[&str], day: &str| {
        let more = ["--policy", policy.as_str(), "--push", "--date", day];
        trainyard(product.repository.path(), &[&["release"], arguments, &more].concat())
    };
    // Each repository releases its own part, by its own scheme.
    let web = release(&frontend, &[], "2024-03-01");
    assert!(web.stdout.contains("20240301 is released"), "{}", web.transcript());
    assert!(frontend.file("main", "package.json").contains("\"version\": \"20240301\""));
    let elsewhere = release(&frontend, &["backend"], "2024-03-01");
    assert_eq!(elsewhere.code, 2, "{}", elsewhere.transcript());

    // The server is a backend with a web interface; which one is said once.
    backend.repository.annotated_tag("1.0.0", "1.0.0");
    backend.repository.commit("feat: more", &[("studio/more.py", "")]);
    let unknown = release(&backend, &["server"], "2024-03-02");
    assert!(unknown.stdout.contains("error[TY0521]"), "{}", unknown.transcript());
    let server = release(&backend, &["server", "--pin", "frontend=20240301"], "2024-03-02");
    assert!(server.stdout.contains("server 1.1.0+20240301 is released"), "{}", server.transcript());
    let again = release(&frontend, &["--version", "20240301A"], "2024-03-01");
    assert!(again.stdout.contains("20240301A is released"), "{}", again.transcript());
    let server = release(&backend, &["server", "--pin", "frontend=20240301A"], "2024-03-02");
    assert!(
        server.stdout.contains("server 1.1.0+20240301A is released"),
        "{}",
        server.transcript()
    );
    backend.repository.commit("fix: less", &[("studio/more.py", "less")]);
    let server = release(&backend, &["server"], "2024-03-03");
    assert!(
        server.stdout.contains("server 1.1.1+20240301A is released"),
        "{}",
        server.transcript()
    );
    let tags = backend.repository.git(&["tag", "--list"]);
    assert_eq!(
        tags,
        "1.0.0\n1.1.0\n1.1.1\nserver/1.1.0+20240301\nserver/1.1.0+20240301A\nserver/1.1.1+20240301A"
    );
    assert_eq!(backend.at("1.1.0"), backend.at("server/1.1.0+20240301A"));
    assert_eq!(backend.file("1.1.1", "studio/version.py"), "__version__ = \"1.1.1\"");
}

/// A platform as Polyaxon's: a monorepo of parts with numbers of their own, where a migration asks for minor.
const PLATFORM: &str = "preset = \"semver\"\n[product]\nname = \"platform\"\n\
    [rules]\ntag = \"{component}-v{version}\"\nbranch = false\n\
    [rules.levels]\nmajor = [\"breaking\"]\nminor = [\"additive\", \"dangerous\", \"data\", \"migrations.*\"]\n\
    patch = [\"fix\", \"commits.other\"]\n\
    [lines]\ndevelopment = [\"main\"]\n\
    [components.core]\npaths = [\"core/**\"]\nversion-files = [{ path = \"core/pkg.py\", after = \"\\nVERSION =\" }]\n\
    [components.ui]\npaths = [\"ui/**\"]\nversion-files = [{ path = \"ui/package.json\", key = \"version\" }]\n\
    [components.chart]\npaths = [\"chart/**\"]\n\
    version-files = [{ path = \"chart/Chart.yaml\", key = \"version\" }]\n\
    [streams.bundle]\nkind = \"bundle\"\nscheme = \"calver:YYYY.M[.MICRO]\"\ntag = \"platform-{version}\"\n";

#[test]
fn a_platform_in_one_repository() {
    let product = Product::new(&[
        ("trainyard.toml", PLATFORM),
        ("core/pkg.py", "NAME = 'core'\nVERSION = '1.0.0'\nSCHEMA_VERSION = '9'\n"),
        ("core/CHANGELOG.md", "# Changelog\n"),
        ("ui/package.json", "{\n  \"name\": \"ui\",\n  \"version\": \"1.0.0\"\n}\n"),
        (
            "ui/package-lock.json",
            "{\n  \"name\": \"ui\",\n  \"version\": \"1.0.0\",\n  \"packages\": {\n    \"\": { \"version\": \"1.0.0\" }\n  }\n}\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: platform\nversion: 1.0.0 # of the chart\nappVersion: \"1.0\"\n",
        ),
    ]);
    let repository = &product.repository;
    for part in ["core", "ui", "chart"] {
        repository.annotated_tag(&format!("{part}-v1.0.0"), part);
    }
    repository.git(&["push", "--quiet", "--tags", "origin"]);

    // A migration is more than the fix that its commit says it is.
    repository.commit(
        "fix: remember the day",
        &[
            ("core/app/migrations/0002_day.sql", "ALTER TABLE run ADD COLUMN day date;\n"),
            ("core/app/models.py", "day\n"),
        ],
    );
    repository.commit("fix: a button (#7)", &[("ui/button", "1")]);
    product.release("main", &["ui"], "ui 1.0.1");
    assert!(
        product.file("main", "ui/package-lock.json").contains("\"\": { \"version\": \"1.0.1\" }")
    );
    assert!(product.file("main", "core/pkg.py").contains("VERSION = '1.0.0'"), "the others stay");
    let core = next(repository.path(), &["core"]);
    product.release("main", &["core"], &format!("core {core}"));
    let package = product.file("main", "core/pkg.py");
    assert_eq!(package, format!("NAME = 'core'\nVERSION = '{core}'\nSCHEMA_VERSION = '9'"));
    assert!(product.file("main", "core/CHANGELOG.md").contains("remember the day"));
    let none = release(repository, &["chart"]);
    assert!(none.stdout.contains("error[TY0515]"), "{}", none.transcript());
    repository.commit("feat: more replicas", &[("chart/values.yaml", "replicas: 2\n")]);
    product.release("main", &["chart"], "chart 1.1.0");
    let chart = product.file("main", "chart/Chart.yaml");
    assert!(
        chart.contains("version: 1.1.0 # of the chart") && chart.contains("appVersion: \"1.0\""),
        "{chart}"
    );

    product.release("main", &["bundle"], "bundle 2024.3");
    let pins = repository.git(&["tag", "--list", "--format=%(contents)", "platform-2024.3"]);
    assert!(pins.contains(&format!("- core {core}\n- ui 1.0.1\n- chart 1.1.0")), "{pins}");
    product.is_public();
}

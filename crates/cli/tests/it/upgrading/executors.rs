//! One installation with every executor: git, pip, plain SQL, docker compose, and commands of its own.
//!
//! docker is a program that writes down how it was called; pip, git and sqlite3 are the real ones.

use std::os::unix::fs::PermissionsExt as _;

use trainyard_testkit::TestRepository;

use super::{
    application::{Installation, Kill},
    tools::{PythonTools, has_sqlite, python_tools, run},
};
use crate::command::Run;

/// Packages as pip finds them in a folder; one that depends on the other.
const WHEELS: &str = r#"
import sys, zipfile

for version in ("1.0.1", "1.1.0"):
    for name, wants in (("shop_lib", ""), ("shop_plugin", f"Requires-Dist: shop-lib=={version}\n")):
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(f"{sys.argv[1]}/{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", f"VERSION = '{version}'\n")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{wants}")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
"#;

const DOCKER: &str = "#!/bin/sh\necho \"$@\" >> \"$APP_FOLDER/docker.log\"\nsleep 0.05\n";

/// A command of the installation's own: says what it does.
const NOTE: &str = "#!/bin/sh\necho \"$@\" >> \"$APP_FOLDER/services.log\"\n";

fn sql(number: u32, text: &str) -> (String, String) {
    let text = format!("{text}\nINSERT INTO ran VALUES ({number});\n");
    (format!("db/migrations/{number:04}_step.sql"), text)
}

fn product() -> TestRepository {
    let repository = TestRepository::new();
    let commit = |message: &str, files: &[(String, String)]| {
        let files: Vec<_> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        repository.commit(message, &files);
    };
    let requirements =
        |version: &str| ("requirements.txt".to_owned(), format!("shop-lib=={version}\n"));
    let first = "CREATE TABLE ran (number INTEGER);\nCREATE TABLE users (id INTEGER);";
    commit("feat: users", &[sql(1, first), requirements("1.0.1")]);
    repository.tag("v1.0.1");
    commit(
        "feat: teams",
        &[
            sql(2, "CREATE TABLE teams (id INTEGER);\nINSERT INTO teams VALUES (7);"),
            sql(3, "ALTER TABLE users ADD COLUMN team INTEGER;"),
            sql(4, "CREATE INDEX teams_id ON teams (id);"),
            requirements("1.1.0"),
        ],
    );
    repository.tag("v1.1.0");
    repository
}

fn installed(tools: &PythonTools) -> Installation {
    let mut installed = Installation::of(product(), "v1.0.1", "");
    let folder = installed.beside("");
    let database = installed.beside("app.sqlite");
    query(tools, &installed, ".read installed/db/migrations/0001_step.sql");

    let programs = installed.beside("programs");
    let wheels = installed.beside("wheels");
    for folder in [&programs, &wheels] {
        std::fs::create_dir(folder).unwrap();
    }
    for (name, text) in [("docker", DOCKER), ("note", NOTE)] {
        let path = programs.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    tools.run(&folder, "", &["python", "-c", WHEELS, wheels.as_str()]);
    // An environment of its own that borrows pip.
    let python = installed.beside("venv/bin/python").into_string();
    tools.run(&folder, "", &["python", "-m", "venv", "--without-pip", "venv"]);
    let site = |python: &str| {
        let script = "import sysconfig; print(sysconfig.get_path('purelib'))";
        run(&folder, "", python, &["-c", script]).stdout.trim().to_owned()
    };
    let borrowed = format!("{}/pip.pth", site(&python));
    std::fs::write(borrowed, site(&tools.program("python"))).unwrap();

    let path = run(&folder, "", "sh", &["-c", "echo $PATH"]).stdout;
    installed.variables = [
        ("PATH", format!("{programs}:{}", path.trim())),
        ("APP_FOLDER", folder.as_str().trim_end_matches('/').to_owned()),
        ("PIP_NO_INDEX", "1".to_owned()),
        ("PIP_FIND_LINKS", wheels.into_string()),
        ("PIP_CONFIG_FILE", "/dev/null".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    installed.describe(&format!(
        "tool = \"sql\"\nprogram = [\"sqlite3\", \"{database}\"]\nfolder = \"db\"\n\
         backup = [\"cp\", \"{database}\", \"{database}.copy\"]\n\
         restore = [\"cp\", \"{database}.copy\", \"{database}\"]\n\n\
         [components.repository.packages]\npython = \"{python}\"\nrequirements = [\"requirements.txt\"]\n\
         names = [\"shop-plugin\"]\n\n\
         [components.repository.images]\nservices = [\"web\", \"worker\"]\n\n\
         [components.repository.services]\nstop = [[\"note\", \"stop\", \"web\"], [\"note\", \"stop\", \"worker\"]]\n\
         start = [[\"note\", \"start\"]]\nhealthy = [[\"note\", \"healthy\"]]\n"
    ));
    installed
}

fn programs(test: &str) -> Option<PythonTools> {
    if has_sqlite(test) { python_tools(test) } else { None }
}

fn query(tools: &PythonTools, installed: &Installation, text: &str) -> String {
    let database = installed.beside("app.sqlite");
    let run = run(&installed.beside(""), "", "sqlite3", &[database.as_str(), text]);
    assert_eq!(run.code, 0, "{text}: {} {}", run.transcript(), tools.program("sqlite3"));
    run.stdout
}

fn log(installed: &Installation, name: &str) -> String {
    std::fs::read_to_string(installed.beside(name)).unwrap_or_default()
}

/// Commands of which a kill made no second run.
fn without_repeats(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.dedup();
    lines
}

/// What an installation of 1.1.0 is like.
fn is_upgraded(tools: &PythonTools, installed: &Installation) {
    let head = installed.git(&["rev-parse", "HEAD"]);
    assert_eq!(head, installed.repository.git(&["rev-parse", "v1.1.0"]));
    assert_eq!(installed.git(&["status", "--porcelain"]), "");
    assert_eq!(query(tools, installed, "SELECT number FROM ran"), "1\n2\n3\n4\n");
    assert_eq!(query(tools, installed, "SELECT id FROM teams"), "7\n");
    let python = installed.beside("venv/bin/python");
    let script = "import shop_lib, shop_plugin; print(shop_lib.VERSION, shop_plugin.VERSION)";
    let versions = run(&installed.beside(""), "", python.as_str(), &["-c", script]);
    assert_eq!(versions.stdout, "1.1.0 1.1.0\n", "{}", versions.transcript());
    let docker = log(installed, "docker.log");
    assert_eq!(
        without_repeats(&docker),
        ["compose pull web worker", "compose up --detach web worker"]
    );
    let services = log(installed, "services.log");
    let expected = ["stop web", "stop worker", "start", "healthy"];
    assert_eq!(without_repeats(&services), expected);
}

/// A person who looks into the database.
fn person(tools: &PythonTools, installed: &Installation, run: &Run) -> Option<Vec<String>> {
    if !run.stderr.contains("unknown state") {
        return None;
    }
    let numbers = query(tools, installed, "SELECT count(*) FROM ran");
    let newest: usize = numbers.trim().parse().unwrap();
    let is_done = run.stderr.contains(&format!("{newest:04}_step.sql"));
    let step = run.stderr.split_whitespace().nth(2).unwrap().trim_end_matches(':');
    Some(vec![if is_done { "--done" } else { "--again" }.to_owned(), step.to_owned()])
}

#[test]
fn every_executor_does_its_part() {
    let Some(tools) = programs("executors") else { return };
    let installed = installed(&tools);
    let told = installed.keep_plan("1.1.0");
    assert_eq!(told.code, 0, "{}", told.transcript());
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    is_upgraded(&tools, &installed);
    assert_eq!(log(&installed, "services.log").lines().count(), 4);
    assert_eq!(log(&installed, "docker.log").lines().count(), 2);

    let records = installed.journal();
    let again = installed.apply(&["--yes"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{}", again.transcript());
    assert_eq!(installed.journal(), records);
    is_upgraded(&tools, &installed);
    // Each command was begun once, and each ended well.
    let count = |what: &str| installed.records().iter().filter(|it| it.0 == what).count();
    assert_eq!(count("begun"), count("ran"));
    assert_eq!(count("failed"), 0);
}

#[test]
fn killed_at_every_record_it_goes_on() {
    let Some(tools) = programs("executors") else { return };
    let installed = installed(&tools);
    installed.keep_plan("1.1.0");
    // A run that is killed right after it began a command gets no further, so every second may write one record more.
    let kills = installed.apply_killed(
        |kills| Kill { records: 1 + kills % 2, delay: 0 },
        |run| person(&tools, &installed, run),
    );
    // A fast machine writes several records before a kill comes.
    assert!(kills > 6, "killed only {kills} times");
    is_upgraded(&tools, &installed);
}

#[test]
fn killed_at_random_it_goes_on() {
    let Some(tools) = programs("executors") else { return };
    let installed = installed(&tools);
    installed.keep_plan("1.1.0");
    // Moments of a generator, so that they are the same in each run of the tests; the machine makes them differ.
    let moment = |kills: usize| (kills as u64 + 3).wrapping_mul(6_364_136_223_846_793_005) >> 33;
    installed.apply_killed(
        |kills| Kill { records: 2, delay: moment(kills) % 90 },
        |run| person(&tools, &installed, run),
    );
    is_upgraded(&tools, &installed);
}

#[test]
fn a_check_that_fails_stops_before_what_follows() {
    let Some(tools) = programs("executors") else { return };
    let installed = installed(&tools);
    installed.keep_plan("1.1.0");
    std::fs::write(installed.checkout.join("requirements.txt"), "mine\n").unwrap();
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(
        stopped.stderr.contains("the checkout has no changes of its own"),
        "{}",
        stopped.stderr
    );
    assert_eq!(query(&tools, &installed, "SELECT count(*) FROM ran"), "1\n");
    assert_eq!(log(&installed, "docker.log"), "");
    installed.git(&["checkout", "--quiet", "requirements.txt"]);

    // What is not the checkout's own is not overwritten either.
    let mine = installed.checkout.join("db/migrations/0003_step.sql");
    std::fs::write(&mine, "mine\n").unwrap();
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("read-tree"), "{}", stopped.stderr);
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine\n");
    std::fs::remove_file(&mine).unwrap();

    // The services are up, and do not work.
    let note = installed.beside("programs/note");
    let text = std::fs::read_to_string(&note).unwrap();
    std::fs::write(&note, format!("{text}test \"$1\" != healthy\n")).unwrap();
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("`note healthy` succeeds"), "{}", stopped.stderr);
    std::fs::write(&note, text).unwrap();
    let applied = installed.apply(&[]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    is_upgraded(&tools, &installed);
}

/// A checkout that was killed in the middle has some new files, and git's index is the old one.
#[test]
fn a_checkout_that_was_killed_in_the_middle_is_completed() {
    let Some(tools) = programs("executors") else { return };
    let installed = installed(&tools);
    installed.keep_plan("1.1.0");
    let head = installed.repository.git(&["rev-parse", "v1.1.0"]);
    let git = installed.beside("programs/git");
    let real = run(&installed.beside(""), "", "sh", &["-c", "command -v git"]).stdout;
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = checkout ]; then\n  {0} show {1}:db/migrations/0002_step.sql > db/migrations/0002_step.sql\n  \
         {0} show {1}:requirements.txt > requirements.txt\n  kill -9 $PPID $$\nfi\nexec {0} \"$@\"\n",
        real.trim(),
        head.trim()
    );
    std::fs::write(&git, script).unwrap();
    std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = installed.apply_command();
    let killed = command.arg("--yes").output().unwrap();
    assert_eq!(killed.status.code(), None, "{killed:?}");
    std::fs::remove_file(&git).unwrap();
    assert!(!installed.git(&["status", "--porcelain"]).is_empty());

    // The lock of the one that died is told by git itself.
    let lock = installed.checkout.join(".git/index.lock");
    std::fs::write(&lock, "").unwrap();
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("index.lock"), "{}", stopped.stderr);
    std::fs::remove_file(&lock).unwrap();
    let applied = installed.apply(&["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    is_upgraded(&tools, &installed);
}

/// A file of SQL is applied as a whole or not at all, and one that failed is not run again unasked.
#[test]
fn sql_that_fails_leaves_nothing_behind() {
    let Some(tools) = programs("executors") else { return };
    let installed = installed(&tools);
    installed.keep_plan("1.1.0");
    query(&tools, &installed, "CREATE INDEX teams_id ON users (id)");
    query(
        &tools,
        &installed,
        "CREATE TABLE trap (x); CREATE TRIGGER spring BEFORE INSERT ON ran \
        WHEN NEW.number = 2 BEGIN SELECT RAISE(ABORT, 'not now'); END",
    );
    let stopped = installed.apply(&["--yes"]);
    assert_eq!(stopped.code, 1, "{}", stopped.transcript());
    assert!(stopped.stderr.contains("not now"), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("--again 1.5-database"), "{}", stopped.stderr);
    let tables = "SELECT count(*) FROM sqlite_master WHERE name = 'teams'";
    assert_eq!(query(&tools, &installed, tables), "0\n", "all of the file or nothing");
    query(&tools, &installed, "DROP TRIGGER spring; DROP TABLE trap; DROP INDEX teams_id");
    let waits = installed.apply(&["--yes"]);
    assert!(waits.stderr.contains("failed before"), "{}", waits.transcript());
    let applied = installed.apply(&["--yes", "--again", "1.5-database"]);
    assert_eq!(applied.code, 0, "{}", applied.transcript());
    is_upgraded(&tools, &installed);
    for (step, told) in [("1.5-database", "is done"), ("1.9-none", "no step")] {
        let refused = installed.apply(&["--yes", "--again", step]);
        assert_eq!(refused.code, 2, "{}", refused.transcript());
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
}

/// Answers a question on a terminal of its own, and tells what was shown there.
const TERMINAL: &str = r#"
import os, pty, sys

child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
asked = 0
while True:
    try:
        some = os.read(terminal, 4096)
    except OSError:
        break
    if not some:
        break
    shown += some
    if shown.count(b"[y/N]") > asked:
        asked += 1
        os.write(terminal, sys.argv[1].encode() + b"\n")
sys.stdout.write(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

/// `upgrade apply` by somebody at a terminal.
#[expect(clippy::disallowed_methods, reason = "the command under test")]
fn at_a_terminal(tools: &PythonTools, installed: &Installation, answer: &str) -> Run {
    let apply = installed.apply_command();
    let mut command = std::process::Command::new(tools.program("python"));
    command.args(["-c", TERMINAL, answer]).arg(apply.get_program()).args(apply.get_args());
    let variables = apply.get_envs().filter_map(|(name, value)| Some((name, value?)));
    command.envs(variables).current_dir(installed.repository.path());
    crate::command::answer(&mut command)
}

#[test]
fn what_cannot_be_undone_is_asked_for() {
    let Some(tools) = programs("a terminal") else { return };
    let installed = installed(&tools);
    installed.keep_plan("1.1.0");
    let refused = installed.apply(&[]);
    assert_eq!(refused.code, 1, "{}", refused.transcript());
    assert!(refused.stderr.contains("nobody said to go on"), "{}", refused.stderr);
    for answer in ["", "n", "what?"] {
        let said_no = at_a_terminal(&tools, &installed, answer);
        assert_eq!(said_no.code, 1, "{answer}: {}", said_no.transcript());
        assert!(said_no.stdout.contains("no way back from here"), "{}", said_no.stdout);
        assert_eq!(query(&tools, &installed, "SELECT count(*) FROM ran"), "1\n");
    }
    let said_yes = at_a_terminal(&tools, &installed, "y");
    assert_eq!(said_yes.code, 0, "{}", said_yes.transcript());
    is_upgraded(&tools, &installed);
}

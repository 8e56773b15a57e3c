//! Releases whose process is killed: they end in "released" or "as before", whenever it was.

use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    process::Stdio,
    time::{Duration, Instant},
};

use trainyard_testkit::TestRepository;

use super::{DAY, published, release, shape, shop, state};
use crate::command::command;

/// A `git` that counts its calls and kills who called it before or after the asked one.
const KILLER: &str = "#!/bin/sh\n\
    name=\n\
    skip=\n\
    for word in \"$@\"; do\n\
    if [ -n \"$skip\" ]; then skip=; continue; fi\n\
    case \"$word\" in -c) skip=1 ;; -*) ;; *) name=$word; break ;; esac\n\
    done\n\
    echo \"$name\" >> \"$CALLS_FILE\"\n\
    count=$(wc -l < \"$CALLS_FILE\" | tr -d ' ')\n\
    if [ \"$count-before\" = \"$KILL_AT\" ]; then kill -9 $PPID; exit 137; fi\n\
    PATH=\"$REAL_PATH\" git \"$@\"\n\
    code=$?\n\
    if [ \"$count-after\" = \"$KILL_AT\" ]; then kill -9 $PPID; fi\n\
    exit $code\n";

/// What became of a repository.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Released,
    AsBefore,
}

struct Killer {
    folder: tempfile::TempDir,
}

impl Killer {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join("git");
        fs_err::File::create(&git).unwrap().write_all(KILLER.as_bytes()).unwrap();
        fs_err::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    /// Runs a release that is killed at a call, such as `3-before`; the names of the calls it made.
    #[expect(clippy::disallowed_methods, reason = "the real git is found where the test finds it")]
    fn run(&self, repository: &TestRepository, at: &str, arguments: &[&str]) -> Vec<String> {
        let calls = self.folder.path().join("calls");
        fs_err::write(&calls, "").unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut command =
            command(repository.path(), &[&["release", "--no-cache"], arguments, &DAY].concat());
        command
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .env("REAL_PATH", path)
            .env("CALLS_FILE", &calls)
            .env("KILL_AT", at)
            .output()
            .unwrap();
        fs_err::read_to_string(calls).unwrap().lines().map(str::to_owned).collect()
    }
}

/// A repository to release from again and again, with what it looks like before and after.
struct Stage {
    before: String,
    released: String,
    template: TestRepository,
    remote: TestRepository,
}

impl Stage {
    fn new() -> Self {
        let template = shop();
        let remote = published(&template);
        let before = shape(&template);
        let stage = Self { before, released: String::new(), template, remote };
        let (repository, _remote) = stage.copy();
        let run = release(&repository, &["--push"]);
        assert_eq!(run.code, 0, "{}", run.transcript());
        let released = shape(&repository);
        Self { released, ..stage }
    }

    /// The repository and its remote, as copies.
    fn copy(&self) -> (TestRepository, TestRepository) {
        let (own, remote) = (TestRepository::new(), TestRepository::bare());
        for (from, to) in [(&self.template, &own), (&self.remote, &remote)] {
            fs_err::remove_dir_all(to.path()).unwrap();
            let mut copy = copy_command();
            copy.args(["-a", from.path().as_str(), to.path().as_str()]);
            assert!(copy.status().unwrap().success());
        }
        own.git(&["remote", "set-url", "origin", remote.path().as_str()]);
        (own, remote)
    }

    /// Calls again, plainly, until nothing is unfinished, and says how it ended.
    fn settle(&self, repository: &TestRepository, remote: &TestRepository, how: &str) -> End {
        let run = release(repository, &["--continue"]);
        let transcript = run.transcript();
        assert!(
            !repository.path().join(".git/trainyard/release.journal").exists(),
            "{how}: {transcript}"
        );
        let tags = remote.git(&["tag", "--list"]);
        let (now, is_public) = (shape(repository), tags.contains("v1.1.0"));
        if now == self.released {
            assert!(is_public, "{how}: released and not public\n{transcript}");
            End::Released
        } else {
            assert_eq!(now, self.before, "{how}: neither released nor as before\n{transcript}");
            assert!(!is_public, "{how}: as before and public\n{transcript}");
            End::AsBefore
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a repository is copied with its times")]
fn copy_command() -> std::process::Command {
    std::process::Command::new("cp")
}

/// Calls that change something, and those between the writes of files: another state follows.
const CHANGING: [&str; 5] = ["cat-file", "update-index", "update-ref", "tag", "push"];

/// Kills at calls of git: at those that change something and whose number leaves a rest, or at all.
fn killed_at(when: &str, rest: usize, of: usize, is_changing: bool) -> (usize, usize) {
    let stage = Stage::new();
    let killer = Killer::new();
    let (repository, remote) = stage.copy();
    let calls = killer.run(&repository, "never", &["--push"]);
    assert_eq!(stage.settle(&repository, &remote, "not killed"), End::Released);
    let is_meant = |name: &String| !is_changing || CHANGING.contains(&name.as_str());
    let numbers = (1..).zip(&calls).filter(|(_, name)| is_meant(name)).map(|(number, _)| number);
    let numbers: Vec<usize> = numbers.collect();
    assert!(numbers.len() > 15, "{calls:?}");
    let (mut released, mut as_before) = (0, 0);
    for number in numbers.into_iter().skip(rest).step_by(of) {
        let (repository, remote) = stage.copy();
        let at = format!("{number}-{when}");
        killer.run(&repository, &at, &["--push"]);
        match stage.settle(&repository, &remote, &at) {
            End::Released => released += 1,
            End::AsBefore => as_before += 1,
        }
    }
    (released, as_before)
}

/// One test for each part of the calls, so that they run beside each other.
macro_rules! killed {
    ($($name:ident $when:literal $rest:literal)*) => {$(
        #[test]
        fn $name() {
            let (released, as_before) = killed_at($when, $rest, 4, true);
            assert!(released > 0 && as_before > 0, "{released} {as_before}");
        }
    )*};
}

killed! {
    a_kill_before_a_change_ends_well "before" 0
    a_kill_before_a_second_change_ends_well "before" 1
    a_kill_before_a_third_change_ends_well "before" 2
    a_kill_before_a_fourth_change_ends_well "before" 3
    a_kill_after_a_change_ends_well "after" 0
    a_kill_after_a_second_change_ends_well "after" 1
    a_kill_after_a_third_change_ends_well "after" 2
    a_kill_after_a_fourth_change_ends_well "after" 3
}

#[test]
#[ignore = "it takes minutes; the others kill where something changes"]
fn a_kill_at_every_call_ends_well() {
    for when in ["before", "after"] {
        let (released, as_before) = killed_at(when, 0, 1, false);
        assert!(released > 20 && as_before > 20, "{released} {as_before}");
    }
}

#[test]
fn a_kill_at_any_time_ends_well() {
    let stage = Stage::new();
    let (repository, _remote) = stage.copy();
    let begun = Instant::now();
    release(&repository, &["--push"]);
    let whole = begun.elapsed();
    let mut ends = [0, 0];
    let rounds: u32 = 8;
    for round in 0..rounds {
        let (repository, remote) = stage.copy();
        let mut command =
            command(repository.path(), &[&["release", "--push", "--no-cache"][..], &DAY].concat());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Spread over the whole of it, never twice alike.
        std::thread::sleep(
            whole * (round + 1) / (rounds + 1) + Duration::from_micros(u64::from(round) * 137),
        );
        child.kill().unwrap();
        child.wait().unwrap();
        ends[usize::from(
            stage.settle(&repository, &remote, &format!("round {round}")) == End::Released,
        )] += 1;
    }
    assert_eq!(ends[0] + ends[1], rounds);
}

/// Where to kill so that the last call of a name is not made.
fn before_the_last(calls: &[String], name: &str) -> String {
    format!("{}-before", calls.iter().rposition(|call| call == name).unwrap() + 1)
}

#[test]
fn a_plain_call_finishes_what_was_interrupted() {
    let stage = Stage::new();
    let killer = Killer::new();
    let (repository, _remote) = stage.copy();
    let calls = killer.run(&repository, "never", &["--push"]);
    let (repository, remote) = stage.copy();
    killer.run(&repository, &before_the_last(&calls, "push"), &["--push"]);
    let look = release(&repository, &["--dry-run"]);
    assert!(look.stdout.contains("TY0505"), "{}", look.transcript());
    let run = release(&repository, &["--push"]);
    insta::assert_snapshot!(run.transcript());
    assert_eq!(shape(&repository), stage.released);
    assert!(remote.git(&["tag", "--list"]).contains("v1.1.0"));
}

#[test]
fn what_was_interrupted_can_be_taken_back() {
    let stage = Stage::new();
    let killer = Killer::new();
    let (repository, _remote) = stage.copy();
    let calls = killer.run(&repository, "never", &[]);
    let (repository, _remote) = stage.copy();
    let before = state(&repository);
    killer.run(&repository, &before_the_last(&calls, "update-ref"), &[]);
    assert!(repository.git(&["tag", "--list"]).contains("v1.1.0"));
    let run = release(&repository, &["--abort"]);
    insta::assert_snapshot!(run.transcript());
    assert_eq!(state(&repository), before);
    insta::assert_snapshot!(release(&repository, &["--abort"]).transcript());
}

#[test]
fn two_releases_at_once_are_one_after_the_other() {
    let repository = shop();
    let start = || {
        let mut command =
            command(repository.path(), &[&["release", "--no-cache"][..], &DAY].concat());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut both = [start(), start()];
    let codes: Vec<_> =
        both.iter_mut().map(|child| child.wait().unwrap().code().unwrap()).collect();
    assert_eq!(codes.iter().sum::<i32>(), 1, "one is made, the other has nothing to release");
    assert_eq!(repository.git(&["tag", "--list"]), "v1.0.0\nv1.1.0");
}

#[test]
fn commits_in_between_make_it_wait() {
    let stage = Stage::new();
    let killer = Killer::new();
    let (repository, _remote) = stage.copy();
    let calls = killer.run(&repository, "never", &[]);
    let (repository, _remote) = stage.copy();
    killer.run(&repository, &before_the_last(&calls, "update-ref"), &[]);
    repository.commit("fix: mine", &[("mine", "1")]);
    let run = release(&repository, &["--abort"]);
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(run.stdout.contains("TY0520"), "{}", run.transcript());
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(release(&repository, &["--abort"]).code, 0);
}

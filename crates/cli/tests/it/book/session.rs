//! Runs a page's steps, one after the other, in one shell.

use std::fmt::Write;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::page::{Printed, Step};

/// The first command's time: 2026-01-05T09:00:00Z, a Monday.
const START: i64 = 1_767_603_600;

/// What parts the steps in what the shell prints.
const MARK: &str = "==== end of step ====";

/// Starts a server on a free port and waits until it tells where it is; from then on commands that speak to the usual port speak to it.
///
/// It writes to a file, since whoever reads what the page prints waits until nobody can write there any more.
const SERVE: &str = r#"> "$HOME/.served" 2>&1 &
server=$!
trap 'kill $server; wait $server' EXIT
for _ in {1..400}; do grep -qs 'served at' "$HOME/.served" && break; sleep 0.05; done
address=$(grep -o -m 1 '127\.0\.0\.1:[0-9]*' "$HOME/.served")
trainyard() { command trainyard "${@//127.0.0.1:7345/$address}"; }
curl() { command curl "${@//127.0.0.1:7345/$address}"; }
cat "$HOME/.served""#;

/// A home folder of its own, which pages see as `/home/ada`.
#[derive(Debug)]
pub(super) struct Session {
    _owned: TempDir,
    home: Utf8PathBuf,
}

impl Session {
    pub(super) fn new() -> Self {
        let owned = tempfile::tempdir().unwrap();
        let home = Utf8PathBuf::from_path_buf(owned.path().canonicalize().unwrap()).unwrap();
        Self { _owned: owned, home }
    }

    /// What each step printed, stdout and stderr as they come, and how it ended.
    #[expect(clippy::disallowed_methods, reason = "pages show commands of a shell")]
    pub(super) fn run(&self, steps: &[Step<'_>]) -> Vec<Printed> {
        let folder = Utf8Path::new(env!("CARGO_BIN_EXE_trainyard")).parent().unwrap();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("GIT_") || name.starts_with("TRAINYARD_") {
                shell.env_remove(name.as_ref());
            }
        }
        shell
            .args(["--noprofile", "--norc", "-c", &script(steps)])
            .current_dir(&self.home)
            .env("PATH", path)
            .env("HOME", &self.home)
            .env("XDG_CACHE_HOME", self.home.join(".cache"))
            .env("XDG_CONFIG_HOME", self.home.join(".config"))
            .env("XDG_STATE_HOME", self.home.join(".local/state"))
            .env("NO_PROXY", "127.0.0.1")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("NO_COLOR", "1")
            .envs([("GIT_CONFIG_COUNT", "2"), ("GIT_CONFIG_KEY_0", "init.defaultBranch")])
            .envs([("GIT_CONFIG_VALUE_0", "main"), ("GIT_CONFIG_KEY_1", "advice.detachedHead")])
            .envs([("GIT_CONFIG_VALUE_1", "false")])
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")]);
        let output = shell.stdin(std::process::Stdio::null()).output().unwrap();
        let text =
            String::from_utf8(output.stdout).unwrap().replace(self.home.as_str(), "/home/ada");
        let serves = steps.iter().any(|step| matches!(step, Step::Run(shown) if shown.serves));
        let printed = parted(&if serves { settled(&text) } else { text.clone() });
        assert_eq!(printed.len(), steps.len(), "a step ended the shell: {text}");
        printed
    }
}

/// A script that does all steps, and prints a line with the exit code after each.
///
/// A minute passes with each; scripts that readers do not see may let more pass, by `now`.
fn script(steps: &[Step<'_>]) -> String {
    let mut script = format!("exec 2>&1\nnow={START}\n");
    for step in steps {
        script += "now=$((now + 60))\nexport GIT_AUTHOR_DATE=\"$now +0000\" GIT_COMMITTER_DATE=\"$now +0000\"\n";
        match step {
            Step::Write { path, text } => {
                let folder = Utf8Path::new(path).parent().unwrap();
                writeln!(script, "mkdir -p './{folder}'\ncat > '{path}' <<'{MARK}'\n{text}{MARK}")
                    .unwrap();
            }
            Step::Hidden { script: command, .. } => writeln!(script, "{command}").unwrap(),
            Step::Run(shown) if shown.serves => {
                let command = &shown.command;
                writeln!(script, "{command} --listen 127.0.0.1:0 --log error {SERVE}").unwrap();
            }
            Step::Run(shown) => writeln!(script, "{}", shown.command).unwrap(),
        }
        writeln!(script, "printf '\\n%s%d\\n' '{MARK}' \"$?\"").unwrap();
    }
    script
}

fn parted(text: &str) -> Vec<Printed> {
    let mut printed = Vec::new();
    let mut rest = text;
    while let Some((text, after)) = rest.split_once(&format!("\n{MARK}")) {
        let (exit, after) = after.split_once('\n').unwrap();
        printed.push(Printed { text: text.to_owned(), exit: exit.parse().unwrap() });
        rest = after;
    }
    printed
}

/// What differs from run to run where a server answers, as pages show it: its port, its tokens, its clock and its keys.
fn settled(text: &str) -> String {
    let text = replaced(text, "127.0.0.1:#####", "127.0.0.1:7345");
    let text = replaced(&text, "####-##-## ##:##:## UTC", "2026-01-05 09:00:00 UTC");
    let text = replaced(&text, &format!("ty_{}", "x".repeat(43)), "ty_…");
    let text = replaced(&text, &format!("ssh-ed25519 {}", "x".repeat(68)), "ssh-ed25519 AAAAC3…");
    let text = replaced(&text, &format!("trainyard+~~~~~~~~+{}", "x".repeat(44)), "trainyard+…");
    let text = replaced(&text, &format!("sha256:{}", "~".repeat(64)), "sha256:…");
    replaced(&text, &format!("the key {}", "~".repeat(12)), "the key 8235e0592f23")
}

/// A text where everything of a form is another text; in the form `#` stands for a digit, `~` for one of hexadecimal numbers, `x` for what base64 is
/// written in.
fn replaced(text: &str, form: &str, with: &str) -> String {
    let is_of_form = |found: &[u8]| {
        found.iter().zip(form.bytes()).all(|(found, form)| match form {
            b'#' => found.is_ascii_digit(),
            b'~' => found.is_ascii_hexdigit(),
            b'x' => found.is_ascii_alphanumeric() || b"_-+/".contains(found),
            _ => *found == form,
        })
    };
    let mut made = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.as_bytes().get(..form.len()).is_some_and(is_of_form) {
            made += with;
            rest = &rest[form.len()..];
        } else {
            made.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    made
}

#[test]
fn what_differs_from_run_to_run_is_settled() {
    let token = "a_-Z0".repeat(9);
    let text =
        format!("…ty_{} at 127.0.0.1:54321, 2026-11-21 09:08:07 UTC; ty_short", &token[..43]);
    assert_eq!(settled(&text), "…ty_… at 127.0.0.1:7345, 2026-01-05 09:00:00 UTC; ty_short");
}

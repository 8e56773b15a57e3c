//! A PostgreSQL server of a test's own.

use std::process::{Child, Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use super::tools::{run, skip};

/// A server on a socket in a temporary folder. It ends with the value.
pub(crate) struct Postgres {
    programs: Utf8PathBuf,
    folder: tempfile::TempDir,
    server: Child,
}

/// Debian's folder of servers, by version.
const SERVERS: &str = "/usr/lib/postgresql";

impl Postgres {
    /// Starts one; `None`, and a line that says so, where none is installed.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            return skip(test, &format!("{SERVERS} has no server"));
        };
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        // The server refuses to run as root.
        let is_root = run(path, "", "id", &["-u"]).stdout.trim() == "0";
        if is_root {
            run(path, "", "chown", &["postgres", path.as_str()]);
        }
        let data = path.join("data");
        let words = ["-D", data.as_str(), "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync"];
        let made = as_server(&programs, is_root, "initdb", &words, path).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let words = ["-D", data.as_str(), "-k", path.as_str(), "-F", "-c", "listen_addresses="];
        let mut server = as_server(&programs, is_root, "postgres", &words, path);
        let server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Self { programs, folder, server };
        for _ in 0..600 {
            let ready = started.call("pg_isready", &["-q"]);
            if ready.code == 0 {
                return Some(started);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the server in {} does not answer", started.folder());
    }

    /// The socket's folder.
    pub(crate) fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).unwrap()
    }

    /// The path of a client's program.
    pub(crate) fn program(&self, name: &str) -> String {
        self.programs.join(name).into_string()
    }

    /// Makes an empty database.
    pub(crate) fn create(&self, name: &str) {
        let made = self.call("createdb", &[name]);
        assert_eq!(made.code, 0, "{}", made.transcript());
    }

    /// A database's schema as SQL.
    pub(crate) fn schema(&self, name: &str) -> String {
        let dump = self.call("pg_dump", &["--schema-only", name]);
        assert_eq!(dump.code, 0, "{}", dump.transcript());
        // psql's own lines differ from dump to dump.
        dump.stdout.lines().filter(|line| !line.starts_with('\\')).collect::<Vec<_>>().join("\n")
    }

    fn call(&self, name: &str, words: &[&str]) -> crate::command::Run {
        let server = ["-h", self.folder().as_str(), "-U", "owner"];
        run(self.folder(), "", &self.program(name), &[&server, words].concat())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGQUIT ends it at once; the data are thrown away.
        run(self.folder(), "", "kill", &["-QUIT", &self.server.id().to_string()]);
        _ = self.server.wait();
    }
}

fn programs() -> Option<Utf8PathBuf> {
    let versions = Utf8Path::new(SERVERS).read_dir_utf8().ok()?.filter_map(Result::ok);
    let folders = versions.map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("initdb").exists()).max()
}

#[expect(clippy::disallowed_methods, reason = "the server under test")]
fn as_server(
    programs: &Utf8Path,
    is_root: bool,
    name: &str,
    words: &[&str],
    folder: &Utf8Path,
) -> Command {
    let program = programs.join(name);
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", program.as_str()]);
        command
    } else {
        Command::new(program)
    };
    command.args(words).current_dir(folder);
    command
}

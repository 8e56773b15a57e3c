//! PostgreSQL servers and databases of a test's own.

use std::{
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread::sleep,
    time::Duration,
};

use camino::{Utf8Path, Utf8PathBuf};

/// Debian's folder of servers, by version.
const SERVERS: &str = "/usr/lib/postgresql";

/// Names a server to be used instead, by its URL: `postgres:///postgres?host=…&user=…`.
const SHARED: &str = "TRAINYARD_TEST_POSTGRES";

/// A server on a socket in a temporary folder. It ends with the value, and with the thread that started it.
pub struct PostgresServer {
    programs: Utf8PathBuf,
    folder: tempfile::TempDir,
    is_root: bool,
    server: Option<Child>,
}

impl PostgresServer {
    /// Starts one; `None` where none is installed.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        // The server refuses to run as root.
        let is_root = run("id", &["-u"]).stdout == b"0\n";
        let mut started = Self { programs, folder, is_root, server: None };
        let path = started.folder().to_owned();
        if is_root {
            run("chown", &["postgres", path.as_str()]);
        }
        let data = path.join("data");
        let words = ["-D", data.as_str(), "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync"];
        let made = started.command("initdb").args(words).arg("--locale=C.UTF-8").output();
        let made = made.expect("setpriv is installed");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        started.start_again();
        Some(started)
    }

    /// Starts it again after [`PostgresServer::stop`], and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start_again(&mut self) {
        let (data, path) = (self.folder().join("data"), self.folder().to_owned());
        let mut server = self.command("postgres");
        server.args(["-D", data.as_str(), "-k", path.as_str(), "-F"]);
        server.args(["-c", "listen_addresses=", "-c", "max_connections=200"]);
        let server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let server = server.expect("setpriv is installed");
        self.server = Some(server);
        let ready = self.programs.join("pg_isready");
        for _ in 0..600 {
            if run(ready.as_str(), &["-q", "-h", path.as_str()]).status.success() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("the server in {path} does not answer");
    }

    /// Ends it at once, as if its machine had lost its power, except that what it wrote is written.
    pub fn stop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        // SIGQUIT ends all its processes without any last work.
        run("kill", &["-QUIT", &server.id().to_string()]);
        _ = server.wait();
    }

    /// Its URL, with the database that every server has.
    pub fn url(&self) -> String {
        format!("postgres:///postgres?host={}&user=owner", self.folder())
    }

    /// Makes an empty database, which goes with the server.
    ///
    /// # Panics
    ///
    /// When there is one of that name.
    pub fn create(&self, name: &str) -> String {
        create(&self.programs, &self.url(), name)
    }

    fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).expect("it has a UTF-8 path")
    }

    #[expect(clippy::disallowed_methods, reason = "the server under test")]
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "QUIT"]);
        if self.is_root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        command.arg(self.programs.join(name)).current_dir(self.folder());
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An empty database of a test's own, on a server of its own or on the one that `TRAINYARD_TEST_POSTGRES` names. It is gone with the value.
pub struct PostgresDatabase {
    url: String,
    name: String,
    server: String,
    programs: Utf8PathBuf,
    own: Option<PostgresServer>,
}

impl PostgresDatabase {
    /// Makes one for the test of that name.
    ///
    /// `None`, and a line that says so, where no server is installed.
    ///
    /// # Panics
    ///
    /// When no server is installed on CI, or the database cannot be made.
    #[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
    #[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
    pub fn new(test: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            let why = format!("{SERVERS} has no server; `cargo xtask test` installs it");
            assert!(std::env::var_os("CI").is_none(), "{why}");
            println!("skipped: {test}: {why}");
            return None;
        };
        let (server, own) = match std::env::var(SHARED) {
            Ok(url) => (url, None),
            Err(_) => PostgresServer::start().map(|own| (own.url(), Some(own)))?,
        };
        Some(Self::on(server, programs, own))
    }

    /// Makes another on the same server.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::on(self.server.clone(), self.programs.clone(), None)
    }

    fn on(server: String, programs: Utf8PathBuf, own: Option<PostgresServer>) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{made}", std::process::id());
        let url = create(&programs, &server, &name);
        Self { url, name, server, programs, own }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL in it, and returns what it answers, a line for each row.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub fn sql(&self, text: &str) -> String {
        let psql = self.programs.join("psql");
        let words = ["--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-qAt", "-d", &self.url, "-c", text];
        let answer = run(psql.as_str(), &words);
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8_lossy(&answer.stdout).trim_end().to_owned()
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        if self.own.is_none() {
            let drop = self.programs.join("dropdb");
            let server = format!("--maintenance-db={}", self.server);
            run(drop.as_str(), &["--force", "--if-exists", &server, &self.name]);
        }
    }
}

fn create(programs: &Utf8Path, server: &str, name: &str) -> String {
    let program = programs.join("createdb");
    let made = run(program.as_str(), &[&format!("--maintenance-db={server}"), name]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    server.replacen("/postgres?", &format!("/{name}?"), 1)
}

fn programs() -> Option<Utf8PathBuf> {
    let versions = Utf8Path::new(SERVERS).read_dir_utf8().ok()?.filter_map(Result::ok);
    let folders = versions.map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("initdb").exists()).max()
}

#[expect(clippy::disallowed_methods, reason = "programs of the server under test")]
fn run(program: &str, words: &[&str]) -> Output {
    Command::new(program).args(words).output().expect("the program can be started")
}

//! A registry of a test's own.

use std::{
    cell::RefCell,
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use trainyard_api::{NewKey, NewParty, NewPolicy, NewPrincipal, NewProduct};
use trainyard_attest::PrivateKey;
use trainyard_client::{Client, ClientError, ClientSettings};
use trainyard_testkit::{PostgresDatabase, TestRepository};

use crate::command::{Run, answer, command};

thread_local! {
    /// Where databases are made for the test that runs on this thread; `None`: in files.
    static POSTGRES: RefCell<Option<PostgresDatabase>> = const { RefCell::new(None) };
}

/// Runs a test with its registry on a server of PostgreSQL's.
pub(crate) fn on_postgres(name: &str, test: fn()) {
    let Some(database) = PostgresDatabase::new(name) else { return };
    POSTGRES.replace(Some(database));
    test();
    drop(POSTGRES.take());
}

/// Makes tests of functions, on both databases; what is said is the same.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name();
            })*
        }

        mod postgres {
            $(#[test]
            fn $name() {
                crate::registry::served::on_postgres(stringify!($name), super::$name);
            })*
        }
    };
}
pub(crate) use on_both;

/// A policy with one component.
pub(crate) const POLICY: &str =
    "preset = \"semver\"\n[product]\nname = \"pipeline\"\n[components.core]\n";
/// Channels of it, of which the second asks for the word of two others.
pub(crate) const CHANNELS: &str = "[core.latest]\n[core.production]\nafter = \"latest\"\nprincipals = 2\nparties = 2\n\
                                   external = 2\n";

/// A served registry, and a folder to speak to it from; it ends with the test.
pub(crate) struct Served {
    pub(crate) folder: TestRepository,
    pub(crate) url: String,
    pub(crate) token: String,
    child: Child,
}

impl Drop for Served {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Serves a database of the folder, and tells where and with which first token.
pub(crate) fn serve(folder: &Utf8Path, more: &[&str]) -> (Child, Value) {
    serve_with(folder, more, &[])
}

/// The same with variables of the environment.
pub(crate) fn serve_with(
    folder: &Utf8Path,
    more: &[&str],
    variables: &[(&str, &str)],
) -> (Child, Value) {
    let usual = ["serve", "--listen", "127.0.0.1:0", "--format", "json", "--log", "error"];
    let mut child = command(folder, &[&usual[..], more].concat());
    let mut child = child.envs(variables.iter().copied()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

impl Served {
    /// An empty registry.
    pub(crate) fn new() -> Self {
        Self::of(TestRepository::new(), &[])
    }

    /// An empty registry in a folder, with these arguments too.
    pub(crate) fn of(folder: TestRepository, more: &[&str]) -> Self {
        let database = POSTGRES.with_borrow(|own| own.as_ref().map(|own| own.url().to_owned()));
        // Replicas share a key, so it lies beside no database.
        let own = database.as_ref().map(|url| ["--database", url, "--key-file", "registry.key"]);
        let own = own.iter().flatten().copied();
        let all: Vec<_> = own.chain(more.iter().copied()).collect();
        let started = serve(folder.path(), &all);
        Self::started(folder, started)
    }

    /// One that was started in a folder.
    pub(crate) fn started(folder: TestRepository, (child, started): (Child, Value)) -> Self {
        let text = |key: &str| started[key].as_str().unwrap_or_default().to_owned();
        Self { url: text("url"), token: text("token"), folder, child }
    }

    /// The product `pipeline` with `core`, and the parties `maker`, `one` and `two` with an `ada` each, whose keys are files.
    pub(crate) fn pipeline() -> Self {
        Self::new().with_pipeline()
    }

    /// The same in a registry that is empty.
    pub(crate) fn with_pipeline(self) -> Self {
        let served = self;
        served.folder.write(&[("trainyard.toml", POLICY), ("channels.toml", CHANNELS)]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(served.begin()).unwrap();
        served
    }

    /// Says who there is; from within, since a command for each takes a while.
    async fn begin(&self) -> Result<(), ClientError> {
        let mut settings = ClientSettings::new(&self.url);
        settings.token = Some(self.token.clone());
        let client = Client::new(settings)?;
        let text = |value: &str| value.to_owned();
        for (seed, party) in ["maker", "one", "two"].into_iter().enumerate() {
            let key = PrivateKey::from_bytes(&[u8::try_from(seed).unwrap() + 1; 32]);
            let public = key.public_key().to_openssh();
            let file = format!("{party}.pem");
            self.folder.write(&[(&file, &key.to_pem()), (&format!("{file}.pub"), &public)]);
            let (name, title, why) = (text(party), text(party), String::new());
            client.enrol_party(&NewParty { name, title, why }).await?;
            let (name, title, why) = (text("ada"), text("Ada"), String::new());
            client.enrol_principal(party, &NewPrincipal { name, title, why }).await?;
            let why = String::new();
            let key = NewKey { public, until: None, replaces: None, why };
            client.enrol_key(party, "ada", &key).await?;
        }
        let (name, title) = (text("pipeline"), text("Pipeline"));
        let product = NewProduct { name, title, party: text("maker"), why: String::new() };
        client.create_product(&product).await?;
        let channels = toml::from_str(CHANNELS).unwrap();
        let policy = NewPolicy { text: text(POLICY), channels, why: text("begin") };
        client.set_policy("pipeline", &policy).await?;
        Ok(())
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        self.folder.path()
    }

    /// Writes the manifest of a version of `core`.
    pub(crate) fn manifest(&self, version: &str) -> String {
        let name = format!("core-{version}/release.toml");
        let text = format!("[release]\nname = \"core\"\nversion = \"{version}\"\n");
        self.folder.write(&[(&name, &text)]);
        name
    }

    /// Publishes a version of `core`.
    pub(crate) fn publish(&self, version: &str) {
        let manifest = self.manifest(version);
        self.done(&["publish", "release", "core", "--manifest", &manifest]);
    }

    /// Runs a command as the administrator.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        answer(self.command(arguments).env("TRAINYARD_TOKEN", &self.token))
    }

    /// A command that knows where the registry is, and nobody's token.
    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = bare(self.path(), arguments);
        command.env("TRAINYARD_REGISTRY", &self.url);
        command
    }

    /// Runs a command that must go well.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.transcript());
        run.stdout
    }

    /// What a command told for programs.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.transcript()))
    }

    /// Runs commands one after the other, and tells what was said as a terminal shows it.
    pub(crate) fn session(&self, commands: &[&[&str]]) -> String {
        let mut text = String::new();
        for arguments in commands {
            let run = self.run(arguments);
            let shown: Vec<_> = arguments
                .iter()
                .map(|it| if it.contains(' ') { format!("'{it}'") } else { (*it).to_owned() })
                .collect();
            let code = if run.code == 0 { String::new() } else { format!("[{}]\n", run.code) };
            let said = format!("{}{}", run.stdout, run.stderr);
            writeln!(text, "$ trainyard {}\n{said}{code}", shown.join(" ")).unwrap();
        }
        text
    }
}

/// A command with nothing of the user's.
pub(crate) fn bare(folder: &Utf8Path, arguments: &[&str]) -> std::process::Command {
    let home = |name: &str| Utf8PathBuf::from(folder).join(".git/tests").join(name);
    let mut command = command(folder, arguments);
    command
        .env("HOME", home("home"))
        .env("XDG_CONFIG_HOME", home("config"))
        .env("XDG_STATE_HOME", home("state"))
        .env_remove("TRAINYARD_TOKEN")
        .env_remove("TRAINYARD_REGISTRY")
        .env("NO_PROXY", "127.0.0.1");
    command
}

/// Whatever differs between runs becomes a word.
pub(crate) fn settled() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "2026-01-01 00:00:00 UTC");
    settings.add_filter(r#""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z""#, "\"2026-01-01T00:00:00Z\"");
    settings.add_filter(r"http://127\.0\.0\.1:\d+", "http://registry.example");
    settings.add_filter("AAAAC3[A-Za-z0-9+/=]+", "PUBLICKEY");
    settings.add_filter(r"ty_[A-Za-z0-9_-]{43}", "ty_SECRET");
    settings.add_filter(r"trainyard\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+", "trainyard+KEY");
    settings.add_filter(r"\b[0-9a-f]{64}\b", "DIGEST");
    settings.add_filter(r"\b[0-9a-f]{12}\b", "SHORTDIGEST.");
    settings.bind_to_scope()
}

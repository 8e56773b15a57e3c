//! A server that is a process of its own: this test program, told to run [`server_of_another_process`] alone.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc::channel,
    thread::spawn,
    time::Duration,
};

use camino::Utf8Path;
use trainyard_server::{
    Settings, serve,
    telemetry::{self, LogForm},
};
use trainyard_store::Database;

use crate::support::block_on;

/// How a server is told what to do: its database, and a folder with what replicas share.
const ORDERS: [&str; 2] = ["SERVER_TEST_DATABASE", "SERVER_TEST_FOLDER"];

#[test]
#[ignore = "is run by other tests, as another process"]
#[expect(clippy::disallowed_methods, reason = "it is told what to do by the environment")]
fn server_of_another_process() {
    let [Ok(database), Ok(folder)] = ORDERS.map(std::env::var) else { return };
    let folder = Utf8Path::new(&folder);
    let mut settings = Settings::new(database.parse().expect("what the test needs"));
    settings.address = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.key = Some(folder.join("key.pem"));
    settings.admin_token = Some(folder.join("token"));
    settings.limits.tokens = None;
    settings.limits.peers = None;
    settings.options.connect_patience = Duration::from_secs(2);
    settings.options.commit_patience = Duration::from_secs(2);
    block_on(async {
        telemetry::begin(LogForm::Json, "info");
        let started = |running: &trainyard_server::Running| {
            let mut out = std::io::stdout();
            let told = writeln!(out, "listens {}", running.address).and_then(|()| out.flush());
            told.expect("what the test needs");
        };
        // The database may be gone for the moment.
        while serve(settings.clone(), started).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
}

/// A server that runs.
pub(crate) struct Replica {
    process: Child,
    /// Where it listens.
    pub(crate) url: String,
}

impl Replica {
    /// Starts one, and waits until it listens.
    #[expect(clippy::disallowed_methods, reason = "replicas are other processes")]
    pub(crate) fn start(database: &Database, folder: &Utf8Path) -> Self {
        let database = match database {
            Database::Postgres(url) => url.clone(),
            other => other.to_string(),
        };
        let log = std::fs::File::options().create(true).append(true).open(folder.join("log.jsonl"));
        let log = log.expect("what the test needs");
        let mut command = Command::new(std::env::current_exe().expect("what the test needs"));
        let test = "kills::replica::server_of_another_process";
        command.args(["--exact", test, "--ignored", "--nocapture"]);
        command.envs(ORDERS.into_iter().zip([database, folder.to_string()]));
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().expect("it starts");
        let out = BufReader::new(process.stdout.take().expect("it is piped"));
        let (sender, receiver) = channel();
        // What it prints is read to its end, so that it never waits for a reader.
        spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listens ") {
                    _ = sender.send(format!("http://{}", address.trim()));
                }
            }
        });
        let url = receiver.recv_timeout(Duration::from_mins(1)).expect("it listens");
        Self { process, url }
    }

    /// Asks it kindly to end, and says whether it did so in order.
    #[expect(clippy::disallowed_methods, reason = "a signal is sent by a program")]
    pub(crate) fn end(mut self) -> bool {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("a signal can be sent");
        self.process.wait().is_ok_and(|status| status.success())
    }

    /// Kills it with SIGKILL.
    pub(super) fn kill(&mut self) {
        let ended = self.process.try_wait().expect("it can be asked");
        assert_eq!(ended, None, "a replica has ended by itself");
        self.process.kill().expect("it can be killed");
        _ = self.process.wait();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

//! Writers that are killed, and servers that stop: what was acknowledged stays, and stays once.
//!
//! The writers are processes of their own: this test program, told to run [`writer_of_another_process`] alone.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{sleep, spawn},
    time::{Duration, Instant},
};

use trainyard_store::{Append, AppendError, Database, Idempotency, Options, Store};
use trainyard_testkit::PostgresServer;

use crate::support::{Folder, block_on, entry, open, options};

/// How a writer is told what to do: the database's URL or path, its name, and the number of its first text.
const ORDERS: [&str; 3] = ["STORE_TEST_DATABASE", "STORE_TEST_WRITER", "STORE_TEST_FIRST"];

#[test]
#[ignore = "is run by other tests, as another process"]
#[expect(clippy::disallowed_methods, reason = "it is told what to do by the environment")]
fn writer_of_another_process() {
    let [Ok(database), Ok(name), Ok(first)] = ORDERS.map(std::env::var) else { return };
    let database: Database = database.parse().unwrap();
    let options = Options { commit_patience: Duration::from_secs(1), ..options() };
    block_on(async {
        let store = loop {
            match Store::open(&database, options.clone()).await {
                Ok(store) => break store,
                Err(error) => assert!(error.is_temporary(), "{error:?}"),
            }
        };
        for number in first.parse::<u64>().unwrap().. {
            write(&store, &format!("{name}/{number}")).await;
            // The parent may be gone: then so is this.
            let mut out = std::io::stdout();
            if writeln!(out, "acknowledged {number}").and_then(|()| out.flush()).is_err() {
                return;
            }
        }
    });
}

/// Appends a text, as often as it takes. Its idempotency key is the text.
async fn write(store: &Store, text: &str) {
    let entries = [entry(text)];
    loop {
        let key = Idempotency {
            token: "writer",
            key: text,
            request_digest: text,
            status: 200,
            answer: b"",
            expires_us: i64::MAX,
            now_us: 0,
        };
        let kept = async {
            let after = store.size().await?;
            let append =
                Append { after, entries: &entries, idempotency: Some(key), ..Append::default() };
            store.append(&append).await
        };
        match kept.await {
            // A key that is there came with its entry, before this writer or its predecessor could tell.
            Ok(_) | Err(AppendError::Repeated) => return,
            Err(AppendError::Moved { .. }) => {}
            Err(AppendError::Store(error)) if !error.is_temporary() => panic!("{error:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// A writer that runs.
struct Writer {
    process: Child,
    acknowledged: Receiver<u64>,
}

impl Writer {
    #[expect(clippy::disallowed_methods, reason = "writers are other processes")]
    fn start(database: &str, name: &str, first: u64) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "kills::writer_of_another_process", "--ignored", "--nocapture"]);
        let orders = [database, name, &first.to_string()].map(str::to_owned);
        command.envs(ORDERS.into_iter().zip(orders)).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, acknowledged) = channel();
        spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(number) = line.strip_prefix("acknowledged ") {
                    // A line that the kill cut short was not told.
                    _ = number.parse().map(|number| sender.send(number));
                }
            }
        });
        Self { process, acknowledged }
    }

    /// Kills it with SIGKILL, and returns the last number that it acknowledged.
    fn kill(mut self) -> Option<u64> {
        assert_eq!(self.process.try_wait().unwrap(), None, "a writer has ended by itself");
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.acknowledged.iter().last()
    }
}

/// Numbers that look random, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Kills one writer after another while it writes to a file, and looks after each whether all is there.
fn kill_writers_of_a_file(kills: u32, seed: u64) {
    let mut chance = Chance(seed);
    let folder = Folder::new();
    let database = folder.database();
    let (mut told, mut seen) = (0, 0);
    for _ in 0..kills {
        let writer = Writer::start(&database.to_string(), "writer", told);
        sleep(Duration::from_millis(10 + chance.below(140)));
        if let Some(last) = writer.kill() {
            told = last + 1;
        }
        block_on(async {
            let store = open(&database).await;
            let new = store.entries(seen, 10_000).await.unwrap();
            for (number, entry) in (seen..).zip(new) {
                assert_eq!(entry.body, format!("writer/{number}").into_bytes());
                seen += 1;
            }
            // All that was told, and at most the one that could not be told any more.
            assert!(seen == told || seen == told + 1, "{seen} entries, {told} acknowledged");
            store.verify().await.unwrap();
            store.close().await;
        });
    }
    println!("{kills} kills: {told} acknowledged entries, all there");
    assert!(told > u64::from(kills) / 2, "hardly anything was written: {told}");
}

// 200 kills in all, in parts that may run at the same time.

#[test]
fn what_a_killed_writer_acknowledged_is_in_the_file_1() {
    kill_writers_of_a_file(50, 0x9e37_79b9_7f4a_7c15);
}

#[test]
fn what_a_killed_writer_acknowledged_is_in_the_file_2() {
    kill_writers_of_a_file(50, 0xbf58_476d_1ce4_e5b9);
}

#[test]
fn what_a_killed_writer_acknowledged_is_in_the_file_3() {
    kill_writers_of_a_file(50, 0x94d0_49bb_1331_11eb);
}

#[test]
fn what_a_killed_writer_acknowledged_is_in_the_file_4() {
    kill_writers_of_a_file(50, 0xd6e8_feb8_6659_fd93);
}

#[test]
fn a_database_whose_maker_is_killed_can_be_opened() {
    let mut chance = Chance(0xa076_1d64_78bd_642f);
    for _ in 0..20 {
        let folder = Folder::new();
        let writer = Writer::start(&folder.database().to_string(), "writer", 0);
        sleep(Duration::from_millis(2 + chance.below(30)));
        let told = writer.kill();
        block_on(async {
            let store = open(&folder.database()).await;
            let verified = store.verify().await.unwrap();
            assert!(verified.entries > told.unwrap_or(0) || told.is_none());
            store.close().await;
        });
    }
}

/// Three writers on one server: one is killed again and again, and the server stops once.
fn kill_writers_of_a_server(how_long: Duration, every: Duration) {
    let Some(mut server) = PostgresServer::start() else { return };
    let url = server.create("writers");
    let mut chance = Chance(0xe703_7ed1_a0b4_28db);
    let names = ["one", "two", "three"];
    // The next number of each: what it told last and the one after that.
    let mut next = [0_u64; 3];
    let mut writers: Vec<_> =
        names.iter().map(|name| Writer::start(&url, name, 0)).map(Some).collect();
    let start = Instant::now();
    let mut kills = 0;
    let mut is_stopped = false;
    while start.elapsed() < how_long {
        sleep(every);
        if !is_stopped && start.elapsed() > how_long / 2 {
            is_stopped = true;
            server.stop();
            sleep(Duration::from_millis(300));
            server.start_again();
        }
        let victim = usize::try_from(chance.below(3)).unwrap();
        if let Some(last) = writers[victim].take().and_then(Writer::kill) {
            next[victim] = last + 1;
        }
        kills += 1;
        writers[victim] = Some(Writer::start(&url, names[victim], next[victim]));
    }
    for (writer, next) in writers.into_iter().zip(&mut next) {
        if let Some(last) = writer.and_then(Writer::kill) {
            *next = last + 1;
        }
    }
    let mut kept: BTreeMap<String, u32> = BTreeMap::new();
    let size = block_on(async {
        let store = open(&url.parse().unwrap()).await;
        let size = store.verify().await.unwrap().entries;
        let read = store.replay(0, |entry| {
            *kept.entry(String::from_utf8(entry.body).unwrap()).or_default() += 1;
            Ok::<_, ()>(())
        });
        read.await.unwrap().unwrap();
        store.close().await;
        size
    });
    println!("{kills} kills, one stop: {size} entries, {} acknowledged", next.iter().sum::<u64>());
    assert!(kept.values().all(|times| *times == 1), "something is there twice");
    for (name, next) in names.iter().zip(next) {
        assert!(next > 10, "{name} hardly wrote anything");
        let lost = (0..next).find(|number| !kept.contains_key(&format!("{name}/{number}")));
        assert_eq!(lost, None, "of {name}");
        // At most one could not be told any more.
        assert!(!kept.contains_key(&format!("{name}/{}", next + 1)));
    }
}

#[test]
fn what_killed_writers_acknowledged_is_on_the_server_once() {
    kill_writers_of_a_server(Duration::from_secs(6), Duration::from_millis(600));
}

#[test]
#[ignore = "takes two minutes, which `cargo test` allows"]
fn what_killed_writers_acknowledged_is_on_the_server_once_for_two_minutes() {
    kill_writers_of_a_server(Duration::from_mins(2), Duration::from_secs(2));
}

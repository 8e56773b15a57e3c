//! Witnesses that confirm the log: small ones, which check what they are asked as C2SP tlog-witness says.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use trainyard_attest::{
    Checkpoint, NoteKey, PrivateKey, SignedNote, WitnessRefusal, WitnessRequest,
};
use trainyard_server::{Witness, WitnessSettings};

use crate::support::{Server, block_on, key_of, on_both, open_channels};

on_both! {
    enough_witnesses_confirm_the_log
}

/// What a witness knows, and whether it answers.
#[derive(Default)]
struct Known {
    log: Option<NoteKey>,
    checkpoint: Option<Checkpoint>,
    asked: u32,
}

/// A witness of a test's own.
struct Small {
    key: PrivateKey,
    name: String,
    known: Arc<Mutex<Known>>,
    url: String,
}

impl Small {
    async fn new(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/witness/", listener.local_addr().unwrap());
        let (key, known) = (key_of(name), Arc::<Mutex<Known>>::default());
        let own = (key.clone(), name.to_owned(), Arc::clone(&known));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                answer(stream, &own.0, &own.1, &own.2).await;
            }
        });
        Self { key, name: name.to_owned(), known, url }
    }

    fn settings(&self) -> Witness {
        let key = NoteKey::of_witness(&*self.name, self.key.public_key()).unwrap();
        Witness { url: self.url.clone(), key }
    }

    fn know(&self, log: NoteKey) {
        self.known.lock().unwrap().log = Some(log);
    }

    fn asked(&self) -> u32 {
        self.known.lock().unwrap().asked
    }
}

async fn answer(mut stream: TcpStream, key: &PrivateKey, name: &str, known: &Mutex<Known>) {
    let mut text = String::new();
    let (front, body) = loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap_or_default();
        if read == 0 {
            return;
        }
        text.push_str(std::str::from_utf8(&part[..read]).unwrap());
        let Some((front, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = front
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break (front.to_owned(), body.to_owned());
        }
    };
    assert!(front.starts_with("POST /witness/add-checkpoint "), "{front}");
    let (status, said) = judge(&body, key, name, &mut known.lock().unwrap());
    let length = said.len();
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{said}"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
}

fn judge(body: &str, key: &PrivateKey, name: &str, known: &mut Known) -> (u16, String) {
    known.asked += 1;
    let request = WitnessRequest::from_text(body).unwrap();
    let Some(log) = &known.log else { return (404, String::new()) };
    match request.check(log, known.checkpoint.as_ref()) {
        Ok(checkpoint) => {
            let mut note = SignedNote::new(checkpoint.to_string()).unwrap();
            note.cosign(name, key, 1_767_225_600).unwrap();
            known.checkpoint = Some(checkpoint);
            (200, note.to_string().split_once("\n\n").unwrap().1.to_owned())
        }
        Err(WitnessRefusal::Conflict(size)) => (409, format!("{size}\n")),
        Err(WitnessRefusal::NotSigned(_)) => (403, String::new()),
        Err(_) => (422, String::new()),
    }
}

/// The size of the newest checkpoint that is told as confirmed, once it is so many entries, and who confirmed it.
async fn confirmed(server: &Server, witnesses: &[NoteKey]) -> (u64, usize) {
    let log = server.running.desk().note_key().unwrap();
    for _ in 0..200 {
        let size = server.running.desk().ledger().size();
        let said = server.get_as_admin("log/checkpoint/cosigned").await;
        if said.status == 200 {
            let note = SignedNote::from_text(&said.text).unwrap();
            let checkpoint = Checkpoint::from_text(note.verify(&log).unwrap()).unwrap();
            if checkpoint.size == size {
                return (size, note.cosigned_by(witnesses).len());
            }
        }
        server.watch.pass(100_000);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no witness confirms the log");
}

fn enough_witnesses_confirm_the_log() {
    block_on(async {
        let smalls = [
            Small::new("one.example").await,
            Small::new("two.example").await,
            Small::new("late.example").await,
        ];
        let all: Vec<_> = smalls.iter().map(Small::settings).collect();
        let keys: Vec<_> = all.iter().map(|witness| witness.key.clone()).collect();
        let settings = WitnessSettings { all, threshold: 2 };
        let server = Server::with(|own| own.witnesses = settings.clone()).await;
        server.get_as_admin("log/checkpoint/cosigned").await.is(404);
        // One knows another log alone, and is not needed.
        let log = server.running.desk().note_key().unwrap();
        smalls[0].know(log.clone());
        smalls[1].know(log);
        assert_eq!(confirmed(&server, &keys).await, (3, 2));
        server.pipeline(open_channels()).await;
        let (size, count) = confirmed(&server, &keys).await;
        assert!(size > 3);
        assert_eq!(count, 2);
        // Another replica goes on from what this one was told, and asks nothing that is confirmed.
        let asked = smalls[0].asked();
        let second = Server::on(server.database.clone(), |own| {
            own.key.clone_from(&server.key);
            own.witnesses = settings.clone();
        })
        .await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(smalls[0].asked(), asked);
        drop(second);
        server.publish("1.0.0").await;
        assert_eq!(confirmed(&server, &keys).await.1, 2);
        let kept = smalls[1].known.lock().unwrap().checkpoint.clone().unwrap();
        assert_eq!(kept.size, server.running.desk().ledger().size());
    });
}

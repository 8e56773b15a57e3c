//! Repositories behind a web server, as a CDN has them.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use camino::Utf8PathBuf;
use trainyard_artifact::{Location, StoreError};

use crate::site::{CHANNEL, PRODUCT, Site, head_at, noon};

/// What the server does with a file that it is to be difficult about.
#[derive(Clone, Copy)]
enum Mischief {
    /// Says a length and goes on for ever.
    LyingLength,
    /// Says no length and goes on for ever.
    NoLength,
    /// Says that it is not allowed.
    Denied,
    /// Fails.
    Failing,
}

/// Serves a folder at `/snapshots/` on a port of this machine, for as long as the tests run; counts what it sent.
fn serve(
    folder: Utf8PathBuf,
    difficult: Option<(&'static str, Mischief)>,
) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/snapshots", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (folder, counter) = (folder.clone(), Arc::clone(&counter));
            std::thread::spawn(move || answer(&stream, &folder, difficult, &counter));
        }
    });
    (address, sent)
}

fn answer(
    stream: &TcpStream,
    folder: &Utf8PathBuf,
    difficult: Option<(&str, Mischief)>,
    sent: &AtomicU64,
) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let request = lines.next()?;
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = request.split(' ').nth(1)?.strip_prefix("/snapshots/")?.to_owned();
    let mut stream = stream;
    let mut reply = |status: &str, headers: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok()
    };
    match difficult.filter(|(name, _)| path == *name) {
        None => match fs_err::read(folder.join(&path)) {
            Ok(body) => reply("200 OK", &format!("Content-Length: {}\r\n", body.len()), &body),
            Err(_) => reply("404 Not Found", "Content-Length: 0\r\n", b""),
        },
        Some((_, Mischief::Denied)) => reply("403 Forbidden", "Content-Length: 0\r\n", b""),
        Some((_, Mischief::Failing)) => reply("400 Bad Request", "Content-Length: 0\r\n", b""),
        Some((_, mischief)) => {
            let length = match mischief {
                Mischief::LyingLength => "Content-Length: 1000\r\n",
                _ => "",
            };
            reply("200 OK", length, b"")?;
            let block = vec![b' '; 65536];
            for _ in 0..1024 {
                stream.write_all(&block).ok()?;
                sent.fetch_add(65536, Ordering::Relaxed);
            }
            Some(())
        }
    }
}

async fn head(
    site: &Site,
    difficult: Option<(&'static str, Mischief)>,
) -> (Result<String, StoreError>, u64) {
    let (address, sent) = serve(site.path(), difficult);
    let location = Location::open(&address, &[]).unwrap();
    let mut client = site.new_client();
    let head = head_at(&location, &mut client, PRODUCT, CHANNEL, noon()).await;
    (head, sent.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_web_server_is_followed() {
    let site = Site::published().await;
    assert_eq!(head(&site, None).await.0.unwrap(), "one");
}

#[tokio::test]
async fn what_may_not_be_read_is_taken_for_missing() {
    // Buckets without the right to list them answer so where there is no newer root.
    let site = Site::published().await;
    let (told, _) = head(&site, Some(("metadata/2.root.json", Mischief::Denied))).await;
    assert_eq!(told.unwrap(), "one");
    let (told, _) = head(&site, Some(("metadata/timestamp.json", Mischief::Denied))).await;
    assert_eq!(told.unwrap_err().refusal().unwrap().name(), "missing");
}

#[tokio::test]
async fn a_server_that_fails_is_no_news() {
    // A failure is never taken for `there is no newer root`.
    let site = Site::published().await;
    let (told, _) = head(&site, Some(("metadata/2.root.json", Mischief::Failing))).await;
    assert_eq!(told.unwrap_err().to_string(), "cannot read `metadata/2.root.json`");
}

#[tokio::test]
async fn data_without_end_ends() {
    let site = Site::published().await;
    for mischief in [Mischief::LyingLength, Mischief::NoLength] {
        for path in ["metadata/timestamp.json", "metadata/1.snapshot.json"] {
            let (told, sent) = head(&site, Some((path, mischief))).await;
            assert!(told.is_err(), "{path}");
            assert!(sent < 32 << 20, "{path}: {sent}");
        }
    }
}

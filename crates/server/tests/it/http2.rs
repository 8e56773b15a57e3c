//! Connections of HTTP/2 that mean no good, as bytes.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Server, block_on};

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A connection that has begun.
async fn connect(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.running.address).await.unwrap();
    let front = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    stream.write_all(&[&front[..], &frame(SETTINGS, 0, 0, &[])].concat()).await.unwrap();
    stream
}

/// The kinds and payloads of all frames until the connection ends.
async fn to_end(stream: &mut TcpStream) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    let mut head = [0; 9];
    while let Ok(Ok(_)) = timeout(Duration::from_secs(10), stream.read_exact(&mut head)).await {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        if stream.read_exact(&mut payload).await.is_err() {
            break;
        }
        frames.push((head[3], payload));
    }
    frames
}

#[test]
fn requests_that_are_taken_back_at_once_end_the_connection() {
    block_on(async {
        let server = Server::new().await;
        let mut stream = connect(&server).await;
        // GET http://x/ and its end, again and again.
        let request = [0x82, 0x86, 0x84, 0x41, 0x01, b'x'];
        let mut flood = Vec::new();
        for place in 0..2000 {
            let id = 2 * place + 1;
            flood.extend(frame(HEADERS, 0x5, id, &request));
            flood.extend(frame(RESET, 0, id, &8_u32.to_be_bytes()));
        }
        // The server may have ended it before all of it was sent.
        let _ = stream.write_all(&flood).await;
        let frames = to_end(&mut stream).await;
        let said: Vec<_> = frames.iter().filter(|(kind, _)| *kind == GO_AWAY).collect();
        // ENHANCE_YOUR_CALM.
        let calm = said.iter().any(|(_, payload)| payload.get(4..8) == Some(&[0, 0, 0, 11]));
        assert!(calm || said.is_empty(), "{said:?}");
        assert!(stream.write_all(&frame(PING, 0, 0, &[0; 8])).await.is_err() || !said.is_empty());
        server.get("products").await.is(200);
    });
}

#[test]
fn a_connection_that_says_nothing_is_ended() {
    block_on(async {
        let ping = Duration::from_millis(300);
        let server = Server::with(|settings| settings.limits.ping = ping).await;
        let begun = Instant::now();
        let mut stream = connect(&server).await;
        let frames = to_end(&mut stream).await;
        assert!(begun.elapsed() < Duration::from_secs(8), "it was kept");
        assert!(frames.iter().any(|(kind, _)| *kind == PING), "{frames:?}");
    });
}

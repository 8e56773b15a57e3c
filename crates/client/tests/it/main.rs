//! What a client does when the registry, or what stands before it, is in trouble.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    thread::JoinHandle,
    time::Duration,
};

use trainyard_api as api;
use trainyard_client::{Client, ClientError, ClientSettings};

/// A request as it came: its first line, its headers in lower case, and its body.
#[derive(Debug)]
struct Came {
    line: String,
    headers: Vec<String>,
    body: String,
}

impl Came {
    fn header(&self, name: &str) -> Option<&str> {
        let front = format!("{name}: ");
        self.headers.iter().find_map(|header| header.strip_prefix(front.as_str()))
    }
}

/// Answers one request a connection, with these answers in turn, and tells what came.
fn answering(answers: Vec<String>) -> (String, JoinHandle<Vec<Came>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    let thread = std::thread::spawn(move || {
        let mut all = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("a copy"));
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a line");
                match line.trim_end() {
                    "" => break,
                    line => lines.push(line.to_owned()),
                }
            }
            let line = lines.remove(0);
            let headers = lines.iter().map(|header| header.to_lowercase()).collect();
            let mut came = Came { line, headers, body: String::new() };
            let length =
                came.header("content-length").map_or(0, |it| it.parse().expect("a number"));
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            came.body = String::from_utf8(body).expect("a text");
            all.push(came);
            stream.write_all(answer.as_bytes()).expect("somebody listens");
        }
        all
    });
    (address, thread)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}

fn receipt() -> String {
    answer("201 Created", "", r#"{"is-changed":true,"size":4,"entries":[]}"#)
}

fn client(address: &str) -> Client {
    let mut settings = ClientSettings::new(address);
    settings.token = Some("ty_secret".to_owned());
    settings.patience = Duration::from_secs(5);
    Client::new(settings).expect("an address")
}

fn block_on<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().expect("a runtime").block_on(test)
}

fn party() -> api::NewParty {
    api::NewParty { name: "one".to_owned(), title: "One".to_owned(), why: String::new() }
}

#[test]
fn a_command_is_sent_again_with_its_key() {
    let busy = answer("503 Service Unavailable", "retry-after: 1\r\n", "");
    let (address, thread) = answering(vec![busy, receipt()]);
    let begun = std::time::Instant::now();
    let receipt = block_on(client(&address).enrol_party(&party())).expect("an answer");
    assert!(receipt.is_changed);
    assert!(begun.elapsed() >= Duration::from_secs(1), "it waits as long as it is asked to");
    let came = thread.join().expect("the server");
    let key = came[0].header("idempotency-key").expect("a key");
    assert_eq!(came[1].header("idempotency-key"), Some(key));
    assert_eq!(came[0].line, "POST /api/v1/parties HTTP/1.1");
    assert_eq!(came[0].body, came[1].body);
    assert_eq!(came[0].header("authorization"), Some("bearer ty_secret"));
}

#[test]
fn two_commands_have_two_keys() {
    let (address, thread) = answering(vec![receipt(), receipt()]);
    let client = client(&address);
    for _ in 0..2 {
        block_on(client.enrol_party(&party())).expect("an answer");
    }
    let came = thread.join().expect("the server");
    assert_ne!(came[0].header("idempotency-key"), came[1].header("idempotency-key"));
}

#[test]
fn what_is_refused_is_not_sent_again() {
    let problem = r#"{"type":"urn:trainyard:problem:x","title":"Conflict","status":409,
        "detail":"the party is there","code":"x","hint":"choose another"}"#;
    let (address, thread) = answering(vec![answer("409 Conflict", "", problem)]);
    let error = block_on(client(&address).enrol_party(&party())).expect_err("a refusal");
    assert!(matches!(&error, ClientError::Refused(_)), "{error:?}");
    assert_eq!(error.to_string(), "the party is there");
    assert_eq!(error.hint().as_deref(), Some("choose another"));
    assert_eq!(thread.join().expect("the server").len(), 1);
}

#[test]
fn a_registry_that_asks_for_a_long_wait_is_not_waited_for() {
    let busy = answer("429 Too Many Requests", "retry-after: 3600\r\n", "");
    let (address, thread) = answering(vec![busy]);
    let error = block_on(client(&address).products()).expect_err("no answer");
    assert!(matches!(&error, ClientError::Unavailable { .. }), "{error:?}");
    assert_eq!(error.hint().as_deref(), Some("try again in 3600 s"));
    thread.join().expect("the server");
}

#[test]
fn nothing_is_sent_elsewhere() {
    let moved = answer("307 Temporary Redirect", "location: http://127.0.0.1:1/\r\n", "");
    let (address, thread) = answering(vec![moved]);
    let error = block_on(client(&address).products()).expect_err("no answer");
    assert!(matches!(error, ClientError::Redirected { .. }), "{error:?}");
    thread.join().expect("the server");
}

#[test]
fn other_servers_are_told_apart() {
    let page = answer("404 Not Found", "", "<html>nothing here</html>");
    let hello = answer("200 OK", "", "<html>hello</html>");
    let (address, thread) = answering(vec![page, hello]);
    let client = client(&address);
    let error = block_on(client.products()).expect_err("no registry");
    assert!(matches!(error, ClientError::Foreign { status: 404, .. }), "{error:?}");
    let error = block_on(client.products()).expect_err("no registry");
    assert!(matches!(error, ClientError::Unreadable { .. }), "{error:?}");
    thread.join().expect("the server");
}

#[test]
fn lists_are_followed_to_their_end() {
    let party = |name: &str| format!(r#"{{"name":"{name}","title":"","since":"","principals":0}}"#);
    let first = format!(r#"{{"items":[{}],"next":"a/b"}}"#, party("one"));
    let second = format!(r#"{{"items":[{}]}}"#, party("two"));
    let (address, thread) =
        answering(vec![answer("200 OK", "", &first), answer("200 OK", "", &second)]);
    let found = block_on(client(&address).parties()).expect("a list");
    let names: Vec<_> = found.iter().map(|party| party.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    let came = thread.join().expect("the server");
    assert_eq!(came[1].line, "GET /api/v1/parties?limit=500&cursor=a%2Fb HTTP/1.1");
    assert_eq!(came[0].header("idempotency-key"), None);
}

#[test]
fn what_is_no_address_is_refused() {
    for address in [
        "",
        "registry.example",
        "ftp://registry.example",
        "https://me:word@host",
        "https://host/?a",
    ] {
        let refused = Client::new(ClientSettings::new(address));
        assert!(matches!(refused, Err(ClientError::Address { .. })), "{address}");
    }
    let mut settings = ClientSettings::new("https://registry.example");
    settings.token = Some("two\nlines".to_owned());
    assert!(matches!(Client::new(settings.clone()), Err(ClientError::Token)));
    assert!(!format!("{settings:?}").contains("lines"), "tokens are not shown");
}

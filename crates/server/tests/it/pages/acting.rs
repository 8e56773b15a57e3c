//! Signing in, and what forms do.

use reqwest::{Client, StatusCode, redirect::Policy};
use trainyard_attest::Outcome;
use trainyard_server::Secret;

use super::world::World;
use crate::support::{Server, block_on};

/// Somebody with a browser: it keeps the cookie, and follows no redirects by itself.
pub(super) struct Browser {
    http: Client,
    front: String,
    cookie: String,
}

pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) location: String,
    pub(super) caching: String,
    pub(super) text: String,
}

impl Browser {
    pub(super) fn new(world: &World) -> Self {
        Self::on(&world.server)
    }

    pub(super) fn on(server: &Server) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { http, front: server.running.url(), cookie: String::new() }
    }

    async fn take(&mut self, request: reqwest::RequestBuilder) -> Seen {
        let response = request.header("cookie", &self.cookie).send().await.expect("an answer");
        for set in response.headers().get_all("set-cookie") {
            let set = set.to_str().expect("a text");
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
            set.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        }
        let status = response.status();
        let location = response
            .headers()
            .get("location")
            .map_or("", |it| it.to_str().expect("a text"))
            .to_owned();
        let caching = response.headers().get("cache-control");
        let caching = caching.map_or("", |it| it.to_str().expect("a text")).to_owned();
        Seen { status, location, caching, text: response.text().await.expect("a text") }
    }

    pub(super) async fn get(&mut self, path: &str) -> Seen {
        let request = self.http.get(format!("{}{path}", self.front));
        self.take(request).await
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = self.http.post(format!("{}{path}", self.front));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.take(request.body(body.join("&"))).await
    }

    /// Sends JSON, as scripts do.
    pub(super) async fn send(
        &mut self,
        method: reqwest::Method,
        path: &str,
        body: &serde_json::Value,
    ) -> Seen {
        let request = self.http.request(method, format!("{}{path}", self.front));
        self.take(request.json(body)).await
    }

    pub(super) async fn csrf(&mut self, path: &str) -> String {
        let page = self.get(path).await;
        let field = page.text.split("name=\"csrf\" value=\"").nth(1).expect("a form");
        field.split('"').next().expect("a value").to_owned()
    }

    pub(super) async fn sign_in(&mut self, token: &str) {
        let csrf = self.csrf("/sign-in").await;
        let seen =
            self.post("/sign-in", &[("csrf", &csrf), ("token", token), ("next", "/parties")]).await;
        assert_eq!((seen.status.as_u16(), seen.location.as_str()), (303, "/parties"));
    }
}

/// A value as forms send it.
fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let letter = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    value.bytes().map(letter).collect()
}

const PRODUCTION: &str = "/products/studio/channels/studio/production";

#[test]
fn one_signs_in_with_a_token_and_out_again() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let mut browser = Browser::new(&world);
        browser.sign_in(&world.server.admin).await;
        let page = browser.get("/parties").await;
        assert!(
            page.text.contains("admin/admin") && page.text.contains("Sign out"),
            "{}",
            page.text
        );
        assert!(!page.text.contains(&world.server.admin));
        assert_eq!(browser.get("/journal").await.status, 200);
        let csrf = browser.csrf("/").await;
        let old = browser.cookie.clone();
        assert_eq!(browser.post("/sign-out", &[("csrf", &csrf), ("next", "/")]).await.status, 303);
        // The session is over, not only forgotten by the browser.
        browser.cookie = old;
        assert!(browser.get("/").await.text.contains("Sign in"));
        assert_eq!(browser.get("/journal").await.status, 303);
    });
}

#[test]
fn wrong_tokens_and_foreign_ways_are_refused() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let mut browser = Browser::new(&world);
        let csrf = browser.csrf("/sign-in").await;
        let wrong = format!("ty_{}", "A".repeat(43));
        for token in ["", "no token", wrong.as_str()] {
            let seen = browser.post("/sign-in", &[("csrf", &csrf), ("token", token)]).await;
            assert_eq!(seen.status, 401);
        }
        let fields =
            [("csrf", csrf.as_str()), ("token", &world.server.admin), ("next", "//evil.example/")];
        assert_eq!(browser.post("/sign-in", &fields).await.location, "/");
    });
}

#[test]
fn a_link_signs_in_once() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let secret = Secret::read(&world.server.admin).expect("a token");
        let link = world.server.running.sign_in_link(&secret).await.expect("a link");
        let path = link.strip_prefix(&world.server.running.url()).expect("ours").to_owned();
        let mut browser = Browser::new(&world);
        assert_eq!(browser.get(&path).await.status, 303);
        assert!(browser.get("/").await.text.contains("Sign out"));
        assert_eq!(Browser::new(&world).get(&path).await.status, 401);
    });
}

#[test]
fn forms_of_others_change_nothing() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let mut browser = Browser::new(&world);
        let fields = [("version", "1.1.0"), ("head", "1.0.0"), ("why", "x")];
        let path = format!("{PRODUCTION}/promote");
        assert_eq!(browser.post(&path, &fields).await.status, 403);
        browser.sign_in(&world.server.admin).await;
        assert_eq!(browser.post(&path, &fields).await.status, 403);
        let wrong = [("csrf", "0123"), ("version", "1.1.0"), ("why", "x")];
        assert_eq!(browser.post(&path, &wrong).await.status, 403);
        assert_eq!(browser.post("/sign-out", &[("csrf", "0123")]).await.status, 403);
        // The interface changes nothing for a cookie.
        let api = format!("/api/v1{PRODUCTION}/freeze");
        let request = browser
            .http
            .post(format!("{}{api}", browser.front))
            .json(&serde_json::json!({ "is-frozen": true, "why": "x" }));
        assert_eq!(browser.take(request).await.status, 401);
        assert!(
            browser
                .get(PRODUCTION)
                .await
                .text
                .contains("<span class=\"status good\">open</span> · points")
        );
    });
}

#[test]
fn a_promotion_opens_up_and_is_made() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let mut browser = Browser::new(&world);
        browser.sign_in(&world.server.admin).await;
        let csrf = browser.csrf(PRODUCTION).await;
        let page = browser.get(PRODUCTION).await;
        assert!(page.text.contains("1 of 2 external validators"), "{}", page.text);
        let promote = [
            ("csrf", csrf.as_str()),
            ("version", "1.1.0"),
            ("head", "1.0.0"),
            ("why", "seen to work"),
        ];
        let path = format!("{PRODUCTION}/promote");
        let refused = browser.post(&path, &promote).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("does not stand open"), "{}", refused.text);
        world.attest("harbour/ada", "1.1.0", "", Outcome::Passed).await;
        let page = browser.get(PRODUCTION).await;
        assert!(page.text.contains("may enter"), "{}", page.text);
        let done = browser.post(&path, &promote).await;
        assert_eq!(
            (done.status.as_u16(), done.location),
            (303, format!("{PRODUCTION}?done=promote"))
        );
        assert!(browser.get(PRODUCTION).await.text.contains("seen to work"));
        // Who saw another head decides nothing.
        let again = browser
            .post(
                &path,
                &[("csrf", csrf.as_str()), ("version", "1.0.0"), ("head", "1.0.0"), ("why", "x")],
            )
            .await;
        assert_eq!(again.status, 409);
        let frozen = browser
            .post(&format!("{PRODUCTION}/freeze"), &[("csrf", &csrf), ("why", "holidays")])
            .await;
        assert_eq!(frozen.status, 303);
        assert!(browser.get(PRODUCTION).await.text.contains("holidays"));
        let thawed = browser
            .post(
                &format!("{PRODUCTION}/freeze"),
                &[("csrf", &csrf), ("why", "back"), ("thaw", "yes")],
            )
            .await;
        assert_eq!(thawed.status, 303);
        let demoted = browser
            .post(
                &format!("{PRODUCTION}/demote"),
                &[("csrf", &csrf), ("head", "1.1.0"), ("why", "slow")],
            )
            .await;
        assert_eq!(demoted.status, 303);
    });
}

#[test]
fn who_may_not_gets_no_form() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let mut guest = Browser::new(&world);
        assert!(!guest.get(PRODUCTION).await.text.contains(&format!("{PRODUCTION}/promote")));
        let token = world.server.token("reader", "maker/ada", &["validate"]).await;
        let mut reader = Browser::new(&world);
        reader.sign_in(&token).await;
        let page = reader.get(PRODUCTION).await;
        assert!(page.text.contains("has not the right"), "{}", page.text);
        let csrf = reader.csrf("/").await;
        let seen = reader
            .post(
                &format!("{PRODUCTION}/promote"),
                &[("csrf", &csrf), ("version", "1.1.0"), ("head", "1.0.0")],
            )
            .await;
        assert_eq!(seen.status, 403);
        // A registry that is read with a token asks for one.
        let server = Server::with(|settings| settings.access.anonymous_reads = false).await;
        let page = reqwest::get(server.url("/parties")).await.expect("an answer");
        assert_eq!(page.url().path(), "/sign-in");
    });
}

/// The next number that a page hears.
async fn heard(events: &mut reqwest::Response) -> u64 {
    let mut text = String::new();
    while !text.contains("\n\n") {
        let part = events.chunk().await.expect("a part").expect("more");
        text.push_str(&String::from_utf8_lossy(&part));
    }
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).expect("data");
    data.parse().expect("a number")
}

#[test]
fn pages_hear_when_the_log_grows() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let mut events = reqwest::get(world.server.url("/events")).await.expect("an answer");
        assert_eq!(events.headers()["content-type"], "text/event-stream");
        let before = heard(&mut events).await;
        world.attest("northlight/ada", "1.2.0", "", Outcome::Passed).await;
        assert!(heard(&mut events).await > before);
    });
}

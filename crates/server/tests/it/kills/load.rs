//! Clients that never give up, and what they were told.

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

/// What all clients share.
pub(super) struct Load {
    http: Client,
    admin: String,
    /// Where the servers are that run.
    urls: RwLock<Vec<String>>,
    next: AtomicU64,
    is_over: AtomicBool,
    told: Mutex<Told>,
}

/// What clients were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Releases whose publication was acknowledged: component and version.
    pub(super) published: Vec<(String, String)>,
    /// The version that won each race for the channel.
    pub(super) won: Vec<String>,
    /// Checkpoints that were signed meanwhile.
    pub(super) checkpoints: Vec<String>,
    /// How often a server did not answer, or said that it cannot now.
    pub(super) turned_away: u64,
    /// Answers that no server may give.
    pub(super) wrong: Vec<String>,
}

impl Load {
    pub(super) fn new(admin: String, urls: Vec<String>) -> Arc<Self> {
        let http = Client::builder().timeout(Duration::from_secs(8)).build();
        Arc::new(Self {
            http: http.expect("what the test needs"),
            admin,
            urls: RwLock::new(urls),
            next: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            told: Mutex::default(),
        })
    }

    /// Puts a server in another's place.
    pub(super) fn replace(&self, number: usize, url: String) {
        let mut urls = self.urls.write().unwrap_or_else(PoisonError::into_inner);
        urls[number] = url;
    }

    /// Lets clients end what they have begun.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    pub(super) fn told<T>(&self, tell: impl FnOnce(&mut Told) -> T) -> T {
        tell(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn url(&self) -> String {
        let urls = self.urls.read().unwrap_or_else(PoisonError::into_inner);
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        urls[usize::try_from(turn).unwrap_or_default() % urls.len()].clone()
    }

    async fn send(&self, method: Method, path: &str, body: Option<(&str, &Value)>) -> Sent {
        let url = format!("{}/api/v1/{path}", self.url());
        let mut request = self.http.request(method, url).bearer_auth(&self.admin);
        if let Some((key, body)) = body {
            request = request.header("idempotency-key", key).json(body);
        }
        let Ok(response) = request.send().await else { return Sent::Lost };
        self.read(response).await
    }

    async fn read(&self, response: Response) -> Sent {
        let status = response.status().as_u16();
        let can_wait = response.headers().contains_key("retry-after");
        let Ok(text) = response.text().await else { return Sent::Lost };
        match status {
            200..300 => Sent::Done(text),
            503 if can_wait => Sent::Lost,
            409 => Sent::Refused,
            _ => {
                self.told(|told| told.wrong.push(format!("{status}: {text}")));
                Sent::Refused
            }
        }
    }

    /// Sends a request until some server says yes or no.
    async fn insist(&self, path: &str, key: &str, body: &Value) -> Sent {
        loop {
            match self.send(Method::POST, path, Some((key, body))).await {
                Sent::Lost => {
                    self.told(|told| told.turned_away += 1);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                said => return said,
            }
        }
    }

    /// Carries out something that must work.
    pub(super) async fn must(&self, path: &str, key: &str, body: Value) {
        let said = self.insist(path, key, &body).await;
        let wrong = self.told(|told| told.wrong.clone());
        assert!(matches!(said, Sent::Done(_)), "{path}: {wrong:?}");
    }

    async fn publish(&self, component: &str, version: &str) {
        let manifest =
            json!({ "name": component, "version": { "text": version, "scheme": "semver" } });
        let body = json!({ "version": version, "document": manifest });
        let path = format!("products/pipeline/components/{component}/releases");
        let key = format!("publish-{component}-{version}");
        if let Sent::Done(_) = self.insist(&path, &key, &body).await {
            let one = (component.to_owned(), version.to_owned());
            self.told(|told| told.published.push(one));
        }
    }

    /// Publishes releases of a component, one after another.
    pub(super) async fn publish_many(self: Arc<Self>, component: &'static str) {
        for number in 0.. {
            if !self.goes_on() {
                return;
            }
            self.publish(component, &format!("{number}.0.0")).await;
        }
    }

    /// Lets three releases race for a channel, again and again. In each race all have seen the same head.
    pub(super) async fn race(self: Arc<Self>) {
        let mut head = None;
        for round in 0.. {
            if !self.goes_on() {
                return;
            }
            let versions: Vec<_> = (0..3).map(|car| format!("{round}.{car}.0")).collect();
            for version in &versions {
                self.publish("core", version).await;
            }
            let mut cars = tokio::task::JoinSet::new();
            for version in versions {
                let (load, head) = (Arc::clone(&self), head.clone());
                cars.spawn(async move {
                    let path = "products/pipeline/channels/core/latest/promote";
                    let body = json!({ "version": version, "expected": head });
                    let key = format!("promote-{version}");
                    match load.insist(path, &key, &body).await {
                        Sent::Done(_) => Some(version),
                        _ => None,
                    }
                });
            }
            let winners: Vec<String> = cars.join_all().await.into_iter().flatten().collect();
            if winners.len() != 1 {
                let wrong = format!("round {round} after {head:?} was won by {winners:?}");
                self.told(|told| told.wrong.push(wrong));
            }
            head = winners.into_iter().next().or(head);
            let won = head.clone();
            self.told(|told| told.won.extend(won));
        }
    }

    /// Collects checkpoints.
    pub(super) async fn watch(self: Arc<Self>) {
        while self.goes_on() {
            if let Sent::Done(note) = self.send(Method::GET, "log/checkpoint", None).await {
                self.told(|told| told.checkpoints.push(note));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Sent {
    /// It is done.
    Done(String),
    /// It was refused.
    Refused,
    /// Nobody knows, or not now.
    Lost,
}

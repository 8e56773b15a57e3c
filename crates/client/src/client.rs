//! Asking, again where that helps, and reading what is answered.

use std::{net::IpAddr, time::Duration};

use reqwest::{
    Method, Response, StatusCode,
    header::{self, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use trainyard_api::{Page, Problem};

use crate::{error::ClientError, place::Place};

/// How often a request is sent at most.
const TRIES: u32 = 5;
/// How long to wait before the second try; each later one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// No registry makes a client wait longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// More pages than this belong to no list.
const MOST_PAGES: usize = 10_000;
/// The header of requests that may be sent again.
const KEY: &str = "idempotency-key";

/// Which registry, and who speaks to it.
#[derive(Clone)]
pub struct ClientSettings {
    /// The front of the registry's URLs, as `https://registry.example.com`.
    pub address: String,
    /// The token of whoever speaks; `None`: nobody in particular.
    pub token: Option<String>,
    /// How long one request may take.
    pub patience: Duration,
    /// The name of the program, for the registry's log.
    pub agent: String,
}

impl std::fmt::Debug for ClientSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ClientSettings({})", self.address)
    }
}

impl ClientSettings {
    /// The usual settings for an address.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            token: None,
            patience: Duration::from_secs(30),
            agent: "trainyard".to_owned(),
        }
    }
}

/// Somebody who speaks to a registry. Copies share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    address: String,
    token: Option<HeaderValue>,
    /// How long a request may take, where that is not as usual.
    patience: Option<Duration>,
}

/// What is sent.
struct Request<'a> {
    method: Method,
    place: &'a Place,
    body: Option<Vec<u8>>,
    /// What makes it safe to send it again, where it changes something.
    key: Option<String>,
}

impl Client {
    /// Makes a client; nothing is sent yet.
    ///
    /// *Errors*: [`ClientError::Address`], [`ClientError::Token`], [`ClientError::Machine`].
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        let address = settings.address.trim().trim_end_matches('/').to_owned();
        let wrong = || ClientError::Address { address: address.clone() };
        let url = reqwest::Url::parse(&address).map_err(|_| wrong())?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && url.has_host();
        // A password in an address would show up in messages.
        let is_plain = is_plain && url.password().is_none() && url.username().is_empty();
        if !is_plain || !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        let token = settings.token.map(|token| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
                .map_err(|_| ClientError::Token)?;
            value.set_sensitive(true);
            Ok(value)
        });
        let http = reqwest::Client::builder()
            .user_agent(settings.agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.patience.min(Duration::from_secs(10)))
            .timeout(settings.patience)
            .build()
            .map_err(|error| ClientError::Machine(error.to_string()))?;
        Ok(Self { http, address, token: token.transpose()?, patience: None })
    }

    /// The same, with another time that a request may take.
    pub(crate) fn patient(&self, patience: Duration) -> Self {
        Self { patience: Some(patience), ..self.clone() }
    }

    /// The front of the registry's URLs.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether others on the way can read what is sent: it is not encrypted, and leaves this machine.
    pub fn is_overheard(&self) -> bool {
        let Ok(url) = reqwest::Url::parse(&self.address) else { return true };
        let host = url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let stays = address.map_or(host == "localhost", |address| address.is_loopback());
        url.scheme() != "https" && !stays
    }

    /// Reads a resource.
    pub(crate) async fn get<T: DeserializeOwned>(&self, place: &Place) -> Result<T, ClientError> {
        let bytes = self.get_bytes(place).await?;
        self.read(&bytes)
    }

    /// Reads something that is no JSON.
    pub(crate) async fn get_bytes(&self, place: &Place) -> Result<Vec<u8>, ClientError> {
        self.send(Request { method: Method::GET, place, body: None, key: None }).await
    }

    /// Reads a text as it is.
    pub(crate) async fn get_text(&self, place: &Place) -> Result<String, ClientError> {
        let bytes = self.get_bytes(place).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads a list to its end.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        place: &Place,
    ) -> Result<Vec<T>, ClientError> {
        self.first(place, usize::MAX).await
    }

    /// Reads the first items of a list.
    pub(crate) async fn first<T: DeserializeOwned>(
        &self,
        place: &Place,
        most: usize,
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let limit = most.clamp(1, 500).to_string();
        let mut page = place.clone().asking("limit", &limit);
        for _ in 0..MOST_PAGES {
            let part: Page<T> = self.get(&page).await?;
            items.extend(part.items);
            let Some(next) = part.next.filter(|_| items.len() < most) else { break };
            page = place.clone().asking("limit", &limit).asking("cursor", &next);
        }
        items.truncate(most);
        Ok(items)
    }

    /// Asks something with a body that changes nothing.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        place: &Place,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = Some(serde_json::to_vec(body).map_err(ClientError::Unwritable)?);
        let bytes = self.send(Request { method: Method::POST, place, body, key: None }).await?;
        self.read(&bytes)
    }

    /// Changes something, once, however often it has to be sent.
    pub(crate) async fn change<T: DeserializeOwned>(
        &self,
        place: &Place,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(ClientError::Unwritable)?;
        self.change_bytes(Method::POST, place, body).await
    }

    /// The same with another method, and a body as it is.
    pub(crate) async fn change_bytes<T: DeserializeOwned>(
        &self,
        method: Method,
        place: &Place,
        body: Vec<u8>,
    ) -> Result<T, ClientError> {
        let key = Some(fresh_key()?);
        let bytes = self.send(Request { method, place, body: Some(body), key }).await?;
        self.read(&bytes)
    }

    pub(crate) fn read<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, ClientError> {
        serde_json::from_slice(bytes)
            .map_err(|source| ClientError::Unreadable { address: self.address.clone(), source })
    }

    /// Sends a request until somebody answers it, or it makes no sense any more.
    async fn send(&self, request: Request<'_>) -> Result<Vec<u8>, ClientError> {
        let mut pause = FIRST_PAUSE;
        let mut tries = 1;
        loop {
            let (wait, error) = match self.send_once(&request).await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => match &error {
                    ClientError::Unreachable { .. } => (pause, error),
                    ClientError::Unavailable { retry_after, .. } => {
                        (retry_after.unwrap_or(pause).max(pause), error)
                    }
                    _ => return Err(error),
                },
            };
            if tries >= TRIES || wait > LONGEST_PAUSE {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
            pause *= 2;
            tries += 1;
        }
    }

    async fn send_once(&self, request: &Request<'_>) -> Result<Vec<u8>, ClientError> {
        let response = self.respond(request, self.patience).await?;
        Ok(response.bytes().await.map_err(|source| self.unreachable(source))?.into())
    }

    /// Opens an answer that comes bit by bit, for so long at most.
    pub(crate) async fn open(
        &self,
        place: &Place,
        longest: Duration,
    ) -> Result<Response, ClientError> {
        let request = Request { method: Method::GET, place, body: None, key: None };
        self.respond(&request, Some(longest)).await
    }

    /// What becomes of a failure on the way.
    pub(crate) fn unreachable(&self, source: reqwest::Error) -> ClientError {
        let (address, source) = (self.address.clone(), source.without_url());
        if is_about_trust(&source) {
            return ClientError::Untrusted { address, source };
        }
        ClientError::Unreachable { address, source }
    }

    /// The beginning of a good answer.
    async fn respond(
        &self,
        request: &Request<'_>,
        longest: Option<Duration>,
    ) -> Result<Response, ClientError> {
        let url = format!("{}/api/v1/{}", self.address, request.place.path()?);
        let mut sent = self.http.request(request.method.clone(), url);
        if let Some(longest) = longest {
            sent = sent.timeout(longest);
        }
        if let Some(token) = &self.token {
            sent = sent.header(header::AUTHORIZATION, token.clone());
        }
        if let Some(key) = &request.key {
            sent = sent.header(KEY, key);
        }
        if let Some(body) = &request.body {
            sent = sent.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let unreachable = |source| self.unreachable(source);
        let response = sent.send().await.map_err(unreachable)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let address = self.address.clone();
        if status.is_redirection() {
            let to = response.headers().get(header::LOCATION);
            let to = to.and_then(|to| to.to_str().ok()).unwrap_or("elsewhere").to_owned();
            return Err(ClientError::Redirected { address, to });
        }
        let retry_after = retry_after(&response);
        let body = response.bytes().await.map_err(unreachable)?;
        let problem = serde_json::from_slice::<Problem>(&body).ok();
        match (is_passing(status), problem) {
            (true, problem) => {
                let problem = Box::new(problem.unwrap_or_else(|| told_by_others(status)));
                Err(ClientError::Unavailable { address, problem, retry_after })
            }
            (false, Some(problem)) => Err(ClientError::Refused(Box::new(problem))),
            (false, None) => Err(ClientError::Foreign { address, status: status.as_u16() }),
        }
    }
}

/// Whether the same request may be answered otherwise in a moment.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// Whether a certificate is what is wrong, which does not pass. The cause has no type that stays from version to version.
fn is_about_trust(error: &reqwest::Error) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    error.is_connect()
        && causes.last().is_some_and(|cause| cause.to_string().contains("certificate"))
}

/// What a proxy between us and the registry means.
fn told_by_others(status: StatusCode) -> Problem {
    Problem {
        status: status.as_u16(),
        detail: status.canonical_reason().unwrap_or("no reason is given").to_lowercase(),
        ..Problem::default()
    }
}

/// How long the registry asks to wait.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// A key that no other request has.
fn fresh_key() -> Result<String, ClientError> {
    use std::fmt::Write as _;

    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| ClientError::Machine(error.to_string()))?;
    let mut key = String::from("ty-");
    for byte in bytes {
        // Writing to a string cannot fail.
        _ = write!(key, "{byte:02x}");
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::{Client, ClientSettings};

    #[test]
    fn only_this_machine_is_told_in_clear() {
        for (address, is_overheard) in [
            ("http://localhost:7345", false),
            ("http://LOCALHOST", false),
            ("http://127.0.0.1:7345/registry", false),
            ("http://127.1", false),
            ("http://[::1]:7345", false),
            ("https://registry.example.com", false),
            ("http://localhost.example.invalid", true),
            ("http://127.example.invalid", true),
            ("http://127.0.0.1.example.invalid", true),
            ("HTTP://registry.example.com", true),
            ("http://[::2]", true),
            ("http://10.0.0.1", true),
        ] {
            let client = Client::new(ClientSettings::new(address)).expect("an address");
            assert_eq!(client.is_overheard(), is_overheard, "{address}");
        }
    }
}

//! Requests that change something.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use trainyard_api::Receipt;
use trainyard_registry::{Command, Digest};

use super::{
    app::{App, Viewer},
    failure::{Answer, Failure},
    wire,
};
use crate::desk::{Compose, Condition, IdempotencyKey, Outcome, Wish, Writer, Written};

/// The header of requests that may be sent again.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells that an answer was given before.
pub(crate) const REPEATED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
const LONGEST_KEY: usize = 128;

/// Who asks for a change, and what tells the request from others.
pub(crate) struct Asking {
    pub(crate) app: App,
    pub(crate) viewer: Viewer,
    secret: Digest,
    key: Option<IdempotencyKey>,
    /// The entity tag that must still be the resource's.
    pub(crate) expects: Option<String>,
}

/// A request with a body.
pub(crate) struct Writing<T> {
    pub(crate) asking: Asking,
    pub(crate) body: T,
}

/// A request whose body is taken as it is.
pub(crate) struct WritingBytes {
    pub(crate) asking: Asking,
    pub(crate) body: Vec<u8>,
}

/// A body of a question that changes nothing.
pub(crate) struct Given<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Writing<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        let WritingBytes { asking, body } = WritingBytes::from_request(request, app).await?;
        let body = parse(&body, is_json)?;
        Ok(Self { asking, body })
    }
}

impl FromRequest<App> for WritingBytes {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let viewer = request.extensions().get::<Viewer>().cloned().unwrap_or_default();
        let (token, secret) = match &viewer {
            Viewer::Known { token, secret, .. } => (token.clone(), secret.clone()),
            Viewer::Unknown => {
                return Err(Failure::unknown("the token is unknown, revoked or over"));
            }
            Viewer::Anonymous => return Err(Failure::unknown("changes are made with a token")),
        };
        let method = request.method().as_str().to_owned();
        let path = request.uri().path().to_owned();
        let key = key_of(request.headers())?;
        let expects = request.headers().get(header::IF_MATCH);
        let expects = expects.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = bytes(request, app).await?;
        let key = key.map(|key| {
            let print = [method.as_bytes(), b" ", path.as_bytes(), b"\n", &body].concat();
            IdempotencyKey { token, key, request: Digest::of(&print).to_string() }
        });
        let asking = Asking { app: app.clone(), viewer, secret, key, expects };
        Ok(Self { asking, body })
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Given<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        parse(&bytes(request, app).await?, is_json).map(Self)
    }
}

async fn bytes(request: Request, app: &App) -> Result<Vec<u8>, Failure> {
    let most = app.limits().body_bytes;
    let read = axum::body::to_bytes(request.into_body(), most).await;
    let read = read.map_err(|_| {
        let detail = format!("the body has more than {most} bytes, or was cut off");
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail)
    })?;
    Ok(read.into())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| {
        kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json")
    })
}

fn parse<T: DeserializeOwned>(body: &[u8], is_json: bool) -> Result<T, Failure> {
    let body = match body {
        [] => b"{}",
        _ if is_json => body,
        _ => {
            let detail = "the body must be JSON";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Failure::new(status, "body-not-json", detail)
                .hint("send `Content-Type: application/json`"));
        }
    };
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::invalid("body-unreadable", "the body cannot be read")
            .error(error.to_string(), Some(place))
    })
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    let is_fine = |key: &&str| {
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let key = key.to_str().ok().filter(is_fine);
    if let Some(key) = key {
        return Ok(Some(key.to_owned()));
    }
    let detail =
        format!("an Idempotency-Key has 1 to {LONGEST_KEY} printable letters without blanks");
    Err(Failure::invalid("idempotency-key-wrong", detail))
}

impl Asking {
    /// Carries something out; the answer is a receipt.
    pub(crate) async fn carry_out(self, why: String, command: Command) -> Answer {
        self.carry_out_if(why, command, StatusCode::OK, None).await
    }

    /// The same for what makes something new.
    pub(crate) async fn create(self, why: String, command: Command) -> Answer {
        self.carry_out_if(why, command, StatusCode::CREATED, None).await
    }

    /// The same, as long as something is still so.
    pub(crate) async fn carry_out_if(
        self,
        why: String,
        command: Command,
        status: StatusCode,
        still: Option<Condition>,
    ) -> Answer {
        let compose = move |outcome: &Outcome<'_>| {
            let status = if outcome.events.is_empty() { StatusCode::OK } else { status };
            let receipt = serde_json::to_vec(&receipt(outcome)).unwrap_or_default();
            (status.as_u16(), receipt)
        };
        let written = self.write(why, command, still, Box::new(compose)).await?;
        Ok(respond(written))
    }

    /// Carries something out, with an answer of one's own.
    pub(crate) async fn write(
        self,
        why: String,
        command: Command,
        still: Option<Condition>,
        compose: Compose,
    ) -> Result<Written, Failure> {
        let why = wire::title("reason", why)?;
        let desk = self.app.desk();
        if let Some(refusal) = desk.refuses() {
            return Err(refusal.into());
        }
        let writer = Writer::Token(self.secret);
        let wish = Wish { writer, why, command, still, key: self.key, compose };
        Ok(desk.write(wish).await?)
    }
}

/// What came of a request.
pub(crate) fn receipt(outcome: &Outcome<'_>) -> Receipt {
    let raw = |line: &Vec<u8>| RawValue::from_string(String::from_utf8(line.clone()).ok()?).ok();
    Receipt {
        is_changed: !outcome.events.is_empty(),
        size: outcome.size,
        entries: outcome.lines.iter().filter_map(raw).collect(),
    }
}

/// The answer to what is not worth a place in the log.
pub(crate) fn made(answer: Vec<u8>) -> Response {
    respond(Written { status: 200, answer, is_repeated: false })
}

/// The answer to a write.
pub(crate) fn respond(written: Written) -> Response {
    let status = StatusCode::from_u16(written.status).unwrap_or(StatusCode::OK);
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let mut response = (status, kind, Body::from(written.answer)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if written.is_repeated {
        headers.insert(REPEATED, HeaderValue::from_static("true"));
    }
    response
}

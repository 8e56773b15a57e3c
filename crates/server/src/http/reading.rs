//! Requests that read.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{FromRequestParts, MatchedPath, OriginalUri},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use trainyard_api::Time;
use trainyard_registry::{Digest, Moment, Name, State, products::Product};

use super::{
    app::{App, Viewer},
    failure::{Answer, Failure},
    prepared::Told,
    wire,
};
use crate::desk::Ledger;

/// Rises when answers get another form, so that nobody keeps an older one.
const FORM: u8 = 1;
/// An answer with a longer key is not kept.
const LONGEST_KEY: usize = 512;

/// A request that reads: who asks, of which moment, and what they have already.
pub(crate) struct Reading {
    pub(crate) app: App,
    pub(crate) viewer: Viewer,
    at: Option<Moment>,
    has: Option<String>,
    /// What the answer may be kept under, and the route that it is counted with.
    place: (String, String),
}

/// What is known, now or at the moment that was asked for.
pub(crate) struct View<'a> {
    pub(crate) app: &'a App,
    pub(crate) ledger: &'a Ledger,
    pub(crate) state: &'a State,
    pub(crate) now: Moment,
}

impl<'a> View<'a> {
    pub(crate) fn product(&self, name: &Name) -> Result<&'a Product, Failure> {
        Ok(self.state.product(name.as_str())?)
    }
}

impl FromRequestParts<App> for Reading {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let viewer = reader(parts, app).await;
        viewer.must_read(app.access())?;
        let at = at(parts.uri.query().unwrap_or_default())?;
        let has = parts.headers.get(header::IF_NONE_MATCH);
        let has = has.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let key = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        let key = key.path_and_query().map_or_else(String::new, ToString::to_string);
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        Ok(Self { app: app.clone(), viewer, at, has, place: (key, route.to_owned()) })
    }
}

/// Who reads: whoever has the token that came along, or else whose session the browser has.
///
/// A session counts for looking alone. What changes something is asked for with a token, or by a form of ours, which
/// another site cannot send; and another site's script gets no answer to read.
async fn reader(parts: &mut Parts, app: &App) -> Viewer {
    let viewer = parts.extensions.get::<Viewer>().cloned().unwrap_or_default();
    let is_safe = matches!(parts.method, Method::GET | Method::HEAD);
    if !viewer.is_anonymous() || !is_safe || !parts.headers.contains_key(header::COOKIE) {
        return viewer;
    }
    let viewer = crate::pages::signed_in(app, &parts.headers).await;
    parts.extensions.insert(viewer.clone());
    viewer
}

/// The moment that a query asks for with `at`.
fn at(query: &str) -> Result<Option<Moment>, Failure> {
    let mut members = query.split('&').filter_map(|member| member.strip_prefix("at="));
    let Some(text) = members.next() else { return Ok(None) };
    // Of what a moment is written with, only the colon and the plus sign may come encoded.
    let text = text.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+").replace("%2b", "+");
    wire::moment(&Time(text)).map(Some)
}

impl Reading {
    /// Refuses those who may not read the log.
    pub(crate) fn must_read_log(&self) -> Result<(), Failure> {
        self.viewer.must_read_log(self.app.access())
    }

    /// Answers with what follows from the log alone.
    pub(crate) async fn answer<T: Serialize>(
        self,
        tell: impl FnOnce(&View<'_>) -> Result<T, Failure> + Send,
    ) -> Answer {
        let has = self.has.clone();
        let app = self.app.clone();
        let told = self
            .look(|view| {
                let etag = format!("\"{FORM}-{}\"", view.ledger.marks().of(&self.place.0));
                if is_among(has.as_deref(), &etag) {
                    return Ok((etag, None));
                }
                let body = json(&tell(view)?)?;
                if self.viewer.is_anonymous() {
                    self.keep(view, &self.place.0, &etag, &body);
                }
                Ok((etag, Some(body)))
            })
            .await?;
        let (etag, body) = told;
        Ok(respond(&app, &etag, body, "application/json"))
    }

    /// Answers with what also follows from who asks, or from the time.
    pub(crate) async fn answer_now<T: Serialize>(
        self,
        tell: impl FnOnce(&View<'_>) -> Result<T, Failure> + Send,
    ) -> Answer {
        let has = self.has.clone();
        let app = self.app.clone();
        let body = self.look(|view| json(&tell(view)?)).await?;
        let etag = etag_of(&body);
        let body = (!is_among(has.as_deref(), &etag)).then_some(body);
        Ok(respond(&app, &etag, body, "application/json"))
    }

    /// Answers with bytes of a kind of their own.
    pub(crate) async fn answer_bytes(
        self,
        kind: &'static str,
        tell: impl FnOnce(&View<'_>) -> Result<Vec<u8>, Failure> + Send,
    ) -> Answer {
        let has = self.has.clone();
        let app = self.app.clone();
        let body = self.look(tell).await?;
        let etag = etag_of(&body);
        let body = (!is_among(has.as_deref(), &etag)).then_some(body);
        Ok(respond(&app, &etag, body, kind))
    }

    /// Answers with something that was made besides the log.
    pub(crate) fn answer_made<T: Serialize>(&self, made: &T) -> Answer {
        let body = json(made)?;
        let etag = etag_of(&body);
        let body = (!is_among(self.has.as_deref(), &etag)).then_some(body);
        Ok(respond(&self.app, &etag, body, "application/json"))
    }

    /// Answers with bytes that never change, under a name that is theirs alone.
    pub(crate) fn answer_for_ever(
        &self,
        kind: &'static str,
        name: &str,
        body: Vec<u8>,
    ) -> Response {
        let etag = format!("\"{name}\"");
        let body = (!is_among(self.has.as_deref(), &etag)).then_some(body);
        let mut response = respond(&self.app, &etag, body, kind);
        let is_public = self.app.access().anonymous_reads;
        let whose = if is_public { "public" } else { "private" };
        if let Ok(caching) = format!("{whose}, max-age=31536000, immutable").parse() {
            response.headers_mut().insert(header::CACHE_CONTROL, caching);
        }
        response.headers_mut().remove(header::AGE);
        response
    }

    /// Answers with what is the same for all whose key is the same, as long as the registry does not change. The keys that
    /// everybody shares are requests; a key of `None` is nobody's.
    pub(crate) async fn answer_alike<T: Serialize>(
        self,
        key: impl FnOnce(&View<'_>, &str) -> Result<Option<String>, Failure> + Send,
        tell: impl FnOnce(&View<'_>) -> Result<T, Failure> + Send,
    ) -> Answer {
        let (has, app) = (self.has.clone(), self.app.clone());
        let (etag, body) = self
            .look(|view| {
                let key = key(view, &self.place.0)?.filter(|_| self.at.is_none());
                let found = key
                    .as_ref()
                    .and_then(|key| app.prepared().find(view.ledger.marks().of(key), key));
                if let Some(found) = found {
                    let (body, etag) = found.body();
                    return Ok((etag.to_owned(), body.to_vec()));
                }
                let body = json(&tell(view)?)?;
                let etag = etag_of(&body);
                if let Some(key) = key {
                    self.keep(view, &key, &etag, &body);
                }
                Ok((etag, body))
            })
            .await?;
        let body = (!is_among(has.as_deref(), &etag)).then_some(body);
        Ok(respond(&app, &etag, body, "application/json"))
    }

    /// Keeps an answer until the registry changes. Under a request as key it is for all who may read without a token.
    pub(crate) fn keep(&self, view: &View<'_>, key: &str, etag: &str, body: &[u8]) {
        if self.at.is_none() && key.len() <= LONGEST_KEY {
            let kind = HeaderValue::from_static("application/json");
            let told = Told::new(&self.app, &self.place.1, kind, etag, body.to_vec());
            let mark = view.ledger.marks().of(key);
            self.app.prepared().keep(mark, key.to_owned(), Arc::new(told));
        }
    }

    /// Looks at what is known.
    pub(crate) async fn look<T>(
        &self,
        tell: impl FnOnce(&View<'_>) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let past = match self.at {
            None => None,
            Some(moment) => Some((self.past(moment).await?, moment)),
        };
        let app = &self.app;
        if let Some((ledger, now)) = past {
            return tell(&View { app, ledger: &ledger, state: &ledger.state, now });
        }
        let desk = app.desk();
        let ledger = desk.ledger();
        let now = desk.now(&ledger);
        tell(&View { app, ledger: &ledger, state: &ledger.state, now })
    }

    async fn past(&self, moment: Moment) -> Result<Arc<Ledger>, Failure> {
        let desk = self.app.desk();
        let now = desk.now(&desk.ledger());
        if moment > now {
            return Err(Failure::invalid("time-ahead", "`at` is in the future"));
        }
        Ok(desk.at(moment).await?)
    }
}

/// A value as JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::fault(&error))
}

/// The entity tag of some bytes.
pub(crate) fn etag_of(body: &[u8]) -> String {
    let digest = Digest::of(body);
    format!("\"{}\"", digest.hex().get(..20).unwrap_or_default())
}

/// Whether a list of entity tags has one.
pub(crate) fn is_among(list: Option<&str>, etag: &str) -> bool {
    let Some(list) = list else { return false };
    let mut tags = list.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == etag || tag == "*")
}

fn respond(app: &App, etag: &str, body: Option<Vec<u8>>, kind: &'static str) -> Response {
    let mut response = match body {
        None => StatusCode::NOT_MODIFIED.into_response(),
        Some(body) => {
            let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(kind))];
            (StatusCode::OK, kind, Body::from(body)).into_response()
        }
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    let caching = if app.access().anonymous_reads { "no-cache" } else { "private, no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("authorization, cookie"));
    // Nobody should take for fresh what may have moved elsewhere.
    if let Some(age) = app.desk().cut_off_for() {
        headers.insert(header::AGE, HeaderValue::from(age.as_secs()));
    }
    response
}

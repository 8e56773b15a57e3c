//! What stands before the router: answers that are kept, and who is at the other end.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hyper::{body::Incoming, service::Service};

use super::{
    app::App,
    failure::Failure,
    guard::{self, Peer},
    prepared::shared_key,
};

/// Serves the requests of one connection.
#[derive(Clone)]
pub(crate) struct Front {
    app: App,
    router: Router,
    peer: IpAddr,
}

/// The answer to a request, now or later.
pub(crate) enum Answering {
    Now(Ready<Result<Response, Infallible>>),
    Later(Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>),
}

impl Future for Answering {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Now(answer) => Pin::new(answer).poll(context),
            Self::Later(answer) => answer.as_mut().poll(context),
        }
    }
}

impl Front {
    pub(crate) fn new(app: App, router: Router, peer: IpAddr) -> Self {
        Self { app, router, peer }
    }

    /// The answer that is kept for a request, if there is one that everybody gets.
    fn kept(&self, request: &Request<Incoming>) -> Option<Response> {
        let headers = request.headers();
        let is_plain = request.method() == Method::GET
            && !headers.contains_key(header::AUTHORIZATION)
            && self.app.access().anonymous_reads
            && takes_json(headers);
        if !is_plain || self.app.desk().cut_off_for().is_some() {
            return None;
        }
        let begun = Instant::now();
        let key = request.uri().path_and_query()?.as_str();
        let marks = self.app.desk().marks();
        let told = self.app.prepared().find(marks.of(key), &shared_key(key))?;
        let counted = guard::counted_by_address(&self.app, headers, Some(self.peer));
        if let Err(secs) = self.app.admit(&counted) {
            return Some(too_many(secs));
        }
        let mut response = told.respond(headers);
        let id = guard::request_id(&self.app, headers);
        tracing::info!(%id, method = "GET", key, status = response.status().as_u16(), "request");
        guard::finish(&mut response, &id);
        told.count(response.status(), begun);
        Some(response)
    }
}

/// Turns away somebody who asks too often.
pub(super) fn too_many(secs: u64) -> Response {
    let detail = "too many requests in a short time";
    Failure::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail)
        .retry_after(secs)
        .into_response()
}

/// Whether `Accept` lets through what is kept, which is JSON.
fn takes_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::ACCEPT).map(HeaderValue::as_bytes);
    given.is_none_or(|given| {
        given.windows(3).any(|part| part == b"*/*") || given.windows(4).any(|part| part == b"json")
    })
}

impl Service<Request<Incoming>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, mut request: Request<Incoming>) -> Answering {
        if let Some(response) = self.kept(&request) {
            return Answering::Now(ready(Ok(response)));
        }
        request.extensions_mut().insert(Peer(self.peer));
        let answer = tower::Service::call(&mut self.router.clone(), request.map(Body::new));
        Answering::Later(Box::pin(answer))
    }
}

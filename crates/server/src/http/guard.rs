//! What every request passes: limits, who asks, what is written down of it.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;
use tracing::{Instrument as _, field::Empty};

use super::{
    app::{App, Counted, Viewer},
    failure::{Failure, PROBLEM},
};
use crate::telemetry::{SPANS, follow};

/// The longest problem that is shown as a page, in bytes.
const LONGEST_PROBLEM: usize = 1 << 20;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Lets a request through, or turns it away.
pub(crate) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(&app, request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str).to_owned();
    let viewer = viewer(&app, request.headers());
    let has_cookie = request.headers().contains_key(header::COOKIE);
    let token = match &viewer {
        Viewer::Known { token, .. } => token.clone(),
        _ => String::new(),
    };
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let counted = match &viewer {
        Viewer::Known { secret, .. } => Counted::Token(secret.clone()),
        // Tokens that nobody gave out count with the address, so that made-up ones give nothing.
        _ => counted_by_address(&app, request.headers(), peer),
    };
    request.extensions_mut().insert(viewer);
    let span = tracing::trace_span!(
        target: SPANS, "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = route,
        http.response.status_code = Empty,
        trainyard.request.id = id,
    );
    follow(&span, request.headers());
    let (parts, body) = request.into_parts();
    let asked = is_for_people(&parts).then(|| parts.clone());
    let request = Request::from_parts(parts, body);
    let mut response = pass(&app, &counted, request, next).instrument(span.clone()).await;
    if let Some(asked) = asked.filter(|_| is_problem(&response)) {
        response = shown(&app, asked, response).await;
    }
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let seconds = begun.elapsed().as_secs_f64();
    app.measure(|| {
        let (method, status) = (method.to_string(), status.as_u16().to_string());
        metrics::counter!("trainyard_http_requests_total",
            "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
        metrics::histogram!("trainyard_http_request_seconds", "route" => route.clone())
            .record(seconds);
    });
    tracing::info!(
        %id, %method, %route, status = status.as_u16(), seconds, token,
        "request"
    );
    if has_cookie {
        keep_private(&mut response);
    }
    finish(&mut response, &id);
    response
}

/// Whether a browser asks for a page.
fn is_for_people(parts: &Parts) -> bool {
    let accepts = parts.headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    accepts.is_some_and(|it| it.contains("text/html")) && !parts.uri.path().starts_with("/api/")
}

/// Whether it tells programs what was wrong with a request. What the server cannot do is told without asking more of it.
fn is_problem(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind == PROBLEM)
        && response.status().is_client_error()
        && response.status() != StatusCode::TOO_MANY_REQUESTS
}

/// A problem as the page that says it.
async fn shown(app: &App, asked: Parts, response: Response) -> Response {
    let (told, body) = response.into_parts();
    let body = axum::body::to_bytes(body, LONGEST_PROBLEM).await.unwrap_or_default();
    match serde_json::from_slice(&body) {
        Ok(problem) => crate::pages::trouble(app, asked, &Failure::of(problem)).await,
        Err(_) => Response::from_parts(told, body.into()),
    }
}

/// An answer to whoever may be signed in is nobody else's.
fn keep_private(response: &mut Response) {
    let headers = response.headers_mut();
    if headers.get(header::CACHE_CONTROL).is_some_and(|own| own == "no-cache") {
        let own = HeaderValue::from_static("private, no-cache");
        headers.insert(header::CACHE_CONTROL, own);
    }
}

/// What every answer has.
pub(super) fn finish(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

async fn pass(app: &App, counted: &Counted, request: Request, next: Next) -> Response {
    if let Err(secs) = app.admit(counted) {
        return super::front::too_many(secs);
    }
    let Ok(_permit) = app.permits().try_acquire() else {
        app.measure(|| metrics::counter!("trainyard_http_shed_total").increment(1));
        return Failure::later("overloaded", "the registry has too much to do", 1).into_response();
    };
    match timeout(app.limits().request, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::later("too-slow", "the request took too long", 2).into_response(),
    }
}

/// The id that whoever asks gave, if it is a sound one, else a new one.
pub(super) fn request_id(app: &App, headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_sound = |id: &&str| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if let Some(given) = given.filter(is_sound) {
        return given.to_owned();
    }
    app.next_request_id()
}

fn viewer(app: &App, headers: &HeaderMap) -> Viewer {
    let Some(given) = headers.get(header::AUTHORIZATION) else { return Viewer::Anonymous };
    let given = given.to_str().unwrap_or_default();
    let Some((scheme, secret)) = given.split_once(' ') else { return Viewer::Unknown };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Viewer::Unknown;
    }
    let desk = app.desk();
    let ledger = desk.ledger();
    Viewer::of(desk, &ledger, secret.trim())
}

/// Whom a request without a token is counted with.
pub(super) fn counted_by_address(app: &App, headers: &HeaderMap, peer: Option<IpAddr>) -> Counted {
    let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if app.access().is_behind_proxy {
        // Of several lines, too, the last word is our proxy's; what stands before it anybody may have written.
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
        let last =
            forwarded.and_then(|list| list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        address = last.unwrap_or(address);
    }
    Counted::Peer(match address {
        IpAddr::V4(_) => address,
        // One customer has a whole network of these.
        IpAddr::V6(long) => {
            let [a, b, c, d, ..] = long.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    })
}

/// What is told of a panic: nothing, but to whoever reads the server's own log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over so")]
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or_default(), "a handler panicked");
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "the registry has a fault")
        .into_response()
}

//! Signing in and out.
//!
//! A session is a random secret in a cookie; the store keeps its digest, and the digest of the token that it stands for. So a
//! session can do what its token can, for as long as that counts, and no request but a form of ours can use it.

use askama::Template;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use axum_extra::extract::Form;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use trainyard_registry::Digest;
use trainyard_store::Session;

use super::{
    frame::{Notice, go},
    visit::Visit,
};
use crate::{
    Desk, Secret,
    http::{
        app::{App, Viewer},
        failure::Failure,
    },
    serve::Running,
};

/// The cookie's name.
pub(super) const COOKIE: &str = "trainyard";
/// How long a session lasts, in seconds.
const LASTS_SECS: u64 = 12 * 3600;
/// How long a link may be used, in seconds.
const LINK_SECS: u64 = 3600;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in", get(ask).post(sign_in)).route("/sign-out", post(sign_out))
}

/// What a session stands for.
#[derive(Serialize, Deserialize)]
struct Body {
    /// The digest of the token's secret.
    token: Digest,
    /// Whether it is a link that makes a session, and only once.
    #[serde(default)]
    is_link: bool,
}

/// What forms send back: only a page of ours can know it, and it tells nothing of the cookie.
pub(super) fn csrf(cookie: &str) -> String {
    Digest::of(format!("csrf\0{cookie}").as_bytes()).hex()
}

/// Who comes with a cookie.
pub(super) async fn viewer(app: &App, cookie: &str) -> Viewer {
    let desk = app.desk();
    // Without a database nobody is signed in, and reading goes on.
    let Some(body) = find(desk, cookie).await.ok().flatten() else { return Viewer::Anonymous };
    if body.is_link {
        return Viewer::Anonymous;
    }
    let ledger = desk.ledger();
    match ledger.state.parties().actor(&body.token, desk.now(&ledger)) {
        Some((actor, token)) => {
            Viewer::Known { actor, token: token.name.to_string(), secret: body.token }
        }
        None => Viewer::Anonymous,
    }
}

async fn find(desk: &Desk, secret: &str) -> Result<Option<Body>, Failure> {
    let now = desk.now(&desk.ledger());
    let found = desk.store().session(&Digest::of(secret.as_bytes()).to_string(), now.0).await?;
    Ok(found.and_then(|session| serde_json::from_slice(&session.body).ok()))
}

/// Keeps a session, and returns its secret.
async fn keep(desk: &Desk, body: &Body, lasts_secs: u64) -> Result<String, Failure> {
    let secret = random(desk)?;
    let (principal, now) = {
        let ledger = desk.ledger();
        let now = desk.now(&ledger);
        let actor = ledger.state.parties().actor(&body.token, now);
        let (actor, _) =
            actor.ok_or_else(|| Failure::unknown("the token is unknown, revoked or over"))?;
        (actor.principal.to_string(), now)
    };
    let session = Session {
        id_digest: Digest::of(secret.as_bytes()).to_string(),
        principal,
        body: serde_json::to_vec(body).map_err(|error| Failure::fault(&error))?,
        expires_us: now.plus_secs(lasts_secs).0,
    };
    desk.store().put_session(&session).await?;
    Ok(secret)
}

fn random(desk: &Desk) -> Result<String, Failure> {
    let bytes = desk.randomness().bytes().map_err(|error| Failure::fault(&error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl Running {
    /// An address that signs its first visitor in with a token, within an hour. `None` if the token does not count, or the
    /// database does not answer.
    pub async fn sign_in_link(&self, token: &Secret) -> Option<String> {
        let body = Body { token: token.digest(), is_link: true };
        let secret = keep(self.desk(), &body, LINK_SECS).await.ok()?;
        Some(format!("{}/sign-in?once={secret}", self.url()))
    }
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignIn {
    csrf: String,
    next: String,
    is_reading_open: bool,
}

/// Only addresses of our own are led to.
fn own(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own { next } else { "/" }
}

async fn ask(visit: Visit) -> Response {
    if let Some(once) = visit.asked("once") {
        return match begin_by_link(&visit, once).await {
            Ok(response) => response,
            Err(failure) => ask_again(visit, Some(Notice::refused(failure.problem()))).await,
        };
    }
    ask_again(visit, None).await
}

async fn ask_again(mut visit: Visit, notice: Option<Notice>) -> Response {
    let mut fresh = None;
    if visit.cookie.is_none() {
        match random(visit.app.desk()) {
            Ok(guest) => fresh = Some(guest.clone()),
            Err(failure) => return visit.fail(&failure).await,
        }
        visit.cookie.clone_from(&fresh);
    }
    let page = SignIn {
        csrf: visit.csrf(),
        next: own(visit.asked("next").unwrap_or("/")).to_owned(),
        is_reading_open: visit.app.access().anonymous_reads,
    };
    let mut frame = visit.bare_frame();
    "Sign in".clone_into(&mut frame.title);
    frame.section = "Sign in";
    let status = notice.as_ref().map_or(StatusCode::OK, |_| StatusCode::UNAUTHORIZED);
    frame.notice = notice;
    let main = page.render().unwrap_or_default();
    let mut response = super::frame::respond(status, frame, main);
    if let Some(guest) = fresh {
        set_cookie(&mut response, &guest, LASTS_SECS, visit.is_encrypted);
    }
    response
}

fn set_cookie(response: &mut Response, value: &str, lasts_secs: u64, is_encrypted: bool) {
    let secure = if is_encrypted { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={lasts_secs}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

async fn begin_by_link(visit: &Visit, once: &str) -> Result<Response, Failure> {
    let over =
        || Failure::unknown("the link was used before, or is over").hint("sign in with a token");
    let desk = visit.app.desk();
    let body = find(desk, once).await?.filter(|body| body.is_link).ok_or_else(over)?;
    // Of two visitors at the same time, one finds it.
    if !desk.store().delete_session(&Digest::of(once.as_bytes()).to_string()).await? {
        return Err(over());
    }
    begin(visit, body.token, visit.asked("next").unwrap_or("/")).await
}

async fn begin(visit: &Visit, token: Digest, next: &str) -> Result<Response, Failure> {
    let secret = keep(visit.app.desk(), &Body { token, is_link: false }, LASTS_SECS).await?;
    let mut response = go(own(next));
    set_cookie(&mut response, &secret, LASTS_SECS, visit.is_encrypted);
    Ok(response)
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    next: String,
}

/// Refuses forms that are none of ours.
pub(super) fn must_be_ours(visit: &Visit, given: &str) -> Result<(), Failure> {
    if visit.cookie.is_some() && given == visit.csrf() {
        return Ok(());
    }
    let detail = "the form does not come from a page of this visit";
    Err(Failure::new(StatusCode::FORBIDDEN, "form-foreign", detail)
        .hint("load the page again, then send the form"))
}

async fn sign_in(visit: Visit, Form(given): Form<Given>) -> Response {
    if let Err(failure) = must_be_ours(&visit, &given.csrf) {
        return ask_again(visit, Some(Notice::refused(failure.problem()))).await;
    }
    let wrong = || Failure::unknown("the token is unknown, revoked or over");
    let begun = match Secret::read(given.token.trim()) {
        Some(secret) => begin(&visit, secret.digest(), &given.next).await,
        None => Err(wrong()),
    };
    match begun {
        Ok(response) => response,
        Err(failure) => {
            let notice = Notice { points: Vec::new(), ..Notice::refused(failure.problem()) };
            ask_again(visit, Some(notice)).await
        }
    }
}

async fn sign_out(visit: Visit, Form(given): Form<Given>) -> Response {
    if let Err(failure) = must_be_ours(&visit, &given.csrf) {
        return visit.fail(&failure).await;
    }
    if let Some(cookie) = &visit.cookie {
        let ended = visit
            .app
            .desk()
            .store()
            .delete_session(&Digest::of(cookie.as_bytes()).to_string())
            .await;
        if let Err(error) = ended {
            return visit.fail(&error.into()).await;
        }
    }
    let mut response =
        go(if visit.app.access().anonymous_reads { own(&given.next) } else { "/sign-in" });
    set_cookie(&mut response, "", 0, visit.is_encrypted);
    response
}

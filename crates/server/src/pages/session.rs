//! Signing in and out.
//!
//! A session is a random secret in a cookie; the store keeps its digest, and the digest of the token that it stands for. So a
//! session can do what its token can, for as long as that counts, and no request but a form of ours can use it.

use askama::Template;
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use axum_extra::extract::{CookieJar, Form};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use trainyard_registry::Digest;
use trainyard_store::Session;

use super::{
    frame::{Notice, go},
    visit::Visit,
    words::Tone,
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
const COOKIE: &str = "trainyard";
/// How long a session lasts, in seconds.
const LASTS_SECS: u64 = 12 * 3600;
/// How long browsers keep the cookie, in seconds: longer than the session, so that a form which comes too late is known as
/// one of ours, and can be sent again.
const REMEMBERED_SECS: u64 = 7 * 24 * 3600;
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

/// What the cookie of a request holds.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(COOKIE).map(|cookie| cookie.value().to_owned())
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
    unsent: Unsent,
}

/// What somebody had filled in when their session was over.
#[derive(Default)]
struct Unsent {
    /// Where it goes once they are signed in; none where it is not known to come from a page of ours.
    action: Option<String>,
    fields: Vec<(String, String)>,
}

impl Unsent {
    /// What a sign-in brings along of it.
    fn brought(given: &Given) -> Self {
        let field = |text: &String| {
            text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let action = Some(own(&given.action).to_owned()).filter(|action| action != "/");
        Self { action, fields: given.unsent.iter().filter_map(field).collect() }
    }

    /// What people see of it.
    fn shown(&self) -> impl Iterator<Item = &(String, String)> {
        self.fields.iter().filter(|(_, value)| !value.is_empty())
    }
}

/// What was filled in, to be sent by who has just signed in.
#[derive(Template)]
#[template(path = "unsent.html")]
struct SendAgain {
    csrf: String,
    back: String,
    unsent: Unsent,
}

/// Asks whoever sends a form without being signed in to do that first, and keeps what they have filled in.
pub(super) async fn ask_first(visit: Visit, pairs: Vec<(String, String)>) -> Response {
    let given = pairs.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value.as_str());
    let is_ours = must_be_ours(&visit, given.unwrap_or_default()).is_ok();
    let fields = pairs.into_iter().filter(|(name, _)| name != "csrf").collect();
    let action = is_ours.then(|| visit.path().to_owned());
    // A form's address is that of its page, with what is done behind.
    let next = visit.path().rsplit_once('/').map_or("/", |(page, _)| page).to_owned();
    let notice = Notice {
        points: vec!["What you filled in stands below.".to_owned()],
        tone: Tone::Waiting,
        text: "You are not signed in any more, and nothing was changed.".to_owned(),
    };
    let status = if is_ours { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
    let asking = Asking { next, unsent: Unsent { action, fields }, notice: Some(notice), status };
    ask_again(visit, asking).await
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
            Err(failure) => {
                let notice = Notice::refused(failure.problem());
                let next = visit.asked("next").unwrap_or("/").to_owned();
                ask_again(visit, Asking::refused(next, Unsent::default(), notice)).await
            }
        };
    }
    let next = visit.asked("next").unwrap_or("/").to_owned();
    let asking = Asking { next, unsent: Unsent::default(), notice: None, status: StatusCode::OK };
    ask_again(visit, asking).await
}

/// How somebody is asked to sign in, and what comes then.
struct Asking {
    next: String,
    unsent: Unsent,
    notice: Option<Notice>,
    status: StatusCode,
}

impl Asking {
    fn refused(next: String, unsent: Unsent, notice: Notice) -> Self {
        Self { next, unsent, notice: Some(notice), status: StatusCode::UNAUTHORIZED }
    }
}

async fn ask_again(mut visit: Visit, asking: Asking) -> Response {
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
        next: own(&asking.next).to_owned(),
        is_reading_open: visit.app.access().anonymous_reads,
        unsent: asking.unsent,
    };
    let mut frame = visit.bare_frame();
    "Sign in".clone_into(&mut frame.title);
    frame.section = "Sign in";
    frame.notice = asking.notice;
    let main = page.render().unwrap_or_default();
    let mut response = super::frame::respond(asking.status, frame, main);
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
    let secret = begin(visit, body.token).await?;
    Ok(welcome(visit, &secret, go(own(visit.asked("next").unwrap_or("/")))))
}

/// Begins a session, and returns its secret.
async fn begin(visit: &Visit, token: Digest) -> Result<String, Failure> {
    keep(visit.app.desk(), &Body { token, is_link: false }, LASTS_SECS).await
}

/// The same answer, with the session's cookie.
fn welcome(visit: &Visit, secret: &str, mut response: Response) -> Response {
    set_cookie(&mut response, secret, REMEMBERED_SECS, visit.is_encrypted);
    response
}

/// Shows to who has just signed in what they had filled in before, with the button that sends it.
fn send_again(mut visit: Visit, secret: &str, next: &str, unsent: Unsent) -> Response {
    visit.cookie = Some(secret.to_owned());
    let page = SendAgain { csrf: visit.csrf(), back: own(next).to_owned(), unsent };
    let mut frame = visit.bare_frame();
    "Signed in".clone_into(&mut frame.title);
    let main = page.render().unwrap_or_default();
    let response = super::frame::respond(StatusCode::OK, frame, main);
    welcome(&visit, secret, response)
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    next: String,
    /// Where a form goes that was sent too late.
    #[serde(default)]
    action: String,
    /// What was filled in there, as `name=value`.
    #[serde(default)]
    unsent: Vec<String>,
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
        let notice = Notice::refused(failure.problem());
        return ask_again(visit, Asking::refused(given.next, Unsent::default(), notice)).await;
    }
    let unsent = Unsent::brought(&given);
    let wrong = || Failure::unknown("the token is unknown, revoked or over");
    let begun = match Secret::read(given.token.trim()) {
        Some(secret) => begin(&visit, secret.digest()).await,
        None => Err(wrong()),
    };
    match begun {
        Ok(secret) if unsent.action.is_some() => send_again(visit, &secret, &given.next, unsent),
        Ok(secret) => welcome(&visit, &secret, go(own(&given.next))),
        Err(failure) => {
            let notice = Notice { points: Vec::new(), ..Notice::refused(failure.problem()) };
            ask_again(visit, Asking::refused(given.next, unsent, notice)).await
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

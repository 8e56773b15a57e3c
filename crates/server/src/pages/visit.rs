//! Who looks at a page, and from where.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use trainyard_registry::{Actor, Digest, Name, Right};

use super::{
    frame::{self, Frame, Notice, Product},
    session, words,
};
use crate::http::{
    Answer, Reading, View,
    app::{App, Viewer},
    failure::Failure,
    reading,
};

/// A request for a page.
pub(super) struct Visit {
    pub(super) app: App,
    pub(super) viewer: Viewer,
    /// What the cookie holds; guests have one from when they are asked to sign in.
    pub(super) cookie: Option<String>,
    pub(super) is_encrypted: bool,
    path: String,
    query: Vec<(String, String)>,
    reading: Result<Reading, Failure>,
}

impl FromRequestParts<App> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let cookie = session::cookie(&parts.headers);
        let mut viewer = parts.extensions.get::<Viewer>().cloned().unwrap_or_default();
        if let (Viewer::Anonymous, Some(cookie)) = (&viewer, &cookie) {
            viewer = session::viewer(app, cookie).await;
            parts.extensions.insert(viewer.clone());
        }
        let reading = Reading::from_request_parts(parts, app).await;
        let query = parts.uri.query().unwrap_or_default();
        let query = axum_extra::extract::Query::try_from_uri(&parts.uri)
            .map_or_else(|_| plain_pairs(query), |axum_extra::extract::Query(pairs)| pairs);
        Ok(Self {
            app: app.clone(),
            viewer,
            cookie,
            is_encrypted: app.settings().tls.is_some() || is_forwarded_encrypted(app, parts),
            path: parts.uri.path().to_owned(),
            query,
            reading,
        })
    }
}

/// Whether a proxy of ours says that it is spoken to over an encrypted connection.
fn is_forwarded_encrypted(app: &App, parts: &Parts) -> bool {
    let scheme = parts.headers.get("x-forwarded-proto");
    app.access().is_behind_proxy && scheme.is_some_and(|scheme| scheme == "https")
}

/// The members of a query that cannot be decoded, as they are.
fn plain_pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Visit {
    /// Refuses those who may not read.
    pub(super) fn must_read(&self) -> Result<(), Failure> {
        self.viewer.must_read(self.app.access())
    }

    /// Refuses those who may not read the log.
    pub(super) fn must_read_log(&self) -> Result<(), Failure> {
        self.viewer.must_read_log(self.app.access())
    }

    /// A member of the query; none where it is empty.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        let value = self.query.iter().find(|(own, _)| own == name)?;
        Some(value.1.trim()).filter(|value| !value.is_empty())
    }

    /// All members of the query with a name.
    pub(super) fn all_asked(&self, name: &str) -> Vec<String> {
        let own = self.query.iter().filter(|(own, value)| own == name && !value.is_empty());
        own.map(|(_, value)| value.clone()).collect()
    }

    /// The path of the page.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The members of the query.
    pub(super) fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The page's own address.
    pub(super) fn here(&self) -> String {
        address(&self.path, &self.query)
    }

    /// What every form of this visitor must send back.
    pub(super) fn csrf(&self) -> String {
        self.cookie.as_deref().map(session::csrf).unwrap_or_default()
    }

    /// Whether the visitor may do something now; nobody changes the past.
    pub(super) fn may(&self, right: Right, product: Option<&Name>) -> bool {
        self.actor().is_some_and(|actor| actor.may(right, product)) && self.asked("at").is_none()
    }

    /// Who looks, if anybody knows.
    pub(super) fn actor(&self) -> Option<&Actor> {
        self.viewer.actor()
    }

    /// The digest of the token that a change is made with.
    pub(super) fn secret(&self) -> Option<&Digest> {
        match &self.viewer {
            Viewer::Known { secret, .. } => Some(secret),
            _ => None,
        }
    }

    /// The address of what the page shows as JSON, for pages that the interface has nothing alike of.
    pub(super) fn own_json(&self) -> String {
        address(&format!("{}.json", self.path.trim_end_matches(".json")), &self.query)
    }

    /// Tells programs what a page shows.
    pub(super) async fn tell<T: serde::Serialize>(
        &self,
        tell: impl FnOnce(&View<'_>) -> Result<T, Failure> + Send,
    ) -> Answer {
        self.must_read()?;
        let told = self.look(|view| reading::json(&tell(view)?)).await?;
        let kind = HeaderValue::from_static("application/json");
        let caching = HeaderValue::from_static("private, no-cache");
        Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)], told).into_response())
    }

    /// Looks at what is known.
    pub(super) async fn look<T>(
        &self,
        tell: impl FnOnce(&View<'_>) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        match &self.reading {
            Ok(reading) => reading.look(tell).await,
            Err(failure) => Err(failure.copy()),
        }
    }

    /// Shows a page: `tell` makes its content and says what stands around it.
    pub(super) async fn show<T: askama::Template + Send>(
        &self,
        tell: impl FnOnce(&View<'_>, &mut Frame) -> Result<T, Failure> + Send,
    ) -> Response {
        self.show_with(StatusCode::OK, None, tell).await
    }

    /// The same with a status and something to be said first.
    pub(super) async fn show_with<T: askama::Template + Send>(
        &self,
        status: StatusCode,
        notice: Option<Notice>,
        tell: impl FnOnce(&View<'_>, &mut Frame) -> Result<T, Failure> + Send,
    ) -> Response {
        let made = self
            .look(|view| {
                let mut frame = self.frame(view);
                frame.notice = notice;
                let content = tell(view, &mut frame)?;
                Ok((frame, content))
            })
            .await;
        let (frame, content) = match made {
            Ok(made) => made,
            Err(failure) => return self.fail(&failure).await,
        };
        match content.render() {
            Ok(main) => frame::respond(status, frame, main),
            Err(error) => self.fail(&Failure::fault(&error)).await,
        }
    }

    /// Shows what does not work. Whoever may read after signing in is asked to.
    pub(super) async fn fail(&self, failure: &Failure) -> Response {
        let problem = failure.problem();
        if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
            let next = words::encoded(&self.here());
            return frame::go(&format!("/sign-in?next={next}"));
        }
        let framed = self
            .look(|view| {
                let mut frame = self.frame(view);
                if let Some((product, section)) = self.within(view) {
                    frame.about(product, section, "");
                }
                Ok(frame)
            })
            .await;
        let frame = framed.unwrap_or_else(|_| self.bare_frame());
        frame::problem(frame, problem)
    }

    /// The product that the path is within, if there is one, and which of its ways leads there.
    fn within<'a>(
        &self,
        view: &View<'a>,
    ) -> Option<(&'a trainyard_registry::products::Product, &'static str)> {
        let mut steps = self.path.strip_prefix("/products/")?.split('/');
        let product = view.state.product(steps.next()?).ok()?;
        let section = match steps.next().unwrap_or_default() {
            "components" => "Components",
            "compatibility" => "Compatibility",
            "upgrade" => "Upgrade",
            "lines" => "Lines",
            "risks" | "exposure" => "Risks",
            "audit" => "Audit",
            "policy" => "Policy",
            "journal" => "Journal",
            _ => "Overview",
        };
        Some((product, section))
    }

    fn frame(&self, view: &View<'_>) -> Frame {
        let mut frame = self.bare_frame();
        let product = |product: &trainyard_registry::products::Product| Product {
            name: product.name.to_string(),
            title: product.title.clone(),
        };
        frame.products = view.state.products().map(product).collect();
        frame.size = view.ledger.size();
        frame.past = self.asked("at").map(|_| words::when(view.now, view.now).shown);
        frame
    }

    /// What stands around a page that knows nothing of the registry.
    pub(super) fn bare_frame(&self) -> Frame {
        let mut frame = Frame::new(&self.path);
        frame.viewer = self.actor().map(|actor| actor.principal.to_string());
        frame.csrf = self.csrf();
        frame.here = self.here();
        let age = self.app.desk().cut_off_for();
        frame.cut_off = age.map(|age| words::span(age.as_secs()));
        frame
    }
}

/// A path with a query.
pub(super) fn address(path: &str, query: &[(String, String)]) -> String {
    let mut address = path.to_owned();
    for (place, (name, value)) in query.iter().enumerate() {
        address.push(if place == 0 { '?' } else { '&' });
        address.push_str(&words::encoded(name));
        address.push('=');
        address.push_str(&words::encoded(value));
    }
    address
}

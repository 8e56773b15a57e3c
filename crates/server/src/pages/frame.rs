//! What stands around every page: the head, the ways to other pages, who looks, and what must be said first.

use askama::Template;
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use trainyard_api::Problem;

use super::{assets, markdown::coded, words::Tone};

/// What browsers may load and do: nothing that does not come from here, and no script within a page.
const CONTENT_SECURITY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A product in the switch.
#[derive(Clone, Debug, Default)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) title: String,
}

/// Something to be said before all else.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    pub(super) tone: Tone,
    pub(super) text: String,
    pub(super) points: Vec<String>,
}

impl Notice {
    pub(super) fn good(text: impl Into<String>) -> Self {
        Self { tone: Tone::Good, text: text.into(), points: Vec::new() }
    }

    /// That something was refused, with all that spoke against it.
    pub(super) fn refused(problem: &Problem) -> Self {
        let unmet = problem.conditions.iter().filter(|condition| !condition.is_met);
        let mut points: Vec<String> = unmet.map(|condition| condition.text.clone()).collect();
        points.extend(problem.errors.iter().map(|error| error.detail.clone()));
        points.extend(problem.hint.clone());
        Self { tone: Tone::Bad, text: problem.detail.clone(), points }
    }
}

/// What stands around a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// What the page is about.
    pub(super) title: String,
    /// The product that it belongs to.
    pub(super) product: Option<Product>,
    /// All products.
    pub(super) products: Vec<Product>,
    /// What it is within, from the product on: address and name.
    pub(super) within: Vec<(String, String)>,
    /// Which of the ways in the head leads here.
    pub(super) section: &'static str,
    /// Who looks.
    pub(super) viewer: Option<String>,
    /// What forms send back.
    pub(super) csrf: String,
    /// The page's own address.
    pub(super) here: String,
    /// The address of the same as JSON.
    pub(super) twin: Option<String>,
    /// What is to be said first.
    pub(super) notice: Option<Notice>,
    /// Whether the page waits for something, and so follows the log.
    pub(super) is_live: bool,
    /// How many entries the log had.
    pub(super) size: u64,
    /// The moment that is looked at, where that is not now.
    pub(super) past: Option<String>,
    /// How long the database has not been reached.
    pub(super) cut_off: Option<String>,
    /// What was searched for.
    pub(super) query: String,
    style: String,
    script: String,
    icon: String,
}

impl Frame {
    pub(super) fn new(path: &str) -> Self {
        Self {
            style: assets::style(),
            script: assets::script(),
            icon: assets::icon(),
            twin: path.starts_with("/products").then(|| format!("/api/v1{path}")),
            ..Self::default()
        }
    }

    /// Says which product the page is about, and what it shows of it.
    pub(super) fn about(
        &mut self,
        product: &trainyard_registry::products::Product,
        section: &'static str,
        title: impl Into<String>,
    ) {
        self.product =
            Some(Product { name: product.name.to_string(), title: product.title.clone() });
        self.section = section;
        self.title = title.into();
    }

    /// Says within what the page is, below the product.
    pub(super) fn within(&mut self, steps: impl IntoIterator<Item = (String, String)>) {
        let top = self.product.as_ref().map(|it| (self.front(), it.title.clone()));
        self.within = top.into_iter().chain(steps).collect();
    }

    /// The front of the addresses of the product's pages.
    fn front(&self) -> String {
        self.product
            .as_ref()
            .map_or_else(String::new, |product| format!("/products/{}", product.name))
    }

    /// The ways within the product.
    fn ways(&self) -> Vec<(String, &'static str, bool)> {
        let front = self.front();
        let ways = [
            ("", "Overview"),
            ("/components", "Components"),
            ("/compatibility", "Compatibility"),
            ("/upgrade", "Upgrade"),
            ("/lines", "Lines"),
            ("/risks", "Risks"),
            ("/audit", "Audit"),
            ("/policy", "Policy"),
            ("/journal", "Journal"),
        ];
        let way = |(end, name): (&str, &'static str)| {
            (format!("{front}{end}"), name, self.section == name)
        };
        ways.into_iter().map(way).collect()
    }
}

#[derive(Template)]
#[template(path = "frame.html")]
struct Whole {
    frame: Frame,
    main: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Trouble<'a> {
    problem: &'a Problem,
    /// In HTML, as the hint.
    detail: String,
    hint: Option<String>,
    errors: Vec<String>,
    /// Where the product is that the page would have been of.
    back: Option<(String, String)>,
}

/// A page as a response.
pub(super) fn respond(status: StatusCode, frame: Frame, main: String) -> Response {
    let whole = Whole { frame, main }.render();
    let Ok(whole) = whole else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    guarded((status, [(header::CONTENT_TYPE, HTML)], whole).into_response())
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Adds what keeps browsers from doing what pages do not ask for.
fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let set = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in set {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What programs are told in half a sentence, as a whole one in HTML.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let whole = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    };
    let end = if whole.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    coded(&format!("{whole}{end}"))
}

/// A problem as a page.
pub(super) fn problem(mut frame: Frame, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    frame.title.clone_from(&problem.title);
    frame.twin = None;
    let back = frame.product.as_ref().map(|product| (frame.front(), product.title.clone()));
    let trouble = Trouble {
        problem,
        detail: sentence(&problem.detail),
        hint: problem.hint.as_deref().map(sentence),
        errors: problem.errors.iter().map(|error| coded(&error.detail)).collect(),
        back,
    };
    match trouble.render() {
        Ok(main) => respond(status, frame, main),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Leads elsewhere, after a form was taken in.
pub(super) fn go(address: &str) -> Response {
    let address = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/"));
    guarded((StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response())
}

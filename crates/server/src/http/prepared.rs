//! Answers that are kept as bytes until the registry changes.
//!
//! What follows from the log alone is the same for everybody who may read it, so it is written, hashed and packed once for
//! each state of its product. A hit takes no lock of the registry's, and none that is held while anything waits.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::Write as _,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};

use super::{app::App, reading::is_among};

/// A longer answer is not kept.
const LONGEST: usize = 4 << 20;
/// The most bytes of all answers, with their keys; when they are more, all are forgotten.
const MOST: usize = 32 << 20;
/// A shorter answer is not packed: it fits in one packet as it is.
const SHORTEST_PACKED: usize = 860;
/// What a kept answer costs besides its bytes, about.
const OVERHEAD: usize = 600;

/// All answers that are kept.
#[derive(Default)]
pub(crate) struct Prepared(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    /// Each with the mark of what it follows from.
    answers: HashMap<Box<str>, (Arc<str>, Arc<Told>)>,
    bytes: usize,
}

/// An answer as bytes.
pub(crate) struct Told {
    kind: HeaderValue,
    etag: HeaderValue,
    plain: Bytes,
    packed: Option<Bytes>,
    caching: HeaderValue,
    vary: HeaderValue,
    whole: Counted,
    unchanged: Counted,
}

/// Where answers of one route and status are counted.
struct Counted {
    requests: metrics::Counter,
    seconds: metrics::Histogram,
}

/// What answers do not depend on, by the end of their path, as long as they are kept under what is left: an update check's
/// `id` counts where a release is being rolled out, and then the answer is kept under something else.
const WITHOUT_EFFECT: [(&str, &[&str]); 2] =
    [("/update", &["id="]), ("/graph", &["id=", "version="])];

/// What an answer is kept under that everybody gets: path and query, but for what has no effect.
pub(crate) fn shared_key(request: &str) -> Cow<'_, str> {
    let Some((path, query)) = request.split_once('?') else { return request.into() };
    let fronts = WITHOUT_EFFECT.iter().find(|(end, _)| path.ends_with(end));
    let fronts = fronts.map_or(&[][..], |(_, fronts)| fronts);
    let is_idle = |member: &&str| fronts.iter().any(|front| member.starts_with(front));
    if !query.split('&').any(|member| is_idle(&member)) {
        return request.into();
    }
    let others: Vec<_> = query.split('&').filter(|member| !is_idle(member)).collect();
    format!("{path}?{}", others.join("&")).into()
}

impl Prepared {
    /// The answer that is kept for a key, if it follows from what has this mark.
    pub(crate) fn find(&self, mark: &str, key: &str) -> Option<Arc<Told>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (own, told) = kept.answers.get(key)?;
        (**own == *mark).then(|| Arc::clone(told))
    }

    /// Keeps an answer that follows from what has this mark, in the place of an older one.
    pub(crate) fn keep(&self, mark: &Arc<str>, key: String, told: Arc<Told>) {
        let size = key.len() + told.size();
        if size > LONGEST {
            return;
        }
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + size + OVERHEAD > MOST {
            *kept = Kept::default();
        }
        let length = key.len();
        let before = kept.answers.insert(key.into(), (Arc::clone(mark), told));
        let freed = before.map_or(0, |(_, told)| length + told.size() + OVERHEAD);
        kept.bytes = kept.bytes + size + OVERHEAD - freed;
    }
}

impl Told {
    /// An answer with its headers. *Cost*: it is packed once.
    pub(crate) fn new(
        app: &App,
        route: &str,
        kind: HeaderValue,
        etag: &str,
        body: Vec<u8>,
    ) -> Self {
        let packed = (body.len() >= SHORTEST_PACKED).then(|| pack(&body)).flatten();
        let is_open = app.access().anonymous_reads;
        let caching = if is_open { "no-cache" } else { "private, no-cache" };
        let vary = if packed.is_some() {
            "authorization, cookie, accept-encoding"
        } else {
            "authorization, cookie"
        };
        Self {
            kind,
            etag: HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\"")),
            plain: body.into(),
            packed,
            caching: HeaderValue::from_static(caching),
            vary: HeaderValue::from_static(vary),
            whole: Counted::new(app, route, StatusCode::OK),
            unchanged: Counted::new(app, route, StatusCode::NOT_MODIFIED),
        }
    }

    fn size(&self) -> usize {
        self.plain.len() + self.packed.as_ref().map_or(0, Bytes::len)
    }

    /// The bytes, and their entity tag.
    pub(crate) fn body(&self) -> (&Bytes, &str) {
        (&self.plain, self.etag.to_str().unwrap_or_default())
    }

    /// The answer to a request with these headers: not the bytes, where whoever asks has them.
    pub(crate) fn respond(&self, asked: &HeaderMap) -> Response {
        let has = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let is_unchanged = has.is_some() && is_among(has, self.etag.to_str().unwrap_or_default());
        let packed = self.packed.as_ref().filter(|_| takes_gzip(asked));
        let mut response = Response::new(match (is_unchanged, packed) {
            (true, _) => Body::empty(),
            (false, Some(packed)) => Body::from(packed.clone()),
            (false, None) => Body::from(self.plain.clone()),
        });
        let headers = response.headers_mut();
        headers.reserve(8);
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, self.caching.clone());
        headers.insert(header::VARY, self.vary.clone());
        if is_unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, self.kind.clone());
        if packed.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    /// Counts an answer that was given.
    pub(crate) fn count(&self, status: StatusCode, begun: Instant) {
        let counted =
            if status == StatusCode::NOT_MODIFIED { &self.unchanged } else { &self.whole };
        counted.requests.increment(1);
        counted.seconds.record(begun.elapsed().as_secs_f64());
    }
}

impl Counted {
    fn new(app: &App, route: &str, status: StatusCode) -> Self {
        let mut made = None;
        app.measure(|| {
            let route = route.to_owned();
            let requests = metrics::counter!("trainyard_http_requests_total", "method" => "GET",
                "route" => route.clone(), "status" => status.as_str().to_owned());
            let seconds = metrics::histogram!("trainyard_http_request_seconds", "route" => route);
            made = Some(Self { requests, seconds });
        });
        made.unwrap_or_else(|| Self {
            requests: metrics::Counter::noop(),
            seconds: metrics::Histogram::noop(),
        })
    }
}

fn pack(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < body.len()).then(|| packed.into())
}

/// Whether `Accept-Encoding` takes gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let given = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    given.unwrap_or_default().split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.split_once('=').is_some_and(|(_, weight)| {
            weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0)
        });
        matches!(name.trim(), "gzip" | "*") && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{shared_key, takes_gzip};

    #[test]
    fn who_checks_for_updates_does_not_count() {
        assert_eq!(shared_key("/a/update?runs=1&id=x&accepted=b"), "/a/update?runs=1&accepted=b");
        assert_eq!(shared_key("/a/update?id=x"), "/a/update?");
        assert_eq!(shared_key("/a/releases?id=x"), "/a/releases?id=x");
        assert_eq!(shared_key("/a/update"), "/a/update");
        assert_eq!(shared_key("/v1/graph?version=1&channel=a&id=b"), "/v1/graph?channel=a");
    }

    #[test]
    fn gzip_is_given_to_those_who_take_it() {
        for (given, expected) in [
            ("gzip, deflate, br", true),
            ("*", true),
            ("br;q=1.0, gzip;q=0.5", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(given));
            assert_eq!(takes_gzip(&headers), expected, "{given}");
        }
    }
}

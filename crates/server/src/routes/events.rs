//! The log as it grows, as server-sent events.

use std::{convert::Infallible, fmt::Write as _, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use serde::Deserialize;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep},
};
use trainyard_api::LogEntry;
use trainyard_registry::Entry;
use trainyard_store::StoredEntry;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::log::line;
use crate::http::{Asked, Reading, app::App, failure::Failure};

/// How often it looks whether the log has grown.
const TICK: Duration = Duration::from_millis(200);
/// After how long without an entry something is sent, so that nobody in between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a stream lasts at most, in seconds: then whoever listens comes again, with a token that still counts.
const LONGEST_SECS: u64 = 300;
/// How many entries are read at a time.
const PART: u32 = 256;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(follow_log))
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Which {
    from: Option<u64>,
    lasts_secs: Option<u64>,
}

/// The lines of the log as they come, as server-sent events: `id` is the line's place, `event` its kind, `data` what
/// `log/entries/{seq}` tells.
///
/// It ends after a while; whoever comes again with `Last-Event-ID` misses nothing.
#[utoipa::path(get, path = "/log/events", tag = "log",
    params(("from" = Option<u64>, Query, description = "The first line that is wanted; absent: the next one"),
        ("lasts-secs" = Option<u64>, Query, description = "When it ends, at most 300 seconds, which is usual"),
        ("Last-Event-ID" = Option<String>, Header, description = "The last line that one has, which counts more than `from`")),
    responses((status = 200, description = "The lines", body = String,
        content_type = "text/event-stream")))]
async fn follow_log(
    reading: Reading,
    headers: HeaderMap,
    Asked(which): Asked<Which>,
) -> Result<Response, Failure> {
    reading.must_read_log()?;
    let last = headers.get("last-event-id").and_then(|last| last.to_str().ok()?.parse().ok());
    let after_last = last.map(|last: u64| last.saturating_add(1));
    let size = reading.app.desk().ledger().size();
    let next = after_last.or(which.from).unwrap_or(size).min(size);
    let lasts = which.lasts_secs.unwrap_or(LONGEST_SECS).min(LONGEST_SECS);
    let seat = reading.app.seat()?;
    let following = Following {
        app: reading.app,
        next,
        ends: Instant::now() + Duration::from_secs(lasts),
        quiet_since: Instant::now(),
        has_begun: false,
        _seat: seat,
    };
    let told = stream::unfold(following, |mut following| async move {
        let part = following.part().await?;
        Some((Ok::<_, Infallible>(Bytes::from(part)), following))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(told)).into_response())
}

/// Somebody who listens.
struct Following {
    app: App,
    next: u64,
    ends: Instant,
    quiet_since: Instant,
    has_begun: bool,
    _seat: OwnedSemaphorePermit,
}

impl Following {
    /// What is sent next, once there is something; `None` at the end.
    async fn part(&mut self) -> Option<String> {
        if !self.has_begun {
            self.has_begun = true;
            return Some("retry: 1000\n\n".to_owned());
        }
        loop {
            if let Some(events) = self.events().await {
                self.quiet_since = Instant::now();
                return Some(events);
            }
            if Instant::now() >= self.ends || self.app.is_stopping() {
                return None;
            }
            if self.quiet_since.elapsed() >= HEARTBEAT {
                self.quiet_since = Instant::now();
                return Some(": \n\n".to_owned());
            }
            sleep(TICK).await;
        }
    }

    /// What came since; `None` where nothing has, or where it cannot be read now.
    async fn events(&mut self) -> Option<String> {
        let desk = self.app.desk();
        let size = desk.ledger().size();
        if size <= self.next {
            // The registry may have been put back to an older state.
            self.next = size;
            return None;
        }
        let most = u32::try_from(size - self.next).unwrap_or(u32::MAX).min(PART);
        let found = desk.store().entries(self.next, most).await.ok()?;
        let mut events = String::new();
        for stored in found {
            self.next = stored.number.saturating_add(1);
            write_event(&mut events, stored)?;
        }
        (!events.is_empty()).then_some(events)
    }
}

fn write_event(events: &mut String, stored: StoredEntry) -> Option<()> {
    let entry = Entry::from_bytes(stored.number, &stored.body).ok()?;
    let line: LogEntry = line(stored).ok()?;
    // JSON has no line ends outside of its texts, and none within as they are.
    let data = serde_json::to_string(&line).ok()?;
    write!(events, "id: {}\nevent: {}\ndata: {data}\n\n", line.seq, entry.event.kind()).ok()
}

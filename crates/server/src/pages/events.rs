//! Tells pages that wait when the log has grown.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    response::{
        IntoResponse as _,
        sse::{Event, Sse},
    },
    routing::get,
};
use futures_util::stream;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep},
};

use super::visit::Visit;
use crate::http::{Answer, app::App};

/// How often it looks.
const TICK: Duration = Duration::from_millis(500);
/// How long a browser is told; it asks again by itself.
const LASTS: Duration = Duration::from_secs(30);
/// How long a browser waits before it asks again.
const RETRY: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Router<App> {
    Router::new().route("/events", get(follow))
}

struct Following {
    app: App,
    told: Option<u64>,
    ends: Instant,
    _seat: OwnedSemaphorePermit,
}

/// The number of entries, whenever it changes.
async fn follow(visit: Visit) -> Answer {
    visit.must_read()?;
    let seat = visit.app.seat()?;
    let following =
        Following { _seat: seat, app: visit.app, told: None, ends: Instant::now() + LASTS };
    let told = stream::unfold(following, |mut following| async move {
        loop {
            let size = following.app.desk().ledger().size();
            if following.told != Some(size) {
                following.told = Some(size);
                let event = Event::default().retry(RETRY).data(size.to_string());
                return Some((Ok::<_, Infallible>(event), following));
            }
            if Instant::now() >= following.ends || following.app.is_stopping() {
                return None;
            }
            sleep(TICK).await;
        }
    });
    Ok(Sse::new(told).into_response())
}

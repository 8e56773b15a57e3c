//! Signed snapshots: how they are, and what others sign of them.

use serde_json::value::RawValue;
use trainyard_api as api;
use trainyard_artifact::tuf::{Envelope, Freshness};
use trainyard_registry::{Moment, Refusal};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    http::{Answer, Reading, WritingBytes, app::App, failure::Failure, wire::time},
    jobs::{JobError, KeptAge, KeptWaiting, SnapshotWork},
};

/// The longest file that is handed in, in bytes.
const LONGEST: usize = 1 << 20;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_snapshots)).routes(routes!(sign_snapshot))
}

fn failed(error: JobError) -> Failure {
    match error {
        JobError::Store(error) => error.into(),
        JobError::Desk(error) => error.into(),
        other => Failure::fault(&other),
    }
}

/// What publishes the snapshots. *Errors*: none are published.
fn work(app: &App) -> Result<SnapshotWork, Failure> {
    let settings = app.settings().snapshots.clone();
    let settings =
        settings.ok_or_else(|| Refusal::not_found("signed snapshot", "of this registry"))?;
    Ok(SnapshotWork::new(settings))
}

fn raw(text: String) -> Result<Box<RawValue>, Failure> {
    RawValue::from_string(text).map_err(|error| Failure::fault(&error))
}

fn role(age: &KeptAge, now: Moment) -> api::SnapshotRole {
    let freshness = match age.freshness(now) {
        Freshness::Fresh => "fresh",
        Freshness::Due => "due",
        Freshness::Late => "late",
        Freshness::Expired => "expired",
    };
    api::SnapshotRole {
        role: age.role.clone(),
        version: age.version,
        expires: time(age.expires),
        freshness: freshness.to_owned(),
    }
}

fn waits(waiting: KeptWaiting) -> Result<api::SnapshotWaiting, Failure> {
    let KeptWaiting { role, signed, threshold, envelope } = waiting;
    Ok(api::SnapshotWaiting { role, signed, threshold, envelope: raw(envelope)? })
}

/// How the signed snapshots are, which lacks signatures, and the root from which to begin to trust.
#[utoipa::path(get, path = "/snapshots", tag = "snapshots",
    responses((status = 200, description = "How they are", body = api::Snapshots)))]
async fn read_snapshots(reading: Reading) -> Answer {
    let app = reading.app.clone();
    let now = reading.look(|view| Ok(view.now)).await?;
    let kept = work(&app)?.told(app.desk().store()).await.map_err(failed)?;
    reading.answer_made(&api::Snapshots {
        roles: kept.ages.iter().map(|age| role(age, now)).collect(),
        waiting: kept.waiting.into_iter().map(waits).collect::<Result<_, _>>()?,
        left_out: kept.left_out,
        root: kept.root.map(raw).transpose()?,
    })
}

/// Hands in a file that lacked signatures, with more of them.
///
/// What the keys of its role signed rightly is taken, whoever brings it; nothing else is.
#[utoipa::path(post, path = "/snapshots/signatures", tag = "snapshots",
    request_body(content = Object, description = "The file, as it waits, with signatures",
        content_type = "application/json"),
    responses((status = 200, description = "How it stands now", body = api::SnapshotWaiting)))]
async fn sign_snapshot(WritingBytes { asking, body }: WritingBytes) -> Answer {
    if body.len() > LONGEST {
        return Err(Failure::invalid("file-too-large", "a file of metadata may have 1 MiB"));
    }
    let envelope = Envelope::read(&body)
        .map_err(|error| Failure::invalid("file-unreadable", error.to_string()))?;
    let desk = asking.app.desk();
    let handed_in = work(&asking.app)?.hand_in(desk, &envelope).await.map_err(failed)?;
    match handed_in {
        Some((waiting, taken)) if taken > 0 => {
            tracing::info!(role = waiting.role, signatures = taken, "snapshots are signed");
            let waiting = serde_json::to_vec(&waits(waiting)?);
            Ok(crate::http::writing::made(waiting.map_err(|error| Failure::fault(&error))?))
        }
        Some(_) => Err(Failure::invalid("nothing-signed", "it has no new signature that is right")
            .hint("sign the file that `GET /api/v1/snapshots` tells, with a key of its role")),
        None => Err(Refusal::not_found("waiting file", "that says this").into()),
    }
}

//! The log: its lines, its tree, and its proofs (C2SP tlog-tiles).

use serde::Deserialize;
use serde_json::value::RawValue;
use trainyard_api as api;
use trainyard_attest::{Hash, Tile};
use trainyard_registry::Refusal;
use trainyard_store::StoredEntry;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    DeskError,
    http::{Answer, Asked, Listing, Named, Reading, View, app::App, failure::Failure},
};

const NOTE: &str = "text/plain; charset=utf-8";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_entries))
        .routes(routes!(read_entry))
        .routes(routes!(read_checkpoint))
        .routes(routes!(read_cosigned_checkpoint))
        .routes(routes!(read_key))
        .routes(routes!(read_tile))
        .routes(routes!(prove_inclusion))
        .routes(routes!(prove_consistency))
}

pub(super) fn line(stored: StoredEntry) -> Result<api::LogEntry, Failure> {
    let text = String::from_utf8(stored.body).map_err(|error| Failure::fault(&error))?;
    let entry = RawValue::from_string(text).map_err(|error| Failure::fault(&error))?;
    Ok(api::LogEntry { seq: stored.number, leaf: hex::encode(stored.leaf), entry })
}

fn hashes(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

fn nothing() -> Failure {
    DeskError::Ahead.into()
}

/// That a line is in the tree of so many. *Errors*: there are not so many.
pub(super) fn inclusion(
    view: &View<'_>,
    seq: u64,
    size: u64,
) -> Result<api::InclusionProof, Failure> {
    let tree = &view.ledger.tree;
    let proof = tree.inclusion_proof(seq, size).ok_or_else(nothing)?;
    let checkpoint = view.app.desk().checkpoint(view.ledger, size).ok_or_else(nothing)?;
    Ok(api::InclusionProof {
        seq,
        size,
        leaf: hex::encode(tree.node(0, seq).ok_or_else(nothing)?),
        root: hex::encode(tree.root(size).ok_or_else(nothing)?),
        hashes: hashes(&proof),
        checkpoint,
    })
}

/// The lines of the log, oldest first.
#[utoipa::path(get, path = "/log/entries", tag = "log", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::LogEntry>)))]
async fn list_entries(reading: Reading, Asked(listing): Asked<Listing>) -> Answer {
    reading.must_read_log()?;
    let first = listing.after_number("log")?.map_or(0, |last| last.saturating_add(1));
    let limit = listing.limit();
    let size = reading.look(|view| Ok(view.ledger.size())).await?;
    let most = size.saturating_sub(first).min(limit as u64 + 1);
    let stored = match u32::try_from(most) {
        Ok(most) if most > 0 => reading.app.desk().store().entries(first, most).await?,
        _ => Vec::new(),
    };
    let lines = stored.into_iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let lines = lines.into_iter().map(|line| (line.seq.to_string(), line));
    reading.answer_made(&listing.page("log", lines))
}

/// A line of the log.
#[utoipa::path(get, path = "/log/entries/{seq}", tag = "log",
    responses((status = 200, description = "The line", body = api::LogEntry)))]
async fn read_entry(Named(seq): Named<u64>, reading: Reading) -> Answer {
    reading.must_read_log()?;
    let size = reading.look(|view| Ok(view.ledger.size())).await?;
    if seq >= size {
        return Err(Refusal::not_found("entry", seq).into());
    }
    let stored = reading.app.desk().store().entries(seq, 1).await?;
    let stored = stored.into_iter().next().ok_or_else(nothing)?;
    reading.answer_made(&line(stored)?)
}

/// The signed checkpoint of the log as it is now (C2SP signed-note).
#[utoipa::path(get, path = "/log/checkpoint", tag = "log",
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain")))]
async fn read_checkpoint(reading: Reading) -> Answer {
    reading.must_read_log()?;
    let tell = |view: &View<'_>| {
        let checkpoint = view.app.desk().checkpoint(view.ledger, view.ledger.size());
        Ok(checkpoint.ok_or_else(nothing)?.into_bytes())
    };
    reading.answer_bytes(NOTE, tell).await
}

/// The newest checkpoint that enough witnesses have confirmed (C2SP tlog-cosignature).
#[utoipa::path(get, path = "/log/checkpoint/cosigned", tag = "log",
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain")))]
async fn read_cosigned_checkpoint(reading: Reading) -> Answer {
    reading.must_read_log()?;
    let kept = crate::jobs::cosigned(reading.app.desk().store()).await;
    let kept = kept.map_err(|error| Failure::fault(&error))?;
    let note = kept.ok_or_else(|| Refusal::not_found("cosigned checkpoint", "of this log"))?;
    reading.answer_bytes(NOTE, |_| Ok(note)).await
}

/// The key that checks checkpoints.
#[utoipa::path(get, path = "/log/key", tag = "log",
    responses((status = 200, description = "The key", body = api::LogKey)))]
async fn read_key(reading: Reading) -> Answer {
    let desk = reading.app.desk();
    let key = api::LogKey {
        origin: desk.origin().to_owned(),
        key: desk.note_key().map(|key| key.to_string()).unwrap_or_default(),
        pem: desk.key().public_key().to_pem(),
    };
    reading.answer_made(&key)
}

/// A tile of the log's tree, as `0/x001/234` or `0/000.p/5` (C2SP tlog-tiles).
#[utoipa::path(get, path = "/log/tile/{*tile}", tag = "log",
    params(("tile" = String, Path, description = "Level and number")),
    responses((status = 200, description = "The hashes", body = Vec<u8>,
        content_type = "application/octet-stream")))]
async fn read_tile(Named(path): Named<String>, reading: Reading) -> Answer {
    reading.must_read_log()?;
    let Some(tile) = Tile::from_path(&format!("tile/{path}")) else {
        return Err(Failure::invalid("tile-wrong", "this is no path of a tile"));
    };
    let tell = |view: &View<'_>| tile.bytes(&view.ledger.tree).ok_or_else(nothing);
    reading.answer_bytes("application/octet-stream", tell).await
}

#[derive(Deserialize)]
struct Inclusion {
    seq: u64,
    size: Option<u64>,
}

/// Proves that a line is in the log.
#[utoipa::path(get, path = "/log/proofs/inclusion", tag = "log",
    params(("seq" = u64, Query, description = "The line's place"),
        ("size" = Option<u64>, Query, description = "How many lines the tree has; absent: as many as there are")),
    responses((status = 200, description = "The proof", body = api::InclusionProof)))]
async fn prove_inclusion(reading: Reading, Asked(asked): Asked<Inclusion>) -> Answer {
    reading.must_read_log()?;
    let tell = |view: &View<'_>| {
        inclusion(view, asked.seq, asked.size.unwrap_or_else(|| view.ledger.size()))
    };
    reading.answer(tell).await
}

#[derive(Deserialize)]
struct Consistency {
    old: u64,
    new: Option<u64>,
}

/// Proves that the log begins with what it was before.
#[utoipa::path(get, path = "/log/proofs/consistency", tag = "log",
    params(("old" = u64, Query, description = "How many lines the older tree has"),
        ("new" = Option<u64>, Query, description = "How many the newer one has; absent: as many as there are")),
    responses((status = 200, description = "The proof", body = api::ConsistencyProof)))]
async fn prove_consistency(reading: Reading, Asked(asked): Asked<Consistency>) -> Answer {
    reading.must_read_log()?;
    let tell = |view: &View<'_>| {
        let tree = &view.ledger.tree;
        let (old, new) = (asked.old, asked.new.unwrap_or_else(|| view.ledger.size()));
        let proof = tree.consistency_proof(old, new).ok_or_else(nothing)?;
        let checkpoint = view.app.desk().checkpoint(view.ledger, new).ok_or_else(nothing)?;
        Ok(api::ConsistencyProof {
            old,
            new,
            old_root: hex::encode(tree.root(old).ok_or_else(nothing)?),
            new_root: hex::encode(tree.root(new).ok_or_else(nothing)?),
            hashes: hashes(&proof),
            checkpoint,
        })
    };
    reading.answer(tell).await
}

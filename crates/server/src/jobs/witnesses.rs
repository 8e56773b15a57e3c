//! Witnesses: others who confirm that the log only ever grows (C2SP tlog-witness), so that nobody can be shown another one.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use reqwest::{Client, StatusCode, redirect};
use trainyard_attest::{SignedNote, WitnessRequest};
use trainyard_registry::Moment;
use trainyard_store::{Snapshot, Store};

use super::{
    settings::{Witness, WitnessSettings},
    work::{self, JobError, Work},
};
use crate::{Desk, desk::chain, http::app::App};

/// The one job that there is, and the name that the newest cosigned checkpoint is kept under.
const NAME: &str = "witnesses";
/// How long a witness may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest answer that is read, in bytes.
const LONGEST: usize = 16 << 10;

/// Asks witnesses for as long as the server runs, if there are any.
pub(super) async fn run(app: App) {
    let settings = app.settings().witnesses.clone();
    if settings.all.is_empty() {
        std::future::pending::<()>().await;
    }
    match WitnessWork::new(settings) {
        Ok(work) => work::run(&app, &work).await,
        Err(error) => tracing::error!(error = %chain(&error), "witnesses are asked nothing"),
    }
}

/// The newest checkpoint that enough witnesses have confirmed.
pub(crate) async fn cosigned(store: &Store) -> Result<Option<Vec<u8>>, JobError> {
    Ok(store.snapshot(NAME).await?.map(|kept| kept.body))
}

struct WitnessWork {
    settings: WitnessSettings,
    client: Client,
    /// How many entries are known to be confirmed.
    confirmed: AtomicU64,
}

/// A checkpoint that is to be confirmed.
struct Wanted {
    note: SignedNote,
    size: u64,
}

impl WitnessWork {
    fn new(settings: WitnessSettings) -> reqwest::Result<Self> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .timeout(PATIENCE)
            .user_agent(concat!("trainyard/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { settings, client, confirmed: AtomicU64::new(0) })
    }

    /// The lines that a witness puts below the checkpoint.
    async fn ask(
        &self,
        desk: &Desk,
        witness: &Witness,
        wanted: &Wanted,
    ) -> Result<String, Refused> {
        let name = format!("{NAME}/{}", witness.key.name());
        let known = desk.store().snapshot(&name).await.ok().flatten();
        let mut old_size = known.map_or(0, |known| known.size).min(wanted.size);
        // One that knows another size says which.
        for _ in 0..2 {
            let proof = if old_size == 0 {
                Vec::new()
            } else {
                let ledger = desk.ledger();
                let proof = ledger.tree.consistency_proof(old_size, wanted.size);
                proof.ok_or(Refused::Ahead(old_size))?
            };
            let request = WitnessRequest { old_size, proof, checkpoint: wanted.note.clone() };
            let url = format!("{}/add-checkpoint", witness.url.trim_end_matches('/'));
            let sent = self.client.post(url).body(request.to_string()).send().await;
            let response = sent.map_err(|error| Refused::Silent(error.without_url()))?;
            let status = response.status();
            let text = read(response).await?;
            match status {
                StatusCode::OK => {
                    let mut note = wanted.note.clone();
                    let is_right =
                        note.add_lines(&text).is_ok() && note.cosigned_secs(&witness.key).is_ok();
                    if !is_right {
                        return Err(Refused::Wrong);
                    }
                    let now = desk.now(&desk.ledger());
                    let size = wanted.size;
                    let kept = Snapshot { name, size, at_us: now.0, body: Vec::new() };
                    // Without it the witness is asked once more than needed.
                    let _ = desk.store().put_snapshot(&kept).await;
                    return Ok(text);
                }
                StatusCode::CONFLICT => {
                    let told = text.trim().parse().map_err(|_| Refused::Status(status))?;
                    if told == old_size {
                        return Err(Refused::Status(status));
                    }
                    old_size = told;
                }
                _ => return Err(Refused::Status(status)),
            }
        }
        Err(Refused::Status(StatusCode::CONFLICT))
    }
}

/// Why a witness did not confirm.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it cannot be asked")]
    Silent(#[source] reqwest::Error),
    #[error("it answers {0}")]
    Status(StatusCode),
    #[error("its answer has no signature of its key")]
    Wrong,
    #[error("it knows {0} entries, which are more than there are here")]
    Ahead(u64),
}

async fn read(mut response: reqwest::Response) -> Result<String, Refused> {
    let mut bytes = Vec::new();
    while let Some(part) =
        response.chunk().await.map_err(|error| Refused::Silent(error.without_url()))?
    {
        bytes.extend_from_slice(&part);
        if bytes.len() > LONGEST {
            return Err(Refused::Wrong);
        }
    }
    String::from_utf8(bytes).map_err(|_| Refused::Wrong)
}

impl Work for WitnessWork {
    const KIND: &'static str = "witnesses";
    const MOST_ATTEMPTS: u32 = u32::MAX;

    async fn look(&self, desk: &Desk) -> Result<Vec<String>, JobError> {
        let size = desk.ledger().size();
        if size <= self.confirmed.load(Ordering::Relaxed) {
            return Ok(Vec::new());
        }
        let kept = desk.store().snapshot(NAME).await?.map_or(0, |kept| kept.size);
        self.confirmed.store(kept, Ordering::Relaxed);
        Ok((kept < size).then(|| NAME.to_owned()).into_iter().collect())
    }

    async fn added(&self, _: &Desk) -> Result<(), JobError> {
        Ok(())
    }

    async fn carry_out(&self, desk: &Desk, _: &str) -> Result<(), JobError> {
        desk.catch_up().await?;
        let (text, size, now) = {
            let ledger = desk.ledger();
            (desk.checkpoint(&ledger, ledger.size()), ledger.size(), desk.now(&ledger))
        };
        let note = text.and_then(|text| SignedNote::from_text(&text).ok());
        let Some(note) = note else { return Err(JobError::Kept("the log's checkpoint".into())) };
        let wanted = Wanted { note, size };
        let mut note = wanted.note.clone();
        let mut keys = Vec::new();
        for witness in &self.settings.all {
            match self.ask(desk, witness, &wanted).await {
                Ok(lines) => {
                    if note.add_lines(&lines).is_ok() {
                        keys.push(witness.key.clone());
                    }
                }
                Err(error) => {
                    let (witness, error) = (witness.key.name(), chain(&error));
                    tracing::warn!(witness, error, "a witness does not confirm the log");
                }
            }
        }
        let confirmed = note.cosigned_by(&keys).len();
        let needed = self.settings.threshold.max(1);
        if confirmed < needed {
            return Err(JobError::Unconfirmed { confirmed, needed });
        }
        let body = note.to_string().into_bytes();
        let kept = Snapshot { name: NAME.to_owned(), size, at_us: now.0, body };
        desk.store().put_snapshot(&kept).await?;
        tracing::debug!(size, confirmed, "the log is confirmed by witnesses");
        Ok(())
    }

    fn warnings(&self, _: Moment) -> Vec<String> {
        Vec::new()
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    fn measure(&self, _: Moment) {
        let confirmed = self.confirmed.load(Ordering::Relaxed);
        metrics::gauge!("trainyard_log_confirmed_entries").set(confirmed as f64);
    }
}

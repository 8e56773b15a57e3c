//! Work that follows the ledger: jobs in the store, so that of several replicas one does each of them, and another goes on
//! where that one is cut off. Done twice they do no harm.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};
use trainyard_artifact::{images::ImageError, tuf::WantedError};
use trainyard_registry::Moment;
use trainyard_store::{Failed, NewJob, StoreError, backoff_us};

use crate::{Desk, DeskError, desk::chain, http::app::App};

/// How often it looks what there is to do.
const TICK: Duration = Duration::from_secs(1);
/// How long a job may take; then another replica does it.
const LEASE: Duration = Duration::from_mins(10);
/// How long to wait after the first failure, and after many, in microseconds.
const AGAIN_US: (i64, i64) = (1_000_000, 300_000_000);
/// How many jobs are done before it looks again what there is to do.
const AT_ONCE: usize = 64;
/// After how long what was given up is tried again. So it is when a server starts: somebody may have mended what was wrong.
const REVIVAL: Duration = Duration::from_hours(6);
/// After this long without another failure here, another replica has had a job, or it is given up.
const FORGOTTEN: Duration = Duration::from_mins(15);

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The place of the snapshots.
    #[error(transparent)]
    Place(#[from] trainyard_artifact::StoreError),
    /// What the snapshots should say.
    #[error(transparent)]
    Wanted(#[from] WantedError),
    /// The registry of images.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A tag that never moves names another image.
    #[error("the tag `{tag}` of `{repository}` names {found}, not the image of the release")]
    Taken {
        /// The tag.
        tag: String,
        /// The repository.
        repository: String,
        /// What it names.
        found: String,
    },
    /// What the database holds of the job cannot be read.
    #[error("what is kept of `{0}` cannot be read")]
    Kept(String),
    /// Too few witnesses confirm the log.
    #[error("{confirmed} witnesses confirm the log, and {needed} must")]
    Unconfirmed {
        /// How many do.
        confirmed: usize,
        /// How many must.
        needed: usize,
    },
    /// It took longer than it may.
    #[error("it took too long")]
    TooLong,
}

/// A kind of work.
pub(super) trait Work: Send + Sync {
    /// Its name, in the store and for people.
    const KIND: &'static str;
    /// How often one of its jobs is tried.
    const MOST_ATTEMPTS: u32;

    /// Which jobs there should be. What is there already is not added again.
    fn look(&self, desk: &Desk) -> impl Future<Output = Result<Vec<String>, JobError>> + Send;

    /// To be called once jobs are added.
    fn added(&self, desk: &Desk) -> impl Future<Output = Result<(), JobError>> + Send;

    /// Does one.
    fn carry_out(&self, desk: &Desk, id: &str)
    -> impl Future<Output = Result<(), JobError>> + Send;

    /// What somebody should know, a sentence each. Anybody may read it.
    fn warnings(&self, now: Moment) -> Vec<String>;

    /// Measures what there is to measure, with the recorder that is in force.
    fn measure(&self, now: Moment);
}

/// Looks what there is to do and does it, for ever.
pub(super) async fn run<W: Work>(app: &App, work: &W) {
    let mut failing = BTreeMap::new();
    let mut revived: Option<Instant> = None;
    loop {
        let desk = app.desk();
        if desk.cut_off_for().is_none() {
            if revived.is_none_or(|revived| revived.elapsed() >= REVIVAL) {
                let now = desk.now(&desk.ledger());
                match desk.store().revive_jobs(W::KIND, now.0).await {
                    Ok(_) => revived = Some(Instant::now()),
                    Err(error) => {
                        tracing::warn!(kind = W::KIND, error = %chain(&error), "cannot revive jobs");
                    }
                }
            }
            if let Err(error) = round(app, work, &mut failing).await {
                tracing::warn!(kind = W::KIND, error = %chain(&error), "cannot look for jobs");
            }
        }
        tell(app, work, &mut failing);
        sleep(TICK).await;
    }
}

/// Adds the jobs that there should be, and does those that are due.
async fn round<W: Work>(
    app: &App,
    work: &W,
    failing: &mut BTreeMap<String, Instant>,
) -> Result<(), JobError> {
    let (desk, store) = (app.desk(), app.desk().store());
    let now = || desk.now(&desk.ledger()).0;
    let wanted = work.look(desk).await?;
    for id in &wanted {
        let (kind, most_attempts) = (W::KIND, W::MOST_ATTEMPTS);
        store.add_job(&NewJob { id, kind, body: b"", due_us: now(), most_attempts }).await?;
    }
    work.added(desk).await?;
    let lease_us = i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX);
    for _ in 0..AT_ONCE {
        let until = now().saturating_add(lease_us);
        let Some(job) = store.claim_job(W::KIND, now(), until).await? else { break };
        let done = timeout(LEASE, work.carry_out(desk, &job.id)).await;
        let outcome = match done.unwrap_or(Err(JobError::TooLong)) {
            Ok(()) => {
                store.finish_job(&job).await?;
                failing.remove(&job.id);
                "done"
            }
            Err(error) => {
                let why = chain(&error);
                let wait = backoff_us(&job.id, job.attempt, AGAIN_US.0, AGAIN_US.1);
                let failed = store.fail_job(&job, &why, now().saturating_add(wait)).await?;
                let (job, attempt) = (job.id, job.attempt);
                if failed == Failed::Dead {
                    let hours = REVIVAL.as_secs() / 3600;
                    tracing::error!(
                        job,
                        attempt,
                        hours,
                        error = why,
                        "a job is given up for hours"
                    );
                } else {
                    tracing::warn!(job, attempt, error = why, "a job failed, and is tried again");
                }
                failing.insert(job, Instant::now());
                "failed"
            }
        };
        app.measure(|| {
            let count =
                metrics::counter!("trainyard_jobs_total", "kind" => W::KIND, "outcome" => outcome);
            count.increment(1);
        });
    }
    Ok(())
}

/// Lets `/readyz` and `/metrics` say how the work goes; causes and names of jobs stand in the server's own log alone.
fn tell<W: Work>(app: &App, work: &W, failing: &mut BTreeMap<String, Instant>) {
    let now = app.desk().now(&app.desk().ledger());
    failing.retain(|_, last| last.elapsed() < FORGOTTEN);
    let mut warnings = work.warnings(now);
    match failing.len() {
        0 => {}
        1 => warnings.push("1 job fails; the server's log says why".to_owned()),
        many => warnings.push(format!("{many} jobs fail; the server's log says why")),
    }
    app.warn(W::KIND, (!warnings.is_empty()).then(|| warnings.join("; ")));
    app.measure(|| {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("trainyard_jobs_failing", "kind" => W::KIND).set(failing.len() as f64);
        work.measure(now);
    });
}

//! What a server does beside answering.

mod images;
mod settings;
mod snapshots;
mod witnesses;
mod work;

use std::{pin::Pin, time::Duration};

use tokio::{task::JoinHandle, time::sleep};

pub use self::settings::{
    ImageSettings, SnapshotRoles, SnapshotSettings, Witness, WitnessSettings,
};
pub(crate) use self::{
    images::must_be_there,
    snapshots::{KeptAge, KeptWaiting, SnapshotWork},
    witnesses::cosigned,
    work::JobError,
};
use crate::http::app::App;

/// One of them. It runs until the server stops; if it ends before, it is begun again after a while.
pub(crate) type Job = fn(App) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// All of them, with the name that the log calls them by: `("webhooks", |app| Box::pin(webhooks::run(app)))`.
const ALL: &[(&str, Job)] = &[
    ("signed-snapshots", |app| Box::pin(snapshots::run(app))),
    ("images", |app| Box::pin(images::run(app))),
    ("witnesses", |app| Box::pin(witnesses::run(app))),
    ("webhooks", |app| Box::pin(crate::webhooks::run(app))),
];

/// How long to wait before one that ended is begun again.
const PAUSE: Duration = Duration::from_secs(5);

/// The jobs that run; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct Jobs(Vec<JoinHandle<()>>);

impl Drop for Jobs {
    fn drop(&mut self) {
        for job in &self.0 {
            job.abort();
        }
    }
}

/// Begins all of them.
pub(crate) fn begin(app: &App) -> Jobs {
    Jobs(ALL.iter().map(|(name, job)| tokio::spawn(keep_going(app.clone(), name, *job))).collect())
}

async fn keep_going(app: App, name: &'static str, job: Job) {
    loop {
        // A task of its own, so that a panic ends the round alone; the guard ends it with this one.
        let mut round = tokio::task::JoinSet::new();
        round.spawn(job(app.clone()));
        if let Some(Err(error)) = round.join_next().await {
            tracing::error!(job = name, %error, "a job has a fault");
        }
        sleep(PAUSE).await;
    }
}

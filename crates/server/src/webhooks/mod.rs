//! Addresses that are told what happens, at least once each.
//!
//! What is to be told is a job that is kept together with the entry it tells of; any replica does it.

mod addresses;
mod sending;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::{
    task::{self, JoinSet},
    time::sleep,
};
use trainyard_api::{LogEntry, Notice};
use trainyard_registry::{Entry, Moment, Name, State};
use trainyard_store::{Delivery, Failed, Job, NewJob, StoreError, StoredEntry, backoff_us};

use self::sending::{Message, Sender, Sent};
use crate::{
    desk::chain,
    http::{app::App, wire::time},
};

/// What the store calls these jobs.
const KIND: &str = "webhook";
/// How often an entry is told before it is given up: with the waits between, more than a day.
const ATTEMPTS: u32 = 16;
/// How long to wait after the first attempt, and after many, in microseconds.
const AGAIN_US: (i64, i64) = (5_000_000, 6 * 3600 * 1_000_000);
/// How long a claimed job is nobody else's, beside the time that an answer may take.
const LEASE: Duration = Duration::from_secs(30);
/// How many entries are told at the same time.
const AT_ONCE: usize = 64;
/// How many of them to one webhook, so that one that does not answer keeps nobody else waiting.
const AT_ONCE_EACH: usize = 4;
/// How often it looks for jobs.
const TICK: Duration = Duration::from_millis(500);
/// After how many ticks it looks though there are no webhooks, and forgets old attempts.
const UPKEEP: u32 = 1200;
/// How long attempts can be read, in microseconds: thirty days.
const KEPT_US: i64 = 30 * 24 * 3600 * 1_000_000;

/// What there is to tell, and whom.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    webhook: String,
    seq: u64,
    kind: String,
}

/// What the names of all jobs of a webhook begin with.
fn front(webhook: &str) -> String {
    format!("{KIND}/{webhook}/")
}

/// A job as it will be added.
pub(crate) struct Planned {
    id: String,
    body: Vec<u8>,
    due_us: i64,
}

impl Planned {
    fn new(webhook: &str, seq: u64, kind: &str, now: Moment) -> Self {
        let order = Order { webhook: webhook.to_owned(), seq, kind: kind.to_owned() };
        let body = serde_json::to_vec(&order).unwrap_or_default();
        Self { id: format!("{}{seq}", front(webhook)), body, due_us: now.0 }
    }

    pub(crate) fn job(&self) -> NewJob<'_> {
        let Self { id, body, due_us } = self;
        NewJob { id, kind: KIND, body, due_us: *due_us, most_attempts: ATTEMPTS }
    }
}

/// Whom to tell of entries that are about to be kept. *Cost*: nothing where there are no webhooks.
pub(crate) fn planned(state: &State, entries: &[Entry], now: Moment) -> Vec<Planned> {
    let mut planned = Vec::new();
    if state.webhooks().next().is_none() {
        return planned;
    }
    for entry in entries {
        let kind = entry.event.kind();
        let product = entry.event.product().map(Name::as_str);
        let told = state.webhooks().filter(|webhook| webhook.wants(kind, product));
        planned.extend(told.map(|it| Planned::new(it.set.webhook.as_str(), entry.seq, kind, now)));
    }
    planned
}

/// Tells a webhook of an entry once more. *Errors*: the store's.
pub(crate) async fn tell_again(app: &App, webhook: &str, entry: &Entry) -> Result<(), StoreError> {
    let desk = app.desk();
    let now = desk.now(&desk.ledger());
    let planned = Planned::new(webhook, entry.seq, entry.event.kind(), now);
    // What came of earlier attempts stays, and the next one is not taken for any of them.
    let store = desk.store();
    let last = store.deliveries(webhook, Some((entry.seq, u32::MAX)), 1).await?.pop();
    let attempts = last.filter(|last| last.entry == entry.seq).map_or(0, |last| last.attempt);
    store.repeat_job(&planned.job(), attempts).await
}

/// Tells webhooks what there is to tell, until the server stops.
pub(crate) async fn run(app: App) {
    let sender = match Sender::new(&app.settings().webhooks) {
        Ok(sender) => Arc::new(sender),
        Err(error) => {
            tracing::error!(error = %chain(&error), "webhooks are told nothing");
            return;
        }
    };
    let mut telling = Telling::default();
    let mut ticks: u32 = 0;
    loop {
        ticks = ticks.wrapping_add(1);
        let desk = app.desk();
        let has_webhooks = desk.ledger().state.webhooks().next().is_some();
        let is_upkeep = ticks.is_multiple_of(UPKEEP);
        if desk.cut_off_for().is_none() && (has_webhooks || is_upkeep) {
            if let Err(error) = claim(&app, &sender, &mut telling).await {
                tracing::warn!(error = %chain(&error), "cannot look for webhooks to tell");
            }
            if is_upkeep {
                let before = desk.now(&desk.ledger()).0.saturating_sub(KEPT_US);
                let _ = desk.store().forget_deliveries(before).await;
                let _ = desk.store().forget_jobs(KIND, before).await;
            }
        }
        tokio::select! {
            () = sleep(TICK) => {}
            // The next one can have its place.
            () = telling.one_less() => {}
        }
    }
}

/// What is being told now.
#[derive(Default)]
struct Telling {
    tasks: JoinSet<()>,
    /// What the names of the jobs of its webhook begin with, by task.
    whose: HashMap<task::Id, String>,
}

impl Telling {
    /// The fronts of jobs of those who are told as much as they may be at the same time.
    fn full(&self) -> Vec<String> {
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        for front in self.whose.values() {
            *counts.entry(front).or_default() += 1;
        }
        let full = counts.into_iter().filter(|(_, count)| *count >= AT_ONCE_EACH);
        full.map(|(front, _)| front.clone()).collect()
    }

    /// Waits until one is told; for ever where there is none.
    async fn one_less(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => self.whose.remove(&id),
            Some(Err(error)) => self.whose.remove(&error.id()),
            None => std::future::pending().await,
        };
    }
}

/// Begins what is due, as far as there is room.
async fn claim(app: &App, sender: &Arc<Sender>, telling: &mut Telling) -> Result<(), StoreError> {
    let desk = app.desk();
    let lease = LEASE.saturating_add(app.settings().webhooks.patience).as_micros();
    let lease = i64::try_from(lease).unwrap_or(i64::MAX);
    while telling.tasks.len() < AT_ONCE {
        let now = desk.now(&desk.ledger()).0;
        let (full, until) = (telling.full(), now.saturating_add(lease));
        let claimed = desk.store().claim_job_beside(KIND, &full, now, until).await?;
        let Some(job) = claimed else { break };
        let front = job.id.rsplit_once('/').map_or("", |(webhook, _)| webhook).to_owned() + "/";
        let (app, sender) = (app.clone(), Arc::clone(sender));
        let begun = telling.tasks.spawn(async move {
            if let Err(error) = tell(&app, &sender, &job).await {
                tracing::warn!(job = job.id, error = %chain(&error), "cannot tell a webhook");
            }
        });
        telling.whose.insert(begun.id(), front);
    }
    Ok(())
}

/// Tells what a job says, and keeps what came of it. *Errors*: the store's; then it is told once more when the claim is over.
async fn tell(app: &App, sender: &Sender, job: &Job) -> Result<(), StoreError> {
    let desk = app.desk();
    let store = desk.store();
    let order: Option<Order> = serde_json::from_slice(&job.body).ok();
    let url = order.as_ref().and_then(|order| {
        let ledger = desk.ledger();
        ledger.state.webhook(&order.webhook).map(|webhook| webhook.set.url.clone())
    });
    // It is gone, and nobody wants to know any more.
    let (Some(order), Some(url)) = (order, url) else {
        return store.finish_job(job).await.map(drop);
    };
    let Some(stored) = store.entries(order.seq, 1).await?.into_iter().next() else {
        return store.finish_job(job).await.map(drop);
    };
    let now = desk.now(&desk.ledger());
    let sent = match notice(&order.kind, stored) {
        Some((id, body)) => {
            let message = Message { id, timestamp: now.0.div_euclid(1_000_000), body };
            sender.send(&url, desk.key(), message).await
        }
        None => Sent { status: None, note: "the entry cannot be read".to_owned() },
    };
    let delivery = Delivery {
        webhook: order.webhook,
        entry: order.seq,
        attempt: job.attempt,
        at_us: now.0,
        status: sent.status.unwrap_or_default(),
        note: sent.note,
    };
    store.put_delivery(&delivery).await?;
    let is_taken = sent.status.is_some_and(|status| (200..300).contains(&status));
    let outcome = if is_taken { "taken" } else { "failed" };
    app.measure(|| {
        metrics::counter!("trainyard_webhook_attempts_total", "outcome" => outcome).increment(1);
    });
    if is_taken {
        return store.finish_job(job).await.map(drop);
    }
    let why = match sent.status {
        Some(status) => format!("it answered {status}"),
        None => delivery.note,
    };
    // What is to be told once more is told as soon as what is new.
    let earlier = job.most_attempts.saturating_sub(ATTEMPTS);
    let attempt = job.attempt.saturating_sub(earlier);
    let again = now.0.saturating_add(backoff_us(&job.id, attempt, AGAIN_US.0, AGAIN_US.1));
    if store.fail_job(job, &why, again).await? == Failed::Dead {
        tracing::error!(job = job.id, why, "a webhook was not told, and will not be");
    }
    Ok(())
}

/// The id and the body of what is told of an entry.
fn notice(kind: &str, stored: StoredEntry) -> Option<(String, Vec<u8>)> {
    let entry = Entry::from_bytes(stored.number, &stored.body).ok()?;
    let leaf = hex::encode(stored.leaf);
    let id = format!("msg_{}", leaf.get(..32)?);
    let line = RawValue::from_string(String::from_utf8(stored.body).ok()?).ok()?;
    let data = LogEntry { seq: stored.number, leaf, entry: line };
    let notice = Notice { kind: kind.to_owned(), timestamp: time(entry.at), data };
    Some((id, serde_json::to_vec(&notice).ok()?))
}

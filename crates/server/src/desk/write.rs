//! Writing: decide, append if nobody was faster, take in.

use std::fmt;

use tracing::Instrument as _;
use trainyard_registry::{
    Actor, Ask, Command, Decided, Digest, Entry, Event, Moment, channels::Settle, decide,
    products::Product,
};
use trainyard_store::{Append, AppendError, Idempotency, NewEntry};

use super::{Desk, DeskError, Ledger, ledger::Read};
use crate::{telemetry::SPANS, webhooks};

/// How often a write is decided again because others were faster.
pub(super) const TRIES: usize = 16;
/// How long an answer can be had again, in microseconds: a day.
const KEPT_US: i64 = 24 * 3600 * 1_000_000;
/// How many rounds of what follows by itself are carried out after a write; the next tick goes on.
const ROUNDS: usize = 8;

/// Who wants something.
#[derive(Clone, Debug)]
pub enum Writer {
    /// Whoever has the token of this digest, as far as it counts when it is decided.
    Token(Digest),
    /// The registry itself.
    Registry,
}

/// The key of a request that may be sent again.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    /// Whose it is: the token's name.
    pub token: String,
    /// The key.
    pub key: String,
    /// What tells the request from others.
    pub request: String,
}

/// What came of a decision, before it is kept.
pub struct Outcome<'a> {
    /// What happens.
    pub events: &'a [Event],
    /// The lines that come into the log.
    pub lines: &'a [Vec<u8>],
    /// How many entries there are afterwards.
    pub size: u64,
}

/// What must still be so when a decision is made.
pub type Condition = Box<dyn Fn(&Ledger) -> bool + Send + Sync>;

/// Makes the status and the body of an answer.
pub type Compose = Box<dyn Fn(&Outcome<'_>) -> (u16, Vec<u8>) + Send + Sync>;

/// What is wanted.
pub struct Wish {
    /// By whom.
    pub writer: Writer,
    /// Why, in their words.
    pub why: String,
    /// What.
    pub command: Command,
    /// What must still be so; it is asked each time that a decision is made.
    pub still: Option<Condition>,
    /// The request's key.
    pub key: Option<IdempotencyKey>,
    /// Makes the answer, which is kept together with the entries where there is a key.
    pub compose: Compose,
}

impl fmt::Debug for Wish {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Wish").field("writer", &self.writer).finish_non_exhaustive()
    }
}

/// The answer to a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The status.
    pub status: u16,
    /// The body.
    pub answer: Vec<u8>,
    /// Whether it was given to the same request before.
    pub is_repeated: bool,
}

/// What was decided, ready to be kept.
pub(super) struct Draft {
    pub(super) after: u64,
    pub(super) now: Moment,
    pub(super) decided: Decided,
    pub(super) entries: Vec<Entry>,
    pub(super) lines: Vec<Vec<u8>>,
}

impl Desk {
    /// Does what is wanted, or says why not.
    ///
    /// It goes on when whoever waits for it gives up, so that nothing is left half known. *Errors*: what speaks against it;
    /// the store does not answer; others were faster too often.
    pub async fn write(&self, wish: Wish) -> Result<Written, DeskError> {
        let desk = self.clone();
        let span = tracing::trace_span!(target: SPANS, "write");
        let task = tokio::spawn(async move { desk.write_all(&wish).await }.instrument(span));
        task.await.unwrap_or(Err(DeskError::Broken))
    }

    async fn write_all(&self, wish: &Wish) -> Result<Written, DeskError> {
        if let Some(answered) = self.answered(wish).await? {
            return Ok(answered);
        }
        let _turn = self.inner.writing.lock().await;
        for _ in 0..TRIES {
            if let Some((written, is_changed)) = self.write_once(wish).await? {
                if is_changed && let Err(error) = self.settle_now().await {
                    tracing::warn!(error = %super::chain(&error), "cannot carry out what follows");
                }
                return Ok(written);
            }
        }
        Err(DeskError::Busy)
    }

    /// The answer that the same request was given before.
    async fn answered(&self, wish: &Wish) -> Result<Option<Written>, DeskError> {
        let Some(key) = &wish.key else { return Ok(None) };
        let now = self.inner.clock.now();
        let found = self.note(self.store().idempotency(&key.token, &key.key, now.0).await)?;
        let Some(found) = found else { return Ok(None) };
        if found.request_digest != key.request {
            return Err(DeskError::KeyReused);
        }
        let (status, answer) = (found.status, found.answer);
        Ok(Some(Written { status, answer, is_repeated: true }))
    }

    /// One try; `None` if others were faster. Tells whether anything changed.
    async fn write_once(&self, wish: &Wish) -> Result<Option<(Written, bool)>, DeskError> {
        let draft = match self.draft(wish) {
            Ok(draft) => draft,
            // A no, too, must be said on what holds now.
            Err(error) => return if self.is_behind().await? { Ok(None) } else { Err(error) },
        };
        let size = draft.after + draft.lines.len() as u64;
        let outcome = Outcome { events: &draft.decided.events, lines: &draft.lines, size };
        let (status, answer) = (wish.compose)(&outcome);
        let is_changed = !draft.entries.is_empty();
        let is_kept = if is_changed || wish.key.is_some() {
            self.keep(draft, wish.key.as_ref(), status, &answer).await
        } else {
            Ok(!self.is_behind().await?)
        };
        match is_kept {
            Ok(true) => Ok(Some((Written { status, answer, is_repeated: false }, is_changed))),
            Ok(false) => Ok(None),
            Err(DeskError::Append(AppendError::Repeated)) => {
                let answered = self.answered(wish).await?;
                Ok(answered.map(|written| (written, false)))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether others have appended what is not known here; it is taken in then.
    pub(super) async fn is_behind(&self) -> Result<bool, DeskError> {
        let known = self.ledger().size();
        let size = self.note(self.store().size().await)?;
        if size > known {
            self.catch_up().await?;
        }
        Ok(size > known)
    }

    /// Decides, on what is known now.
    fn draft(&self, wish: &Wish) -> Result<Draft, DeskError> {
        let ledger = self.ledger();
        let now = self.now(&ledger);
        let actor = match &wish.writer {
            Writer::Registry => Actor::registry(),
            Writer::Token(secret) => {
                let known = ledger.state.parties().actor(secret, now);
                known.ok_or(DeskError::Unknown)?.0
            }
        };
        let ask = Ask { actor, now, why: wish.why.clone() };
        if wish.still.as_ref().is_some_and(|still| !still(&ledger)) {
            return Err(DeskError::Changed);
        }
        let decided = decide(&ledger.state, &ask, &wish.command)?;
        let after = ledger.size();
        let (entries, lines) = decided.written(after, &ask)?.into_iter().unzip();
        Ok(Draft { after, now, decided, entries, lines })
    }

    /// Appends a draft and takes it in; false if others were faster.
    pub(super) async fn keep(
        &self,
        draft: Draft,
        key: Option<&IdempotencyKey>,
        status: u16,
        answer: &[u8],
    ) -> Result<bool, DeskError> {
        let Draft { after, now, decided, entries, lines } = draft;
        let new_entry = |(event, line): (&Event, &Vec<u8>)| (event.kind(), Entry::leaf(line));
        let kinds: Vec<_> = decided.events.iter().zip(&lines).map(new_entry).collect();
        let new: Vec<_> = kinds
            .iter()
            .zip(&lines)
            .map(|((kind, leaf), line)| NewEntry { at_us: now.0, kind, body: line, leaf: *leaf })
            .collect();
        let named = decided.blobs.iter().map(|(digest, bytes)| (digest.to_string(), bytes));
        let named: Vec<_> = named.collect();
        let blobs: Vec<_> =
            named.iter().map(|(digest, bytes)| (digest.as_str(), bytes.as_slice())).collect();
        let idempotency = key.map(|key| Idempotency {
            token: &key.token,
            key: &key.key,
            request_digest: &key.request,
            status,
            answer,
            expires_us: now.0.saturating_add(KEPT_US),
            now_us: now.0,
        });
        let planned = webhooks::planned(&self.ledger().state, &entries, now);
        let jobs: Vec<_> = planned.iter().map(webhooks::Planned::job).collect();
        let append = Append { after, entries: &new, blobs: &blobs, idempotency, jobs: &jobs };
        let appended = self.store().append(&append).await;
        match appended {
            Ok(_) => {
                let read = entries.into_iter().zip(&kinds);
                let read: Vec<_> =
                    read.map(|(entry, (_, leaf))| Read { entry, leaf: *leaf }).collect();
                self.take_in(&read);
                self.note(Ok(()))?;
                Ok(true)
            }
            Err(AppendError::Moved { .. }) => {
                self.catch_up().await?;
                Ok(false)
            }
            Err(AppendError::Store(error)) => self.note(Err(error)).map_err(Into::into),
            Err(error @ AppendError::Repeated) => Err(DeskError::Append(error)),
            Err(error) => {
                // If it was kept after all, the follower takes it in.
                tracing::error!(error = %super::chain(&error), "an append is uncertain");
                Err(DeskError::Append(error))
            }
        }
    }

    /// Carries out what is due and what follows by itself.
    pub(super) async fn settle(&self) -> Result<(), DeskError> {
        let _turn = self.inner.writing.lock().await;
        self.settle_now().await
    }

    pub(super) async fn settle_now(&self) -> Result<(), DeskError> {
        for _ in 0..ROUNDS {
            if !self.may_follow() {
                return Ok(());
            }
            let wish = Wish {
                writer: Writer::Registry,
                why: String::new(),
                command: Command::Settle(Settle),
                still: None,
                key: None,
                compose: Box::new(|_| (200, Vec::new())),
            };
            if let Some((_, false)) = self.write_once(&wish).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether there is a channel that follows by itself, or a move that is scheduled.
    fn may_follow(&self) -> bool {
        let ledger = self.ledger();
        let mut channels = ledger.state.products().flat_map(Product::channels);
        channels.any(|channel| channel.rule.follows || !channel.scheduled.is_empty())
    }
}

//! Many commands of one request, kept together.

use trainyard_registry::{Actor, Ask, Command, Decided, Entry, Moment, Refusal, State, decide};

use super::{
    Desk, DeskError, Writer,
    write::{Draft, TRIES},
};

/// About how many entries are appended at a time, and how many bytes.
const MOST: (usize, usize) = (512, 4 << 20);

/// Whether a command changed anything, or why it was refused.
pub type Told = Result<bool, Box<Refusal>>;

/// Some commands that were decided, ready to be kept.
#[derive(Default)]
struct Part {
    now: Moment,
    decided: Decided,
    entries: Vec<Entry>,
    lines: Vec<Vec<u8>>,
    bytes: usize,
    told: Vec<Told>,
    /// Why the next one ends everything.
    end: Option<DeskError>,
}

impl Desk {
    /// Decides commands one after the other, each on what follows from those before it, and appends what follows from many
    /// at once. Says of each how it ended.
    ///
    /// It goes on when whoever waits for it gives up. *Errors*: the token counts no more, or a right is missing, in which case
    /// what came before is kept; the store does not answer; others were faster too often. *Cost*: one copy of the state, and
    /// an append for about five hundred entries.
    pub async fn write_many(
        &self,
        writer: Writer,
        why: String,
        commands: Vec<Command>,
    ) -> Result<Vec<Told>, DeskError> {
        let desk = self.clone();
        let task = tokio::spawn(async move { desk.write_parts(&writer, &why, &commands).await });
        task.await.unwrap_or(Err(DeskError::Broken))
    }

    async fn write_parts(
        &self,
        writer: &Writer,
        why: &str,
        commands: &[Command],
    ) -> Result<Vec<Told>, DeskError> {
        let mut told = Vec::with_capacity(commands.len());
        let mut copy = State::default();
        let mut tries = 0;
        while let Some(rest) = commands.get(told.len()..).filter(|rest| !rest.is_empty()) {
            // Others of this process may write between the parts.
            let _turn = self.inner.writing.lock().await;
            if copy.size() != self.ledger().size() {
                copy = self.ledger().state.clone();
            }
            let after = copy.size();
            let part = self.part(&mut copy, writer, why, rest);
            let Part { now, decided, entries, lines, told: own, end, .. } = part;
            let is_kept = if entries.is_empty() {
                !self.is_behind().await?
            } else {
                let draft = Draft { after, now, decided, entries, lines };
                self.keep(draft, None, 200, &[]).await?
            };
            if !is_kept {
                copy = State::default();
                tries += 1;
                if tries == TRIES {
                    return Err(DeskError::Busy);
                }
                continue;
            }
            told.extend(own);
            if let Err(error) = self.settle_now().await {
                tracing::warn!(error = %super::chain(&error), "cannot carry out what follows");
            }
            if let Some(error) = end {
                return Err(error);
            }
        }
        Ok(told)
    }

    /// Decides the first of some commands, on a copy of the state that takes in what follows.
    fn part(&self, copy: &mut State, writer: &Writer, why: &str, commands: &[Command]) -> Part {
        let now = self.inner.clock.now().max(copy.last());
        let mut part = Part { now, ..Part::default() };
        for command in commands {
            if part.entries.len() >= MOST.0 || part.bytes >= MOST.1 {
                break;
            }
            let actor = match writer {
                Writer::Registry => Some(Actor::registry()),
                Writer::Token(secret) => copy.parties().actor(secret, now).map(|it| it.0),
            };
            let Some(actor) = actor else {
                part.end = Some(DeskError::Unknown);
                break;
            };
            let ask = Ask { actor, now, why: why.to_owned() };
            let decided = decide(copy, &ask, command)
                .and_then(|decided| Ok((decided.written(copy.size(), &ask)?, decided)));
            match decided {
                Ok((written, decided)) => {
                    part.told.push(Ok(!written.is_empty()));
                    for (entry, line) in written {
                        copy.apply(&entry);
                        part.bytes += line.len();
                        part.entries.push(entry);
                        part.lines.push(line);
                    }
                    part.bytes += decided.blobs.iter().map(|(_, blob)| blob.len()).sum::<usize>();
                    part.decided.events.extend(decided.events);
                    part.decided.blobs.extend(decided.blobs);
                }
                Err(refusal) if refusal.code == "right-missing" => {
                    part.end = Some(refusal.into());
                    break;
                }
                Err(refusal) => part.told.push(Err(Box::new(refusal))),
            }
        }
        part
    }
}

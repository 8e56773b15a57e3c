//! The client's workflow (section 5 of the specification), without a network: it says which file it needs next and is
//! given its bytes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp as Moment;

use super::{
    envelope::Envelope,
    listed::{demand, fetch_of, is_listed, listed, missing, no_older, read, read_listed, version},
    metadata::{
        FileMeta, Metadata, ROOT, Root, SNAPSHOT, Snapshot, TARGETS, TIMESTAMP, TargetFile,
        Targets, Timestamp, file_of, versioned,
    },
    pattern,
    refusal::Refusal,
    search::{Search, Visit},
};

/// A root is no longer than this.
const MAX_ROOT: u64 = 512 * 1024;
/// A timestamp is no longer than this.
const MAX_TIMESTAMP: u64 = 16 * 1024;
/// So many new roots are followed in one update.
const MAX_ROOTS: u64 = 256;

/// What a client keeps between updates: files as they came, all of them verified once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trusted {
    /// The root. The first one comes to the client by a way of its own, such as with its installation.
    pub root: Vec<u8>,
    /// `timestamp.json`.
    pub timestamp: Option<Vec<u8>>,
    /// The snapshot.
    pub snapshot: Option<Vec<u8>>,
    /// Lists of files by role.
    pub targets: BTreeMap<String, Vec<u8>>,
}

impl Trusted {
    /// A client that knows a root and nothing else.
    pub fn new(root: impl Into<Vec<u8>>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }
}

/// Which channels an update is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Those with these roles; each must be there.
    Channels(BTreeSet<String>),
    /// All that there are.
    Everything,
}

impl Aim {
    /// One channel.
    pub fn channel(product: &str, channel: &str) -> Self {
        Self::Channels(BTreeSet::from([super::channel_role(product, channel)]))
    }
}

/// A file that an update needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Its path from the repository's top.
    pub path: String,
    /// More bytes than this need not be read; a file that has more is refused.
    pub at_most: u64,
}

/// Where the update is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Root,
    Timestamp,
    Snapshot,
    Targets,
    Channel,
    Done,
}

/// An update that is going on.
///
/// Ask [`Update::next`] what to fetch and [`Update::give`] it, until there is nothing. A refusal ends it; what
/// [`Update::trusted`] has by then is verified and worth keeping.
#[derive(Debug)]
pub struct Update {
    now: Moment,
    aim: Aim,
    trusted: Trusted,
    step: Step,
    first_root: u64,
    root: Root,
    timestamp: Option<Timestamp>,
    snapshot: Option<Snapshot>,
    targets: Option<Targets>,
    waiting: VecDeque<Visit>,
    channels: BTreeMap<String, Targets>,
    search: Option<Search>,
}

impl Update {
    /// Begins with what is trusted already.
    ///
    /// All expiry is held against this one moment, whatever time the update takes.
    ///
    /// *Errors*: where the trusted root is none, or has not signed itself.
    pub fn begin(trusted: Trusted, aim: Aim, now: Moment) -> Result<Self, Refusal> {
        let (envelope, root) = read::<Root>("root.json", &trusted.root)?;
        demand(&envelope, &root, ROOT, "root.json")?;
        Ok(Self {
            now,
            aim,
            trusted,
            step: Step::Root,
            first_root: root.version,
            root,
            timestamp: None,
            snapshot: None,
            targets: None,
            waiting: VecDeque::new(),
            channels: BTreeMap::new(),
            search: None,
        })
    }

    /// The file that is needed next; `None` when the update is done.
    pub fn next(&self) -> Option<Fetch> {
        let fetch = |path, at_most| Some(Fetch { path, at_most });
        match self.step {
            Step::Root => fetch(versioned(self.root.version.saturating_add(1), ROOT), MAX_ROOT),
            Step::Timestamp => fetch("metadata/timestamp.json".to_owned(), MAX_TIMESTAMP),
            Step::Snapshot => Some(listed(SNAPSHOT, self.timestamp.as_ref()?.snapshot()?)),
            Step::Targets => Some(listed(TARGETS, self.meta(TARGETS)?)),
            Step::Channel => {
                let role = self.waiting.front()?.role();
                Some(listed(role, self.meta(role)?))
            }
            Step::Done => None,
        }
    }

    /// What the snapshot lists for a role.
    fn meta(&self, role: &str) -> Option<&FileMeta> {
        self.snapshot.as_ref()?.meta.get(&file_of(role))
    }

    /// Takes the file that was asked for, `None` where there is none.
    ///
    /// *Errors*: why it is not believed.
    pub fn give(&mut self, bytes: Option<&[u8]>) -> Result<(), Refusal> {
        let Some(Fetch { path, at_most }) = self.next() else { return Ok(()) };
        let Some(bytes) = bytes else {
            if self.step == Step::Root {
                return self.roots_are_known();
            }
            return Err(Refusal::Missing(path));
        };
        if u64::try_from(bytes.len()).is_ok_and(|length| length > at_most) {
            return Err(Refusal::TooLong { file: path, at_most });
        }
        match self.step {
            Step::Root => self.take_root(&path, bytes),
            Step::Timestamp => self.take_timestamp(&path, bytes),
            Step::Snapshot => self.take_snapshot(&path, bytes),
            Step::Targets => self.take_targets(&path, bytes),
            Step::Channel => self.take_channel(&path, bytes),
            Step::Done => Ok(()),
        }
    }

    /// A new root is signed by the keys of the old one and by its own (5.3).
    fn take_root(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let (envelope, root) = read::<Root>(path, bytes)?;
        demand(&envelope, &self.root, ROOT, path)?;
        demand(&envelope, &root, ROOT, path)?;
        let expected = self.root.version.saturating_add(1);
        if root.version != expected {
            return Err(version(path, expected, root.version));
        }
        self.root = root;
        self.trusted.root = bytes.to_vec();
        if self.root.version - self.first_root > MAX_ROOTS {
            return Err(Refusal::TooManyRoots(MAX_ROOTS));
        }
        Ok(())
    }

    /// What was trusted before stays so only under the newest root, so that keys that were taken away cannot hold a
    /// client at versions far in the future.
    fn roots_are_known(&mut self) -> Result<(), Refusal> {
        self.is_current(&self.root, "root.json")?;
        if !self.root.consistent_snapshot {
            return Err(Refusal::NotConsistent);
        }
        self.timestamp = self.still_trusted(TIMESTAMP, self.trusted.timestamp.as_deref());
        self.snapshot = self.still_trusted(SNAPSHOT, self.trusted.snapshot.as_deref());
        self.step = Step::Timestamp;
        Ok(())
    }

    fn still_trusted<M: Metadata>(&self, role: &'static str, bytes: Option<&[u8]>) -> Option<M> {
        let (envelope, metadata) = read::<M>(role, bytes?).ok()?;
        demand(&envelope, &self.root, role, role).ok()?;
        Some(metadata)
    }

    fn take_timestamp(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let (envelope, offered) = read::<Timestamp>(path, bytes)?;
        demand(&envelope, &self.root, TIMESTAMP, path)?;
        let offered_snapshot = offered.snapshot().ok_or_else(|| missing("snapshot.json"))?;
        let known = self.timestamp.as_ref();
        if let Some(known) = known {
            no_older(path, offered.version, known.version)?;
            if let Some(snapshot) = known.snapshot() {
                no_older("snapshot.json", offered_snapshot.version, snapshot.version)?;
            }
        }
        // The same version is discarded, even where it says something else.
        if let Some(known) = known.filter(|known| known.version >= offered.version) {
            self.is_current(known, path)?;
        } else {
            self.is_current(&offered, path)?;
            self.trusted.timestamp = Some(bytes.to_vec());
            self.timestamp = Some(offered);
        }
        self.step = Step::Snapshot;
        let listed = self.timestamp.as_ref().and_then(Timestamp::snapshot);
        // What is kept of it counts under the newest root, or is not there.
        let kept = self.snapshot.as_ref().and(self.trusted.snapshot.clone()).zip(listed);
        match kept {
            Some((bytes, listed)) if is_listed::<Snapshot>(listed, &bytes) => {
                self.take_snapshot("snapshot.json", &bytes)
            }
            _ => Ok(()),
        }
    }

    fn take_snapshot(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let listed = self.timestamp.as_ref().and_then(Timestamp::snapshot);
        let listed = listed.ok_or_else(|| missing("snapshot.json"))?;
        let (envelope, offered) = read_listed::<Snapshot>(path, bytes, listed)?;
        demand(&envelope, &self.root, SNAPSHOT, path)?;
        if offered.version != listed.version {
            return Err(version(path, listed.version, offered.version));
        }
        for (file, known) in self.snapshot.iter().flat_map(|known| &known.meta) {
            let offered = offered.meta.get(file).ok_or_else(|| missing(file))?;
            no_older(file, offered.version, known.version)?;
        }
        self.is_current(&offered, path)?;
        self.trusted.snapshot = Some(bytes.to_vec());
        self.snapshot = Some(offered);
        if self.meta(TARGETS).is_none() {
            return Err(missing("targets.json"));
        }
        self.step = Step::Targets;
        let is_signed =
            |envelope: &Envelope| demand(envelope, &self.root, TARGETS, "targets.json").is_ok();
        match self.kept(TARGETS, is_signed) {
            Some(bytes) => self.take_targets("targets.json", &bytes),
            None => Ok(()),
        }
    }

    fn take_targets(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let listed = self.meta(TARGETS).ok_or_else(|| missing("targets.json"))?;
        let (envelope, targets) = read_listed::<Targets>(path, bytes, listed)?;
        demand(&envelope, &self.root, TARGETS, path)?;
        if targets.version != listed.version {
            return Err(version(path, listed.version, targets.version));
        }
        self.is_current(&targets, path)?;
        self.waiting = match &self.aim {
            Aim::Everything => Visit::all(&targets).collect(),
            Aim::Channels(names) => {
                let chosen = |name: &String| {
                    let visit = Visit::all(&targets).find(|visit| visit.role() == name);
                    visit.ok_or_else(|| Refusal::NoChannel(name.clone()))
                };
                names.iter().map(chosen).collect::<Result<_, _>>()?
            }
        };
        self.trusted.targets.insert(TARGETS.to_owned(), bytes.to_vec());
        self.targets = Some(targets);
        self.next_channel()
    }

    /// Goes on to the next channel that has to be fetched.
    fn next_channel(&mut self) -> Result<(), Refusal> {
        self.step = Step::Channel;
        while let Some(visit) = self.waiting.front() {
            let role = visit.role().to_owned();
            if self.meta(&role).is_none() {
                return Err(missing(&file_of(&role)));
            }
            let is_signed = |envelope: &Envelope| visit.demand(envelope, &role).is_ok();
            let Some(bytes) = self.kept(&role, is_signed) else { return Ok(()) };
            self.verify_channel(&file_of(&role), &bytes)?;
        }
        self.step = Step::Done;
        Ok(())
    }

    fn take_channel(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.verify_channel(path, bytes)?;
        self.next_channel()
    }

    fn verify_channel(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let Some(visit) = self.waiting.front() else { return Ok(()) };
        let (role, delegation) = (visit.role().to_owned(), visit.delegation());
        let listed = self.meta(&role).ok_or_else(|| missing(path))?;
        let (envelope, targets) = read_listed::<Targets>(path, bytes, listed)?;
        visit.demand(&envelope, path)?;
        if targets.version != listed.version {
            return Err(version(path, listed.version, targets.version));
        }
        self.is_current(&targets, path)?;
        let outside = || targets.targets.keys().find(|name| !pattern::covers(delegation, name));
        // Where one file is looked for, what a role says of others is not listened to.
        if self.search.is_none()
            && let Some(path) = outside().cloned()
        {
            return Err(Refusal::Outside { role, path });
        }
        self.trusted.targets.insert(role.clone(), bytes.to_vec());
        self.waiting.pop_front();
        match &mut self.search {
            None => {
                self.channels.insert(role, targets);
            }
            Some(search) => search.look_into(&role, &targets, &mut self.waiting),
        }
        Ok(())
    }

    /// What is kept of a role, if it is what the snapshot lists, signed as it must be by now.
    fn kept(&self, role: &str, is_signed: impl Fn(&Envelope) -> bool) -> Option<Vec<u8>> {
        let bytes = self.trusted.targets.get(role)?;
        let is_it = is_listed::<Targets>(self.meta(role)?, bytes)
            && Envelope::read(bytes).is_ok_and(|envelope| is_signed(&envelope));
        is_it.then(|| bytes.clone())
    }

    fn is_current(&self, metadata: &impl Metadata, file: &str) -> Result<(), Refusal> {
        let expires = metadata.expires();
        if expires.has_passed(self.now) {
            Err(Refusal::Expired { file: file.to_owned(), expires })
        } else {
            Ok(())
        }
    }

    /// What is verified so far, to be kept for the next update.
    pub fn trusted(&self) -> &Trusted {
        &self.trusted
    }

    /// The root that is trusted by now.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The timestamp, once it is verified.
    pub fn timestamp(&self) -> Option<&Timestamp> {
        self.timestamp.as_ref()
    }

    /// The snapshot, once it is verified.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// The list of channels, once it is verified.
    pub fn targets(&self) -> Option<&Targets> {
        self.targets.as_ref()
    }

    /// The channels that the update is about by role, once they are verified.
    pub fn channels(&self) -> &BTreeMap<String, Targets> {
        &self.channels
    }

    /// A file of a verified channel: what is said of it, and where its bytes are.
    ///
    /// *Errors*: where it is not listed, or without a digest.
    pub fn target(&self, role: &str, path: &str) -> Result<(TargetFile, Fetch), Refusal> {
        let channel = self.channels.get(role);
        let channel = channel.ok_or_else(|| Refusal::NoChannel(role.to_owned()))?;
        fetch_of(path, channel.targets.get(path).ok_or_else(|| missing(path))?)
    }

    /// Looks for a file wherever roles delegate it to, the most trusted first (5.6.7), once the update is done. What must be
    /// fetched for that is asked for as before; [`Update::found`] then tells the file.
    ///
    /// A role counts as whoever leads to it says, and anew for each file that is looked for.
    ///
    /// *Errors*: as of [`Update::give`], for roles that are kept.
    pub fn look_for(&mut self, path: &str) -> Result<(), Refusal> {
        let Some(targets) = self.targets.as_ref().filter(|_| self.step == Step::Done) else {
            return Err(missing("targets.json"));
        };
        let mut search = Search::new(path);
        self.waiting.clear();
        search.look_into(TARGETS, targets, &mut self.waiting);
        self.search = Some(search);
        self.next_channel()
    }

    /// The file that was looked for last.
    ///
    /// *Errors*: no role that answers for it lists it, or without a digest.
    pub fn found(&self) -> Result<(TargetFile, Fetch), Refusal> {
        let search = self.search.as_ref().ok_or_else(|| missing("targets.json"))?;
        fetch_of(search.path(), search.found().ok_or_else(|| missing(search.path()))?)
    }
}

//! From what a repository says to what it should say: which files to write, in which order.

mod channels;

use std::collections::BTreeMap;

use jiff::Timestamp as Moment;
use trainyard_attest::PrivateKey;

use self::channels::Channels;
use super::{
    envelope::Envelope,
    expiry::Expiry,
    freshness::Freshness,
    keys::{Key, key_id},
    metadata::{
        FileMeta, Metadata, ROOT, Role, Root, SNAPSHOT, Snapshot, TARGETS, TIMESTAMP, Targets,
        Timestamp, content_path, file_of, keys_of, versioned,
    },
    published::{Published, Signed},
    wanted::{Wanted, WantedError},
};
use crate::digest::Sha256;

/// What to write, and what must be signed by others first.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Contents of targets that are not published yet; they come first.
    pub contents: Vec<TargetContent>,
    /// Metadata, in the order of writing. Between any two of them clients accept the repository, unless there
    /// [is a gap](Plan::has_gap).
    pub files: Vec<File>,
    /// Metadata that keys which are not here must sign. To be kept and given to the next plan, with the signatures that
    /// came meanwhile.
    pub waiting: Vec<Waiting>,
    /// Whether clients refuse the repository for the moment between its last two files: when a key of the old root is
    /// replaced that is not here to sign once more.
    pub has_gap: bool,
}

impl Plan {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path from the repository's top.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether no other bytes are ever written there. All but `timestamp.json` are so.
    pub is_immutable: bool,
}

/// The content of a target, which the caller has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TargetContent {
    /// Its path from the repository's top.
    pub path: String,
    /// The digest of what must lie there.
    pub digest: Sha256,
}

/// Metadata that lacks signatures.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The role.
    pub role: String,
    /// What is to be signed, with the signatures that it has.
    pub envelope: Envelope,
    /// How many keys have signed.
    pub signed: u32,
    /// How many must.
    pub threshold: u32,
}

/// Plans the next state of a repository.
///
/// `offered` is what earlier plans left waiting, with the signatures that came since; what does not fit any more is
/// passed over. `keys` are the keys that are here: each signs what names it. Signatures are made again where a seventh
/// of their life is over. Versions rise by one, and pass over what a writer left that was cut off.
///
/// A channel whose signatures are not complete stays as it is, and holds nothing else up. A channel with new keys moves
/// once both the list of channels and the channel itself are signed. A new root waits until everything below it is
/// signed by its keys.
///
/// *Errors*: where no repository can be as it is wanted. *Cost*: linear in the published metadata; a signature for each
/// file and key.
pub fn plan(
    published: &Published,
    wanted: &Wanted,
    offered: &[Envelope],
    keys: &[PrivateKey],
    now: Moment,
) -> Result<Plan, WantedError> {
    wanted.check()?;
    let keys: BTreeMap<_, _> = keys.iter().map(|key| (key_id(&key.public_key()), key)).collect();
    let planner = Planner { published, wanted, offered, keys, now };
    Ok(planner.plan())
}

/// The keys and the rule that count for a role.
#[derive(Clone, Copy)]
struct Demand<'root> {
    keys: &'root BTreeMap<String, Key>,
    role: &'root Role,
}

impl Demand<'_> {
    fn is_met(&self, envelope: &Envelope) -> bool {
        envelope.is_signed(self.keys, self.role)
    }
}

/// A role's state in the plan.
struct Draft<M> {
    signed: Signed<M>,
    /// Whether it is to be written.
    is_new: bool,
}

struct Planner<'values> {
    published: &'values Published,
    wanted: &'values Wanted,
    offered: &'values [Envelope],
    keys: BTreeMap<String, &'values PrivateKey>,
    now: Moment,
}

impl Planner<'_> {
    fn plan(&self) -> Plan {
        let mut waiting = Vec::new();
        let kept = self.published.root.clone().map(|signed| Draft { signed, is_new: false });
        for root in [self.root(&mut waiting), kept].into_iter().flatten() {
            match self.below(&root, waiting.clone()) {
                Ok(plan) => return plan,
                // The old root stays until the keys of the new one have signed all that is below it.
                Err(lacking) => add(&mut waiting, *lacking),
            }
        }
        Plan { waiting, ..Plan::default() }
    }

    /// The root that is in effect: the wanted one, or the published one until that is signed.
    fn root(&self, waiting: &mut Vec<Waiting>) -> Option<Draft<Root>> {
        let roles = self.wanted.roles.by_name();
        let keys = keys_of(roles.iter().map(|(_, keys)| *keys));
        let rules = roles.iter().map(|(name, keys)| ((*name).to_owned(), Role::new(keys)));
        let published = self.published.root.as_ref();
        let version = published.map_or(1, |root| root.metadata.version.saturating_add(1));
        let root = Root::new(version, self.expiry(ROOT), true, keys, rules.collect());
        if let Some(published) = published
            && published.metadata.says_the_same(&root)
            && self.is_fresh(ROOT, &published.metadata)
        {
            return Some(Draft { signed: published.clone(), is_new: false });
        }
        let own = demand(&root, ROOT);
        let old = published.and_then(|root| demand(&root.metadata, ROOT));
        let demands: Vec<_> = own.into_iter().chain(old).collect();
        let envelope = self.sign(ROOT, &root, &demands, Root::says_the_same);
        match complete(ROOT, envelope, &demands) {
            Ok(signed) => Some(Draft { signed, is_new: true }),
            Err(lacking) => {
                add(waiting, *lacking);
                published.map(|published| Draft { signed: published.clone(), is_new: false })
            }
        }
    }

    /// Everything under a root.
    ///
    /// *Errors*: which of the roles that clients always read lacks signatures.
    fn below(&self, root: &Draft<Root>, mut waiting: Vec<Waiting>) -> Result<Plan, Box<Waiting>> {
        let demands = |role| self.demands(root, role);
        let (targets, channels) = self.targets(&demands(TARGETS), &mut waiting)?;
        let snapshot = self.snapshot(&demands(SNAPSHOT), &targets, &channels)?;
        let timestamp = self.timestamp(&demands(TIMESTAMP), &snapshot)?;
        let has_gap = root.is_new
            && self.published.timestamp.is_some()
            && !self.is_met_by_published_root(&targets, &snapshot, &timestamp);

        let mut files = Vec::new();
        let root_file = root.is_new.then(|| file(ROOT, &root.signed));
        let is_first = self.published.timestamp.is_none();
        if is_first {
            files.extend(root_file.clone());
        }
        for (role, channel) in &channels.drafts {
            files.extend(channel.is_new.then(|| file(role, &channel.signed)));
        }
        files.extend(targets.is_new.then(|| file(TARGETS, &targets.signed)));
        files.extend(snapshot.is_new.then(|| file(SNAPSHOT, &snapshot.signed)));
        if has_gap {
            files.extend(root_file.clone());
        }
        files.extend(timestamp.is_new.then(|| File {
            path: format!("metadata/{TIMESTAMP}.json"),
            bytes: timestamp.signed.bytes.clone(),
            is_immutable: false,
        }));
        // Signed by the keys of both roots, everything is accepted before and after.
        if !is_first && !has_gap {
            files.extend(root_file);
        }
        let contents = self.contents(&channels);
        Ok(Plan { contents, files, waiting, has_gap })
    }

    /// What a role's signatures must meet: the root in effect, and the one that clients still have.
    fn demands<'root>(&'root self, root: &'root Draft<Root>, role: &str) -> Vec<Demand<'root>> {
        let old = self.published.root.as_ref().filter(|_| root.is_new);
        let roots = [Some(&root.signed), old].into_iter().flatten();
        roots.filter_map(|root| demand(&root.metadata, role)).collect()
    }

    fn is_met_by_published_root(
        &self,
        targets: &Draft<Targets>,
        snapshot: &Draft<Snapshot>,
        timestamp: &Draft<Timestamp>,
    ) -> bool {
        let Some(root) = &self.published.root else { return true };
        [
            (TARGETS, &targets.signed.envelope),
            (SNAPSHOT, &snapshot.signed.envelope),
            (TIMESTAMP, &timestamp.signed.envelope),
        ]
        .into_iter()
        .all(|(role, envelope)| {
            demand(&root.metadata, role).is_some_and(|demand| demand.is_met(envelope))
        })
    }

    fn snapshot(
        &self,
        demands: &[Demand<'_>],
        targets: &Draft<Targets>,
        channels: &Channels,
    ) -> Result<Draft<Snapshot>, Box<Waiting>> {
        let published = self.published.snapshot.as_ref();
        // What was listed once stays listed: clients take a file that vanishes for an attack.
        let mut meta = published.map(|snapshot| snapshot.metadata.meta.clone()).unwrap_or_default();
        meta.insert(file_of(TARGETS), file_meta(&targets.signed));
        for (role, channel) in &channels.drafts {
            meta.insert(file_of(role), file_meta(&channel.signed));
        }
        let version = self.version(SNAPSHOT, published);
        let snapshot = Snapshot::new(version, self.expiry(SNAPSHOT), meta);
        self.renew(SNAPSHOT, published, &snapshot, Snapshot::says_the_same, demands)
    }

    fn timestamp(
        &self,
        demands: &[Demand<'_>],
        snapshot: &Draft<Snapshot>,
    ) -> Result<Draft<Timestamp>, Box<Waiting>> {
        let published = self.published.timestamp.as_ref();
        let meta = BTreeMap::from([(file_of(SNAPSHOT), file_meta(&snapshot.signed))]);
        let version = self.version(TIMESTAMP, published);
        let timestamp = Timestamp::new(version, self.expiry(TIMESTAMP), meta);
        self.renew(TIMESTAMP, published, &timestamp, Timestamp::says_the_same, demands)
    }

    /// Keeps what is published while it says the same and is fresh and signed, and signs a new version otherwise.
    fn renew<M: Metadata + Clone>(
        &self,
        role: &str,
        published: Option<&Signed<M>>,
        wanted: &M,
        says_the_same: fn(&M, &M) -> bool,
        demands: &[Demand<'_>],
    ) -> Result<Draft<M>, Box<Waiting>> {
        if let Some(published) = published
            && says_the_same(&published.metadata, wanted)
            && self.is_fresh(role, &published.metadata)
            && demands.iter().all(|demand| demand.is_met(&published.envelope))
        {
            return Ok(Draft { signed: published.clone(), is_new: false });
        }
        let envelope = self.sign(role, wanted, demands, says_the_same);
        // The old root's demand is met as far as its keys are here; see `Plan::has_gap`.
        let signed = complete(role, envelope, demands.get(..1).unwrap_or_default())?;
        Ok(Draft { signed, is_new: true })
    }

    /// Signs metadata with all keys that are here and are demanded; what others have signed already is taken up.
    fn sign<M: Metadata>(
        &self,
        role: &str,
        wanted: &M,
        demands: &[Demand<'_>],
        says_the_same: fn(&M, &M) -> bool,
    ) -> Envelope {
        let fits = |envelope: &Envelope| {
            envelope.metadata::<M>().ok().filter(|metadata| {
                says_the_same(metadata, wanted) && self.freshness(role, metadata) < Freshness::Late
            })
        };
        // A file that lies there can only be taken as it is.
        let is_complete = |envelope: &&Envelope| {
            fits(envelope).is_some() && demands.iter().all(|demand| demand.is_met(envelope))
        };
        if let Some(left) = self.published.left_behind.iter().find(is_complete) {
            return left.clone();
        }
        let is_next = |metadata: M| metadata.version() == wanted.version();
        let mut begun = self.offered.iter().filter(|envelope| fits(envelope).is_some_and(is_next));
        let mut envelope = match begun.next() {
            Some(first) => {
                let mut joined = first.clone();
                begun.for_each(|other| joined.join(other));
                joined
            }
            None => Envelope::unsigned(wanted),
        };
        let ids = demands.iter().flat_map(|demand| &demand.role.keyids);
        for key in ids.filter_map(|id| self.keys.get(id)) {
            envelope.sign(key);
        }
        envelope
    }

    fn expiry(&self, role: &str) -> Expiry {
        Expiry::after(self.now, self.wanted.lifetimes.of(role))
    }

    fn version<M: Metadata>(&self, role: &str, published: Option<&Signed<M>>) -> u64 {
        self.published.version_after(role, published.map(|signed| signed.metadata.version()))
    }

    fn freshness(&self, role: &str, metadata: &impl Metadata) -> Freshness {
        Freshness::of(metadata.expires().left(self.now), self.wanted.lifetimes.of(role))
    }

    fn is_fresh(&self, role: &str, metadata: &impl Metadata) -> bool {
        self.freshness(role, metadata) == Freshness::Fresh
    }

    /// The contents that no published channel has.
    fn contents(&self, channels: &Channels) -> Vec<TargetContent> {
        let listed = |targets: &Targets| -> Vec<_> {
            let files = targets.targets.iter();
            files
                .filter_map(|(path, file)| {
                    let digest = file.hashes.digest()?;
                    Some(TargetContent { path: content_path(path, &digest.to_string()), digest })
                })
                .collect()
        };
        let mut there: Vec<_> =
            self.published.channels.values().flat_map(|signed| listed(&signed.metadata)).collect();
        there.sort_unstable();
        let new = channels.drafts.values().filter(|draft| draft.is_new);
        new.flat_map(|draft| listed(&draft.signed.metadata))
            .filter(|content| there.binary_search(content).is_err())
            .collect()
    }
}

fn demand<'root>(root: &'root Root, role: &str) -> Option<Demand<'root>> {
    root.roles.get(role).map(|role| Demand { keys: &root.keys, role })
}

/// *Errors*: what is lacking of the demand that most is lacking of.
fn complete<M: Metadata>(
    role: &str,
    envelope: Envelope,
    demands: &[Demand<'_>],
) -> Result<Signed<M>, Box<Waiting>> {
    if !demands.is_empty() && demands.iter().all(|demand| demand.is_met(&envelope)) {
        // What is written here can be read; the other way is there so that nothing panics.
        return Signed::of(envelope.clone()).map_err(|_| lacking(role, envelope, demands));
    }
    Err(lacking(role, envelope, demands))
}

#[expect(
    clippy::unnecessary_box_returns,
    reason = "every caller hands it on as an error, which is to be small"
)]
fn lacking(role: &str, envelope: Envelope, demands: &[Demand<'_>]) -> Box<Waiting> {
    let counts = demands
        .iter()
        .map(|demand| (envelope.count(demand.keys, demand.role), demand.role.threshold));
    let most = counts.max_by_key(|(signed, threshold)| threshold.saturating_sub(*signed));
    let (signed, threshold) = most.unwrap_or_default();
    Box::new(Waiting { role: role.to_owned(), envelope, signed, threshold })
}

/// Adds what waits for signatures, once for each role.
fn add(waiting: &mut Vec<Waiting>, lacking: Waiting) {
    if waiting.iter().all(|known| known.role != lacking.role) {
        waiting.push(lacking);
    }
}

fn file_meta<M: Metadata>(signed: &Signed<M>) -> FileMeta {
    FileMeta::of(signed.metadata.version(), &signed.bytes)
}

fn file<M: Metadata>(role: &str, signed: &Signed<M>) -> File {
    File {
        path: versioned(signed.metadata.version(), role),
        bytes: signed.bytes.clone(),
        is_immutable: true,
    }
}

//! A repository in a directory, and clients of it.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};
use trainyard_artifact::{
    Location, Sha256, StoreError, Writer,
    tuf::{
        Aim, Channel, Envelope, Lifetimes, Plan, RoleKeys, Target, TargetFacts, TopRoles, Trusted,
        Update, Wanted, plan,
    },
};
use trainyard_attest::PrivateKey;

/// The product and the channel that most tests are about.
pub(crate) const PRODUCT: &str = "ayon";
pub(crate) const CHANNEL: &str = "production";
pub(crate) const ROLE: &str = "ayon.production";
pub(crate) const HEAD: &str = "ayon/production/head.json";

/// A key that is always the same.
pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(&[seed; 32])
}

/// Some keys as the rule for a role.
pub(crate) fn rule(seeds: &[u8], threshold: u32) -> RoleKeys {
    RoleKeys { keys: seeds.iter().map(|seed| key(*seed).public_key()).collect(), threshold }
}

/// Noon of the day that all this was written on.
pub(crate) fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// A repository, what it should say, and the keys that are there.
pub(crate) struct Site {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) location: Location,
    pub(crate) wanted: Wanted,
    pub(crate) keys: Vec<PrivateKey>,
    pub(crate) offered: Vec<Envelope>,
    pub(crate) contents: BTreeMap<Sha256, Vec<u8>>,
    pub(crate) now: Timestamp,
}

impl Site {
    /// With one key for everything, key 1, and nothing published yet.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::open(folder.path().to_str().unwrap(), &[]).unwrap();
        Self::at(folder, location)
    }

    pub(crate) fn at(folder: tempfile::TempDir, location: Location) -> Self {
        Self {
            folder,
            location,
            wanted: Wanted {
                roles: TopRoles::single(key(1).public_key()),
                lifetimes: Lifetimes::default(),
                channels: Vec::new(),
            },
            keys: vec![key(1)],
            offered: Vec::new(),
            contents: BTreeMap::new(),
            now: noon(),
        }
    }

    /// With a channel that has been published with one head.
    pub(crate) async fn published() -> Self {
        let mut site = Self::new();
        site.promote(PRODUCT, CHANNEL, "one");
        site.publish().await;
        site
    }

    pub(crate) fn path(&self) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.folder.path().to_owned()).unwrap()
    }

    /// Moves a channel's head, and makes the channel where there is none.
    pub(crate) fn promote(&mut self, product: &str, channel: &str, content: &str) {
        let digest = Sha256::of(content.as_bytes());
        self.contents.insert(digest, content.as_bytes().to_vec());
        let target = Target {
            name: "head.json".to_owned(),
            length: content.len() as u64,
            digest,
            facts: TargetFacts {
                bundle: Some(digest.prefixed()),
                version: Some(content.to_owned()),
                flavour: Some("linux".to_owned()),
                server: Some(">=1.2".to_owned()),
                attestations: Vec::new(),
            },
        };
        let channels = &mut self.wanted.channels;
        let known = channels
            .iter_mut()
            .find(|known| (&*known.product, &*known.channel) == (product, channel));
        match known {
            Some(known) => known.targets = vec![target],
            None => channels.push(Channel {
                product: product.to_owned(),
                channel: channel.to_owned(),
                keys: rule(&[1], 1),
                targets: vec![target],
            }),
        }
    }

    pub(crate) async fn plan(&self) -> (Writer, Plan) {
        let writer = Writer::open(&self.location, None).await.unwrap();
        let plan =
            plan(writer.published(), &self.wanted, &self.offered, &self.keys, self.now).unwrap();
        (writer, plan)
    }

    /// Publishes what should be there; what waits for signatures is kept for next time.
    pub(crate) async fn publish(&mut self) -> Plan {
        let (writer, plan) = self.plan().await;
        writer.publish(&plan, &self.contents).await.unwrap();
        self.offered = plan.waiting.iter().map(|waiting| waiting.envelope.clone()).collect();
        plan
    }

    /// Publishes the first files of what should be there, as somebody does who is cut off then.
    pub(crate) async fn publish_first(&self, count: usize) -> Plan {
        let (writer, mut plan) = self.plan().await;
        plan.files.truncate(count);
        writer.publish(&plan, &self.contents).await.unwrap();
        plan
    }

    /// A client that was installed with the first root.
    pub(crate) fn new_client(&self) -> Trusted {
        Trusted::new(fs_err::read(self.path().join("metadata/1.root.json")).unwrap())
    }

    /// What a client reads as the head of a channel.
    pub(crate) async fn head(&self, client: &mut Trusted) -> Result<String, StoreError> {
        head_at(&self.location, client, PRODUCT, CHANNEL, self.now).await
    }

    /// The head for a client that knows nothing but the first root.
    pub(crate) async fn first_head(&self) -> Result<String, StoreError> {
        self.head(&mut self.new_client()).await
    }

    /// The head of another channel for such a client.
    pub(crate) async fn first_head_of(&self, channel: &str) -> Result<String, StoreError> {
        let mut client = self.new_client();
        head_at(&self.location, &mut client, PRODUCT, channel, self.now).await
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        fs_err::read(self.path().join(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        // A file is replaced, so that copies which are hard links stay as they are.
        let _ = fs_err::remove_file(&path);
        fs_err::write(path, bytes).unwrap();
    }

    /// A copy of all files as they are now.
    pub(crate) fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_all(&self.path(), Utf8Path::from_path(copy.path()).unwrap());
        copy
    }

    /// Puts back what [`Self::copy`] took.
    pub(crate) fn put_back(&self, copy: &tempfile::TempDir) {
        copy_all(Utf8Path::from_path(copy.path()).unwrap(), &self.path());
    }
}

/// What a client reads as the head of a channel; what it verified is kept even if it refuses the rest.
pub(crate) async fn head_at(
    location: &Location,
    client: &mut Trusted,
    product: &str,
    channel: &str,
    now: Timestamp,
) -> Result<String, StoreError> {
    let mut update = Update::begin(client.clone(), Aim::channel(product, channel), now)?;
    let outcome = location.follow(&mut update).await;
    *client = update.trusted().clone();
    outcome?;
    let role = format!("{product}.{channel}");
    let path = format!("{product}/{channel}/head.json");
    let (file, bytes) = location.target(&update, &role, &path).await?;
    assert_eq!(TargetFacts::of(&file).server.as_deref(), Some(">=1.2"));
    Ok(String::from_utf8(bytes).unwrap())
}

fn copy_all(from: &Utf8Path, to: &Utf8Path) {
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            fs_err::create_dir_all(to.join(&name)).unwrap();
            copy_all(&from.join(&name), &to.join(&name));
        } else {
            let _ = fs_err::remove_file(to.join(&name));
            fs_err::copy(from.join(&name), to.join(&name)).unwrap();
        }
    }
}

//! Writing a registry without a server.

use serde_json::value::to_raw_value;
use trainyard_bundle::Manifest;
use trainyard_registry::{
    Actor, Ask, Command, Digest, Entry, Maturity, Moment, Name, Publish, SequenceKind, State,
    VersionText,
    channels::{ChannelRule, Promote},
    decide,
    parties::EnrolParty,
    products::{ComponentFacts, CreateProduct, PolicyFacts, SetPolicy},
    releases::Image,
};
use trainyard_store::{Append, Database, NewEntry, Options, Store};

/// Writes a registry's entries into a file, thousand by thousand, as the registry itself decides them.
pub(crate) struct Writer {
    store: Store,
    pub(crate) state: State,
    waiting: Vec<(Entry, Vec<u8>)>,
    blobs: Vec<(Digest, Vec<u8>)>,
}

impl Writer {
    /// A registry with the party `maker`.
    pub(crate) async fn new(file: &str) -> Self {
        let store = Store::open(&Database::File(file.into()), Options::default()).await.unwrap();
        let (state, waiting, blobs) = (State::default(), Vec::new(), Vec::new());
        let mut writer = Self { store, state, waiting, blobs };
        let name: Name = "maker".parse().unwrap();
        let party = EnrolParty { name, title: "Maker".to_owned() };
        writer.carry_out(Command::EnrolParty(party)).await;
        writer
    }

    /// Writes what is left, and closes the file.
    pub(crate) async fn end(mut self) {
        self.flush().await;
        self.store.close().await;
    }

    /// Decides as the registry does, and keeps what follows.
    pub(crate) async fn carry_out(&mut self, command: Command) {
        let ask = Ask {
            actor: Actor::registry(),
            now: Moment(1_767_225_600_000_000 + i64::try_from(self.state.size()).unwrap()),
            why: "measure".to_owned(),
        };
        let decided = decide(&self.state, &ask, &command).unwrap();
        for (entry, bytes) in decided.written(self.state.size(), &ask).unwrap() {
            self.state.apply(&entry);
            self.waiting.push((entry, bytes));
        }
        self.blobs.extend(decided.blobs);
        if self.waiting.len() >= 1000 {
            self.flush().await;
        }
    }

    async fn flush(&mut self) {
        let after = self.waiting.first().map_or(self.state.size(), |(entry, _)| entry.seq);
        let entry = |(entry, bytes): &(Entry, Vec<u8>)| {
            (entry.at.0, entry.event.kind(), bytes.clone(), Entry::leaf(bytes))
        };
        let written: Vec<_> = self.waiting.iter().map(entry).collect();
        let entries: Vec<_> = written
            .iter()
            .map(|(at_us, kind, body, leaf)| NewEntry { at_us: *at_us, kind, body, leaf: *leaf })
            .collect();
        let blobs = self.blobs.iter().map(|(digest, bytes)| (digest.to_string(), bytes));
        let named: Vec<_> = blobs.collect();
        let blobs = named.iter().map(|(digest, bytes)| (digest.as_str(), bytes.as_slice()));
        let blobs: Vec<_> = blobs.collect();
        let append = Append { after, entries: &entries, blobs: &blobs, ..Append::default() };
        self.store.append(&append).await.unwrap();
        self.waiting.clear();
        self.blobs.clear();
    }

    pub(crate) async fn product(&mut self, name: &str, channels: &[(&str, &str)], scheme: &str) {
        let product: Name = name.parse().unwrap();
        let party = "maker".parse().unwrap();
        let title = name.to_owned();
        self.carry_out(Command::CreateProduct(CreateProduct {
            name: product.clone(),
            title,
            party,
        }))
        .await;
        let mut facts = PolicyFacts::default();
        for (stream, channel) in channels {
            let stream: Name = stream.parse().unwrap();
            let own = ComponentFacts { scheme: scheme.to_owned(), maturity: Maturity::Stable };
            facts.components.insert(stream.clone(), own);
            let rules = facts.channels.entry(stream).or_default();
            let rule = ChannelRule { prereleases: true, ..ChannelRule::default() };
            rules.insert(channel.parse().unwrap(), rule);
        }
        let text = format!("preset = \"semver\"\n[product]\nname = \"{name}\"\n");
        let set = SetPolicy { product, text, facts, is_dry: false };
        self.carry_out(Command::SetPolicy(set)).await;
    }

    pub(crate) async fn publish(
        &mut self,
        product: &str,
        manifest: &Manifest,
        image: Option<Image>,
        follows: Option<Vec<VersionText>>,
    ) {
        let version = manifest.version.text().parse().unwrap();
        self.carry_out(Command::Publish(Publish {
            product: product.parse().unwrap(),
            name: manifest.name.parse().unwrap(),
            kind: SequenceKind::Component,
            version,
            content: Some(Digest::of(format!("{}{}", manifest.name, manifest.version).as_bytes())),
            document: to_raw_value(manifest).unwrap(),
            images: image.into_iter().collect(),
            follows,
            released: None,
        }))
        .await;
    }

    pub(crate) async fn promote(
        &mut self,
        product: &str,
        stream: &str,
        channel: &str,
        version: &str,
    ) {
        self.carry_out(Command::Promote(Promote {
            product: product.parse().unwrap(),
            stream: stream.parse().unwrap(),
            channel: channel.parse().unwrap(),
            version: version.parse().unwrap(),
            expected: None,
            is_forced: false,
        }))
        .await;
    }
}

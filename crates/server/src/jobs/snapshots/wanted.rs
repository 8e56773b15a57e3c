//! What the snapshots should say of a state: each channel with its head.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;
use serde_json::value::RawValue;
use trainyard_artifact::{
    Sha256,
    tuf::{Channel, RoleKeys, Target, TargetFacts, Wanted, channel_role, is_plain_name},
};
use trainyard_attest::PublicKey;
use trainyard_bundle::Numbered;
use trainyard_registry::{
    Digest, Maturity, Name, SequenceKind, State, VersionText,
    channels::{self, Move},
    products::Product,
    releases::{Image, Release},
    risks::{RiskDeclared, Rollout},
};

use super::super::settings::SnapshotSettings;
use crate::http::wire::time;

/// The file of a channel that says where it points.
const HEAD: &str = "head.json";

/// What the snapshots should say, with the contents of all files by their digests.
pub(super) struct Said {
    pub(super) wanted: Wanted,
    pub(super) contents: BTreeMap<Sha256, Vec<u8>>,
    /// Channels whose names cannot stand in paths, or come to the same role as others.
    pub(super) left_out: Vec<String>,
    /// Names all this.
    pub(super) fingerprint: String,
}

/// Where a channel points, as its file says.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Head<'a> {
    product: &'a Name,
    stream: &'a Name,
    channel: &'a Name,
    version: &'a VersionText,
    digest: &'a Digest,
    kind: SequenceKind,
    maturity: Maturity,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a Digest>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    images: &'a [Image],
    /// The entry of the log that moved the channel, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    relied_on: &'a [Digest],
    #[serde(skip_serializing_if = "Option::is_none")]
    yanked: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollout: Option<&'a Rollout>,
    /// All that is wrong with releases of the stream, also with those that a client may still run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    risks: Vec<&'a RiskDeclared>,
    document: &'a RawValue,
}

/// Names all that [`said`] can depend on in a state. *Cost*: linear in the channels and risks; no document is looked at.
pub(super) fn outline(state: &State) -> Sha256 {
    let mut outline = String::new();
    for product in state.products() {
        for channel in product.channels() {
            let channels::Channel { stream, name, head, history, rollouts, .. } = channel;
            let sequence = product.sequence(stream.as_str()).ok();
            let release = head.as_ref().and_then(|head| sequence?.release(head.as_str()));
            let yanked = release.and_then(|release| release.yanked.as_ref());
            let rollout = head.as_ref().and_then(|head| rollouts.get(head));
            let own = (&product.name, stream, name, head, history.len(), rollout, yanked);
            let _ = writeln!(outline, "{own:?}");
        }
        for risk in product.risks() {
            let own = (&product.name, &risk.name, risk.since, risk.holds());
            let _ = writeln!(outline, "{own:?}");
        }
    }
    Sha256::of(outline.as_bytes())
}

/// What the snapshots should say of a state. *Cost*: linear in the channels and their heads' documents.
pub(super) fn said(state: &State, settings: &SnapshotSettings, key: PublicKey) -> Said {
    let mut contents = BTreeMap::new();
    let mut channels: BTreeMap<String, Channel> = BTreeMap::new();
    let mut left_out = Vec::new();
    for product in state.products() {
        for channel in product.channels() {
            let name = format!("{}.{}", channel.stream, channel.name);
            let role = channel_role(product.name.as_str(), &name);
            let is_plain = is_plain_name(product.name.as_str()) && is_plain_name(&name);
            if !is_plain || channels.contains_key(&role) {
                left_out.push(role);
                continue;
            }
            let target = head(product, channel).map(|(bytes, facts)| {
                let digest = Sha256::of(&bytes);
                let length = bytes.len() as u64;
                contents.insert(digest, bytes);
                Target { name: HEAD.to_owned(), length, digest, facts }
            });
            let keys = settings.channels.get(&role).cloned();
            let said = Channel {
                product: product.name.to_string(),
                channel: name,
                keys: keys.unwrap_or_else(|| RoleKeys::single(key)),
                targets: target.into_iter().collect(),
            };
            channels.insert(role, said);
        }
    }
    let wanted = Wanted {
        roles: settings.roles.filled(key),
        lifetimes: settings.lifetimes,
        channels: channels.into_values().collect(),
    };
    // Keys are few and told whole, contents by their digests.
    let fingerprint = Sha256::of(format!("{wanted:?}").as_bytes()).to_string();
    Said { wanted, contents, left_out, fingerprint }
}

/// The file that says where a channel points, and what is said of it beside its digest.
fn head(product: &Product, channel: &channels::Channel) -> Option<(Vec<u8>, TargetFacts)> {
    let version = channel.head.as_ref()?;
    let sequence = product.sequence(channel.stream.as_str()).ok()?;
    let release: &Release = sequence.release(version.as_str())?;
    let moves = channel.history.iter().rev();
    let moved: Option<&Move> = moves.into_iter().find(|it| it.moved.to.as_ref() == Some(version));
    let relied_on = moved.map_or(&[][..], |moved| &moved.moved.relied_on);
    let risks =
        product.risks().filter(|risk| risk.holds() && risk.declared.stream == channel.stream);
    let head = Head {
        product: &product.name,
        stream: &channel.stream,
        channel: &channel.name,
        version,
        digest: &release.digest,
        kind: sequence.kind,
        maturity: release.maturity,
        content: release.content.as_ref(),
        images: &release.images,
        entry: moved.map(|moved| moved.seq),
        since: moved.map(|moved| time(moved.at).0),
        relied_on,
        yanked: release.yanked.as_deref(),
        rollout: channel.rollouts.get(version),
        risks: risks.map(|risk| &risk.declared).collect(),
        document: &release.document,
    };
    let servers = release.bundle().map(|bundle| bundle.servers).unwrap_or_default();
    let facts = TargetFacts {
        bundle: Some(release.digest.to_string()),
        version: Some(version.to_string()),
        flavour: None,
        server: match servers.as_slice() {
            [] => None,
            all => Some(all.iter().map(Numbered::text).collect::<Vec<_>>().join(" || ")),
        },
        attestations: relied_on.iter().map(Digest::to_string).collect(),
    };
    Some((serde_json::to_vec(&head).ok()?, facts))
}

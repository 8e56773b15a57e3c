//! Manifests of releases, as catalogues of addons list them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use trainyard_bundle::{Manifest, read::complaints};
use trainyard_upgrade::updates::time::epoch;

use super::Brought;
use crate::{Command, Digest, Invalid, Moment, Name, Publish, SequenceKind};

/// The publications of a catalogue's releases, in its order.
///
/// What a manifest says of the file that it was read from stays behind, and so does a manifest whose ranges or version cannot
/// be read; of a release that is listed with several contents, the first one is brought in. *Cost*: linear.
pub fn publications(product: &Name, manifests: Vec<Manifest>) -> Brought {
    let mut brought = Brought::default();
    let mut known: BTreeMap<(Name, String), Digest> = BTreeMap::new();
    for manifest in manifests {
        let title = format!("{} {}", manifest.name, manifest.version.text());
        if let Some(complaint) = complaints(&manifest).first() {
            brought.troubles.push(format!("{title} is left out: {}", complaint.message));
            continue;
        }
        let publish = match publication(product, manifest) {
            Ok(publish) => publish,
            Err(error) => {
                brought.troubles.push(format!("{title} is left out: {error}"));
                continue;
            }
        };
        let digest = publish.digest();
        let place = (publish.name.clone(), publish.version.to_string());
        match known.get(&place) {
            Some(there) if *there == digest => {}
            Some(_) => {
                brought.troubles.push(format!("{title} is listed again with other content"));
            }
            None => {
                known.insert(place, digest);
                brought.commands.push(Command::Publish(publish));
            }
        }
    }
    brought
}

fn publication(product: &Name, manifest: Manifest) -> Result<Publish, Invalid> {
    let name: Name = manifest.name.parse()?;
    let version = manifest.version.text().parse()?;
    let released = manifest.date.as_ref().and_then(|day| epoch(&day.to_string()));
    let content = manifest.digest.as_ref().and_then(|digest| digest.as_str().parse().ok());
    let manifest = Manifest { place: None, ..manifest };
    // Manifests hold nothing that JSON has no form for.
    let document = serde_json::to_string(&manifest).unwrap_or_default();
    let document = RawValue::from_string(document).unwrap_or_default();
    Ok(Publish {
        product: product.clone(),
        name,
        kind: SequenceKind::Component,
        version,
        content,
        document,
        images: Vec::new(),
        follows: None,
        released: released.and_then(|secs| secs.checked_mul(1_000_000)).map(Moment),
    })
}

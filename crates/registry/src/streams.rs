//! What policies say of streams: what a composite is made of, and what a stream does not work without.

use trainyard_bundle::{Bundle, Manifest, Numbered, Pin, Range};
use trainyard_report::{Code, Finding, Severity};
use trainyard_version::{Scheme, Version};

use crate::{
    Publish, Refusal,
    products::{PartFacts, Product},
};

/// The stream that releases mean who ask for a server, where their own stream needs several.
const SERVER: &str = "server";

/// Refuses a release of a composite stream that is not exactly the parts that its version names.
///
/// *Errors*: every part that is not pinned or pinned at another version, and everything else that is pinned.
pub(crate) fn made_of_its_parts(
    product: &Product,
    command: &Publish,
    version: &Version,
    scheme: &Scheme,
) -> Result<(), Refusal> {
    let facts = product.stream_facts(command.name.as_str());
    let Some(facts) = facts.filter(|facts| !facts.parts.is_empty()) else { return Ok(()) };
    // The parts are those of the versions in force; a scheme of other parts says nothing of these.
    let Some(named) = scheme.parts(version) else { return Ok(()) };
    let bundle: Option<Bundle> = serde_json::from_str(command.document.get()).ok();
    let pins = bundle.map(|bundle| bundle.pins).unwrap_or_default();
    let component = |part: &str| facts.parts.iter().find(|facts| facts.part == part);
    let named: Vec<(&PartFacts, Version)> = named
        .into_iter()
        .filter_map(|(part, version)| Some((component(&part)?, version)))
        .collect();
    let mut wrong = Vec::new();
    for (part, version) in &named {
        let name = part.component.as_str();
        match pins.iter().find(|pin| pin.name == name) {
            None => wrong.push(format!("{name} {} is not pinned", version.text())),
            Some(pin) if !is_of(product, pin, version) => {
                wrong.push(format!("{name} {} is pinned, not {}", pin.version, version.text()));
            }
            Some(_) => {}
        }
    }
    let is_part = |pin: &Pin| named.iter().any(|(part, _)| part.component.as_str() == pin.name);
    let others = pins.iter().filter(|pin| !is_part(pin));
    wrong.extend(others.map(|pin| format!("{} is none of its parts", pin.name)));
    if wrong.is_empty() {
        return Ok(());
    }
    let parts =
        named.iter().map(|(part, version)| format!("{} {}", part.component, version.text()));
    let parts: Vec<_> = parts.collect();
    let message = format!(
        "{}@{} is not what its version says: {}",
        command.name,
        command.version,
        wrong.join("; ")
    );
    Err(Refusal::invalid("composite-apart", message).hint(format!(
        "pin {} and nothing else, or give it the version of what it pins",
        parts.join(", ")
    )))
}

/// Whether a pin is of a version, however either is spelled.
fn is_of(product: &Product, pin: &Pin, version: &Version) -> bool {
    let pinned = product.scheme_of(&pin.name).parse(&pin.version);
    pin.version == version.text()
        || pinned.is_ok_and(|pinned| pinned.canonical() == version.canonical())
}

/// What a member of a bundle asks of the server.
struct Demand {
    title: String,
    range: Range,
}

/// What a bundle's members ask of a stream that theirs needs, and no release of it that is there gives them.
///
/// Of a stream of which nothing is published here, nothing is known, and that is told where it matters.
/// *Cost*: linear in the pins, and in the needed stream's releases where the newest does not suit all.
pub(crate) fn without_what_it_needs(
    product: &Product,
    stream: &str,
    bundle: &Bundle,
) -> Vec<Finding> {
    let needs =
        product.stream_facts(stream).map(|facts| facts.needs.as_slice()).unwrap_or_default();
    let server = match needs {
        [only] => Some(only),
        several => several.iter().find(|name| name.as_str() == SERVER),
    };
    let Some(server) = server else { return Vec::new() };
    let demands = demands(product, bundle);
    if demands.is_empty() {
        return Vec::new();
    }
    let is_there = |release: &&crate::releases::Release| {
        release.yanked.is_none() && product.blocks_of(server.as_str(), release).next().is_none()
    };
    let sequence = product.sequence(server.as_str()).ok();
    let releases = sequence.into_iter().flat_map(crate::releases::Sequence::newest_first);
    let mut releases = releases.filter(is_there).peekable();
    let title = bundle_title(stream, bundle);
    if releases.peek().is_none() {
        let message = format!(
            "nothing is published of `{server}`, which it needs: what its members ask of it is not checked"
        );
        let mut finding = Finding::new(Code::SERVER_UNFIT, title, message)
            .suggest(format!("publish the releases of `{server}` too"));
        finding.severity = Severity::Warning;
        return vec![finding];
    }
    let mut is_met = vec![false; demands.len()];
    for release in releases {
        let mut suits_all = true;
        for (demand, is_met) in demands.iter().zip(&mut is_met) {
            let version = Numbered::read(release.version.as_str(), demand.range.scheme());
            // What cannot be held against what is asked speaks against nothing.
            let suits = version.error().is_some() || demand.range.admits(&version);
            *is_met |= suits;
            suits_all &= suits;
        }
        if suits_all {
            return Vec::new();
        }
    }
    let unmet = demands.iter().zip(&is_met).filter(|(_, is_met)| !**is_met);
    let unmet: Vec<Finding> = unmet
        .map(|(demand, _)| {
            let range = demand.range.shown();
            let message = format!("it needs server {range}, and no release of `{server}` here is that");
            Finding::new(Code::SERVER_UNFIT, demand.title.clone(), message)
                .suggest(format!("publish a release of `{server}` in {range} first, or pin a release that asks for less"))
        })
        .collect();
    if !unmet.is_empty() {
        return unmet;
    }
    let asked: Vec<_> = demands
        .iter()
        .map(|demand| format!("{} needs {}", demand.title, demand.range.shown()))
        .collect();
    let message =
        format!("no release of `{server}` here suits all its members: {}", asked.join("; "));
    let finding = Finding::new(Code::SERVER_UNFIT, title, message);
    vec![
        finding
            .suggest(format!("publish a release of `{server}` that does, or pin other releases")),
    ]
}

fn bundle_title(stream: &str, bundle: &Bundle) -> String {
    let version = bundle.version.as_ref().map_or(bundle.name.as_str(), Numbered::text);
    format!("{stream} {version}")
}

/// What the members of a bundle ask of the server; ranges that cannot be read are told elsewhere.
fn demands(product: &Product, bundle: &Bundle) -> Vec<Demand> {
    let manifest = |pin: &Pin| -> Option<Manifest> {
        product.sequence(&pin.name).ok()?.release(&pin.version)?.manifest()
    };
    let asked = bundle.pins.iter().filter_map(|pin| {
        let range = manifest(pin)?.environment.server?.range;
        Some(Demand { title: format!("{} {}", pin.name, pin.version), range })
    });
    asked.filter(|demand| !demand.range.is_any() && demand.range.error().is_none()).collect()
}

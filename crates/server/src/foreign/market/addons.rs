//! Addons with their versions.

use std::fmt::Write as _;

use trainyard_bundle::Manifest;
use trainyard_registry::{
    Digest, Name, VersionText,
    releases::{Release, Sequence},
};

use super::{
    Shelf, described,
    models::{Addon, AddonDetail, AddonVersion, AddonVersionDetail, Addons, Link},
};
use crate::{
    foreign::asked::{Ayon, AyonHeaders, varied},
    http::{Answer, Named, wire::time},
};

/// All addons of AYON's market.
#[utoipa::path(get, path = "/api/v2/market/addons", tag = "other clients", params(AyonHeaders),
    responses((status = 200, description = "The addons", body = Addons)))]
pub(super) async fn list_market_addons(ayon: Ayon) -> Answer {
    let described = described(&ayon.reading).await?;
    let app = ayon.reading.app.clone();
    let market = &app.settings().foreign.market;
    let answer = ayon.reading.answer(|view| {
        let shelf = Shelf::new(market, view, &described)?;
        let addons = shelf.addons().filter(|addon| shelf.offered(addon).next().is_some());
        Ok(Addons { addons: addons.map(|addon| shelf.told(addon)).collect() })
    });
    varied(answer.await)
}

/// An addon of AYON's market with its versions, newest first.
#[utoipa::path(get, path = "/api/v2/market/addons/{name}", tag = "other clients", params(AyonHeaders),
    responses((status = 200, description = "The addon", body = AddonDetail)))]
pub(super) async fn read_market_addon(ayon: Ayon, Named(name): Named<Name>) -> Answer {
    let described = described(&ayon.reading).await?;
    let app = ayon.reading.app.clone();
    let market = &app.settings().foreign.market;
    let answer = ayon.reading.answer(|view| {
        let shelf = Shelf::new(market, view, &described)?;
        let sequence = shelf.addon(name.as_str())?;
        let versions = shelf.offered(sequence).map(|release| AddonVersion {
            version: release.version.to_string(),
            ayon_version: release.manifest().as_ref().and_then(server),
            created_at: Some(time(release.at)),
            updated_at: Some(time(release.at)),
            is_compatible: None,
            is_installed: None,
            is_production: None,
        });
        let versions = versions.collect();
        Ok(AddonDetail { addon: shelf.told(sequence), versions, warning: None })
    });
    varied(answer.await)
}

/// A version of an addon of AYON's market. One that was yanked is told, since bundles name it.
#[utoipa::path(get, path = "/api/v2/market/addons/{name}/{version}", tag = "other clients", params(AyonHeaders),
    responses((status = 200, description = "The version", body = AddonVersionDetail)))]
pub(super) async fn read_market_version(
    ayon: Ayon,
    Named((name, version)): Named<(Name, VersionText)>,
) -> Answer {
    let described = described(&ayon.reading).await?;
    let app = ayon.reading.app.clone();
    let market = &app.settings().foreign.market;
    let answer = ayon.reading.answer(|view| {
        let shelf = Shelf::new(market, view, &described)?;
        let sequence = shelf.addon(name.as_str())?;
        Ok(shelf.version(sequence, sequence.find(version.as_str())?, None))
    });
    varied(answer.await)
}

/// Which servers a release needs, as its manifest has it.
pub(super) fn server(manifest: &Manifest) -> Option<String> {
    Some(manifest.environment.server.as_ref()?.range.text().to_owned())
}

impl Shelf<'_> {
    /// An addon as lists show it.
    pub(super) fn told(&self, sequence: &Sequence) -> Addon {
        let name = sequence.name.to_string();
        let latest = self.latest_of(sequence);
        let described = self.described.get(&name);
        let title = described.map_or_else(|| name.clone(), |described| described.title.clone());
        let party = self.product.party.as_str();
        let organisation = self.view.state.parties().party(party);
        let repository = described.and_then(|described| described.repository.clone());
        let stored = || latest.and_then(Release::manifest)?.origin.repository;
        let maturity = latest.map(|release| release.maturity).filter(|it| !it.is_stable());
        Addon {
            title,
            description: described.and_then(|described| described.description.clone()),
            org_name: Some(party.to_owned()),
            org_title: organisation.map(|party| party.title.clone()),
            icon: None,
            tags: Vec::new(),
            flags: maturity.iter().map(|maturity| maturity.word().to_owned()).collect(),
            latest_version: latest.map(|release| release.version.to_string()),
            links: repository.or_else(stored).as_deref().and_then(link).map(|link| vec![link]),
            available: latest.is_some_and(|latest| self.url(&name, latest).is_some()),
            current_production_version: None,
            current_latest_version: None,
            is_outdated: false,
            name,
        }
    }

    /// Where a release is downloaded, if it may be and it is known.
    fn url(&self, name: &str, release: &Release) -> Option<String> {
        let address = self.market.download.as_ref()?;
        let is_blocked = self.product.blocks_of(name, release).next().is_some();
        let manifest = release.manifest();
        let url = || address_of(address, name, release, manifest.as_ref());
        if is_blocked { None } else { url() }
    }

    fn latest_of<'b>(&'b self, sequence: &Sequence) -> Option<&'b Release> {
        self.latest(self.product.sequence(sequence.name.as_str()).ok()?)
    }

    /// A version with what installs it, for a server of a version, where that is known.
    pub(super) fn version(
        &self,
        sequence: &Sequence,
        release: &Release,
        is_compatible: Option<bool>,
    ) -> AddonVersionDetail {
        let manifest = release.manifest();
        let name = sequence.name.as_str();
        let url = self.url(name, release);
        let mut addon = self.told(sequence);
        addon.available = url.is_some();
        AddonVersionDetail {
            addon,
            version: release.version.to_string(),
            url,
            alt_url: None,
            checksum: release.content.as_ref().map(Digest::hex),
            ayon_version: manifest.as_ref().and_then(server),
            created_at: time(release.at),
            updated_at: time(release.at),
            is_installed: false,
            is_production: false,
            is_compatible: is_compatible.unwrap_or_default(),
        }
    }
}

/// Where a release is downloaded; `None` where the address asks for something that is not known.
fn address_of(
    address: &str,
    name: &str,
    release: &Release,
    manifest: Option<&Manifest>,
) -> Option<String> {
    let origin = manifest.map(|manifest| &manifest.origin);
    let version = encoded(release.version.as_str());
    let fill = |address: String, what: &str, with: Option<&str>| {
        if address.contains(what) { Some(address.replace(what, with?)) } else { Some(address) }
    };
    let tag = origin.and_then(|origin| origin.tag.as_deref()).map(encoded);
    let repository = origin.and_then(|origin| origin.repository.as_deref());
    let address = fill(address.to_owned(), "{repository}", repository)?;
    let address = fill(address, "{name}", Some(name))?;
    let address = fill(address, "{version}", Some(&version))?;
    fill(address, "{tag}", tag.as_deref())
}

/// A text as it stands in a path.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The page of a repository; a name of two parts is one at GitHub.
fn link(repository: &str) -> Option<Link> {
    let is_address = repository.starts_with("https://") || repository.starts_with("http://");
    let is_short = repository.split('/').count() == 2 && !repository.contains(':');
    let url = match (is_address, is_short) {
        (true, _) => repository.to_owned(),
        (false, true) => format!("https://github.com/{repository}"),
        (false, false) => return None,
    };
    let label = url.strip_prefix("https://github.com/").map(str::to_owned);
    let kind = if label.is_some() { "github" } else { "homepage" };
    Some(Link { kind, label, url })
}

#[cfg(test)]
mod tests {
    use super::{encoded, link};

    #[test]
    fn repositories_have_pages() {
        let kinds = [
            ("https://github.com/ynput/ayon-maya", Some(("github", Some("ynput/ayon-maya")))),
            ("ynput/ayon-maya", Some(("github", Some("ynput/ayon-maya")))),
            ("https://git.example.org/x", Some(("homepage", None))),
            ("git@example.org:x/y", None),
            ("x", None),
        ];
        for (repository, expected) in kinds {
            let found = link(repository);
            let found = found.as_ref().map(|link| (link.kind, link.label.as_deref()));
            assert_eq!(found, expected, "{repository}");
        }
    }

    #[test]
    fn versions_stand_in_addresses() {
        assert_eq!(encoded("1.0.0+dev.1"), "1.0.0%2Bdev.1");
    }
}

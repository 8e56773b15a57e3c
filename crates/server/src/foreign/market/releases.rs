//! Releases: a bundle is one, and each of its flavours is one more, `2023.11-kitsu`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use trainyard_bundle::{Bundle, Kind, Manifest, Numbered};
use trainyard_registry::{
    Refusal, SequenceKind,
    channels::Channel,
    releases::{Release, Sequence},
};

use super::{
    Shelf,
    addons::encoded,
    described,
    models::{
        DependencyPackage, Installer, ReleaseBase, ReleaseDetail, ReleaseItem, Releases, Source,
    },
};
use crate::{
    foreign::asked::{Ayon, AyonHeaders, varied},
    http::{Answer, Asked, Named, View, failure::Failure, wire::time},
};

/// The platforms that AYON knows.
const PLATFORMS: [&str; 3] = ["windows", "linux", "darwin"];

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Also those that are not in the channel, and those that the server is too old or too new for.
    all: Option<bool>,
}

/// What the answers for servers of a version are kept under; no request is written like this.
fn key(request: &str, version: Option<&String>) -> String {
    format!("market {} {request}", version.map_or("", String::as_str))
}

/// The releases of AYON's market that a server can install, newest first.
#[utoipa::path(get, path = "/api/v2/market/releases", tag = "other clients", params(AyonHeaders, Which),
    responses((status = 200, description = "The releases", body = Releases)))]
pub(super) async fn list_market_releases(ayon: Ayon, Asked(which): Asked<Which>) -> Answer {
    let described = described(&ayon.reading).await?;
    let app = ayon.reading.app.clone();
    let market = &app.settings().foreign.market;
    let server = ayon.version;
    let own_key = |_: &View<'_>, request: &str| Ok(Some(key(request, server.as_ref())));
    let answer = ayon.reading.answer_alike(own_key, |view| {
        let shelf = Shelf::new(market, view, &described)?;
        let mut releases = Vec::new();
        if let Some(sequence) = shelf.bundles()? {
            shelf.list(sequence, which.all == Some(true), server.as_deref(), &mut releases);
        }
        Ok(Releases { releases, detail: String::new() })
    });
    varied(answer.await)
}

/// A release of AYON's market with its addons.
#[utoipa::path(get, path = "/api/v2/market/releases/{name}", tag = "other clients", params(AyonHeaders),
    responses((status = 200, description = "The release", body = ReleaseDetail)))]
pub(super) async fn read_market_release(ayon: Ayon, Named(name): Named<String>) -> Answer {
    let described = described(&ayon.reading).await?;
    let app = ayon.reading.app.clone();
    let market = &app.settings().foreign.market;
    let server = ayon.version;
    let own_key = |_: &View<'_>, request: &str| Ok(Some(key(request, server.as_ref())));
    let answer = ayon.reading.answer_alike(own_key, |view| {
        let shelf = Shelf::new(market, view, &described)?;
        let none = || Refusal::not_found("release", &name);
        let sequence = shelf.bundles()?.ok_or_else(none)?;
        let set = shelf.set(sequence, &name).ok_or_else(none)?;
        Ok(shelf.detail(&set, server.as_deref()))
    });
    varied(answer.await)
}

/// A bundle, or one of its flavours.
struct Set<'a> {
    release: &'a Release,
    flavour: Option<String>,
    bundle: Bundle,
    /// The manifests of its addons, by name.
    addons: BTreeMap<String, Manifest>,
}

impl<'a> Shelf<'a> {
    /// The stream whose bundles are the releases, where there is one.
    fn bundles(&self) -> Result<Option<&'a Sequence>, Failure> {
        if let Some(stream) = &self.market.stream {
            return Ok(Some(self.product.sequence(stream.as_str())?));
        }
        let is_stream = |it: &&Sequence| it.kind == SequenceKind::Bundle;
        let usual = self.product.sequence("pipeline").ok().filter(is_stream);
        let mut all = self.product.sequences().filter(is_stream);
        Ok(usual.or_else(|| all.next().filter(|_| all.next().is_none())))
    }

    fn channel(&self, sequence: &Sequence) -> Option<&'a Channel> {
        self.product.channel(&sequence.name, &self.market.channel).ok()
    }

    /// The newest release: where the channel points, else the newest final one.
    fn newest(&self, sequence: &'a Sequence) -> Option<&'a Release> {
        match self.channel(sequence) {
            Some(channel) => sequence.release(channel.head.as_ref()?.as_str()),
            None => sequence.newest_first().find(|it| !it.is_prerelease && it.yanked.is_none()),
        }
    }

    fn list(
        &self,
        sequence: &'a Sequence,
        wants_all: bool,
        server: Option<&str>,
        releases: &mut Vec<ReleaseItem>,
    ) {
        let channel = self.channel(sequence);
        let newest = self.newest(sequence).map(|release| &release.version);
        let shown = sequence.newest_first().filter(|release| {
            let is_in = match channel {
                Some(channel) => channel.members.contains_key(&release.version),
                None => !release.is_prerelease,
            };
            let is_blocked =
                || self.product.blocks_of(sequence.name.as_str(), release).next().is_some();
            release.yanked.is_none() && (wants_all || is_in) && !is_blocked()
        });
        for release in shown {
            let Some(bundle) = release.bundle() else { continue };
            let flavours = bundle.flavours.keys().cloned().map(Some).collect::<Vec<_>>();
            for flavour in std::iter::once(None).chain(flavours) {
                let Some(set) = self.set_of(release, &bundle, flavour) else { continue };
                if wants_all || set.fits(server) {
                    releases.push(ReleaseItem {
                        is_latest: newest == Some(&release.version),
                        addons: set.addons.keys().cloned().collect(),
                        base: self.base(&set),
                    });
                }
            }
        }
    }

    /// The set that is called by a name: of a version, or of one with a flavour behind it.
    fn set(&self, sequence: &'a Sequence, name: &str) -> Option<Set<'a>> {
        let whole = sequence.release(name).map(|release| (release, None));
        let divided = || {
            let hyphens = name.match_indices('-');
            hyphens.filter_map(|(at, _)| name.split_at_checked(at)).find_map(|(version, rest)| {
                let flavour = rest.strip_prefix('-')?.to_owned();
                let release = sequence.release(version)?;
                release
                    .bundle()?
                    .flavours
                    .contains_key(&flavour)
                    .then_some((release, Some(flavour)))
            })
        };
        let (release, flavour) = whole.or_else(divided)?;
        self.set_of(release, &release.bundle()?, flavour)
    }

    fn set_of(
        &self,
        release: &'a Release,
        bundle: &Bundle,
        flavour: Option<String>,
    ) -> Option<Set<'a>> {
        let bundle = match &flavour {
            None => bundle.clone(),
            Some(flavour) => bundle.united(&[flavour]).ok()?,
        };
        let addons = bundle.pins.iter().filter_map(|pin| {
            let sequence = self.addon(&pin.name).ok()?;
            Some((pin.name.clone(), sequence.release(&pin.version)?.manifest()?))
        });
        let addons = addons.collect();
        Some(Set { release, flavour, bundle, addons })
    }

    fn base(&self, set: &Set<'_>) -> ReleaseBase {
        let version = set.release.version.to_string();
        let name = match &set.flavour {
            None => version.clone(),
            Some(flavour) => format!("{version}-{flavour}"),
        };
        let stream = self.bundles().ok().flatten();
        let described = stream.and_then(|stream| self.described.get(stream.name.as_str()));
        let described = described.and_then(|described| described.description.clone());
        ReleaseBase {
            name,
            label: set.flavour.clone().unwrap_or_else(|| version.clone()),
            release: version,
            description: described.unwrap_or_default(),
            icon: String::new(),
            created_at: time(set.release.at),
            mandatory_addons: set.mandatory(),
        }
    }

    fn detail(&self, set: &Set<'_>, server: Option<&str>) -> ReleaseDetail {
        let server = server.map(Numbered::semver);
        let addons = set.bundle.pins.iter().filter_map(|pin| {
            let sequence = self.addon(&pin.name).ok()?;
            let release = sequence.release(&pin.version)?;
            let fits = server.as_ref().zip(set.addons.get(&pin.name));
            let fits = fits.map(|(server, manifest)| admits(manifest, server));
            Some(self.version(sequence, release, fits))
        });
        ReleaseDetail {
            addons: addons.collect(),
            base: self.base(set),
            installers: self.installers(set),
            dependency_packages: set.packages(),
        }
    }
}

impl Shelf<'_> {
    /// What installs the launcher: AYON takes its version from there also where nothing is to be downloaded.
    fn installers(&self, set: &Set<'_>) -> Vec<Installer> {
        let Some(launcher) = &set.bundle.launcher else { return Vec::new() };
        let version = launcher.text();
        let of_platform = |platform: &'static str| {
            let fill = |address: &String| {
                let address = address.replace("{version}", &encoded(version));
                address.replace("{platform}", platform)
            };
            let url = self.market.installer.as_ref().map(fill);
            let named = url.as_deref().and_then(|url| url.rsplit('/').next());
            let usual = || format!("ayon_installer_{version}_{platform}");
            let filename = named.filter(|name| is_plain(name)).map_or_else(usual, str::to_owned);
            is_plain(&filename).then(|| Installer {
                filename,
                platform,
                size: None,
                checksum: None,
                checksum_algorithm: None,
                sources: url
                    .map(|url| Source { kind: "http", url: Some(url) })
                    .into_iter()
                    .collect(),
                python_version: None,
                distro_short: None,
                version: version.to_owned(),
                python_modules: BTreeMap::new(),
                runtime_python_modules: BTreeMap::new(),
            })
        };
        PLATFORMS.into_iter().filter_map(of_platform).collect()
    }
}

/// Whether AYON takes a text for the name of a file.
fn is_plain(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+.".contains(&byte);
    !name.is_empty() && name.bytes().all(is_plain)
}

/// Whether an addon runs on a server.
fn admits(manifest: &Manifest, server: &Numbered) -> bool {
    manifest.environment.server.as_ref().is_none_or(|need| need.range.admits(server))
}

impl Set<'_> {
    /// Whether every addon runs on a server; who does not tell its version is shown all.
    fn fits(&self, server: Option<&str>) -> bool {
        let server = server.map(Numbered::semver);
        server.is_none_or(|server| self.addons.values().all(|addon| admits(addon, &server)))
    }

    /// The addons that others of the set cannot do without.
    fn mandatory(&self) -> Vec<String> {
        let needs = self.addons.values().flat_map(|manifest| &manifest.requirements);
        let needs = needs.filter(|need| need.kind == Kind::Hard).map(|need| need.target.as_str());
        let needed: BTreeSet<&str> = needs.collect();
        let names = self.addons.keys().filter(|name| needed.contains(name.as_str()));
        names.cloned().collect()
    }

    /// Its packages of third-party libraries; AYON has none without a launcher.
    fn packages(&self) -> Vec<DependencyPackage> {
        let Some(launcher) = &self.bundle.launcher else { return Vec::new() };
        let launcher = launcher.text();
        let packages = self.bundle.dependency_packages.iter().filter_map(|package| {
            let platform = package.platform.as_ref()?;
            if !PLATFORMS.contains(&platform.as_str()) || !is_plain(&package.file) {
                return None;
            }
            let checksum = package.checksum.as_ref().map(trainyard_bundle::Digest::as_str);
            let divided = checksum.and_then(|checksum| checksum.split_once(':'));
            let algorithm = divided.and_then(|(algorithm, _)| {
                ["md5", "sha1", "sha256"].into_iter().find(|known| *known == algorithm)
            });
            let pins = self.bundle.pins.iter();
            let addons = pins.filter(|pin| self.addons.contains_key(&pin.name));
            Some(DependencyPackage {
                filename: package.file.clone(),
                platform: platform.clone(),
                size: None,
                checksum: divided.filter(|_| algorithm.is_some()).map(|(_, hex)| hex.to_owned()),
                checksum_algorithm: algorithm,
                sources: Vec::new(),
                python_version: package.python.as_ref().map(|it| it.text().to_owned()),
                distro_short: None,
                installer_version: launcher.to_owned(),
                source_addons: addons
                    .map(|pin| (pin.name.clone(), Some(pin.version.clone())))
                    .collect(),
                python_modules: BTreeMap::new(),
            })
        });
        packages.collect()
    }
}

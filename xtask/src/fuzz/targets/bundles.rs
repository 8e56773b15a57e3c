//! Manifests, bundles, locks and what was tested together.

use camino::Utf8Path;
use serde::{Serialize, de::DeserializeOwned};
use trainyard_bundle::{
    Attestations, Bundle, Catalogue, Expectations, Manifest, Origin, check, check_catalogue,
    export::FORMATS, lock::Lock, read, server_demand, write,
};

use super::Target;

/// A name and a text, a line each and all that follows.
const MANIFESTS: &[&str] = &[
    "maya.release.toml\n[release]\nname = \"maya\"\nversion = \"0.5.4\"\ngrammar = \"ayon\"\ndate = \"2026-02-01\"\nmaturity = \"beta\"\n[requires]\ncore = \">=1.0.0,<2.0.0\"\n[soft]\nnuke = { range = \"^1\", grammar = \"cargo\" }\n[environment]\nserver = \">=1.0.0\"\npython = \">=3.9\"\n[provides]\nhost = \"*\"\n[serves]\napi = { min = \"v4.20190115\", max = \"v6.20220315\" }\n",
    "package.py\nname = \"maya\"\nversion = \"0.5.4\"\nayon_required_addons = {\n    \"core\": \">1.0.3\",\n}\nayon_server_version = \">=1.1.2\"\nrequires = [\"python-3.9+<4\", \"~usd-22\", \"!nuke\"]\n",
    "package.yml\nname: maya\nversion: 0.5.4\nayon_required_addons:\n  core: '>1.0.3'\n  flame: null\n",
    "pyproject.toml\n[project]\nname = \"a\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\ndependencies = [\"b>=1,<2; python_version < '3.12'\"]\n[tool.poetry.dependencies]\nc = \"^1.2 || ~2\"\n",
    "Cargo.toml\n[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies]\nb = { version = \"1\", optional = true }\n",
    "package.json\n{\"name\": \"a\", \"version\": \"1.0.0\", \"peerDependencies\": {\"b\": \"workspace:^1\"}}",
    "Chart.yaml\nname: a\nversion: 1.0.0\ndependencies:\n- name: b\n  version: '>=1, <2'\n",
    "addons.json\n{\"pairs\": [{\"name\": \"maya\", \"version\": \"0.5.4\", \"ayon_required_addons\": {\"core\": \">1.0.3\"}, \"repo\": \"r\", \"ref\": \"0.5.4\", \"ref_kind\": \"tag\"}]}",
];

const BUNDLES: &[&str] = &[
    "bundle.toml\n[bundle]\nname = \"pipeline\"\nversion = \"2023.11\"\nserver = [\"1.0.0+230903\"]\nlauncher = \"1.0.2\"\npython = \"3.9.13\"\nplatforms = [\"linux\"]\nbase = { name = \"b\", version = \"1\", path = \"b.toml\", digest = \"sha256:0\" }\nwithout = [\"slack\"]\n[pins]\ncore = \"1.0.0\"\nmaya = { version = \"0.5.4\", digest = \"sha256:1a\", commit = \"0123456\", tag = \"v1\" }\n[flavours]\n3d = [\"core\", \"*\"]\nfull = { includes = [\"3d\", \"full\"], members = [\"maya\"] }\n[[dependency-packages]]\nfile = \"a.zip\"\nplatform = \"linux\"\nchecksum = \"sha256:2b\"\n",
    "bundle.json\n{\"name\": \"b\", \"addons\": {\"core\": \"1.0.0\", \"maya\": null}, \"installerVersion\": \"1.0.2\", \"dependencyPackages\": {\"linux\": \"a.zip\"}, \"isDev\": false}",
    "wire.json\n{\"name\": \"b\", \"is_final\": true, \"version\": {\"text\": \"2023.11\", \"scheme\": \"calver:YYYY.M\"}, \"pins\": [{\"name\": \"core\", \"version\": \"1.0.0\", \"place\": {\"path\": \"a\", \"line\": 3}}], \"flavours\": {\"3d\": {\"members\": [\"core\"]}}}",
];

const LOCKS: &[&str] = &[
    "form = 1\nrequest = \"sha256:0\"\n\n[[release]]\nname = \"core\"\nversion = \"1.0.0\"\ndigest = \"sha256:1\"\ntag = \"v1\"\ncommit = \"0123456\"\n",
];

const ATTESTED: &[&str] = &[
    "a.toml\n[[pair]]\nleft = \"a@1\"\nright = { name = \"b\", version = \"1\", digest = \"sha256:0\" }\noutcome = \"passed\"\nby = \"c\"\non = \"2026-02-01\"\n",
    "a.json\n[{\"left\": \"a@1\", \"right\": \"b@1\", \"outcome\": \"failed\", \"by\": \"c\"}]",
];

const REZ: &[&str] = &[
    "name = \"maya\"\nversion = \"2024.2\"\nrequires = [\"python-3.11\", \"!usd-22\"]\nvariants = [[\"a-1\"], [\"b\"]]\n",
    "{\"maya\": [{\"version\": \"2024.2\", \"requires\": [\"python-3.11\"], \"variants\": []}]}",
];

/// What is done with what was read costs more than reading, names against names; long texts are only read.
const WORTH_CHECKING: usize = 2_000;

pub(super) fn targets() -> Vec<Target> {
    vec![
        Target::of_text("manifests", MANIFESTS.iter().copied(), manifests),
        Target::of_text("bundles", BUNDLES.iter().copied(), bundle),
        Target::of_text("locks of bundles", LOCKS.iter().copied(), lock),
        Target::of_text("attested pairs", ATTESTED.iter().copied(), |text| {
            let (name, text) = named(text);
            Attestations::read(name, text).is_ok()
        }),
        Target::of_text("packages of Rez", REZ.iter().copied(), |text| {
            let package = read::rez_package("package.py".into(), text);
            !package.definitions.is_empty() | read::rez_families(text).is_ok()
        }),
    ]
}

fn named(text: &str) -> (&Utf8Path, &str) {
    let (name, text) = text.split_once('\n').unwrap_or((text, ""));
    (Utf8Path::new(name), text)
}

fn manifests(text: &str) -> bool {
    let (name, text) = named(text);
    let Some(read) = read::read_file(name, text, &Origin::default()) else { return false };
    read.manifests.iter().for_each(is_read_again);
    let is_accepted = !read.manifests.is_empty();
    if text.len() <= WORTH_CHECKING {
        _ = check_catalogue(&Catalogue::new(read.manifests), &Expectations::default());
    }
    is_accepted
}

/// What is written as JSON is read as the same, but for where it stood, which is not written.
fn is_read_again<T: Serialize + DeserializeOwned>(value: &T) {
    let json = serde_json::to_string(value).unwrap_or_default();
    let again = serde_json::from_str::<T>(&json).ok();
    let again = again.and_then(|again| serde_json::to_string(&again).ok());
    assert_eq!(again, Some(json), "JSON is read as something else");
}

fn bundle(text: &str) -> bool {
    let (name, text) = named(text);
    let Ok((bundle, _)) = read::bundle(name, text) else { return false };
    is_read_again(&bundle);
    let file = write::bundle_file(&bundle);
    if let Ok((written, _)) = read::trainyard::bundle("bundle.toml".into(), &file) {
        assert_eq!(written.fingerprint(), bundle.fingerprint(), "TOML is read as something else");
    }
    if text.len() <= WORTH_CHECKING {
        used(&bundle);
    }
    true
}

/// What commands do with a bundle ends, whatever it says.
fn used(bundle: &Bundle) {
    let pinned = bundle.pins.iter().map(|pin| {
        let version = trainyard_bundle::Numbered::semver(&pin.version);
        Manifest::new(&pin.name, version)
    });
    let catalogue = Catalogue::new(pinned);
    _ = check(bundle, &catalogue, &Expectations::default());
    _ = server_demand(bundle, &catalogue);
    for format in FORMATS {
        _ = format.write(bundle, &catalogue);
    }
    let flavours: Vec<_> = bundle.flavours.keys().collect();
    let united = bundle.united(&flavours);
    assert!(united.is_ok(), "a bundle knows its own flavours");
    let whole = bundle.over(bundle);
    assert!(whole.pins.len() <= bundle.pins.len(), "a bundle over itself grew");
}

fn lock(text: &str) -> bool {
    let Ok(lock) = Lock::read(text) else { return false };
    let again = Lock::read(&lock.text());
    assert_eq!(again.ok(), Some(lock), "it is read as something else");
    true
}

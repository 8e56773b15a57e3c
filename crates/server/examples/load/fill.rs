//! A registry of some size: components with releases and channels, an update graph as large as OpenShift's answers are, and
//! AYON's addons, or as many made up.

use std::collections::BTreeSet;

use serde_json::json;
use trainyard_bundle::{Manifest, Numbered, read::ayon_addons};
use trainyard_registry::{Digest, State, releases::Image};

use crate::writer::Writer;

/// How many releases a component has; there are as many components as that needs.
const EACH: usize = 100;
/// How many releases the update graph has, and how many before each may go to it: about 75 KB, as OpenShift's.
const NODES: usize = 120;
const REACH: usize = 60;

/// Writes a registry into a file, in place of what is there.
pub(crate) async fn run(file: &str, releases: usize, addons: Option<&str>) {
    for end in ["", "-wal", "-shm", ".token"] {
        _ = fs_err::remove_file(format!("{file}{end}"));
    }
    let mut writer = Writer::new(file).await;
    components(&mut writer, releases).await;
    graph(&mut writer).await;
    market(&mut writer, addons).await;
    fs_err::write(format!("{file}.bundle"), question(&writer.state)).unwrap();
    println!("{}\t{}", writer.state.size(), releases);
    writer.end().await;
}

/// Components of a hundred releases each, the last ten of `component-0` in a channel.
async fn components(writer: &mut Writer, releases: usize) {
    writer.product("load", &[("component-0", "production")], "semver").await;
    for number in 0..releases {
        let (component, release) = (number / EACH, number % EACH);
        let version = format!("1.{}.{}", release / 10, release % 10);
        let name = format!("component-{component}");
        let manifest = Manifest::new(&name, Numbered::semver(&version));
        writer.publish("load", &manifest, None, None).await;
        if component == 0 && release + 10 >= EACH {
            writer.promote("load", &name, "production", &version).await;
        }
    }
}

/// An update graph as large as those that OpenShift's clients get.
async fn graph(writer: &mut Writer) {
    writer.product("openshift", &[("release", "stable-4.9")], "semver").await;
    let version = |number: usize| format!("4.{}.{}", number / 40, number % 40);
    for number in 0..NODES {
        let name = version(number);
        let manifest = Manifest::new("release", Numbered::semver(&name));
        let image = Image {
            repository: "quay.example.org/openshift-release-dev/ocp-release".to_owned(),
            digest: Digest::of(name.as_bytes()),
        };
        let before = (number.saturating_sub(REACH)..number).map(|it| version(it).parse().unwrap());
        let follows = Some(before.collect());
        writer.publish("openshift", &manifest, Some(image), follows).await;
        writer.promote("openshift", "release", "stable-4.9", &name).await;
    }
}

/// AYON's addons, and a file with the newest of each as a bundle to check, beside the registry.
async fn market(writer: &mut Writer, addons: Option<&str>) {
    writer.product("ayon", &[], "semver").await;
    let manifests = match addons {
        Some(path) => ayon_addons(path.into(), &fs_err::read_to_string(path).unwrap()).manifests,
        None => made_up(),
    };
    let mut seen = BTreeSet::new();
    for manifest in &manifests {
        let is_new = seen.insert((manifest.name.clone(), manifest.version.text().to_owned()));
        if is_new && manifest.version.error().is_none() {
            writer.publish("ayon", manifest, None, None).await;
        }
    }
}

fn made_up() -> Vec<Manifest> {
    let numbers = (0..60).flat_map(|addon| (0..30).map(move |release| (addon, release)));
    let manifest = |(addon, release): (usize, usize)| {
        let version = Numbered::semver(&format!("0.{release}.0"));
        Manifest::new(format!("addon{addon}"), version)
    };
    numbers.map(manifest).collect()
}

/// The question whether the newest release of every addon works with the others.
fn question(state: &State) -> Vec<u8> {
    let product = state.product("ayon").unwrap();
    let newest = product.sequences().filter_map(|sequence| {
        let release = sequence.newest_first().find(|release| !release.is_prerelease)?;
        Some(json!({ "name": sequence.name, "version": release.version }))
    });
    let pins: Vec<_> = newest.collect();
    json!({ "bundle": { "name": "all", "is_final": true, "pins": pins } }).to_string().into_bytes()
}

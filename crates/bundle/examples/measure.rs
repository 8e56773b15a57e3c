//! Measures what checking costs: a whole catalogue, and a bundle of 190 pins. Prints a name and milliseconds a line.
//!
//! The argument is AYON's list of addons; without it, a catalogue of the same size is made up, always the same one.

use std::{hint::black_box, time::Instant};

use trainyard_bundle::{
    Bundle, Catalogue, Dialect, Expectations, Kind, Manifest, Numbered, Pin, Requirement, check,
    check_catalogue, read,
};

/// AYON's addons at the time of writing: about so many releases.
const COMPONENTS: usize = 190;
const VERSIONS: usize = 9;

/// How often each is measured; the best counts, for the machine's other work only ever adds.
const RUNS: usize = 30;

#[expect(clippy::print_stdout, reason = "it is what the program is for")]
fn main() {
    let tell = |name: &str, milliseconds: f64| println!("{name}\t{milliseconds:.4}");
    let listed = std::env::args().nth(1).and_then(|path| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some(read::ayon_addons(path.as_str().into(), &text).manifests)
    });
    let made_up = made_up();
    let expectations = Expectations::default();

    let manifests = listed.unwrap_or_else(|| made_up.clone());
    tell("releases", as_number(manifests.len()));
    tell(
        "catalogue: build",
        best(|| manifests.clone(), |all| drop(black_box(Catalogue::new(all)))),
    );
    let known = Catalogue::new(manifests.clone());
    let newest = manifests.last().cloned();
    tell(
        "catalogue: extend by one",
        best(|| newest.clone(), |one| drop(black_box(known.extended(one)))),
    );
    let fresh = || Catalogue::new(manifests.clone());
    tell(
        "catalogue: check",
        best(fresh, |catalogue| drop(black_box(check_catalogue(&catalogue, &expectations)))),
    );

    let catalogue = Catalogue::new(made_up);
    for (name, version) in [("fitting", VERSIONS - 1), ("broken", 0)] {
        let bundle = bundle(|component| if component % 5 == 0 { version } else { VERSIONS - 1 });
        let found = check(&bundle, &catalogue, &expectations).len();
        tell(&format!("{name} bundle of {COMPONENTS} pins: findings"), as_number(found));
        let cost = best(|| (), |()| drop(black_box(check(&bundle, &catalogue, &expectations))));
        tell(&format!("{name} bundle of {COMPONENTS} pins: check"), cost);
    }
}

/// The milliseconds of the fastest run; what a run needs is made before its time begins.
fn best<T>(prepare: impl Fn() -> T, run: impl Fn(T)) -> f64 {
    let times = (0..RUNS).map(|_| {
        let prepared = prepare();
        let start = Instant::now();
        run(prepared);
        start.elapsed().as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}

/// Components that each need the four before them, in the version of the same age or newer.
fn made_up() -> Vec<Manifest> {
    let dialect = Dialect::ayon();
    let releases =
        (0..COMPONENTS).flat_map(|component| (0..VERSIONS).map(move |it| (component, it)));
    let manifest = |(component, version): (usize, usize)| {
        let mut manifest = Manifest::new(name(component), Numbered::semver(&number(version)));
        let needed = component.saturating_sub(4)..component;
        manifest.requirements.extend(needed.map(|target| Requirement {
            target: name(target),
            range: dialect.read(&format!(">={}", number(version))),
            kind: Kind::Hard,
            condition: String::new(),
            is_fetched: false,
            place: None,
        }));
        manifest
    };
    releases.map(manifest).collect()
}

fn bundle(version: impl Fn(usize) -> usize) -> Bundle {
    let pins = (0..COMPONENTS).map(|it| Pin::new(name(it), number(version(it))));
    Bundle {
        name: "measured".to_owned(),
        is_final: true,
        pins: pins.collect(),
        ..Bundle::default()
    }
}

fn name(component: usize) -> String {
    format!("component{component:03}")
}

fn number(version: usize) -> String {
    format!("1.{version}.0")
}

/// Counts are small.
fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

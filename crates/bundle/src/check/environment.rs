//! Whether releases fit what the bundle runs on: server, launcher, Python, platforms, dependency packages.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_report::{Code, Finding};

use super::{
    cure::Cures,
    seats::{Seat, Seats, at},
};
use crate::{Bundle, EnvironmentNeed, Manifest, Numbered, Place};

pub(super) fn check(seats: &Seats<'_>, cures: &Cures<'_, '_>, findings: &mut Vec<Finding>) {
    let bundle = seats.bundle;
    let pythons = pythons(bundle);
    let platforms = platforms(bundle);
    for (seat, release) in seats.releases() {
        let environment = &release.manifest.environment;
        let other = || cures.of_environment(release);
        for server in &bundle.servers {
            findings.extend(unfit(
                (Code::SERVER_UNFIT, "server"),
                seat,
                environment.server.as_ref(),
                server,
                other,
            ));
        }
        match &bundle.launcher {
            Some(launcher) => findings.extend(unfit(
                (Code::LAUNCHER_UNFIT, "launcher"),
                seat,
                environment.launcher.as_ref(),
                launcher,
                other,
            )),
            None => findings.extend(without_launcher(seat, environment.launcher.as_ref())),
        }
        for python in &pythons {
            findings.extend(unfit(
                (Code::PYTHON_UNFIT, "Python"),
                seat,
                environment.python.as_ref(),
                python,
                other,
            ));
        }
        if !environment.platforms.is_empty() {
            let lacking: Vec<_> = platforms
                .iter()
                .filter(|platform| !environment.platforms.iter().any(|it| it == *platform))
                .copied()
                .collect();
            if !lacking.is_empty() {
                let message = format!(
                    "it runs on {} alone, and the bundle shall run on {}",
                    environment.platforms.join(", "),
                    lacking.join(", ")
                );
                let finding = Finding::new(Code::PLATFORM_UNFIT, seat.title(), message)
                    .suggest("leave the platform or the component out");
                let place = release.manifest.place.as_ref();
                findings.push(at(finding, place.map(Place::location)));
            }
        }
    }
    packages(bundle, findings);
}

/// Whether a release fits what the bundle runs on.
pub(super) fn suits(bundle: &Bundle, manifest: &Manifest) -> bool {
    let environment = &manifest.environment;
    let admits = |need: &Option<EnvironmentNeed>, version: &Numbered| {
        need.as_ref().is_none_or(|need| need.range.admits(version))
    };
    let launcher = match &bundle.launcher {
        Some(launcher) => admits(&environment.launcher, launcher),
        None => environment.launcher.is_none(),
    };
    launcher
        && bundle.servers.iter().all(|server| admits(&environment.server, server))
        && pythons(bundle).into_iter().all(|python| admits(&environment.python, python))
        && (environment.platforms.is_empty()
            || platforms(bundle)
                .iter()
                .all(|platform| environment.platforms.iter().any(|it| it == platform)))
}

fn unfit(
    (code, what): (Code, &str),
    seat: &Seat<'_>,
    need: Option<&EnvironmentNeed>,
    version: &Numbered,
    other: impl Fn() -> Option<String>,
) -> Option<Finding> {
    let need = need.filter(|need| !need.range.admits(version))?;
    let range = need.range.shown();
    let message = format!("it needs {what} {range}, and the bundle has {version}");
    let finding = Finding::new(code, seat.title(), message);
    let finding = match need.range.error() {
        Some(error) => finding.suggest(format!("mend the range first: {error}")),
        None => finding.suggest(match other() {
            Some(cure) => format!("{cure}, or take {what} {range}"),
            None => format!("take {what} {range}"),
        }),
    };
    Some(at(finding, need.place.as_ref().map(Place::location)))
}

fn without_launcher(seat: &Seat<'_>, need: Option<&EnvironmentNeed>) -> Option<Finding> {
    let need = need?;
    let range = need.range.shown();
    let message = format!("it needs launcher {range}, and the bundle has none");
    let finding = Finding::new(Code::LAUNCHER_UNFIT, seat.title(), message)
        .suggest(format!("add a launcher in {range}"));
    Some(at(finding, need.place.as_ref().map(Place::location)))
}

/// The Pythons that a bundle runs on: its own, and those its packages were built for.
fn pythons(bundle: &Bundle) -> Vec<&Numbered> {
    let mut seen = BTreeSet::new();
    let built_for = bundle.dependency_packages.iter().filter_map(|package| package.python.as_ref());
    let all = bundle.python.iter().chain(built_for);
    all.filter(|python| seen.insert(python.text())).collect()
}

/// The platforms that a bundle runs on: those it names, and those it has packages for.
fn platforms(bundle: &Bundle) -> BTreeSet<&str> {
    let packages = bundle.dependency_packages.iter().filter_map(|it| it.platform.as_deref());
    bundle.platforms.iter().map(String::as_str).chain(packages).collect()
}

/// What is wrong with the dependency packages themselves.
fn packages(bundle: &Bundle, findings: &mut Vec<Finding>) {
    let packages = &bundle.dependency_packages;
    if packages.is_empty() {
        return;
    }
    let place = || bundle.place.as_ref().map(Place::location);
    let mut complain = |subject: &str, message: String, help: &str| {
        let finding = Finding::new(Code::DEPENDENCY_PACKAGE_UNFIT, subject, message).suggest(help);
        findings.push(at(finding, place()));
    };
    let mut by_platform: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let platform = package.platform.as_deref().unwrap_or("any platform");
        by_platform.entry(platform).or_default().push(&package.file);
        // AYON's bundles have no checksums at all.
        if package.checksum.is_none() && packages.iter().any(|other| other.checksum.is_some()) {
            let message = "the dependency package has no checksum".to_owned();
            complain(&package.file, message, "add its checksum");
        }
        if let (Some(own), Some(python)) = (&bundle.python, &package.python)
            && own.version().release().get(..2) != python.version().release().get(..2)
        {
            let message = format!("it was built for Python {python}, and the bundle runs {own}");
            complain(&package.file, message, "build it for the bundle's Python");
        }
    }
    for (platform, files) in by_platform.iter().filter(|(_, files)| files.len() > 1) {
        let message = format!("there are {} dependency packages for it", files.len());
        complain(platform, message, "keep one");
    }
    let is_for_all = by_platform.contains_key("any platform");
    let lacking =
        bundle.platforms.iter().filter(|it| !is_for_all && !by_platform.contains_key(it.as_str()));
    for platform in lacking {
        let message = "there is no dependency package for it".to_owned();
        complain(platform, message, "add one, or leave the platform out");
    }
}

//! A bundle: its pins, its flavours and their union, the server it needs, what its check finds, what tells it from others, and
//! what was said of it.

use std::ops::Bound;

use askama::Template;
use axum::response::Response;
use trainyard_bundle::{Bundle, Demand, Movement, ServerDemand, difference, server_demand};
use trainyard_registry::{
    Name, VersionText,
    products::Product,
    releases::{Release, Sequence},
};
use trainyard_report::Severity;

use super::{
    board::{order_of, release_href},
    component, evidence,
    findings::{Point, points},
    release::{Head, head, within},
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone},
};
use crate::http::{View, failure::Failure};

/// How many other bundles it can be held against.
const OTHERS: usize = 200;

#[derive(Template)]
#[template(path = "bundle.html")]
struct Page {
    head: Head,
    path: String,
    is_valid: bool,
    errors: String,
    flavours: Vec<Choice>,
    chosen: Vec<String>,
    union: String,
    pins: Table,
    servers: Vec<String>,
    around: Vec<(&'static str, String)>,
    needed: Option<String>,
    demanded_by: Vec<Demander>,
    clash: Vec<Demander>,
    is_met: bool,
    findings: Vec<Point>,
    others: Vec<(String, bool)>,
    against: Option<Against>,
    attestations: Table,
    marks: Table,
}

/// A flavour that can be chosen.
struct Choice {
    name: String,
    count: usize,
    is_chosen: bool,
}

/// A member that asks for a server.
struct Demander {
    name: String,
    version: String,
    href: String,
    range: String,
}

/// What lies between this bundle and another.
struct Against {
    version: String,
    href: String,
    table: Table,
    unchanged: usize,
    around: Vec<String>,
}

pub(super) async fn show(
    visit: &Visit,
    product: &Name,
    name: &Name,
    version: &VersionText,
) -> Response {
    visit
        .show(|view, frame| {
            let product = view.product(product)?;
            let sequence = product.sequence(name.as_str())?;
            let release = sequence.find(version.as_str())?;
            frame.about(product, "Components", format!("{name} {version}"));
            frame.within(within(&product.name, name));
            frame.is_live = true;
            page(visit, view, product, sequence, release)
        })
        .await
}

fn page(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    sequence: &Sequence,
    release: &Release,
) -> Result<Page, Failure> {
    let whole = release.bundle().unwrap_or_default();
    let wanted = visit.all_asked("flavour");
    let chosen: Vec<String> =
        whole.flavours.keys().filter(|name| wanted.contains(name)).cloned().collect();
    let shown = if chosen.is_empty() {
        whole.clone()
    } else {
        whole
            .united(&chosen)
            .map_err(|error| Failure::invalid("flavour-unknown", error.to_string()))?
    };
    let catalogue = product.catalogue();
    let found = if chosen.is_empty() {
        product.check(sequence.name.as_str(), release)
    } else {
        product.check_bundle(&shown)
    };
    let errors = found.iter().filter(|it| it.severity == Severity::Error).count();
    let demand = server_demand(&shown, &catalogue);
    let demander = |demand: &Demand| Demander {
        href: release_href(&product.name, &demand.name, &demand.version),
        name: demand.name.clone(),
        version: demand.version.clone(),
        range: demand.range.clone(),
    };
    let is_met = demand.admitted.as_ref().is_none_or(|admitted| {
        shown.servers.iter().all(|server| admitted.contains(server.version()))
    });
    let around = [
        ("Launcher", shown.launcher.as_ref().map(ToString::to_string)),
        ("Python", shown.python.as_ref().map(ToString::to_string)),
        ("Platforms", Some(shown.platforms.join(", ")).filter(|it| !it.is_empty())),
        (
            "Derived from",
            shown
                .base
                .as_ref()
                .map(|base| format!("{} {}", base.name, base.version.clone().unwrap_or_default())),
        ),
        (
            "Dependency packages",
            Some(shown.dependency_packages.len().to_string())
                .filter(|_| !shown.dependency_packages.is_empty()),
        ),
    ];
    let flavour = |name: &String| Choice {
        count: whole.flavour_members(name).map_or(0, |members| members.len()),
        is_chosen: chosen.contains(name),
        name: name.clone(),
    };
    Ok(Page {
        head: head(visit, view, product, sequence, release),
        path: visit.path().to_owned(),
        is_valid: errors == 0,
        errors: words::of(errors, "error", "errors"),
        flavours: whole.flavours.keys().map(flavour).collect(),
        union: words::of(shown.pins.len(), "pin", "pins"),
        pins: pins(visit, product, &whole, &shown),
        servers: shown.servers.iter().map(ToString::to_string).collect(),
        around: around.into_iter().filter_map(|(what, text)| Some((what, text?))).collect(),
        needed: needed(&demand),
        demanded_by: demand.demanded_by.iter().map(demander).collect(),
        clash: demand.clash.iter().map(demander).collect(),
        is_met,
        findings: points(&found),
        others: others(visit, sequence, release),
        against: against(visit, product, sequence, &shown, &chosen)?,
        chosen,
        attestations: evidence::attestations(visit, view, product, release),
        marks: evidence::marks(visit, view, product, &sequence.name, release),
    })
}

/// Which servers all members together run on: from the lowest, and below what some of them refuse.
fn needed(demand: &ServerDemand) -> Option<String> {
    let lowest = demand.minimum.as_ref().map(|minimum| match minimum.strip_prefix("above ") {
        Some(_) => minimum.clone(),
        None => format!("{minimum} or newer"),
    });
    let last = demand.admitted.as_ref().and_then(|admitted| admitted.intervals().last());
    let highest = last.and_then(|(_, high)| match high {
        Bound::Unbounded => None,
        Bound::Excluded(point) => Some(format!("below {point}")),
        Bound::Included(point) => Some(format!("{point} or older")),
    });
    let bounds: Vec<_> = lowest.into_iter().chain(highest).collect();
    (!bounds.is_empty()).then(|| bounds.join(", and "))
}

fn pins(visit: &Visit, product: &Product, whole: &Bundle, shown: &Bundle) -> Table {
    let columns = [
        ("component", "Component", ""),
        ("version", "Version", ""),
        ("maturity", "Maturity", ""),
        ("newest", "Newest here", ""),
        ("server", "Asks of the server", ""),
        ("flavours", "In flavours", ""),
    ];
    let mut table = Table::new(visit, "", "Pins", &columns).or("It pins nothing.");
    let catalogue = product.catalogue();
    for pin in &shown.pins {
        let sequence = product.sequence(&pin.name).ok();
        let release = sequence.and_then(|sequence| sequence.release(&pin.version));
        let known = catalogue.name(&pin.name).and_then(|it| catalogue.find_first(it, &pin.version));
        let newest = sequence.and_then(component::newest);
        let newest = match newest {
            Some(newest) if newest.version.as_str() == pin.version => {
                Cell::text("this one").in_order(newest.key.clone()).tone(Tone::Good)
            }
            Some(newest) => Cell::text(newest.version.as_str())
                .to(release_href(&product.name, &pin.name, newest.version.as_str()))
                .in_order(newest.key.clone())
                .tone(Tone::Plain),
            None => Cell::text("not published here").in_order(None).tone(Tone::Bad),
        };
        let is_blocked = release.is_some_and(|it| {
            it.yanked.is_some() || super::board::is_blocked(product, &pin.name, it)
        });
        let version = Cell::text(pin.shown())
            .to(release_href(&product.name, &pin.name, &pin.version))
            .in_order(order_of(product, &pin.name, &pin.version));
        let version = if is_blocked { version.tone(Tone::Bad).note("recalled") } else { version };
        let server = known.and_then(|it| it.manifest.environment.server.as_ref());
        let server = server.map(|need| need.range.text().to_owned()).unwrap_or_default();
        let own = whole.flavours.keys().filter(|flavour| {
            whole.flavour_members(flavour).is_ok_and(|members| members.contains(pin.name.as_str()))
        });
        table.push(vec![
            Cell::text(pin.name.clone())
                .to(format!("/products/{}/components/{}", product.name, pin.name)),
            version,
            Cell::text(release.map_or("", |release| release.maturity.word())),
            newest,
            Cell::text(server),
            Cell::text(own.cloned().collect::<Vec<_>>().join(", ")),
        ]);
    }
    table.done()
}

fn others(visit: &Visit, sequence: &Sequence, release: &Release) -> Vec<(String, bool)> {
    let against = visit.asked("against");
    sequence
        .newest_first()
        .filter(|it| it.version != release.version)
        .take(OTHERS)
        .map(|it| (it.version.to_string(), against == Some(it.version.as_str())))
        .collect()
}

fn against(
    visit: &Visit,
    product: &Product,
    sequence: &Sequence,
    shown: &Bundle,
    chosen: &[String],
) -> Result<Option<Against>, Failure> {
    let Some(version) = visit.asked("against") else { return Ok(None) };
    let Some(other) = sequence.find(version)?.bundle() else { return Ok(None) };
    // Flavours are held against the same of the other, as far as it has them.
    let other = if chosen.is_empty() { other } else { other.united(chosen).unwrap_or(other) };
    let found = difference(&other, shown, &product.catalogue());
    let columns = [
        ("component", "Component", ""),
        ("what", "What", ""),
        ("before", "There", ""),
        ("after", "Here", ""),
        ("requirements", "Requirements", "wide"),
    ];
    let mut table = Table::new(visit, "difference", format!("Compared with {version}"), &columns)
        .or("They pin the same.");
    for it in &found.components {
        let tone = match it.what {
            Movement::Added | Movement::Raised => Tone::Good,
            Movement::Removed | Movement::Lowered => Tone::Waiting,
            Movement::Replaced => Tone::Plain,
        };
        let pin = |version: &Option<String>| match version {
            None => Cell::text(""),
            Some(version) => Cell::text(version.clone()),
        };
        table.push(vec![
            Cell::text(it.name.clone())
                .to(format!("/products/{}/components/{}", product.name, it.name)),
            Cell::text(it.what.word()).tone(tone),
            pin(&it.before),
            pin(&it.after),
            Cell::text(it.requirements.join("; ")),
        ]);
    }
    let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let around = found.around.iter();
    Ok(Some(Against {
        version: version.to_owned(),
        href: release_href(&product.name, sequence.name.as_str(), version),
        table: table.done(),
        unchanged: found.unchanged,
        around: around
            .map(|it| format!("{}: {} there, {} here", it.what, told(&it.before), told(&it.after)))
            .collect(),
    }))
}

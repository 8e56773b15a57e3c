//! Questions about bundles, published ones and others.

use trainyard_api as api;
use trainyard_bundle::{
    Bundle, Derivation, difference,
    resolve::{Answer as Found, Query, Space, resolve},
};
use trainyard_registry::{Name, products::Product};
use trainyard_report::{Finding, Severity};
use trainyard_solve::{Budget, Nogoods};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{
    Answer, Given, Named, Reading,
    app::App,
    failure::Failure,
    wire::{finding, json},
};

/// How long a resolution searches; it says so where that was too short.
const STEPS: u64 = 200_000;
/// The most pins of a bundle that is given.
const MOST_PINS: usize = 10_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(check_bundle))
        .routes(routes!(resolve_bundle))
        .routes(routes!(derive_bundle))
        .routes(routes!(compare_bundles))
}

/// The bundle that a request means.
fn bundle(product: &Product, source: &api::BundleSource) -> Result<Bundle, Failure> {
    if let Some(given) = &source.bundle {
        let read: Result<Bundle, _> = serde_json::from_str(given.get());
        let read = read.map_err(|error| {
            Failure::invalid("bundle-unreadable", "the bundle cannot be read")
                .error(error.to_string(), Some("bundle".to_owned()))
        })?;
        if read.pins.len() > MOST_PINS {
            let detail = format!("a bundle has at most {MOST_PINS} pins");
            return Err(Failure::invalid("too-many-pins", detail));
        }
        return Ok(read);
    }
    let Some(stream) = &source.stream else {
        let detail = "a bundle is given as `bundle`, or named by its `stream`";
        return Err(Failure::invalid("bundle-missing", detail));
    };
    let stream: Name = stream.parse()?;
    let version = match (&source.version, &source.channel) {
        (Some(version), _) => version.clone(),
        (None, Some(channel)) => {
            let channel = product.channel(&stream, &channel.parse()?)?;
            let head = channel.head.as_ref().map(ToString::to_string);
            let detail = format!("{} points to nothing", channel.title());
            head.ok_or_else(|| Failure::invalid("channel-empty", detail))?
        }
        (None, None) => {
            let detail = "a published bundle is named by its `version` or a `channel`";
            return Err(Failure::invalid("bundle-missing", detail));
        }
    };
    let release = product.sequence(stream.as_str())?.find(&version)?;
    release.bundle().ok_or_else(|| {
        let detail = format!("{stream}@{version} is no bundle");
        Failure::invalid("no-bundle", detail)
    })
}

fn checked(findings: &[Finding]) -> api::BundleCheck {
    api::BundleCheck {
        is_valid: findings.iter().all(|finding| finding.severity != Severity::Error),
        findings: findings.iter().map(finding).collect(),
    }
}

/// Everything that is wrong with a bundle and its flavours now.
#[utoipa::path(post, path = "/products/{product}/bundles/check", tag = "bundles",
    request_body = api::BundleSource,
    responses((status = 200, description = "What was found", body = api::BundleCheck)))]
async fn check_bundle(
    Named(name): Named<Name>,
    reading: Reading,
    Given(source): Given<api::BundleSource>,
) -> Answer {
    reading
        .answer_now(|view| {
            let product = view.product(&name)?;
            Ok(checked(&product.check_bundle(&bundle(product, &source)?)))
        })
        .await
}

/// Releases that work together, or why there are none.
#[utoipa::path(post, path = "/products/{product}/bundles/resolve", tag = "bundles",
    request_body = api::Resolve,
    responses((status = 200, description = "What was found", body = api::Found)))]
async fn resolve_bundle(
    Named(name): Named<Name>,
    reading: Reading,
    Given(body): Given<api::Resolve>,
) -> Answer {
    let (catalogue, current) = reading
        .look(|view| {
            let product = view.product(&name)?;
            let current = body.current.as_ref().map(|source| bundle(product, source));
            Ok((product.catalogue(), current.transpose()?))
        })
        .await?;
    let query = Query {
        wants: body.wants,
        optional: body.optional,
        holds: body.holds,
        exclusions: body.exclusions,
        prereleases: body.prereleases,
        servers: body.servers,
        launcher: body.launcher,
        python: body.python,
        platforms: body.platforms,
        current,
        ..Query::default()
    };
    // It may take a while, and others want to be answered meanwhile.
    let searched = tokio::task::spawn_blocking(move || {
        let request = query.request(&catalogue)?;
        let space = Space::new(&catalogue);
        Ok(resolve(&space, &request, &Nogoods, Budget { steps: STEPS }))
    });
    let found = searched.await.map_err(|error| Failure::fault(&error))?;
    let found = found.map_err(|error: trainyard_bundle::resolve::QueryError| {
        let failure = Failure::invalid("query-wrong", error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })?;
    let status = match &found {
        Found::Resolved(_) => "resolved",
        Found::Refused(_) => "refused",
        Found::GaveUp { .. } => "gave-up",
    };
    reading.answer_made(&api::Found { status: status.to_owned(), answer: json(&found)? })
}

/// A bundle that does some things differently from another, and what is wrong with it.
#[utoipa::path(post, path = "/products/{product}/bundles/derive", tag = "bundles",
    request_body = api::Derive,
    responses((status = 200, description = "The new bundle", body = api::BundleDifference)))]
async fn derive_bundle(
    Named(name): Named<Name>,
    reading: Reading,
    Given(body): Given<api::Derive>,
) -> Answer {
    reading
        .answer_now(|view| {
            let product = view.product(&name)?;
            let base = bundle(product, &body.base)?;
            let wrong = |error: &dyn std::fmt::Display| {
                Failure::invalid("derivation-wrong", error.to_string())
            };
            let pins = |pins: &[serde_json::Value]| {
                let pins = pins.iter().map(|pin| serde_json::from_value(pin.clone()));
                pins.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))
            };
            let asked = Derivation {
                name: body.name.clone(),
                version: body.version.clone(),
                overrides: pins(&body.overrides)?,
                additions: pins(&body.additions)?,
                removals: body.removals.clone(),
            };
            if asked.overrides.len() + asked.additions.len() > MOST_PINS {
                let detail = format!("a bundle has at most {MOST_PINS} pins");
                return Err(Failure::invalid("too-many-pins", detail));
            }
            let delta = base.derived(&asked, None).map_err(|error| wrong(&error))?;
            let whole = delta.over(&base);
            let findings = product.check_bundle(&whole);
            Ok(api::BundleDifference {
                difference: json(difference(&base, &whole, &product.catalogue()))?,
                bundle: Some(json(&whole)?),
                findings: findings.iter().map(finding).collect(),
            })
        })
        .await
}

/// What lies between two bundles.
#[utoipa::path(post, path = "/products/{product}/bundles/diff", tag = "bundles",
    request_body = api::BundlePair,
    responses((status = 200, description = "What differs", body = api::BundleDifference)))]
async fn compare_bundles(
    Named(name): Named<Name>,
    reading: Reading,
    Given(body): Given<api::BundlePair>,
) -> Answer {
    reading
        .answer_now(|view| {
            let product = view.product(&name)?;
            let (before, after) = (bundle(product, &body.before)?, bundle(product, &body.after)?);
            Ok(api::BundleDifference {
                difference: json(difference(&before, &after, &product.catalogue()))?,
                bundle: None,
                findings: Vec::new(),
            })
        })
        .await
}

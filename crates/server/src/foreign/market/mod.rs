//! AYON's market: addons with their versions, and releases, which are sets of addons.
//!
//! AYON's server asks here instead of at its maker's when its setting `ynput_cloud_api_url` is this registry's address. It
//! sends its version, and the key that it was given, if it was: a token of this registry.

mod addons;
mod models;
mod releases;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::json;
use trainyard_registry::{
    Name, SequenceKind,
    products::Product,
    releases::{Release, Sequence},
};
use trainyard_version::Scheme;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    asked::{Ayon, AyonHeaders},
    described::{All, of_policy, policy_of},
};
use crate::http::{
    Answer, Reading, View,
    app::{App, Viewer},
    failure::Failure,
};

/// What AYON's servers find in their market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// The product whose components are the addons; `None`: `ayon`, else the only one.
    pub product: Option<Name>,
    /// The stream whose bundles are the releases; `None`: `pipeline`, else the only stream of bundles.
    pub stream: Option<Name>,
    /// The channel whose releases are shown.
    pub channel: Name,
    /// Components that are no addons.
    pub besides: BTreeSet<String>,
    /// Where an addon is downloaded: an address with `{name}`, `{version}`, `{tag}` and `{repository}` in it. `None`: nowhere;
    /// then AYON shows addons, and does not install them.
    pub download: Option<String>,
    /// Where what installs the launcher is downloaded: an address with `{version}` and `{platform}` in it (`windows`, `linux`,
    /// `darwin`). `None`: nowhere.
    pub installer: Option<String>,
}

impl Default for Market {
    fn default() -> Self {
        let besides = ["backend", "frontend", "launcher", "server"];
        Self {
            product: None,
            stream: None,
            channel: "production".parse().unwrap_or_else(|_| unreachable!("it is a name")),
            besides: besides.map(str::to_owned).into(),
            download: None,
            installer: None,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(addons::list_market_addons))
        .routes(routes!(addons::read_market_addon))
        .routes(routes!(addons::read_market_version))
        .routes(routes!(releases::list_market_releases))
        .routes(routes!(releases::read_market_release))
        .routes(routes!(read_instance))
}

/// Whether the key that somebody enters in AYON is a token of the registry; AYON keeps it then.
#[utoipa::path(get, path = "/api/v1/me", tag = "other clients", params(AyonHeaders),
    responses((status = 200, description = "Whose it is", body = serde_json::Value)))]
async fn read_instance(ayon: Ayon) -> Answer {
    let Viewer::Known { actor, .. } = &ayon.reading.viewer else {
        return Err(Failure::new(StatusCode::UNAUTHORIZED, "token-missing", "the key is no token")
            .hint("enter a token of this registry (`ty_…`) as the key"));
    };
    let party = actor.principal.party().to_owned();
    ayon.reading.answer_made(&json!({
        "instanceId": ayon.instance,
        "instanceName": null,
        "orgId": party,
        "orgName": party,
        "orgTitle": party,
        "managed": false,
        "collectSaturatedMetrics": false,
        "subscriptions": [],
        "connected": true,
        "offlineMode": false,
        "requiredAddons": [],
    }))
}

/// What the market's answers are made of.
struct Shelf<'a> {
    market: &'a Market,
    view: &'a View<'a>,
    product: &'a Product,
    described: &'a All,
}

/// What the policy of the market's product says for people.
async fn described(reading: &Reading) -> Result<std::sync::Arc<All>, Failure> {
    let market = &reading.app.settings().foreign.market;
    let digest = reading.look(|view| Ok(policy_of(product(market, view)?))).await?;
    of_policy(&reading.app, digest).await
}

fn product<'a>(market: &Market, view: &View<'a>) -> Result<&'a Product, Failure> {
    super::product(view.state, market.product.as_ref(), "ayon")
}

impl<'a> Shelf<'a> {
    fn new(market: &'a Market, view: &'a View<'a>, described: &'a All) -> Result<Self, Failure> {
        Ok(Self { market, view, product: product(market, view)?, described })
    }

    /// The components that are addons.
    fn addons(&self) -> impl Iterator<Item = &'a Sequence> {
        let besides = &self.market.besides;
        let components =
            self.product.sequences().filter(|sequence| sequence.kind == SequenceKind::Component);
        components.filter(|sequence| !besides.contains(sequence.name.as_str()))
    }

    /// The addon of a name. *Errors*: that there is none.
    fn addon(&self, name: &str) -> Result<&'a Sequence, Failure> {
        let mut addons = self.addons();
        let found = addons.find(|sequence| sequence.name.as_str() == name);
        Ok(found.ok_or_else(|| trainyard_registry::Refusal::not_found("addon", name))?)
    }

    /// The releases of an addon that may be installed, newest version first. AYON fails as a whole at a version that is not
    /// Semantic Versioning, so that such ones are left out.
    fn offered(&self, sequence: &'a Sequence) -> impl Iterator<Item = &'a Release> {
        let product = self.product;
        sequence.newest_first().filter(move |release| {
            release.yanked.is_none()
                && Scheme::semver().parse(release.version.as_str()).is_ok()
                && product.blocks_of(sequence.name.as_str(), release).next().is_none()
        })
    }

    /// The version of an addon that one installs: where its channel points, else the newest final one.
    fn latest(&self, sequence: &'a Sequence) -> Option<&'a Release> {
        let channel = self.product.channel(&sequence.name, &self.market.channel).ok();
        let head = channel.and_then(|channel| sequence.release(channel.head.as_ref()?.as_str()));
        let may =
            |release: &&Release| self.offered(sequence).any(|it| it.version == release.version);
        let newest = || self.offered(sequence).find(|release| !release.is_prerelease);
        head.filter(may).or_else(newest)
    }
}

//! Who is exposed to a risk: who runs what it speaks of, and who may come to.

use serde::Serialize;
use trainyard_bundle::{Dialect, Numbered};

use crate::{
    Moment, Name, Refusal,
    offers::{Client, offer},
    products::Product,
    risks::Risk,
};

/// What is known of an installation, by its own report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Its name.
    pub name: String,
    /// The component or stream that it runs.
    pub stream: Name,
    /// The version.
    pub version: String,
    /// The channel that it follows, where it follows one.
    pub channel: Option<Name>,
    /// When it last reported.
    pub seen: Moment,
}

/// How an installation stands to a risk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exposed {
    /// Its name.
    pub deployment: String,
    /// What it runs.
    pub version: String,
    /// How.
    pub how: Exposure,
    /// The version that the risk speaks of, which it runs or may come to.
    pub affected: String,
    /// What it should go to, where something is offered that the risk does not speak of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way_out: Option<String>,
    /// When it last reported.
    pub seen: Moment,
}

/// How an installation is exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// It runs what the risk speaks of.
    Runs,
    /// Its channel offers it what the risk speaks of.
    MayReach,
}

/// The installations that run what a risk speaks of, or are offered it; those first that run it, then by name.
///
/// *Cost*: one offer for each installation.
pub fn exposed<'a>(
    product: &Product,
    risk: &Risk,
    deployments: impl IntoIterator<Item = &'a Deployment>,
    now: Moment,
) -> Result<Vec<Exposed>, Refusal> {
    let declared = &risk.declared;
    let scheme = product.scheme_of(declared.stream.as_str());
    let range = Dialect::of_scheme(&scheme).read(&declared.versions);
    let speaks_of = |version: &str| range.admits(&Numbered::read(version, &scheme));
    let mut exposed = Vec::new();
    for deployment in deployments.into_iter().filter(|it| it.stream == declared.stream) {
        let client = Client { runs: Some(deployment.version.clone()), ..Client::default() };
        // An installation without a rollout's place is the last that a rollout reaches; what it may come to is what counts.
        let client = Client { wariness: Some(0), ..client };
        let offered = match &deployment.channel {
            Some(channel) => offer(product, &deployment.stream, channel, &client, now).ok(),
            None => None,
        };
        let way = offered.map(|offer| offer.way).unwrap_or_default();
        let reached = way.iter().find(|version| speaks_of(version));
        let (how, affected) = match reached {
            _ if speaks_of(&deployment.version) => (Exposure::Runs, deployment.version.clone()),
            Some(reached) => (Exposure::MayReach, reached.clone()),
            None => continue,
        };
        exposed.push(Exposed {
            deployment: deployment.name.clone(),
            version: deployment.version.clone(),
            how,
            affected,
            way_out: way.last().filter(|version| !speaks_of(version)).cloned(),
            seen: deployment.seen,
        });
    }
    exposed
        .sort_by(|left, right| (left.how, &left.deployment).cmp(&(right.how, &right.deployment)));
    Ok(exposed)
}

//! The way from one release to another: the graph with what is chosen and what is blocked, the steps, migrations that would
//! be skipped, and the runbook.

mod shown;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use askama::Template;
use axum::{
    Router,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use trainyard_registry::{
    Digest, Name, enclosures::EnclosureKind, offers::update_graph, releases::Sequence,
};
use trainyard_upgrade::{
    plan::{
        Component, Database, Deployment, Known, Plan, Relation, Request, Rules, Stored,
        StoredRelease, Target, markdown, plan_deployment,
    },
    updates::{self, Question, UpdateGraph},
};

use self::shown::{Passed, Shown, Way, passed, passed_over, shown, way};
use super::{
    kept::Kept,
    lines::usual,
    picture::picture,
    policy::known,
    visit::{Visit, address},
};
use crate::http::{Named, app::App, failure::Failure};

/// How many releases can be chosen.
const CHOICES: usize = 300;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/products/{product}/upgrade", get(read))
        .route("/products/{product}/upgrade/runbook.md", get(runbook))
}

#[derive(Template)]
#[template(path = "upgrade.html")]
struct Page {
    path: String,
    product: String,
    component: String,
    components: Vec<(String, bool)>,
    from: String,
    to: String,
    froms: Vec<(String, bool)>,
    tos: Vec<(String, bool)>,
    picture: String,
    way: Option<Way>,
    alternatives: Vec<Way>,
    /// What is newer than the newest without a known risk, and what speaks against it.
    newer: Option<(String, Vec<String>)>,
    why_none: Option<String>,
    plan: Option<Shown>,
    /// What would be skipped without the stops, where the plan has some.
    straight: Vec<Passed>,
    is_direct: bool,
    direct_href: String,
    refused: Option<String>,
    is_unknown: bool,
    runbook: String,
    runbook_href: String,
}

/// What is asked, and what is known of the releases in between.
struct Asked {
    component: String,
    from: String,
    to: String,
    found: Option<updates::Answer>,
    graph: Option<Arc<UpdateGraph>>,
    releases: Vec<(Known, Option<Digest>)>,
    policy: Option<Digest>,
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    match gather(&visit, &name).await {
        Ok(response) => response,
        Err(failure) => visit.fail(&failure).await,
    }
}

async fn gather(visit: &Visit, name: &Name) -> Result<Response, Failure> {
    let mut asked = asked(visit, name).await?;
    let is_direct = visit.asked("direct").is_some();
    let with_stops = planned(visit, &asked, false).await?;
    if let Some(Ok(plan)) = &with_stops {
        asked.go_by(plan);
    }
    let has_stops =
        matches!(&with_stops, Some(Ok(plan)) if plan.hops.len() > 1 && plan.skipped.is_empty());
    let direct = if is_direct || has_stops { planned(visit, &asked, true).await? } else { None };
    let straight = match &direct {
        Some(Ok(plan)) if !is_direct => passed(plan),
        _ => Vec::new(),
    };
    let planned = if is_direct { direct } else { with_stops };
    let picture = asked.picture();
    let is_unknown = asked.releases.iter().all(|(_, digest)| digest.is_none());
    let runbook = match &planned {
        Some(Ok(plan)) => markdown(plan),
        _ => String::new(),
    };
    Ok(visit
        .show(|view, frame| {
            let product = view.product(name)?;
            frame.about(product, "Upgrade", "Upgrade");
            let own = [
                ("component".to_owned(), asked.component.clone()),
                ("from".to_owned(), asked.from.clone()),
                ("to".to_owned(), asked.to.clone()),
            ];
            let front = format!("/api/v1/products/{name}/components/{}", asked.component);
            frame.twin = Some(match asked.from.as_str() {
                "" => front,
                _ => address(&format!("{front}/upgrade-path"), own.get(1..).unwrap_or_default()),
            });
            let choice = |chosen: &str| {
                let chosen = chosen.to_owned();
                move |known: &(Known, Option<Digest>)| {
                    (known.0.version.clone(), known.0.version == chosen)
                }
            };
            let way = |path: &updates::Path| way(product, &asked.component, path);
            Ok(Page {
                path: visit.path().to_owned(),
                product: name.to_string(),
                components: product
                    .sequences()
                    .map(|it| (it.name.to_string(), it.name.as_str() == asked.component))
                    .collect(),
                froms: asked.releases.iter().rev().map(choice(&asked.from)).collect(),
                tos: asked.releases.iter().rev().map(choice(&asked.to)).collect(),
                picture,
                way: asked.found.as_ref().and_then(|found| found.path.as_ref()).map(way),
                alternatives: asked
                    .found
                    .iter()
                    .flat_map(|found| &found.alternatives)
                    .map(way)
                    .collect(),
                newer: asked.found.as_ref().and_then(|it| it.newer.as_ref()).map(passed_over),
                why_none: asked
                    .found
                    .as_ref()
                    .and_then(|it| it.no_path.as_ref())
                    .map(|no| no.why.clone()),
                plan: planned.as_ref().and_then(|it| it.as_ref().ok()).map(shown),
                refused: planned.as_ref().and_then(|it| it.as_ref().err()).cloned(),
                straight,
                is_direct,
                direct_href: {
                    let direct = ("direct".to_owned(), "yes".to_owned());
                    let query: Vec<_> = own.iter().cloned().chain([direct]).collect();
                    address(visit.path(), &query)
                },
                is_unknown,
                runbook_href: {
                    let direct = is_direct.then(|| ("direct".to_owned(), "yes".to_owned()));
                    let query: Vec<_> = own.iter().cloned().chain(direct).collect();
                    address(&format!("/products/{name}/upgrade/runbook.md"), &query)
                },
                runbook,
                component: asked.component.clone(),
                from: asked.from.clone(),
                to: asked.to.clone(),
            })
        })
        .await)
}

/// The runbook as a file.
async fn runbook(Named(name): Named<Name>, visit: Visit) -> Response {
    let made = async {
        let asked = asked(&visit, &name).await?;
        match planned(&visit, &asked, visit.asked("direct").is_some()).await? {
            Some(Ok(plan)) => Ok((markdown(&plan), asked)),
            Some(Err(why)) => Err(Failure::invalid("no-plan", why)),
            None => Err(Failure::invalid("no-plan", "a plan needs `component`, `from` and `to`")),
        }
    };
    match made.await {
        Err(failure) => visit.fail(&failure).await,
        Ok((text, asked)) => {
            let plain =
                |text: &str| -> String {
                    text.chars()
                        .map(|it| {
                            if it.is_ascii_alphanumeric() || ".-_".contains(it) { it } else { '-' }
                        })
                        .collect()
                };
            let file = format!(
                "attachment; filename=\"upgrade-{}-{}-{}.md\"",
                plain(&asked.component),
                plain(&asked.from),
                plain(&asked.to)
            );
            let mut response = text.into_response();
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/markdown; charset=utf-8"),
            );
            if let Ok(file) = HeaderValue::from_str(&file) {
                headers.insert(header::CONTENT_DISPOSITION, file);
            }
            response
        }
    }
}

impl Asked {
    /// Makes the plan's way the way: it weighs migrations too, which update graphs do not know.
    fn go_by(&mut self, plan: &Plan) {
        let Some((found, graph)) = self.found.as_mut().zip(self.graph.as_ref()) else { return };
        let stops = plan.hops.iter().map(|hop| hop.to.as_str());
        let names: Vec<&str> = std::iter::once(plan.from.as_str()).chain(stops).collect();
        if let Some(way) = updates::along(graph, &names) {
            found.alternatives.retain(|other| *other != way);
            found.path = Some(way);
        }
    }

    fn picture(&self) -> String {
        let known = self.graph.as_ref().zip(self.found.as_ref());
        known.map(|(graph, found)| picture(graph, found)).unwrap_or_default()
    }

    /// What somebody declared of the updates that lead to releases on the way.
    fn declared(&self, on_way: &[(Known, Option<Digest>)]) -> BTreeSet<String> {
        let Some(graph) = &self.graph else { return BTreeSet::new() };
        let places: BTreeSet<usize> =
            on_way.iter().filter_map(|(known, _)| graph.find(&known.version)).collect();
        let edges =
            graph.edges().filter(|(from, to, _)| places.contains(from) && places.contains(to));
        edges
            .flat_map(|(from, to, edge)| {
                let blocked = edge.blocked.iter().map(|risk| ("blocked", risk));
                let risks = edge.risks.iter().map(|risk| ("risk", risk));
                let (from, to) = (graph.name(from), graph.name(to));
                let told = move |(kind, risk): (&str, &updates::Risk)| {
                    format!("{from} {to} {kind} {}", risk.sentence())
                };
                blocked.chain(risks).map(told)
            })
            .collect()
    }
}

async fn asked(visit: &Visit, name: &Name) -> Result<Asked, Failure> {
    visit
        .look(|view| {
            let product = view.product(name)?;
            let has_facts = |it: &&Sequence| {
                it.newest_first()
                    .take(CHOICES)
                    .any(|it| it.enclosures.contains_key(&EnclosureKind::Upgrade))
            };
            let sequence = if let Some(name) = visit.asked("component") {
                product.sequence(name)?
            } else {
                let found = product.sequences().find(has_facts).or_else(|| usual(product));
                found.ok_or_else(|| {
                    let refusal = trainyard_registry::Refusal::not_found("release", name);
                    refusal.hint("publish a release first")
                })?
            };
            let scheme = product.scheme_of(sequence.name.as_str());
            let mut releases: Vec<(Known, Option<Digest>)> = sequence
                .newest_first()
                .take(CHOICES)
                .map(|it| {
                    let parsed = scheme.parse(it.version.as_str()).ok();
                    let line = parsed.map(|it| format!("{}.{}", it.segment(0), it.segment(1)));
                    let known = Known {
                        version: it.version.to_string(),
                        line: line.unwrap_or_default(),
                        is_final: !it.is_prerelease,
                        ..Known::default()
                    };
                    (known, it.enclosures.get(&EnclosureKind::Upgrade).cloned())
                })
                .collect();
            releases.reverse();
            let from = visit.asked("from").unwrap_or_default().to_owned();
            let to = visit.asked("to").unwrap_or_default().to_owned();
            for version in [&from, &to] {
                if !version.is_empty() {
                    sequence.find(version)?;
                }
            }
            let (found, graph) = if from.is_empty() {
                (None, None)
            } else {
                let graph = update_graph(product, sequence, None);
                let question = Question {
                    from: from.clone(),
                    to: to.clone(),
                    channel: None,
                    accepted: BTreeSet::new(),
                };
                let found = updates::path(&graph, &question);
                (Some(found), Some(graph))
            };
            let to = if to.is_empty() {
                found.as_ref().map(|it| it.to.clone()).unwrap_or_default()
            } else {
                to
            };
            Ok(Asked {
                component: sequence.name.to_string(),
                from,
                to,
                found,
                graph,
                releases,
                policy: product.policy().map(|policy| policy.digest.clone()),
            })
        })
        .await
}

static PLANS: Kept<Result<Plan, String>> = Kept::new(64);

/// The plan for what is asked, from what was published of its releases; none where nothing is asked.
async fn planned(
    visit: &Visit,
    asked: &Asked,
    is_direct: bool,
) -> Result<Option<Result<Plan, String>>, Failure> {
    if asked.from.is_empty() || asked.to.is_empty() {
        return Ok(None);
    }
    // Only what lies on the way has to be known.
    let place =
        |version: &str| asked.releases.iter().position(|(known, _)| known.version == version);
    let (Some(from), Some(to)) = (place(&asked.from), place(&asked.to)) else { return Ok(None) };
    let on_way = asked.releases.get(from.min(to)..=from.max(to)).unwrap_or_default();
    let digests: Vec<String> =
        on_way.iter().filter_map(|(_, digest)| Some(digest.as_ref()?.to_string())).collect();
    if digests.is_empty() {
        return Ok(None);
    }
    let policy = asked.policy.as_ref().map(Digest::to_string).unwrap_or_default();
    let form = if is_direct { "direct" } else { "" };
    let named =
        [asked.component.as_str(), &asked.from, &asked.to, &policy, form].map(str::to_owned);
    let declared: Vec<String> = asked.declared(on_way).into_iter().collect();
    let made_of = [named.as_slice(), &digests, &declared].concat().join("\n");
    let made_of = Digest::of(made_of.as_bytes());
    if let Some(plan) = PLANS.get(&made_of) {
        return Ok(Some(plan.as_ref().clone()));
    }
    let texts = visit.app.desk().store().blobs(&digests).await?;
    let stored = asked.releases.iter().map(|(known, digest)| {
        let text = digest.as_ref().and_then(|digest| texts.get(&digest.to_string()));
        let stored: Option<StoredRelease> = text.and_then(|text| serde_json::from_slice(text).ok());
        let stored = stored.unwrap_or_default();
        StoredRelease { release: known.clone(), ..stored }
    });
    let releases = BTreeMap::from([(asked.component.clone(), stored.collect::<Vec<_>>())]);
    let rules = match &asked.policy {
        Some(digest) => known(visit, digest).await?.as_ref().as_ref().map(Rules::of),
        None => None,
    };
    let (component, from, to) = (asked.component.clone(), asked.from.clone(), asked.to.clone());
    let graphs: BTreeMap<String, Arc<UpdateGraph>> =
        asked.graph.iter().map(|graph| (component.clone(), Arc::clone(graph))).collect();
    let work = tokio::task::spawn_blocking(move || {
        let tool = releases
            .values()
            .flatten()
            .flat_map(|it| &it.migrations)
            .map(|it| it.framework.clone())
            .next();
        let database = tool.map(|tool| Database { tool, ..Database::default() });
        let own = Component { version: Some(from), database, ..Component::default() };
        let deployment = Deployment {
            name: component.clone(),
            components: BTreeMap::from([(component.clone(), own)]),
            ..Deployment::default()
        };
        let unknown = |_: (&str, &Known), _: (&str, &Known)| Relation::Unknown;
        let knowledge = Stored { releases: &releases, relate: &unknown };
        let target = Target::release(component, to);
        let rules = rules.unwrap_or_default();
        let request = Request {
            deployment: &deployment,
            target: &target,
            rules: &rules,
            is_direct,
            stops: &BTreeMap::new(),
            graphs: &graphs,
        };
        match plan_deployment(&knowledge, &request) {
            Ok(planned) => Ok(planned.plan),
            Err(trainyard_upgrade::plan::PlanError::Refused(refusal)) => Err(refusal.to_string()),
            Err(trainyard_upgrade::plan::PlanError::Source(never)) => match never {},
        }
    });
    let plan = work.await.map_err(|error| Failure::fault(&error))?;
    Ok(Some(PLANS.put(made_of, plan).as_ref().clone()))
}

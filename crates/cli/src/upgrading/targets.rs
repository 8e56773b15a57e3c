//! What an upgrade leads to: a release, a bundle's file, or what a channel offers.

use std::{collections::BTreeMap, sync::Arc};

use camino::Utf8Path;
use trainyard_bundle::lock::Lock;
use trainyard_policy::Policy;
use trainyard_report::{Code, Finding};
use trainyard_upgrade::{
    plan::{ChannelHeads, Deployment, Rules, Target},
    updates::{self, Found, Question, UpdateGraph, path},
};

use crate::{
    args::{Global, upgrading::UpgradePlan},
    bundling::load,
    error::CommandError,
    files,
};

/// What is wanted.
pub(super) struct Wanted {
    pub(super) target: Target,
    /// The update graph that the way must follow, with the component and the channel.
    graph: Option<(Arc<UpdateGraph>, String, String)>,
}

impl From<Target> for Wanted {
    fn from(target: Target) -> Self {
        Self { target, graph: None }
    }
}

/// Reads what is wanted. The component that is asked about by name alone becomes part of the deployment.
pub(super) fn read(
    global: &Global,
    args: &UpgradePlan,
    policy: &Policy,
    deployment: &mut Deployment,
    findings: &mut Vec<Finding>,
) -> Result<Wanted, CommandError> {
    if let Some(file) = &args.channels {
        return of_channel(global, args, file, policy, deployment, findings);
    }
    let file = Utf8Path::new(&args.to);
    if matches!(file.extension(), Some("toml" | "json" | "lock")) {
        return of_file(global, file, args, findings).map(Wanted::from);
    }
    let mut wanted = BTreeMap::new();
    for component in components(args, policy, deployment)? {
        wanted.insert(component, args.to.clone());
    }
    add_named(deployment, &wanted);
    Ok(Target { title: args.to.clone(), wanted }.into())
}

/// A deployment that names nothing at all is that of what is asked about.
fn add_named(deployment: &mut Deployment, wanted: &BTreeMap<String, String>) {
    for name in wanted.keys() {
        deployment.components.entry(name.clone()).or_default();
        if deployment.name.is_empty() {
            deployment.name.clone_from(name);
        }
    }
}

fn of_file(
    global: &Global,
    file: &Utf8Path,
    args: &UpgradePlan,
    findings: &mut Vec<Finding>,
) -> Result<Target, CommandError> {
    let place = global.directory.join(file);
    if !place.exists() {
        return Err(CommandError::usage(format!("{file} is not there"))
            .hint("name a bundle, a lock file, or a release"));
    }
    let chosen = |(name, version): &(String, String)| {
        !version.is_empty() && args.component.as_ref().is_none_or(|wanted| wanted == name)
    };
    let text = files::read_text(&place)?;
    let is_lock = file.extension() == Some("lock") || text.contains("[[release]]");
    let (title, pins) = if is_lock {
        let lock = Lock::read(&text)
            .map_err(|error| CommandError::usage(format!("{file} cannot be used: {error}")))?;
        (file.as_str().to_owned(), lock.pins())
    } else {
        let loaded = load(global, file)?;
        findings.extend(loaded.findings);
        (loaded.bundle.title(), loaded.bundle.pins)
    };
    let pins = pins.into_iter().map(|pin| (pin.name, pin.version)).filter(chosen);
    let target = Target::bundle(title, pins);
    if target.wanted.is_empty() {
        return Err(CommandError::usage(format!("{file} pins no version")));
    }
    Ok(target)
}

fn of_channel(
    global: &Global,
    args: &UpgradePlan,
    file: &Utf8Path,
    policy: &Policy,
    deployment: &mut Deployment,
    findings: &mut Vec<Finding>,
) -> Result<Wanted, CommandError> {
    let text = files::read_text(&global.directory.join(file))?;
    let channel = args.to.as_str();
    if text.trim_start().starts_with('{') && text.contains("\"nodes\"") {
        let loaded = updates::load(&[(file, &text)], "amd64", 0)
            .map_err(|why| CommandError::usage(format!("{file} is no update graph: {why}")))?;
        findings.extend(loaded.findings);
        let Found::Graph(graph) = loaded.found else {
            return Err(CommandError::usage(format!("{file} has no channels")));
        };
        super::updates::offered(&graph, channel)?;
        let offered = graph.releases().iter().filter(|it| it.channels.contains(channel));
        let newest = offered.max_by_key(|release| release.rank);
        let newest = newest.map(|release| release.name.clone()).unwrap_or_default();
        let component = one(args, policy, deployment)?;
        let wanted = BTreeMap::from([(component.clone(), newest)]);
        add_named(deployment, &wanted);
        return Ok(Wanted {
            target: Target { title: format!("channel {channel}"), wanted },
            graph: Some((Arc::new(graph), component, channel.to_owned())),
        });
    }
    let heads = ChannelHeads::read(&text)
        .map_err(|why| CommandError::usage(format!("{file} has no channels: {why}")))?;
    let Some(mut target) = heads.target(channel) else {
        let names: Vec<&str> = heads.names().collect();
        let error = CommandError::usage(format!("{file} has no channel `{channel}`"));
        return Err(error.hint(format!("it has {}", names.join(", "))));
    };
    if let Some(component) = &args.component {
        target.wanted.retain(|name, _| name == component);
    }
    if deployment.components.is_empty() {
        add_named(deployment, &target.wanted);
    }
    Ok(target.into())
}

impl Wanted {
    /// The update graph, by the component that it is about.
    pub(super) fn graphs(&self) -> BTreeMap<String, Arc<UpdateGraph>> {
        let graph = self.graph.iter();
        graph.map(|(graph, component, _)| (component.clone(), Arc::clone(graph))).collect()
    }

    /// The releases to go through, where an update graph says so.
    ///
    /// *Errors*: that the graph allows no way.
    pub(super) fn stops(
        &self,
        deployment: &Deployment,
        findings: &mut Vec<Finding>,
    ) -> Result<BTreeMap<String, Vec<String>>, CommandError> {
        let Some((graph, component, channel)) = &self.graph else { return Ok(BTreeMap::new()) };
        let installed = deployment.components.get(component);
        let installed = installed.and_then(|it| it.version.clone()).unwrap_or_default();
        let question = Question {
            from: installed,
            to: self.target.wanted.get(component).cloned().unwrap_or_default(),
            channel: Some(channel.clone()),
            ..Question::default()
        };
        let answer = path(graph, &question);
        let Some(path) = answer.path else {
            let none = answer.no_path.unwrap_or_default();
            let error = CommandError::usage(none.why);
            return Err(match none.furthest {
                Some(furthest) => error.hint(format!("{furthest} is the newest in reach")),
                None => error,
            });
        };
        for update in path.updates.iter().filter(|update| !update.risks.is_empty()) {
            for risk in &update.risks {
                let subject = format!("{} -> {}", update.from, update.to);
                let message = format!("{}: {}", risk.name, risk.message);
                findings.push(Finding::new(Code::UPDATE_RISKY, subject, message));
            }
        }
        let stops = path.updates.into_iter().map(|update| update.to).collect();
        Ok(BTreeMap::from([(component.clone(), stops)]))
    }
}

/// The components that a release without a component's name means: a group's members that share their line, or one.
fn components(
    args: &UpgradePlan,
    policy: &Policy,
    deployment: &Deployment,
) -> Result<Vec<String>, CommandError> {
    let rules = Rules::of(policy);
    let installed = &deployment.components;
    let is_of_one_group = |group: &trainyard_upgrade::plan::LineGroup| {
        installed.len() > 1 && installed.keys().all(|name| group.members.contains(name))
    };
    if args.component.is_none() && rules.groups.iter().any(is_of_one_group) {
        return Ok(installed.keys().cloned().collect());
    }
    Ok(vec![one(args, policy, deployment)?])
}

/// The one component that is meant.
fn one(
    args: &UpgradePlan,
    policy: &Policy,
    deployment: &Deployment,
) -> Result<String, CommandError> {
    let components = &policy.components;
    let names = || components.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
    let by_name = |name: &str| {
        if components.iter().any(|component| component.name == name) {
            return Ok(name.to_owned());
        }
        Err(CommandError::usage(format!("the policy has no component `{name}`"))
            .hint(format!("it has {}", names())))
    };
    if let Some(name) = &args.component {
        return by_name(name);
    }
    let installed: Vec<&String> = deployment.components.keys().collect();
    match (installed.as_slice(), components.as_slice()) {
        ([one], _) => by_name(one),
        (_, [only]) => Ok(only.name.clone()),
        _ => {
            let product = &policy.product.name;
            let own = components.iter().find(|component| component.name == *product);
            own.map(|component| component.name.clone()).ok_or_else(|| {
                CommandError::usage("which component is upgraded is not clear")
                    .hint(format!("name it with `--component`; the policy has {}", names()))
            })
        }
    }
}

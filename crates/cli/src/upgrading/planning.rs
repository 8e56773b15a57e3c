//! Makes upgrade plans of repositories, what is installed, and what is wanted.

use camino::Utf8Path;
use trainyard_report::{Code, Finding};
use trainyard_upgrade::plan::{
    Component, Deployment, Knowledge as _, Plan, PlanError, Planned, Refusal, Relation, Request,
    Rules, Stored, Trouble, plan_deployment,
};

use super::{facts::Facts, installed, targets};
use crate::{
    args::{Global, upgrading::UpgradePlan},
    bundling, comparing, demo,
    error::CommandError,
    examples, progress,
    site::{self, Site},
};

/// Makes the plan that the arguments ask for, with what speaks against it or could not be looked at.
pub(crate) fn make(
    global: &Global,
    args: &UpgradePlan,
) -> Result<(Plan, Vec<Finding>), CommandError> {
    if let Some(name) = &args.example {
        return of_example(global, args, name);
    }
    let site = Site::open(global, None)?;
    comparing::prepare_threads();
    let mut findings = Vec::new();
    let catalogue = if args.catalogue.is_empty() {
        None
    } else {
        let sources = bundling::catalogue(global, &args.catalogue, &[])?;
        findings.extend(sources.findings);
        Some(sources.catalogue)
    };
    let mut deployment = installed::read(global, args, &site.policy, &mut findings)?;
    let rules = Rules::of(&site.policy);
    let wanted = targets::read(global, args, &site.policy, &mut deployment, &mut findings)?;
    let mut facts = Facts::of(site, catalogue);
    for name in wanted.target.wanted.keys() {
        let component = deployment.components.get(name);
        open_home(global, name, component, &mut facts);
    }
    for (name, component) in &mut deployment.components {
        settle(args, name, component, &facts, wanted.target.wanted.contains_key(name))?;
    }
    if let Some(address) = &args.database {
        ask_database(global, address, &mut deployment, &facts)?;
    }
    let stops = wanted.stops(&deployment, &mut findings)?;
    let request = Request {
        deployment: &deployment,
        target: &wanted.target,
        rules: &rules,
        is_direct: args.direct,
        stops: &stops,
        graphs: &wanted.graphs(),
    };
    let planned = progress::while_doing("reading releases", || plan_deployment(&facts, &request));
    let Planned { plan, troubles } = planned.map_err(refused)?;
    findings.extend(troubles.iter().map(told));
    Ok((plan, findings))
}

/// Makes a plan of an example's releases, as they are kept without their repository.
fn of_example(
    global: &Global,
    args: &UpgradePlan,
    name: &str,
) -> Result<(Plan, Vec<Finding>), CommandError> {
    let Some(example) = examples::by_name(name).filter(|_| name == "backend-ai") else {
        return Err(CommandError::usage(format!(
            "the releases of `{name}` have no migrations here"
        ))
        .hint("backend-ai is the example that has"));
    };
    let policy = site::parse_policy(example.policy, name)?;
    let mut findings = Vec::new();
    let component = args.component.clone().unwrap_or_else(|| name.to_owned());
    let releases = [(component.clone(), demo::migrations::backend_ai())].into();
    let stored = Stored { releases: &releases, relate: &|_, _| Relation::Unknown };
    let mut deployment = installed::read(global, args, &policy, &mut findings)?;
    let wanted = targets::read(global, args, &policy, &mut deployment, &mut findings)?;
    if let Some(component) = deployment.components.get_mut(&component) {
        component.version = args.from.clone().or_else(|| component.version.take());
        component.at.extend(args.at.iter().cloned());
    }
    let stops = wanted.stops(&deployment, &mut findings)?;
    let request = Request {
        deployment: &deployment,
        target: &wanted.target,
        rules: &Rules::of(&policy),
        is_direct: args.direct,
        stops: &stops,
        graphs: &wanted.graphs(),
    };
    let Planned { plan, troubles } = plan_deployment(&stored, &request).map_err(|error| {
        refused(match error {
            PlanError::Source(never) => match never {},
            PlanError::Refused(refusal) => PlanError::Refused(refusal),
        })
    })?;
    findings.extend(troubles.iter().map(told));
    Ok((plan, findings))
}

/// Opens the checkout of a component whose releases are nowhere else.
fn open_home(global: &Global, name: &str, component: Option<&Component>, facts: &mut Facts) {
    let Some(checkout) = component.and_then(|component| component.checkout.as_ref()) else {
        return;
    };
    if facts.knows(name) {
        return;
    }
    let there = Global { directory: checkout.clone(), ..global.clone() };
    // A checkout that cannot be read has no releases either, and the plan says that none are known.
    if let Ok(site) = Site::open(&there, None) {
        facts.add(site);
    }
}

/// Says what is installed of a component: what was asked for, what was read, or what is checked out.
fn settle(
    args: &UpgradePlan,
    name: &str,
    component: &mut Component,
    facts: &Facts,
    is_wanted: bool,
) -> Result<(), CommandError> {
    if !is_wanted {
        return Ok(());
    }
    if let Some(from) = &args.from {
        component.version = Some(from.clone());
    }
    component.at.extend(args.at.iter().cloned());
    if component.version.is_some() {
        return Ok(());
    }
    let hint = "say `--from RELEASE`, or write `version` into the deployment";
    let Some(folder) = &component.checkout else {
        let message = format!("which version of {name} is installed is not known");
        return Err(CommandError::usage(message).hint(hint));
    };
    let head = crate::surroundings::repository(folder)?.resolve("HEAD")?;
    component.version = facts.release_at(name, head);
    if component.version.is_none() {
        let message = format!("{folder} is at {head}, which is no release");
        return Err(CommandError::usage(message).hint(hint));
    }
    Ok(())
}

/// Asks a database where it stands, for the one component whose installed release has migrations.
fn ask_database(
    global: &Global,
    address: &str,
    deployment: &mut Deployment,
    facts: &Facts,
) -> Result<(), CommandError> {
    let mut owners = Vec::new();
    for (name, component) in &mut deployment.components {
        let Some(version) = &component.version else { continue };
        let releases = facts.releases(name)?;
        let Some(known) = releases.iter().find(|release| release.is_called(version)) else {
            continue;
        };
        let installed = facts.migrations(name, known)?;
        if !installed.is_empty() {
            owners.push((name, component, installed));
        }
    }
    match owners.as_mut_slice() {
        [(_, component, installed)] => {
            component.at = super::standing::places_in(global, address, installed)?;
            Ok(())
        }
        [] => {
            Err(CommandError::usage("`--database` is given, and nothing installed has migrations")
                .hint("name the component and what is installed of it, or leave `--database` out"))
        }
        several => {
            let names: Vec<_> = several.iter().map(|(name, ..)| name.as_str()).collect();
            let names = names.join(", ");
            Err(CommandError::usage(format!("`--database` may belong to each of {names}"))
                .hint("name one with `--component`, or write `at` into the deployment"))
        }
    }
}

fn refused(error: PlanError<CommandError>) -> CommandError {
    let refusal = match error {
        PlanError::Source(error) => return error,
        PlanError::Refused(refusal) => refusal,
    };
    let hint = match &refusal {
        Refusal::NoRelease { .. } => "name a version, a tag, a line such as `25.6`, or `latest`",
        Refusal::NothingToDo { .. } => "name another release, or `latest`",
        Refusal::UnknownPlace { .. } => "name the release that is really installed with `--from`",
        Refusal::NothingInstalled { .. } => {
            "name what is installed with `--deployment FILE`, or with `--component` and `--from`"
        }
        Refusal::NoWay { .. } => {
            "name another release; `trainyard upgrade path` tells what is in reach"
        }
        _ => "say `--from RELEASE`, or write `version` into the deployment",
    };
    CommandError::usage(refusal.to_string()).hint(hint)
}

fn told(trouble: &Trouble) -> Finding {
    match trouble {
        Trouble::Breaks { subject, message } => {
            Finding::new(Code::MIXTURE_BREAKS, subject.as_str(), message.as_str())
                .suggest("stop one of them while the other one moves, or pin versions that fit")
        }
        Trouble::NotInstalled { subject } => Finding::new(
            Code::TARGET_NOT_INSTALLED,
            subject.as_str(),
            "the target has it, and nothing says that it is installed, so the plan leaves it out",
        )
        .suggest("name it in the deployment with its `version`"),
        Trouble::Unknown { subject } => Finding::new(
            Code::RELEASES_UNKNOWN,
            subject.as_str(),
            "its releases are not known here, so migrations, settings and notes were not looked at",
        )
        .suggest("name its clone as `checkout` in the deployment"),
        _ => Finding::new(Code::RELEASES_UNKNOWN, "plan", "something could not be looked at"),
    }
}

/// The folder of a file, as links lead to it.
pub(super) fn folder_of(path: &Utf8Path) -> camino::Utf8PathBuf {
    let folder = path.parent().unwrap_or(Utf8Path::new("."));
    folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned())
}

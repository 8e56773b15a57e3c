//! Reads what is to be told of lines.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use trainyard_history::{
    CommitDetail, CommitId, CommitIndex, Head, Moment, Survey,
    lines::{self, BranchState, ComponentLines, Development, Lines, Material, Waiting},
    plan::{Plan, Question, Request, Stage},
};

use crate::{
    args::{self, Global},
    error::CommandError,
    examples,
    listed::listed_history,
    planning, progress,
    site::{self, Site},
};

/// Lines with what was assumed for them.
pub(crate) struct Lined {
    pub(crate) lines: Lines,
    pub(crate) product: String,
    pub(crate) title: String,
    /// The day they were judged by.
    pub(crate) today: Date,
    pub(crate) assumed: Option<String>,
}

/// Tells of the lines of a repository, or of an example.
pub(crate) fn lines(global: &Global, args: &args::Lines) -> Result<Lined, CommandError> {
    let mut lined = match &args.example {
        Some(name) => of_example(name, args)?,
        None => of_repository(global, args)?,
    };
    if let Some(name) = &args.component {
        let mut names: Vec<_> =
            lined.lines.components.iter().map(|each| each.component.clone()).collect();
        lined.lines.components.retain(|each| each.component == *name);
        if lined.lines.components.is_empty() {
            names.sort();
            return Err(CommandError::usage(format!("no component `{name}` has lines"))
                .hint(format!("components with lines are {}", names.join(", "))));
        }
    }
    Ok(lined)
}

/// The component that an index is asked for: the only one, or the one named as the product.
pub(crate) fn only(lined: &Lined) -> Result<&ComponentLines, CommandError> {
    let all = &lined.lines.components;
    let named = all.iter().find(|each| each.component == lined.product);
    named.or_else(|| all.first().filter(|_| all.len() == 1)).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|each| each.component.as_str()).collect();
        CommandError::usage("an index is of one component")
            .hint(format!("name it with `--component`, one of {}", names.join(", ")))
    })
}

fn of_example(name: &str, args: &args::Lines) -> Result<Lined, CommandError> {
    let example = examples::by_name(name)
        .ok_or_else(|| CommandError::usage(format!("there is no example `{name}`")))?;
    let history = listed_history(example.tags)?;
    let policy = match &args.preset {
        Some(preset) => site::preset_policy(preset)?,
        None => site::parse_policy(example.policy, example.name)?,
    };
    let newest = history.tags.iter().filter_map(|tag| tag.when).max().map(Moment::date);
    let today = args.date.or(newest).unwrap_or_else(|| site::day(None));
    let survey = Survey::new(&policy, &history);
    Ok(Lined {
        lines: lines::lines(&policy, &survey, &Material::default(), today),
        product: policy.product.name,
        title: policy.product.title,
        today,
        assumed: None,
    })
}

fn of_repository(global: &Global, args: &args::Lines) -> Result<Lined, CommandError> {
    let mut site = Site::open(global, args.preset.as_deref())?;
    let today = site::day(args.date);
    let material = material(&mut site, today)?;
    Ok(Lined {
        lines: lines::lines(&site.policy, &site.survey, &material, today),
        product: site.policy.product.name.clone(),
        title: site.policy.product.title.clone(),
        today,
        assumed: site.assumed,
    })
}

/// One branch to look at: of a line, or of development.
struct Target {
    component: usize,
    line: Option<String>,
    branch: String,
    tip: CommitIndex,
    /// The line's newest release: what is on the branch since then counts. On a development branch a plan's commits count.
    since: Option<CommitIndex>,
}

/// What a plan from a branch says and what it asked.
type Plans = BTreeMap<CommitIndex, (Plan, Vec<Question>)>;

fn material(site: &mut Site, today: Date) -> Result<Material, CommandError> {
    let targets: Vec<_> = lines_to_look_at(site, today).chain(development(site)).collect();
    let mut plans = Plans::new();
    for target in &targets {
        if plans.contains_key(&target.tip) {
            continue;
        }
        let head = Head { branch: Some(target.branch.clone()), commit: target.tip };
        let request = Request { head, stage: Stage::ByPolicy, today };
        plans.insert(target.tip, planning::plan_from(site, &request, BTreeMap::new())?);
    }
    let waiting = waiting(site, &targets, &plans)?;
    let mut material = Material::default();
    for (target, waiting) in targets.into_iter().zip(waiting) {
        let name = &site.policy.components[target.component].name;
        let plans = plans.get(&target.tip);
        let plan =
            plans.and_then(|(plan, _)| plan.components.iter().find(|it| it.component == *name));
        let state = BranchState { waiting, next: plan.and_then(|plan| plan.next.clone()) };
        match (target.line, plan) {
            (Some(line), _) => _ = material.branches.insert((target.component, line), state),
            (None, Some(plan)) => {
                let development =
                    Development { line: plan.line.clone(), branch: target.branch, state };
                material.development.insert(target.component, development);
            }
            (None, None) => {}
        }
    }
    Ok(material)
}

/// The branches of lines that live.
fn lines_to_look_at(site: &Site, today: Date) -> impl Iterator<Item = Target> + '_ {
    let living = lines::living(&site.policy, &site.survey, today);
    living.filter_map(|(component, line)| {
        let past = site.survey.components.iter().find(|past| past.component == component)?;
        let branch = past.lines.get(&line)?.branch.clone()?;
        let since = past.of_line(&line).next_back().and_then(|release| release.commit);
        Some(Target { component, line: Some(line), branch: branch.name, tip: branch.tip, since })
    })
}

/// The development branch of each component that lives here: the first of the policy's that is there.
fn development(site: &Site) -> impl Iterator<Item = Target> + '_ {
    let branches = &site.history.branches;
    let named = |name: &String| branches.iter().find(|branch| branch.name == *name);
    let branch = site.policy.lines.development.iter().find_map(named);
    let components = site.policy.components.iter().enumerate();
    let here = components.filter(|(_, component)| component.repository.is_none());
    here.filter_map(move |(index, _)| {
        let branch = branch?;
        let (name, tip) = (branch.name.clone(), branch.tip);
        Some(Target { component: index, line: None, branch: name, tip, since: None })
    })
}

/// What waits on each branch.
fn waiting(site: &Site, targets: &[Target], plans: &Plans) -> Result<Vec<Waiting>, CommandError> {
    let graph = &site.history.graph;
    let ranges = targets.iter().map(|target| match (&target.line, plans.get(&target.tip)) {
        (None, Some((_, questions))) => questions
            .iter()
            .find(|question| question.component == target.component)
            .map(|question| question.commits.clone())
            .unwrap_or_default(),
        _ => graph.range(target.tip, target.since),
    });
    let ranges: Vec<_> = ranges.collect();
    let wanted: BTreeSet<_> = ranges.iter().flatten().copied().collect();
    let wanted: Vec<_> = wanted.into_iter().map(|commit| graph.id(commit)).collect();
    let details = progress::while_doing("reading commits", || {
        site.repository.details(&wanted, site.cache.as_ref())
    })?;
    let by_id: BTreeMap<CommitId, &CommitDetail> =
        details.iter().map(|detail| (detail.id, detail)).collect();
    let counted = targets.iter().zip(ranges).map(|(target, range)| {
        let component = &site.policy.components[target.component];
        let details = range.iter().filter_map(|commit| by_id.get(&graph.id(*commit)).copied());
        Waiting::of(component, details)
    });
    Ok(counted.collect())
}

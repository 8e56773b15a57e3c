//! Reads what an audit needs and asks for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use trainyard_evidence::Verdict;
use trainyard_git::{GitError, Stray, StrayReason};
use trainyard_history::{
    CommitDetail, CommitId, History, Moment, Survey,
    audit::{self, Audit, Material, Span, StatedVersion},
    version_in,
};
use trainyard_policy::{Policy, VersionFile};
use trainyard_report::{Code, Finding, Location};

use crate::{
    args::{self, Global},
    comparing::{self, Asked},
    error::CommandError,
    examples,
    listed::listed_history,
    progress,
    site::{self, Site},
};

/// The name of a list that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// An audit with what was assumed for it.
pub(crate) struct Audited {
    pub(crate) audit: Audit,
    pub(crate) assumed: Option<String>,
    /// The policy's file, where it is one in the working tree, from the repository's root.
    pub(crate) policy_file: Option<Utf8PathBuf>,
}

/// Audits a repository, a tag list or an example.
pub(crate) fn audit(global: &Global, args: &args::Audit) -> Result<Audited, CommandError> {
    let today = site::day(args.date);
    if let Some(name) = &args.example {
        let example = examples::by_name(name)
            .ok_or_else(|| CommandError::usage(format!("there is no example `{name}`")))?;
        let history = listed_history(example.tags)?;
        let policy = match &args.preset {
            Some(preset) => site::preset_policy(preset)?,
            None => site::parse_policy(example.policy, example.name)?,
        };
        let today = args.date.or_else(|| newest_day(&history)).unwrap_or(today);
        let audit = of_list(&policy, &history, today);
        return Ok(Audited { audit, assumed: None, policy_file: None });
    }
    if let Some(file) = &args.tags {
        let history = listed_history(&list_text(global, file)?)?;
        let (policy, assumed) = policy_for_list(global, args, file, &history)?;
        let audit = of_list(&policy, &history, today);
        return Ok(Audited { audit, assumed, policy_file: None });
    }
    of_repository(global, args, today)
}

/// The text of a tag list; `-` is standard input.
fn list_text(global: &Global, file: &Utf8Path) -> Result<String, CommandError> {
    if file == STANDARD_INPUT {
        return Ok(io::read_to_string(io::stdin())?);
    }
    crate::files::read_text(&global.directory.join(file))
}

/// The policy for a tag list: the named one, a preset, the one in this folder, or one that fits the tags.
fn policy_for_list(
    global: &Global,
    args: &args::Audit,
    list: &Utf8Path,
    history: &History,
) -> Result<(Policy, Option<String>), CommandError> {
    if let Some(preset) = &args.preset {
        return Ok((site::preset_policy(preset)?, None));
    }
    let beside = global.directory.join(site::POLICY_FILE);
    let named = global.policy.as_ref().map(|path| global.directory.join(path));
    if let Some(path) = named.or_else(|| beside.exists().then_some(beside)) {
        return Ok((site::read_policy(&path)?, None));
    }
    let name = list.file_stem().filter(|_| list != STANDARD_INPUT);
    site::assume(name.unwrap_or("product"), history, &BTreeMap::new())
}

fn of_list(policy: &Policy, history: &History, today: Date) -> Audit {
    let survey = Survey::new(policy, history);
    let spans = audit::spans(history, &survey);
    let material = Material {
        details: BTreeMap::new(),
        stated: BTreeMap::new(),
        verdicts: BTreeMap::new(),
        today,
    };
    audit::audit(policy, history, &survey, &spans, &material)
}

fn of_repository(
    global: &Global,
    args: &args::Audit,
    today: Date,
) -> Result<Audited, CommandError> {
    let site = Site::open(global, args.preset.as_deref())?;
    if let Some(cut) = cut(&site) {
        return Err(GitError::shallow_base("the releases to audit", cut).into());
    }
    let spans = audit::spans(&site.history, &site.survey);
    let details = progress::while_doing("reading commits", || {
        site.repository.details(&wanted_commits(&site, &spans), site.cache.as_ref())
    })?;
    let stated = progress::while_doing("reading version files", || stated_versions(&site))?;
    let material = Material {
        details: details.iter().map(|detail: &CommitDetail| (detail.id, detail)).collect(),
        stated,
        verdicts: verdicts(&site, &spans)?,
        today,
    };
    let mut audit = audit::audit(&site.policy, &site.history, &site.survey, &spans, &material);
    audit.findings.extend(site.strays.iter().filter_map(|stray| stray_finding(&site, stray)));
    audit.findings.sort_by_key(|finding| finding.code);
    let policy_file = policy_file(global, args, &site);
    Ok(Audited { audit, assumed: site.assumed, policy_file })
}

fn policy_file(global: &Global, args: &args::Audit, site: &Site) -> Option<Utf8PathBuf> {
    if args.preset.is_some() || site.assumed.is_some() {
        return None;
    }
    let Some(named) = &global.policy else {
        return site::policy_path(&site.repository).map(|_| site::POLICY_FILE.into());
    };
    let root = site.repository.root().canonicalize_utf8().ok()?;
    let path = global.directory.join(named).canonicalize_utf8().ok()?;
    path.strip_prefix(root).ok().map(Utf8Path::to_owned)
}

/// A tag that leads to no commit.
fn stray_finding(site: &Site, stray: &Stray) -> Option<Finding> {
    let name = stray.reference.strip_prefix("refs/tags/")?;
    if site.policy.product.ignored_tags.is_match(name) {
        return None;
    }
    let why = match &stray.reason {
        StrayReason::Tree => "leads to a tree, not to a commit".to_owned(),
        StrayReason::Blob => "leads to a file's content, not to a commit".to_owned(),
        StrayReason::Missing { id } => format!("leads to {id}, which is not in the repository"),
        StrayReason::Corrupt { id } => format!("leads to {id}, which cannot be read"),
        StrayReason::Dangling { target } => format!("leads to {target}, which is not there"),
        StrayReason::Unreadable { cause } => format!("cannot be read: {cause}"),
        _ => "leads to no commit".to_owned(),
    };
    let finding = Finding::new(Code::STRAY_TAG, name, format!("the tag {why}"));
    Some(finding.at(Location::reference(name)).suggest(
        "list it under `ignored-tags` of the policy's product; delete it only if nobody uses it",
    ))
}

/// A commit where a shallow clone ends; behind it any number of releases may be hidden.
fn cut(site: &Site) -> Option<CommitId> {
    let graph = &site.history.graph;
    let cut = graph.iter().find(|commit| graph.is_cut(*commit))?;
    Some(graph.id(cut))
}

fn wanted_commits(site: &Site, spans: &[Vec<Span>]) -> Vec<CommitId> {
    let commits = spans.iter().flatten().filter_map(|span| span.commits.as_ref()).flatten();
    let wanted: BTreeSet<_> = commits.copied().collect();
    wanted.into_iter().map(|commit| site.history.graph.id(commit)).collect()
}

/// What every component's version files say at every release.
fn stated_versions(
    site: &Site,
) -> Result<BTreeMap<(usize, String), Vec<StatedVersion>>, CommandError> {
    let mut asked: Vec<((usize, String), &VersionFile)> = Vec::new();
    let mut wanted: Vec<(CommitId, Utf8PathBuf)> = Vec::new();
    for past in &site.survey.components {
        let component = &site.policy.components[past.component];
        for release in &past.releases {
            let Some(commit) = release.commit else { continue };
            for file in &component.version_files {
                asked.push(((past.component, release.tag.clone()), file));
                wanted.push((site.history.graph.id(commit), file.path.clone()));
            }
        }
    }
    for stray in &site.survey.strays {
        let resembled = audit::resembled(&site.policy, stray);
        let Some(((component, _), commit)) = resembled.zip(stray.commit) else { continue };
        for file in &site.policy.components[component].version_files {
            asked.push(((component, stray.name.clone()), file));
            wanted.push((site.history.graph.id(commit), file.path.clone()));
        }
    }
    let contents = site.repository.read_files(&wanted)?;
    let mut stated: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for ((key, file), content) in asked.into_iter().zip(contents) {
        let Some(text) = site::text_of(content) else { continue };
        if let Ok((text, line)) = version_in(&file.path, &file.place, &text) {
            stated.entry(key).or_default().push(StatedVersion {
                path: file.path.clone(),
                text,
                line,
            });
        }
    }
    Ok(stated)
}

/// How many changes of each rule are kept of a release; hundreds of releases are held at once.
const KEPT_CHANGES: usize = 100;

/// What the trees of every final release and of the one before it say.
fn verdicts(
    site: &Site,
    spans: &[Vec<Span>],
) -> Result<BTreeMap<(usize, String), Verdict>, CommandError> {
    let mut keys = Vec::new();
    let mut asked = Vec::new();
    for (past, spans) in site.survey.components.iter().zip(spans) {
        for span in spans {
            let release = &past.releases[span.release];
            let previous = span.previous.and_then(|previous| past.releases[previous].commit);
            let (Some(old), Some(new)) = (previous, release.commit) else { continue };
            let graph = &site.history.graph;
            asked.push(Asked { component: past.component, old: graph.id(old), new: graph.id(new) });
            keys.push((past.component, release.tag.clone()));
        }
    }
    let found = progress::while_doing("comparing trees", || {
        comparing::verdicts(site, &asked, |verdict| verdict.brief(KEPT_CHANGES))
    })?;
    Ok(keys.into_iter().zip(found).collect())
}

fn newest_day(history: &History) -> Option<Date> {
    history.tags.iter().filter_map(|tag| tag.when).max().map(Moment::date)
}

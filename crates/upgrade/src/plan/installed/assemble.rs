//! Puts what tools say together with what an operator wrote: which release of which component is installed.

use std::collections::BTreeMap;

use trainyard_policy::{Component as Declared, Policy, StreamKind};
use trainyard_report::{Code, Finding, Severity};
use trainyard_version::Target;

use super::{Image, Observed, normal};
use crate::plan::{Component, Deployment};

/// Completes a deployment by what tools say. A component of the policy is recognised in a package or an image by its name,
/// alone or behind the product's (`manager`, `backend-ai-manager`), or as the deployment says.
///
/// What was read from the installation counts before what somebody wrote; where sources disagree, that is told. Images
/// that are no release of anything are told and passed over, unless they are plainly of somebody else.
/// *Order*: findings by component, then by image. *Cost*: images times components.
pub fn assemble(
    mut deployment: Deployment,
    observed: &Observed,
    policy: &Policy,
) -> (Deployment, Vec<Finding>) {
    let mut findings = Vec::new();
    if deployment.name.is_empty() && observed != &Observed::default() {
        deployment.name.clone_from(&policy.product.name);
    }
    for (name, version) in packaged(&deployment, observed, policy) {
        settle(&mut deployment, policy, &name, &version, "its packages", &mut findings);
    }
    // Images are what runs, and packages beside them may be a client's, so that images have the last word.
    let mut by_images: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut images = observed.images.clone();
    images.sort();
    images.dedup();
    for image in &images {
        match releases_of(image, &deployment, policy) {
            Ok(releases) => {
                for (component, version) in releases {
                    let known = by_images.entry(component).or_default();
                    if !known.contains(&version) {
                        known.push(version);
                    }
                }
            }
            // What is plainly of somebody else is worth no more than a note.
            Err(Unknown::Stranger) => {
                let message = "it is of no component that is known";
                let mut finding = Finding::new(Code::IMAGE_UNKNOWN, image.to_string(), message)
                    .suggest("if it is, map its repository under `[images]` in the deployment");
                finding.severity = Severity::Note;
                findings.push(finding);
            }
            Err(Unknown::Release(why)) => {
                findings.push(Finding::new(Code::IMAGE_UNKNOWN, image.to_string(), why).suggest(
                    "map its digest or its repository under `[images]` in the deployment",
                ));
            }
        }
    }
    for (name, mut versions) in by_images {
        put_in_order(&mut versions, policy, &name);
        let Some(oldest) = versions.first().cloned() else { continue };
        if versions.len() > 1 {
            let message = format!(
                "its images are of {}; the plan begins at the oldest",
                versions.join(" and ")
            );
            findings.push(Finding::new(Code::INSTALLED_CONTRADICTION, &name, message));
        }
        settle(&mut deployment, policy, &name, &oldest, "its images", &mut findings);
    }
    place(&mut deployment, observed, policy, &mut findings);
    (deployment, findings)
}

/// Why it is not known which release an image is.
enum Unknown {
    /// It is of no component.
    Stranger,
    /// It is of one, and its release cannot be told; why, in a sentence.
    Release(String),
}

/// The releases that an image consists of: one component's, or those of a composite's parts.
fn releases_of(
    image: &Image,
    deployment: &Deployment,
    policy: &Policy,
) -> Result<Vec<(String, String)>, Unknown> {
    for digest in &image.digests {
        if let Some(release) = deployment.images.get(digest) {
            return match release.split_once([' ', '@']) {
                Some((component, version)) => {
                    Ok(vec![(component.to_owned(), version.trim().to_owned())])
                }
                None => Err(Unknown::Release(format!(
                    "its digest is mapped to `{release}`, which says no version"
                ))),
            };
        }
    }
    let by_map = deployment.images.get(&image.repository).map(String::as_str);
    let by_names = || {
        let says_so = |component: &Component| {
            component.images.iter().any(|images| images.names.contains(&image.repository))
        };
        deployment.components.iter().find(|(_, it)| says_so(it)).map(|(name, _)| name.as_str())
    };
    let component = by_map.or_else(by_names);
    let last = normal(image.repository.rsplit('/').next().unwrap_or_default());
    if component.is_none()
        && let Some(parts) = of_composite(image, &last, policy)
    {
        return parts.map_err(Unknown::Release);
    }
    let declared = policy.components.iter().find(|declared| match component {
        Some(name) => declared.name == name,
        None => is_called(policy, declared, &last),
    });
    let Some(name) = component.or_else(|| declared.map(|declared| declared.name.as_str())) else {
        return Err(Unknown::Stranger);
    };
    if matches!(image.tag.as_str(), "" | "latest") {
        return Err(Unknown::Release(unversioned(image)));
    }
    let version = match declared {
        Some(declared) => version_of(&image.tag, declared)
            .ok_or_else(|| Unknown::Release(format!("`{}` is no version of {name}", image.tag)))?,
        None => image.tag.clone(),
    };
    Ok(vec![(name.to_owned(), version)])
}

fn unversioned(image: &Image) -> String {
    if image.tag.is_empty() {
        "its digest is in no map, and it has no tag that would say which release it is".to_owned()
    } else {
        format!("`{}` does not say which release it is", image.tag)
    }
}

/// What the image of a composite stream consists of.
fn of_composite(
    image: &Image,
    last: &str,
    policy: &Policy,
) -> Option<Result<Vec<(String, String)>, String>> {
    let product = normal(&policy.product.name);
    policy.streams.iter().find_map(|stream| {
        let StreamKind::Composite { scheme, parts, tag } = &stream.kind else { return None };
        let name = normal(&stream.name);
        let is_meant = last == name || last == product || last == format!("{product}-{name}");
        if !is_meant {
            return None;
        }
        if matches!(image.tag.as_str(), "" | "latest") {
            return Some(Err(unversioned(image)));
        }
        let read = match tag {
            Some(template) => scheme.parse_rendered_as(&image.tag, Target::Docker, template),
            None => scheme.parse_rendered(&image.tag, Target::Docker, None),
        };
        let Ok(version) = read else {
            return Some(Err(format!("`{}` is no version of {}", image.tag, stream.name)));
        };
        let of_parts = scheme.parts(&version).unwrap_or_default();
        let named = |part: &str| parts.iter().find(|(name, _)| name == part).map(|(_, it)| *it);
        let releases = of_parts.into_iter().filter_map(|(part, version)| {
            let component = policy.components.get(named(&part)?)?;
            Some((component.name.clone(), version.text().to_owned()))
        });
        Some(Ok(releases.collect()))
    })
}

/// Whether a package or an image of that name is a component's.
fn is_called(policy: &Policy, component: &Declared, name: &str) -> bool {
    let (own, product) = (normal(&component.name), normal(&policy.product.name));
    name == own || name.strip_prefix(&product).and_then(|it| it.strip_prefix('-')) == Some(&own)
}

/// The version that an image's tag means.
fn version_of(tag: &str, component: &Declared) -> Option<String> {
    let rules = component.current();
    let by_tags = rules.tags.iter().find_map(|template| {
        let template = template.bind("component", &component.name);
        rules.scheme.parse_rendered_as(tag, Target::Docker, &template).ok()
    });
    let plain = || rules.scheme.parse_rendered(tag, Target::Docker, None).ok();
    by_tags.or_else(plain).map(|version| version.text().to_owned())
}

/// The lowest version first; what is no version before all.
fn put_in_order(versions: &mut [String], policy: &Policy, name: &str) {
    let component = policy.components.iter().find(|component| component.name == name);
    let Some(component) = component else { return versions.sort() };
    versions.sort_by_cached_key(|version| {
        component.current().scheme.parse(version).ok().map(|version| version.key().clone())
    });
}

/// Components by their packages.
fn packaged(
    deployment: &Deployment,
    observed: &Observed,
    policy: &Policy,
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, component) in &deployment.components {
        let mut names = component.packages.iter().flat_map(|packages| &packages.names);
        let version = names.find_map(|it| observed.packages.get(&normal(it)));
        found.extend(version.map(|version| (name.clone(), version.clone())));
    }
    for component in &policy.components {
        let mut packages = observed.packages.iter();
        let package = packages.find(|(name, _)| is_called(policy, component, name));
        let Some((_, version)) = package else { continue };
        found.entry(component.name.clone()).or_insert_with(|| version.clone());
    }
    found
}

/// Notes what is installed, and tells where that is not what was known.
fn settle(
    deployment: &mut Deployment,
    policy: &Policy,
    name: &str,
    version: &str,
    source: &str,
    findings: &mut Vec<Finding>,
) {
    let declared = policy.components.iter().find(|component| component.name == name);
    let component = deployment.components.entry(name.to_owned()).or_default();
    if let Some(known) =
        component.version.as_deref().filter(|known| !same(known, version, declared))
    {
        let message = format!("it was said to be {known}, and {source} say {version}");
        findings.push(Finding::new(Code::INSTALLED_CONTRADICTION, name, message));
    }
    component.version = Some(version.to_owned());
}

/// Whether two texts mean one version.
fn same(one: &str, other: &str, declared: Option<&Declared>) -> bool {
    let parse = |text: &str| declared?.current().scheme.parse(text.trim_start_matches('v')).ok();
    one == other
        || parse(one).zip(parse(other)).is_some_and(|(one, other)| one.precedence(&other).is_eq())
}

/// Notes where the database stands: that of the only component that has one.
fn place(
    deployment: &mut Deployment,
    observed: &Observed,
    policy: &Policy,
    findings: &mut Vec<Finding>,
) {
    if observed.revisions.is_empty() {
        return;
    }
    let with_database = |it: &&String| {
        deployment.components.get(*it).is_some_and(|component| component.database.is_some())
    };
    let all: Vec<&String> = deployment.components.keys().collect();
    let handled: Vec<&String> = all.iter().copied().filter(with_database).collect();
    let own = policy.components.iter().map(|it| &it.name).find(|it| **it == policy.product.name);
    let name = match (handled.as_slice(), all.as_slice(), own) {
        ([one], ..) | (_, [one], _) => (*one).clone(),
        (_, _, Some(own)) => own.clone(),
        _ => {
            let message = "which component's database stands there is not clear".to_owned();
            let subject = observed.revisions.join(", ");
            findings.push(
                Finding::new(Code::INSTALLED_CONTRADICTION, subject, message)
                    .suggest("write `at` to the component in the deployment"),
            );
            return;
        }
    };
    let component = deployment.components.entry(name.clone()).or_default();
    let said = component.places();
    let mut read = observed.revisions.clone();
    read.sort_unstable();
    read.dedup();
    if !said.is_empty() && said != read {
        let (said, read) = (said.join(", "), read.join(", "));
        let message = format!("its database was said to stand at {said}, and stands at {read}");
        findings.push(Finding::new(Code::INSTALLED_CONTRADICTION, name, message));
    }
    if let Some(database) = &mut component.database {
        database.at.clear();
    }
    component.at = read;
}

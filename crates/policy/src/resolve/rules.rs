//! Rules of one component in one period.

use serde::Deserialize;
use trainyard_report::Code;
use trainyard_version::{Level, Scheme, Step, Target, Template, Version};

use super::{duration, levels, lint, prereleases};
use crate::{
    Cadence, CadenceCounts, Rules, ZeroRules,
    file::{
        CadenceFile, CountsName, LevelName, OneOrMany, ReleasesFrom, RulesFile, Switch, ZeroFile,
    },
    problem::{Problem, Problems},
    read::{At, Node, Place, node::join_path, suggest::nearest},
};

/// Reads rules out of a folded table. What cannot be used is reported and replaced by something harmless.
pub(crate) fn resolve(scope: Scope<'_>, node: &Node, problems: &mut Problems) -> Resolved {
    let file = RulesFile::deserialize(node.clone()).unwrap_or_else(|error| {
        problems.push(Problem::at(Code::POLICY_WRONG_TYPE, &node.place, error.to_string()));
        RulesFile::default()
    });
    let named_scheme = file.scheme.as_ref().and_then(|spec| scheme(spec, problems));
    let scheme_is_sound = (named_scheme.is_some() || file.scheme.is_none())
        && !scope.has_lost("scheme", file.scheme.as_ref().map(|spec| &spec.place), problems);
    let scheme = named_scheme.unwrap_or_else(Scheme::semver);
    let lists = Lists { component: scope.component, problems };
    let (tags, branches) = lists.read(file.tag.clone(), file.branch.clone());
    let from_lines =
        file.releases_from.as_ref().is_some_and(|from| from.value == ReleasesFrom::Lines);
    let branch_place = file.branch.as_ref().map(|branch| &branch.place);
    let is_without_branches = from_lines && branches.is_empty();
    if is_without_branches && !scope.has_lost("branch", branch_place, problems) {
        contradict_branches(&file, problems);
    }
    if scheme_is_sound && scheme.is_calendar() {
        warn_of_zero(&file, &scheme, problems);
    }
    let known_scheme =
        scheme_is_sound.then(|| (&scheme, file.scheme.as_ref().map(|spec| &spec.place)));
    let prerelease = prereleases::resolve(scope, known_scheme, file.prerelease, problems);
    let rules = Rules {
        levels: file.levels.map(|file| levels::resolve(file, problems)).unwrap_or_default(),
        next_development: on(file.next_development)
            .and_then(|next| prereleases::next_development(next, known_scheme, problems)),
        zero: on(file.zero).map(|zero| zero_rules(scope, &zero, problems)),
        cadence: on(file.cadence).and_then(|cadence| self::cadence(scope, &cadence, problems)),
        lint: lint::resolve(file.lint, problems),
        releases_from_lines_only: from_lines,
        minor_digits: file.minor_digits.unwrap_or(1),
        prerelease,
        scheme,
        tags,
        branches,
    };
    let tag_place = file.tag.map(|tag| tag.place);
    let tags_are_lost = scope.has_lost("tag", tag_place.as_ref(), problems);
    if let Some(place) = tag_place.as_ref().filter(|_| scheme_is_sound) {
        refuse_lossy_tag(&rules, place, problems);
    }
    Resolved { rules, scheme_is_sound, tag_place, tags_are_lost }
}

/// A tag must be a name that git takes, and from which its version can be read again.
fn refuse_lossy_tag(rules: &Rules, place: &Place, problems: &mut Problems) {
    let Some(template) = rules.tags.first() else { return };
    let refusal = |example| rules.scheme.render_as(&example, Target::GitTag, template).err();
    if let Some(error) = rules.scheme.examples().into_iter().find_map(refusal) {
        let message = format!("`{template}` gives {} no tag: {}", error.version, error.reason);
        let problem = Problem::at(Code::POLICY_BAD_VALUE, place, message);
        problems
            .push_shared(problem.help("let the tag hold the whole version, as in \"v{version}\""));
    }
}

/// Whose rules are read, and of which revision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// The component's name.
    pub(crate) component: &'a str,
    /// The path of the revision, such as `revisions[1]`; `None` for what holds now.
    pub(crate) revision: Option<&'a str>,
}

impl Scope<'_> {
    /// Whether what holds for a key may be something else than what was read, from `place` or from nowhere, because a
    /// statement of it could not be read.
    pub(crate) fn has_lost(&self, key: &str, place: Option<&Place>, problems: &Problems) -> bool {
        let own = join_path("components", self.component);
        let of_revision = self.revision.into_iter().flat_map(|revision| {
            [format!("{revision}.rules.{key}"), format!("{revision}.{own}.rules.{key}")]
        });
        let is_of_preset = place.is_none_or(|place| place.inherited);
        (is_of_preset && problems.has_lost("preset"))
            || [format!("rules.{key}"), format!("{own}.rules.{key}")]
                .into_iter()
                .chain(of_revision)
                .any(|path| problems.is_doubtful(&path))
    }
}

/// Rules, and what checks across components need to know of their statements.
pub(crate) struct Resolved {
    pub(crate) rules: Rules,
    /// Whether the scheme is what the file means, rather than a stand-in.
    pub(crate) scheme_is_sound: bool,
    pub(crate) tag_place: Option<Place>,
    /// Whether the tags may be others than those read.
    pub(crate) tags_are_lost: bool,
}

/// The table, unless it is absent or off.
pub(crate) fn on<T>(table: Option<At<Switch<T>>>) -> Option<T> {
    table.and_then(|table| table.value.into_option())
}

/// Reads a scheme's specification.
pub(crate) fn scheme(spec: &At<String>, problems: &mut Problems) -> Option<Scheme> {
    match spec.parse() {
        Ok(scheme) if is_ambiguous(&scheme) => {
            let message = format!("versions of `{}` could be divided in two ways", spec.place.path);
            problems.push(
                Problem::at(Code::POLICY_BAD_VALUE, &spec.place, message).help(
                    "put a mark between the parts that none of them holds, such as `+` or `_`",
                ),
            );
            None
        }
        Ok(scheme) => Some(scheme),
        Err(error) => {
            let error: trainyard_version::SchemeError = error;
            let name = spec.split(':').next().unwrap_or_default();
            let help = nearest(name, Scheme::names())
                .filter(|near| *near != name)
                .map(|near| format!("did you mean \"{near}{}\"?", &spec[name.len()..]));
            let problem = Problem::at(
                Code::POLICY_BAD_VALUE,
                &spec.place,
                format!("`{}` names no scheme", spec.place.path),
            );
            problems.push(problem.label(error.reason).maybe_help(help));
            None
        }
    }
}

/// Whether a scheme cannot read back what it writes, as where `-` joins parts that may hold one.
fn is_ambiguous(scheme: &Scheme) -> bool {
    let is_read_back = |example: &Version| {
        scheme.parse(example.canonical()).is_ok_and(|again| again.key() == example.key())
    };
    let patch = Step::Level(Level::Patch, None);
    let written = scheme.examples().into_iter().flat_map(|example| {
        let next = scheme.step(&example, &patch, prereleases::AFTER_EXAMPLES).ok();
        std::iter::once(example).chain(next)
    });
    let has_parts = !scheme.part_schemes().is_empty();
    has_parts && !written.collect::<Vec<_>>().iter().all(is_read_back)
}

/// Reads templates of names.
struct Lists<'a> {
    component: &'a str,
    problems: &'a mut Problems,
}

impl Lists<'_> {
    fn read(
        mut self,
        tag: Option<At<OneOrMany>>,
        branch: Option<At<OneOrMany>>,
    ) -> (Vec<Template>, Vec<Template>) {
        let mut tags = self.templates(tag);
        if tags.is_empty() {
            tags.extend(Template::parse("v{version}").ok());
        }
        (tags, self.templates(branch))
    }

    fn templates(&mut self, list: Option<At<OneOrMany>>) -> Vec<Template> {
        let Some(At { value, place }) = list else { return Vec::new() };
        let texts = value.texts(&place);
        let mut read: Vec<(String, Place)> = Vec::new();
        let mut templates = Vec::new();
        for text in texts {
            if let Some((_, first)) = read.iter().find(|(other, _)| *other == *text) {
                let problem = Problem::at(
                    Code::POLICY_UNUSED,
                    &text.place,
                    format!("`{}` is listed twice", *text),
                );
                self.problems.push(problem.label("no effect").related(first, "first here"));
                continue;
            }
            templates.extend(template(&text, self.component, &[], self.problems));
            read.push((text.value, text.place));
        }
        templates
    }
}

/// What templates of components may hold.
const PLACEHOLDERS: [&str; 6] = ["version", "line", "major", "minor", "patch", "component"];

/// Reads a template; `{component}` in it stands for the owner's name, `parts` are a composite's own placeholders.
pub(crate) fn template(
    text: &At<String>,
    owner: &str,
    parts: &[&str],
    problems: &mut Problems,
) -> Option<Template> {
    let path = &text.place.path;
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(error) => {
            let problem = Problem::at(
                Code::POLICY_BAD_VALUE,
                &text.place,
                format!("`{path}` is no template of a name"),
            );
            let label = format!("expected {} after {} characters", error.expected, error.position);
            problems.push(problem.label(label).help("a template is as in \"v{version}\""));
            return None;
        }
    };
    let known = || PLACEHOLDERS.iter().chain(parts).copied();
    let strangers: Vec<&str> =
        template.placeholders().filter(|name| !known().any(|known| known == *name)).collect();
    for stranger in &strangers {
        let message = format!("there is no placeholder `{{{stranger}}}`");
        let help = match nearest(stranger, known()) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => format!(
                "placeholders are {}",
                known().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ")
            ),
        };
        problems.push(Problem::at(Code::POLICY_UNKNOWN_NAME, &text.place, message).help(help));
    }
    if !strangers.is_empty() {
        return None;
    }
    if template.placeholders().all(|name| name == "component") {
        let message = format!("`{path}` would give every version the same name");
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &text.place, message);
        problems.push(problem.help("say where the version goes, as in \"v{version}\""));
        return None;
    }
    Some(template.bind("component", owner))
}

fn contradict_branches(file: &RulesFile, problems: &mut Problems) {
    let Some(from) = &file.releases_from else { return };
    let message = "releases are made on lines, but lines have no branches";
    let mut problem = Problem::at(Code::POLICY_CONTRADICTION, &from.place, message)
        .help("name the branches, such as `branch = \"release-{major}.{minor}\"`, or set `releases-from = \"anywhere\"`");
    if let Some(branch) = &file.branch {
        problem = problem.related(&branch.place, "no branches here");
    }
    problems.push(problem);
}

fn warn_of_zero(file: &RulesFile, scheme: &Scheme, problems: &mut Problems) {
    let stated = file.zero.as_ref().filter(|zero| {
        !zero.place.inherited
            && matches!(zero.value, Switch::On(_))
            && zero.place.path != "rules.zero"
    });
    if let Some(zero) = stated {
        let message =
            format!("`{}` has no effect: `{scheme}` has no major version 0", zero.place.path);
        problems.push(Problem::at_key(Code::POLICY_UNUSED, &zero.place, message).help("remove it"));
    }
}

fn zero_rules(scope: Scope<'_>, file: &ZeroFile, problems: &mut Problems) -> ZeroRules {
    let major = file.major.as_ref().map_or(Level::Minor, |level| level.value.into());
    let minor = file.minor.as_ref().map_or(Level::Patch, |level| level.value.into());
    let stated = file.minor.as_ref().or(file.major.as_ref());
    let is_lost = scope.has_lost("zero", stated.map(|level| &level.place), problems);
    if let Some(statement) = stated.filter(|_| minor > major && !is_lost) {
        let message =
            format!("a smaller change cannot raise more: minor raises {minor}, major only {major}");
        let problem = Problem::at(Code::POLICY_CONTRADICTION, &statement.place, message);
        problems.push(problem.help(format!("set `minor = \"{major}\"` or less")));
    }
    ZeroRules { major, minor }
}

fn cadence(scope: Scope<'_>, file: &CadenceFile, problems: &mut Problems) -> Option<Cadence> {
    let at_least = file.at_least.as_ref().and_then(|text| duration::span(text, problems));
    let at_most = file.at_most.as_ref().and_then(|text| duration::span(text, problems));
    if let (Some(least), Some(most)) = (at_least, at_most)
        && least.may_exceed(most)
    {
        if let (Some(least), Some(most)) = (&file.at_least, &file.at_most)
            && !scope.has_lost("cadence", Some(&least.place), problems)
        {
            let message = "releases cannot be further apart at least than at most";
            let problem = Problem::at(Code::POLICY_CONTRADICTION, &least.place, message);
            problems.push(problem.related(&most.place, "at most this").help("swap the two"));
        }
        return None;
    }
    let counts = match file.counts {
        Some(CountsName::Lines) => CadenceCounts::Lines,
        Some(CountsName::Every) | None => CadenceCounts::Every,
    };
    Some(Cadence { at_least, at_most, counts })
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Major => Self::Major,
            LevelName::Minor => Self::Minor,
            LevelName::Patch => Self::Patch,
        }
    }
}

//! Rules of one component in one period.

use std::collections::BTreeMap;

use serde::Deserialize;
use trainyard_evidence::Class;
use trainyard_report::{Code, Severity};
use trainyard_version::{Level, Phase, PreStep, Scheme, Target, Template};

use super::duration;
use crate::{
    Cadence, CadenceCounts, LevelRules, NextDevelopment, PrereleaseRules, Rules, ZeroRules,
    file::{
        CadenceFile, CountsName, LevelName, LevelsFile, LintName, NextDevelopmentFile, OneOrMany,
        PrereleaseFile, ReleasesFrom, RulesFile, Switch, ZeroFile,
    },
    problem::{Problem, Problems},
    read::{At, Node, Place, suggest::nearest},
};

/// Reads rules out of a folded table. What cannot be used is reported and replaced by something harmless.
pub(crate) fn resolve(component: &str, node: &Node, problems: &mut Problems) -> Resolved {
    let file = RulesFile::deserialize(node.clone()).unwrap_or_else(|error| {
        problems.push(Problem::at(Code::POLICY_WRONG_TYPE, &node.place, error.to_string()));
        RulesFile::default()
    });
    let named_scheme = file.scheme.as_ref().and_then(|spec| scheme(spec, problems));
    let scheme_is_sound = named_scheme.is_some() || file.scheme.is_none();
    let scheme = named_scheme.unwrap_or_else(Scheme::semver);
    let lists = Lists { component, problems };
    let (tags, branches) = lists.read(file.tag.clone(), file.branch.clone());
    let from_lines =
        file.releases_from.as_ref().is_some_and(|from| from.value == ReleasesFrom::Lines);
    if from_lines && branches.is_empty() {
        contradict_branches(&file, problems);
    }
    if scheme.is_calendar() {
        warn_of_zero(&file, &scheme, problems);
    }
    let prerelease = prerelease(file.prerelease, problems);
    let rules = Rules {
        levels: file.levels.map(|levels| self::levels(levels, problems)).unwrap_or_default(),
        next_development: on(file.next_development)
            .and_then(|next| next_development(next, problems)),
        zero: on(file.zero).map(|zero| self::zero(&zero, problems)),
        cadence: on(file.cadence).and_then(|cadence| self::cadence(&cadence, problems)),
        lint: lint(file.lint),
        releases_from_lines_only: from_lines,
        minor_digits: file.minor_digits.unwrap_or(1),
        prerelease,
        scheme,
        tags,
        branches,
    };
    let tag_place = file.tag.map(|tag| tag.place);
    if let Some(place) = tag_place.as_ref().filter(|_| scheme_is_sound) {
        refuse_lossy_tag(&rules, place, problems);
    }
    Resolved { rules, scheme_is_sound, tag_place }
}

/// A tag must be a name that git takes, and from which its version can be read again.
fn refuse_lossy_tag(rules: &Rules, place: &Place, problems: &mut Problems) {
    let Some(template) = rules.tags.first() else { return };
    let refusal = |example| rules.scheme.render_as(&example, Target::GitTag, template).err();
    if let Some(error) = rules.scheme.examples().into_iter().find_map(refusal) {
        let message = format!("`{template}` gives {} no tag: {}", error.version, error.reason);
        let problem = Problem::at(Code::POLICY_BAD_VALUE, place, message);
        problems.push(problem.help("let the tag hold the whole version, as in \"v{version}\""));
    }
}

/// Rules, and what checks across components need to know of their statements.
pub(crate) struct Resolved {
    pub(crate) rules: Rules,
    /// Whether the scheme is what the file means, rather than a stand-in.
    pub(crate) scheme_is_sound: bool,
    pub(crate) tag_place: Option<Place>,
}

fn on<T>(table: Option<At<Switch<T>>>) -> Option<T> {
    table.and_then(|table| table.value.into_option())
}

/// Reads a scheme's specification.
pub(crate) fn scheme(spec: &At<String>, problems: &mut Problems) -> Option<Scheme> {
    match spec.parse() {
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
    let stranger = template.placeholders().find(|name| !known().any(|known| known == *name));
    if let Some(stranger) = stranger {
        let message = format!("there is no placeholder `{{{stranger}}}`");
        let help = match nearest(stranger, known()) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => format!(
                "placeholders are {}",
                known().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ")
            ),
        };
        problems.push(Problem::at(Code::POLICY_UNKNOWN_NAME, &text.place, message).help(help));
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

fn levels(file: LevelsFile, problems: &mut Problems) -> LevelRules {
    let mut by_selector = BTreeMap::new();
    let mut places: BTreeMap<String, (Level, Place)> = BTreeMap::new();
    let lists = [
        (Level::Major, file.major),
        (Level::Minor, file.minor),
        (Level::Patch, file.patch),
        (Level::None, file.none),
    ];
    for (level, list) in lists {
        for selector in list.unwrap_or_default() {
            if !is_selector(&selector) {
                problems.push(unknown_selector(&selector));
                continue;
            }
            if let Some((other, place)) = places.get(&selector.value) {
                problems.push(doubled_selector(&selector, level, *other, place));
                continue;
            }
            places.insert(selector.value.clone(), (level, selector.place));
            by_selector.insert(selector.value, level);
        }
    }
    LevelRules { by_selector }
}

/// Whether a text is a class, a rule such as `commits.feat`, or a family such as `commits.*`.
fn is_selector(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    text.parse::<Class>().is_ok()
        || text
            .split_once('.')
            .is_some_and(|(family, rule)| is_word(family) && (rule == "*" || is_word(rule)))
}

fn unknown_selector(selector: &At<String>) -> Problem {
    let classes = Class::ALL.map(Class::as_str);
    let help = match nearest(selector, classes) {
        Some(class) => format!("did you mean \"{class}\"?"),
        None => format!(
            "name a class ({}), a rule such as \"commits.feat\" or a family such as \"migration.*\"",
            classes.join(", "),
        ),
    };
    let message = format!("`{}` is no class or rule of changes", selector.value.escape_debug());
    Problem::at(Code::POLICY_UNKNOWN_NAME, &selector.place, message).help(help)
}

fn doubled_selector(selector: &At<String>, level: Level, other: Level, place: &Place) -> Problem {
    let name = &selector.value;
    if level == other {
        let message = format!("`{name}` is listed twice");
        return Problem::at(Code::POLICY_UNUSED, &selector.place, message)
            .related(place, "first here");
    }
    let message = format!("`{name}` cannot need both {other} and {level}");
    Problem::at(Code::POLICY_CONTRADICTION, &selector.place, message)
        .related(place, format!("{other} here"))
        .help("keep one of the two")
}

fn prerelease(
    file: Option<At<Switch<PrereleaseFile>>>,
    problems: &mut Problems,
) -> PrereleaseRules {
    let none = PrereleaseRules { phases: Vec::new(), default_phase: None, must_be_finalised: true };
    let Some(PrereleaseFile { phases, start, default, must_be_finalised }) = on(file) else {
        return none;
    };
    let start = start.unwrap_or(1);
    let stated = phases.as_ref().map(|list| &list.place);
    let mut steps: Vec<PreStep> = Vec::new();
    for label in phases.iter().flat_map(|list| &list.value) {
        let step = phase(label, start, problems);
        if let Some(earlier) =
            step.as_ref().and_then(|step| steps.iter().find(|known| known.phase >= step.phase))
        {
            problems.push(unordered_phase(label, &earlier.phase));
        } else {
            steps.extend(step);
        }
    }
    let default_phase = default.and_then(|label| {
        let wanted = phase(&label, start, problems)?;
        if !steps.contains(&wanted) {
            let labels: Vec<&str> = steps.iter().map(|step| step.phase.label()).collect();
            let message = format!("`{}` is no phase of pre-releases here", label.escape_debug());
            let mut problem = Problem::at(Code::POLICY_UNKNOWN_NAME, &label.place, message).help(
                if labels.is_empty() {
                    "list it in `phases`".to_owned()
                } else {
                    format!("phases are {}", labels.join(", "))
                },
            );
            if let Some(place) = stated {
                problem = problem.related(place, "the phases");
            }
            problems.push(problem);
            return None;
        }
        Some(wanted)
    });
    PrereleaseRules {
        phases: steps,
        default_phase,
        must_be_finalised: must_be_finalised.unwrap_or(true),
    }
}

/// A stage by its label; other labels than the usual ones are allowed where they are words.
fn phase(label: &At<String>, start: u64, problems: &mut Problems) -> Option<PreStep> {
    let is_word = !label.is_empty()
        && label.len() <= 40
        && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_word {
        let message = format!("`{}` is no label of pre-releases", label.place.path);
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &label.place, message);
        problems.push(
            problem.help("a label is a word of letters, such as \"alpha\", \"beta\" or \"rc\""),
        );
        return None;
    }
    Some(PreStep { phase: Phase::from_label(label), start: Some(start) })
}

fn unordered_phase(label: &At<String>, earlier: &Phase) -> Problem {
    let message = format!("`{}` cannot come after {}", label.escape_debug(), earlier.label());
    Problem::at(Code::POLICY_CONTRADICTION, &label.place, message)
        .help("list the phases in the order of the way to the final release: other labels, alpha, beta, rc")
}

fn next_development(file: NextDevelopmentFile, problems: &mut Problems) -> Option<NextDevelopment> {
    let level = file.level.map_or(Level::Minor, |level| level.value.into());
    let mark = match file.mark {
        Some(mark) if mark.value != "dev" => Some(pre_release_mark(&mark, problems)?),
        _ => None,
    };
    Some(NextDevelopment { level, mark })
}

/// Reads `a1` or `rc0`.
fn pre_release_mark(mark: &At<String>, problems: &mut Problems) -> Option<PreStep> {
    let digits = mark.find(|letter: char| letter.is_ascii_digit()).unwrap_or(mark.len());
    let (label, number) = mark.split_at(digits);
    let label = label.trim_end_matches(['.', '-']);
    let number = number.parse().ok();
    let phase = Phase::from_label(label);
    if number.is_some() && !matches!(phase, Phase::Other(_)) {
        return Some(PreStep { phase, start: number });
    }
    let message = format!("`{}` is no mark of an unreleased version", mark.place.path);
    let problem = Problem::at(Code::POLICY_BAD_VALUE, &mark.place, message);
    problems.push(problem.help("write \"dev\", or a pre-release with its number such as \"a1\""));
    None
}

fn zero(file: &ZeroFile, problems: &mut Problems) -> ZeroRules {
    let major = file.major.as_ref().map_or(Level::Minor, |level| level.value.into());
    let minor = file.minor.as_ref().map_or(Level::Patch, |level| level.value.into());
    let stated = file.minor.as_ref().or(file.major.as_ref());
    if let Some(statement) = stated.filter(|_| minor > major) {
        let message =
            format!("a smaller change cannot raise more: minor raises {minor}, major only {major}");
        let problem = Problem::at(Code::POLICY_CONTRADICTION, &statement.place, message);
        problems.push(problem.help(format!("set `minor = \"{major}\"` or less")));
    }
    ZeroRules { major, minor }
}

fn cadence(file: &CadenceFile, problems: &mut Problems) -> Option<Cadence> {
    let at_least = file.at_least.as_ref().map(|text| duration::days(text, problems));
    let at_most = file.at_most.as_ref().map(|text| duration::days(text, problems));
    let at_least_days = at_least.unwrap_or(Some(0))?;
    let at_most_days = at_most.unwrap_or(Some(u32::MAX))?;
    if at_least_days > at_most_days {
        if let (Some(least), Some(most)) = (&file.at_least, &file.at_most) {
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
    Some(Cadence { at_least_days, at_most_days, counts })
}

/// The schema has let known codes and names through alone.
fn lint(file: Option<BTreeMap<String, At<LintName>>>) -> BTreeMap<Code, Option<Severity>> {
    let severity = |name| match name {
        LintName::Off => None,
        LintName::Note => Some(Severity::Note),
        LintName::Warning => Some(Severity::Warning),
        LintName::Error => Some(Severity::Error),
    };
    file.into_iter()
        .flatten()
        .filter_map(|(key, name)| Some((key.parse().ok()?, severity(name.value))))
        .collect()
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

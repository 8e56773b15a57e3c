//! `[rules.levels]`: which change needs which level.

use std::collections::BTreeMap;

use trainyard_evidence::{Class, all_rules, commits};
use trainyard_report::Code;
use trainyard_version::Level;

use crate::{
    LevelRules,
    file::LevelsFile,
    problem::{Problem, Problems},
    read::{At, Place, listed, node::shorten, suggest::nearest},
};

/// Reads which change needs which level.
pub(crate) fn resolve(file: LevelsFile, problems: &mut Problems) -> LevelRules {
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
            if let Some(problem) = unknown(&selector) {
                problems.push(problem);
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

/// The detectors whose rules a policy may name. Other tools' rules come below `tools`.
const FAMILIES: [&str; 11] = [
    "commits",
    "evidence",
    "fragments",
    "migrations",
    "openapi",
    "graphql",
    "requirements",
    "config",
    "api-date",
    "endpoints",
    "tools",
];

/// What is wrong with a selector: it must be a class, a rule such as `commits.feat`, or a family such as `commits.*`.
///
/// Rules of fragments are the user's own types, those below `tools` the tools'; all others are known here.
pub(super) fn unknown(selector: &At<String>) -> Option<Problem> {
    let text = selector.as_str();
    if text.parse::<Class>().is_ok() {
        return None;
    }
    let Some((family, rule)) = text.split_once('.') else { return Some(no_selector(selector)) };
    let is_rule = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if rule != "*" && (rule.is_empty() || !rule.bytes().all(is_rule)) {
        return Some(no_selector(selector));
    }
    if !FAMILIES.contains(&family) {
        let message = format!("there are no rules `{}.*`", shorten(family).escape_debug());
        let help = match nearest(family, FAMILIES) {
            Some(near) => format!("did you mean \"{near}.{}\"?", shorten(rule)),
            None => format!("families of rules are {}", listed(&FAMILIES, "and")),
        };
        return Some(Problem::at(Code::POLICY_UNKNOWN_NAME, &selector.place, message).help(help));
    }
    if rule == "*" || matches!(family, "fragments" | "tools") {
        return None;
    }
    let of_trees = all_rules().map(|rule| rule.id);
    let known: Vec<&str> = commits::rules()
        .chain(of_trees)
        .filter(|id| id.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')))
        .collect();
    if !known.contains(&text) {
        let message = format!("there is no rule `{}`", shorten(text));
        let help = match nearest(text, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.len() <= 30 => format!("rules of {family} are {}", listed(&known, "and")),
            None => format!("`trainyard explain {family}` lists the {} there are", known.len()),
        };
        return Some(Problem::at(Code::POLICY_UNKNOWN_NAME, &selector.place, message).help(help));
    }
    None
}

fn no_selector(selector: &At<String>) -> Problem {
    let classes = Class::ALL.map(Class::as_str);
    let help = match nearest(selector, classes) {
        Some(class) => format!("did you mean \"{class}\"?"),
        None => format!(
            "name a class ({}), a rule such as \"commits.feat\" or a family such as \"migrations.*\"",
            classes.join(", "),
        ),
    };
    let message = format!("`{}` is no class or rule of changes", shorten(selector).escape_debug());
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

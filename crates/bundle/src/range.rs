//! Ranges as manifests write them.

use std::{fmt, str::FromStr};

use trainyard_evidence::requirements::range_of_tool;
use trainyard_version::{Grammar, ParseError, Requirement, Scheme, Version, VersionSet};

use crate::Numbered;

/// How ranges are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// By one of the range grammars.
    Grammar(Grammar),
    /// As conditions between commas over the versions of any scheme: `>=2023.9, <2024.1`.
    Conditions(Scheme),
    /// As a tool's manifests have it, where that is no grammar of its own.
    Tool(Tool),
}

/// A tool with a way of its own to write ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Poetry: PEP 440 with `^`, `~` and alternatives.
    Poetry,
    /// Helm: npm's ranges with commas.
    Helm,
    /// npm's ranges of packages beside each other: `workspace:^1.2`.
    NpmWorkspace,
}

impl Tool {
    const ALL: [Self; 3] = [Self::Poetry, Self::Helm, Self::NpmWorkspace];

    fn name(self) -> &'static str {
        match self {
            Self::Poetry => "poetry",
            Self::Helm => "helm",
            Self::NpmWorkspace => "npm-workspace",
        }
    }

    fn scheme(self) -> Scheme {
        match self {
            Self::Poetry => "pep440".parse().unwrap_or_else(|_| Scheme::semver()),
            Self::Helm | Self::NpmWorkspace => Scheme::semver(),
        }
    }

    fn read(self, text: &str) -> Result<VersionSet, String> {
        range_of_tool(self.name(), text)
            .ok_or_else(|| format!("`{text}` is no range as {} has it", self.name()))
    }
}

impl Dialect {
    /// AYON's conditions over SemVer.
    pub fn ayon() -> Self {
        Self::of_grammar("ayon")
    }

    /// Rez's ranges.
    pub fn rez() -> Self {
        Self::of_grammar("rez")
    }

    /// The grammar of a name, which must be one that there is; plain conditions over SemVer otherwise.
    pub(crate) fn of_grammar(name: &str) -> Self {
        name.parse().map_or_else(|_| Self::Conditions(Scheme::semver()), Self::Grammar)
    }

    /// How ranges over a scheme's versions are written where a manifest does not say: as that scheme's own tools do,
    /// else as conditions.
    pub fn of_scheme(scheme: &Scheme) -> Self {
        let grammar = match scheme.name() {
            "semver" => "cargo",
            name @ ("pep440" | "rez" | "debian") => name,
            _ => return Self::Conditions(scheme.clone()),
        };
        Self::of_grammar(grammar)
    }

    /// The scheme whose versions it speaks of.
    pub fn scheme(&self) -> Scheme {
        match self {
            Self::Grammar(grammar) => grammar.scheme(),
            Self::Conditions(scheme) => scheme.clone(),
            Self::Tool(tool) => tool.scheme(),
        }
    }

    /// Reads a range; one that is malformed is kept with what is wrong with it, and admits nothing.
    pub fn read(&self, text: &str) -> Range {
        let meaning = if text.trim().is_empty() || text.trim() == "*" {
            Meaning::Any
        } else {
            let told = |error: ParseError| error.to_string();
            let read = match self {
                Self::Grammar(grammar) => {
                    grammar.parse(text).map(Box::new).map(Meaning::Grammar).map_err(told)
                }
                Self::Conditions(scheme) => {
                    conditions(text, scheme).map(Meaning::Set).map_err(told)
                }
                Self::Tool(tool) => tool.read(text).map(Meaning::Set),
            };
            read.unwrap_or_else(Meaning::Malformed)
        };
        Range { text: text.to_owned(), dialect: self.name(), scheme: self.scheme(), meaning }
    }

    /// The grammar's name, or `conditions`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Grammar(grammar) => grammar.name(),
            Self::Conditions(_) => CONDITIONS,
            Self::Tool(tool) => tool.name(),
        }
    }
}

/// The name of plain conditions; their scheme is said beside it.
pub(crate) const CONDITIONS: &str = "conditions";

impl FromStr for Dialect {
    type Err = String;

    /// A grammar's or a tool's name, or a scheme's specification.
    fn from_str(name: &str) -> Result<Self, String> {
        if let Ok(grammar) = name.parse() {
            return Ok(Self::Grammar(grammar));
        }
        if let Some(tool) = Tool::ALL.into_iter().find(|tool| tool.name() == name) {
            return Ok(Self::Tool(tool));
        }
        name.parse().map(Self::Conditions).map_err(|_| {
            let names: Vec<_> = Grammar::all().map(Grammar::name).collect();
            format!("`{name}` is neither a scheme nor one of the grammars {}", names.join(", "))
        })
    }
}

/// Which versions will do, as written.
#[derive(Clone)]
pub struct Range {
    text: String,
    /// The same text means other things in other grammars.
    dialect: &'static str,
    scheme: Scheme,
    meaning: Meaning,
}

#[derive(Clone)]
enum Meaning {
    Any,
    Grammar(Box<Requirement>),
    Set(VersionSet),
    Malformed(String),
}

impl Range {
    /// Any version.
    pub fn any(scheme: Scheme) -> Self {
        Self { text: String::new(), dialect: CONDITIONS, scheme, meaning: Meaning::Any }
    }

    /// As written; empty where any version will do.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the way it is written.
    pub fn dialect(&self) -> &'static str {
        self.dialect
    }

    /// The scheme whose versions it speaks of.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether every version will do.
    pub fn is_any(&self) -> bool {
        matches!(self.meaning, Meaning::Any)
    }

    /// What is wrong with it, where it cannot be read.
    pub fn error(&self) -> Option<&str> {
        match &self.meaning {
            Meaning::Malformed(error) => Some(error),
            _ => None,
        }
    }

    /// The versions it means; nothing where it is malformed.
    pub fn set(&self) -> VersionSet {
        match &self.meaning {
            Meaning::Any => VersionSet::full(),
            Meaning::Grammar(requirement) => requirement.set().clone(),
            Meaning::Set(set) => set.clone(),
            Meaning::Malformed(_) => VersionSet::empty(),
        }
    }

    /// Whether a version will do, by the grammar's own rule for pre-releases.
    ///
    /// A version of another scheme is read again by the range's; one that no scheme reads will do only for a range of
    /// any version.
    pub fn admits(&self, numbered: &Numbered) -> bool {
        match &self.meaning {
            Meaning::Any => true,
            Meaning::Malformed(_) => false,
            Meaning::Grammar(requirement) => {
                self.with_own_version(numbered, |version| requirement.matches(version))
            }
            Meaning::Set(set) => self.with_own_version(numbered, |version| set.contains(version)),
        }
    }

    fn with_own_version(&self, numbered: &Numbered, holds: impl Fn(&Version) -> bool) -> bool {
        if *numbered.scheme() == self.scheme {
            return numbered.error().is_none() && holds(numbered.version());
        }
        self.scheme.parse(numbered.version().text()).is_ok_and(|version| holds(&version))
    }

    /// The range as people read it.
    pub fn shown(&self) -> &str {
        if self.is_any() { "any version" } else { &self.text }
    }
}

impl PartialEq for Range {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.dialect == other.dialect && self.scheme == other.scheme
    }
}

impl Eq for Range {}

impl fmt::Debug for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Range({} of {})", self.shown(), self.scheme)
    }
}

/// Conditions between commas, which must all hold.
fn conditions(text: &str, scheme: &Scheme) -> Result<VersionSet, ParseError> {
    let mut sets = Vec::new();
    let mut start = 0;
    for condition in text.split(',') {
        let trimmed = condition.trim();
        let signs = trimmed.len() - trimmed.trim_start_matches(['<', '>', '=', '!']).len();
        let (sign, written) = trimmed.split_at(signs);
        let place = start + condition.find(written).unwrap_or(0);
        let version = scheme.parse(written.trim()).map_err(|error| {
            ParseError::new(text, "list of conditions", place + error.position, error.expected)
        })?;
        sets.push(match sign {
            "" | "=" | "==" => VersionSet::exactly(&version),
            "!=" => VersionSet::exactly(&version).complement(),
            "<" => VersionSet::below(&version),
            "<=" => VersionSet::at_most(&version),
            ">" => VersionSet::above(&version),
            ">=" => VersionSet::at_least(&version),
            _ => {
                let expected = "one of `<`, `<=`, `>`, `>=`, `==` and `!=`";
                return Err(ParseError::new(text, "list of conditions", start, expected));
            }
        });
        start += condition.len() + 1;
    }
    Ok(VersionSet::intersection_of(sets))
}

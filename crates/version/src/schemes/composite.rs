//! Several versions in one, such as `1.0.0+230903` of a backend and its frontend.
//!
//! The argument is `{name=scheme}` at least twice, with literal text between: `{backend=semver}+{frontend=calver:...}`.
//! The order is that of the first part, then of the second, and so on. A text that can be divided in two ways is no
//! version, so that a version is always exactly its parts.

use crate::{
    Date, KeyBuilder, ParseError, Scheme, Stage, Step, StepError, Version, VersionScheme,
    split::{self, Split},
};

/// Names that templates use for other things.
const RESERVED: [&str; 7] = ["version", "major", "minor", "patch", "line", "component", "name"];

/// More parts would leave too many ways to divide a text.
const MOST_PARTS: usize = 6;

/// A version made of parts.
#[derive(Clone, Debug)]
pub(crate) struct Composite {
    parts: Vec<Part>,
    /// The text before, between and after the parts.
    literals: Vec<String>,
}

#[derive(Clone, Debug)]
struct Part {
    name: String,
    scheme: Scheme,
}

impl Composite {
    /// Reads the argument of the specification.
    ///
    /// *Errors*: what is wrong with it, for people.
    pub(crate) fn new(argument: Option<&str>) -> Result<Self, String> {
        let mut rest = argument.ok_or(
            "it needs parts, as in `composite:{backend=semver}+{frontend=calver:YYYY0M0D}`",
        )?;
        let mut composite = Self { parts: Vec::new(), literals: Vec::new() };
        while let Some(open) = rest.find('{') {
            let end = closing_brace(&rest[open..]).ok_or("a `{` has no `}`")? + open;
            composite.literals.push(rest[..open].to_owned());
            composite.parts.push(Part::parse(&rest[open + 1..end])?);
            rest = &rest[end + 1..];
        }
        composite.literals.push(rest.to_owned());
        composite.check()?;
        Ok(composite)
    }

    fn check(&self) -> Result<(), String> {
        if self.parts.len() < 2 {
            return Err("a composite has at least two parts in braces".into());
        }
        if self.parts.len() > MOST_PARTS {
            return Err(format!("a composite has at most {MOST_PARTS} parts"));
        }
        if self.literals.iter().any(|literal| literal.contains('}')) {
            return Err("a `}` has no `{`".into());
        }
        if self.literals[1..self.parts.len()].iter().any(String::is_empty) {
            return Err("two parts need text between them, such as `+`".into());
        }
        for (index, part) in self.parts.iter().enumerate() {
            if self.parts[..index].iter().any(|earlier| earlier.name == part.name) {
                return Err(format!("two parts are called `{}`", part.name));
            }
        }
        Ok(())
    }

    /// Divides a text; *errors*: the position and what was expected there.
    fn divide(&self, text: &str) -> Result<Vec<Version>, ParseError> {
        let mut farthest: Option<(usize, String)> = None;
        let outcome = split::unique(text, &self.literals, |index, start, piece| {
            let part = &self.parts[index];
            part.scheme
                .parse(piece)
                .inspect_err(|error| {
                    let position = start + error.position;
                    if farthest.as_ref().is_none_or(|(before, _)| *before <= position) {
                        farthest = Some((position, format!("{} ({})", error.expected, part.name)));
                    }
                })
                .ok()
        });
        let (position, expected) = match outcome {
            Split::Unique(versions) => return Ok(versions),
            Split::Ambiguous => (0, "a version that can be divided in one way only".to_owned()),
            Split::TooMany => (0, format!("at most {} of each separator", split::MOST)),
            Split::Missing { position, literal } => (position, format!("`{literal}`")),
            Split::NoFit => farthest.unwrap_or_else(|| (0, "all its parts".to_owned())),
        };
        Err(ParseError::new(text, "composite version", position, expected))
    }

    /// Puts parts together; *errors*: what cannot be divided again.
    fn join(&self, versions: &[Version]) -> Result<Version, ParseError> {
        let joined = self.assemble(versions, None);
        let divided = self.divide(joined.canonical())?;
        if divided == versions {
            return Ok(joined);
        }
        let expected = "parts that can be told apart again";
        Err(ParseError::new(joined.canonical(), "composite version", 0, expected))
    }

    fn assemble(&self, versions: &[Version], text: Option<&str>) -> Version {
        let mut canonical = self.literals[0].clone();
        let mut key = KeyBuilder::new();
        for (version, literal) in versions.iter().zip(&self.literals[1..]) {
            canonical.push_str(version.canonical());
            canonical.push_str(literal);
            key = key.key(version.key());
        }
        let stage = versions.iter().find(|version| version.is_prerelease()).map_or_else(
            || versions.first().map_or_else(Stage::default, |first| first.stage().clone()),
            |unfinished| unfinished.stage().clone(),
        );
        let release = versions.first().map_or(&[][..], Version::release);
        Version::new(text.unwrap_or(&canonical), &canonical, key.build(), release, stage)
    }

    /// The part a step is for: the first calendar for a date, else the first of all.
    fn stepped(&self, step: &Step) -> Result<usize, String> {
        match step {
            Step::Date => self
                .parts
                .iter()
                .position(|part| part.scheme.is_calendar())
                .ok_or_else(|| "none of its parts has a date".to_owned()),
            _ => Ok(0),
        }
    }

    fn try_step(&self, from: &Version, step: &Step, today: Date) -> Result<Version, String> {
        let index = self.stepped(step)?;
        let mut versions = self.divide(from.canonical()).map_err(|error| error.to_string())?;
        let part = &self.parts[index];
        versions[index] = part
            .scheme
            .step(&versions[index], step, today)
            .map_err(|error| format!("{}: {}", part.name, error.reason))?;
        self.join(&versions).map_err(|error| error.to_string())
    }
}

impl Part {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, spec) =
            text.split_once('=').ok_or_else(|| format!("`{{{text}}}` is not `{{name=scheme}}`"))?;
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte)
            });
        if !is_name {
            return Err(format!("`{name}` is no name: use lower-case letters, digits, - and _"));
        }
        if RESERVED.contains(&name) {
            return Err(format!("`{name}` means something else in templates; use another name"));
        }
        if spec.starts_with("composite") {
            return Err("a composite is no part of another; write all parts side by side".into());
        }
        let scheme = spec.parse().map_err(|error: crate::SchemeError| error.to_string())?;
        Ok(Self { name: name.to_owned(), scheme })
    }
}

/// Where the brace that `text` begins with is closed.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(index, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(index)
    })
}

impl VersionScheme for Composite {
    fn parse(&self, text: &str) -> Result<Version, ParseError> {
        let versions = self.divide(text)?;
        self.join(&versions)?;
        Ok(self.assemble(&versions, Some(text)))
    }

    fn step(&self, from: &Version, step: &Step, today: Date) -> Result<Version, StepError> {
        self.try_step(from, step, today).map_err(|reason| StepError {
            version: from.canonical().to_owned(),
            step: step.to_string(),
            reason,
        })
    }

    fn first(&self, today: Date) -> Version {
        let versions: Vec<_> = self.parts.iter().map(|part| part.scheme.first(today)).collect();
        self.assemble(&versions, None)
    }

    fn line(&self, version: &Version) -> String {
        let versions = self.divide(version.canonical()).unwrap_or_default();
        match (self.parts.first(), versions.first()) {
            (Some(part), Some(version)) => part.scheme.line(version),
            _ => version.canonical().to_owned(),
        }
    }

    fn counted_segments(&self) -> usize {
        self.parts.first().map_or(0, |part| part.scheme.counted_segments())
    }

    fn examples(&self) -> Vec<Version> {
        let examples: Vec<_> = self.parts.iter().map(|part| part.scheme.examples()).collect();
        let longest = examples.iter().map(Vec::len).min().unwrap_or(0);
        (0..longest)
            .map(|index| {
                let versions: Vec<_> = examples.iter().map(|part| part[index].clone()).collect();
                self.assemble(&versions, None)
            })
            .collect()
    }

    fn part_schemes(&self) -> Vec<(&str, &Scheme)> {
        self.parts.iter().map(|part| (part.name.as_str(), &part.scheme)).collect()
    }

    fn parts(&self, version: &Version) -> Option<Vec<(String, Version)>> {
        let versions = self.divide(version.text()).ok()?;
        Some(self.parts.iter().map(|part| part.name.clone()).zip(versions).collect())
    }

    fn compose(&self, parts: &[(&str, &str)]) -> Result<Version, ParseError> {
        if let Some((stray, _)) =
            parts.iter().find(|(name, _)| !self.parts.iter().any(|part| part.name == *name))
        {
            let names: Vec<_> = self.parts.iter().map(|part| part.name.as_str()).collect();
            let expected = format!("one of {}", names.join(", "));
            return Err(ParseError::new(stray, "part", 0, expected));
        }
        let versions = self.parts.iter().map(|part| {
            let given = parts.iter().find(|(name, _)| *name == part.name);
            let (_, text) = given.ok_or_else(|| {
                ParseError::new("", "composite version", 0, format!("the part {}", part.name))
            })?;
            part.scheme.parse(text)
        });
        self.join(&versions.collect::<Result<Vec<_>, _>>()?)
    }
}

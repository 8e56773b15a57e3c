//! How a version is spelled where its own spelling is not allowed: reversible, and never two for one.
//!
//! Whatever is written is read back before it is handed out, and refused unless the very same version comes back.
//! That alone makes spellings free of collisions; the escapes make refusals rare.

mod escape;
mod respell;
mod template;

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use crate::{
    ParseError, RenderError, Scheme, Version,
    split::{self, Split},
};

pub use template::Template;

/// A place where versions are written, with its own rules on characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A git tag name.
    GitTag,
    /// A git branch name.
    Branch,
    /// A Docker (OCI) image tag.
    Docker,
    /// A PyPI version.
    PyPi,
    /// A Helm chart version.
    Helm,
}

impl Target {
    /// All targets.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::GitTag, Self::Branch, Self::Docker, Self::PyPi, Self::Helm].into_iter()
    }

    /// Its name, as in `--target docker`.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitTag => "git-tag",
            Self::Branch => "branch",
            Self::Docker => "docker",
            Self::PyPi => "pypi",
            Self::Helm => "helm",
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all().find(|target| target.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(Self::name).collect();
            format!("`{name}` is no place for versions; there are {}", names.join(", "))
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::GitTag => "git tag",
            Self::Branch => "git branch",
            Self::Docker => "Docker tag",
            Self::PyPi => "PyPI version",
            Self::Helm => "Helm chart version",
        })
    }
}

impl Scheme {
    /// Writes a version for a place, by a template such as `v{version}` or, for a composite, `{backend}-{frontend}`.
    ///
    /// Without a template it is `{version}`. A branch may name the line alone (`release-{line}`); everywhere else the
    /// whole version must come back.
    ///
    /// *Errors*: why the place has no spelling for it, or what would come back instead.
    pub fn render(
        &self,
        version: &Version,
        target: Target,
        template: Option<&str>,
    ) -> Result<String, RenderError> {
        let template = read_template(version.canonical(), target, template)?;
        self.render_as(version, target, &template)
    }

    /// Reads a version back from what [`Scheme::render`] wrote.
    ///
    /// A branch that names a line gives the first version of the line.
    ///
    /// *Errors*: what was expected, or which part the template leaves out.
    pub fn parse_rendered(
        &self,
        text: &str,
        target: Target,
        template: Option<&str>,
    ) -> Result<Version, RenderError> {
        let template = read_template(text, target, template)?;
        self.parse_rendered_as(text, target, &template)
    }

    /// As [`Scheme::render`], with a template that has been read.
    pub fn render_as(
        &self,
        version: &Version,
        target: Target,
        template: &Template,
    ) -> Result<String, RenderError> {
        let mut refusal = None;
        for spelling in respell::spellings(version, target) {
            let filled =
                spelling.and_then(|spelling| self.fill(version, &spelling, target, template));
            match filled {
                Ok(name) => match self.read_back(version, &name, target, template) {
                    Ok(()) => return Ok(name),
                    // A spelling that means something else tells more than one that means nothing.
                    Err(reason) => refusal = Some(reason),
                },
                Err(reason) => refusal = refusal.or(Some(reason)),
            }
        }
        let reason = refusal.unwrap_or_else(|| "it has no spelling there".to_owned());
        Err(RenderError {
            version: version.canonical().to_owned(),
            target: target.to_string(),
            reason,
        })
    }

    /// As [`Scheme::parse_rendered`], with a template that has been read.
    pub fn parse_rendered_as(
        &self,
        text: &str,
        target: Target,
        template: &Template,
    ) -> Result<Version, RenderError> {
        let error = |reason| RenderError {
            version: text.chars().take(200).collect(),
            target: target.to_string(),
            reason,
        };
        escape::check(target, text).map_err(error)?;
        self.read(text, target, template).map_err(error)
    }

    /// The name with `spelling` for the version.
    fn fill(
        &self,
        version: &Version,
        spelling: &str,
        target: Target,
        template: &Template,
    ) -> Result<String, String> {
        let parts = self.parts(version).unwrap_or_default();
        let segment = |index| Some(version.segment(index).to_string());
        let value = |name: &str| match name {
            "version" => Some(spelling.to_owned()),
            "line" => Some(self.line(version)),
            "major" => segment(0),
            "minor" => segment(1),
            "patch" => segment(2),
            other => {
                let part = parts.iter().find(|(part, _)| part == other);
                part.map(|(_, version)| version.canonical().to_owned())
            }
        };
        let escaped = |name: &str| {
            let value = value(name)?;
            Some(escape::escape(target, &value, template.starts_with_value_of(name)))
        };
        let name = template.render(&escaped).map_err(|error| error.to_string())?;
        escape::check(target, &name)?;
        respell::check(target, &name)?;
        Ok(name)
    }

    fn read_back(
        &self,
        version: &Version,
        name: &str,
        target: Target,
        template: &Template,
    ) -> Result<(), String> {
        let back = self
            .read(name, target, template)
            .map_err(|reason| format!("`{name}` could not be read back: {reason}"))?;
        let names_line = target == Target::Branch && !self.names_all(template);
        if back == *version || (names_line && self.line(&back) == self.line(version)) {
            return Ok(());
        }
        let meant = if back.canonical() == name {
            format!("`{name}` is another version")
        } else {
            format!("`{name}` is how `{back}` is written")
        };
        Err(format!("{meant}; where that is meant, write `{back}`"))
    }

    /// Whether a template has the whole version, or all parts of a composite.
    fn names_all(&self, template: &Template) -> bool {
        let parts = self.part_schemes();
        template.has("version")
            || (!parts.is_empty() && parts.iter().all(|(name, _)| template.has(name)))
    }

    fn read(&self, name: &str, target: Target, template: &Template) -> Result<Version, String> {
        let no_match = || format!("`{name}` is not of the form `{template}`");
        let value = |placeholder: &str, text: &str| {
            let at_start = template.starts_with_value_of(placeholder);
            escape::unescape(target, text, at_start)
                .ok_or_else(|| format!("`{text}` is no escaped text of a {target}"))
        };
        if !template.has("version") && self.names_all(template) {
            return self.read_parts(name, target, template);
        }
        let captures = template.captures(name).ok_or_else(no_match)?;
        let captured =
            |name: &str| captures.iter().find(|(other, _)| *other == name).map(|(_, text)| *text);
        if let Some(text) = captured("version") {
            let text = value("version", text)?;
            return respell::read(self, target, &text).map_err(|error| error.to_string());
        }
        if let Some(text) = captured("line") {
            return self.first_of_line(&value("line", text)?);
        }
        let segments: Vec<_> =
            ["major", "minor", "patch"].iter().map_while(|name| captured(name)).collect();
        match segments.len() {
            0 => Err(format!("`{template}` does not name the version; use {{version}}")),
            3 => self.parse(&segments.join(".")).map_err(|error| error.to_string()),
            _ => self.first_of_line(&segments.join(".")),
        }
    }

    /// Reads the parts of a composite from where the template has them.
    fn read_parts(
        &self,
        name: &str,
        target: Target,
        template: &Template,
    ) -> Result<Version, String> {
        let schemes = self.part_schemes();
        let placeholders: Vec<_> = template.placeholders().collect();
        let outcome = split::unique(name, &template.literals(), |index, _, text| {
            let placeholder = placeholders[index];
            let (_, scheme) = schemes.iter().find(|(part, _)| *part == placeholder)?;
            let at_start = template.starts_with_value_of(placeholder);
            scheme.parse(&escape::unescape(target, text, at_start)?).ok()
        });
        let versions = match outcome {
            Split::Unique(versions) => versions,
            Split::Ambiguous => return Err(format!("`{name}` can be divided in several ways")),
            _ => return Err(format!("`{name}` is not of the form `{template}`")),
        };
        let parts: Vec<_> =
            placeholders.iter().copied().zip(versions.iter().map(Version::canonical)).collect();
        self.compose(&parts).map_err(|error| error.to_string())
    }

    /// The first version of a line: the line itself where it is a version, else with what is missing set to its start.
    fn first_of_line(&self, line: &str) -> Result<Version, String> {
        ["", ".0", ".1", ".0.0", ".0.1", "0", "1"]
            .iter()
            .filter_map(|rest| self.parse(&format!("{line}{rest}")).ok())
            .find(|version| self.line(version) == line)
            .ok_or_else(|| format!("`{line}` names no line of {self}"))
    }
}

fn read_template(
    version: &str,
    target: Target,
    template: Option<&str>,
) -> Result<Template, RenderError> {
    Template::parse(template.unwrap_or("{version}")).map_err(|error: ParseError| RenderError {
        version: version.to_owned(),
        target: target.to_string(),
        reason: error.to_string(),
    })
}

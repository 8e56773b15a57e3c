//! What is installed somewhere, and how it is handled: a file that an operator writes.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

/// What is installed somewhere, and how it is handled.
///
/// Folders are relative to the file's own folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Deployment {
    /// What people call it.
    pub name: String,
    /// What is installed, by the names that the policy gives.
    #[serde(default)]
    pub components: BTreeMap<String, Component>,
    /// Which images are which releases: by digest (`sha256:…`) the component and its version, `manager 25.6.3`; by
    /// repository (`ghcr.io/acme/manager`) the component alone, whose tags then say the version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, String>,
}

/// An installed component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Component {
    /// The installed version; where it is not said, the checkout's commit tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The folder of its git checkout, for installations from source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkout: Option<Utf8PathBuf>,
    /// What pip installs for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Packages>,
    /// Its database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<Database>,
    /// Where its database stands, where no `database` says how it is handled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<String>,
    /// Its container images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Images>,
    /// Its services.
    #[serde(default)]
    pub services: Services,
}

impl Component {
    /// Where its database is said to stand.
    pub fn places(&self) -> Vec<String> {
        let known = self.database.iter().flat_map(|database| &database.at);
        let mut places: Vec<String> = self.at.iter().chain(known).cloned().collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// What pip installs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Packages {
    /// The Python whose pip it is.
    #[serde(default = "python")]
    pub python: String,
    /// Files of requirements, relative to the checkout.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Packages that have the component's version.
    #[serde(default)]
    pub names: Vec<String>,
}

fn python() -> String {
    "python3".to_owned()
}

/// A database and the tool that changes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Database {
    /// The tool: `alembic`, `django` or `sql`.
    pub tool: String,
    /// How the tool is called, without the command: `["alembic", "-c", "alembic.ini"]`,
    /// `["python", "manage.py"]`, `["psql", "-v", "ON_ERROR_STOP=1", "-d", "app"]`.
    #[serde(default)]
    pub program: Vec<String>,
    /// Where it runs, relative to the checkout.
    #[serde(default)]
    pub folder: Utf8PathBuf,
    /// Where the database stands, if that is known; otherwise it has everything of the installed version.
    #[serde(default)]
    pub at: Vec<String>,
    /// Makes a copy.
    #[serde(default)]
    pub backup: Vec<String>,
    /// Brings the copy back.
    #[serde(default)]
    pub restore: Vec<String>,
}

/// Container images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Images {
    /// The compose file's folder.
    #[serde(default)]
    pub folder: Utf8PathBuf,
    /// The services whose images are pulled; none: all.
    #[serde(default)]
    pub services: Vec<String>,
    /// The repositories of the images, such as `ghcr.io/acme/manager`.
    #[serde(default)]
    pub names: Vec<String>,
}

/// Commands about services, each a program with its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Services {
    /// Stops them.
    #[serde(default)]
    pub stop: Vec<Vec<String>>,
    /// Starts them.
    #[serde(default)]
    pub start: Vec<Vec<String>>,
    /// Tells by exit code 0 that they work.
    #[serde(default)]
    pub healthy: Vec<Vec<String>>,
}

/// Why a deployment file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", problems.join("\n"))]
pub struct DeploymentError {
    /// Everything that is wrong, a sentence each, with a line where there is one.
    pub problems: Vec<String>,
}

/// The tools that databases can be changed with.
const TOOLS: [&str; 3] = ["alembic", "django", "sql"];

impl Deployment {
    /// Reads a deployment file that lies in `folder`.
    ///
    /// *Errors*: everything that is wrong with its values at once; of wrong types and unknown keys the first.
    pub fn read(text: &str, folder: &Utf8Path) -> Result<Self, DeploymentError> {
        let deployment: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].lines().count());
            let line = line.map(|line| format!("line {}: ", line.max(1))).unwrap_or_default();
            DeploymentError { problems: vec![format!("{line}{}", error.message())] }
        })?;
        deployment.settled(folder)
    }

    /// The same in JSON, as programs write it.
    ///
    /// *Errors*: as of [`Deployment::read`].
    pub fn read_json(text: &str, folder: &Utf8Path) -> Result<Self, DeploymentError> {
        let deployment: Self = serde_json::from_str(text)
            .map_err(|error| DeploymentError { problems: vec![error.to_string()] })?;
        deployment.settled(folder)
    }

    fn settled(mut self, folder: &Utf8Path) -> Result<Self, DeploymentError> {
        let problems = self.problems();
        if !problems.is_empty() {
            return Err(DeploymentError { problems });
        }
        for component in self.components.values_mut() {
            component.checkout = component.checkout.take().map(|path| folder.join(path));
            if let Some(images) = &mut component.images {
                images.folder = folder.join(&images.folder);
            }
        }
        Ok(self)
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.components.is_empty() && self.images.is_empty() {
            problems.push(
                "it names no component; write `[components.NAME]` with a `version`".to_owned(),
            );
        }
        for (name, component) in &self.components {
            let Some(database) = &component.database else { continue };
            if !TOOLS.contains(&database.tool.as_str()) {
                problems.push(format!(
                    "components.{name}.database.tool is `{}`; it can be {}",
                    database.tool,
                    TOOLS.join(", ")
                ));
            }
            if database.tool == "sql" && database.program.is_empty() {
                problems.push(format!(
                    "components.{name}.database.program says how SQL files are run, and is missing"
                ));
            }
        }
        problems
    }
}

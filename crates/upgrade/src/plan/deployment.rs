//! What is installed somewhere, and how it is handled: a file that an operator writes.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

/// What is installed somewhere, and how it is handled.
///
/// Folders are relative to the file's own folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Deployment {
    /// What people call it.
    pub name: String,
    /// What is installed, by the names that the policy gives.
    #[serde(default)]
    pub components: BTreeMap<String, Component>,
}

/// An installed component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Component {
    /// The installed version; where it is not said, the checkout's commit tells.
    pub version: Option<String>,
    /// The folder of its git checkout, for installations from source.
    pub checkout: Option<Utf8PathBuf>,
    /// What pip installs for it.
    pub packages: Option<Packages>,
    /// Its database.
    pub database: Option<Database>,
    /// Its container images.
    pub images: Option<Images>,
    /// Its services.
    #[serde(default)]
    pub services: Services,
}

/// What pip installs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Images {
    /// The compose file's folder.
    #[serde(default)]
    pub folder: Utf8PathBuf,
    /// The services whose images are pulled; none: all.
    #[serde(default)]
    pub services: Vec<String>,
}

/// Commands about services, each a program with its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
        let mut deployment: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].lines().count());
            let line = line.map(|line| format!("line {}: ", line.max(1))).unwrap_or_default();
            DeploymentError { problems: vec![format!("{line}{}", error.message())] }
        })?;
        let problems = deployment.problems();
        if !problems.is_empty() {
            return Err(DeploymentError { problems });
        }
        for component in deployment.components.values_mut() {
            component.checkout = component.checkout.take().map(|path| folder.join(path));
            if let Some(images) = &mut component.images {
                images.folder = folder.join(&images.folder);
            }
        }
        Ok(deployment)
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.components.is_empty() {
            problems.push(
                "it names no component; write `[components.NAME]` with a `version`".to_owned(),
            );
        }
        for (name, component) in &self.components {
            if component.version.is_none() && component.checkout.is_none() {
                problems.push(format!(
                    "components.{name} says neither its `version` nor its `checkout`"
                ));
            }
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

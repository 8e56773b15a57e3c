//! The tables about evidence: what detectors look at, and what a person took responsibility for.

use schemars::JsonSchema;
use serde::Deserialize;

use super::OneOrMany;
use crate::read::At;

/// Which files each kind of detector looks at: globs from the repository's root, or `false` to turn it off. Where absent,
/// files are recognised by their usual names.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct EvidenceFile {
    /// Database migrations: Alembic, Django, Flyway, sqlx, Diesel, Prisma, goose, Rails, numbered SQL, AYON's schemas.
    pub(crate) migrations: Option<At<OneOrMany>>,
    /// OpenAPI 3 and Swagger 2 documents.
    pub(crate) openapi: Option<At<OneOrMany>>,
    /// GraphQL schemas.
    pub(crate) graphql: Option<At<OneOrMany>>,
    /// Python files that declare HTTP routes.
    pub(crate) endpoints: Option<At<OneOrMany>>,
    /// Manifests that say what is needed: `package.py`, `pyproject.toml`, `Cargo.toml`, `package.json`, `Chart.yaml`.
    pub(crate) requirements: Option<At<OneOrMany>>,
    /// Configuration: JSON Schemas, pydantic models, samples, a chart's values.
    pub(crate) config: Option<At<OneOrMany>>,
    /// Python files that declare a dated interface version, such as `(9, "20250722")`.
    pub(crate) api_date: Option<At<OneOrMany>>,
}

/// A change that a person took responsibility for: it is still reported, and raises nothing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct WaiverFile {
    /// The changes it speaks of: a rule such as `openapi.api-removed-without-deprecation`, a family (`openapi.*`) or a class (`breaking`).
    pub(crate) rule: At<String>,
    /// Which of them, as a glob over what they are about, such as `GET /internal/*`; all where absent.
    pub(crate) subject: Option<At<String>>,
    /// The component it speaks of; all where absent.
    pub(crate) component: Option<At<String>>,
    /// The release that the changes come after. It or `until` must be there: a waiver ends.
    pub(crate) after: Option<At<String>>,
    /// The last day it holds.
    #[schemars(extend("format" = "date"))]
    pub(crate) until: Option<At<String>>,
    /// Who decided.
    pub(crate) by: At<String>,
    /// Why it does no harm.
    pub(crate) reason: At<String>,
}

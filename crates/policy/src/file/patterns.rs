//! Rules of the reader that a pattern or a choice can say, put into the schema for editors.
//!
//! Files are held to them by the reader itself, which says more of what is wrong.

use serde_json::{Value, json};

/// A number and a unit of time.
pub(crate) const SPAN: &str = "^\\s*0*[1-9][0-9]{0,4}\\s+([Dd][Aa][Yy]|[Ww][Ee][Ee][Kk]|[Mm][Oo][Nn][Tt][Hh]|[Yy][Ee][Aa][Rr])[Ss]?\\s*$";
/// A name that can stand in commands and tags.
const NAME: &str = "^[\\p{Alphabetic}\\p{N}_.@/][\\p{Alphabetic}\\p{N}_.@/-]{0,99}$";
/// A path or glob below the repository's root.
const PATH: &str = "^(?!\\s)(?![/~]|[A-Za-z]:)(?!\\./?$)(?!(.*/)?\\.\\.(/|$))[^\\\\]*[^\\\\\\s]$";
/// The specification of a scheme.
const SCHEME: &str =
    "^(semver|pep440|api-date|rez|debian|calver:.+|composite:.*\\{.+\\}.+\\{.+\\}.*)$";
/// A name with a place for the version.
const TEMPLATE: &str = "\\{(version|line|major|minor|patch)\\}";
/// A name with a place for the version, or for a part of a composite.
const PART_TEMPLATE: &str = "\\{[a-z][a-z0-9_-]*\\}";
/// The name of a part of a composite.
const PART: &str = "^[a-z][a-z0-9_-]*$";
/// A class of changes, a rule, or a family of rules.
const SELECTOR: &str = "^(none|docs|fix|additive|data|breaking|unknown|(commits|fragments|migrations|openapi|graphql|requirements|config|api-date|endpoints|tools)\\.(\\*|[A-Za-z0-9._-]+))$";
/// A stage of pre-releases.
const LABEL: &str = "^[A-Za-z]{1,40}$";
/// `dev`, or a pre-release with its number.
const MARK: &str = "^(dev|[A-Za-z]+[.-]?[0-9]+)$";
/// The full name of a branch.
const BRANCH: &str = "^[^*?\\[ ]+$";
/// An address of a page.
const ADDRESS: &str = "^https?://[^\\s/?#<>\"][^\\s<>\"]*$";

/// Where patterns belong, by the definition and what is below it.
const PATTERNS: [(&str, &str); 33] = [
    ("CadenceFile/properties/at-least", SPAN),
    ("CadenceFile/properties/at-most", SPAN),
    ("LinesFile/properties/support", SPAN),
    ("LinesFile/properties/development/items", BRANCH),
    ("ProductFile/properties/name", NAME),
    ("ProductFile/properties/policy-url", ADDRESS),
    ("RulesFile/properties/scheme", SCHEME),
    ("RulesFile/properties/tag/anyOf/0", TEMPLATE),
    ("RulesFile/properties/tag/anyOf/1/items", TEMPLATE),
    ("RulesFile/properties/branch/anyOf/0", TEMPLATE),
    ("RulesFile/properties/branch/anyOf/1/items", TEMPLATE),
    ("LevelsFile/properties/major/items", SELECTOR),
    ("LevelsFile/properties/minor/items", SELECTOR),
    ("LevelsFile/properties/patch/items", SELECTOR),
    ("LevelsFile/properties/none/items", SELECTOR),
    ("PrereleaseFile/properties/phases/items", LABEL),
    ("PrereleaseFile/properties/default", LABEL),
    ("NextDevelopmentFile/properties/mark", MARK),
    ("ComponentFile/properties/repository", "\\S"),
    ("ComponentFile/properties/paths/items", PATH),
    ("ComponentFile/properties/exclude/items", PATH),
    ("VersionFileFile/anyOf/0", PATH),
    ("VersionPlaceFile/properties/path", PATH),
    ("FragmentFile/properties/towncrier", PATH),
    ("FragmentFile/properties/changesets", PATH),
    ("GroupFile/properties/components/items", NAME),
    ("StreamFile/properties/component", NAME),
    ("StreamFile/properties/scheme", SCHEME),
    ("StreamFile/properties/tag", PART_TEMPLATE),
    ("StreamFile/properties/needs/items", NAME),
    ("StreamFile/properties/parts/additionalProperties", NAME),
    ("RevisionFile/properties/applies-to/items", NAME),
    ("DeclaredLineFile/properties/branch", BRANCH),
];

/// Tables with names of the policy's own as keys.
const NAMED: [&str; 3] = ["components", "groups", "streams"];

/// Puts patterns, choices and limits into the schema.
pub(crate) fn add(schema: &mut Value) {
    for (place, pattern) in PATTERNS {
        if let Some(entry) = schema.pointer_mut(&format!("/$defs/{place}")) {
            entry["pattern"] = json!(pattern);
        }
    }
    for table in NAMED {
        if let Some(entry) = schema.pointer_mut(&format!("/properties/{table}")) {
            entry["propertyNames"] = json!({ "pattern": NAME });
        }
    }
    let limits = [
        ("GroupFile/properties/components", "minItems", json!(2)),
        ("VersionPlaceFile", "not", json!({ "required": ["key", "after"] })),
        ("FragmentFile", "minProperties", json!(1)),
        ("VersionPlaceFile", "dependentSchemas", json!({ "key": keyed_file() })),
        ("StreamFile", "allOf", kinds()),
        ("StreamFile/properties/parts", "propertyNames", json!({ "pattern": PART })),
    ];
    for (place, key, value) in limits {
        if let Some(entry) = schema.pointer_mut(&format!("/$defs/{place}")) {
            entry[key] = value;
        }
    }
}

/// A file in which a key can be looked up.
fn keyed_file() -> Value {
    json!({ "properties": { "path": { "pattern": "\\.(toml|json|yaml|yml)$" } } })
}

/// What each kind of stream needs, and what belongs to others.
fn kinds() -> Value {
    let kind = |name: &str, needed: &[&str], foreign: &[&str]| {
        let mut said: serde_json::Map<String, Value> =
            foreign.iter().map(|key| ((*key).to_owned(), json!(false))).collect();
        if name == "composite" {
            said.insert("scheme".to_owned(), json!({ "pattern": "^composite:" }));
        }
        json!({
            "if": { "properties": { "kind": { "const": name } }, "required": ["kind"] },
            "then": { "required": needed, "properties": said },
        })
    };
    json!([
        kind("single", &["component"], &["scheme", "tag", "parts"]),
        kind("composite", &["scheme", "parts"], &["component"]),
        kind("bundle", &["scheme"], &["component", "parts"]),
    ])
}

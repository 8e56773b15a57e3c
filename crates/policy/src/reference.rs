//! The format for others: its JSON Schema and a reference made of it.

use std::fmt::Write;

use serde_json::Value;

use crate::file;

/// The JSON Schema of `trainyard.toml`, for editors.
pub fn schema() -> Value {
    file::schema::published()
}

/// A page of Markdown with every table and key of `trainyard.toml`.
pub fn reference() -> String {
    let schema = file::schema::schema();
    let mut page = "# `trainyard.toml`\n".to_owned();
    let tables = [
        ("The file", ""),
        ("`[product]`", "/$defs/ProductFile"),
        ("`[rules]`", "/$defs/RulesFile"),
        ("`[rules.levels]`", "/$defs/LevelsFile"),
        ("`[rules.prerelease]`", "/$defs/PrereleaseFile"),
        ("`[rules.next-development]`", "/$defs/NextDevelopmentFile"),
        ("`[rules.zero]`", "/$defs/ZeroFile"),
        ("`[rules.cadence]`", "/$defs/CadenceFile"),
        ("`[components.<name>]`", "/$defs/ComponentFile"),
        ("an entry of `version-files`", "/$defs/VersionPlaceFile"),
        ("an entry of `fragments`", "/$defs/FragmentFile"),
        ("`[evidence]`, `[components.<name>.evidence]`", "/$defs/EvidenceFile"),
        ("`[[waivers]]`", "/$defs/WaiverFile"),
        ("`[groups.<name>]`", "/$defs/GroupFile"),
        ("`[streams.<name>]`", "/$defs/StreamFile"),
        ("`[channels.<name>]`, `[streams.<name>.channels.<name>]`", "/$defs/ChannelFile"),
        ("`[lines]`", "/$defs/LinesFile"),
        ("`[lines.declared.\"<line>\"]`", "/$defs/DeclaredLineFile"),
        ("`[milestones.<name>]`", "/$defs/MilestoneFile"),
        ("`[[revisions]]`", "/$defs/RevisionFile"),
        ("`[revisions.components.<name>]`", "/$defs/RevisedComponentFile"),
    ];
    for (header, pointer) in tables {
        let Some(table) = schema.pointer(pointer) else { continue };
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {header}\n\n{}\n\n", description(table));
        page.push_str("| key | value | meaning |\n|---|---|---|\n");
        for (key, entry) in table.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            let meaning = description(entry).replace('|', "\\|");
            let _ = writeln!(page, "| `{key}` | {} | {meaning} |", kind(schema, entry));
        }
    }
    page
}

fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

/// The kind of value in a word or two.
fn kind(root: &Value, schema: &Value) -> String {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let resolved = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return resolved.map(|resolved| kind(root, resolved)).unwrap_or_default();
    }
    if let Some(value) = schema.get("const") {
        return format!("`{value}`");
    }
    if let Some(choices) =
        schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)
    {
        let mut kinds: Vec<String> = choices.iter().map(|choice| kind(root, choice)).collect();
        kinds.dedup();
        return kinds.join(" or ");
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") if schema.get("format").and_then(Value::as_str) == Some("date") => "date",
        Some("boolean") => "`true` or `false`",
        Some("array") => "list",
        Some("object") => "table",
        Some(name) => name,
        None => "any",
    }
    .to_owned()
}

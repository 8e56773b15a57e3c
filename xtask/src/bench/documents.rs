//! Documents of any size, as large products have them. The same numbers always give the same text.

use std::fmt::Write;

use crate::random::Random;

/// How much of a document differs from one revision to the next: one in so many parts, as between GitHub's.
const ONE_IN: usize = 199;

/// An OpenAPI 3.0 document; about 8 KB per resource. Later revisions add, remove, narrow and widen some parts.
pub(super) fn openapi(resources: usize, revision: usize) -> String {
    let mut text =
        String::from(r#"{"openapi":"3.0.3","info":{"title":"Platform","version":"1"},"paths":{"#);
    let mut first = true;
    for resource in 0..resources {
        if changes(resource, revision, 1) {
            continue;
        }
        let comma = if first { "" } else { "," };
        first = false;
        push(&mut text, format_args!(r#"{comma}"/api/r{resource}":{{"#));
        operation(&mut text, "get", resource, revision);
        text.push(',');
        operation(&mut text, "post", resource, revision);
        push(&mut text, format_args!(r#"}},"/api/r{resource}/{{id}}":{{"#));
        operation(&mut text, "get", resource + 1, revision);
        text.push(',');
        operation(&mut text, "patch", resource, revision);
        text.push(',');
        operation(&mut text, "delete", resource, revision);
        text.push('}');
    }
    text.push_str(r#"},"components":{"schemas":{"#);
    for resource in 0..=resources {
        let comma = if resource == 0 { "" } else { "," };
        push(&mut text, format_args!(r#"{comma}"R{resource}":"#));
        schema(&mut text, resource, resources, revision);
    }
    text.push_str("}}}");
    text
}

/// Whether a part differs from what it is in most revisions.
fn changes(part: usize, revision: usize, kind: usize) -> bool {
    (part * 7 + kind * 13) % ONE_IN == revision % ONE_IN
}

fn operation(text: &mut String, method: &str, resource: usize, revision: usize) {
    push(
        text,
        format_args!(
            r#""{method}":{{"operationId":"{method}-r{resource}-{revision_free}","summary":"Works with resources of kind {resource}, one at a time, as their owners allow it.","parameters":[{{"name":"limit","in":"query","required":{required},"schema":{{"type":"integer","minimum":0,"maximum":{most}}}}},{{"name":"order","in":"query","schema":{{"type":"string","enum":["asc","desc"]}}}}],"#,
            revision_free = resource % 7,
            required = changes(resource, revision, 2),
            most = if changes(resource, revision, 3) { 50 } else { 100 },
        ),
    );
    if method != "get" && method != "delete" {
        push(
            text,
            format_args!(
                r##""requestBody":{{"content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/R{resource}"}}}}}}}},"##
            ),
        );
    }
    push(
        text,
        format_args!(
            r##""responses":{{"200":{{"description":"What was asked for","content":{{"application/json":{{"schema":{{"type":"object","properties":{{"items":{{"type":"array","items":{{"$ref":"#/components/schemas/R{resource}"}}}},"next":{{"type":"string","nullable":true}}}}}}}}}}}},"404":{{"description":"There is no such thing"}}}}}}"##
        ),
    );
}

fn schema(text: &mut String, resource: usize, resources: usize, revision: usize) {
    text.push_str(r#"{"type":"object","required":["id","name"],"properties":{"id":{"type":"string","format":"uuid"},"name":{"type":"string","maxLength":64}"#);
    for field in 0..24 {
        let number = resource * 24 + field;
        if changes(number, revision, 4) {
            continue;
        }
        let kind = if changes(number, revision, 5) { "string" } else { "integer" };
        push(
            text,
            format_args!(
                r#","field{field}":{{"type":"{kind}","description":"The {field}th property of what the {resource}th kind keeps about its owner, its state and its place","nullable":{}}}"#,
                number.is_multiple_of(3)
            ),
        );
    }
    // Kinds refer to each other in small families.
    let other = (resource - resource % 8).min(resources);
    push(
        text,
        format_args!(
            r##","parent":{{"$ref":"#/components/schemas/R{other}"}},"state":{{"type":"string","enum":["ready","busy","gone"{}]}}}}}}"##,
            if changes(resource, revision, 6) { r#","lost""# } else { "" }
        ),
    );
}

/// A GraphQL schema; about 1.2 KB per type.
pub(super) fn graphql(types: usize, revision: usize) -> String {
    let mut text = String::from("type Query {\n");
    for number in 0..types {
        push(&mut text, format_args!("  node{number}(id: ID!, first: Int = 10): Node{number}\n"));
    }
    text.push_str("}\n");
    for number in 0..types {
        push(
            &mut text,
            format_args!(
                "\n\"\"\"What the platform knows of nodes of kind {number}.\"\"\"\ntype Node{number} {{\n  id: ID!\n"
            ),
        );
        for field in 0..20 {
            if !changes(number * 20 + field, revision, 7) {
                push(
                    &mut text,
                    format_args!(
                        "  \"\"\"The {field}th field, since 24.09.\"\"\"\n  field{field}: {}\n",
                        ["String", "Int!", "[String!]", "Boolean"][(number + field) % 4]
                    ),
                );
            }
        }
        text.push_str("}\n");
    }
    text
}

/// The `number`th migration of an Alembic environment, on top of the one before; about 2 KB.
pub(super) fn alembic(number: usize) -> String {
    let table = number / 4;
    let down = match number.checked_sub(1) {
        Some(before) => format!("\"{}\"", revision_id(before)),
        None => "None".to_owned(),
    };
    let mut random = Random::new(number as u64 + 1);
    let mut text = format!(
        "\"\"\"Change number {number} of the tables\n\nRevision ID: {id}\n\"\"\"\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = \"{id}\"\ndown_revision = {down}\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n",
        id = revision_id(number)
    );
    if number.is_multiple_of(4) {
        push(
            &mut text,
            format_args!(
                "    op.create_table(\n        \"table{table}\",\n        sa.Column(\"id\", sa.Integer(), nullable=False),\n"
            ),
        );
        for column in 0..18 {
            push(
                &mut text,
                format_args!(
                    "        sa.Column(\"column{column}\", sa.String(length=64), nullable=True, index={}),\n",
                    if random.below(2) == 0 { "True" } else { "False" }
                ),
            );
        }
        text.push_str("        sa.PrimaryKeyConstraint(\"id\"),\n    )\n");
    } else {
        for column in 0..12 {
            push(
                &mut text,
                format_args!(
                    "    op.add_column(\"table{table}\", sa.Column(\"added{number}_{column}\", sa.Integer(), nullable=True, server_default=sa.text(\"{}\")))\n",
                    random.below(9)
                ),
            );
        }
        if number % 4 == 3 {
            push(
                &mut text,
                format_args!(
                    "    op.execute(\"UPDATE table{table} SET column1 = 'x' WHERE column1 IS NULL\")\n"
                ),
            );
        }
    }
    push(
        &mut text,
        format_args!("\n\ndef downgrade() -> None:\n    op.drop_table(\"table{table}\")\n"),
    );
    text
}

/// The id of a migration, as Alembic makes them.
pub(super) fn revision_id(number: usize) -> String {
    let scrambled = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    format!("{scrambled:012x}")
}

/// A module of pydantic models; about 120 bytes per field.
pub(super) fn settings(fields: usize, revision: usize) -> String {
    let mut text =
        String::from("from pydantic import BaseModel, Field\n\n\nclass Settings(BaseModel):\n");
    for field in 0..fields {
        if !changes(field, revision, 8) {
            push(
                &mut text,
                format_args!(
                    "    setting_{field}: int | None = Field(default={}, description=\"How many of kind {field}\", ge=0)\n",
                    field % 17
                ),
            );
        }
    }
    text
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_sound_and_differ_by_revision() {
        let old: serde_json::Value = serde_json::from_str(&openapi(100, 1)).unwrap();
        let new: serde_json::Value = serde_json::from_str(&openapi(100, 2)).unwrap();
        assert_ne!(old, new);
        assert_ne!(graphql(100, 1), graphql(100, 2));
        assert_ne!(settings(500, 1), settings(500, 2));
        assert!(alembic(5).contains(&format!("down_revision = \"{}\"", revision_id(4))));
    }
}

//! The page of all rules by which trees are compared.

use std::fmt::Write;

use trainyard_evidence::{RULES_VERSION, all_rules};

/// The page, in Markdown.
pub(super) fn page() -> String {
    let mut page = format!(
        "# Rules of changes\n\n\
        What detectors can tell when they hold two trees against each other, version {RULES_VERSION} of the rules.\n\
        A policy maps a rule, a family (`openapi.*`) or a class to a level under `[rules.levels]`; \
        `trainyard explain RULE` prints what stands here.\n\
        Context can make a change lighter than its rule: what is new as a whole breaks nobody.\n"
    );
    let mut family = "";
    for rule in all_rules() {
        if rule.family() != family {
            family = rule.family();
            // Writing to a string cannot fail.
            _ = write!(page, "\n## {family}\n\n| rule | class | |\n|---|---|---|\n");
        }
        let about = rule.about.replace('|', "\\|");
        _ = writeln!(page, "| `{}` | {} | {about} |", rule.id, rule.class);
    }
    page
}

//! The rules as data, by what they speak of.
//!
//! Names are those of `oasdiff`, whose table is the field's largest, and so are the weights, by its newest table: what it
//! holds for an error is [`Class::Breaking`], for a warning [`Class::Dangerous`]. [`STRICTER`] tells where a rule weighs
//! more here, and `own` has the rules that it lacks. We see more of what is no change, too: parameters of a path belong
//! to its operations, `allOf` may wrap or extend, `anyOf` with `null` is one more way to be nullable, and an
//! enumeration that is gone takes what it took.
//!
//! Left out are rules that ask for something else than two documents: notice periods, and versions of the interface.

mod operations;
mod own;
mod parameters;
mod request_bodies;
mod request_properties;
mod response_bodies;
mod response_properties;

use std::{collections::HashMap, sync::LazyLock};

use crate::{Class, Rule};

/// Declares rules of this family: id without the family, class, what happened and why it is in that class.
macro_rules! table {
    ($($id:literal, $class:ident, $about:literal;)*) => {
        pub(super) const RULES: &[$crate::Rule] = &[$($crate::Rule {
            id: concat!("openapi.", $id),
            class: $crate::Class::$class,
            about: $about,
        }),*];
    };
}
use table;

const TABLES: &[&[Rule]] = &[
    operations::RULES,
    parameters::RULES,
    request_bodies::RULES,
    request_properties::RULES,
    response_bodies::RULES,
    response_properties::RULES,
    own::RULES,
];

const COUNT: usize = {
    let (mut table, mut count) = (0, 0);
    while table < TABLES.len() {
        count += TABLES[table].len();
        table += 1;
    }
    count
};

static ALL: [Rule; COUNT] = {
    let mut all = [Rule { id: "", class: Class::None, about: "" }; COUNT];
    let (mut table, mut at) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            all[at] = TABLES[table][row];
            at += 1;
            row += 1;
        }
        table += 1;
    }
    all
};

/// All rules of this family.
pub static RULES: &[Rule] = &ALL;

/// Rules that the field's table has too and holds for harmless: what they tell breaks some clients all the same,
/// generated ones above all.
pub const STRICTER: &[&str] = &[
    "openapi.api-global-security-added",
    "openapi.api-global-security-removed",
    "openapi.api-global-security-scope-added",
    "openapi.api-operation-id-removed",
    "openapi.api-path-removed-with-deprecation",
    "openapi.api-removed-with-deprecation",
    "openapi.api-schema-removed",
    "openapi.api-security-added",
    "openapi.api-security-component-oauth-scope-removed",
    "openapi.api-security-component-oauth-token-url-changed",
    "openapi.api-security-component-oauth-url-changed",
    "openapi.api-security-component-removed",
    "openapi.api-security-component-type-changed",
    "openapi.api-security-removed",
    "openapi.api-security-scope-added",
    "openapi.request-body-default-value-added",
    "openapi.request-body-default-value-changed",
    "openapi.request-body-default-value-removed",
    "openapi.request-body-discriminator-mapping-changed",
    "openapi.request-body-discriminator-mapping-deleted",
    "openapi.request-body-discriminator-property-name-changed",
    "openapi.request-body-discriminator-removed",
    "openapi.request-optional-property-became-read-only",
    "openapi.request-parameter-removed-with-deprecation",
    "openapi.request-property-default-value-added",
    "openapi.request-property-default-value-changed",
    "openapi.request-property-default-value-removed",
    "openapi.request-property-discriminator-mapping-changed",
    "openapi.request-property-discriminator-mapping-deleted",
    "openapi.request-property-discriminator-property-name-changed",
    "openapi.request-property-discriminator-removed",
    "openapi.request-required-property-became-read-only",
    "openapi.response-body-discriminator-mapping-changed",
    "openapi.response-body-discriminator-mapping-deleted",
    "openapi.response-body-discriminator-property-name-changed",
    "openapi.response-body-discriminator-removed",
    "openapi.response-media-type-name-changed",
    "openapi.response-optional-property-became-write-only",
    "openapi.response-property-discriminator-mapping-changed",
    "openapi.response-property-discriminator-mapping-deleted",
    "openapi.response-property-discriminator-property-name-changed",
    "openapi.response-property-discriminator-removed",
    "openapi.response-required-property-became-write-only",
];

/// Whether a rule, or the weight that it has here, is ours alone and not that of the field's table.
pub fn is_own(id: &str) -> bool {
    own::RULES.iter().any(|rule| rule.id == id) || STRICTER.contains(&id)
}

/// The rule of an id without the family; `None` where such a change means nothing.
pub(super) fn find(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<HashMap<&str, &Rule>> = LazyLock::new(|| {
        let short = |rule: &'static Rule| rule.id.split_once('.').map_or(rule.id, |(_, id)| id);
        RULES.iter().map(|rule| (short(rule), rule)).collect()
    });
    BY_ID.get(id).copied()
}

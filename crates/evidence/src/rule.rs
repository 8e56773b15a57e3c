//! What detectors may say, as data.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::Class;

/// The version of all rule tables together. It rises whenever a rule is added, removed or means another class, because
/// verdicts are kept and compared.
pub const RULES_VERSION: u32 = 2;

/// One kind of change that a detector can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The family and the name, such as `graphql.field-removed`; policies, waivers and reports use it.
    pub id: &'static str,
    /// What such a change means, unless the context makes it lighter.
    pub class: Class,
    /// What happened and why it is in that class, one sentence.
    pub about: &'static str,
}

impl Rule {
    /// The detector's name: what stands before the point.
    pub fn family(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(family, _)| family)
    }
}

/// Declares a family's rules: a constant for each, and `RULES` with all of them.
macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident = $id:literal, $class:ident, $about:literal;)*) => {
        $(
            #[doc = $about]
            pub const $name: $crate::Rule =
                $crate::Rule { id: $id, class: $crate::Class::$class, about: $about };
        )*

        /// All rules of this family.
        pub const RULES: &[$crate::Rule] = &[$($name),*];
    };
}
pub(crate) use rules;

/// All tables, one line per family.
static TABLES: &[&[Rule]] = &[
    crate::comparison::RULES,
    crate::migrations::RULES,
    crate::openapi::RULES,
    crate::graphql::RULES,
    crate::endpoints::RULES,
    crate::requirements::RULES,
    crate::config::RULES,
    crate::api_date::RULES,
    crate::tools::RULES,
];

/// Every rule of the families that compare trees, by family, in the order of their tables.
pub fn all_rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().copied().flatten()
}

/// The rule of an id such as `graphql.field-removed`.
pub fn rule(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<BTreeMap<&str, &Rule>> =
        LazyLock::new(|| all_rules().map(|rule| (rule.id, rule)).collect());
    BY_ID.get(id).copied()
}

//! Who takes part in a demo's story. The platforms and their releases are real; these people, studios and clusters are not.

use trainyard_api as api;

/// Organisations, with their names for people.
pub(super) const PARTIES: &[(&str, &str)] = &[
    ("ayon-team", "The demo's makers of AYON"),
    ("backend-ai-team", "The demo's makers of Backend.AI"),
    ("polyaxon-team", "The demo's makers of Polyaxon"),
    ("northlight", "Northlight Animation"),
    ("kestrel", "Kestrel Visual Effects"),
    ("tidepool", "Tidepool Pictures"),
    ("glasshill", "Glasshill University"),
    ("ferncliff", "Ferncliff Research"),
];

/// Somebody in the story.
pub(super) struct Person {
    /// As `party/name`.
    pub(super) name: &'static str,
    /// The name for people.
    pub(super) title: &'static str,
    /// The product that the rights are for.
    product: &'static str,
    rights: &'static [api::Right],
    /// Whether they sign what they say.
    pub(super) signs: bool,
}

impl Person {
    /// What their token allows.
    pub(super) fn grants(&self) -> Vec<api::Grant> {
        let product = Some(self.product.to_owned());
        self.rights
            .iter()
            .map(|right| api::Grant { right: *right, product: product.clone() })
            .collect()
    }
}

use api::Right::{Block, Policy, Promote, Publish, ReadLog, Validate};

const MANAGER: &[api::Right] = &[Promote, Block, Policy, Publish, ReadLog];
const TESTER: &[api::Right] = &[Validate];
const STUDIO: &[api::Right] = &[Validate, Publish];

const fn person(
    name: &'static str,
    title: &'static str,
    product: &'static str,
    rights: &'static [api::Right],
    signs: bool,
) -> Person {
    Person { name, title, product, rights, signs }
}

/// Everybody.
pub(super) const PEOPLE: &[Person] = &[
    person("ayon-team/robot", "Release robot", "ayon", &[Publish], false),
    person("ayon-team/mira", "Mira, release manager", "ayon", MANAGER, true),
    person("ayon-team/quinn", "Quinn, tester", "ayon", TESTER, true),
    person("northlight/ada", "Ada, technical director", "ayon", STUDIO, true),
    person("kestrel/bo", "Bo, pipeline engineer", "ayon", TESTER, true),
    person("tidepool/chen", "Chen, pipeline supervisor", "ayon", TESTER, true),
    person("backend-ai-team/robot", "Release robot", "backend-ai", &[Publish], false),
    person("backend-ai-team/haneul", "Haneul, release manager", "backend-ai", MANAGER, true),
    person("glasshill/noor", "Noor, cluster operator", "backend-ai", TESTER, true),
    person("ferncliff/luca", "Luca, cluster operator", "backend-ai", TESTER, true),
    person("polyaxon-team/robot", "Release robot", "polyaxon", &[Publish], false),
    person("polyaxon-team/priya", "Priya, release manager", "polyaxon", MANAGER, true),
    person("ferncliff/sol", "Sol, platform engineer", "polyaxon", TESTER, true),
];

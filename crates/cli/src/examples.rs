//! The recorded histories that come with Trainyard.

/// A policy with a history to hold against it.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Its name on the command line.
    pub name: &'static str,
    /// The policy file.
    pub policy: &'static str,
    /// Tags with their days, as `audit --tags` reads them.
    pub tags: &'static str,
}

macro_rules! example {
    ($name:literal) => {
        Example {
            name: $name,
            policy: include_str!(concat!("../../../examples/", $name, "/trainyard.toml")),
            tags: include_str!(concat!("../../../examples/", $name, "/tags.tsv")),
        }
    };
}

const ALL: &[Example] = &[example!("ayon"), example!("backend-ai"), example!("polyaxon")];

/// Their names.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|example| example.name).collect()
}

/// The example of a name.
pub fn by_name(name: &str) -> Option<&'static Example> {
    ALL.iter().find(|example| example.name == name)
}

//! The parsers, and what each promises about what it accepts.

mod bundles;
mod cache;
mod evidence;
mod policy;
mod ranges;
mod registry;
mod release;
mod signed;
mod spellings;
mod trees;
mod upgrades;
mod versions;

use anyhow::Result;

/// Runs a parser and tells whether it took the input.
type Run = dyn Fn(&[u8]) -> bool + Send + Sync;

/// A parser.
pub(super) struct Target {
    pub(super) name: String,
    pub(super) seeds: Vec<Vec<u8>>,
    /// Whether strings from the cases are worth trying.
    pub(super) takes_strings: bool,
    /// Whether long inputs are worth trying.
    pub(super) may_stretch: bool,
    /// Parses an input and tells whether it was accepted; panics where a promise is broken.
    pub(super) run: Box<Run>,
}

impl Target {
    /// A parser of text. Bytes that are no UTF-8 are replaced.
    fn of_text(
        name: impl Into<String>,
        seeds: impl IntoIterator<Item = impl Into<Vec<u8>>>,
        run: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            seeds: seeds.into_iter().map(Into::into).collect(),
            takes_strings: true,
            may_stretch: true,
            run: Box::new(move |input| run(&String::from_utf8_lossy(input))),
        }
    }

    /// Leaves the strings of the cases out.
    fn with_own_seeds_only(mut self) -> Self {
        self.takes_strings = false;
        self
    }
}

/// All parsers.
pub(super) fn all() -> Result<Vec<Target>> {
    let mut targets = versions::targets()?;
    targets.extend(ranges::targets());
    targets.extend(spellings::targets());
    targets.extend(evidence::targets());
    targets.extend(trees::targets());
    targets.extend(release::targets());
    targets.extend(bundles::targets());
    targets.extend(upgrades::targets());
    targets.extend(signed::targets());
    targets.extend(registry::targets());
    targets.extend(policy::targets()?);
    targets.extend(cache::targets()?);
    Ok(targets)
}

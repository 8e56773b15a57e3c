//! Sets of any scheme's versions, read as they are shown.

#[cfg(test)]
mod tests;

use crate::{ParseError, Scheme, VersionSet};

const WHAT: &str = "range";

impl Scheme {
    /// Reads a set in the notation that sets are shown in: `>=1.2.0, <2.0.0 || 3.1.0`, `*` or `(none)`.
    ///
    /// All of a comma list must hold, and any of the alternatives. Comparisons are `>=`, `>`, `<=`, `<`, `=` and `!=`; a
    /// version alone means itself. There are no rules for pre-releases: they are where the order puts them.
    ///
    /// *Errors*: the position and what was expected there.
    /// *Cost*: n log n in the number of comparisons.
    pub fn parse_set(&self, text: &str) -> Result<VersionSet, ParseError> {
        let alternatives = pieces(text, 0, "||")
            .map(|(start, alternative)| {
                let comparisons = pieces(alternative, start, ",")
                    .map(|(start, comparison)| self.parse_comparison(text, start, comparison));
                comparisons.collect::<Result<Vec<_>, _>>().map(VersionSet::intersection_of)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(VersionSet::union_of(alternatives))
    }

    /// Reads one comparison that stands in `whole` from `start`.
    fn parse_comparison(
        &self,
        whole: &str,
        start: usize,
        comparison: &str,
    ) -> Result<VersionSet, ParseError> {
        let error = |position, expected: &str| ParseError::new(whole, WHAT, position, expected);
        let trimmed = comparison.trim_start();
        let start = start + comparison.len() - trimmed.len();
        let trimmed = trimmed.trim_end();
        match trimmed {
            "" => return Err(error(start, "a comparison such as `>=1.0.0`, or `*`")),
            "*" => return Ok(VersionSet::full()),
            "(none)" => return Ok(VersionSet::empty()),
            _ => {}
        }
        let operators = ["<=", ">=", "!=", "==", "<", ">", "="];
        let operator = operators.into_iter().find(|operator| trimmed.starts_with(operator));
        let after = &trimmed[operator.map_or(0, str::len)..];
        let version = after.trim_start();
        let start = start + trimmed.len() - version.len();
        if version.is_empty() {
            return Err(error(start, "a version"));
        }
        let version =
            self.parse(version).map_err(|inner| error(start + inner.position, &inner.expected))?;
        Ok(match operator {
            Some("<=") => VersionSet::at_most(&version),
            Some(">=") => VersionSet::at_least(&version),
            Some("!=") => VersionSet::exactly(&version).complement(),
            Some("<") => VersionSet::below(&version),
            Some(">") => VersionSet::above(&version),
            _ => VersionSet::exactly(&version),
        })
    }
}

/// What stands between the separators of a text that begins at `start` of a greater one, with where it begins.
fn pieces<'text>(
    text: &'text str,
    start: usize,
    separator: &'static str,
) -> impl Iterator<Item = (usize, &'text str)> {
    text.split(separator).scan(start, move |next, piece| {
        let start = *next;
        *next += piece.len() + separator.len();
        Some((start, piece))
    })
}

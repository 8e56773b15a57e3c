//! Raising a cargo requirement to a new version.

use super::{Comparator, Operator, comparators};
use crate::Version;

/// The requirement with every comparator raised to `version`, at the precision it was written with.
///
/// None where nothing changes, or where a comparator has a bound that does not follow from the version.
pub(crate) fn upgraded(text: &str, version: &Version) -> Option<String> {
    let comparators = comparators(text).ok()?;
    let raised: Vec<_> =
        comparators.iter().map(|comparator| raise(comparator, version)).collect::<Option<_>>()?;
    let raised = raised.join(", ");
    (!raised.is_empty() && raised != text.trim()).then_some(raised)
}

fn raise(comparator: &Comparator<'_>, version: &Version) -> Option<String> {
    let follows = matches!(
        comparator.operator,
        Operator::Exact | Operator::Tilde | Operator::Caret | Operator::Wildcard
    );
    if !follows {
        return None;
    }
    let raised = Comparator {
        numbers: [version.segment(0), version.segment(1), version.segment(2)],
        prerelease: match comparator.precision {
            3 => prerelease(version),
            _ => "",
        },
        ..*comparator
    };
    let canonical = raised.canonical();
    if comparator.is_operator_written {
        Some(canonical)
    } else {
        Some(canonical.trim_start_matches('^').to_owned())
    }
}

fn prerelease(version: &Version) -> &str {
    let release = version.canonical().split('+').next().unwrap_or_default();
    release.split_once('-').map_or("", |(_, prerelease)| prerelease)
}

//! From which branch to which.

use trainyard_history::carried::{Chain, Crossing, Station};

use crate::error::CommandError;

/// A part of each chain, by places.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    /// For each chain its first and last place; none where the chain is left out.
    places: Vec<Option<(usize, usize)>>,
    /// Whether the first was named.
    is_named: bool,
}

impl Range {
    /// The part between two branches or lines; the whole where none is named.
    ///
    /// *Errors*: no chain has a branch or line of that name, or they are in the wrong order.
    pub(crate) fn of(
        chains: &[Chain],
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Self, CommandError> {
        for asked in [from, to].into_iter().flatten() {
            if chains.iter().all(|chain| chain.place(asked).is_none()) {
                return Err(unknown(chains, asked));
            }
        }
        let mut places = Vec::new();
        for chain in chains {
            let last = chain.stations.len().saturating_sub(1);
            let first = from.map_or(Some(0), |from| chain.place(from));
            let end = to.map_or(Some(last), |to| chain.place(to));
            places.push(first.zip(end));
        }
        let is_backward =
            |place: &Option<(usize, usize)>| place.is_none_or(|(one, other)| one >= other);
        if let (Some(from), Some(to)) = (from, to)
            && places.iter().all(is_backward)
        {
            let error = CommandError::usage(format!("fixes do not go from {from} to {to}"));
            return Err(error.hint(format!(
                "they go from each line to the next; to bring a commit to an older line, run `trainyard backport COMMIT --to {to}`"
            )));
        }
        Ok(Self { places, is_named: from.is_some() })
    }

    /// Whether a crossing begins and ends within.
    pub(crate) fn has(&self, chains: &[Chain], crossing: &Crossing) -> bool {
        chains.iter().zip(&self.places).any(|(chain, places)| {
            let place = |station: &Station| chain.stations.iter().position(|each| each == station);
            let both = place(&crossing.from).zip(place(&crossing.into));
            both.zip(*places)
                .is_some_and(|((from, into), (first, last))| from >= first && into <= last)
        })
    }

    /// The merges of a chain in order: each branch into the next one that takes fixes.
    ///
    /// Retired lines hand nothing on unless one is named as the first.
    pub(crate) fn steps<'c>(
        &self,
        index: usize,
        chain: &'c Chain,
    ) -> Vec<(&'c Station, &'c Station)> {
        let Some((first, last)) = self.places.get(index).copied().flatten() else {
            return Vec::new();
        };
        let stations = chain.stations.get(first..=last).unwrap_or_default();
        let steps = stations.iter().enumerate().filter_map(|(place, from)| {
            let hands_on = !from.is_retired || (place == 0 && self.is_named);
            let into = stations.iter().skip(place + 1).find(|station| !station.is_retired)?;
            hands_on.then_some((from, into))
        });
        steps.collect()
    }
}

/// The branch or line of a name, in any chain.
///
/// *Errors*: there is none; names that are like it are told.
pub(crate) fn station<'c>(chains: &'c [Chain], asked: &str) -> Result<&'c Station, CommandError> {
    let found = chains.iter().find_map(|chain| chain.stations.get(chain.place(asked)?));
    found.ok_or_else(|| unknown(chains, asked))
}

fn unknown(chains: &[Chain], asked: &str) -> CommandError {
    let stations = chains.iter().flat_map(|chain| &chain.stations);
    let mut names: Vec<_> = stations.map(Station::full_name).collect();
    names.dedup();
    let error =
        CommandError::usage(format!("`{asked}` is no line and no branch that the policy knows"));
    let alike = nearest(asked, &names);
    match alike {
        Some(name) => error.hint(format!("did you mean {name}?")),
        None => error.hint(format!("there are {}", names.join(", "))),
    }
}

/// The name that differs in the fewest letters, where at most a third differ.
fn nearest<'n>(asked: &str, names: &'n [String]) -> Option<&'n str> {
    const LONGEST: usize = 60;
    let near = names.iter().filter(|name| name.len() <= LONGEST && asked.len() <= LONGEST);
    let near = near.map(|name| (distance(asked, name), name));
    let best = near.min_by_key(|(distance, _)| *distance)?;
    let most = asked.chars().count().max(best.1.chars().count()).div_ceil(3);
    (best.0 > 0 && best.0 <= most).then_some(best.1)
}

/// How many letters are put in, taken out or replaced.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (column, candidate) in other.iter().enumerate() {
            let above = row.get(column + 1).copied().unwrap_or_default();
            let replaced = diagonal + usize::from(letter != *candidate);
            diagonal = above;
            let best = replaced.min(above + 1).min(left + 1);
            if let Some(before) = row.get_mut(column) {
                *before = left;
            }
            left = best;
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn letters_that_differ_are_counted() {
        for (one, other, expected) in [
            ("24.03", "24.03", 0),
            ("24.3", "24.03", 1),
            ("1.1", "1.2", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}

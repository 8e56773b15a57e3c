//! From clauses that cannot hold together to sides that a person can follow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    Conflict, Link, Side,
    core::{Core, Piece},
};
use crate::{Need, PackageId, Problem, RankSet, Term};

/// Tells a core as a conflict.
pub(super) fn conflict(problem: &Problem<'_>, core: &Core) -> Conflict {
    let links = links(&core.pieces);
    let culprit = culprit(&links);
    let ways = ways(&links);
    let mut sides: Vec<_> = culprit
        .into_iter()
        .flat_map(|culprit| {
            let about = links.iter().filter(move |link| targets(link).any(|id| id == culprit));
            about.map(move |link| (culprit, link))
        })
        .map(|(culprit, link)| side(problem, culprit, link, &links, &ways))
        .collect();
    sides.sort_by_key(least_origin);
    Conflict { origins: core.origins.iter().copied().collect(), culprit, sides }
}

fn least_origin(side: &Side) -> Option<crate::Origin> {
    side.chain.last().and_then(|link| link.origins.first()).copied()
}

/// The packages that a link is about.
fn targets(link: &Link) -> impl Iterator<Item = PackageId> {
    link.need.terms().iter().map(|term| term.package)
}

/// What makes clauses similar: who asks, whether absence is fine, and of which packages.
type Kind = (Option<PackageId>, bool, Vec<PackageId>, Option<usize>);

/// Brings similar clauses of a package's candidates together; clauses of the request stay alone.
fn links(pieces: &[Piece]) -> Vec<Link> {
    let mut kinds: BTreeMap<Kind, Vec<&Piece>> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        let need = &piece.clause.need;
        let packages = need.terms().iter().map(|term| term.package).collect();
        let alone = piece.owner.is_none().then_some(index);
        let kind = (piece.owner, matches!(need, Need::AbsentOr(_)), packages, alone);
        kinds.entry(kind).or_default().push(piece);
    }
    let mut links: Vec<_> = kinds.into_values().filter_map(|pieces| link(&pieces)).collect();
    links
        .sort_by(|left, right| (&left.origins, left.package).cmp(&(&right.origins, right.package)));
    links
}

/// One link for similar clauses: a candidate wants what all of its clauses want, and the link what any candidate wants.
fn link(pieces: &[&Piece]) -> Option<Link> {
    let (first, others) = pieces.split_first()?;
    let mut when = first.when.clone();
    let mut origins = BTreeSet::from([first.clause.origin]);
    for piece in others {
        when = when.union(&piece.when);
        origins.insert(piece.clause.origin);
    }
    let is_simple = first.clause.need.terms().len() == 1;
    let place = |at: usize, term: &Term| {
        let ranks = |piece: &&Piece| {
            let found = piece.clause.need.terms().get(at);
            (piece.when.clone(), found.map(|term| term.ranks.clone()).unwrap_or_default())
        };
        let wanted: Vec<_> = pieces.iter().map(ranks).collect();
        Term::new(term.package, if is_simple { joined(&when, &wanted) } else { any(&wanted) })
    };
    let need = match &first.clause.need {
        Need::AnyOf(terms) => {
            Need::AnyOf(terms.iter().enumerate().map(|(at, term)| place(at, term)).collect())
        }
        Need::AbsentOr(term) => Need::AbsentOr(place(0, term)),
    };
    let package = first.owner;
    Some(Link { package, when, need, origins: origins.into_iter().collect() })
}

fn any(wanted: &[(RankSet, RankSet)]) -> RankSet {
    wanted.iter().fold(RankSet::empty(), |all, (_, ranks)| all.union(ranks))
}

/// What any candidate wants, where each wants what all of its clauses want.
fn joined(when: &RankSet, wanted: &[(RankSet, RankSet)]) -> RankSet {
    let overlap = wanted.iter().map(|(when, _)| when.len()).sum::<usize>() > when.len();
    if !overlap || when.is_empty() {
        return any(wanted);
    }
    let of = |rank: u32| {
        let mut ranks =
            wanted.iter().filter(|(when, _)| when.contains(rank)).map(|(_, ranks)| ranks);
        let first = ranks.next().cloned().unwrap_or_default();
        ranks.fold(first, |both, ranks| both.intersection(ranks))
    };
    when.iter().fold(RankSet::empty(), |all, rank| all.union(&of(rank)))
}

/// The package on which the links cannot agree: one that asks for nothing itself, and that the most links are about.
fn culprit(links: &[Link]) -> Option<PackageId> {
    let asking: BTreeSet<_> = links.iter().filter_map(|link| link.package).collect();
    let mut counts: BTreeMap<PackageId, usize> = BTreeMap::new();
    for package in links.iter().flat_map(targets) {
        *counts.entry(package).or_default() += 1;
    }
    let better = |(package, count): &(&PackageId, &usize)| {
        (!asking.contains(package), **count, std::cmp::Reverse(**package))
    };
    counts.iter().max_by_key(better).map(|(package, _)| *package)
}

/// The link by which each package is first asked for, from the request on.
fn ways(links: &[Link]) -> BTreeMap<PackageId, usize> {
    let mut by_owner: BTreeMap<Option<PackageId>, Vec<usize>> = BTreeMap::new();
    for (index, link) in links.iter().enumerate() {
        if matches!(link.need, Need::AnyOf(_)) {
            by_owner.entry(link.package).or_default().push(index);
        }
    }
    let mut ways = BTreeMap::new();
    let mut open = VecDeque::from([None]);
    while let Some(owner) = open.pop_front() {
        for &index in by_owner.get(&owner).into_iter().flatten() {
            for package in targets(&links[index]) {
                ways.entry(package).or_insert_with(|| {
                    open.push_back(Some(package));
                    index
                });
            }
        }
    }
    ways
}

fn side(
    problem: &Problem<'_>,
    culprit: PackageId,
    link: &Link,
    links: &[Link],
    ways: &BTreeMap<PackageId, usize>,
) -> Side {
    let mut chain = vec![link.clone()];
    let mut owner = link.package;
    // A way never passes a package twice, so this ends.
    while let Some(index) = owner.and_then(|owner| ways.get(&owner)) {
        let before = &links[*index];
        chain.push(before.clone());
        owner = before.package;
        if chain.len() > links.len() {
            break;
        }
    }
    chain.reverse();
    let about = link.need.terms().iter().filter(|term| term.package == culprit);
    let all = RankSet::all(problem.catalogue.candidates(culprit));
    let wants = about.fold(RankSet::empty(), |wants, term| wants.union(&term.ranks));
    let may_be_absent = match &link.need {
        Need::AnyOf(terms) => terms.iter().any(|term| term.package != culprit),
        Need::AbsentOr(_) => true,
    };
    Side { chain, wants: wants.intersection(&all), may_be_absent }
}

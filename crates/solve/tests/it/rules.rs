//! What each kind of clause and each objective means, one small catalogue each.

use trainyard_solve::{
    Assignment, Budget, Catalogue, Clause, Engine, Need, Nogoods, Objective, Origin, PackageId,
    Problem, RankSet, Term, Weights, validate,
};

const A: PackageId = PackageId(0);
const B: PackageId = PackageId(1);
const C: PackageId = PackageId(2);

/// Three packages with three candidates each.
fn three() -> Catalogue {
    let mut catalogue = Catalogue::new();
    for _ in 0..3 {
        catalogue.add_package(3);
    }
    catalogue
}

fn any(package: PackageId) -> Need {
    Need::one(package, RankSet::all(3))
}

fn either(packages: [PackageId; 2]) -> Need {
    Need::AnyOf(packages.map(|package| Term::new(package, RankSet::all(3))).to_vec())
}

fn clause(need: Need) -> Clause {
    Clause::new(Origin(0), need)
}

/// The pins of the answer to a request.
fn answer(catalogue: &Catalogue, request: &[Need], objective: &Objective) -> Vec<(PackageId, u32)> {
    let problem = Problem::new(catalogue, request.iter().cloned().map(clause).collect());
    let outcome = Nogoods.solve(&problem, objective, Budget::default());
    let assignment = outcome.solution().expect("it has an answer").assignment;
    assert!(validate(&problem, &assignment).is_empty());
    assignment.iter().collect()
}

fn least(current: &[(PackageId, u32)], weights: Weights) -> Objective {
    let current: Assignment = current.iter().copied().collect();
    Objective::MinimalChange { current, weights }
}

#[test]
fn the_first_alternative_is_taken() {
    let catalogue = three().sealed();
    assert_eq!(answer(&catalogue, &[either([B, A])], &Objective::Newest), [(B, 0)]);
}

#[test]
fn an_alternative_that_is_there_already_is_enough() {
    let catalogue = three().sealed();
    let request = [either([B, A]), any(A)];
    assert_eq!(answer(&catalogue, &request, &Objective::Newest), [(A, 0)]);
}

#[test]
fn a_weak_requirement_asks_for_nothing_and_holds_what_comes() {
    let mut catalogue = three();
    catalogue.add(A, 0, clause(any(B)));
    let catalogue = catalogue.sealed();
    let weak = Need::AbsentOr(Term::new(B, RankSet::one(2)));
    assert_eq!(answer(&catalogue, &[weak.clone(), any(C)], &Objective::Newest), [(C, 0)]);
    assert_eq!(answer(&catalogue, &[weak, any(A)], &Objective::Newest), [(A, 0), (B, 2)]);
}

#[test]
fn a_conflict_makes_the_package_that_comes_later_older() {
    let mut catalogue = three();
    catalogue.add(A, 0, clause(Need::conflict(B, 3, &RankSet::range(0..2))));
    let catalogue = catalogue.sealed();
    assert_eq!(answer(&catalogue, &[any(A), any(B)], &Objective::Newest), [(A, 0), (B, 2)]);
    assert_eq!(answer(&catalogue, &[any(B), any(A)], &Objective::Newest), [(A, 1), (B, 0)]);
}

#[test]
fn the_oldest_is_the_highest_rank() {
    let mut catalogue = three();
    catalogue.add(A, 2, clause(Need::one(B, RankSet::range(0..2))));
    let catalogue = catalogue.sealed();
    assert_eq!(answer(&catalogue, &[any(A)], &Objective::Oldest), [(A, 2), (B, 1)]);
}

#[test]
fn what_nothing_asks_for_stays_where_removals_cost() {
    let catalogue = three().sealed();
    let current = [(A, 1), (C, 2)];
    let objective = least(&current, Weights::default());
    assert_eq!(answer(&catalogue, &[any(A)], &objective), current);
}

#[test]
fn weights_decide_between_a_change_and_a_removal() {
    let mut catalogue = three();
    // The new one of A does not go with the present one of C.
    catalogue.add(A, 0, clause(Need::conflict(C, 3, &RankSet::one(2))));
    let catalogue = catalogue.sealed();
    let current = [(A, 1), (C, 2)];
    let request = [Need::one(A, RankSet::one(0))];
    let change = Weights { changed: 1, added: 1, removed: 2 };
    assert_eq!(answer(&catalogue, &request, &least(&current, change)), [(A, 0), (C, 0)]);
    let removal = Weights { changed: 2, added: 1, removed: 1 };
    assert_eq!(answer(&catalogue, &request, &least(&current, removal)), [(A, 0)]);
}

#[test]
fn choices_inside_of_packages_are_no_change() {
    let mut catalogue = three();
    let variant = catalogue.add_choice(2);
    for rank in 0..3 {
        catalogue.add(A, rank, clause(Need::one(variant, RankSet::all(2))));
    }
    catalogue.add(variant, 1, clause(any(B)));
    let catalogue = catalogue.sealed();
    let objective = least(&[(A, 1), (variant, 1)], Weights::default());
    assert_eq!(answer(&catalogue, &[any(A)], &objective), [(A, 1), (variant, 0)]);
}

#[test]
fn everything_that_does_not_hold_is_told_at_once() {
    let mut catalogue = three();
    catalogue.add(A, 0, clause(Need::one(B, RankSet::one(0))));
    catalogue.add(A, 0, clause(Need::conflict(C, 3, &RankSet::all(3))));
    catalogue.add(A, 1, clause(any(B)));
    let catalogue = catalogue.sealed();
    let problem = Problem::new(&catalogue, vec![clause(Need::one(A, RankSet::one(1)))]);
    let pins: Assignment = [(A, 0), (B, 1), (C, 0)].into_iter().collect();
    let by: Vec<_> = validate(&problem, &pins).iter().map(|violation| violation.by).collect();
    assert_eq!(by, [None, Some((A, 0)), Some((A, 0))]);
}

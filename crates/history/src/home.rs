//! Which components live in the repository at hand.

use trainyard_policy::Policy;

/// A policy as seen from the repository of that name.
///
/// Where components declare that repository as theirs, they are at home, and those of the policy's own repository are
/// elsewhere. Else nothing changes.
#[must_use]
pub fn seen_from(mut policy: Policy, repository: &str) -> Policy {
    let is_here = |address: &String| last_part(address) == repository;
    if !policy.components.iter().any(|each| each.repository.as_ref().is_some_and(is_here)) {
        return policy;
    }
    let own = policy.product.name.clone();
    for component in &mut policy.components {
        component.repository = match component.repository.take() {
            Some(address) if is_here(&address) => None,
            None => Some(own.clone()),
            elsewhere => elsewhere,
        };
    }
    policy
}

/// `web` of `https://example.org/web.git`.
fn last_part(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    let address = address.strip_suffix(".git").unwrap_or(address);
    address.rsplit(['/', ':']).next().unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use trainyard_policy::Policy;

    use super::seen_from;

    fn at_home(repository: &str) -> Vec<String> {
        let Some(policy) = Policy::preset("ayon") else { return Vec::new() };
        let policy = seen_from(policy, repository);
        let here = policy.components.into_iter().filter(|each| each.repository.is_none());
        here.map(|component| component.name).collect()
    }

    #[test]
    fn components_are_at_home_in_the_repository_they_name() {
        assert_eq!(at_home("ayon-frontend"), ["frontend"]);
        assert_eq!(at_home("ayon-backend"), ["backend"]);
        assert_eq!(at_home("anything"), ["backend"]);
    }
}

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, sample::subsequence};

use super::{
    Attestation, Candidate, DAY_SECS, EnrolledKey, Outcome, PassedOver, Principal, Rule, weigh,
};
use crate::keys::KeyId;

const NOW: u64 = 100 * DAY_SECS;

fn key(id: &str) -> EnrolledKey {
    EnrolledKey { id: KeyId::new(id), from_secs: 0, until_secs: None, is_revoked: false }
}

/// Ann made it at home; Ben is of the same house, Cleo and Dan of others.
fn principals() -> BTreeMap<String, Principal> {
    let rows = [("ann", "home"), ("ben", "home"), ("cleo", "studio"), ("dan", "lab")];
    let principal = |(name, organisation): (&str, &str)| {
        let keys = vec![key(name), key(&format!("{name}-2"))];
        (name.to_owned(), Principal { organisation: organisation.to_owned(), keys })
    };
    rows.into_iter().map(principal).collect()
}

fn candidate() -> Candidate {
    Candidate {
        digest: "d".to_owned(),
        flavour: "full".to_owned(),
        authors: BTreeSet::from(["ann".to_owned()]),
        organisation: "home".to_owned(),
        since_secs: NOW - 5 * DAY_SECS,
    }
}

fn passed(id: &str, signers: &[&str]) -> Attestation {
    Attestation {
        id: id.to_owned(),
        signers: signers.iter().map(|signer| KeyId::new(*signer)).collect(),
        logged_secs: NOW - DAY_SECS,
        digest: "d".to_owned(),
        flavour: "full".to_owned(),
        environment: id.to_owned(),
        outcome: Outcome::Passed,
        is_withdrawn: false,
    }
}

fn rule() -> Rule {
    Rule { principals: 2, organisations: 2, external: 1, environments: 2, ..Rule::default() }
}

/// What the rule says, with the people as they are.
fn told(rule: &Rule, attestations: &[Attestation]) -> String {
    weigh(rule, &candidate(), attestations, &principals(), NOW).to_string()
}

#[test]
fn enough_parties_meet_a_rule() {
    let verdict = weigh(
        &rule(),
        &candidate(),
        &[passed("1", &["ben"]), passed("2", &["cleo"])],
        &principals(),
        NOW,
    );
    assert!(verdict.is_met());
    assert_eq!(verdict.to_string(), "met");
    assert_eq!(verdict.relied_on, BTreeSet::from(["1".to_owned(), "2".to_owned()]));
}

#[test]
fn what_is_missing_is_told() {
    let rule = Rule { external: 2, soak_secs: 14 * DAY_SECS, ..rule() };
    let both = [passed("1", &["ben"]), passed("2", &["cleo"])];
    assert_eq!(told(&rule, &both), "not met: 1 of 2 external validators; 5 of 14 days of soak");
    let none = "not met: 0 of 2 validators; 0 of 2 organisations; 0 of 1 external validator; 0 of 2 environments";
    assert_eq!(told(&super::tests::rule(), &[]), none);
}

#[test]
fn two_keys_are_one_party() {
    let rule = Rule { principals: 2, ..Rule::default() };
    let keys = [passed("1", &["cleo"]), passed("2", &["cleo-2"]), passed("3", &["cleo", "cleo-2"])];
    assert_eq!(told(&rule, &keys), "not met: 1 of 2 validators");
    assert_eq!(told(&rule, &[passed("1", &["cleo", "dan"])]), "met");
}

#[test]
fn a_failure_refuses_until_it_is_taken_back() {
    let rule = Rule { fresh_secs: Some(2 * DAY_SECS), ..Rule::default() };
    let mut failed =
        Attestation { outcome: Outcome::Failed, logged_secs: 0, ..passed("9", &["ann"]) };
    assert_eq!(told(&rule, &[failed.clone()]), "not met: refused by 9");
    failed.signers = BTreeSet::from([KeyId::new("nobody")]);
    assert_eq!(told(&rule, &[failed.clone()]), "met");
    failed.signers = BTreeSet::from([KeyId::new("dan")]);
    let mut people = principals();
    people.get_mut("dan").unwrap().keys[0].is_revoked = true;
    let verdict = weigh(&rule, &candidate(), std::slice::from_ref(&failed), &people, NOW);
    assert_eq!(verdict.to_string(), "not met: refused by 9");
    failed.is_withdrawn = true;
    assert_eq!(told(&rule, &[failed]), "met");
}

#[test]
fn rules_are_read_as_json() {
    let read = |text: &str| serde_json::from_str::<Rule>(text);
    let rule = Rule { principals: 2, fresh_secs: Some(9), ..Rule::default() };
    assert_eq!(read(r#"{"principals": 2, "fresh-secs": 9}"#).unwrap(), rule);
    let text = serde_json::to_string(&rule).unwrap();
    assert_eq!(
        text,
        r#"{"principals":2,"organisations":0,"external":0,"environments":0,"fresh-secs":9,"soak-secs":0,"accepts-warned":false}"#
    );
    assert_eq!(read(&text).unwrap(), rule);
    for wrong in
        [r#"{"principal": 2}"#, r#"{"principals": -1}"#, r#"{"external": 1, "external": 0}"#]
    {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let verdict = weigh(&rule, &candidate(), &[passed("1", &["ben"])], &principals(), NOW);
    let text = serde_json::to_string(&verdict).unwrap();
    assert!(text.contains(r#""passed-over":{"1":"stale"}"#), "{text}");
    assert!(text.contains(r#"{"of":"principals","has":0,"needs":2}"#), "{text}");
    assert_eq!(serde_json::from_str::<super::Verdict>(&text).unwrap(), verdict);
    let attestation = passed("1", &["ben"]);
    let text = serde_json::to_string(&attestation).unwrap();
    assert!(text.contains(r#""outcome":"PASSED""#), "{text}");
    assert_eq!(serde_json::from_str::<Attestation>(&text).unwrap(), attestation);
}

#[test]
fn what_counts_for_nothing_is_told_with_its_reason() {
    let rule = Rule { principals: 1, fresh_secs: Some(2 * DAY_SECS), ..Rule::default() };
    let mut people = principals();
    people.get_mut("ben").unwrap().keys[1].is_revoked = true;
    people.get_mut("cleo").unwrap().keys[1].until_secs = Some(NOW - DAY_SECS);
    people.get_mut("dan").unwrap().keys.push(key("cleo"));
    let good = || passed("1", &["dan"]);
    let rows = [
        (Attestation { is_withdrawn: true, ..good() }, PassedOver::Withdrawn),
        (Attestation { digest: "e".to_owned(), ..good() }, PassedOver::OtherSubject),
        (Attestation { flavour: "slim".to_owned(), ..good() }, PassedOver::OtherSubject),
        (Attestation { logged_secs: NOW + 1, ..good() }, PassedOver::Later),
        (Attestation { logged_secs: NOW - 3 * DAY_SECS, ..good() }, PassedOver::Stale),
        (Attestation { outcome: Outcome::Warned, ..good() }, PassedOver::Warned),
        (passed("1", &["nobody"]), PassedOver::UnknownKey),
        (passed("1", &["cleo"]), PassedOver::UnknownKey),
        (passed("1", &["cleo-2"]), PassedOver::OutOfTerm),
        (passed("1", &["ben-2"]), PassedOver::Revoked),
        (passed("1", &["ann"]), PassedOver::ByAuthor),
    ];
    for (attestation, why) in rows {
        let verdict = weigh(&rule, &candidate(), &[attestation], &people, NOW);
        assert!(!verdict.is_met(), "{why:?}");
        assert_eq!(verdict.passed_over.get("1"), Some(&why));
    }
    assert!(weigh(&rule, &candidate(), &[good()], &people, NOW).is_met());
    let warned = Attestation { outcome: Outcome::Warned, ..good() };
    assert_eq!(told(&Rule { accepts_warned: true, ..rule }, &[warned]), "met");
    let before = Attestation { logged_secs: NOW - DAY_SECS - 1, ..passed("1", &["cleo-2"]) };
    assert!(weigh(&rule, &candidate(), &[before], &people, NOW).is_met());
}

/// Attestations of every sort, by keys of everybody.
fn attestation() -> impl Strategy<Value = Attestation> {
    let keys = ["ann", "ann-2", "ben", "ben-2", "cleo", "cleo-2", "dan", "dan-2", "nobody"];
    let outcome = prop_oneof![
        8 => Just(Outcome::Passed),
        1 => Just(Outcome::Warned),
        1 => Just(Outcome::Failed)
    ];
    let flags = (proptest::bool::weighted(0.1), proptest::bool::weighted(0.1));
    (0..9_u8, subsequence(keys.to_vec(), 1..=2), 96..=101_u64, flags, outcome, 0..3_u8).prop_map(
        |(id, signers, day, (is_withdrawn, is_other), outcome, environment)| Attestation {
            logged_secs: day * DAY_SECS,
            digest: if is_other { "e" } else { "d" }.to_owned(),
            environment: environment.to_string(),
            outcome,
            is_withdrawn,
            ..passed(&id.to_string(), &signers)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(9_000))]

    /// The model: who has, by the plainest reading, a good attestation. Fewer than a rule asks for never meet it.
    /// Each case is held against twelve rules, so that there are more than 100,000 answers.
    #[test]
    fn no_fewer_parties_meet_a_rule(
        attestations in proptest::collection::vec(attestation(), 0..8),
        revoked in 0..16_usize,
        expired in 0..16_usize,
    ) {
        let mut people = principals();
        let mut keys: Vec<_> = people.values_mut().flat_map(|person| &mut person.keys).collect();
        if let Some(key) = keys.get_mut(revoked) { key.is_revoked = true; }
        if let Some(key) = keys.get_mut(expired) { key.until_secs = Some(98 * DAY_SECS); }
        let fresh_secs = Some(3 * DAY_SECS);
        let has_signed = |person: &Principal, one: &Attestation| person.keys.iter().any(|key| {
            let in_term = key.until_secs.is_none_or(|until| one.logged_secs < until);
            let is_good = !key.is_revoked || one.outcome == Outcome::Failed;
            one.signers.contains(&key.id) && is_good && in_term
        });
        let on_subject = |one: &&Attestation| {
            one.digest == "d" && !one.is_withdrawn && one.logged_secs <= NOW
        };
        let validated = |name: &&str| attestations.iter().filter(on_subject).any(|one| {
            let is_fresh = one.logged_secs >= NOW - 3 * DAY_SECS;
            one.outcome == Outcome::Passed && is_fresh && has_signed(&people[*name], one)
        });
        let refused = attestations.iter().filter(on_subject).any(|one| {
            one.outcome == Outcome::Failed && people.values().any(|person| has_signed(person, one))
        });
        let parties = ["ben", "cleo", "dan"].iter().filter(|name| validated(name)).count();
        let others = ["cleo", "dan"].iter().filter(|name| validated(name)).count();
        for (principals, external) in (0..4).flat_map(|needed| (0..3).map(move |of| (needed, of))) {
            let rule = Rule { principals, external, fresh_secs, ..Rule::default() };
            let verdict = weigh(&rule, &candidate(), &attestations, &people, NOW);
            let should = parties >= principals && others >= external && !refused;
            prop_assert_eq!(verdict.is_met(), should, "{}", verdict);
        }
    }
    /// Whoever can add what passed cannot undo; whoever can only take away cannot promote.
    #[test]
    fn more_that_passed_never_undoes_and_less_never_meets(
        attestations in proptest::collection::vec(attestation(), 0..8),
        more in attestation(),
        revoked in 0..8_usize,
        withdrawn in 0..8_usize,
        (principals, organisations) in (0..3_usize, 0..3_usize),
        (external, environments) in (0..2_usize, 0..3_usize),
    ) {
        let fresh_secs = Some(3 * DAY_SECS);
        let rule =
            Rule { principals, organisations, external, environments, fresh_secs, ..Rule::default() };
        let people = super::tests::principals();
        let is_met = |attestations: &[Attestation], people: &BTreeMap<String, Principal>| {
            weigh(&rule, &candidate(), attestations, people, NOW).is_met()
        };
        let met = is_met(&attestations, &people);
        let mut longer = attestations.clone();
        longer.push(Attestation { outcome: Outcome::Passed, id: "more".to_owned(), ..more });
        prop_assert!(!met || is_met(&longer, &people), "one more undid it");
        let mut fewer = people.clone();
        if let Some(key) = fewer.values_mut().flat_map(|person| &mut person.keys).nth(revoked) {
            key.is_revoked = true;
        }
        prop_assert!(met || !is_met(&attestations, &fewer), "a revoked key met it");
        let mut shorter = attestations.clone();
        if let Some(one) = shorter.get_mut(withdrawn) && one.outcome != Outcome::Failed {
            one.is_withdrawn = true;
        }
        prop_assert!(met || !is_met(&shorter, &people), "one less met it");
    }
}

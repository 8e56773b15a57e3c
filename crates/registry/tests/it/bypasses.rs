//! Ways around a quorum that somebody could think of, each of them closed.

use trainyard_attest::{Envelope, Outcome};
use trainyard_registry::{
    Command, Decided, Digest, Maturity, Name, Refusal, VersionText,
    attestations::{Attest, Withdraw},
    channels::{
        BringIn, ChangeChannel, ChannelRule, MoveKind, PastMove, Promote, approvals_of_force,
        approvals_of_policy,
    },
    parties::{EndKey, EnrolKey, EnrolParty, EnrolPrincipal},
    products::{ComponentFacts, RecordWaiver, SetPolicy},
    releases::Yank,
    risks::{DeclareRisk, RiskDeclared, RiskEffect},
};

use crate::world::{
    DAY, World, approval, key_of, name, policy, principal, promotion, test_result, version,
};

fn rule(principals: usize) -> ChannelRule {
    ChannelRule { principals, ..ChannelRule::default() }
}

/// The conditions that a refusal tells as not met.
fn unmet(refused: Result<Decided, Refusal>) -> Vec<String> {
    let refusal = refused.unwrap_err();
    let unmet = refusal.conditions.iter().filter(|condition| !condition.is_met);
    unmet.map(|condition| condition.text.clone()).collect()
}

fn force(world: &mut World, who: &str, number: &str) -> Result<Decided, Refusal> {
    world.ask(who, Command::Promote(promotion("production", number, true)))
}

/// What must be signed so that a release is let in by force.
fn proposal_of_force(world: &World, number: &str) -> Digest {
    let product = world.state.product("pipeline").unwrap();
    let channel = product.channel(&name("core"), &name("production")).unwrap();
    let release = product.sequence("core").unwrap().find(number).unwrap();
    approvals_of_force(&world.state, product, channel, release, world.now).proposal
}

fn proposal_of_policy(world: &World, wanted: &SetPolicy) -> Digest {
    let product = world.state.product("pipeline").unwrap();
    let digest = Digest::of(wanted.text.as_bytes());
    approvals_of_policy(&world.state, product, &wanted.facts, &digest, world.now).proposal
}

/// The same envelope in other bytes.
fn written_anew(envelope: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(envelope.to_vec()).unwrap();
    let padded = text.replacen('{', "{ \"unknown\": 0,\n", 1);
    assert_eq!(
        Envelope::from_json(padded.as_bytes()).unwrap(),
        Envelope::from_json(envelope).unwrap()
    );
    padded.into_bytes()
}

#[test]
fn an_envelope_written_anew_makes_nothing_fresh() {
    let fresh = ChannelRule { fresh_secs: Some(30 * DAY), ..rule(1) };
    let mut world = World::new(&[("production", fresh)]);
    let digest = world.publish("1.0.0");
    let envelope = test_result("one/ada", &digest, Outcome::Passed, "one", "");
    world.hand_in("one/ada", envelope.clone()).unwrap();
    world.pass_days(31);
    // Whoever has the right to hand in may hand in what others signed.
    assert!(world.hand_in("maker/ada", written_anew(&envelope)).unwrap().events.is_empty());
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["0 of 1 validator"]);
    // The same person who tests again says so in a statement of its own.
    world.attest_on("one/ada", &digest, Outcome::Passed, "another").unwrap();
    world.promote("production", "1.0.0").unwrap();
}

#[test]
fn what_was_taken_back_is_not_handed_in_again() {
    let mut world = World::new(&[("production", rule(1))]);
    let digest = world.publish("1.0.0");
    let envelope = test_result("one/ada", &digest, Outcome::Passed, "one", "");
    world.hand_in("one/ada", envelope.clone()).unwrap();
    let withdraw = Withdraw { product: name("pipeline"), id: Digest::of(&envelope) };
    world.ask("one/ada", Command::Withdraw(withdraw)).unwrap();
    for again in [envelope.clone(), written_anew(&envelope)] {
        let refusal = world.hand_in("maker/ada", again).unwrap_err();
        assert_eq!(refusal.code, "statement-withdrawn");
    }
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["0 of 1 validator"]);
}

#[test]
fn nobody_speaks_in_the_envelope_of_another() {
    let mut world = World::new(&[("production", rule(1))]);
    let digest = world.publish("1.0.0");
    let honest = test_result("one/ada", &digest, Outcome::Failed, "one", "");
    // A co-signer could take the whole back.
    let mut both = Envelope::from_json(&honest).unwrap();
    both.sign(&key_of("two/ada"));
    let refusal = world.hand_in("two/ada", both.to_json().into_bytes()).unwrap_err();
    assert_eq!(refusal.code, "several-signers");
    world.hand_in("one/ada", honest).unwrap();
    // Keys that nobody here holds say nothing, and keep nobody from speaking.
    let passed = test_result("three/ada", &digest, Outcome::Passed, "three", "");
    let mut with_a_stranger = Envelope::from_json(&passed).unwrap();
    with_a_stranger.sign(&key_of("a stranger"));
    world.hand_in("three/ada", with_a_stranger.to_json().into_bytes()).unwrap();
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["1 attestation says that it fails"]);
}

#[test]
fn an_approval_of_a_policy_counts_once() {
    let strict = policy(&[("production", rule(1))]);
    let weak = policy(&[("production", ChannelRule::default())]);
    let mut world = World::new(&[("production", rule(1))]);
    let wanted = proposal_of_policy(&world, &weak);
    world.hand_in("one/ada", approval("one/ada", &wanted)).unwrap();
    world.must(Command::SetPolicy(weak.clone()));
    // The old rule comes back, and what was approved before is another proposal.
    world.must(Command::SetPolicy(strict));
    assert_ne!(proposal_of_policy(&world, &weak), wanted);
    assert_eq!(
        unmet(world.ask("maker/ada", Command::SetPolicy(weak))),
        ["core/production: 0 of 1 validator approve"]
    );
}

#[test]
fn what_was_read_of_a_policy_is_approved_with_its_text() {
    let mut world = World::new(&[("production", rule(2))]);
    let stricter = policy(&[("production", rule(3))]);
    let wanted = proposal_of_policy(&world, &stricter);
    for who in ["one/ada", "two/ada"] {
        world.hand_in(who, approval(who, &wanted)).unwrap();
    }
    // The same text, read otherwise.
    let weak = SetPolicy { facts: policy(&[("production", rule(0))]).facts, ..stricter.clone() };
    assert!(!unmet(world.ask("maker/ada", Command::SetPolicy(weak.clone()))).is_empty());
    world.ask("maker/ada", Command::SetPolicy(stricter)).unwrap();
    // Nor does the text that is in force hide another reading of it.
    assert!(!unmet(world.ask("maker/ada", Command::SetPolicy(weak))).is_empty());
}

#[test]
fn a_new_rule_is_nothing_to_who_approves_the_old_one() {
    // Who would like to raise their own power asks the old quorum, by whatever other change it is accompanied.
    let mut world = World::new(&[("production", rule(2)), ("latest", ChannelRule::default())]);
    for rules in [
        vec![("production", rule(1))],
        vec![("production", ChannelRule { fresh_secs: Some(1), ..rule(2) })],
        vec![("production", ChannelRule { forced_by: 2, ..rule(2) })],
        vec![("production", ChannelRule { flavours: vec![name("x")], ..rule(2) })],
    ] {
        let refusal = world.ask("maker/ada", Command::SetPolicy(policy(&rules))).unwrap_err();
        assert_eq!(refusal.code, "approvals-missing", "{rules:?}");
    }
    // A channel that is left out keeps its rule.
    world.must(Command::SetPolicy(policy(&[("latest", rule(0))])));
    world.publish("1.0.0");
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["0 of 2 validators"]);
}

#[test]
fn authors_do_not_approve_their_own_by_force() {
    let mut world = World::new(&[("production", rule(2))]);
    world.publish("1.0.0");
    let proposal = proposal_of_force(&world, "1.0.0");
    for who in ["maker/ada", "one/ada"] {
        world.hand_in(who, approval(who, &proposal)).unwrap();
    }
    assert_eq!(unmet(force(&mut world, "maker/ada", "1.0.0")), ["1 of 2 validators approve"]);
    world.hand_in("two/ada", approval("two/ada", &proposal)).unwrap();
    force(&mut world, "maker/ada", "1.0.0").unwrap();
    let product = world.state.product("pipeline").unwrap();
    let channel = product.channel(&name("core"), &name("production")).unwrap();
    // It is told for ever: how it came, and what was missing.
    let moved = &channel.history[0].moved;
    assert_eq!(
        (moved.kind, moved.unmet.as_slice()),
        (MoveKind::Forced, ["0 of 2 validators".to_owned()].as_slice())
    );
    assert_eq!(channel.history[0].why, "because");
    world.demote("production").unwrap();
    let product = world.state.product("pipeline").unwrap();
    let channel = product.channel(&name("core"), &name("production")).unwrap();
    assert_eq!(channel.history[0].moved.kind, MoveKind::Forced);
}

#[test]
fn a_no_that_comes_later_is_approved_anew() {
    let mut world = World::new(&[("production", rule(1))]);
    let digest = world.publish("1.0.0");
    let before = proposal_of_force(&world, "1.0.0");
    world.hand_in("one/ada", approval("one/ada", &before)).unwrap();
    world.attest("two/ada", &digest, Outcome::Failed).unwrap();
    assert_ne!(proposal_of_force(&world, "1.0.0"), before);
    assert_eq!(unmet(force(&mut world, "maker/ada", "1.0.0")), ["0 of 1 validator approve"]);
}

#[test]
fn an_approval_of_one_move_is_none_of_the_next() {
    let mut world = World::new(&[("production", rule(1))]);
    world.publish("1.0.0");
    let proposal = proposal_of_force(&world, "1.0.0");
    world.hand_in("one/ada", approval("one/ada", &proposal)).unwrap();
    force(&mut world, "maker/ada", "1.0.0").unwrap();
    world.demote("production").unwrap();
    assert_eq!(unmet(force(&mut world, "maker/ada", "1.0.0")), ["0 of 1 validator approve"]);
}

#[test]
fn parties_and_principals_that_read_alike_are_one() {
    let mut world = World::new(&[]);
    for (party, code) in [("One", "party-exists"), ("Registry", "party-reserved")] {
        let command = EnrolParty { name: name(party), title: String::new() };
        assert_eq!(world.ask("maker/ada", Command::EnrolParty(command)).unwrap_err().code, code);
    }
    let command = EnrolPrincipal { name: principal("one/ADA"), title: String::new() };
    let refusal = world.ask("maker/ada", Command::EnrolPrincipal(command)).unwrap_err();
    assert_eq!(refusal.code, "principal-exists");
    // Letters of other alphabets are none of a name: this is Cyrillic.
    assert!("оne".parse::<Name>().is_err());
}

#[test]
fn a_key_in_other_clothes_is_the_same_key() {
    let mut world = World::new(&[("production", rule(2))]);
    let digest = world.publish("1.0.0");
    for (public, who) in [
        (key_of("one/ada").public_key().to_pem(), "two/ada"),
        (format!("{} somebody@elsewhere", key_of("one/ada").public_key().to_openssh()), "two/ada"),
    ] {
        let command = EnrolKey { principal: principal(who), public, until: None, replaces: None };
        let refusal = world.ask("maker/ada", Command::EnrolKey(command)).unwrap_err();
        assert_eq!(refusal.code, "key-exists");
    }
    // Two keys of one are one voice.
    world.must(Command::EnrolKey(EnrolKey {
        principal: principal("one/ada"),
        public: key_of("one/ada again").public_key().to_openssh(),
        until: None,
        replaces: None,
    }));
    for key in ["one/ada", "one/ada again"] {
        let envelope = test_result(key, &digest, Outcome::Passed, key, "");
        world.hand_in("one/ada", envelope).unwrap();
    }
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["1 of 2 validators"]);
}

#[test]
fn what_is_withdrawn_before_the_move_carries_nothing() {
    let mut world = World::new(&[("production", rule(1))]);
    let digest = world.publish("1.0.0");
    world.attest("one/ada", &digest, Outcome::Passed).unwrap();
    let said = world.state.product("pipeline").unwrap().attestations().of(&digest)[0].clone();
    // The move was decided on a state that the withdrawal is not in; the store takes the withdrawal first, and it is decided again.
    let before = world.clone();
    let withdraw = Withdraw { product: name("pipeline"), id: said.attested.id };
    world.ask("one/ada", Command::Withdraw(withdraw)).unwrap();
    assert!(before.clone().promote("production", "1.0.0").is_ok());
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["0 of 1 validator"]);
    assert_ne!(before.state.size(), world.state.size());
}

#[test]
fn nothing_falls_back_on_what_may_not_stand_there() {
    let mut world = World::new(&[("production", ChannelRule::default())]);
    for number in ["1.0.0", "1.1.0", "1.2.0", "1.3.0"] {
        world.publish(number);
        world.promote("production", number).unwrap();
    }
    world.must(Command::Yank(Yank {
        product: name("pipeline"),
        name: name("core"),
        version: version("1.2.0"),
        is_yanked: true,
    }));
    world.must(Command::DeclareRisk(DeclareRisk(block("1.1.0"))));
    world.demote("production").unwrap();
    assert_eq!(world.head("production").as_deref(), Some("1.0.0"));
    world.demote("production").unwrap();
    assert_eq!(world.head("production"), None);
}

fn block(number: &str) -> RiskDeclared {
    RiskDeclared {
        product: name("pipeline"),
        risk: name("CORE-1"),
        stream: name("core"),
        effect: RiskEffect::Block,
        versions: format!(">={number}, <={number}"),
        from: None,
        condition: None,
        message: "it forgets settings".to_owned(),
        url: None,
        fixed_in: None,
        title: None,
        happened: None,
    }
}

#[test]
fn another_scheme_lifts_no_risk() {
    let mut world = World::new(&[("production", ChannelRule::default())]);
    world.publish("1.0.0");
    world.must(Command::DeclareRisk(DeclareRisk(block("1.0.0"))));
    assert_eq!(unmet(world.promote("production", "1.0.0")).len(), 1);
    for scheme in ["calver:YYYY.0M.MICRO", "pep440", "debian", "calver:YYYY.M"] {
        let mut changed = policy(&[("production", ChannelRule::default())]);
        changed.text = scheme.to_owned();
        let facts = ComponentFacts { scheme: scheme.to_owned(), maturity: Maturity::default() };
        changed.facts.components.insert(name("core"), facts);
        world.ask("maker/ada", Command::SetPolicy(changed)).unwrap();
        let told = unmet(world.promote("production", "1.0.0"));
        assert_eq!(told, ["blocked by `CORE-1`: it forgets settings"], "{scheme}");
    }
}

#[test]
fn a_past_is_no_way_into_a_channel_that_asks_for_something() {
    let past = |world: &mut World, version: &str| {
        let moves = vec![PastMove {
            channel: name("production"),
            version: version.parse().unwrap(),
            is_in: true,
            happened: world.now,
        }];
        let (product, stream) = (name("pipeline"), name("core"));
        world.ask("maker/ada", Command::BringIn(BringIn { product, stream, moves }))
    };
    for rule in [
        rule(1),
        ChannelRule { forced_by: 2, ..rule(0) },
        ChannelRule { soak_secs: DAY, ..rule(0) },
        ChannelRule { after: Some(name("latest")), ..rule(0) },
    ] {
        let mut world = World::new(&[("production", rule), ("latest", self::rule(0))]);
        world.publish("1.0.0");
        assert_eq!(past(&mut world, "1.0.0").unwrap_err().code, "channel-guarded");
    }
    let mut world = World::new(&[("production", rule(0))]);
    world.publish("1.0.0");
    world.must(Command::ChangeChannel(ChangeChannel {
        product: name("pipeline"),
        stream: name("core"),
        channel: name("production"),
        version: Some(version("1.0.0")),
        is_stopped: true,
    }));
    assert_eq!(past(&mut world, "1.0.0").unwrap_err().code, "release-held");
}

#[test]
fn a_waiver_without_a_reason_is_none() {
    let mut world = World::new(&[]);
    let command = || {
        Command::RecordWaiver(RecordWaiver {
            product: name("pipeline"),
            component: name("core"),
            version: None,
            until: None,
        })
    };
    let actor = trainyard_registry::Actor::registry();
    assert_eq!(world.ask_as(actor, "", command()).unwrap_err().code, "reason-missing");
    world.must(command());
    let product = world.state.product("pipeline").unwrap();
    assert_eq!(product.waivers[0].why, "because");
}

/// A key that is revoked while a move is decided: one of both is first, and each order is sound.
#[test]
fn a_key_that_is_revoked_first_carries_no_move() {
    let mut world = World::new(&[("production", rule(1))]);
    let digest = world.publish("1.0.0");
    world.attest("one/ada", &digest, Outcome::Passed).unwrap();
    world.must(Command::EndKey(EndKey {
        principal: principal("one/ada"),
        id: key_of("one/ada").public_key().id(),
        is_revoked: true,
    }));
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["0 of 1 validator"]);
    // A key that took its place counts from now on, and for nothing before.
    world.must(Command::EnrolKey(EnrolKey {
        principal: principal("one/ada"),
        public: key_of("one/ada again").public_key().to_openssh(),
        until: None,
        replaces: None,
    }));
    assert_eq!(unmet(world.promote("production", "1.0.0")), ["0 of 1 validator"]);
    // What was said counts again once it is signed with that key, word for word, and only once.
    let anew = test_result("one/ada again", &digest, Outcome::Passed, "one/ada", "");
    assert_eq!(world.hand_in("one/ada", anew.clone()).unwrap().events.len(), 1);
    assert!(world.hand_in("one/ada", anew).unwrap().events.is_empty());
    world.promote("production", "1.0.0").unwrap();
}

#[test]
fn evidence_of_one_product_is_none_of_another() {
    let mut world = World::new(&[("production", rule(1))]);
    let digest = world.publish("1.0.0");
    world.must(Command::CreateProduct(trainyard_registry::products::CreateProduct {
        name: name("other"),
        title: String::new(),
        party: name("maker"),
    }));
    let envelope = test_result("one/ada", &digest, Outcome::Passed, "one", "");
    let refusal = world
        .ask("one/ada", Command::Attest(Attest { product: name("other"), envelope }))
        .unwrap_err();
    assert_eq!(refusal.code, "subject-unknown");
    let expected: Option<Option<VersionText>> = None;
    let command =
        Promote { product: name("other"), expected, ..promotion("production", "1.0.0", false) };
    assert!(world.ask("maker/ada", Command::Promote(command)).is_err());
}

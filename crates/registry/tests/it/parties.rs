//! Who may do what, with which keys and tokens.

use trainyard_attest::Outcome;
use trainyard_registry::{
    Actor, Command, Digest, Grant, RefusalKind, Right,
    attestations::{Withdraw, moves_relying_on},
    channels::ChannelRule,
    parties::{EndKey, EnrolKey, IssueToken, RevokeToken},
    products::CreateProduct,
};

use crate::world::{World, key_of, name, principal, release};

fn actor(right: Right, product: Option<&str>) -> Actor {
    let grant = Grant { right, product: product.map(name) };
    Actor { principal: principal("one/ada"), grants: vec![grant], until: None }
}

#[test]
fn a_right_carries_no_other() {
    let mut world = World::new(&[]);
    for right in Right::ALL {
        let publish = Command::Publish(release("core", "1.0.0"));
        let answer = world.ask_as(actor(right, None), "", publish);
        assert_eq!(answer.is_ok(), right == Right::Publish, "{right}: {answer:?}");
    }
}

#[test]
fn a_right_for_one_product_is_none_for_another() {
    let mut world = World::new(&[]);
    let publish = || Command::Publish(release("core", "1.0.0"));
    let refusal = world.ask_as(actor(Right::Publish, Some("other")), "", publish()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Forbidden);
    assert!(world.ask_as(actor(Right::Publish, Some("pipeline")), "", publish()).is_ok());
    let create = Command::CreateProduct(CreateProduct {
        name: name("other"),
        title: String::new(),
        party: name("maker"),
    });
    assert!(world.ask_as(actor(Right::Policy, Some("other")), "", create).is_err());
}

#[test]
fn tokens_are_known_by_their_digest_until_they_end() {
    let mut world = World::new(&[]);
    let secret = Digest::of(b"ty_secret");
    let issue = |token: &str, secret: &Digest, until| {
        Command::IssueToken(IssueToken {
            name: name(token),
            principal: principal("one/ada"),
            grants: vec![Grant { right: Right::Validate, product: Some(name("pipeline")) }],
            secret: secret.clone(),
            until,
        })
    };
    world.must(issue("ci", &secret, Some(world.now.plus_secs(60))));
    let (actor, token) = world.state.parties().actor(&secret, world.now).unwrap();
    assert_eq!((actor.principal.as_str(), token.name.as_str()), ("one/ada", "ci"));
    assert!(actor.may(Right::Validate, Some(&name("pipeline"))));
    assert!(!actor.may(Right::Validate, None));
    assert!(world.state.parties().actor(&secret, world.now.plus_secs(60)).is_none());

    // Who has little may hand on as much, in the own name, and for no longer.
    let other = Digest::of(b"ty_other");
    let longer = world.ask_as(actor.clone(), "", issue("longer", &other, None));
    assert_eq!(longer.unwrap_err().kind, RefusalKind::Forbidden);
    let until = Some(world.now.plus_secs(30));
    world.ask_as(actor, "", issue("shorter", &other, until)).unwrap();
    world.must(Command::RevokeToken(RevokeToken { name: name("shorter") }));
    assert!(world.state.parties().actor(&other, world.now).is_none());
}

#[test]
fn the_last_administrator_stays_one() {
    let mut world = World::new(&[]);
    let issue = |token: &str, right, until| {
        Command::IssueToken(IssueToken {
            name: name(token),
            principal: principal("one/ada"),
            grants: vec![Grant { right, product: None }],
            secret: Digest::of(token.as_bytes()),
            until,
        })
    };
    let revoke = |token| Command::RevokeToken(RevokeToken { name: name(token) });
    assert!(!world.state.parties().are_administered(world.now));
    world.must(issue("first", Right::Admin, None));
    world.must(issue("ci", Right::Publish, None));
    let refusal = world.ask("one/ada", revoke("first")).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "last-administrator"));
    world.must(revoke("ci"));
    world.must(issue("second", Right::Admin, Some(world.now.plus_secs(60))));
    world.must(revoke("first"));
    assert!(world.ask("one/ada", revoke("second")).is_err());
    // One whose time is over may be taken back: it makes nobody an administrator.
    world.pass_days(1);
    assert!(!world.state.parties().are_administered(world.now));
    world.must(revoke("second"));
}

#[test]
fn a_key_belongs_to_one_principal_for_ever() {
    let mut world = World::new(&[]);
    let enrol = EnrolKey {
        principal: principal("two/ada"),
        public: key_of("one/ada").public_key().to_pem(),
        until: None,
        replaces: None,
    };
    let refusal = world.ask("maker/ada", Command::EnrolKey(enrol)).unwrap_err();
    assert_eq!(refusal.code, "key-exists");
}

#[test]
fn who_holds_a_key_may_rotate_it_and_nobody_else() {
    let mut world = World::new(&[]);
    let with = |who: &str, right| {
        let grants = vec![Grant { right, product: None }];
        Actor { principal: principal(who), grants, until: None }
    };
    let rotate = || {
        Command::EnrolKey(EnrolKey {
            principal: principal("one/ada"),
            public: key_of("a new one").public_key().to_openssh(),
            until: None,
            replaces: Some(key_of("one/ada").public_key().id()),
        })
    };
    assert!(world.ask_as(with("two/ada", Right::Validate), "", rotate()).is_err());
    // A token that was given away to read or to publish makes nobody a validator.
    for right in [Right::ReadLog, Right::Publish, Right::Promote] {
        let refusal = world.ask_as(with("one/ada", right), "", rotate()).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Forbidden, "{right}");
    }
    world.ask_as(with("one/ada", Right::Validate), "", rotate()).unwrap();
    let digest = world.publish("1.0.0");
    let refusal = world.attest("one/ada", &digest, Outcome::Passed).unwrap_err();
    assert_eq!(refusal.code, "key-over");
}

#[test]
fn a_revoked_validator_is_traced_to_every_promotion() {
    let rule = ChannelRule { principals: 2, ..ChannelRule::default() };
    let mut world = World::new(&[("production", rule)]);
    let digest = world.publish("1.0.0");
    world.attest("one/ada", &digest, Outcome::Passed).unwrap();
    world.attest("two/ada", &digest, Outcome::Passed).unwrap();
    world.promote("production", "1.0.0").unwrap();
    world.must(Command::EndKey(EndKey {
        principal: principal("one/ada"),
        id: key_of("one/ada").public_key().id(),
        is_revoked: true,
    }));
    let product = world.state.product("pipeline").unwrap();
    let relying = |who: &str| moves_relying_on(product, &principal(who)).count();
    assert_eq!((relying("one/ada"), relying("two/ada"), relying("three/ada")), (1, 1, 0));
    // Nothing good that they signed counts from then on.
    world.demote("production").unwrap();
    let refusal = world.promote("production", "1.0.0").unwrap_err();
    let unmet: Vec<_> = refusal.conditions.iter().filter(|it| !it.is_met).collect();
    assert_eq!(unmet.len(), 1);
    assert_eq!(unmet[0].text, "1 of 2 validators");
}

#[test]
fn a_no_outlasts_the_key_that_signed_it() {
    let rule = ChannelRule { principals: 1, ..ChannelRule::default() };
    let mut world = World::new(&[("production", rule)]);
    let digest = world.publish("1.0.0");
    world.attest("one/ada", &digest, Outcome::Failed).unwrap();
    world.attest("two/ada", &digest, Outcome::Passed).unwrap();
    let revoke = |is_revoked| {
        Command::EndKey(EndKey {
            principal: principal("one/ada"),
            id: key_of("one/ada").public_key().id(),
            is_revoked,
        })
    };
    for is_revoked in [false, true] {
        world.must(revoke(is_revoked));
        let refusal = world.promote("production", "1.0.0").unwrap_err();
        let unmet: Vec<_> = refusal.conditions.iter().filter(|it| !it.is_met).collect();
        assert_eq!(unmet[0].text, "1 attestation says that it fails");
    }
    // Whoever said it takes it back, with whatever key they have by now; an administrator cannot.
    let said = world.state.product("pipeline").unwrap().attestations().of(&digest)[0].clone();
    let withdraw =
        || Command::Withdraw(Withdraw { product: name("pipeline"), id: said.attested.id.clone() });
    assert_eq!(world.ask("two/ada", withdraw()).unwrap_err().code, "not-the-signer");
    world.ask("one/ada", withdraw()).unwrap();
    world.promote("production", "1.0.0").unwrap();
}

//! Channels move by evidence, and say what is missing.

use trainyard_attest::Outcome;
use trainyard_registry::{
    Command, RefusalKind,
    channels::{
        ChangeChannel, ChannelRule, MoveKind, Schedule, approvals_of_force, approvals_of_policy,
        standing,
    },
};

use crate::world::{DAY, World, approval, name, policy, promotion, test_result, version};

/// The rule of AYON's production: several parties, not only the maker's own, two weeks in latest.
fn production() -> ChannelRule {
    ChannelRule {
        after: Some(name("latest")),
        soak_secs: 14 * DAY,
        principals: 2,
        parties: 2,
        external: 1,
        environments: 2,
        fresh_secs: Some(60 * DAY),
        forced_by: 2,
        ..ChannelRule::default()
    }
}

fn latest() -> ChannelRule {
    ChannelRule { follows: true, ..ChannelRule::default() }
}

fn world() -> World {
    World::new(&[("latest", latest()), ("production", production())])
}

fn missing(world: &World, channel: &str, number: &str) -> Vec<String> {
    let product = world.state.product("pipeline").unwrap();
    let channel = product.channel(&name("core"), &name(channel)).unwrap();
    let release = product.sequence("core").unwrap().find(number).unwrap();
    let standing = standing(&world.state, product, channel, release, world.now);
    standing.unmet().map(ToString::to_string).collect()
}

#[test]
fn what_is_missing_is_said() {
    let mut world = world();
    let digest = world.publish("1.0.0");
    world.settle();
    assert_eq!(world.head("latest").as_deref(), Some("1.0.0"));
    world.attest("maker/ada", &digest, Outcome::Passed).unwrap();
    world.attest("one/ada", &digest, Outcome::Passed).unwrap();
    world.pass_days(5);
    let refusal = world.promote("production", "1.0.0").unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::NotReady, "rule-unmet"));
    insta::assert_snapshot!(missing(&world, "production", "1.0.0").join("\n"), @r"
    1 of 2 validators
    1 of 2 organisations
    1 of 2 environments
    5 of 14 days of soak
    ");
    world.attest("two/ada", &digest, Outcome::Passed).unwrap();
    world.pass_days(9);
    assert_eq!(missing(&world, "production", "1.0.0"), [""; 0]);
    world.promote("production", "1.0.0").unwrap();
    assert_eq!(world.head("production").as_deref(), Some("1.0.0"));
}

#[test]
fn the_author_does_not_count_and_a_no_is_heard() {
    let mut world = world();
    let digest = world.publish("1.0.0");
    world.settle();
    for who in ["one/ada", "two/ada"] {
        world.attest(who, &digest, Outcome::Passed).unwrap();
    }
    world.pass_days(14);
    world.attest("three/ada", &digest, Outcome::Failed).unwrap();
    assert_eq!(missing(&world, "production", "1.0.0"), ["1 attestation says that it fails"]);
}

#[test]
fn what_fails_in_a_flavour_is_no_sound_whole() {
    let mut world = world();
    let digest = world.publish("1.0.0");
    let envelope = test_result("three/ada", &digest, Outcome::Failed, "host", "vfx");
    world.hand_in("three/ada", envelope).unwrap();
    assert!(missing(&world, "production", "1.0.0").iter().any(|it| it.contains("fails")));
}

#[test]
fn an_older_release_enters_a_channel_that_follows_and_the_newest_stays_ahead() {
    let mut world = world();
    world.publish("1.1.0");
    world.settle();
    world.publish("1.0.0");
    let decided = world.promote("latest", "1.0.0").unwrap();
    assert_eq!(decided.events.len(), 2, "{decided:?}");
    assert_eq!(world.head("latest").as_deref(), Some("1.1.0"));
    let product = world.state.product("pipeline").unwrap();
    let latest = product.channel(&name("core"), &name("latest")).unwrap();
    assert!(latest.members.contains_key("1.0.0"));
    let ways =
        latest.history.iter().map(|it| (it.moved.kind, it.moved.to.as_ref().unwrap().as_str()));
    let ways: Vec<_> = ways.skip(1).collect();
    assert_eq!(ways, [(MoveKind::Promoted, "1.0.0"), (MoveKind::Followed, "1.1.0")]);
    assert_eq!(latest.history[2].moved.from.as_ref().unwrap().as_str(), "1.0.0");
    // It has been in the channel now, which is what the next one asks for.
    assert!(!missing(&world, "production", "1.0.0").iter().any(|it| it.contains("entered")));
    // Where the newest may not stand there, the older one stays.
    world.must(Command::ChangeChannel(ChangeChannel {
        product: name("pipeline"),
        stream: name("core"),
        channel: name("latest"),
        version: Some(version("1.1.0")),
        is_stopped: true,
    }));
    world.promote("latest", "1.0.0").unwrap();
    assert_eq!(world.head("latest").as_deref(), Some("1.0.0"));
}

#[test]
fn a_channel_that_follows_takes_the_newest_that_may_enter() {
    let mut world = world();
    world.publish("1.0.0");
    world.publish("2.0.0-rc.1");
    world.publish("1.1.0");
    world.publish("1.0.1");
    world.settle();
    assert_eq!(world.head("latest").as_deref(), Some("1.1.0"));
    // Who was taken out does not come back by itself.
    world.demote("latest").unwrap();
    world.settle();
    assert_eq!(world.head("latest").as_deref(), Some("1.0.1"));
}

#[test]
fn an_older_candidate_can_be_promoted_and_demoted() {
    let mut world = World::new(&[("production", ChannelRule::default())]);
    for number in ["1.0.0", "1.1.0", "1.2.0"] {
        world.publish(number);
    }
    world.promote("production", "1.2.0").unwrap();
    world.promote("production", "1.1.0").unwrap();
    assert_eq!(world.head("production").as_deref(), Some("1.1.0"));
    world.demote("production").unwrap();
    assert_eq!(world.head("production").as_deref(), Some("1.2.0"));
    world.demote("production").unwrap();
    assert_eq!(world.head("production"), None);
    assert_eq!(world.demote("production").unwrap_err().code, "channel-empty");
}

#[test]
fn a_frozen_channel_and_a_held_release_do_not_move() {
    let mut world = World::new(&[("production", ChannelRule::default())]);
    world.publish("1.0.0");
    let change = |version, is_stopped| {
        Command::ChangeChannel(ChangeChannel {
            product: name("pipeline"),
            stream: name("core"),
            channel: name("production"),
            version,
            is_stopped,
        })
    };
    for stopped in [None, Some(version("1.0.0"))] {
        world.must(change(stopped.clone(), true));
        let refusal = world.promote("production", "1.0.0").unwrap_err();
        let unmet: Vec<_> = refusal.conditions.iter().filter(|it| !it.is_met).collect();
        assert_eq!(unmet.len(), 1);
        assert!(unmet[0].text.contains("because"), "{unmet:?}");
        // Nor by force.
        let forced =
            world.ask("maker/ada", Command::Promote(promotion("production", "1.0.0", true)));
        assert_eq!(forced.unwrap_err().code, "not-forceable");
        world.must(change(stopped, false));
    }
    world.promote("production", "1.0.0").unwrap();
}

#[test]
fn of_two_that_saw_the_same_one_wins() {
    let mut world = World::new(&[("production", ChannelRule::default())]);
    world.publish("1.0.0");
    world.publish("1.1.0");
    let mut seen = promotion("production", "1.0.0", false);
    seen.expected = Some(None);
    world.ask("one/ada", Command::Promote(seen.clone())).unwrap();
    seen.version = version("1.1.0");
    let refusal = world.ask("two/ada", Command::Promote(seen)).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "channel-moved"));
}

#[test]
fn a_scheduled_move_is_decided_when_it_is_due() {
    let rule = ChannelRule { soak_secs: 5 * DAY, ..ChannelRule::default() };
    for (days, head) in [(3, None), (6, Some("1.0.0"))] {
        let mut world = World::new(&[("production", rule.clone())]);
        world.publish("1.0.0");
        world.must(Command::Schedule(Schedule {
            product: name("pipeline"),
            stream: name("core"),
            channel: name("production"),
            version: version("1.0.0"),
            due: world.now.plus_secs(days * DAY),
        }));
        world.settle();
        assert_eq!(world.head("production"), None);
        world.pass_days(days);
        world.settle();
        assert_eq!(world.head("production").as_deref(), head);
    }
}

#[test]
fn a_forced_move_needs_as_many_people_and_stays_visible() {
    let mut world = world();
    world.publish("1.0.0");
    world.settle();
    let forced = || Command::Promote(promotion("production", "1.0.0", true));
    let refusal = world.ask("maker/ada", forced()).unwrap_err();
    assert_eq!(refusal.code, "approvals-missing");
    let proposal = |world: &World| {
        let product = world.state.product("pipeline").unwrap();
        let channel = product.channel(&name("core"), &name("production")).unwrap();
        let release = product.sequence("core").unwrap().find("1.0.0").unwrap();
        approvals_of_force(&world.state, product, channel, release, world.now).proposal
    };
    for who in ["one/ada", "two/ada"] {
        let envelope = approval(who, &proposal(&world));
        world.hand_in(who, envelope).unwrap();
    }
    world.ask("maker/ada", forced()).unwrap();
    let product = world.state.product("pipeline").unwrap();
    let channel = product.channel(&name("core"), &name("production")).unwrap();
    let moved = &channel.history[0].moved;
    assert_eq!(moved.kind, MoveKind::Forced);
    assert!(moved.unmet.iter().any(|it| it.contains("0 of 14 days")), "{:?}", moved.unmet);
    // The approvals were of this move alone.
    world.demote("production").unwrap();
    assert_eq!(world.ask("maker/ada", forced()).unwrap_err().code, "approvals-missing");
}

#[test]
fn a_rule_changes_by_the_old_rules_quorum() {
    let mut world = world();
    let weak = policy(&[("latest", latest()), ("production", ChannelRule::default())]);
    let refusal = world.ask("maker/ada", Command::SetPolicy(weak.clone())).unwrap_err();
    assert_eq!(refusal.code, "approvals-missing");
    let digest = trainyard_registry::Digest::of(weak.text.as_bytes());
    let product = world.state.product("pipeline").unwrap();
    let approvals = approvals_of_policy(&world.state, product, &weak.facts, &digest, world.now);
    for who in ["one/ada", "two/ada"] {
        world.hand_in(who, approval(who, &approvals.proposal)).unwrap();
    }
    world.ask("maker/ada", Command::SetPolicy(weak)).unwrap();
}

#[test]
fn a_channel_says_where_it_pointed() {
    let mut world = World::new(&[("production", ChannelRule::default())]);
    world.publish("1.0.0");
    world.publish("1.1.0");
    let before = world.now;
    world.pass_days(1);
    world.promote("production", "1.0.0").unwrap();
    let between = world.now;
    world.pass_days(1);
    world.promote("production", "1.1.0").unwrap();
    let product = world.state.product("pipeline").unwrap();
    let channel = product.channel(&name("core"), &name("production")).unwrap();
    let at = |moment| channel.head_at(moment).map(ToString::to_string);
    assert_eq!(at(before), None);
    assert_eq!(at(between).as_deref(), Some("1.0.0"));
    assert_eq!(at(world.now).as_deref(), Some("1.1.0"));
    assert_eq!(format!("{:?}", world.replayed()), format!("{:?}", world.state));
}

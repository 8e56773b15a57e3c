//! What clients are offered, and why not.

use trainyard_registry::{
    Command, Moment, RefusalKind,
    channels::ChannelRule,
    exposure::{Deployment, Exposure, exposed},
    offers::{Client, Offer, Reason, ReasonKind, offer, why_not},
    releases::Yank,
    risks::{
        ChangeRollout, DeclareRisk, LiftRisk, RiskDeclared, RiskEffect, Rollout, RolloutChanged,
    },
    simulate::simulate,
};

use crate::world::{DAY, World, name, version};

/// Releases of three lines, all in `latest`, where the newest is the head.
fn world() -> World {
    let mut world = World::new(&[
        ("latest", ChannelRule { follows: true, ..ChannelRule::default() }),
        (
            "production",
            ChannelRule {
                after: Some(name("latest")),
                soak_secs: 7 * DAY,
                ..ChannelRule::default()
            },
        ),
    ]);
    for number in ["1.0.0", "1.1.0", "1.1.1", "1.2.0"] {
        world.publish(number);
        world.settle();
    }
    world
}

fn client(runs: &str) -> Client {
    Client { runs: Some(runs.to_owned()), ..Client::default() }
}

fn offered(world: &World, client: &Client) -> Offer {
    let product = world.state.product("pipeline").unwrap();
    offer(product, &name("core"), &name("latest"), client, world.now).unwrap()
}

fn reasons(world: &World, channel: &str, client: &Client, wanted: &str) -> Vec<Reason> {
    let product = world.state.product("pipeline").unwrap();
    let (stream, channel) = (name("core"), name(channel));
    why_not(&world.state, product, (&stream, &channel), client, wanted, world.now).unwrap()
}

fn risk(effect: RiskEffect, versions: &str) -> RiskDeclared {
    RiskDeclared {
        product: name("pipeline"),
        risk: name("CORE-1"),
        stream: name("core"),
        effect,
        versions: versions.to_owned(),
        from: None,
        condition: None,
        message: "it forgets settings".to_owned(),
        url: None,
        fixed_in: Some(version("1.2.1")),
        title: None,
        happened: None,
    }
}

#[test]
fn lines_are_taken_in_turn() {
    let world = world();
    let offer = offered(&world, &client("1.0.0"));
    assert_eq!(offer.next.as_deref(), Some("1.1.1"));
    assert_eq!(offer.way, ["1.1.1", "1.2.0"]);
    assert_eq!(offer.head.as_deref(), Some("1.2.0"));
    assert_eq!(offered(&world, &client("1.2.0")).next, None);
    assert_eq!(offered(&world, &Client::default()).next.as_deref(), Some("1.2.0"));
    let reasons = reasons(&world, "latest", &client("1.0.0"), "1.2.0");
    assert_eq!(reasons[0].kind, ReasonKind::StopFirst);
    assert_eq!(reasons[0].text, "1.1.1 comes first, 2 updates in all");
}

#[test]
fn a_blocked_release_is_offered_to_nobody() {
    let mut world = world();
    world.must(Command::DeclareRisk(DeclareRisk(risk(RiskEffect::Block, "=1.2.0"))));
    let offer = offered(&world, &client("1.1.1"));
    assert_eq!(offer.next, None);
    assert_eq!(offer.reasons[0].kind, ReasonKind::Blocked);
    assert_eq!(offer.reasons[0].remedy.as_deref(), Some("it is mended in 1.2.1"));
    // Who runs nothing yet begins with the newest that nothing blocks.
    let offer = offered(&world, &Client::default());
    assert_eq!(offer.next.as_deref(), Some("1.1.1"));
    assert_eq!(
        (offer.head.as_deref(), offer.reasons[0].kind),
        (Some("1.2.0"), ReasonKind::Blocked)
    );
    // Nor does it enter another channel.
    world.pass_days(8);
    assert_eq!(world.promote("production", "1.2.0").unwrap_err().code, "rule-unmet");
    world.must(Command::LiftRisk(LiftRisk { product: name("pipeline"), risk: name("CORE-1") }));
    assert_eq!(offered(&world, &client("1.1.1")).next.as_deref(), Some("1.2.0"));
    world.promote("production", "1.2.0").unwrap();
}

#[test]
fn a_yanked_head_is_offered_to_nobody() {
    let mut world = world();
    world.must(Command::Yank(Yank {
        product: name("pipeline"),
        name: name("core"),
        version: version("1.2.0"),
        is_yanked: true,
    }));
    for (client, next) in [(Client::default(), Some("1.1.1")), (client("1.1.1"), None)] {
        let offer = offered(&world, &client);
        assert_eq!((offer.head.as_deref(), offer.next.as_deref()), (Some("1.2.0"), next));
        assert!(offer.reasons[0].text.contains("because"), "{:?}", offer.reasons);
    }
    let offer = offered(&world, &Client::default());
    assert_eq!(offer.reasons[0].kind, ReasonKind::Yanked);
    assert_eq!(
        (offer.way, offer.digest),
        (vec!["1.1.1".to_owned()], Some(world.digest("core", "1.1.1").to_string()))
    );
}

#[test]
fn a_rollout_at_nothing_that_never_grows_is_refused() {
    let mut world = world();
    let change = |rollout| {
        Command::ChangeRollout(ChangeRollout(RolloutChanged {
            product: name("pipeline"),
            stream: name("core"),
            channel: name("latest"),
            version: version("1.2.0"),
            rollout: Some(rollout),
        }))
    };
    let everybody =
        Rollout { starts: world.now, first_percent: 100, lasts_secs: None, paused: None };
    // Stopped for everybody, there is nothing to go on from.
    world.must(change(Rollout { paused: Some(0), ..everybody.clone() }));
    let gone_on = Rollout { first_percent: 0, ..everybody.clone() };
    let refusal = world.ask("maker/ada", change(gone_on.clone())).unwrap_err();
    assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "rollout-nowhere"));
    // What grows from nothing goes on.
    world.must(change(Rollout { lasts_secs: Some(DAY), ..gone_on }));
    assert_eq!(offered(&world, &Client::default()).next.as_deref(), Some("1.1.1"));
    world.must(change(everybody));
    assert_eq!(offered(&world, &Client::default()).next.as_deref(), Some("1.2.0"));
}

#[test]
fn a_conditional_risk_is_the_clients_to_judge() {
    let mut world = world();
    let mut declared = risk(RiskEffect::Conditional, ">=1.2.0");
    declared.condition = Some("storage == nfs".to_owned());
    world.must(Command::DeclareRisk(DeclareRisk(declared)));
    let offer = offered(&world, &client("1.1.1"));
    assert_eq!((offer.next, offer.reasons[0].kind), (None, ReasonKind::Risky));
    let client = Client { accepted: ["CORE-1".to_owned()].into(), ..client("1.1.1") };
    assert_eq!(offered(&world, &client).next.as_deref(), Some("1.2.0"));
}

#[test]
fn a_rollout_reaches_clients_in_turn() {
    let mut world = world();
    let rollout =
        Rollout { starts: world.now, first_percent: 10, lasts_secs: Some(9 * DAY), paused: None };
    let change = |rollout| {
        Command::ChangeRollout(ChangeRollout(RolloutChanged {
            product: name("pipeline"),
            stream: name("core"),
            channel: name("latest"),
            version: version("1.2.0"),
            rollout,
        }))
    };
    world.must(change(Some(rollout.clone())));
    let of = |world: &World| {
        let is_offered = |wariness: &u8| {
            let client = Client { wariness: Some(*wariness), ..client("1.1.1") };
            offered(world, &client).next.is_some()
        };
        (0..100).filter(is_offered).count()
    };
    assert_eq!(of(&world), 10);
    let wary = Client { wariness: Some(60), ..client("1.1.1") };
    let reason = reasons(&world, "latest", &wary, "1.2.0").remove(0);
    assert_eq!(reason.kind, ReasonKind::RollingOut);
    let until = reason.until.unwrap();
    assert!(rollout.percent(until) > 60 && rollout.percent(Moment(until.0 - 1_000_000)) <= 60);
    world.pass_days(4);
    assert_eq!(of(&world), 50);
    // An emergency stop holds everybody where they are.
    world.must(change(Some(Rollout { paused: Some(0), ..rollout })));
    assert_eq!(of(&world), 0);
    world.must(change(None));
    assert_eq!(of(&world), 100);
}

#[test]
fn what_a_rollout_withholds_is_told_as_that_alone() {
    let mut world = world();
    let rollout =
        Rollout { starts: world.now, first_percent: 10, lasts_secs: Some(9 * DAY), paused: None };
    for wanted in ["1.1.1", "1.2.0"] {
        world.must(Command::ChangeRollout(ChangeRollout(RolloutChanged {
            product: name("pipeline"),
            stream: name("core"),
            channel: name("latest"),
            version: version(wanted),
            rollout: Some(rollout.clone()),
        })));
    }
    let wary = |runs: &str| Client { wariness: Some(60), ..client(runs) };
    let told = |offer: &Offer| offer.reasons.iter().map(|it| it.kind).collect::<Vec<_>>();
    let offer = offered(&world, &wary("1.1.1"));
    assert_eq!(told(&offer), [ReasonKind::RollingOut], "{:?}", offer.reasons);
    // The one on the way is withheld, too.
    let offer = offered(&world, &wary("1.0.0"));
    assert_eq!(told(&offer), [ReasonKind::RollingOut; 2], "{:?}", offer.reasons);
    // What else speaks against it is told beside it.
    world.must(Command::DeclareRisk(DeclareRisk(risk(RiskEffect::Block, "=1.2.0"))));
    let offer = offered(&world, &wary("1.1.1"));
    let all = [ReasonKind::RollingOut, ReasonKind::Blocked];
    assert_eq!(told(&offer), all, "{:?}", offer.reasons);
}

#[test]
fn a_risk_is_named_once() {
    let mut world = world();
    world.must(Command::DeclareRisk(DeclareRisk(risk(RiskEffect::Block, ">=1.2.0, <1.3.0"))));
    for channel in ["latest", "production"] {
        let told = reasons(&world, channel, &client("1.1.1"), "1.2.0");
        let named: Vec<_> = told.iter().filter(|it| it.text.contains("CORE-1")).collect();
        assert_eq!(named.len(), 1, "{channel}: {told:?}");
        let text = "`CORE-1` speaks against 1.2.0: it forgets settings";
        assert_eq!(named[0].text, text, "{channel}");
    }
}

#[test]
fn what_has_not_entered_says_what_is_missing() {
    let mut world = world();
    world.pass_days(2);
    let told = reasons(&world, "production", &client("1.0.0"), "1.2.0");
    let told: Vec<_> = told.iter().map(|reason| reason.text.as_str()).collect();
    assert_eq!(told, ["it has not entered core/production", "2 of 7 days of soak"]);
    let kind = |wanted: &str| reasons(&world, "latest", &client("1.1.0"), wanted)[0].kind;
    assert_eq!(kind("9.9.9"), ReasonKind::Unpublished);
    assert_eq!(kind("1.1.0"), ReasonKind::Installed);
    assert_eq!(kind("1.0.0"), ReasonKind::Older);
    assert!(reasons(&world, "latest", &client("1.1.0"), "1.1.1").is_empty());
    world.demote("latest").unwrap();
    let reason = reasons(&world, "latest", &client("1.1.0"), "1.2.0").remove(0);
    assert_eq!(reason.text, "maker/ada took it out of core/latest: because");
}

#[test]
fn what_nobody_published_leads_nowhere() {
    let world = world();
    let offer = offered(&world, &client("0.0.7"));
    assert_eq!((offer.next, offer.reasons[0].kind), (None, ReasonKind::NoWay));
}

#[test]
fn the_exposed_are_those_who_run_it_or_may() {
    let mut world = world();
    let declared = risk(RiskEffect::Conditional, ">=1.1.1, <1.2.1");
    world.must(Command::DeclareRisk(DeclareRisk(RiskDeclared {
        condition: Some("gpu".to_owned()),
        from: Some("=1.2.0".to_owned()),
        ..declared
    })));
    let product = world.state.product("pipeline").unwrap();
    let deployment = |title: &str, version: &str, channel: Option<&str>| Deployment {
        name: title.to_owned(),
        stream: name("core"),
        version: version.to_owned(),
        channel: channel.map(name),
        seen: world.now,
    };
    let deployments = [
        deployment("old", "1.0.0", None),
        deployment("following", "1.0.0", Some("latest")),
        deployment("running", "1.1.1", Some("latest")),
    ];
    let risk = product.risks().next().unwrap();
    let exposed = exposed(product, risk, &deployments, world.now).unwrap();
    let told: Vec<_> = exposed.iter().map(|it| (it.deployment.as_str(), it.how)).collect();
    assert_eq!(told, [("running", Exposure::Runs), ("following", Exposure::MayReach)]);
}

#[test]
fn another_rule_is_tried_on_the_past() {
    let mut world = world();
    world.pass_days(8);
    world.promote("production", "1.2.0").unwrap();
    world.pass_days(10);
    world.must(Command::DeclareRisk(DeclareRisk(risk(RiskEffect::Block, "=1.2.0"))));
    let place = (&name("pipeline"), &name("core"), &name("production"));
    let rule = |days: u64| ChannelRule {
        after: Some(name("latest")),
        soak_secs: days * DAY,
        ..ChannelRule::default()
    };
    let published = world.now;
    let first = |days: u64| {
        let simulation = simulate(&world.entries, place, &rule(days));
        let found = |it: &&trainyard_registry::simulate::Simulated| it.version.as_str() == "1.2.0";
        let release = simulation.releases.iter().find(found).unwrap().clone();
        (release.would_enter, simulation.caught, simulation.escaped)
    };
    let at = |days: u64| Moment(published.0 - 18 * 86_400_000_000).plus_secs(days * DAY);
    assert_eq!(first(7), (Some(at(7)), 0, 1));
    assert_eq!(first(12), (Some(at(12)), 0, 1));
    // A rule slow enough would have known the risk.
    assert_eq!(first(30), (None, 1, 0));
}

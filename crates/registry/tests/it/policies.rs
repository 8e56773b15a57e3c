//! What a registry reads from policy files.

use serde_json::{json, value::RawValue};
use trainyard_policy::Policy;
use trainyard_registry::{
    Command, Maturity, Moment, Publish, RefusalKind, SequenceKind,
    channels::{ChannelRule, standing},
    products::{PolicyFacts, SetPolicy},
};

use crate::world::{DAY, World, name, release, version};

const SOURCE: &str = r#"
preset = "semver"

[components.engine]
maturity = "beta"

[channels.latest]
follows = true

[channels.production]
after = "latest"
soak = "1 month"
maturity = "stable"
principals = 3
parties = 2
external = 1
environments = 2
fresh = "1 year"
accepts-warnings = true
flavours = ["full"]
ends = "2027-12-31"
"#;

fn facts(source: &str) -> PolicyFacts {
    let checked = Policy::parse(source, "trainyard.toml");
    PolicyFacts::of(&checked.unwrap_or_else(|errors| panic!("{}", errors.render(false))).policy)
        .unwrap()
}

#[test]
fn channels_of_a_policy_become_rules() {
    let facts = facts(SOURCE);
    assert_eq!(facts.components["engine"].maturity, Maturity::Beta);
    let rules = &facts.channels["engine"];
    assert_eq!(rules["latest"], ChannelRule { follows: true, ..ChannelRule::default() });
    let production = ChannelRule {
        maturity: Maturity::Stable,
        after: Some(name("latest")),
        soak_secs: 31 * DAY,
        principals: 3,
        parties: 2,
        external: 1,
        environments: 2,
        fresh_secs: Some(365 * DAY),
        accepts_warned: true,
        flavours: vec![name("full")],
        forced_by: 3,
        // The first moment of 2028.
        ends: Some(Moment(1_830_297_600_000_000)),
        ..ChannelRule::default()
    };
    assert_eq!(rules["production"], production);
}

#[test]
fn a_stream_of_one_component_has_its_channels_where_the_releases_are() {
    let facts = facts(
        "preset = \"semver\"\n[components.engine]\n[streams.app]\nkind = \"single\"\ncomponent = \"engine\"\n[channels.latest]\n",
    );
    assert_eq!(
        facts.channels.keys().map(trainyard_registry::Name::as_str).collect::<Vec<_>>(),
        ["engine"]
    );
}

/// The policy of the studio pipeline, whose production asks for several parties.
#[test]
fn the_pipelines_own_policy_holds() {
    let policy = Policy::preset("ayon").unwrap();
    let facts = PolicyFacts::of(&policy).unwrap();
    let mut world = World::new(&[]);
    world.must(Command::SetPolicy(SetPolicy {
        product: name("pipeline"),
        text: "ayon".to_owned(),
        facts,
        is_dry: false,
    }));
    let product = world.state.product("pipeline").unwrap();
    let titles: Vec<_> =
        product.channels().map(trainyard_registry::channels::Channel::title).collect();
    assert_eq!(titles.len(), 8, "{titles:?}");
    let production = product.channel(&name("pipeline"), &name("production")).unwrap();
    assert_eq!((production.rule.principals, production.rule.external), (3, 1));
}

/// The studio pipeline's policy, with a backend, a frontend and servers of them.
fn servers() -> World {
    let policy = Policy::preset("ayon").unwrap();
    let mut world = World::new(&[]);
    let facts = PolicyFacts::of(&policy).unwrap();
    let parts: Vec<_> =
        facts.streams["server"].parts.iter().map(|it| it.component.to_string()).collect();
    assert_eq!(parts, ["backend", "frontend"]);
    assert_eq!(facts.streams["pipeline"].needs, [name("server")]);
    let set =
        SetPolicy { product: name("pipeline"), text: "ayon".to_owned(), facts, is_dry: false };
    world.must(Command::SetPolicy(set));
    world.must(Command::Publish(release("backend", "1.0.3")));
    for number in ["20230903", "20230904A"] {
        let manifest = json!({"name": "frontend", "version": {"text": number, "scheme": "calver:YYYYMMDD[A]"}});
        world.must(Command::Publish(Publish {
            document: RawValue::from_string(manifest.to_string()).unwrap(),
            ..release("frontend", number)
        }));
    }
    world
}

fn bundle(stream: &str, number: &str, scheme: &str, pins: &[(&str, &str)]) -> Command {
    let pins: Vec<_> =
        pins.iter().map(|(name, version)| json!({"name": name, "version": version})).collect();
    let document = json!({
        "name": stream, "version": {"text": number, "scheme": scheme}, "is_final": true, "pins": pins,
    });
    Command::Publish(Publish {
        name: name(stream),
        kind: SequenceKind::Bundle,
        version: version(number),
        document: RawValue::from_string(document.to_string()).unwrap(),
        ..release("core", "1.0.0")
    })
}

fn server(number: &str, pins: &[(&str, &str)]) -> Command {
    bundle("server", number, "composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}", pins)
}

#[test]
fn a_composite_is_what_its_version_says() {
    let mut world = servers();
    let (backend, old, new) =
        (("backend", "1.0.3"), ("frontend", "20230903"), ("frontend", "20230904A"));
    world.must(Command::Publish(release("core", "1.0.0")));
    for (number, pins, wrong) in [
        ("1.0.3+20230904A", vec![backend, old], "frontend 20230903 is pinned, not 20230904A"),
        ("1.1.0+20230903", vec![backend, old], "backend 1.0.3 is pinned, not 1.1.0"),
        ("1.0.3+20230903", vec![backend], "frontend 20230903 is not pinned"),
        ("1.0.3+20230903", vec![], "backend 1.0.3 is not pinned; frontend 20230903 is not pinned"),
        ("1.0.3+20230903", vec![backend, old, ("core", "1.0.0")], "core is none of its parts"),
    ] {
        let refusal = world.ask("maker/ada", server(number, &pins)).unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (RefusalKind::Invalid, "composite-apart"));
        assert!(refusal.message.ends_with(wrong), "{}", refusal.message);
    }
    // A component's release of that name is none of its composites.
    let component = world.ask("maker/ada", Command::Publish(release("server", "1.0.3+20230903")));
    assert_eq!(component.unwrap_err().code, "composite-apart");
    world.must(server("1.0.3+20230903", &[backend, old]));
    world.must(server("1.0.3+20230904A", &[new, backend]));
}

#[test]
fn a_pipeline_enters_only_where_there_is_the_server_that_it_needs() {
    let mut world = servers();
    for (number, server) in [("1.0.0", ">=99.0.0"), ("1.1.0", ">=1.0.0"), ("1.2.0", "<1.0.0")] {
        let manifest = json!({
            "name": "core", "version": {"text": number, "scheme": "semver"},
            "environment": {"server": {"range": {"grammar": "ayon", "text": server}}},
        });
        world.must(Command::Publish(Publish {
            document: RawValue::from_string(manifest.to_string()).unwrap(),
            ..release("core", number)
        }));
    }
    for (number, core) in [("2026.1", "1.0.0"), ("2026.2", "1.1.0")] {
        world.must(bundle("pipeline", number, "calver:YYYY.M[.MICRO]", &[("core", core)]));
    }
    let told = |world: &World, number: &str| -> Vec<String> {
        let product = world.state.product("pipeline").unwrap();
        let release = product.sequence("pipeline").unwrap().find(number).unwrap();
        let findings = product.check("pipeline", release);
        findings
            .iter()
            .map(|it| format!("{:?}: {}: {}", it.severity, it.subject, it.message))
            .collect()
    };
    // Of servers that are kept elsewhere, nothing is known.
    assert!(
        told(&world, "2026.2")[0]
            .starts_with("Warning: pipeline 2026.2: nothing is published of `server`")
    );
    world.must(server("1.0.3+20230903", &[("backend", "1.0.3"), ("frontend", "20230903")]));
    assert_eq!(
        told(&world, "2026.1"),
        ["Error: core 1.0.0: it needs server >=99.0.0, and no release of `server` here is that"]
    );
    assert_eq!(told(&world, "2026.2"), [""; 0]);
    world.settle();
    let product = world.state.product("pipeline").unwrap();
    let latest = product.channel(&name("pipeline"), &name("latest")).unwrap();
    assert_eq!(latest.head.as_ref().map(ToString::to_string).as_deref(), Some("2026.2"));
    let release = product.sequence("pipeline").unwrap().find("2026.1").unwrap();
    let standing = standing(&world.state, product, latest, release, world.now);
    let unmet: Vec<_> = standing.unmet().map(ToString::to_string).collect();
    assert_eq!(unmet, ["1 error in its content"]);
}

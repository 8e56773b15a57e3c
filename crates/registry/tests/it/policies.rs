//! What a registry reads from policy files.

use trainyard_policy::Policy;
use trainyard_registry::{
    Maturity, Moment,
    channels::ChannelRule,
    products::{PolicyFacts, SetPolicy},
};

use crate::world::{DAY, World, name};

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
    world.must(trainyard_registry::Command::SetPolicy(SetPolicy {
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

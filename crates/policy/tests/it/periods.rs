//! Revisions, presets and defaults, folded.

use trainyard_evidence::{Change, Class, Source};
use trainyard_policy::{EffectiveFrom, Maturity, StreamKind};
use trainyard_version::Level;

use crate::policy;

fn change(class: Class, rule: &str) -> Change {
    Change {
        class,
        rule: rule.to_owned(),
        subject: String::new(),
        source: Source::default(),
        before: None,
        sentence: String::new(),
    }
}

#[test]
fn an_empty_file_is_the_semver_preset_for_one_component() {
    let policy = policy("");
    assert_eq!(policy.components.len(), 1);
    let component = &policy.components[0];
    assert_eq!(component.current().scheme.spec(), "semver");
    assert!(component.paths.is_everything());
    assert_eq!(component.maturity, Maturity::Stable);
    assert_eq!(policy.lines.development[0], "main");
    assert!(matches!(policy.streams[0].kind, StreamKind::Single { component: 0 }));
}

#[test]
fn a_scheme_alone_chooses_its_plain_preset() {
    let policy = policy("[product]\nname = \"acme\"\n[rules]\nscheme = \"calver:YYYY.0M.MICRO\"\n");
    let rules = policy.components[0].current();
    assert_eq!(policy.components[0].name, "acme");
    assert_eq!(rules.tags[0].to_string(), "{version}");
    assert_eq!(rules.branches[0].to_string(), "{line}");
}

#[test]
fn components_keep_the_order_of_the_file_and_their_own_tags() {
    let policy = policy(
        "[rules]\ntag = \"{component}-v{version}\"\n[components.zebra]\n[components.ant]\n[components.\"@acme/web\"]\n",
    );
    let names: Vec<_> = policy.components.iter().map(|component| component.name.as_str()).collect();
    assert_eq!(names, ["zebra", "ant", "@acme/web"]);
    assert_eq!(policy.components[1].current().tags[0].to_string(), "ant-v{version}");
}

#[test]
fn revisions_overlay_what_holds_now_for_their_own_time() {
    let policy = policy(
        r#"
[rules]
tag = "v{version}"
levels.major = ["data"]

[[revisions]]
name = "early"
rules.tag = "{version}"
rules.levels.patch = ["data"]

[[revisions]]
name = "middle"
from = "1.0.0"
rules.branch = false

[[revisions]]
name = "now"
from = "2.0.0"
reason = "grown up"
"#,
    );
    let component = &policy.components[0];
    let tags: Vec<_> =
        component.periods.iter().map(|period| period.rules.tags[0].to_string()).collect();
    assert_eq!(tags, ["{version}", "v{version}", "v{version}"]);
    let branchless: Vec<_> =
        component.periods.iter().map(|period| period.rules.branches.is_empty()).collect();
    assert_eq!(branchless, [false, true, false]);
    let data = change(Class::Data, "migrations.drop");
    let levels: Vec<_> = component
        .periods
        .iter()
        .filter_map(|period| period.rules.levels.level_of(&data).map(|(level, _)| level))
        .collect();
    assert_eq!(levels, [Level::Patch, Level::Major, Level::Major]);
    let scheme = &component.current().scheme;
    let version = scheme.parse("1.5.0").expect("a version");
    assert_eq!(component.period_of(&version, None).revision.as_deref(), Some("middle"));
    assert_eq!(component.current_period().reason.as_deref(), Some("grown up"));
}

#[test]
fn a_first_revision_with_a_beginning_leaves_the_time_before_to_the_present_rules() {
    let policy = policy("[[revisions]]\nname = \"new\"\nfrom = 2024-02-29\n");
    let periods = &policy.components[0].periods;
    assert_eq!(periods.len(), 2);
    assert_eq!(periods[0].from, EffectiveFrom::Beginning);
    assert!(matches!(periods[1].from, EffectiveFrom::Date(_)));
}

#[test]
fn levels_move_selector_by_selector() {
    let policy = policy("[rules.levels]\npatch = [\"additive\", \"commits.perf\"]\n");
    let levels = &policy.components[0].current().levels;
    let level = |class, rule| levels.level_of(&change(class, rule)).map(|(level, _)| level);
    assert_eq!(level(Class::Additive, "x.y"), Some(Level::Patch));
    assert_eq!(level(Class::Breaking, "x.y"), Some(Level::Major));
    assert_eq!(level(Class::Data, "x.y"), Some(Level::Minor));
    assert_eq!(level(Class::Fix, "commits.perf"), Some(Level::Patch));
    assert_eq!(level(Class::Unknown, "x.y"), None);
}

#[test]
fn preset_tables_can_be_turned_off() {
    let policy = policy("preset = \"polyaxon\"\n[rules]\ncadence = false\nzero = false\n");
    let rules = policy.components[0].current();
    assert!(rules.cadence.is_none() && rules.zero.is_none());
}

#[test]
fn tables_of_a_preset_are_overridden_key_by_key() {
    let policy = policy(
        "preset = \"ayon\"\n[streams.pipeline]\ntitle = \"Bundles\"\ntag = \"bundle-{version}\"\n",
    );
    let stream = policy.streams.iter().find(|stream| stream.name == "pipeline").expect("a stream");
    assert_eq!(stream.title, "Bundles");
    assert!(matches!(&stream.kind, StreamKind::Bundle { tag: Some(_), .. }));
    let lockstep =
        crate::policy("preset = \"backend-ai\"\n[groups.core]\nlockstep = \"patch\"\n").groups;
    assert_eq!((lockstep[0].members.len(), lockstep[0].lockstep), (3, Level::Patch));
}

#[test]
fn lines_are_declared_by_their_canonical_name() {
    let policy = policy(
        "[rules]\nscheme = \"pep440\"\n[lines.declared.\"23.09\"]\nlts = true\nretires = 2025-03-31\n",
    );
    let line = &policy.lines.declared["23.9"];
    assert!(line.lts);
    assert_eq!(line.retires.map(|date| date.to_string()).as_deref(), Some("2025-03-31"));
}

#[test]
fn padded_numbers_are_written_with_their_zeros() {
    let policy =
        policy("[rules]\nscheme = \"pep440\"\nminor-digits = 2\nbranch = \"{major}.{minor}\"\n");
    let rules = policy.components[0].current();
    let version = rules.scheme.parse("22.3.4rc1").expect("a version");
    assert_eq!(rules.tag_of(&version).as_deref(), Some("22.03.4rc1"));
    assert_eq!(rules.branch_of(&version).as_deref(), Some("22.03"));
}

#[test]
fn version_files_and_fragments_are_read() {
    let policy = policy(
        r#"[components.server]
version-files = ["VERSION", { path = "pyproject.toml", key = "project.version" }, { path = "a.py", after = "__version__ =" }]
fragments = [{ towncrier = "changes" }, { changesets = ".changeset" }]
"#,
    );
    assert_eq!(policy.components[0].version_files.len(), 3);
    assert_eq!(policy.components[0].fragments.len(), 2);
}

#[test]
fn metadata_is_kept_as_it_is() {
    let policy = policy(
        "[product.metadata]\nstatus = \"published\"\ntags = [\"a\", { since = 2019-04-01, ratio = 1.5 }]\n",
    );
    let metadata = &policy.product.metadata;
    assert_eq!(metadata["status"], "published");
    assert_eq!(metadata["tags"][1]["since"], "2019-04-01");
}

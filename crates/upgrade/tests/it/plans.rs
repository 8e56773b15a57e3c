//! Plans for whole deployments, from facts that were kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use proptest::prelude::*;
use trainyard_policy::Policy;
use trainyard_testkit::Effort;
use trainyard_upgrade::{
    migrations::Verdict,
    plan::{
        Changes, ChannelHeads, Component, Database, Deployment, Images, Known, LineGroup,
        MigrationSet, Movement, Plan, PlanError, Planned, Refusal, Relate, Relation, Request,
        Rules, Services, StepKind, Stored, StoredMigration, StoredRelease, Target, Trouble,
        markdown, plan_deployment,
    },
    updates::{Release as Node, Risk, UpdateGraph, lines},
};

type Releases = BTreeMap<String, Vec<StoredRelease>>;

fn line(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn release(version: &str) -> StoredRelease {
    StoredRelease {
        release: Known {
            version: version.to_owned(),
            line: line(version),
            is_final: !version.contains('-'),
            tag: format!("v{version}"),
            ..Known::default()
        },
        ..StoredRelease::default()
    }
}

fn releases(of: &[(&str, &[&str])]) -> Releases {
    let each = of.iter().map(|(name, versions)| {
        ((*name).to_owned(), versions.iter().map(|version| release(version)).collect())
    });
    each.collect()
}

/// A chain of Alembic revisions.
fn revisions(ids: &[&str]) -> MigrationSet {
    let migrations = ids.iter().enumerate().map(|(place, id)| StoredMigration {
        id: (*id).to_owned(),
        path: format!("db/versions/{id}.py").into(),
        parents: place.checked_sub(1).map(|before| ids[before].to_owned()).into_iter().collect(),
        effects: vec![("creates a table".to_owned(), format!("t_{id}"))],
        ..StoredMigration::default()
    });
    MigrationSet {
        framework: "alembic".to_owned(),
        folder: "db".into(),
        migrations: migrations.collect(),
    }
}

fn installed(of: &[(&str, &str)]) -> Deployment {
    let component = |version: &str| Component {
        version: Some(version.to_owned()),
        services: Services { stop: vec![vec!["stop".to_owned()]], ..Services::default() },
        ..Component::default()
    };
    let components = of.iter().map(|(name, version)| ((*name).to_owned(), component(version)));
    Deployment {
        name: "production".to_owned(),
        components: components.collect(),
        ..Deployment::default()
    }
}

fn ask(
    releases: &Releases,
    deployment: &Deployment,
    target: &Target,
    rules: &Rules,
    relate: &Relate<'_>,
) -> Result<Planned, PlanError<std::convert::Infallible>> {
    let stops = BTreeMap::new();
    let graphs = BTreeMap::new();
    let request =
        Request { deployment, target, rules, is_direct: false, stops: &stops, graphs: &graphs };
    plan_deployment(&Stored { releases, relate }, &request)
}

fn nothing_known(_: (&str, &Known), _: (&str, &Known)) -> Relation {
    Relation::Unknown
}

/// The stages, each with who moves where.
fn stages(plan: &Plan) -> Vec<String> {
    plan.hops.iter().map(|hop| format!("{} -> {}", hop.from, hop.to)).collect()
}

fn names(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_group_that_shares_its_line_moves_together_line_by_line() {
    let versions: &[&str] = &["1.0.0", "1.0.4", "1.1.0", "1.1.3", "1.2.0"];
    let releases = releases(&[("agent", versions), ("manager", versions)]);
    let group = LineGroup {
        name: "core".to_owned(),
        members: names(&["agent", "manager"]),
        shares_version: false,
    };
    let rules = Rules { groups: vec![group], ..Rules::default() };
    let deployment = installed(&[("agent", "1.0.4"), ("manager", "1.0.0")]);
    let target = Target::bundle("bundle 7", [("agent", "1.2.0"), ("manager", "1.2.0")]);
    let planned = ask(&releases, &deployment, &target, &rules, &nothing_known).unwrap();
    assert_eq!(
        stages(&planned.plan),
        [
            "agent 1.0.4, manager 1.0.0 -> agent 1.1.3, manager 1.1.3",
            "agent 1.1.3, manager 1.1.3 -> agent 1.2.0, manager 1.2.0"
        ]
    );
    assert_eq!(planned.troubles, []);
    insta::assert_snapshot!(markdown(&planned.plan));
    // On one line they work together, and go one by one.
    let target = Target::bundle("x", [("agent", "1.0.4"), ("manager", "1.0.4")]);
    let planned = ask(&releases, &deployment, &target, &rules, &nothing_known).unwrap();
    assert_eq!(stages(&planned.plan), ["1.0.0 -> 1.0.4"]);
}

#[test]
fn what_others_need_goes_first() {
    let policy = Policy::preset("ayon").unwrap();
    let rules = Rules::of(&policy);
    assert!(rules.needs["core"].contains("backend"), "{rules:?}");
    let versions: &[&str] = &["1.0.0", "1.1.0"];
    let releases = releases(&[("backend", versions), ("core", versions)]);
    let deployment = installed(&[("backend", "1.0.0"), ("core", "1.0.0")]);
    let target = Target::bundle("x", [("backend", "1.1.0"), ("core", "1.1.0")]);
    let planned = ask(&releases, &deployment, &target, &rules, &nothing_known).unwrap();
    assert_eq!(
        stages(&planned.plan),
        ["backend 1.0.0 -> backend 1.1.0", "core 1.0.0 -> core 1.1.0"]
    );
}

#[test]
fn requirements_turn_the_order_around() {
    let versions: &[&str] = &["1.0.0", "1.1.0"];
    let releases = releases(&[("api", versions), ("web", versions)]);
    let deployment = installed(&[("api", "1.0.0"), ("web", "1.0.0")]);
    let target = Target::bundle("x", [("api", "1.1.0"), ("web", "1.1.0")]);
    // The new api no longer serves the old web.
    let relate = |one: (&str, &Known), other: (&str, &Known)| {
        let (api, web) = if one.0 == "api" { (one.1, other.1) } else { (other.1, one.1) };
        if api.version == "1.1.0" && web.version == "1.0.0" {
            Relation::Breaks("api 1.1.0 serves v2 alone".to_owned())
        } else {
            Relation::Works("both speak v1".to_owned())
        }
    };
    let planned = ask(&releases, &deployment, &target, &Rules::default(), &relate).unwrap();
    assert_eq!(stages(&planned.plan), ["web 1.0.0 -> web 1.1.0", "api 1.0.0 -> api 1.1.0"]);
    assert_eq!(
        planned.plan.hops[0].beside,
        ["api 1.0.0 and web 1.1.0 work together: both speak v1"]
    );
    assert_eq!(planned.troubles, []);
}

#[test]
fn a_client_that_stays_is_held_against_what_moves() {
    let releases = releases(&[("manager", &["1.0.0", "1.1.0"]), ("client", &["1.0.0"])]);
    let deployment = installed(&[("client", "1.0.0"), ("manager", "1.0.0")]);
    let relate = |one: (&str, &Known), other: (&str, &Known)| {
        if [one.1, other.1].iter().any(|it| it.version == "1.1.0") {
            Relation::Breaks("manager 1.1.0 serves v9, and client 1.0.0 speaks up to v8".to_owned())
        } else {
            Relation::Unknown
        }
    };
    let target = Target::release("manager", "1.1");
    let planned = ask(&releases, &deployment, &target, &Rules::default(), &relate).unwrap();
    let [Trouble::Breaks { subject, message }] = planned.troubles.as_slice() else {
        panic!("{:?}", planned.troubles);
    };
    assert_eq!(subject, "client 1.0.0 and manager 1.1.0");
    assert!(message.contains("when all is done") && message.contains("serves v9"), "{message}");
}

#[test]
fn a_bundle_holds_more_than_each_installation_has() {
    let releases = releases(&[("web", &["1.0.0", "1.1.0"])]);
    let deployment = installed(&[("web", "1.0.0"), ("proxy", "3")]);
    let target = Target::bundle("x", [("web", "1.1.0"), ("tools", "2.0"), ("proxy", "4")]);
    let planned = ask(&releases, &deployment, &target, &Rules::default(), &nothing_known).unwrap();
    assert_eq!(
        planned.troubles,
        [
            Trouble::NotInstalled { subject: "tools 2.0".to_owned() },
            Trouble::Unknown { subject: "proxy".to_owned() }
        ]
    );
    assert_eq!(planned.plan.verdict, Verdict::LookFirst);
    assert!(planned.plan.because[0].contains("nothing is known"), "{:?}", planned.plan.because);
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let releases = releases(&[("web", &["1.0.0", "1.1.0"])]);
    let refusal = |deployment: &Deployment, target: Target| match ask(
        &releases,
        deployment,
        &target,
        &Rules::default(),
        &nothing_known,
    ) {
        Err(PlanError::Refused(refusal)) => refusal.to_string(),
        other => panic!("{other:?}"),
    };
    let web = installed(&[("web", "1.0.0")]);
    assert_eq!(
        [
            refusal(&web, Target::release("web", "9")),
            refusal(&web, Target::release("web", "1.0")),
            refusal(&web, Target::release("tools", "1.0")),
            refusal(&installed(&[("web", "0.1")]), Target::release("web", "latest")),
        ],
        [
            "no release of web is called `9`; the newest is 1.1.0",
            "1.0 is what is installed already",
            "1.0 names nothing that is installed",
            "no release of web is called `0.1`; the newest is 1.1.0",
        ]
    );
    let mut unknown = web;
    unknown.components.get_mut("web").unwrap().version = None;
    assert_eq!(
        refusal(&unknown, Target::release("web", "1.1")),
        Refusal::NotInstalled { component: "web".to_owned() }.to_string()
    );
}

#[test]
fn channels_lead_to_what_they_offer() {
    let toml = "[channels.stable]\nweb = \"1.0.0\"\n\n[channels.edge]\nweb = \"1.1.0\"\n";
    let json = r#"{"channels": {"edge": {"web": "1.1.0"}, "stable": {"web": "1.0.0"}}}"#;
    let heads = ChannelHeads::read(toml).unwrap();
    assert_eq!(heads, ChannelHeads::read(json).unwrap());
    assert_eq!(heads.names().collect::<Vec<_>>(), ["edge", "stable"]);
    assert!(heads.target("nightly").is_none());
    let written = serde_json::to_string(&heads).unwrap();
    assert_eq!(ChannelHeads::read(&written).unwrap(), heads);
    for wrong in ["", "{", "[channels]\nstable = 7", "[channel.stable]\nweb = \"1\"\n"] {
        assert!(ChannelHeads::read(wrong).is_err(), "{wrong}");
    }
    let releases = releases(&[("web", &["1.0.0", "1.1.0"])]);
    let target = heads.target("edge").unwrap();
    let deployment = installed(&[("web", "1.0.0")]);
    let planned = ask(&releases, &deployment, &target, &Rules::default(), &nothing_known).unwrap();
    assert_eq!((planned.plan.from.as_str(), planned.plan.to.as_str()), ("1.0.0", "1.1.0"));
}

#[test]
fn the_way_goes_through_each_line_and_says_what_to_do_there() {
    let target = Target::release("web", "latest");
    let planned =
        ask(&with_database(), &with_alembic(), &target, &Rules::default(), &nothing_known).unwrap();
    let kinds: Vec<_> = planned.plan.hops[0].steps.iter().map(|step| step.kind.word()).collect();
    assert_eq!(
        kinds,
        [
            "backup",
            "stop",
            "checkout",
            "packages",
            "configuration",
            "database",
            "images",
            "start",
            "verify"
        ]
    );
    let points: Vec<_> = planned.plan.hops[0]
        .steps
        .iter()
        .filter(|step| step.is_point_of_no_return)
        .map(|step| step.id.as_str())
        .collect();
    assert_eq!(points, ["1.6-database"]);
    assert!(planned.plan.rollback[0].contains("1.6-database"), "{:?}", planned.plan.rollback);
    assert!(planned.plan.rollback[1].contains("1.1-backup"), "{:?}", planned.plan.rollback);
}

/// A product whose second line brings two tables, with notes and changes.
fn with_database() -> Releases {
    let mut all = releases(&[("web", &["1.0.0", "1.0.1", "1.1.0", "1.1.1"])]);
    let web = all.get_mut("web").unwrap();
    let migrations: [&[&str]; 4] =
        [&["aaa1"], &["aaa1"], &["aaa1", "bbb2"], &["aaa1", "bbb2", "ccc3"]];
    for (release, ids) in web.iter_mut().zip(migrations) {
        release.migrations = vec![revisions(ids)];
        let version = release.release.version.clone();
        release.notes = format!("What {version} brings.");
        release.changes = Changes {
            breaking: vec![format!("the call that {version} removes")],
            configuration: vec![format!("by hand: the key that {version} asks for")],
            requirements: vec!["needs six".to_owned()],
        };
    }
    all
}

fn with_alembic() -> Deployment {
    let mut deployment = installed(&[("web", "1.0.0")]);
    let web = deployment.components.get_mut("web").unwrap();
    web.checkout = Some("/srv/web".into());
    web.images = Some(Images {
        folder: "/srv/web".into(),
        names: vec!["ghcr.io/acme/web".to_owned()],
        ..Images::default()
    });
    web.services.start = vec![vec!["start".to_owned()]];
    web.services.healthy = vec![vec!["look".to_owned()]];
    web.database = Some(Database {
        tool: "alembic".to_owned(),
        backup: vec!["pg_dump".to_owned(), "app".to_owned()],
        restore: vec!["pg_restore".to_owned(), "app".to_owned()],
        ..Database::default()
    });
    deployment
}

#[test]
fn all_of_a_range_is_gathered() {
    let target = Target::release("web", "1.1.1");
    let planned =
        ask(&with_database(), &with_alembic(), &target, &Rules::default(), &nothing_known).unwrap();
    let gathered = &planned.plan.gathered;
    let notes: Vec<_> = gathered.notes.iter().map(|note| note.version.as_str()).collect();
    assert_eq!(notes, ["1.1.1", "1.1.0", "1.0.1"]);
    let broken: Vec<_> =
        ["1.0.1", "1.1.0", "1.1.1"].map(|it| format!("the call that {it} removes")).into();
    assert_eq!(gathered.breaking, broken);
    assert_eq!(gathered.migrations, 2);
    assert_eq!(gathered.runs, ["bbb2 creates table `t_bbb2`", "ccc3 creates table `t_ccc3`"]);
    insta::assert_snapshot!(markdown(&planned.plan));
}

#[test]
fn a_plan_back_tells_what_is_lost() {
    let mut deployment = with_alembic();
    deployment.components.get_mut("web").unwrap().version = Some("1.1.1".to_owned());
    let target = Target::release("web", "1.0.1");
    let planned =
        ask(&with_database(), &deployment, &target, &Rules::default(), &nothing_known).unwrap();
    let lost: Vec<_> = planned.plan.because.iter().filter(|it| it.contains("is lost")).collect();
    assert_eq!(lost.len(), 2, "{:?}", planned.plan.because);
    assert!(lost[0].contains("creates table `t_bbb2`"), "{lost:?}");
    insta::assert_snapshot!(markdown(&planned.plan));
}

#[test]
fn what_is_kept_is_read_again() {
    let releases = with_database();
    let text = serde_json::to_string(&releases).unwrap();
    let again: Releases = serde_json::from_str(&text).unwrap();
    assert_eq!(again, releases);
    let set = &releases["web"][3].migrations[0];
    let effects = Vec::new();
    let kept = MigrationSet::of(&set.environment(), &effects);
    assert_eq!(kept.environment(), set.environment());
    // A plan, a deployment and a target are values alone.
    let deployment = with_alembic();
    let target = Target::release("web", "1.1");
    let plan =
        ask(&releases, &deployment, &target, &Rules::default(), &nothing_known).unwrap().plan;
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    let text = serde_json::to_string(&deployment).unwrap();
    assert_eq!(serde_json::from_str::<Deployment>(&text).unwrap(), deployment);
    let text = serde_json::to_string(&target).unwrap();
    assert_eq!(serde_json::from_str::<Target>(&text).unwrap(), target);
}

#[test]
fn the_wire_form_of_a_plan_is_stable() {
    let releases = releases(&[("agent", &["1.0.0", "1.0.1"]), ("web", &["1.0.0", "1.1.0"])]);
    let deployment = installed(&[("agent", "1.0.0"), ("web", "1.0.0")]);
    let target = Target::bundle("bundle 7", [("agent", "1.0.1"), ("web", "1.1.0")]);
    let planned = ask(&releases, &deployment, &target, &Rules::default(), &nothing_known).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&planned.plan).unwrap());
    // What an older program wrote has fewer keys.
    let older = r#"{"form": 1, "deployment": "x", "from": "1", "to": "2", "verdict": "safe",
        "unaided": "safe", "because": [], "hops": [{"from": "1", "to": "2", "steps": []}],
        "gathered": {"breaking": [], "migrations": 0, "notes": []}}"#;
    let plan: Plan = serde_json::from_str(older).unwrap();
    assert!(plan.moves.is_empty() && plan.hops[0].moves.is_empty());
}

#[test]
fn a_thousand_components_are_put_in_order() {
    let hops = vec![1; 1_000];
    // Each needs the one before it to move first.
    let breaks = |one: (usize, usize), other: (usize, usize)| {
        let (low, high) = if one.0 < other.0 { (one, other) } else { (other, one) };
        high.0 == low.0 + 1 && low.1 < high.1
    };
    let effort = Effort::begin();
    let stages = Movement { hops: &hops, breaks: &breaks }.stages();
    assert_eq!(stages.len(), 1_000);
    effort.assert_below(8, "a thousand components");
}

/// Whether two components break each other at places, by a table of bits.
fn broken(table: u64, one: (usize, usize), other: (usize, usize)) -> bool {
    let (low, high) = if one.0 < other.0 { (one, other) } else { (other, one) };
    let pair = low.0 * 3 + high.0;
    (table >> ((pair * 7 + low.1 * 3 + high.1) % 64)) & 1 == 1
}

/// Whether some order of single hops keeps apart what breaks each other.
fn exists(hops: &[usize], state: &[usize], table: u64) -> bool {
    if state == hops {
        return true;
    }
    (0..hops.len()).filter(|index| state[*index] < hops[*index]).any(|index| {
        let mut next = state.to_vec();
        next[index] += 1;
        is_fine(hops, &next, table) && exists(hops, &next, table)
    })
}

fn is_fine(hops: &[usize], state: &[usize], table: u64) -> bool {
    (0..hops.len()).all(|one| {
        (0..one).all(|other| {
            let at_start = state[one] == 0 && state[other] == 0;
            let at_end = state[one] == hops[one] && state[other] == hops[other];
            at_start || at_end || !broken(table, (one, state[one]), (other, state[other]))
        })
    })
}

proptest! {
    #[test]
    fn an_order_without_joint_stages_is_found_where_there_is_one(
        hops in proptest::collection::vec(0_usize..3, 1..4),
        table: u64,
        mask: u64,
    ) {
        let table = table & mask;
        let breaks = |one, other| broken(table, one, other);
        let stages = Movement { hops: &hops, breaks: &breaks }.stages();
        let mut state = vec![0; hops.len()];
        let mut is_rolling = true;
        for stage in &stages {
            for index in stage {
                state[*index] += 1;
            }
            is_rolling &= stage.len() == 1 && is_fine(&hops, &state, table);
        }
        prop_assert_eq!(&state, &hops);
        prop_assert_eq!(is_rolling, exists(&hops, &vec![0; hops.len()], table));
    }
}

/// The graph of a component's releases, line by line, with what somebody declared of those that are named.
fn graph(versions: &[&str], blocked: &[&str], risky: &[&str]) -> Arc<UpdateGraph> {
    let offers = versions.iter().map(|version| lines::Offer {
        name: (*version).to_owned(),
        line: line(version),
        is_final: true,
    });
    let mut graph = lines::graph(&offers.collect::<Vec<_>>());
    let ends: Vec<(usize, usize)> = graph.edges().map(|(from, to, _)| (from, to)).collect();
    for (from, to) in ends {
        let name = graph.name(to).to_owned();
        let risk = |name: &str| Risk {
            name: name.to_owned(),
            message: "it loses jobs".to_owned(),
            ..Risk::default()
        };
        let edge = graph.allow(from, to).unwrap();
        edge.blocked.extend(blocked.contains(&name.as_str()).then(|| risk("bad-stop")));
        edge.risks.extend(risky.contains(&name.as_str()).then(|| risk("slow-start")));
    }
    Arc::new(graph)
}

fn ask_graph(
    releases: &Releases,
    (from, to): (&str, &str),
    graph: &Arc<UpdateGraph>,
    is_direct: bool,
) -> Result<Plan, String> {
    let (deployment, target) = (installed(&[("core", from)]), Target::release("core", to));
    let request = Request {
        deployment: &deployment,
        target: &target,
        rules: &Rules::default(),
        is_direct,
        stops: &BTreeMap::new(),
        graphs: &BTreeMap::from([("core".to_owned(), Arc::clone(graph))]),
    };
    match plan_deployment(&Stored { releases, relate: &nothing_known }, &request) {
        Ok(planned) => Ok(planned.plan),
        Err(PlanError::Refused(refusal)) => Err(refusal.to_string()),
        Err(PlanError::Source(never)) => match never {},
    }
}

#[test]
fn a_plan_keeps_to_the_update_graph_and_names_its_risks() {
    let versions = ["1.0.0", "1.1.0", "1.1.4", "1.2.0"];
    let releases = releases(&[("core", &versions)]);
    let ends = ("1.0.0", "1.2.0");
    let free = ask_graph(&releases, ends, &graph(&versions, &[], &[]), false).unwrap();
    assert_eq!(stages(&free), ["1.0.0 -> 1.1.4", "1.1.4 -> 1.2.0"]);
    assert_eq!(free.verdict, Verdict::Safe);

    // What is blocked is passed over, and so is what is risky where there is another way.
    for against in [graph(&versions, &["1.1.4"], &[]), graph(&versions, &[], &["1.1.4"])] {
        let plan = ask_graph(&releases, ends, &against, false).unwrap();
        assert_eq!(stages(&plan), ["1.0.0 -> 1.1.0", "1.1.0 -> 1.2.0"]);
        assert_eq!(plan.verdict, Verdict::Safe);
        assert_eq!(
            plan.because,
            [
                "the way goes by 1.1.0, not by 1.1.4, the newest of its line, by which more would be blocked, risky or \
              unsafe by the tools alone"
            ]
        );
    }

    // What cannot be passed over is named.
    let risky = graph(&versions, &["1.1.0"], &["1.1.4"]);
    let plan = ask_graph(&releases, ends, &risky, false).unwrap();
    assert_eq!(stages(&plan), ["1.0.0 -> 1.1.4", "1.1.4 -> 1.2.0"]);
    assert_eq!(plan.verdict, Verdict::LookFirst);
    insta::assert_snapshot!(markdown(&plan));

    let barred = graph(&versions, &["1.1.0", "1.1.4"], &[]);
    assert_eq!(
        ask_graph(&releases, ends, &barred, false).unwrap_err(),
        "core: no allowed update leads from 1.0.0 to 1.2.0: bad-stop: it loses jobs"
    );
    // Whoever goes straight leaves the stops out, and not what speaks against the target.
    let plan = ask_graph(&releases, ends, &barred, true).unwrap();
    assert_eq!(stages(&plan), ["1.0.0 -> 1.2.0"]);
    let barred = graph(&versions, &["1.2.0"], &[]);
    assert_eq!(
        ask_graph(&releases, ends, &barred, true).unwrap_err(),
        "core: no allowed update leads from 1.0.0 to 1.2.0 without a stop: bad-stop: it loses jobs"
    );
    // Nobody forbids to go back.
    assert!(ask_graph(&releases, ("1.2.0", "1.0.0"), &barred, false).is_ok());
}

#[test]
fn a_graph_of_other_steps_than_lines_is_followed_all_the_same() {
    let versions = ["1.0.0", "1.0.5", "1.1.0", "1.2.0"];
    let releases = releases(&[("core", &versions)]);
    let mut steps = UpdateGraph::default();
    for version in versions {
        steps.add(Node { name: version.to_owned(), ..Node::default() });
    }
    for (from, to) in [(0, 1), (1, 2), (2, 3)] {
        steps.allow(from, to);
    }
    let plan = ask_graph(&releases, ("1.0.0", "1.2.0"), &Arc::new(steps), false).unwrap();
    assert_eq!(stages(&plan), ["1.0.0 -> 1.0.5", "1.0.5 -> 1.1.0", "1.1.0 -> 1.2.0"]);
}

/// Numbered files of SQL, each dropping a column.
fn numbered(framework: &str, ids: &[&str]) -> MigrationSet {
    let migrations = ids.iter().map(|id| StoredMigration {
        id: (*id).to_owned(),
        path: format!("schemas/migrations/{id}.sql").into(),
        effects: vec![("drops a column".to_owned(), "a.y".to_owned())],
        ..StoredMigration::default()
    });
    MigrationSet {
        framework: framework.to_owned(),
        folder: "schemas/migrations".into(),
        migrations: migrations.collect(),
    }
}

#[test]
fn files_without_a_tool_of_their_own_have_a_step_too() {
    for framework in ["sql", "ayon"] {
        let mut releases = releases(&[("backend", &["1.0.0", "1.1.0"])]);
        for (release, ids) in
            releases.get_mut("backend").unwrap().iter_mut().zip([&["0001"][..], &["0001", "0002"]])
        {
            release.migrations = vec![numbered(framework, ids)];
        }
        let target = Target::release("backend", "1.1.0");
        let mut deployment = installed(&[("backend", "1.0.0")]);
        let rules = Rules::default();
        let by_hand = ask(&releases, &deployment, &target, &rules, &nothing_known).unwrap().plan;
        let step = |plan: &Plan| {
            let mut steps = plan.hops.iter().flat_map(|hop| &hop.steps);
            steps.find(|step| step.kind == StepKind::Database).cloned().unwrap()
        };
        assert!(step(&by_hand).is_by_hand() && step(&by_hand).is_point_of_no_return, "{framework}");
        assert!(by_hand.rollback[0].contains("until 1."), "{:?}", by_hand.rollback);

        deployment.components.get_mut("backend").unwrap().database = Some(Database {
            tool: "sql".to_owned(),
            program: vec!["psql".to_owned()],
            ..Database::default()
        });
        let plan = ask(&releases, &deployment, &target, &rules, &nothing_known).unwrap().plan;
        assert!(
            step(&plan).actions[0].invocation.shown().ends_with("schemas/migrations/0002.sql"),
            "{:?}",
            step(&plan)
        );
    }
}

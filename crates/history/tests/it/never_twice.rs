//! A plan proposes what is new, above its base, and of the right line, whatever was released before.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trainyard_evidence::{Change, Class, Source};
use trainyard_history::{
    Branch, CommitId, CommitIndex, GraphBuilder, Head, History, Moment, Survey, Tag,
    plan::{Plan, Question, Request, Stage, Testimony, plan},
};
use trainyard_policy::Policy;
use trainyard_version::{Date, Phase};

/// A chain of commits with tags on some, a branch per named line, and main at its end.
fn history(length: u8, tags: &[(u8, String)], lines: &[(u8, String)]) -> History {
    let id = |number: u8| CommitId([number; 20]);
    let mut builder = GraphBuilder::default();
    for number in 0..=length {
        let moment = Moment { seconds: i64::from(number), offset_seconds: 0 };
        let parents = number.checked_sub(1).map(id).into_iter().collect();
        builder.add(id(number), moment, parents);
    }
    let graph = builder.build();
    let at = |number: u8| graph.find(id(number.min(length))).unwrap();
    let mut tags: Vec<_> = tags
        .iter()
        .map(|(number, name)| Tag {
            name: name.clone(),
            commit: Some(at(*number)),
            when: Some(graph.moment(at(*number))),
            annotated: false,
            component: None,
        })
        .collect();
    tags.sort_by(|one, other| one.name.cmp(&other.name));
    tags.dedup_by(|one, other| one.name == other.name);
    let mut branches: Vec<_> = lines
        .iter()
        .map(|(number, name)| Branch { name: name.clone(), remote: None, tip: at(*number) })
        .collect();
    branches.push(Branch { name: "main".to_owned(), remote: None, tip: at(length) });
    let head = Head { branch: Some("main".to_owned()), commit: at(length) };
    History { tags, branches, head: Some(head), graph }
}

fn planned(policy: &Policy, history: &History, head: Head, class: Class, stage: Stage) -> Plan {
    let survey = Survey::new(policy, history);
    let request = Request { head, stage, today: Date::constant(2026, 11, 21) };
    let questions = Question::all(policy, history, &survey, &request);
    let change = Change {
        class,
        rule: "commits.test".to_owned(),
        subject: "something".to_owned(),
        source: Source::default(),
        before: None,
        sentence: "something changed".to_owned(),
    };
    let testimony =
        Testimony { changes: BTreeMap::from([(0, vec![change])]), ..Testimony::default() };
    plan(policy, &survey, &questions, &testimony, &request)
}

fn version() -> impl Strategy<Value = String> {
    let pre = prop_oneof![3 => Just(String::new()), 1 => (0u8..4).prop_map(|number| format!("-rc.{number}"))];
    (0u8..4, 0u8..4, 0u8..4, pre)
        .prop_map(|(major, minor, patch, pre)| format!("v{major}.{minor}.{patch}{pre}"))
}

proptest! {
    #[test]
    fn the_next_version_is_new_and_above_its_base(
        tags in proptest::collection::vec((0u8..30, version()), 0..20),
        lines in proptest::collection::vec((0u8..30, (0u8..4, 0u8..4)), 0..4),
        class in prop_oneof![Just(Class::Fix), Just(Class::Additive), Just(Class::Breaking)],
        stage in prop_oneof![Just(Stage::ByPolicy), Just(Stage::Final), Just(Stage::Pre(Phase::Candidate)), Just(Stage::Development)],
        from_line in any::<bool>(),
    ) {
        let lines: Vec<_> = lines.into_iter().map(|(at, (major, minor))| (at, format!("{major}.{minor}"))).collect();
        let history = history(29, &tags, &lines);
        let policy = Policy::preset("semver").unwrap();
        let main = history.head.clone().unwrap();
        let line = history.branches.iter().find(|branch| branch.name != "main" && from_line);
        let head = line.map_or(main, |branch| Head { branch: Some(branch.name.clone()), commit: branch.tip });
        let plan = planned(&policy, &history, head, class, stage.clone());
        let component = &plan.components[0];
        if let Some(next) = &component.next {
            let scheme = &policy.components[0].current().scheme;
            for tag in &history.tags {
                let released = scheme.parse(tag.name.trim_start_matches('v')).unwrap();
                prop_assert!(released.precedence(next).is_ne(), "{next} is out as {}", tag.name);
            }
            if let Some(base) = &component.base {
                prop_assert!(*next > base.version, "{next} is not above {}", base.tag);
            }
            if let Some(line) = line.filter(|_| stage != Stage::Development) {
                prop_assert_eq!(scheme.line(next), line.name.clone());
            }
        }
    }
}

#[test]
fn a_commit_index_is_a_place_in_its_graph() {
    let history = history(2, &[], &[]);
    assert_eq!(history.graph.id(CommitIndex(0)), CommitId([2; 20]));
}

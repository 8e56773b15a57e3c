//! Releases that are interrupted, in a model of a repository.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use trainyard_release::journal::{
    Commit, FileChange, Journal, NewTag, Next, NextDevelopment, Observed, Outcome, Plan, Presence,
    Record, Remote, Step, next,
};

const BRANCH: &str = "refs/heads/main";
const LINE: &str = "refs/heads/1.2";

/// A repository, its remote, and the journal beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    /// Messages of the commits above the start, newest first; a message is the id too.
    commits: Vec<String>,
    references: BTreeMap<String, String>,
    files: BTreeMap<Utf8PathBuf, Option<String>>,
    remote: BTreeMap<String, String>,
    journal: Option<String>,
}

fn change(path: &str, before: Option<&str>, after: Option<&str>) -> FileChange {
    FileChange {
        path: path.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}

fn plan(tags: usize, has_line: bool, has_next: bool, has_remote: bool) -> Plan {
    let next = NextDevelopment {
        files: vec![change("VERSION", Some("1.2.0"), Some("1.3.0-dev"))],
        message: "begin 1.3.0".to_owned(),
    };
    Plan {
        name: "app 1.2.0".to_owned(),
        branch: BRANCH.to_owned(),
        start: "start".to_owned(),
        files: vec![
            change("VERSION", Some("1.2.0-dev"), Some("1.2.0")),
            change("changes/1.fix.md", Some("fixed"), None),
            change("CHANGELOG.md", None, Some("all")),
        ],
        message: "release 1.2.0".to_owned(),
        tags: (0..tags)
            .map(|number| NewTag {
                name: format!("refs/tags/part{number}-1.2.0"),
                message: format!("part {number} 1.2.0"),
            })
            .collect(),
        sign: false,
        lines: has_line.then(|| LINE.to_owned()).into_iter().collect(),
        next: has_next.then_some(next),
        remote: has_remote.then(|| "origin".to_owned()),
    }
}

/// A release that changes no file: what is there is tagged.
fn without_commit(tags: usize, has_line: bool, has_next: bool, has_remote: bool) -> Plan {
    let mut plan = plan(tags, has_line, has_next, has_remote);
    plan.files.clear();
    if let Some(next) = &mut plan.next {
        next.files = vec![change("VERSION", None, Some("1.3.0-dev"))];
    }
    plan
}

/// What the tags and the line's branch are at.
fn released_commit(plan: &Plan) -> String {
    if plan.has_commit() { plan.message.clone() } else { plan.start.clone() }
}

impl World {
    fn before(plan: &Plan) -> Self {
        let mut world = Self::default();
        for change in &plan.files {
            world.files.insert(change.path.clone(), change.before.clone());
        }
        for change in plan.next.iter().flat_map(|next| &next.files) {
            world.files.entry(change.path.clone()).or_insert_with(|| change.before.clone());
        }
        world
    }

    fn released(plan: &Plan) -> Self {
        let mut world = Self::before(plan);
        for step in plan.steps() {
            for effect in effects(plan, step) {
                world.apply(plan, &effect);
            }
        }
        world
    }

    fn observed(&self, remote_answers: bool) -> Observed {
        let commit =
            |message: &String| Commit { id: message.clone(), message: format!("{message}\n") };
        Observed {
            head: Some(BRANCH.to_owned()),
            commits: Some(self.commits.iter().map(commit).collect()),
            references: self.references.clone(),
            files: self.files.clone(),
            remote: if remote_answers {
                Remote::Tags(self.remote.clone())
            } else {
                Remote::Unknown
            },
        }
    }

    fn apply(&mut self, plan: &Plan, effect: &Effect) {
        match effect {
            Effect::Write(path, blob) => _ = self.files.insert(path.clone(), blob.clone()),
            Effect::Commit(message) => self.commits.insert(0, message.clone()),
            Effect::Uncommit(message) => {
                assert_eq!(self.commits.first(), Some(message), "only its own commit is removed");
                self.commits.remove(0);
            }
            Effect::Create(name) => {
                let commit = released_commit(plan);
                let known = self.references.insert(name.clone(), commit.clone());
                assert!(known.is_none_or(|known| known == commit), "nothing is overwritten");
            }
            Effect::Delete(name) => {
                let known = self.references.remove(name);
                let commit = released_commit(plan);
                assert!(known.is_none_or(|known| known == commit), "only its own is deleted");
            }
            Effect::Push => {
                for tag in &plan.tags {
                    self.remote.insert(tag.name.clone(), released_commit(plan));
                }
            }
            Effect::Append(text) => self.journal.get_or_insert_default().push_str(text),
            Effect::RemoveJournal => self.journal = None,
        }
    }
}

/// What happens at once or not at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Write(Utf8PathBuf, Option<String>),
    Commit(String),
    Uncommit(String),
    Create(String),
    Delete(String),
    Push,
    Append(String),
    RemoveJournal,
}

/// A line of the journal, which can be torn.
fn appended(record: &Record) -> Vec<Effect> {
    torn(&Journal::line(record).expect("a record is JSON"))
}

fn torn(text: &str) -> Vec<Effect> {
    let (first, last) = text.split_at(text.len() / 2);
    vec![Effect::Append(first.to_owned()), Effect::Append(last.to_owned())]
}

fn effects(plan: &Plan, step: Step) -> Vec<Effect> {
    let writes = |files: &[FileChange]| {
        files
            .iter()
            .map(|change| Effect::Write(change.path.clone(), change.after.clone()))
            .collect()
    };
    let upcoming = plan.next.clone();
    match step {
        Step::WriteRelease => writes(&plan.files),
        Step::Commit => vec![Effect::Commit(plan.message.clone())],
        Step::Tag(index) => vec![Effect::Create(plan.tags[index].name.clone())],
        Step::Line(index) => vec![Effect::Create(plan.lines[index].clone())],
        Step::WriteNext => upcoming.map(|next| writes(&next.files)).unwrap_or_default(),
        Step::CommitNext => upcoming.into_iter().map(|next| Effect::Commit(next.message)).collect(),
        Step::Push => vec![Effect::Push],
    }
}

fn undoing(plan: &Plan, step: Step) -> Vec<Effect> {
    let undo = |effect| match effect {
        Effect::Commit(message) => Effect::Uncommit(message),
        Effect::Create(name) => Effect::Delete(name),
        other => other,
    };
    let writes = |files: &[FileChange]| {
        files
            .iter()
            .map(|change| Effect::Write(change.path.clone(), change.before.clone()))
            .collect()
    };
    match step {
        Step::WriteRelease => writes(&plan.files),
        Step::WriteNext => {
            plan.next.iter().flat_map(|next| writes(&next.files)).collect::<Vec<_>>()
        }
        Step::Push => panic!("what is public stays"),
        step => effects(plan, step).into_iter().map(undo).collect(),
    }
}

/// What goes wrong besides interruptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Nothing,
    /// A step fails halfway.
    Fails(Step),
    /// The push arrives, and its answer is lost.
    AnswerLost,
    /// The remote does not answer until the next start.
    Silent,
}

/// A process that is working, with the effects it is about to make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    world: World,
    pending: Vec<Effect>,
    kills: usize,
    starts: usize,
}

#[derive(Debug, Default)]
struct Explored {
    states: usize,
    released: usize,
    as_before: usize,
}

/// Follows every order of effects and up to `kills` interruptions, each between any two effects.
fn explore(plan: &Plan, trouble: Trouble, kills: usize) -> Explored {
    let before = World::before(plan);
    let released = World::released(plan);
    let mut explored = Explored::default();
    let mut seen = BTreeSet::new();
    let begin = torn(&Journal::begin(plan).expect("a plan is JSON"));
    let mut open = vec![State { world: before.clone(), pending: begin, kills, starts: 0 }];
    while let Some(state) = open.pop() {
        if !seen.insert(state.clone()) {
            continue;
        }
        explored.states += 1;
        if state.kills > 0 {
            open.extend(started(plan, &state, state.kills - 1));
        }
        if let Some((effect, rest)) = state.pending.split_first() {
            let mut after = State { pending: rest.to_vec(), ..state.clone() };
            after.world.apply(plan, effect);
            open.push(after);
            continue;
        }
        let Some(text) = &state.world.journal else {
            if state.world == released {
                explored.released += 1;
            } else {
                assert_eq!(state.world, before, "neither released nor as before ({trouble:?})");
                explored.as_before += 1;
            }
            continue;
        };
        let journal = Journal::parse(text).expect("can be read").expect("has a plan");
        let answers = trouble != Trouble::Silent || state.starts > 0;
        let answer = next(&journal, &state.world.observed(answers));
        let mut pending: Vec<_> = answer.record().iter().flat_map(appended).collect();
        match answer {
            Next::Do(step) => pending.extend(tried(plan, step, trouble)),
            Next::Undo(step) => pending.extend(undoing(plan, step)),
            Next::TakeBack(_) => {}
            Next::Close(_) => pending.push(Effect::RemoveJournal),
            Next::Wait(reason) => {
                assert_eq!(trouble, Trouble::Silent, "{reason}");
                open.extend(started(plan, &state, state.kills));
                continue;
            }
        }
        open.push(State { pending, ..state });
    }
    explored
}

/// What trying a step does.
fn tried(plan: &Plan, step: Step, trouble: Trouble) -> Vec<Effect> {
    let mut effects = effects(plan, step);
    let fails = match trouble {
        Trouble::Fails(failing) => failing == step,
        Trouble::AnswerLost => step == Step::Push,
        Trouble::Nothing | Trouble::Silent => false,
    };
    if fails {
        if trouble != Trouble::AnswerLost {
            effects.truncate(effects.len() / 2);
        }
        effects.extend(appended(&Record::Failed(step, "it did not work".to_owned())));
    }
    effects
}

/// The next start after an interruption.
fn started(plan: &Plan, state: &State, kills: usize) -> Option<State> {
    let mut world = state.world.clone();
    let text = world.journal.as_mut()?;
    text.truncate(Journal::whole_lines(text));
    let mut pending = Vec::new();
    match Journal::parse(text).expect("can be read") {
        None => pending.push(Effect::RemoveJournal),
        Some(journal) => {
            assert_eq!(journal.plan, *plan);
            let observed = world.observed(true);
            pending.extend(journal.resumed(&observed).iter().flat_map(appended));
        }
    }
    Some(State { world, pending, kills, starts: 1 })
}

fn plans() -> Vec<Plan> {
    vec![
        plan(1, false, false, false),
        plan(1, true, true, true),
        plan(2, false, true, true),
        plan(2, true, true, false),
        plan(1, false, false, true),
        without_commit(1, false, false, false),
        without_commit(2, true, true, true),
    ]
}

#[test]
fn an_uninterrupted_release_is_released() {
    for plan in plans() {
        let explored = explore(&plan, Trouble::Nothing, 0);
        assert_eq!((explored.released, explored.as_before), (1, 0));
    }
}

#[test]
fn interruptions_at_every_point_end_released_or_as_before() {
    for plan in plans() {
        let explored = explore(&plan, Trouble::Nothing, 3);
        assert!(explored.released > 0 && explored.as_before > 0, "{explored:?}");
        assert!(explored.states > 100, "{explored:?}");
    }
}

#[test]
fn failures_at_every_step_are_taken_back_whenever_interrupted() {
    for plan in plans() {
        for step in plan.steps() {
            let explored = explore(&plan, Trouble::Fails(step), 2);
            assert_eq!(explored.released, 0, "{step:?}");
            assert!(explored.as_before > 0);
        }
    }
}

#[test]
fn what_is_public_is_never_taken_back() {
    let plan = plan(2, true, true, true);
    let explored = explore(&plan, Trouble::AnswerLost, 0);
    assert_eq!((explored.released, explored.as_before), (1, 0));
    explore(&plan, Trouble::AnswerLost, 3);
    // Not even where taking back was asked for before the push was seen to have arrived.
    let take_back = [Record::TakeBack("no".to_owned())];
    let world = World::released(&plan);
    assert_eq!(asked(&plan, &plan.steps(), &take_back, &world), Next::Close(Outcome::Released));
}

#[test]
fn a_remote_that_does_not_answer_is_waited_for() {
    let plan = plan(1, true, true, true);
    let explored = explore(&plan, Trouble::Silent, 2);
    assert!(explored.released > 0, "{explored:?}");
}

/// What comes next in a release that has begun these steps.
fn asked(plan: &Plan, begun: &[Step], more: &[Record], world: &World) -> Next {
    let mut journal = Journal::new(plan.clone());
    journal.records.extend(begun.iter().map(|step| Record::Begun(*step)));
    journal.records.extend_from_slice(more);
    next(&journal, &world.observed(true))
}

#[test]
fn edits_and_commits_of_others_are_not_lost() {
    let plan = plan(1, true, true, false);
    let take_back = [Record::TakeBack("no".to_owned())];

    let mut edited = World::before(&plan);
    edited.files.insert("VERSION".into(), Some("mine".to_owned()));
    assert_eq!(asked(&plan, &[], &[], &edited), Next::TakeBack("VERSION was edited".to_owned()));
    assert_eq!(asked(&plan, &[], &take_back, &edited), Next::Close(Outcome::AsBefore));
    let waits = Next::Wait("VERSION was edited".to_owned());
    assert_eq!(asked(&plan, &[Step::WriteRelease], &take_back, &edited), waits);

    let mut built_upon = World::released(&plan);
    built_upon.commits.insert(0, "mine".to_owned());
    let all = plan.steps();
    let waits = Next::Wait(format!("{BRANCH} has other commits"));
    assert_eq!(asked(&plan, &all, &take_back, &built_upon), waits);
    assert_eq!(asked(&plan, &all, &[], &built_upon), waits);
}

#[test]
fn a_tag_that_exists_takes_back_what_was_done_and_stays() {
    let plan = plan(1, true, false, false);
    let tag = plan.tags[0].name.clone();
    let mut world = World::before(&plan);
    world.commits.push(plan.message.clone());
    for change in &plan.files {
        world.files.insert(change.path.clone(), change.after.clone());
    }
    world.references.insert(tag.clone(), "another".to_owned());
    let begun = [Step::WriteRelease, Step::Commit];
    let reason = format!("{tag} is at another");
    assert_eq!(asked(&plan, &begun, &[], &world), Next::TakeBack(reason.clone()));
    let take_back = [Record::TakeBack(reason)];
    let with_tag = [Step::WriteRelease, Step::Commit, Step::Tag(0)];
    assert_eq!(asked(&plan, &with_tag, &take_back, &world), Next::Undo(Step::Commit));
}

#[test]
fn another_branch_that_is_checked_out_is_waited_for() {
    let plan = plan(1, false, false, false);
    let mut journal = Journal::new(plan.clone());
    journal.records.push(Record::Begun(Step::WriteRelease));
    let observed = Observed { head: None, ..World::before(&plan).observed(true) };
    assert_eq!(next(&journal, &observed), Next::Wait(format!("{BRANCH} is not checked out")));
}

#[test]
fn a_tag_of_others_on_the_remote_takes_back() {
    let plan = plan(1, false, false, true);
    let mut world = World::released(&plan);
    world.remote.insert(plan.tags[0].name.clone(), "another".to_owned());
    let presence = world.observed(true).presence(&plan, Step::Push);
    let tag = &plan.tags[0].name;
    assert_eq!(presence, Presence::Foreign(format!("{tag} is at another on origin")));
    assert!(matches!(asked(&plan, &plan.steps(), &[], &world), Next::TakeBack(_)));
}

#[test]
fn a_journal_is_text() {
    let plan = plan(1, true, true, true);
    let mut text = Journal::begin(&plan).expect("a plan is JSON");
    for record in [
        Record::Begun(Step::Tag(0)),
        Record::Failed(Step::Push, "rejected\nby a \"hook\"".to_owned()),
        Record::TakeBack("rejected".to_owned()),
        Record::Closed(Outcome::AsBefore),
    ] {
        text.push_str(&Journal::line(&record).expect("a record is JSON"));
    }
    insta::assert_snapshot!(text);
    let journal = Journal::parse(&text).expect("can be read").expect("has a plan");
    assert_eq!((journal.plan, journal.records.len()), (plan, 4));
    assert!(Journal::parse("").expect("is empty").is_none());
    let wrong = [
        Journal::parse("another format\n"),
        Journal::parse(&text.replace("{\"begun\"", "{\"gone\"")),
    ];
    let wrong = wrong.map(|result| result.expect_err("is refused").to_string());
    insta::assert_snapshot!(wrong.join("\n"));
}

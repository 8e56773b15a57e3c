//! The queue.

use std::collections::BTreeSet;

use trainyard_store::{Append, Failed, Job, NewJob, Store};

use crate::support::append;

super::parts!(
    jobs_come_when_they_are_due,
    a_job_is_added_once,
    jobs_of_lost_appends_are_not_there,
    whoever_is_too_late_has_lost_the_job,
    failures_end_in_death_and_the_dead_can_be_revived,
    who_dies_over_the_last_attempt_buries_the_job,
    no_job_is_claimed_twice,
    a_repeated_job_goes_on_counting,
    jobs_are_passed_over_by_the_front_of_their_names,
);

fn job(id: &str, due_us: i64) -> NewJob<'_> {
    NewJob { id, kind: "tell", body: b"what", due_us, most_attempts: 3 }
}

async fn claim(store: &Store, now_us: i64) -> Option<Job> {
    store.claim_job("tell", now_us, now_us + 100).await.unwrap()
}

async fn jobs_come_when_they_are_due(store: Store) {
    for (id, due) in [("late", 50), ("b", 10), ("a", 10)] {
        store.add_job(&job(id, due)).await.unwrap();
    }
    assert_eq!(claim(&store, 9).await, None);
    assert_eq!(store.claim_job("other", 100, 200).await.unwrap(), None);
    let first = claim(&store, 49).await.unwrap();
    let expected = Job {
        id: "a".to_owned(),
        kind: "tell".to_owned(),
        body: b"what".to_vec(),
        due_us: 149,
        attempt: 1,
        most_attempts: 3,
        failure: String::new(),
    };
    assert_eq!(first, expected);
    assert_eq!(claim(&store, 49).await.unwrap().id, "b");
    assert_eq!(claim(&store, 49).await, None);
    assert_eq!(claim(&store, 50).await.unwrap().id, "late");
    assert!(store.finish_job(&first).await.unwrap());
    assert!(!store.finish_job(&first).await.unwrap());
}

async fn a_job_is_added_once(store: Store) {
    store.add_job(&job("one", 10)).await.unwrap();
    store.add_job(&NewJob { body: b"other", ..job("one", 0) }).await.unwrap();
    assert_eq!(claim(&store, 5).await, None);
    assert_eq!(claim(&store, 10).await.unwrap().body, b"what");
}

async fn jobs_of_lost_appends_are_not_there(store: Store) {
    append(&store, 0, &["theirs"]).await.unwrap();
    let jobs = [job("after", 0)];
    let lost = Append { after: 0, jobs: &jobs, ..Append::default() };
    store.append(&lost).await.unwrap_err();
    assert_eq!(claim(&store, 0).await, None);
    store.append(&Append { after: 1, ..lost }).await.unwrap();
    assert_eq!(claim(&store, 0).await.unwrap().id, "after");
}

async fn whoever_is_too_late_has_lost_the_job(store: Store) {
    store.add_job(&job("long", 0)).await.unwrap();
    let slow = claim(&store, 0).await.unwrap();
    assert_eq!(claim(&store, 99).await, None);
    let quick = claim(&store, 100).await.unwrap();
    assert_eq!((quick.id.as_str(), quick.attempt), ("long", 2));
    assert!(!store.finish_job(&slow).await.unwrap());
    assert_eq!(store.fail_job(&slow, "too late", 0).await.unwrap(), Failed::Lost);
    assert!(store.finish_job(&quick).await.unwrap());
}

async fn failures_end_in_death_and_the_dead_can_be_revived(store: Store) {
    store.add_job(&job("sick", 0)).await.unwrap();
    for (attempt, expected) in [(1, Failed::Waiting), (2, Failed::Waiting), (3, Failed::Dead)] {
        let now = i64::from(attempt) * 10;
        let sick = claim(&store, now).await.unwrap();
        assert_eq!(sick.attempt, attempt);
        let why = format!("refused\0 {attempt}");
        assert_eq!(store.fail_job(&sick, &why, now + 10).await.unwrap(), expected);
    }
    assert_eq!(claim(&store, 1_000).await, None);
    assert_eq!(store.dead_jobs("tell").await.unwrap(), 1);
    assert_eq!(store.dead_jobs("other").await.unwrap(), 0);
    assert_eq!(store.revive_jobs("other", 2_000).await.unwrap(), 0);
    assert_eq!(store.revive_jobs("tell", 2_000).await.unwrap(), 1);
    assert_eq!(store.revive_jobs("tell", 2_000).await.unwrap(), 0);
    let revived = claim(&store, 2_000).await.unwrap();
    assert_eq!((revived.attempt, revived.failure.as_str()), (1, "refused\u{fffd} 3"));
}

async fn who_dies_over_the_last_attempt_buries_the_job(store: Store) {
    store.add_job(&NewJob { most_attempts: 1, ..job("deadly", 0) }).await.unwrap();
    claim(&store, 0).await.unwrap();
    assert_eq!(store.dead_jobs("tell").await.unwrap(), 0);
    assert_eq!(claim(&store, 100).await, None);
    assert_eq!(store.dead_jobs("tell").await.unwrap(), 1);
    assert_eq!(store.forget_jobs("other", 200).await.unwrap(), 0);
    assert_eq!(store.forget_jobs("tell", 100).await.unwrap(), 0);
    assert_eq!(store.forget_jobs("tell", 101).await.unwrap(), 1);
    assert_eq!(store.dead_jobs("tell").await.unwrap(), 0);
}

async fn a_repeated_job_goes_on_counting(store: Store) {
    // One that is done comes back with the attempts that it has had.
    store.repeat_job(&job("done", 10), 2).await.unwrap();
    assert_eq!(claim(&store, 9).await, None);
    let third = claim(&store, 10).await.unwrap();
    assert_eq!((third.attempt, third.most_attempts), (3, 5));
    // Whoever has claimed it meanwhile has lost it, and cannot take the next claim for theirs.
    store.repeat_job(&job("done", 20), 0).await.unwrap();
    let fourth = claim(&store, 20).await.unwrap();
    assert_eq!((fourth.attempt, fourth.most_attempts), (4, 6));
    assert!(!store.finish_job(&third).await.unwrap());
    store.fail_job(&fourth, "no", 30).await.unwrap();
    for _ in 0..2 {
        let claimed = claim(&store, 30).await.unwrap();
        store.fail_job(&claimed, "no", 30).await.unwrap();
    }
    assert_eq!(store.dead_jobs("tell").await.unwrap(), 1);
    store.repeat_job(&job("done", 2_000), 0).await.unwrap();
    assert_eq!(store.dead_jobs("tell").await.unwrap(), 0);
    assert!(claim(&store, 2_000).await.is_some());
}

async fn jobs_are_passed_over_by_the_front_of_their_names(store: Store) {
    for (id, due) in [("a%/1", 1), ("a%/2", 2), ("größe/1", 3), ("b/1", 4)] {
        store.add_job(&job(id, due)).await.unwrap();
    }
    let beside = async |fronts: &[&str]| {
        let fronts: Vec<_> = fronts.iter().map(|front| (*front).to_owned()).collect();
        let claimed = store.claim_job_beside("tell", &fronts, 10, 100).await.unwrap();
        claimed.map(|job| job.id)
    };
    assert_eq!(beside(&["a%/", "größe/"]).await.as_deref(), Some("b/1"));
    assert_eq!(beside(&["a%/", "größe/"]).await, None);
    assert_eq!(beside(&["A%/", "gr", "a%/1"]).await.as_deref(), Some("a%/2"));
    assert_eq!(beside(&[]).await.as_deref(), Some("a%/1"));
    assert_eq!(beside(&["\"]"]).await.as_deref(), Some("größe/1"));
}

async fn no_job_is_claimed_twice(store: Store) {
    let names: Vec<_> = (0..60).map(|number| format!("job {number}")).collect();
    for name in &names {
        store.add_job(&job(name, 0)).await.unwrap();
    }
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let store = store.clone();
        workers.spawn(async move {
            let mut claimed = Vec::new();
            while let Some(job) = claim(&store, 0).await {
                claimed.push(job.id);
            }
            claimed
        });
    }
    let claimed: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 60);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), names.into_iter().collect());
}

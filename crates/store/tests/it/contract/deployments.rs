//! Who runs what.

use trainyard_store::{Deployment, Store};

super::parts!(
    the_newest_report_counts,
    lists_are_in_order_and_continue,
    those_who_run_one_thing_are_found,
    the_silent_are_forgotten,
);

fn deployment(name: &str, runs: &str, seen_us: i64) -> Deployment {
    Deployment {
        product: "p".to_owned(),
        name: name.to_owned(),
        runs: runs.to_owned(),
        body: format!("{name} at {seen_us}").into_bytes(),
        seen_us,
    }
}

fn names(deployments: &[Deployment]) -> Vec<&str> {
    deployments.iter().map(|deployment| deployment.name.as_str()).collect()
}

async fn the_newest_report_counts(store: Store) {
    let (old, new) = (deployment("site", "1.0", 10), deployment("site", "2.0", 20));
    assert_eq!(store.deployment("p", "site").await.unwrap(), None);
    store.put_deployment(&new).await.unwrap();
    store.put_deployment(&old).await.unwrap();
    assert_eq!(store.deployment("p", "site").await.unwrap(), Some(new));
    assert_eq!(store.deployment("other", "site").await.unwrap(), None);
    assert!(store.delete_deployment("p", "site").await.unwrap());
    assert!(!store.delete_deployment("p", "site").await.unwrap());
}

async fn lists_are_in_order_and_continue(store: Store) {
    // The order of bytes, whatever language the server was set up for.
    for name in ["b", "a-1", "a1", "B", "é", "a_1", "Z"] {
        store.put_deployment(&deployment(name, "1.0", 0)).await.unwrap();
    }
    let all = store.deployments("p", "", 100).await.unwrap();
    assert_eq!(names(&all), ["B", "Z", "a-1", "a1", "a_1", "b", "é"]);
    assert_eq!(names(&store.deployments("p", "a-1", 2).await.unwrap()), ["a1", "a_1"]);
    assert_eq!(store.deployments("q", "", 100).await.unwrap(), []);
}

async fn those_who_run_one_thing_are_found(store: Store) {
    for (name, runs) in [("a", "1.0"), ("b", "2.0"), ("c", "1.0"), ("d", "1.0")] {
        store.put_deployment(&deployment(name, runs, 0)).await.unwrap();
    }
    store.put_deployment(&deployment("d", "2.0", 1)).await.unwrap();
    let old = store.deployments_running("p", "1.0", "", 10).await.unwrap();
    assert_eq!(names(&old), ["a", "c"]);
    let new = store.deployments_running("p", "2.0", "b", 10).await.unwrap();
    assert_eq!(names(&new), ["d"]);
}

async fn the_silent_are_forgotten(store: Store) {
    for (name, seen) in [("old", 10), ("new", 20)] {
        store.put_deployment(&deployment(name, "1.0", seen)).await.unwrap();
    }
    assert_eq!(store.forget_deployments(20).await.unwrap(), 1);
    assert_eq!(names(&store.deployments("p", "", 10).await.unwrap()), ["new"]);
}

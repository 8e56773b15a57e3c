//! Idempotency keys.

use trainyard_store::{Append, AppendError, Idempotency, Store, StoredAnswer};

use crate::support::{append, bodies, entry};

super::parts!(
    an_answer_is_kept_with_its_entries,
    a_used_key_keeps_its_answer_and_adds_nothing,
    expired_answers_give_way,
    keys_belong_to_tokens,
);

fn answer<'a>(token: &'a str, key: &'a str, now_us: i64) -> Idempotency<'a> {
    Idempotency {
        token,
        key,
        request_digest: "sha256:request",
        status: 201,
        answer: b"{\"made\":true}",
        expires_us: now_us + 100,
        now_us,
    }
}

async fn put(
    store: &Store,
    after: u64,
    body: &str,
    answer: Idempotency<'_>,
) -> Result<(), AppendError> {
    let entries = [entry(body)];
    let append =
        Append { after, entries: &entries, idempotency: Some(answer), ..Append::default() };
    store.append(&append).await.map(drop)
}

async fn an_answer_is_kept_with_its_entries(store: Store) {
    assert_eq!(store.idempotency("token", "key", 0).await.unwrap(), None);
    put(&store, 0, "first", answer("token", "key", 0)).await.unwrap();
    let expected = StoredAnswer {
        request_digest: "sha256:request".to_owned(),
        status: 201,
        answer: b"{\"made\":true}".to_vec(),
        expires_us: 100,
    };
    assert_eq!(store.idempotency("token", "key", 99).await.unwrap(), Some(expected));
    // One that lost the race leaves no answer.
    let moved = put(&store, 0, "late", answer("token", "other", 0)).await.unwrap_err();
    assert!(matches!(moved, AppendError::Moved { size: 1 }));
    assert_eq!(store.idempotency("token", "other", 0).await.unwrap(), None);
}

async fn a_used_key_keeps_its_answer_and_adds_nothing(store: Store) {
    put(&store, 0, "first", answer("token", "key", 0)).await.unwrap();
    let other = Idempotency { status: 500, ..answer("token", "key", 99) };
    let repeated = put(&store, 1, "again", other).await.unwrap_err();
    assert!(matches!(repeated, AppendError::Repeated), "{repeated:?}");
    assert_eq!(bodies(&store, 0).await, ["first"]);
    let kept = store.idempotency("token", "key", 0).await.unwrap().unwrap();
    assert_eq!((kept.status, kept.expires_us), (201, 100));
    append(&store, 1, &["next"]).await.unwrap();
}

async fn expired_answers_give_way(store: Store) {
    put(&store, 0, "first", answer("token", "key", 0)).await.unwrap();
    assert_eq!(store.idempotency("token", "key", 100).await.unwrap(), None);
    put(&store, 1, "second", answer("token", "key", 100)).await.unwrap();
    let kept = store.idempotency("token", "key", 100).await.unwrap().unwrap();
    assert_eq!(kept.expires_us, 200);
    put(&store, 2, "third", answer("token", "young", 150)).await.unwrap();
    assert_eq!(store.forget_answers(200).await.unwrap(), 1);
    assert!(store.idempotency("token", "young", 200).await.unwrap().is_some());
}

async fn keys_belong_to_tokens(store: Store) {
    put(&store, 0, "mine", answer("mine", "key", 0)).await.unwrap();
    put(&store, 1, "yours", answer("yours", "key", 0)).await.unwrap();
    assert_eq!(bodies(&store, 0).await, ["mine", "yours"]);
}

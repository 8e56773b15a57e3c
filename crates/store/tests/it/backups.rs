//! Backups of one engine, restored into the other.

use trainyard_store::{
    Append, Database, Delivery, Deployment, Idempotency, NewJob, Session, Snapshot, Store,
    StoreError,
};
use trainyard_testkit::PostgresDatabase;

use crate::support::{Folder, append, block_on, bodies, entry, open, options};

const FOO: &str = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

/// Something of everything, and more rows of some than fit into one page.
async fn fill(store: &Store) {
    let texts: Vec<_> = (0..1_100).map(|number| format!("entry {number}")).collect();
    let entries: Vec<_> = texts.iter().map(|text| entry(text)).collect();
    let answer = Idempotency {
        token: "token",
        key: "key",
        request_digest: "digest",
        status: 200,
        answer: b"answer",
        expires_us: 1_000,
        now_us: 0,
    };
    let job = NewJob { id: "job", kind: "tell", body: b"\0\xff", due_us: 5, most_attempts: 2 };
    let all = Append {
        after: 0,
        entries: &entries,
        blobs: &[(FOO, b"foo")],
        idempotency: Some(answer),
        jobs: &[job],
    };
    store.append(&all).await.unwrap();
    for number in 0..600 {
        let deployment = Deployment {
            product: format!("p{}", number % 3),
            name: format!("größe {number}"),
            runs: "1.0".to_owned(),
            body: vec![0, 255],
            seen_us: -number,
        };
        store.put_deployment(&deployment).await.unwrap();
    }
    let delivery = Delivery {
        webhook: "chat".to_owned(),
        entry: 3,
        attempt: 1,
        at_us: 7,
        status: 0,
        note: "refused".to_owned(),
    };
    store.put_delivery(&delivery).await.unwrap();
    let session = Session {
        id_digest: "secret".to_owned(),
        principal: "ann".to_owned(),
        body: Vec::new(),
        expires_us: 1_000,
    };
    store.put_session(&session).await.unwrap();
    let snapshot =
        Snapshot { name: "log".to_owned(), size: 1_100, at_us: 9, body: b"signed".to_vec() };
    store.put_snapshot(&snapshot).await.unwrap();
}

async fn assert_full(store: &Store) {
    assert_eq!(store.verify().await.unwrap().entries, 1_100);
    assert_eq!(bodies(store, 1_098).await, ["entry 1098", "entry 1099"]);
    assert_eq!(store.blob(FOO).await.unwrap().unwrap(), b"foo");
    assert_eq!(store.idempotency("token", "key", 0).await.unwrap().unwrap().answer, b"answer");
    for product in ["p0", "p1", "p2"] {
        let deployments = store.deployments(product, "", 1_000).await.unwrap();
        assert_eq!(deployments.len(), 200);
        assert!(deployments.iter().all(|deployment| deployment.body == [0, 255]));
    }
    assert_eq!(store.deliveries("chat", None, 9).await.unwrap().len(), 1);
    assert_eq!(store.snapshot("log").await.unwrap().unwrap().body, b"signed");
    // Whoever was signed in is not.
    assert_eq!(store.session("secret", 0).await.unwrap(), None);
    assert_eq!(store.claim_job("tell", 5, 6).await.unwrap().unwrap().body, b"\0\xff");
    // It goes on from there.
    append(store, 1_100, &["next"]).await.unwrap();
}

async fn there_and_back(first: &Database, second: &Database) {
    let folder = Folder::new();
    let backup = folder.file("backup.db");
    let store = open(first).await;
    fill(&store).await;
    let verified = store.backup(&backup).await.unwrap();
    assert_eq!((verified.entries, verified.blobs), (1_100, 1));
    let left = std::fs::read_dir(backup.parent().unwrap()).unwrap().count();
    assert_eq!(left, 1, "only the backup is left");
    assert_eq!(Store::restore(second, &backup, options()).await.unwrap(), verified);
    let restored = open(second).await;
    assert_full(&restored).await;
    restored.close().await;
    store.close().await;
    // It is a database, and can be served as it is.
    assert_full(&open(&Database::File(backup)).await).await;
}

#[test]
fn a_file_becomes_a_file() {
    let (first, second) = (Folder::new(), Folder::new());
    block_on(there_and_back(&first.database(), &second.database()));
}

#[test]
fn a_file_becomes_a_server_and_a_server_a_file() {
    let Some(server) = PostgresDatabase::new("a_file_becomes_a_server_and_a_server_a_file") else {
        return;
    };
    let folder = Folder::new();
    let from = server.another();
    block_on(async {
        there_and_back(&folder.database(), &server.url().parse().unwrap()).await;
        let file = Database::File(folder.file("restored.db"));
        there_and_back(&from.url().parse().unwrap(), &file).await;
    });
}

#[test]
fn a_backup_is_of_one_moment_while_others_write() {
    let folder = Folder::new();
    block_on(async {
        let store = open(&folder.database()).await;
        let writer = store.clone();
        let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
        let writing = tokio::spawn(async move {
            let mut size = 0;
            while stopped.try_recv().is_err() {
                let appended = append(&writer, size, &["more", "and more"]).await.unwrap();
                size = appended.size;
            }
            size
        });
        for number in 0..5 {
            while store.size().await.unwrap() < 10 * (number + 1) {
                tokio::task::yield_now().await;
            }
            let before = store.size().await.unwrap();
            let backup = folder.file(&format!("backup {number}.db"));
            let verified = store.backup(&backup).await.unwrap();
            assert!(verified.entries >= before && verified.entries % 2 == 0, "{verified:?}");
        }
        stop.send(()).unwrap();
        let size = writing.await.unwrap();
        assert!(size > 50, "{size}");
    });
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new();
    block_on(async {
        let store = open(&folder.database()).await;
        append(&store, 0, &["one"]).await.unwrap();
        let backup = folder.file("backup.db");
        store.backup(&backup).await.unwrap();
        let error = store.backup(&backup).await.unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write a backup to `{backup}`"));

        let error = Store::restore(&folder.database(), &backup, options()).await.unwrap_err();
        assert!(matches!(error, StoreError::NotEmpty { size: 1, .. }), "{error:?}");
        assert_eq!(bodies(&store, 0).await, ["one"]);

        let none = folder.file("none.db");
        let new = Database::File(folder.file("new.db"));
        let error = Store::restore(&new, &none, options()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("cannot restore `{none}`"));
        assert!(!none.exists());
    });
}

#[test]
fn nothing_that_lies_beside_a_backup_is_touched() {
    let folder = Folder::new();
    block_on(async {
        // As a name is shortened or lengthened, it may be that of the database itself.
        let own = Database::File(folder.file("main.part"));
        let store = open(&own).await;
        append(&store, 0, &["one"]).await.unwrap();
        let others = ["registry-2026.part", "main.bak.part", "main.part-wal2", "part"];
        for name in others {
            std::fs::write(folder.file(name), "not yours").unwrap();
        }
        for name in ["main.bak", "registry-2026.11"] {
            store.backup(&folder.file(name)).await.unwrap();
        }
        for name in others {
            assert_eq!(std::fs::read_to_string(folder.file(name)).unwrap(), "not yours");
        }
        append(&store, 1, &["two"]).await.unwrap();
        store.close().await;
        assert_eq!(bodies(&open(&own).await, 0).await, ["one", "two"]);
    });
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let folder = Folder::new();
    block_on(async {
        let store = open(&folder.database()).await;
        append(&store, 0, &["a text that is found again"]).await.unwrap();
        let backup = folder.file("backup.db");
        store.backup(&backup).await.unwrap();
        let mut bytes = std::fs::read(&backup).unwrap();
        let text = b"a text that is found again";
        let place = bytes.windows(text.len()).position(|window| window == text).unwrap();
        bytes[place] ^= 1;
        std::fs::write(&backup, &bytes).unwrap();
        let new = Database::File(folder.file("new.db"));
        let error = Store::restore(&new, &backup, options()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the database {backup} is damaged: entry 0 has another body")
        );
        // What is no backup at all.
        std::fs::write(&backup, "hello").unwrap();
        let error = Store::restore(&new, &backup, options()).await.unwrap_err();
        assert!(matches!(error, StoreError::NotARegistry { .. }), "{error:?}");
        assert!(!folder.file("new.db").exists());
    });
}

//! What is kept beside releases of the small world: migrations of the server, audits of the core.

use serde_json::{Value, json};

use super::world::World;

fn migration(id: &str, parents: &[&str]) -> Value {
    json!({ "id": id, "path": format!("versions/{id}.py"), "parents": parents })
}

fn set(migrations: &Value) -> Value {
    json!([{ "framework": "alembic", "folder": "versions", "migrations": migrations }])
}

/// Keeps what plans must know: the older line got a migration that the newer one has at another place.
pub(super) async fn migrations(world: &World) {
    let old = set(&json!([migration("a1", &[]), migration("c3", &["a1"])]));
    let new = set(&json!([
        migration("a1", &[]),
        migration("b2", &["a1"]),
        migration("c3", &["b2"]),
        migration("d4", &["c3"])
    ]));
    for (version, migrations) in
        [("1.0.0", &old), ("1.0.1", &old), ("1.1.0", &new), ("1.2.0", &new)]
    {
        let path =
            format!("products/studio/components/server/releases/{version}/enclosures/upgrade");
        let document = json!({ "version": version, "migrations": migrations });
        let body = json!({ "document": document, "why": "known" });
        world.server.post(&path, body).await.is(201);
        world.server.get(&path).await.is(200).json();
    }
}

/// Keeps how audits ended.
pub(super) async fn audits(world: &World) {
    let finding = |severity: &str| {
        json!({ "code": "TY0301", "severity": severity, "subject": "core",
            "message": "a <b>breaking</b> change in a minor release",
            "locations": [{ "path": "api.yaml", "line": 7, "commit": "0123456789abcdef" }] })
    };
    let all = [
        ("1.0.0", json!([])),
        ("1.0.1", json!([finding("warning")])),
        ("1.1.0", json!([finding("error")])),
    ];
    for (version, findings) in all {
        let path = format!("products/studio/components/core/releases/{version}/enclosures/audit");
        let body = json!({ "document": { "findings": findings } });
        world.server.post(&path, body).await.is(201);
    }
}

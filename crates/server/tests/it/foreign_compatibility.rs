//! What Polyaxon's command line asks.

use serde_json::{Value, json};

use crate::support::{Server, block_on};

const POLICY: &str = r#"
preset = "semver"
[product]
name = "polyaxon"
[rules]
tag = "{component}-v{version}"
[components.polyaxon]
[components.cli]
"#;

async fn publish(server: &Server, name: &str, version: &str, requirements: Value) {
    let document = json!({
        "name": name,
        "version": { "text": version, "scheme": "semver" },
        "requirements": requirements,
    });
    let body = json!({ "version": version, "document": document });
    server.post(&format!("products/polyaxon/components/{name}/releases"), body).await.is(201);
}

#[test]
fn the_command_line_learns_which_versions_go_together() {
    block_on(async {
        let server = Server::new().await;
        let product = json!({ "name": "polyaxon", "title": "Polyaxon", "party": "admin" });
        server.post("products", product).await.is(201);
        let channels = json!({ "polyaxon": { "production": {} } });
        let policy = json!({ "text": POLICY, "channels": channels });
        server.post("products/polyaxon/policies", policy).await.is(201);
        for version in ["1.9.0", "2.0.0", "2.1.0", "2.2.0", "2.3.0-rc.1"] {
            publish(&server, "polyaxon", version, json!([])).await;
        }
        let needs = json!([{ "target": "polyaxon", "kind": "hard",
            "range": { "grammar": "cargo", "text": ">=2.1.0" } }]);
        publish(&server, "cli", "2.0.0", json!([])).await;
        publish(&server, "cli", "2.1.0", needs).await;
        let path = "products/polyaxon/channels/polyaxon/production/promote";
        server.post(path, json!({ "version": "2.2.0" })).await.is(200);

        let front = "/api/v1/compatibility/0f5c";
        let said = server.get(&format!("{front}/2-1-0/cli")).await.is(200).json();
        let expected = json!({
            "cli": { "min": "2.0.0", "latest": "2.1.0" },
            "platform": { "min": "2.1.0", "latest": "2.2.0" },
        });
        assert_eq!(said, expected);
        // Whoever is unknown learns what holds for all.
        let said = server.get(&format!("{front}/9-9-9/agent")).await.is(200).json();
        assert_eq!(said["platform"], json!({ "min": "2.0.0", "latest": "2.2.0" }));
    });
}

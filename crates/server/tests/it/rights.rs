//! Every route with every right.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{POLICY, Server, block_on, on_both, open_channels, release};

on_both! {
    every_route_is_held_against_every_right
    only_whoever_signed_takes_it_back
    a_deployment_is_whose_who_told_of_it_first
    a_registry_may_be_read_with_a_token_alone
}

/// What an operation needs.
#[derive(Clone, Copy, Debug)]
enum Needs {
    /// Nothing: whoever may read.
    Nothing,
    /// A token, whatever it allows.
    Token,
    /// One of these rights.
    One(&'static [&'static str]),
    /// To have signed it.
    Signed,
}

const RIGHTS: [&str; 7] =
    ["publish", "validate", "promote", "block", "policy", "read-log", "admin"];
const STOPS: Needs = Needs::One(&["promote", "block"]);
const SEES: Needs = Needs::One(&["promote", "block", "policy", "admin"]);

/// The operations that not everybody may do, with bodies that go as far as the decision. What is not here is a question that
/// everybody may ask: such an operation must be of a kind that changes nothing.
fn table() -> BTreeMap<&'static str, (Needs, Value)> {
    const fn one(right: &'static [&'static str]) -> Needs {
        Needs::One(right)
    }
    let why = || json!({ "why": "because" });
    let risk = json!({ "name": "r", "stream": "core", "effect": "block", "versions": "1.0.0", "message": "m" });
    let schedule = json!({ "version": "1.0.0", "due": "2030-01-01T00:00:00Z" });
    let freeze = json!({ "is-frozen": true, "why": "because" });
    let hold = json!({ "version": "1.0.0", "is-held": true, "why": "because" });
    let graph = json!({ "graph": { "nodes": [{ "version": "5.0.0", "payload": "" }], "edges": [] }, "architecture": "amd64" });
    let addons = json!({ "pairs": [{ "name": "core", "version": "5.1.0" }] });
    let public = crate::support::key_of("somebody").public_key().to_openssh();
    [
        (
            "create_product",
            one(&["policy"]),
            json!({ "name": "p", "title": "P", "party": "maker" }),
        ),
        ("record_waiver", one(&["policy"]), json!({ "component": "core", "why": "because" })),
        ("set_policy", one(&["policy"]), json!({ "text": POLICY })),
        ("publish", one(&["publish"]), release("3.0.0")),
        ("enclose", one(&["publish"]), json!({ "document": { "findings": [] } })),
        ("yank", one(&["publish"]), why()),
        ("unyank", one(&["publish"]), why()),
        ("promote", one(&["promote"]), json!({ "version": "1.0.0" })),
        ("demote", one(&["promote"]), why()),
        ("freeze", STOPS, freeze),
        ("hold", STOPS, hold),
        ("schedule", one(&["promote"]), schedule),
        ("call_off", one(&["promote"]), why()),
        ("change_rollout", one(&["promote"]), json!({ "version": "1.0.0" })),
        ("attest", one(&["validate"]), json!({})),
        ("withdraw", Needs::Signed, why()),
        ("declare_risk", one(&["block"]), risk),
        ("lift_risk", one(&["block"]), why()),
        ("enrol_party", one(&["admin"]), json!({ "name": "p", "title": "P" })),
        ("enrol_principal", one(&["admin"]), json!({ "name": "p", "title": "P" })),
        ("enrol_key", one(&["admin"]), json!({ "public": public })),
        ("end_key", one(&["admin"]), why()),
        ("issue_token", one(&["admin"]), json!({ "name": "t", "principal": "maker/ada" })),
        ("revoke_token", one(&["admin"]), why()),
        ("list_webhooks", one(&["admin"]), Value::Null),
        ("read_webhook", one(&["admin"]), Value::Null),
        ("set_webhook", one(&["admin"]), json!({ "url": "https://example.org/" })),
        ("remove_webhook", one(&["admin"]), why()),
        ("list_deliveries", one(&["admin"]), Value::Null),
        ("deliver_again", one(&["admin"]), why()),
        ("follow_log", one(&["read-log"]), Value::Null),
        ("sign_snapshot", Needs::Token, json!({})),
        ("import_addons", one(&["publish"]), addons),
        ("import_graph", one(&["publish"]), graph),
        ("read_instance", Needs::Token, Value::Null),
        ("list_tokens", Needs::Token, Value::Null),
        // Of one that is there, only its own people, or those who have the right to promote.
        ("report", Needs::Token, json!({ "stream": "core", "version": "1.0.0" })),
        ("forget", Needs::Token, Value::Null),
        ("list_deployments", SEES, Value::Null),
        ("list_exposed", SEES, Value::Null),
        ("list_entries", one(&["read-log"]), Value::Null),
        ("read_entry", one(&["read-log"]), Value::Null),
        ("read_checkpoint", one(&["read-log"]), Value::Null),
        ("read_cosigned_checkpoint", one(&["read-log"]), Value::Null),
        ("read_tile", one(&["read-log"]), Value::Null),
        ("prove_inclusion", one(&["read-log"]), Value::Null),
        ("prove_consistency", one(&["read-log"]), Value::Null),
    ]
    .into_iter()
    .map(|(operation, needs, body)| (operation, (needs, body)))
    .collect()
}

/// A path with names of what is there.
fn filled(path: &str, digest: &str) -> String {
    let values = [
        ("{product}", "pipeline"),
        ("{component}", "core"),
        ("{stream}", "core"),
        ("{channel}", "latest"),
        ("{version}", "1.0.0"),
        ("{party}", "maker"),
        ("{name}", "ada"),
        ("{token}", "admin"),
        ("{digest}", digest),
        ("{id}", digest),
        ("{seq}", "0"),
        ("{*tile}", "0/000.p/3"),
        ("{tile}", "0/000.p/3"),
        ("{risk}", "slow"),
        ("{deployment}", "farm"),
        ("{key}", "0"),
        ("{webhook}", "hook"),
        ("{kind}", "audit"),
        ("{installation}", "x"),
        ("{service}", "cli"),
    ];
    let path = values.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    assert!(!path.contains('{'), "{path}");
    match path.as_str() {
        "/api/v1/log/events" => path + "?lasts-secs=0",
        "/v1/graph" | "/api/upgrades_info/graph" | "/api/upgrades_info/v1/graph" => {
            path + "?channel=latest"
        }
        "/api/v1/log/proofs/inclusion" => path + "?seq=0",
        "/api/v1/log/proofs/consistency" => path + "?old=0",
        _ => path,
    }
}

fn every_route_is_held_against_every_right() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let digest = server.publish("1.0.0").await;
        let other = json!({ "name": "other", "title": "Other", "party": "maker" });
        server.post("products", other).await.is(201);
        let mut tokens = BTreeMap::new();
        let mut elsewhere = BTreeMap::new();
        for right in RIGHTS {
            tokens.insert(right, server.token(&format!("own-{right}"), "one/ada", &[right]).await);
            let grants = json!([{ "right": right, "product": "other" }]);
            let body = json!({ "name": format!("other-{right}"), "principal": "one/ada", "grants": grants });
            let issued = server.post("tokens", body).await.is(201).json();
            elsewhere.insert(right, issued["secret"].as_str().expect("a text").to_owned());
        }
        let none = server.token("none", "one/ada", &[]).await;
        let document: Value =
            serde_json::from_str(&trainyard_server::openapi()).expect("what the test needs");
        let mut table = table();
        let mut asked = 0;
        for (path, item) in document["paths"].as_object().expect("what the test needs") {
            for (method, operation) in item.as_object().expect("what the test needs") {
                let id = operation["operationId"].as_str().expect("a text");
                let (needs, body) = table.remove(id).unwrap_or((Needs::Nothing, Value::Null));
                let method: Method = method.to_uppercase().parse().expect("what the test needs");
                let changes = method != Method::GET && operation["security"][0] != json!({});
                assert!(
                    !changes || !matches!(needs, Needs::Nothing),
                    "{id} changes something and is not in the table"
                );
                let url = filled(path, &digest);
                let body = (!body.is_null()).then(|| body.to_string().into_bytes());
                let ask = async |token: &str| {
                    let said = server.ask(method.clone(), &url, token, &[], body.clone()).await;
                    said.status.as_u16()
                };
                let may_not = |status: u16| status == 401 || status == 403;
                asked += 1;
                let anonymous = ask("").await;
                assert_eq!(
                    anonymous == 401,
                    !matches!(needs, Needs::Nothing),
                    "{id} without a token: {anonymous}"
                );
                assert_eq!(ask("ty_made-up").await, 401, "{id} with a made-up token");
                let bare = ask(&none).await;
                let is_open = matches!(needs, Needs::Nothing | Needs::Token | Needs::Signed);
                assert_eq!(may_not(bare), !is_open, "{id} with a token without rights: {bare}");
                let Needs::One(sufficient) = needs else { continue };
                let (own, rest): (Vec<&str>, Vec<&str>) =
                    RIGHTS.into_iter().partition(|right| sufficient.contains(right));
                for right in rest {
                    let status = ask(&tokens[right]).await;
                    assert_eq!(status, 403, "{id} with `{right}`");
                }
                for right in own {
                    // Another product's right is none of this one's, nor of the registry's.
                    assert_eq!(ask(&elsewhere[right]).await, 403, "{id} with `{right}` elsewhere");
                    let status = ask(&tokens[right]).await;
                    assert!(!may_not(status) && status < 500, "{id} with `{right}`: {status}");
                }
            }
        }
        assert!(table.is_empty(), "no route is called {:?}", table.keys());
        assert!(asked > 60, "{asked}");
    });
}

fn only_whoever_signed_takes_it_back() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        let digest = server.publish("1.0.0").await;
        let said = server.attest("one/ada", &digest, trainyard_attest::Outcome::Failed).await;
        let receipt = said.is(201).json();
        let id =
            receipt["entries"][0]["event"]["attested"]["id"].as_str().expect("a text").to_owned();
        let path = format!("products/pipeline/attestations/{id}/withdraw");
        let why = json!({ "why": "the machine was broken" });
        assert_eq!(server.post(&path, why.clone()).await.is(403).code(), "not-the-signer");
        let own = server.token("own", "one/ada", &[]).await;
        server.post_as(&own, &path, why).await.is(200);
    });
}

fn a_deployment_is_whose_who_told_of_it_first() {
    block_on(async {
        let server = Server::new().await;
        server.pipeline(open_channels()).await;
        server.publish("1.0.0").await;
        let path = "products/pipeline/deployments/farm";
        let runs = |version: &str| {
            let body = json!({ "stream": "core", "version": version, "channel": "latest" });
            Some(body.to_string().into_bytes())
        };
        let robot = json!({ "name": "robot", "title": "A robot" });
        server.post("parties/one/principals", robot).await.is(201);
        let first = server.token("first", "one/ada", &[]).await;
        let colleague = server.token("colleague", "one/robot", &[]).await;
        let stranger = server.token("stranger", "two/ada", &["publish", "block", "policy"]).await;
        let manager = server.token("manager", "maker/ada", &["promote"]).await;
        let put = async |token: &str, body| server.ask(Method::PUT, path, token, &[], body).await;
        let delete = async |token: &str| server.ask(Method::DELETE, path, token, &[], None).await;

        put(&first, runs("1.0.0")).await.is(200);
        let refused = put(&stranger, runs("6.6.6")).await.is(403);
        assert_eq!(refused.code(), "deployment-of-others");
        assert!(refused.text.contains("one/ada"), "{}", refused.text);
        assert_eq!(delete(&stranger).await.is(403).code(), "deployment-of-others");
        put(&colleague, runs("1.0.1")).await.is(200);
        // Whoever manages the product corrects it, and it stays whose it was.
        let told = put(&manager, runs("1.0.2")).await.is(200).json();
        assert_eq!(told["by"], "maker/ada");
        put(&stranger, runs("6.6.6")).await.is(403);
        put(&first, runs("1.0.3")).await.is(200);
        delete(&colleague).await.is(204);
        put(&stranger, runs("1.0.0")).await.is(200);
        delete(&manager).await.is(204);

        // What the product does not have is not taken.
        for (stream, channel) in
            [("nothing", None), ("core", Some("nothing")), ("nothing", Some("latest"))]
        {
            let body = json!({ "stream": stream, "version": "1.0.0", "channel": channel });
            put(&first, Some(body.to_string().into_bytes())).await.is(404);
        }
    });
}

fn a_registry_may_be_read_with_a_token_alone() {
    block_on(async {
        let server = Server::with(|settings| settings.access.anonymous_reads = false).await;
        server.get("products").await.is(401);
        server.get_as_admin("products").await.is(200);
        server.get("/healthz").await.is(200);
    });
}

//! What pages link to as JSON, and who is exposed: for those who are signed in, in a browser.

use reqwest::Method;
use serde_json::{Value, json};

use super::{acting::Browser, knowledge, world::World};
use crate::support::{Server, block_on};

/// The address of the page's own JSON.
fn twin(page: &str) -> String {
    let twin = page.split("rel=\"alternate\" type=\"application/json\" href=\"").nth(1);
    let twin = twin.and_then(|rest| rest.split('"').next()).expect("a twin");
    twin.replace("&#38;", "&")
}

#[test]
fn a_session_reads_what_its_token_may_read_and_changes_nothing_of_the_interface() {
    block_on(async {
        let closed = Server::with(|settings| settings.access.anonymous_reads = false).await;
        // The small world is told without a token; this one has what the test needs.
        for party in ["maker", "harbour"] {
            closed.enrol(party).await;
        }
        let product = json!({ "name": "studio", "title": "Studio", "party": "maker" });
        closed.post("products", product).await.is(201);
        let mut guest = Browser::on(&closed);
        assert_eq!(guest.get("/api/v1/products").await.status, 401);
        let mut browser = Browser::on(&closed);
        browser.sign_in(&closed.admin).await;
        for path in ["/api/v1/products", "/api/v1/parties", "/api/v1/log/entries/0"] {
            let seen = browser.get(path).await;
            assert_eq!(seen.status, 200, "{path}: {}", seen.text);
            assert!(seen.caching.contains("private"), "{path}: {}", seen.caching);
        }
        for path in ["/", "/products/studio", "/products/studio/risks", "/journal"] {
            let page = browser.get(path).await;
            let twin = twin(&page.text);
            let seen = browser.get(&twin).await;
            assert_eq!(seen.status, 200, "{path} leads to {twin}: {}", seen.text);
        }
        // A cookie counts for looking alone, and with the rights of its token.
        let parties = json!({ "name": "evil", "title": "Evil" });
        let sent = browser.send(Method::POST, "/api/v1/parties", &parties).await;
        assert_eq!(sent.status, 401, "{}", sent.text);
        let token = closed.token("reader", "maker/ada", &["validate"]).await;
        let mut reader = Browser::on(&closed);
        reader.sign_in(&token).await;
        assert_eq!(reader.get("/api/v1/products").await.status, 200);
        assert_eq!(reader.get("/api/v1/log/entries").await.status, 403);
        let csrf = reader.csrf("/").await;
        reader.post("/sign-out", &[("csrf", &csrf)]).await;
        assert_eq!(reader.get("/api/v1/products").await.status, 401);
    });
}

#[test]
fn who_is_exposed_is_a_page_for_those_who_answer_for_the_product() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let path = "/products/studio/exposure";
        let mut browser = Browser::new(&world);
        let guest = browser.get(path).await;
        assert_eq!((guest.status.as_u16(), guest.location.contains("/sign-in")), (303, true));
        browser.sign_in(&world.server.admin).await;
        let page = browser.get("/products/studio/risks").await;
        assert!(page.text.contains(&format!("href=\"{path}\"")), "{}", page.text);
        let page = browser.get(path).await.text;
        assert!(page.contains("No deployment has told what it runs"), "{page}");
        let body = json!({ "stream": "core", "version": "1.1.0" }).to_string().into_bytes();
        let report = "products/studio/deployments/studio-nord";
        let put = world.server.ask(Method::PUT, report, &world.server.admin, &[], Some(body));
        put.await.is(200);
        let page = browser.get(path).await.text;
        for fact in ["studio-nord", "runs it", "lost-frames", "renders lose their last frame"] {
            assert!(page.contains(fact), "`{fact}` is missing: {page}");
        }
        let told: Value =
            serde_json::from_str(&browser.get(&twin(&page)).await.text).expect("JSON");
        assert_eq!(told["exposed"][0]["deployment"], "studio-nord", "{told}");
        let token = world.server.token("reader", "maker/ada", &["validate"]).await;
        let mut reader = Browser::new(&world);
        reader.sign_in(&token).await;
        assert_eq!(reader.get(path).await.status, 403);
    });
}

#[test]
fn a_page_as_json_is_what_the_page_shows() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        knowledge::audits(&world).await;
        let mut browser = Browser::new(&world);
        browser.sign_in(&world.server.admin).await;
        let mut told = async |path: &str| -> Value {
            let page = browser.get(path).await;
            let seen = browser.get(&twin(&page.text)).await;
            assert_eq!(seen.status, 200, "{path}: {}", seen.text);
            serde_json::from_str(&seen.text).expect("JSON")
        };
        let audit = told("/products/studio/audit?component=core&version=1.1.0").await;
        assert_eq!(audit["releases"][0]["version"], "1.1.0", "{audit}");
        assert_eq!(audit["releases"][0]["findings"][0]["code"], "TY0301", "{audit}");
        assert_eq!(audit["releases"].as_array().map(Vec::len), Some(1), "{audit}");
        let journal = told("/products/studio/journal?kind=risk+declared").await;
        assert_eq!(journal["lines"][0]["of"], "studio/lost-frames", "{journal}");
        assert_eq!(journal["lines"].as_array().map(Vec::len), Some(1), "{journal}");
        let matrix = told("/products/studio/compatibility?left=maya&right=core").await;
        let pairs = matrix["pairs"].as_array().expect("pairs");
        assert_eq!((matrix["left"].as_str(), pairs.len()), (Some("maya"), 2 * 5), "{matrix}");
        assert!(pairs.iter().any(|it| it["verdict"] == "incompatible"), "{matrix}");
    });
}

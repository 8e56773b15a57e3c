//! What pages show.

use reqwest::Method;
use serde_json::json;

use super::{
    knowledge,
    world::{World, bundle, manifest},
};
use crate::support::{Said, Server, block_on};

/// Every page of the small world that anybody may read.
pub(super) const PAGES: [&str; 27] = [
    "/",
    "/products/studio",
    "/products/studio/components",
    "/products/studio/components/core",
    "/products/studio/components/studio",
    "/products/studio/components/core/releases/1.1.0",
    "/products/studio/components/studio/releases/1.2.0",
    "/products/studio/components/studio/releases/1.3.0",
    "/products/studio/components/studio/releases/1.2.0?flavour=modelling&flavour=effects&against=1.0.0",
    "/products/studio/channels/studio/dev",
    "/products/studio/channels/studio/production",
    "/products/studio/channels/studio/production?version=1.0.0",
    "/products/studio/channels/studio/lts",
    "/products/studio/compatibility",
    "/products/studio/compatibility?left=maya&right=core&l=0.5.0&r=1.0.0",
    "/products/studio/compatibility?left=core&right=server%20%28as%20asked%20for%29",
    "/products/studio/upgrade",
    "/products/studio/upgrade?component=server&from=1.0.0&to=1.2.0",
    "/products/studio/upgrade?component=core&from=1.0.0&to=1.2.0",
    "/products/studio/lines?component=core",
    "/products/studio/risks",
    "/products/studio/audit?component=core",
    "/products/studio/policy",
    "/search?q=core%201.1",
    "/parties",
    "/sign-in",
    "/products/studio/components/core?sort=-released&filter=1.1",
];

#[test]
#[expect(clippy::print_stdout, reason = "whoever looks must know where")]
#[ignore = "serves the small world until it is stopped, for looking at"]
fn stand() {
    block_on(async {
        let world = World::new(
            Server::with(|settings| settings.address = ([127, 0, 0, 1], 8099).into()).await,
        )
        .await;
        knowledge::migrations(&world).await;
        knowledge::audits(&world).await;
        println!("{} {}", world.server.running.url(), world.server.admin);
        std::future::pending::<()>().await;
    });
}

#[track_caller]
fn says(page: &Said, facts: &[&str]) {
    for fact in facts {
        assert!(page.text.contains(fact), "`{fact}` is missing: {}", page.text);
    }
}

#[test]
fn the_overview_says_where_channels_point_and_what_is_missing() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let page = world.server.get("/").await.is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        says(&page, &["Studio Pipeline", "1.2.0", "production", "waiting", "external validators"]);
        says(&page, &["days of soak", "1 behind latest"]);
    });
}

#[test]
fn every_page_is_whole_small_and_guarded() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        for path in PAGES {
            let page = world.server.get(path).await.is(200);
            says(&page, &["<!doctype html>", "<h1", "</html>", "lang=\"en\""]);
            assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
            assert!(!page.text.contains("<script>") && !page.text.contains(" style=\""), "{path}");
            assert!(!page.text.contains("<style") && !page.text.contains(" onclick"), "{path}");
            let guard = page.header("content-security-policy");
            assert!(guard.contains("script-src 'self'") && !guard.contains("unsafe"), "{guard}");
            if !path.contains("compatibility") {
                assert!(page.text.len() < 100_000, "{path} has {} bytes", page.text.len());
            }
            // What is linked as JSON is there.
            let twin =
                page.text.split("rel=\"alternate\" type=\"application/json\" href=\"").nth(1);
            let twin = twin.and_then(|rest| rest.split('"').next());
            assert!(twin.is_some() || path == "/sign-in", "{path} has no twin");
            if let Some(twin) = twin {
                let twin = twin.replace("&#38;", "&").replace("&amp;", "&");
                world.server.get_as_admin(&twin).await.is(200).json();
            }
        }
    });
}

/// All addresses that a page leads to.
fn links(page: &str) -> Vec<String> {
    let rest = page.split(" href=\"").skip(1);
    let links = rest.filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.starts_with('/')).map(|link| link.replace("&#38;", "&")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let mut seen = std::collections::BTreeSet::new();
        for path in PAGES {
            let page = world.server.get(path).await.is(200);
            for link in links(&page.text) {
                let address = link.split('#').next().unwrap_or_default().to_owned();
                if seen.insert(address.clone()) {
                    let found = world.server.get_as_admin(&address).await;
                    assert!(found.status.is_success(), "{path} leads to {link}: {}", found.status);
                }
            }
        }
        assert!(seen.len() > 100, "{}", seen.len());
    });
}

#[test]
fn a_bundle_that_cannot_work_says_why() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let front = "/products/studio/components/studio/releases";
        let page = world.server.get(&format!("{front}/1.3.0")).await.is(200);
        says(&page, &["refused", "houdini", "core", "1.2.0"]);
        let page = world.server.get(&format!("{front}/1.2.0?flavour=modelling")).await.is(200);
        says(&page, &["The union of modelling: 2 pins"]);
        let page = world
            .server
            .get(&format!("{front}/1.2.0?flavour=modelling&flavour=effects"))
            .await
            .is(200);
        says(&page, &["The union of effects and modelling: 3 pins", "Needs 1.2.0 or newer"]);
        let page = world.server.get(&format!("{front}/1.2.0?against=1.0.0")).await.is(200);
        says(&page, &["raised", "0.4.0"]);
    });
}

#[test]
fn tables_sort_and_filter_by_address() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let place =
            |page: &str, version: &str| page.find(&format!(">{version}</a>")).unwrap_or(usize::MAX);
        let path = "/products/studio/components/server";
        let table = |page: &str| page.split("id=\"table\"").nth(1).unwrap_or_default().to_owned();
        let rising = table(&world.server.get(&format!("{path}?sort=released")).await.is(200).text);
        assert!(place(&rising, "1.0.0") < place(&rising, "1.2.0"), "{rising}");
        let falling =
            table(&world.server.get(&format!("{path}?sort=-released")).await.is(200).text);
        assert!(place(&falling, "1.2.0") < place(&falling, "1.0.0"), "{falling}");
        let some = table(&world.server.get(&format!("{path}?filter=rc")).await.is(200).text);
        assert!(some.contains("2.0.0-rc.1") && !some.contains(">1.0.1</a>"), "{some}");
    });
}

#[test]
fn upgrades_show_what_a_tool_would_skip() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        knowledge::migrations(&world).await;
        let page = world
            .server
            .get("/products/studio/upgrade?component=server&from=1.0.1&to=1.1.0")
            .await
            .is(200);
        says(
            &page,
            &["The plan", "b2", "Migrations that the tool alone would skip", "Runbook", "<svg"],
        );
        let path = "/products/studio/upgrade/runbook.md?component=server&from=1.0.1&to=1.1.0";
        let runbook = world.server.get(path).await.is(200);
        assert!(
            runbook.text.starts_with("# Upgrade of server from 1.0.1 to 1.1.0"),
            "{}",
            runbook.text
        );
        assert!(runbook.header("content-disposition").contains("upgrade-server-1.0.1-1.1.0.md"));
        let body = json!({ "document": { "version": "9.9.9" } });
        let path = "products/studio/components/server/releases/1.0.0/enclosures/upgrade";
        world.server.post(path, body).await.is(400);
    });
}

#[test]
fn an_upgrade_page_has_one_way_and_names_its_risks() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        knowledge::migrations(&world).await;
        let declare = |name: &str, effect: &str, versions: &str| {
            json!({ "name": name, "effect": effect, "stream": "server", "versions": versions,
                "message": format!("{name} loses jobs"), "condition": "sessions > 10" })
        };
        let risks = "products/studio/risks";
        world.server.post(risks, declare("slow", "conditional", "=1.1.0")).await.is(201);
        let query = "component=server&from=1.0.1&to=1.2.0";
        let page = format!("/products/studio/upgrade?{query}");
        let runbook = format!("/products/studio/upgrade/runbook.md?{query}");
        let told = world.server.get(&page).await.is(200);
        says(&told, &["with risks", "look first", "slow: slow loses jobs"]);
        says(&world.server.get(&runbook).await.is(200), &["Known risks", "slow: slow loses jobs"]);

        // What is blocked is gone by on no page.
        let mut block = declare("bad-stop", "block", "=1.1.0");
        block.as_object_mut().unwrap().remove("condition");
        world.server.post(risks, block).await.is(201);
        let told = world.server.get(&page).await.is(200);
        says(&told, &["no way", "no plan", "bad-stop: bad-stop loses jobs"]);
        assert!(!told.text.contains("<h3>1.0.1 to 1.1.0</h3>"), "{}", told.text);
        world.server.get(&runbook).await.is(400);

        // The newest is the newest without a known risk, and the page says what is newer.
        world.server.post(risks, declare("fresh", "conditional", "=1.2.0")).await.is(201);
        let page = "/products/studio/upgrade?component=server&from=1.1.0&to=";
        let told = world.server.get(page).await.is(200);
        says(&told, &["the newest without a known risk", "is newer", "fresh: fresh loses jobs"]);
    });
}

#[test]
fn audits_show_promise_against_practice() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        knowledge::audits(&world).await;
        let page = world.server.get("/products/studio/audit?component=core").await.is(200);
        says(
            &page,
            &[
                "2 of 3 audited releases kept every promise",
                "TY0301",
                "api.yaml:7",
                "&lt;b&gt;breaking",
            ],
        );
        let page =
            world.server.get("/products/studio/audit?component=core&rule=TY0301").await.is(200);
        says(&page, &["Findings of TY0301"]);
    });
}

#[test]
fn what_is_missing_is_a_page_too() {
    block_on(async {
        let server = Server::new().await;
        let page = server.get("/").await.is(200);
        says(&page, &["There is no product here yet"]);
        let page = server.get("/products/nothing").await.is(404);
        says(&page, &["Not Found", "nothing"]);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        server.get("/assets/style-000000000000.css").await.is(404);
        let page = server.get("/search?q=%3Cscript%3E").await.is(200);
        assert!(!page.text.contains("<script>"), "{}", page.text);
    });
}

#[test]
fn assets_are_kept_for_ever() {
    block_on(async {
        let server = Server::new().await;
        let page = server.get("/").await.is(200);
        let assets: Vec<_> = page
            .text
            .split('"')
            .filter(|it| it.starts_with("/assets/"))
            .map(str::to_owned)
            .collect();
        assert!(assets.len() >= 3, "{assets:?}");
        for asset in assets {
            let found = server.get(&asset).await.is(200);
            assert!(found.header("cache-control").contains("immutable"), "{found:?}");
        }
    });
}

#[test]
fn what_others_named_is_text() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
        world.server.post("parties", json!({ "name": "evil", "title": hostile })).await.is(201);
        world
            .server
            .post("products", json!({ "name": "evil", "title": hostile, "party": "evil" }))
            .await
            .is(201);
        let why = json!({ "is-frozen": true, "why": hostile });
        world.server.post("products/studio/channels/studio/latest/freeze", why).await.is(200);
        let risk = json!({ "name": "evil", "stream": "core", "versions": "=1.0.0", "effect": "block",
            "message": hostile, "url": "javascript:alert(3)", "why": hostile });
        world.server.post("products/studio/risks", risk).await.is(201);
        let paths = [
            "/",
            "/products/evil",
            "/parties",
            "/products/studio",
            "/products/studio/risks",
            "/search?q=evil",
            "/products/studio/channels/studio/latest",
            "/products/studio/components/core/releases/1.0.0",
            "/products/studio/components/core",
            "/products/studio/upgrade?component=core&from=1.0.0&to=1.2.0",
        ];
        for path in paths {
            let page = world.server.get(path).await.is(200);
            assert!(!page.text.contains("<script>alert") && !page.text.contains("<img"), "{path}");
            assert!(!page.text.contains("href=\"javascript:"), "{path}");
        }
        let page =
            world.server.ask(Method::GET, "/journal", &world.server.admin, &[], None).await.is(200);
        assert!(!page.text.contains("<script>alert") && page.text.contains("channel changed"));
    });
}

/// Publishes releases of the core with nothing in their manifests.
async fn cores(world: &World, versions: impl IntoIterator<Item = String>) {
    for version in versions {
        let manifest =
            json!({ "name": "core", "version": { "text": version, "scheme": "semver" } });
        let body = json!({ "version": version, "document": manifest });
        world.server.post("products/studio/components/core/releases", body).await.is(201);
    }
}

#[test]
fn every_pair_has_its_reason_however_old_it_is() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        cores(&world, (3..16).map(|minor| format!("1.{minor}.0"))).await;
        let front = "/products/studio/compatibility?left=maya&right=core";
        let page = world.server.get(&format!("{front}&all=yes")).await.is(200);
        let cells: Vec<_> =
            links(&page.text).into_iter().filter(|it| it.contains("#why")).collect();
        assert_eq!(cells.len(), 2 * 18);
        for cell in cells {
            let page = world.server.get(&cell).await.is(200);
            says(&page, &["id=\"why\"", "aria-current=\"true\""]);
        }
        // Also where the matrix does not show it.
        let page = world.server.get(&format!("{front}&l=0.5.0&r=1.0.0")).await.is(200);
        says(&page, &["maya 0.5.0 and core 1.0.0"]);
        let page = world.server.get(&format!("{front}&l=0.5.0&r=99.0")).await.is(200);
        says(&page, &["There is no core 99.0 here."]);
    });
}

#[test]
fn what_was_yanked_is_no_neighbour() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let front = "products/studio/components/core/releases";
        for version in ["1.0.1", "1.1.1"] {
            let path = format!("{front}/{version}/yank");
            world.server.post(&path, json!({ "why": "it was broken" })).await.is(200);
        }
        let page = world.server.get(&format!("/{front}/1.1.0")).await.is(200);
        says(&page, &["before it <a href=\"/products/studio/components/core/releases/1.0.0\""]);
        says(&page, &["after it <a href=\"/products/studio/components/core/releases/1.2.0\""]);
        let page = world.server.get("/products/studio/components/core").await.is(200);
        says(&page, &["5 releases, 2 of them yanked"]);
        for version in ["0.3.0", "0.2.0"] {
            let path = format!("products/studio/components/houdini/releases/{version}/yank");
            world.server.post(&path, json!({ "why": "it was broken" })).await.is(200);
        }
        let page = world.server.get("/products/studio/components/houdini").await.is(200);
        says(&page, &["Every release was yanked.", "No release is listed"]);
        assert!(!page.text.contains("Nothing is published yet") && !page.text.contains("()"));
    });
}

#[test]
fn versions_sort_by_their_order_in_every_table() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        cores(&world, ["1.9.0".to_owned(), "1.10.0".to_owned()]).await;
        for version in ["1.9.0", "1.10.0"] {
            let path = "products/studio/channels/core/latest/promote";
            world.server.post(path, json!({ "version": version, "why": "new" })).await.is(200);
        }
        let path = "/products/studio/channels/core/latest?history-sort=to";
        let page = world.server.get(path).await.is(200).text;
        let table = page.split("id=\"history-table\"").nth(1).expect("a table");
        let place = |version: &str| table.find(&format!(">{version}</a></td>")).expect("a row");
        assert!(place("1.1.1") < place("1.9.0") && place("1.9.0") < place("1.10.0"), "{table}");
    });
}

#[test]
fn lines_bundles_and_channels_say_no_more_than_is_so() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let page = world.server.get("/products/studio/lines?component=server").await.is(200);
        says(&page, &["none yet"]);
        let maya = manifest("maya", "0.6.0", &[], ">=1.2.0, <2.0.0");
        let body = json!({ "version": "0.6.0", "document": maya });
        world.server.post("products/studio/components/maya/releases", body).await.is(201);
        let own =
            bundle("1.4.0", &[("core", "1.2.0"), ("maya", "0.6.0"), ("houdini", "0.3.0")], "1.2.0");
        let body = json!({ "version": "1.4.0", "kind": "bundle", "document": own });
        world.server.post("products/studio/components/studio/releases", body).await.is(201);
        let page =
            world.server.get("/products/studio/components/studio/releases/1.4.0").await.is(200);
        says(&page, &["Needs 1.2.0 or newer, and below 2.0.0"]);
        let path = "products/studio/channels/core/latest/promote";
        world.server.post(path, json!({ "version": "1.2.0", "why": "new" })).await.is(200);
        let page = world.server.get("/products/studio/channels/core/latest").await.is(200);
        says(&page, &["No release that may enter is newer than what the channel points to."]);
        let page = world.server.get("/products/studio/channels/core/production").await.is(200);
        assert!(!page.text.contains("moving"), "{}", page.text);
    });
}

#[test]
fn what_does_not_work_is_a_page_for_a_browser_and_json_for_others() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let accepts = [("accept", "text/html,application/xhtml+xml")];
        let production = "/products/studio/channels/studio/production";
        for (path, status) in [
            (format!("{production}/promote"), 405),
            ("/products/%ff".to_owned(), 400),
            ("/products/studio/nothing".to_owned(), 404),
            ("/nothing".to_owned(), 404),
        ] {
            let page = world.server.ask(Method::GET, &path, "", &accepts, None).await.is(status);
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
            assert!(!page.text.contains('`'), "{path}: {}", page.text);
            says(&page, &["<h1>", "All products"]);
            let plain = world.server.get(&path).await.is(status);
            assert_eq!(plain.header("content-type"), "application/problem+json", "{path}");
        }
        // Who is lost within a product keeps its ways.
        let path = "/products/studio/components/core/releases/99.0.0";
        let page = world.server.get(path).await.is(404);
        says(&page, &["aria-label=\"Product\"", "/products/studio/risks", "<code>"]);
        let api = world.server.ask(Method::GET, "/api/v1/nothing", "", &accepts, None).await;
        assert_eq!(api.is(404).header("content-type"), "application/problem+json");
    });
}

#[test]
fn the_journal_says_what_happened_and_leads_there() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let front = "products/studio/channels/studio/production";
        let freeze = json!({ "is-frozen": true, "why": "holidays" });
        world.server.post(&format!("{front}/freeze"), freeze).await.is(200);
        let page = world.server.get_as_admin("/products/studio/journal").await.is(200);
        says(
            &page,
            &[
                "<a href=\"/products/studio/components/studio/releases/1.1.0\">studio/studio 1.1.0</a>",
                "<a href=\"/products/studio/channels/studio/production\">studio/studio/production</a> frozen",
                "<a href=\"/products/studio/risks\">studio/lost-frames</a> block of core",
                "of modelling",
            ],
        );
        for link in links(&page.text) {
            let address = link.split('#').next().unwrap_or_default();
            let found = world.server.get_as_admin(address).await;
            assert!(found.status.is_success(), "{link}: {}", found.status);
        }
    });
}

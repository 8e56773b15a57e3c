//! The pages in a real browser: Debian's chromium, driven by its chromedriver. Where they are not installed, these tests say so
//! and pass.

use std::sync::Mutex;

use trainyard_attest::Outcome;
use trainyard_server::Secret;
use trainyard_testkit::browser::{
    Client, Driver, Locator, Look, axe, press, shows, violations, waiting,
};

use super::{knowledge, reading::PAGES, world::World};
use crate::support::{Server, block_on};

/// One browser at a time is enough for any machine.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a walk in a browser.
fn walk<F: Future<Output = ()>>(
    has_scripts: bool,
    look: Look,
    steps: impl FnOnce(Client, World) -> F,
) {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(driver) = Driver::start() else { return };
    block_on(async {
        let world = World::new(Server::new().await).await;
        let browser = driver.browser(has_scripts, look).await;
        let closing = browser.clone();
        steps(browser, world).await;
        closing.close().await.expect("the browser ends");
    });
}

const PRODUCTION: &str = "/products/studio/channels/studio/production";

#[test]
fn browser_a_release_manager_promotes() {
    walk(true, Look::Light, |browser, world| async move {
        let secret = Secret::read(&world.server.admin).expect("a token");
        let link = world.server.running.sign_in_link(&secret).await.expect("a link");
        browser.goto(&link).await.expect("signed in");
        assert!(browser.source().await.expect("a page").contains("Sign out"));

        // Find a bundle by searching, and see why it is refused.
        browser
            .find(Locator::Css("input[name=q]"))
            .await
            .expect("search")
            .send_keys("studio 1.3.0\n")
            .await
            .expect("typed");
        press(&browser, "studio 1.3.0").await;
        shows(&browser, "refused").await;
        shows(&browser, "houdini").await;

        // Combine flavours of another.
        let bundle = world.server.url("/products/studio/components/studio/releases/1.2.0");
        browser.goto(&bundle).await.expect("the bundle");
        browser
            .find(Locator::Css("input[value=modelling]"))
            .await
            .expect("a flavour")
            .click()
            .await
            .expect("chosen");
        press(&browser, "Combine").await;
        shows(&browser, "The union of modelling: 2 pins").await;

        // A promotion waits; somebody attests; the page opens up by itself; it is made.
        browser.goto(&world.server.url(PRODUCTION)).await.expect("the channel");
        shows(&browser, "1 of 2 external validators").await;
        world.attest("harbour/ada", "1.1.0", "", Outcome::Passed).await;
        let open = "//button[contains(., 'Promote 1.1.0') and not(@disabled)]";
        waiting(&browser, open).await.expect("it opens up");
        browser
            .find(Locator::Id("why-promote"))
            .await
            .expect("a reason")
            .send_keys("seen")
            .await
            .expect("typed");
        press(&browser, "Promote 1.1.0").await;
        shows(&browser, "The channel moved").await;
        shows(&browser, "points to 1.1.0").await;
    });
}

/// Runs a script on the page.
async fn run(browser: &Client, script: &str) -> serde_json::Value {
    browser.execute(script, Vec::new()).await.expect("a script")
}

/// Waits until the page has taken in what happened.
async fn renewed(browser: &Client, world: &World) {
    let size = world.server.get_as_admin("/api/v1/log/checkpoint").await.is(200).text;
    let size = size.lines().nth(1).expect("a size").to_owned();
    let path = format!("//body[@data-live='{size}']");
    assert!(waiting(browser, &path).await.is_some(), "the page is not renewed");
}

/// Something happens in another corner of the registry.
async fn happens(world: &World, name: &str) {
    let party = serde_json::json!({ "name": name, "title": name });
    world.server.post("parties", party).await.is(201);
}

#[test]
fn browser_news_take_nothing_from_whoever_works() {
    walk(true, Look::Light, |browser, world| async move {
        let secret = Secret::read(&world.server.admin).expect("a token");
        let link = world.server.running.sign_in_link(&secret).await.expect("a link");
        browser.goto(&link).await.expect("signed in");
        browser.goto(&world.server.url(PRODUCTION)).await.expect("the channel");
        let live = "return document.body.dataset.live";
        let before = run(&browser, live).await;
        // What was chosen or ticked stays, although the field has not the focus any more.
        let hold = "const all = [...document.querySelectorAll('#version-hold option')]; const chosen = all[all.length - 1]; \
            chosen.selected = true; return chosen.value";
        let chosen = run(&browser, hold).await;
        happens(&world, "news-one").await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        let now = run(&browser, "return document.getElementById('version-hold').value").await;
        assert_eq!((run(&browser, live).await, now), (before, chosen), "it was taken away");

        // Nobody works in a form: the page renews itself, and leaves one where one is.
        browser.goto(&world.server.url(PRODUCTION)).await.expect("the channel");
        renewed(&browser, &world).await;
        let place = "const link = document.querySelector('#history-table td a'); link.focus(); \
            const wide = document.querySelector('#history-table .scroll'); wide.style.width = '200px'; \
            wide.querySelector('table').style.width = '900px'; wide.scrollLeft = 40; \
            const fold = document.querySelector('details.act'); fold.open = true; return link.href";
        let link = run(&browser, place).await;
        // The table is as narrow on the page that comes.
        let narrow = "const css = new CSSStyleSheet(); css.replaceSync('#history-table .scroll { width: 200px } \
            #history-table table { width: 900px }'); document.adoptedStyleSheets = [css]; \
            document.querySelector('#history-table .scroll').scrollLeft = 40";
        run(&browser, narrow).await;
        happens(&world, "news-two").await;
        renewed(&browser, &world).await;
        let found = run(&browser, "return [document.activeElement.href, \
            document.querySelector('#history-table .scroll').scrollLeft, document.querySelector('details.act').open]").await;
        assert_eq!(found, serde_json::json!([link, 40, true]));
    });
}

#[test]
fn browser_reading_needs_no_script() {
    walk(false, Look::Light, |browser, world| async move {
        browser.goto(&world.server.url("/")).await.expect("a page");
        press(&browser, "Studio Pipeline").await;
        shows(&browser, "Components").await;
        browser.goto(&world.server.url("/products/studio/upgrade")).await.expect("a page");
        for (name, value) in [("component", "server"), ("from", "1.0.0"), ("to", "1.2.0")] {
            let path = format!("//select[@name='{name}']/option[normalize-space(.)='{value}']");
            if let Ok(option) = browser.find(Locator::XPath(&path)).await {
                option.click().await.expect("chosen");
            }
            if name == "component" {
                press(&browser, "Plan").await;
                // What is chosen next stands on the next page.
                shows(&browser, "Upgrade of server").await;
            }
        }
        press(&browser, "Plan").await;
        shows(&browser, "From 1.0.0 to 1.2.0").await;
        shows(&browser, "The way").await;
        browser
            .goto(&world.server.url("/products/studio/components/core?sort=released"))
            .await
            .expect("a page");
        shows(&browser, "1.0.1").await;
    });
}

async fn nothing_serious(browser: &Client, world: &World, pages: &[&str], axe: &str) {
    let mut found = Vec::new();
    for path in pages {
        browser.goto(&world.server.url(path)).await.expect("a page");
        let here = violations(browser, axe).await;
        found.extend(here.into_iter().map(|it| format!("{path}: {it}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn browser_axe_finds_nothing_serious_for_guests() {
    let Some(axe) = axe() else { return };
    walk(true, Look::Light, |browser, world| async move {
        nothing_serious(&browser, &world, &PAGES, &axe).await;
    });
}

#[test]
fn browser_axe_finds_nothing_serious_in_the_dark() {
    let Some(axe) = axe() else { return };
    walk(true, Look::Dark, |browser, world| async move {
        knowledge::migrations(&world).await;
        knowledge::audits(&world).await;
        let secret = Secret::read(&world.server.admin).expect("a token");
        let link = world.server.running.sign_in_link(&secret).await.expect("a link");
        browser.goto(&link).await.expect("signed in");
        let pages = [
            "/",
            "/journal",
            "/parties",
            PRODUCTION,
            "/products/studio",
            "/products/studio/components/studio/releases/1.3.0?against=1.0.0",
            "/products/studio/compatibility?left=maya&right=core&l=0.5.0&r=1.0.0",
            "/products/studio/upgrade?component=server&from=1.0.1&to=1.1.0",
            "/products/studio/lines?component=core",
            "/products/studio/audit?component=core",
        ];
        nothing_serious(&browser, &world, &pages, &axe).await;
    });
}

#[test]
fn browser_no_page_is_wider_than_a_phone() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(driver) = Driver::start() else { return };
    block_on(async {
        let world = World::new(Server::new().await).await;
        let browser = driver.browser(true, Look::Phone).await;
        let mut wide = Vec::new();
        for path in PAGES {
            browser.goto(&world.server.url(path)).await.expect("a page");
            let width =
                browser.execute("return document.documentElement.scrollWidth", Vec::new()).await;
            let width = width.expect("a width").as_u64().expect("a number");
            if width > 360 {
                wide.push(format!("{path}: {width}"));
            }
        }
        browser.close().await.expect("the browser ends");
        assert!(wide.is_empty(), "{wide:#?}");
    });
}

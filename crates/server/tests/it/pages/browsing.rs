//! The pages in a real browser: Debian's chromium, driven by its chromedriver. Where they are not installed, these tests say so
//! and pass.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use trainyard_attest::Outcome;
use trainyard_server::Secret;

use super::{knowledge, reading::PAGES, world::World};
use crate::support::{Server, block_on};

/// Where Debian keeps the driver.
const DRIVER: &str = "/usr/bin/chromedriver";
/// One browser at a time is enough for any machine.
static TURN: Mutex<()> = Mutex::new(());

/// Tells that a test is skipped, which CI does not accept.
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
fn skip<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}; `cargo xtask test` installs it");
    println!("skipped: {why}; `cargo xtask test` installs it");
    None
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Light,
    Dark,
    Phone,
}

/// A driver that ends with the test.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// *None*: it is not installed.
    #[expect(clippy::disallowed_methods, reason = "a browser is a program beside us")]
    fn start() -> Option<Self> {
        if !std::fs::exists(DRIVER).unwrap_or_default() {
            return skip(&format!("{DRIVER} is not there"));
        }
        let mut driver = Command::new(DRIVER);
        driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = driver.spawn().expect("the driver starts");
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.split("on port ").nth(1)?;
            port.trim_end_matches('.').parse().ok().filter(|port| *port != 0)
        });
        Some(Self { process, port: port.expect("the driver says its port") })
    }

    async fn browser(&self, has_scripts: bool, look: Look) -> Client {
        let mut arguments = vec![
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ];
        if look == Look::Dark {
            arguments.push("--blink-settings=preferredColorScheme=0");
        }
        let mut chrome = json!({ "args": arguments });
        if look == Look::Phone {
            let screen = json!({ "width": 360, "height": 800, "pixelRatio": 2.0 });
            chrome["mobileEmulation"] = json!({ "deviceMetrics": screen });
        }
        if !has_scripts {
            chrome["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let wanted = [("goog:chromeOptions".to_owned(), chrome)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let builder = builder.capabilities(wanted);
        builder.connect(&format!("http://127.0.0.1:{}", self.port)).await.expect("a browser")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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

/// Waits until a page shows something, since browsers go on by themselves.
async fn shows(browser: &Client, fact: &str) {
    let path = format!("//main[contains(normalize-space(.), \"{fact}\")]");
    let is_shown = waiting(browser, &path).await.is_some();
    assert!(is_shown, "`{fact}` is missing: {}", browser.source().await.expect("a page"));
}

/// Waits for an element.
async fn waiting(browser: &Client, path: &str) -> Option<Element> {
    let wait = browser.wait().at_most(Duration::from_secs(15)).every(Duration::from_millis(100));
    wait.for_element(Locator::XPath(path)).await.ok()
}

async fn press(browser: &Client, what: &str) {
    let path =
        format!("//main//*[self::button or self::a][contains(normalize-space(.), \"{what}\")]");
    waiting(browser, &path).await.expect(what).click().await.expect(what);
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
        shows(&browser, "1 of 2 external parties").await;
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

/// What axe-core calls a serious or critical violation on the page that is open.
async fn violations(browser: &Client, axe: &str) -> Vec<String> {
    browser.execute(axe, Vec::new()).await.expect("axe is loaded");
    let run = "const done = arguments[arguments.length - 1]; axe.run().then(found => done(JSON.stringify(found.violations
        .filter(it => ['serious', 'critical'].includes(it.impact))
        .map(it => it.id + ': ' + it.nodes.map(node => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).slice(0, 3).join(' | ')))))
        .catch(error => done(JSON.stringify(['axe: ' + error])));";
    let found = browser.execute_async(run, Vec::new()).await.expect("axe ran");
    let list: Value = serde_json::from_str(found.as_str().expect("a text")).expect("a list");
    list.as_array()
        .into_iter()
        .flatten()
        .map(|it| it.as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The script that finds what keeps people from using a page.
fn axe() -> Option<String> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-tools");
    #[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
    let folder = std::env::var("TRAINYARD_TEST_TOOLS").unwrap_or_else(|_| usual.to_owned());
    let file = format!("{folder}/axe.min.js");
    std::fs::read_to_string(&file).ok().or_else(|| skip(&format!("{file} is not there")))
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

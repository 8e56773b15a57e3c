//! A real browser: Debian's chromium, driven by its chromedriver. Where they are not installed, tests say so and pass.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::ClientBuilder;
pub use fantoccini::{Client, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// Where Debian keeps the driver.
const DRIVER: &str = "/usr/bin/chromedriver";

/// Tells that a test is skipped, which CI does not accept.
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
fn skip<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}; `cargo xtask test` installs it");
    println!("skipped: {why}; `cargo xtask test` installs it");
    None
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// On a desk, in the light.
    Light,
    /// On a desk, in the dark.
    Dark,
    /// On a phone of 360 px.
    Phone,
}

/// A driver that ends with the test.
#[derive(Debug)]
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts one. *None*: it is not installed.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[expect(clippy::disallowed_methods, reason = "a browser is a program beside us")]
    pub fn start() -> Option<Self> {
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

    /// A browser, with scripts or without.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub async fn browser(&self, has_scripts: bool, look: Look) -> Client {
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

/// Waits until a page shows something, since browsers go on by themselves.
///
/// # Panics
///
/// If it does not within a quarter of a minute.
pub async fn shows(browser: &Client, fact: &str) {
    let path = format!("//main[contains(normalize-space(.), \"{fact}\")]");
    let is_shown = waiting(browser, &path).await.is_some();
    assert!(is_shown, "`{fact}` is missing: {}", browser.source().await.expect("a page"));
}

/// Waits for an element.
pub async fn waiting(browser: &Client, path: &str) -> Option<Element> {
    let wait = browser.wait().at_most(Duration::from_secs(15)).every(Duration::from_millis(100));
    wait.for_element(Locator::XPath(path)).await.ok()
}

/// Presses a button or a link by its text.
///
/// # Panics
///
/// If there is none.
pub async fn press(browser: &Client, what: &str) {
    let path =
        format!("//main//*[self::button or self::a][contains(normalize-space(.), \"{what}\")]");
    waiting(browser, &path).await.expect(what).click().await.expect(what);
}

/// The script of axe-core, which finds what keeps people from using a page. *None*: it is not installed.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
pub fn axe() -> Option<String> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-tools");
    let folder = std::env::var("TRAINYARD_TEST_TOOLS").unwrap_or_else(|_| usual.to_owned());
    let file = format!("{folder}/axe.min.js");
    std::fs::read_to_string(&file).ok().or_else(|| skip(&format!("{file} is not there")))
}

/// What axe-core calls a serious or critical violation on the page that is open.
///
/// # Panics
///
/// If the script does not run.
pub async fn violations(browser: &Client, axe: &str) -> Vec<String> {
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

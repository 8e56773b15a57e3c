//! The demo's pages in a real browser, as a release manager and an operator use them.

use serde_json::{Value, json};
use trainyard_testkit::{
    TestRepository,
    browser::{Client, Driver, Locator, Look, axe, press, shows, violations, waiting},
};

use crate::{
    command::{answer, command},
    demo::{end, serve},
};

/// Every page of the demo, with something of everything.
const PAGES: [&str; 38] = [
    "/",
    "/journal",
    "/parties",
    "/search?q=core",
    "/sign-in",
    "/products/ayon",
    "/products/ayon/components",
    "/products/ayon/components/core",
    "/products/ayon/components/core?yanked=show",
    "/products/ayon/components/pipeline",
    "/products/ayon/components/core/releases/1.9.7",
    "/products/ayon/components/pipeline/releases/{third}?flavour=animation&against={mended}",
    "/products/ayon/components/pipeline/releases/{young}?verdict=WARNED&env=os%3Dlinux",
    "/products/ayon/channels/pipeline/production",
    "/products/ayon/channels/pipeline/latest?version={young}",
    "/products/ayon/compatibility",
    "/products/ayon/upgrade",
    "/products/ayon/lines",
    "/products/ayon/compatibility?left=flame&right=core&all=yes",
    "/products/ayon/risks",
    "/products/ayon/exposure",
    "/products/ayon/audit",
    "/products/ayon/policy",
    "/products/ayon/journal",
    "/products/backend-ai",
    "/products/backend-ai/components/backend-ai",
    "/products/backend-ai/channels/backend-ai/latest",
    "/products/backend-ai/lines",
    "/products/backend-ai/risks",
    "/products/backend-ai/audit",
    "/products/backend-ai/upgrade?component=backend-ai&from=24.09.8&to=25.6.0",
    "/products/backend-ai/upgrade?component=backend-ai&from=24.09.8&to=25.6.0&direct=yes",
    "/products/polyaxon",
    "/products/polyaxon/components/platform",
    "/products/polyaxon/components/platform/releases/2.16.0",
    "/products/polyaxon/channels/platform/latest",
    "/products/polyaxon/audit",
    "/products/polyaxon/compatibility",
];

/// The most bytes of a page; the matrix has as many cells as somebody asks for.
const LARGEST: u64 = 100_000;

/// The demo as it was started.
struct Demo {
    home: TestRepository,
    told: Value,
}

impl Demo {
    fn word(&self, key: &str) -> &str {
        self.told[key].as_str().expect(key)
    }

    fn at(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for (name, version) in ["third", "young", "mended"].into_iter().zip(self.versions()) {
            path = path.replace(&format!("{{{name}}}"), &version);
        }
        format!("{}{path}", self.word("url"))
    }

    /// The bundle on its way, the one with an addon that is too young, and the one in production.
    fn versions(&self) -> [String; 3] {
        let why = self.told["commands"][0].as_str().expect("a command");
        let third = why.split(' ').nth(4).expect("a version").to_owned();
        let production = command(
            self.home.path(),
            &["channel", "show", "pipeline/production", "--product", "ayon", "--format", "json"],
        )
        .env("TRAINYARD_REGISTRY", self.word("url"))
        .env("TRAINYARD_TOKEN", self.word("token"))
        .env("XDG_CONFIG_HOME", self.home.path())
        .env("XDG_STATE_HOME", self.word("folder"))
        .output();
        let production = production.expect("an answer").stdout;
        let shown: Value = serde_json::from_slice(&production).unwrap_or_default();
        let mended = shown["channel"]["head"].as_str().or(shown["head"].as_str());
        [third.clone(), format!("{third}.1"), mended.unwrap_or(&third).to_owned()]
    }

    /// Runs a command as a page shows it.
    fn run(&self, line: &str) {
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        let mut run = command(self.home.path(), &words);
        run.env("TRAINYARD_REGISTRY", self.word("url"))
            .env("TRAINYARD_TOKEN", self.word("token"))
            .env("XDG_CONFIG_HOME", self.home.path())
            .env("XDG_STATE_HOME", self.word("folder"));
        let run = answer(&mut run);
        assert_eq!(run.code, 0, "{line}: {}", run.transcript());
    }
}

async fn fill(browser: &Client, id: &str, text: &str) {
    let field = browser.find(Locator::Id(id)).await.expect(id);
    field.clear().await.expect(id);
    field.send_keys(text).await.expect(id);
}

async fn choose(browser: &Client, name: &str, value: &str) {
    let path = format!("//main//select[@name='{name}']/option[normalize-space(.)='{value}']");
    let option = waiting(browser, &path).await;
    option.expect(value).click().await.expect(value);
}

async fn search(browser: &Client, text: &str) {
    let field = browser.find(Locator::Css("input[name=q]")).await.expect("search");
    field.send_keys(&format!("{text}\n")).await.expect("typed");
}

/// Finds a bundle, sees why it is refused, and combines flavours of another.
async fn reads(browser: &Client, demo: &Demo) {
    let [third, young, _] = demo.versions();
    browser.goto(&demo.at("/")).await.expect("the overview");
    search(browser, &format!("pipeline {young}")).await;
    press(browser, &format!("pipeline {young}")).await;
    shows(browser, "not yet beta: comfyui").await;
    search(browser, "platform 2.16.0").await;
    press(browser, "platform 2.16.0").await;
    shows(browser, "refused").await;
    shows(browser, "which is not in the bundle").await;
    let path = format!("/products/ayon/components/pipeline/releases/{third}");
    browser.goto(&demo.at(&path)).await.expect("the bundle");
    for flavour in ["animation", "compositing"] {
        let flavour = format!("input[name=flavour][value={flavour}]");
        let flavour = browser.find(Locator::Css(&flavour)).await.expect("a flavour");
        flavour.click().await.expect("chosen");
    }
    press(browser, "Combine").await;
    shows(browser, "The union of animation and compositing").await;
}

/// Attests by the command that the page makes, watches the channel open up, and promotes.
async fn promotes(browser: &Client, demo: &Demo) {
    let release = "/products/backend-ai/components/backend-ai/releases/26.8.1";
    browser.goto(&demo.at(release)).await.expect("the release");
    press_summary(browser, "Another result, machine or key").await;
    fill(browser, "env", "os=ubuntu,gpus=64").await;
    fill(browser, "key", &format!("{}/glasshill-noor.pem", demo.word("folder"))).await;
    press(browser, "Make the command").await;
    let shown = waiting(browser, "//code[@id='attest-command'][contains(., 'glasshill')]").await;
    let line = shown.expect("a command").text().await.expect("a text");
    assert!(line.starts_with("trainyard attest backend-ai@26.8.1 --verdict PASSED"), "{line}");

    let production = "/products/backend-ai/channels/backend-ai/production";
    browser.goto(&demo.at(production)).await.expect("the channel");
    shows(browser, "0 of 1 external validator").await;
    let closed = "//button[contains(., 'Promote 26.8.1') and @disabled]";
    assert!(waiting(browser, closed).await.is_some(), "it is closed at first");
    demo.run(&line);
    let open = "//button[contains(., 'Promote 26.8.1') and not(@disabled)]";
    assert!(waiting(browser, open).await.is_some(), "it opens up by itself");
    fill(browser, "why-promote", "Glasshill has tried it").await;
    press(browser, "Promote 26.8.1").await;
    shows(browser, "The channel moved").await;
    shows(browser, "points to 26.8.1").await;
    shows(browser, "Glasshill has tried it").await;
}

async fn press_summary(browser: &Client, what: &str) {
    let path = format!("//summary[contains(., \"{what}\")]");
    waiting(browser, &path).await.expect(what).click().await.expect(what);
}

/// Plans an upgrade, and sees in red what would be skipped.
async fn plans(browser: &Client, demo: &Demo) {
    browser.goto(&demo.at("/products/backend-ai/upgrade")).await.expect("the upgrade");
    choose(browser, "from", "24.09.8").await;
    choose(browser, "to", "25.6.0").await;
    press(browser, "Plan").await;
    shows(browser, "From 24.09.8 to 25.6.0").await;
    shows(browser, "the tool would skip").await;
    let skipped = "//li[@class='skipped'][contains(., 'd4c174934fd0')]/span";
    let skipped = waiting(browser, skipped).await.expect("a skipped migration");
    let colour = skipped.css_value("color").await.expect("a colour");
    assert_eq!(colour.replace("rgba(179, 33, 29, 1)", "rgb(179, 33, 29)"), "rgb(179, 33, 29)");
    press(browser, "The plan without stops").await;
    shows(browser, "not safe").await;
    shows(browser, "Runbook").await;
}

/// What is too large, and what keeps people from using it.
async fn flaws(browser: &Client, demo: &Demo, axe: Option<&str>, look: Look) -> Vec<String> {
    let mut flaws = Vec::new();
    for path in PAGES {
        let address = demo.at(path);
        browser.goto(&address).await.expect(path);
        let measure = "const done = arguments[arguments.length - 1]; fetch(location.href).then(async it => done([it.status, \
            (await it.arrayBuffer()).byteLength, document.documentElement.scrollWidth]));";
        let found = browser.execute_async(measure, Vec::new()).await.expect(path);
        let (status, bytes, width) = (&found[0], found[1].as_u64(), found[2].as_u64());
        if *status != json!(200) {
            flaws.push(format!("{path}: {status}"));
        }
        if bytes > Some(LARGEST) && !path.contains("compatibility") {
            flaws.push(format!("{path} has {bytes:?} bytes"));
        }
        if look == Look::Phone && width > Some(360) {
            flaws.push(format!("{path} is {width:?} px wide"));
        }
        if let Some(axe) = axe {
            let found = violations(browser, axe).await;
            flaws.extend(found.into_iter().map(|it| format!("{path}: {it}")));
        }
    }
    flaws
}

#[test]
fn the_demo_is_walked_in_a_browser() {
    let Some(driver) = Driver::start() else { return };
    let axe = axe();
    let home = TestRepository::new();
    let (child, told) = serve(home.path());
    let demo = Demo { home, told };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        // Whoever only reads needs neither a token nor a script.
        let browser = driver.browser(false, Look::Light).await;
        reads(&browser, &demo).await;
        plans(&browser, &demo).await;
        browser.goto(&demo.at("/products/backend-ai/audit")).await.expect("the audit");
        shows(&browser, "kept every promise").await;
        press(&browser, "TY0301").await;
        shows(&browser, "Findings of TY0301").await;
        browser.close().await.expect("the browser ends");

        let browser = driver.browser(true, Look::Light).await;
        browser.goto(demo.word("sign-in")).await.expect("signed in");
        assert!(browser.source().await.expect("a page").contains("Sign out"));
        reads(&browser, &demo).await;
        promotes(&browser, &demo).await;
        plans(&browser, &demo).await;
        let mut flawed = flaws(&browser, &demo, axe.as_deref(), Look::Light).await;
        let session = browser.get_named_cookie("trainyard").await.expect("a session");
        browser.close().await.expect("the browser ends");
        for look in [Look::Dark, Look::Phone] {
            let axe = axe.as_deref().filter(|_| look == Look::Dark);
            let browser = driver.browser(true, look).await;
            browser.goto(&demo.at("/sign-in")).await.expect("a page");
            browser.add_cookie(session.clone()).await.expect("the session");
            flawed.extend(flaws(&browser, &demo, axe, look).await);
            browser.close().await.expect("the browser ends");
        }
        assert!(flawed.is_empty(), "{flawed:#?}");
    });
    assert_eq!(end(child), Some(0));
}

//! What those who may can do on pages, and what forms say when something is wrong.

use super::{
    acting::{Browser, Seen},
    world::World,
};
use crate::support::{Server, block_on, key_of};

const PRODUCTION: &str = "/products/studio/channels/studio/production";

async fn admin(world: &World) -> (Browser, String) {
    let mut browser = Browser::new(world);
    browser.sign_in(&world.server.admin).await;
    let csrf = browser.csrf("/").await;
    (browser, csrf)
}

/// Sends a form that is taken in, and says what the page shows then.
async fn done(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Seen {
    let seen = browser.post(path, fields).await;
    assert_eq!(seen.status.as_u16(), 303, "{path}: {}", seen.text);
    browser.get(&seen.location).await
}

#[track_caller]
fn says(seen: &Seen, facts: &[&str]) {
    for fact in facts {
        assert!(seen.text.contains(fact), "`{fact}` is missing: {}", seen.text);
    }
}

#[test]
fn moves_are_held_and_scheduled() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let csrf = csrf.as_str();
        let at = |act: &str| format!("{PRODUCTION}/{act}");
        let fields = [("csrf", csrf), ("version", "1.2.0"), ("why", "it is not ours")];
        let page = done(&mut browser, &at("hold"), &fields).await;
        says(&page, &["The release is held", "1.2.0 is held by admin/admin: it is not ours"]);
        let page = done(&mut browser, &at("let-go"), &fields).await;
        assert!(!page.text.contains("is held by"), "{}", page.text);
        let due = [("csrf", csrf), ("version", "1.1.0"), ("due", "2099-05-04T12:30"), ("why", "x")];
        let page = done(&mut browser, &at("schedule"), &due).await;
        says(&page, &["The move is scheduled", "1.1.0 on 2099-05-04"]);
        let scheduled = page.text.split("name=\"scheduled\">").nth(1).expect("a choice");
        let scheduled = scheduled.split("value=\"").nth(1).and_then(|it| it.split('"').next());
        let off = [("csrf", csrf), ("scheduled", scheduled.expect("a number")), ("why", "no")];
        let page = done(&mut browser, &at("call-off"), &off).await;
        assert!(!page.text.contains("2099-05-04"), "{}", page.text);
    });
}

#[test]
fn what_was_typed_stays_and_its_error_stands_beside_it() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let csrf = csrf.as_str();
        let typed = "a reason with \"quotes\" & <tags>";
        let kept = "value=\"a reason with &#34;quotes&#34; &#38; &#60;tags&#62;\"";
        let path = format!("{PRODUCTION}/schedule");
        for (due, told) in [
            ("2001-01-01T00:00", "the moment has passed"),
            ("tomorrow", "is no moment"),
            ("", "say when"),
        ] {
            let fields = [("csrf", csrf), ("version", "1.1.0"), ("due", due), ("why", typed)];
            let seen = browser.post(&path, &fields).await;
            assert_eq!(seen.status.as_u16(), 400, "{due}");
            let error = seen.text.split("id=\"error-due-schedule\">").nth(1).unwrap_or_default();
            assert!(error.split('<').next().unwrap_or_default().contains(told), "{}", seen.text);
            says(&seen, &[kept, "aria-invalid=\"true\"", "<details class=\"act\" open>"]);
        }
        let path = format!("{PRODUCTION}/freeze");
        let seen = browser.post(&path, &[("csrf", csrf), ("why", "  ")]).await;
        assert_eq!(seen.status.as_u16(), 400);
        says(&seen, &["id=\"error-why-freeze\"", "a stop needs a reason"]);
        // What no form has is no form.
        assert_eq!(browser.post(&format!("{PRODUCTION}/burn"), &[]).await.status.as_u16(), 404);
    });
}

#[test]
fn a_forced_move_asks_for_a_reason_and_approvals() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let page = browser.get(PRODUCTION).await;
        says(&page, &["in without its evidence", "trainyard attest approve sha256:", "approve"]);
        let path = format!("{PRODUCTION}/force");
        let fields = |why: &'static str| {
            [
                ("csrf", csrf.clone()),
                ("version", "1.1.0".to_owned()),
                ("head", "1.0.0".to_owned()),
                ("why", why.to_owned()),
            ]
        };
        for (why, status) in [("", 400), ("it cannot wait", 422)] {
            let fields = fields(why);
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let seen = browser.post(&path, &fields).await;
            assert_eq!(seen.status.as_u16(), status, "{}", seen.text);
        }
        says(&browser.get(PRODUCTION).await, &["points to"]);
    });
}

#[test]
fn a_rollout_is_paused_goes_on_and_is_stopped() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let csrf = csrf.as_str();
        let at = |act: &str| format!("{PRODUCTION}/{act}");
        let wrong =
            [("csrf", csrf), ("version", "1.0.0"), ("first", "120"), ("days", "10"), ("why", "x")];
        let seen = browser.post(&at("roll-out"), &wrong).await;
        assert_eq!(seen.status.as_u16(), 400);
        says(&seen, &["id=\"error-first-roll-out\"", "a percentage is 0 to 100", "value=\"120\""]);
        let fields =
            [("csrf", csrf), ("version", "1.0.0"), ("first", "20"), ("days", "8"), ("why", "x")];
        says(&done(&mut browser, &at("roll-out"), &fields).await, &["<b>20 %</b>", "in 8 days"]);
        world.server.watch.pass(4 * crate::support::DAY);
        // No session lasts for days.
        let (mut browser, csrf) = admin(&world).await;
        let csrf = csrf.as_str();
        let fields = [("csrf", csrf), ("version", "1.0.0"), ("why", "a studio is slow")];
        says(&done(&mut browser, &at("pause"), &fields).await, &["<b>60 %</b>", "paused"]);
        world.server.watch.pass(3600);
        says(&done(&mut browser, &at("resume"), &fields).await, &["<b>60 %</b>", "in 4 days"]);
        let page = done(&mut browser, &at("stop"), &fields).await;
        says(&page, &["<b>0 %</b>", "stopped", "offer it to everybody"]);
        // What was stopped for everybody has nothing to go on from.
        assert!(!page.text.contains("Go on with a rollout"), "{}", page.text);
        let seen = browser.post(&at("resume"), &fields).await;
        assert!(seen.status.is_client_error(), "{}", seen.status);
        says(&seen, &["has nothing to go on from"]);
        let page = done(&mut browser, &at("finish"), &fields).await;
        says(&page, &["everybody is offered the release"]);
        assert!(!page.text.contains("id=\"rollouts\""), "{}", page.text);
    });
}

#[test]
fn a_move_to_an_older_release_is_a_way_back() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let path = "/products/studio/channels/studio/latest";
        let page = browser.get(&format!("{path}?version=1.0.0")).await;
        says(&page, &["the channel would move back", "from <a", "1.1.0", "Move back to 1.0.0"]);
        assert!(!page.text.contains("Everything is met"), "{}", page.text);
        let fields =
            |why| [("csrf", csrf.as_str()), ("version", "1.0.0"), ("head", "1.1.0"), ("why", why)];
        let seen = browser.post(&format!("{path}/promote"), &fields("")).await;
        assert_eq!(seen.status, 400);
        says(&seen, &["a way back needs a reason"]);
    });
}

#[test]
fn a_form_that_comes_too_late_keeps_what_was_filled_in() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        world.server.watch.pass(crate::support::DAY);
        let fields = [("csrf", csrf.as_str()), ("why", "two studios & \"a\" crash")];
        let path = format!("{PRODUCTION}/freeze");
        let seen = browser.post(&path, &fields).await;
        assert_eq!(seen.status, 401);
        says(&seen, &["You are not signed in any more", "two studios &#38; &#34;a&#34; crash"]);
        assert!(!seen.text.contains("Authorization"), "{}", seen.text);
        let field = |page: &str, name: &str| {
            let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
            let field = field.and_then(|rest| rest.split('"').next()).unwrap_or_default();
            field.replace("&#34;", "\"").replace("&#38;", "&")
        };
        let brought = |page: &str, token: &str| {
            ["csrf", "next", "action", "unsent"]
                .map(|name| (name, field(page, name)))
                .into_iter()
                .chain([("token", token.to_owned())])
                .collect::<Vec<_>>()
        };
        // A token that was mistyped loses nothing, either.
        let wrong = brought(&seen.text, "ty_wrong");
        let wrong: Vec<_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let again = browser.post("/sign-in", &wrong).await;
        assert_eq!((again.status.as_u16(), field(&again.text, "next").as_str()), (401, PRODUCTION));
        let right = brought(&again.text, &world.server.admin);
        let right: Vec<_> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let asked = browser.post("/sign-in", &right).await;
        assert_eq!(asked.status, 200, "{}", asked.text);
        says(&asked, &["This was not sent yet", "two studios", &format!("action=\"{path}\"")]);
        let csrf = field(&asked.text, "csrf");
        let why = field(&asked.text, "why");
        let page = done(&mut browser, &path, &[("csrf", csrf.as_str()), ("why", &why)]).await;
        says(&page, &["The channel is frozen", "two studios &#38; &#34;a&#34; crash"]);
        // What another site sends is not offered to be sent again.
        let foreign = Browser::new(&world).post(&path, &[("why", "evil")]).await;
        assert_eq!(foreign.status, 403);
        assert!(!foreign.text.contains("name=\"action\""), "{}", foreign.text);
    });
}

#[test]
fn a_risk_says_whom_it_concerns() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", "long-migration"),
            ("effect", "conditional"),
            ("stream", "core"),
            ("versions", "=1.2.0"),
            ("condition", "sessions > 100000"),
            ("message", "the migration takes hours"),
            ("why", "seen twice"),
        ];
        let page = done(&mut browser, "/products/studio/risks/declare", &fields).await;
        says(&page, &["<code>sessions &gt; 100000</code>", "a query in the words of those who"]);
        let page = browser.get("/products/studio/components/core/releases/1.2.0").await;
        says(&page, &["the migration takes hours", "<code>sessions &gt; 100000</code>"]);
        let page = browser.get("/products/studio/components/core/releases/1.1.1").await;
        assert!(!page.text.contains("the migration takes hours"), "{}", page.text);
    });
}

#[test]
fn risks_are_declared_and_withdrawn() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let csrf = csrf.as_str();
        let front = "/products/studio/risks";
        let declared = |versions: &'static str, name: &'static str| {
            [
                ("csrf", csrf),
                ("name", name),
                ("effect", "block"),
                ("stream", "core"),
                ("versions", versions),
                ("message", "it eats rigs"),
                ("why", "seen twice"),
            ]
        };
        let path = format!("{front}/declare");
        let seen = browser.post(&path, &declared("=>1", "rigs")).await;
        assert_eq!(seen.status.as_u16(), 400);
        says(&seen, &["id=\"error-versions-declare\"", "value=\"it eats rigs\""]);
        let seen = browser.post(&path, &declared("=1.2.0", "Not A Name")).await;
        assert_eq!(seen.status.as_u16(), 400);
        says(&seen, &["id=\"error-name-declare\""]);
        let page = done(&mut browser, &path, &declared("=1.2.0", "rigs")).await;
        says(&page, &["holds at once", "it eats rigs"]);
        says(
            &browser.get("/products/studio/components/core/releases/1.2.0").await,
            &["it eats rigs"],
        );
        let fields = [("csrf", csrf), ("risk", "rigs"), ("why", "it was a cable")];
        says(&done(&mut browser, &format!("{front}/lift"), &fields).await, &["it was a cable"]);
    });
}

#[test]
fn tokens_are_shown_once_and_taken_back() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let csrf = csrf.as_str();
        let fields = [
            ("csrf", csrf),
            ("name", "nightly"),
            ("principal", "maker/ada"),
            ("right", "publish"),
            ("right", "validate"),
            ("product", "studio"),
            ("until", "2099-01-01"),
            ("why", "x"),
        ];
        let seen = browser.post("/parties/token", &fields).await;
        assert_eq!(
            (seen.status.as_u16(), seen.caching.as_str()),
            (201, "no-store"),
            "{}",
            seen.text
        );
        let secret = seen.text.split("<code id=\"secret\">").nth(1).expect("a secret");
        let secret = secret.split('<').next().expect("a secret").to_owned();
        assert!(secret.starts_with("ty_"), "{secret}");
        says(&seen, &["publish of studio, validate of studio", "until 2099-01-01"]);
        let page = browser.get("/parties").await;
        assert!(page.text.contains("nightly") && !page.text.contains(&secret));
        let mut robot = Browser::new(&world);
        robot.sign_in(&secret).await;
        let again = browser.post("/parties/token", &fields).await;
        assert_eq!(again.status.as_u16(), 409);
        says(&again, &["id=\"error-name-token\"", "value=\"publish\" checked"]);
        let none = [("csrf", csrf), ("name", "other"), ("principal", "maker/ada")];
        let seen = browser.post("/parties/token", &none).await;
        assert_eq!(seen.status.as_u16(), 400);
        says(&seen, &["choose what it allows"]);
        // Who has one token makes no better one of it.
        let own = robot.csrf("/").await;
        let more = [("csrf", own.as_str()), ("name", "more"), ("right", "admin")];
        assert_eq!(robot.post("/parties/token", &more).await.status.as_u16(), 403);
        let fields = [("csrf", csrf), ("token", "nightly"), ("why", "lost")];
        says(&done(&mut browser, "/parties/revoke", &fields).await, &["revoked"]);
        assert!(robot.get("/").await.text.contains("Sign in"));
    });
}

#[test]
fn parties_people_and_keys_are_enrolled_and_end() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let (mut browser, csrf) = admin(&world).await;
        let csrf = csrf.as_str();
        let party = [("csrf", csrf), ("name", "tidepool"), ("title", "Tidepool Pictures")];
        says(&done(&mut browser, "/parties/party", &party).await, &["Tidepool Pictures"]);
        assert_eq!(browser.post("/parties/party", &party).await.status.as_u16(), 409);
        let person = [("csrf", csrf), ("party", "tidepool"), ("name", "chen"), ("title", "Chen")];
        says(&done(&mut browser, "/parties/principal", &person).await, &["tidepool/chen"]);
        let wrong = [("csrf", csrf), ("principal", "tidepool/chen"), ("public", "ssh-rsa AAAA")];
        let seen = browser.post("/parties/key", &wrong).await;
        assert_eq!(seen.status.as_u16(), 400);
        says(&seen, &["id=\"error-public-key\"", ">ssh-rsa AAAA</textarea>"]);
        let key = key_of("tidepool/chen").public_key();
        let public = key.to_openssh();
        let right = [("csrf", csrf), ("principal", "tidepool/chen"), ("public", public.as_str())];
        says(&done(&mut browser, "/parties/key", &right).await, &["The key counts"]);
        let named = format!("tidepool/chen {}", key.id());
        let fields =
            [("csrf", csrf), ("key", named.as_str()), ("how", "revoke"), ("why", "stolen")];
        says(&done(&mut browser, "/parties/end-key", &fields).await, &["revoked: stolen"]);
    });
}

#[test]
fn no_form_is_taken_from_elsewhere_or_by_those_who_may_not() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let channel = [
            "promote", "force", "demote", "schedule", "call-off", "hold", "let-go", "freeze",
            "thaw", "roll-out", "pause", "resume", "finish", "stop",
        ];
        let channel = channel.map(|act| format!("{PRODUCTION}/{act}"));
        let risks = ["declare", "lift"].map(|act| format!("/products/studio/risks/{act}"));
        let parties = ["party", "principal", "key", "end-key", "token", "revoke"];
        let parties = parties.map(|act| format!("/parties/{act}"));
        let fields = [
            ("version", "1.1.0"),
            ("head", "1.0.0"),
            ("why", "x"),
            ("due", "2099-01-01T00:00"),
            ("scheduled", "1"),
            ("first", "10"),
            ("name", "x"),
            ("title", "x"),
            ("party", "maker"),
            ("principal", "maker/ada"),
            ("right", "publish"),
            ("token", "admin"),
            ("risk", "lost-frames"),
            ("stream", "core"),
            ("versions", "=1.0.0"),
            ("message", "x"),
            ("key", "maker/ada x"),
            ("public", "x"),
            ("how", "end"),
            ("effect", "block"),
        ];
        let (mut browser, _) = admin(&world).await;
        let token = world.server.token("reader", "maker/ada", &["validate"]).await;
        let mut reader = Browser::new(&world);
        reader.sign_in(&token).await;
        let own = reader.csrf("/").await;
        let before = world.server.get_as_admin("/api/v1/log/checkpoint").await.is(200).text;
        for path in channel.iter().chain(&risks).chain(&parties) {
            let guest = Browser::new(&world).post(path, &fields).await.status.as_u16();
            assert!(matches!(guest, 401 | 403), "{path}: {guest}");
            assert_eq!(browser.post(path, &fields).await.status.as_u16(), 403, "{path}");
            let signed: Vec<_> = fields.iter().copied().chain([("csrf", own.as_str())]).collect();
            let seen = reader.post(path, &signed).await;
            assert!(
                !seen.status.is_success() && seen.status.as_u16() != 303,
                "{path}: {}",
                seen.status
            );
        }
        let after = world.server.get_as_admin("/api/v1/log/checkpoint").await.is(200).text;
        assert_eq!(before, after);
    });
}

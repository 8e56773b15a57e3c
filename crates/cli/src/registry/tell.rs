//! Pages of what a registry answers.

use std::fmt::Write as _;

use trainyard_api as api;

use super::{
    page::{Mark, Page, lasting, short, when, when_us},
    session::{Place, headed},
};

/// How many members of a channel are shown.
const MEMBERS: usize = 10;

fn or_dash(text: Option<&str>) -> String {
    text.unwrap_or("–").to_owned()
}

/// Channels and where they point.
pub(super) fn channels(product: &str, channels: &[api::ChannelSummary]) -> Page {
    let mut page = Page::default();
    if channels.is_empty() {
        page.line(format!("{product} has no channels; its policy declares none"));
    }
    let mut rows = headed(["channel", "version", "since", "digest", ""]);
    for channel in channels {
        rows.push(vec![
            format!("{}/{}", channel.stream, channel.channel),
            or_dash(channel.head.as_deref()),
            channel.since.as_ref().map(when).unwrap_or_default(),
            channel.digest.as_deref().map(short).unwrap_or_default(),
            [(channel.yanked.is_some(), "yanked"), (channel.is_frozen, "frozen")]
                .iter()
                .filter_map(|(holds, word)| holds.then_some(*word))
                .collect::<Vec<_>>()
                .join(", "),
        ]);
    }
    page.table(rows);
    page
}

/// One channel, and beside it the newest final release of its stream.
pub(super) fn channel(place: &Place, channel: &api::Channel, newest: Option<&str>) -> Page {
    let head = channel.channel.head.as_deref();
    let since = channel.channel.since.as_ref().map(when);
    let mut page = Page::titled(match (head, since) {
        (Some(head), Some(since)) => format!("{} points to {head} since {since}", place.title()),
        _ => format!("{} points to nothing", place.title()),
    });
    if let (Some(head), Some(why)) = (head, &channel.channel.yanked) {
        page.item(Mark::No, format!("{head} was yanked: {why}"), None);
    }
    if let Some(head) = head.filter(|_| channel.is_forced) {
        page.item(Mark::Beware, format!("{head} was let in without the evidence"), None);
    }
    if let Some(newest) = newest.filter(|newest| head.is_some_and(|head| head != *newest)) {
        page.line(format!("The newest final release of {} is {newest}", place.stream));
    }
    let asked = asked(&channel.rule);
    if !asked.is_empty() {
        page.line("A release enters when");
    }
    for asked in asked {
        page.item(Mark::Neither, asked, None);
    }
    let stops = channel.frozen.iter().chain(&channel.holds);
    for stop in stops {
        let what = stop.version.as_ref().map_or("frozen".to_owned(), |it| format!("{it} is held"));
        let why = if stop.why.is_empty() { String::new() } else { format!(": {}", stop.why) };
        page.item(
            Mark::No,
            format!("{what} by {} since {}{why}", stop.by, when(&stop.since)),
            None,
        );
    }
    for scheduled in &channel.scheduled {
        let text = format!(
            "{} shall enter at {} ({}, number {})",
            scheduled.version,
            when(&scheduled.due),
            scheduled.by,
            scheduled.seq
        );
        page.item(Mark::Neither, text, None);
    }
    let mut rows = headed(["in it", "since", "digest"]);
    let mut members: Vec<_> = channel.members.iter().collect();
    members.sort_by(|one, other| other.since.cmp(&one.since));
    for member in members.iter().take(MEMBERS) {
        rows.push(vec![member.version.clone(), when(&member.since), short(&member.digest)]);
    }
    page.table(rows);
    let rest = members.len().saturating_sub(MEMBERS);
    if rest > 0 {
        page.line(format!("and {rest} more, which came before; --format json tells them all"));
    }
    page
}

/// What a rule asks for, a sentence each.
fn asked(rule: &serde_json::Value) -> Vec<String> {
    let number = |key: &str| rule.get(key).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let text = |key: &str| rule.get(key).and_then(serde_json::Value::as_str);
    let flag = |key: &str| rule.get(key).and_then(serde_json::Value::as_bool).unwrap_or(false);
    let mut asked = Vec::new();
    if let Some(after) = text("after") {
        asked.push(format!("it has entered {after} before"));
    }
    if number("soak-secs") > 0 {
        asked.push(format!("it has stood for {}", lasting(number("soak-secs"))));
    }
    if let Some(maturity) = text("maturity").filter(|maturity| *maturity != "alpha") {
        let least = if maturity == "stable" { "" } else { "at least " };
        asked.push(format!("everything in it is {least}{maturity}"));
    }
    if number("principals") > 0 {
        let mut sentence = format!("{} validated it", number("principals"));
        for (key, what) in [
            ("parties", "of {} parties"),
            ("external", "{} of them of other parties than the product's"),
            ("environments", "on {} environments"),
        ] {
            if number(key) > 0 {
                // Writing to a string cannot fail, here and below.
                _ = write!(sentence, ", {}", what.replace("{}", &number(key).to_string()));
            }
        }
        asked.push(sentence);
    }
    if number("fresh-secs") > 0 {
        asked.push(format!("results are not older than {}", lasting(number("fresh-secs"))));
    }
    if let Some(flavours) = rule.get("flavours").and_then(serde_json::Value::as_array) {
        let names: Vec<_> = flavours.iter().filter_map(serde_json::Value::as_str).collect();
        asked.push(format!("each of {} was validated", names.join(", ")));
    }
    if let Some(ends) = rule.get("ends").and_then(serde_json::Value::as_i64) {
        asked.push(format!("it comes before {}, when support ends", when_us(ends)));
    }
    if flag("prereleases") {
        asked.push("pre-releases may enter".to_owned());
    }
    if flag("follows") {
        asked.push("the newest that may enter enters by itself".to_owned());
    }
    asked
}

/// The moves of a channel.
pub(super) fn moves(place: &Place, moves: &[api::Move]) -> Page {
    let mut page = Page::default();
    if moves.is_empty() {
        page.line(format!("{} never moved", place.title()));
    }
    let mut rows = headed(["entry", "when", "what", "from", "to", "by", "rests on", "why"]);
    for moved in moves {
        let mut kind = moved.kind.clone();
        if !moved.unmet.is_empty() {
            _ = write!(kind, " ({} not met)", moved.unmet.len());
        }
        let rests = match moved.relied_on.len() {
            0 => String::new(),
            count => format!("{count} signed"),
        };
        rows.push(vec![
            moved.seq.to_string(),
            when(&moved.at),
            kind,
            or_dash(moved.from.as_deref()),
            or_dash(moved.to.as_deref()),
            moved.by.clone(),
            rests,
            moved.why.clone(),
        ]);
    }
    page.table(rows);
    page
}

/// How a release stands before a channel.
pub(super) fn standing(place: &Place, standing: &api::Standing) -> Page {
    let unmet = standing.conditions.iter().filter(|condition| !condition.is_met).count();
    let version = &standing.version;
    let mut page = Page::titled(if standing.is_open {
        format!("{version} may enter {}", place.title())
    } else {
        let count = crate::render::counted(unmet, "condition");
        let verb = if unmet == 1 { "is" } else { "are" };
        format!("{version} may not enter {} yet: {count} {verb} not met", place.title())
    });
    page.conditions(&standing.conditions).findings(&standing.findings);
    for id in &standing.refused_by {
        page.item(Mark::No, format!("attestation {} says no", short(id)), None);
    }
    page
}

/// Who must approve something, and who has.
pub(super) fn approvals(what: &str, approvals: &api::Approvals) -> Page {
    let mut page = Page::titled(if approvals.are_enough {
        format!("{what}: enough have approved")
    } else {
        format!("{what}: not enough have approved")
    });
    page.conditions(&approvals.conditions);
    if !approvals.are_enough {
        page.line(format!(
            "To approve it: trainyard attest approve {} --reason TEXT --key FILE",
            approvals.proposal
        ));
    }
    page
}

/// What was said of releases.
pub(super) fn attestations(all: &[api::Attestation]) -> Page {
    let mut page = Page::default();
    if all.is_empty() {
        page.line("nothing was said yet");
    }
    let mut rows = headed(["what", "verdict", "by", "environment", "tests", "when", "id"]);
    for said in all {
        let what = match (&said.component, &said.version) {
            (Some(component), Some(version)) => format!("{component}@{version}"),
            _ => short(&said.subject),
        };
        let flavour =
            if said.flavour.is_empty() { String::new() } else { format!(" ({})", said.flavour) };
        let kind = if said.is_approval { " proposal" } else { "" };
        let facts = said.environment.iter().map(|(name, value)| format!("{name}={value}"));
        let tests = said.tests;
        let tests = match tests.passed + tests.warned + tests.failed {
            0 => String::new(),
            all => format!("{} of {all}", tests.passed + tests.warned),
        };
        let verdict = match &said.withdrawn {
            Some(why) => format!("{}, withdrawn: {why}", said.outcome),
            None => said.outcome.clone(),
        };
        rows.push(vec![
            format!("{what}{flavour}{kind}"),
            verdict,
            said.principals.join(", "),
            facts.collect::<Vec<_>>().join(", "),
            tests,
            when(&said.at),
            short(&said.id),
        ]);
    }
    page.table(rows);
    page
}

/// What is or was wrong with releases.
pub(super) fn risks(risks: &[api::Risk]) -> Page {
    let mut page = Page::default();
    if risks.is_empty() {
        page.line("no risk is known");
    }
    let mut rows =
        headed(["risk", "of", "versions", "what it does", "fixed in", "since", "message"]);
    for risk in risks {
        let effect = match risk.effect {
            api::RiskEffect::Block => "blocks",
            api::RiskEffect::Conditional => "blocks on a condition",
            api::RiskEffect::Tombstone => "gone for good",
        };
        let effect = if risk.holds { effect } else { "lifted" };
        rows.push(vec![
            risk.name.clone(),
            risk.stream.clone(),
            risk.versions.clone(),
            effect.to_owned(),
            or_dash(risk.fixed_in.as_deref()),
            when(&risk.since),
            risk.message.clone(),
        ]);
    }
    page.table(rows);
    page
}

/// One risk.
pub(super) fn risk(risk: &api::Risk) -> Page {
    let mut page = Page::titled(format!("{}: {}", risk.name, risk.message));
    let from = risk.from.as_deref().map(|from| format!(", coming from {from}"));
    let mut facts = vec![
        format!("releases: {} {}{}", risk.stream, risk.versions, from.unwrap_or_default()),
        format!("concerns: {}", risk.condition.as_deref().unwrap_or("everybody")),
    ];
    facts.extend(risk.fixed_in.as_ref().map(|fixed| format!("fixed in: {fixed}")));
    facts.extend(risk.url.as_ref().map(|url| format!("more: {url}")));
    facts.push(format!("declared: {} by {}", when(&risk.since), risk.by));
    for fact in facts {
        page.item(Mark::Neither, fact, None);
    }
    if let (Some(at), Some(by)) = (&risk.lifted, &risk.lifted_by) {
        let why = risk.lifted_why.as_deref().unwrap_or_default();
        page.line(format!("lifted {} by {by}: {why}", when(at)));
    }
    page
}

/// Who is exposed.
pub(super) fn exposure(exposure: &api::Exposure) -> Page {
    let known = crate::render::counted(
        usize::try_from(exposure.looked_at).unwrap_or(usize::MAX),
        "known deployment",
    );
    if exposure.exposed.is_empty() {
        let mut page = Page::default();
        page.line(format!("nobody is exposed, of {known}"));
        return page;
    }
    let runs = exposure.exposed.iter().filter(|it| it.how == "runs").count();
    let may = exposure.exposed.len() - runs;
    let verb = if runs == 1 { "runs" } else { "run" };
    let mut page = Page::titled(format!(
        "exposed: {runs} that {verb} what a risk speaks of and {may} that may come to it, of {known}"
    ));
    let mut rows =
        headed(["risk", "deployment", "runs", "exposed to", "how", "way out", "last seen"]);
    for it in &exposure.exposed {
        rows.push(vec![
            it.risk.clone(),
            it.deployment.clone(),
            it.version.clone(),
            it.affected.clone(),
            it.how.replace('-', " "),
            or_dash(it.way_out.as_deref()),
            when(&it.seen),
        ]);
    }
    page.table(rows);
    page
}

/// Who runs what.
pub(super) fn deployments(all: &[api::Deployment]) -> Page {
    let mut page = Page::default();
    if all.is_empty() {
        page.line("no deployment has told of itself");
    }
    let mut rows = headed(["deployment", "runs", "channel", "facts", "last seen"]);
    for it in all {
        let facts: Vec<_> =
            it.facts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        rows.push(vec![
            it.name.clone(),
            format!("{}@{}", it.stream, it.version),
            or_dash(it.channel.as_deref()),
            facts.join(", "),
            when(&it.seen),
        ]);
    }
    page.table(rows);
    page
}

/// What a client is offered.
pub(super) fn offer(place: &Place, offer: &api::Offer, runs: Option<&str>) -> Page {
    let mut page = Page::titled(match (&offer.next, &offer.head) {
        (Some(next), _) if offer.way.len() > 1 => {
            format!("{} offers {next}, on the way {}", place.title(), offer.way.join(" -> "))
        }
        (Some(next), Some(head)) if next != head => {
            format!("{} offers {next}; it points to {head}", place.title())
        }
        (Some(next), _) => format!("{} offers {next}", place.title()),
        (None, None) => format!("{} points to nothing", place.title()),
        (None, Some(head)) if runs == Some(head.as_str()) => {
            format!("{head} is what {} points to", place.title())
        }
        (None, Some(head)) => {
            format!("{} offers nothing newer; it points to {head}", place.title())
        }
    });
    reasons(&mut page, &offer.reasons);
    page
}

/// Why a client is not offered something, and what would change that.
pub(super) fn reasons(page: &mut Page, reasons: &[api::WhyNot]) {
    for reason in reasons {
        let until = reason.until.as_ref().map(|until| format!("until {}", when(until)));
        let remedy = match (&reason.remedy, until) {
            (Some(remedy), Some(until)) => Some(format!("{remedy} ({until})")),
            (remedy, until) => remedy.clone().or(until),
        };
        page.item(Mark::No, reason.text.clone(), remedy);
    }
}

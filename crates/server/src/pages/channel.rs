//! A channel: where it points, what it asks for, what is missing now, and what those who may can do.

use std::fmt::Write as _;

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use axum_extra::extract::Form;
use trainyard_registry::{
    Condition, Name, VersionText,
    channels::{Channel, ChannelRule, Move, MoveKind, standing},
    products::Product,
    risks::Rollout,
};

use super::{
    board::{self, release_href},
    findings::{Point, points},
    form,
    frame::Notice,
    moving::{self, Before, Place},
    session,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone, When},
};
use crate::http::{Named, View, app::App, failure::Failure, wire};

/// How many releases can be looked at beside the candidate.
const CANDIDATES: usize = 40;

pub(super) fn routes() -> Router<App> {
    let front = "/products/{product}/channels/{stream}/{channel}";
    Router::new().route(front, get(read)).route(&format!("{front}/{{act}}"), post(act))
}

#[derive(Template)]
#[template(path = "channel.html")]
struct Page {
    stream: String,
    stream_href: String,
    channel: String,
    path: String,
    head: Option<(String, String)>,
    since: When,
    word: &'static str,
    tone: Tone,
    frozen: Option<String>,
    neighbours: Vec<(String, String, bool)>,
    rule: Vec<String>,
    candidates: Vec<(String, bool)>,
    candidate: Option<Standing>,
    /// Why nothing waits, where nothing does.
    nothing: String,
    acts: Vec<form::Form>,
    more: Vec<form::Form>,
    is_signed_in: bool,
    sign_in: String,
    rollouts: Vec<Rolling>,
    holds: Vec<String>,
    scheduled: Vec<String>,
    history: Table,
}

/// How a release stands before the channel.
struct Standing {
    version: String,
    href: String,
    is_open: bool,
    is_head: bool,
    is_back: bool,
    conditions: Vec<Shown>,
    findings: Vec<Point>,
}

/// How a release reaches clients.
struct Rolling {
    version: String,
    href: String,
    percent: u8,
    word: String,
    tone: Tone,
}

fn rolling(
    view: &View<'_>,
    product: &Product,
    channel: &Channel,
    (version, rollout): (&VersionText, &Rollout),
) -> Rolling {
    let percent = rollout.percent(view.now);
    let all = rollout.reaches(99).map(|moment| words::when(moment, view.now));
    let (word, tone) = match (rollout.paused, percent) {
        (Some(0), _) => ("stopped".to_owned(), Tone::Bad),
        (Some(_), _) => ("paused".to_owned(), Tone::Waiting),
        (None, 100) => ("everybody".to_owned(), Tone::Good),
        (None, _) => match all {
            Some(all) => (format!("all of them {}", all.ago), Tone::Good),
            None => ("stays there".to_owned(), Tone::Plain),
        },
    };
    Rolling {
        version: version.to_string(),
        href: release_href(&product.name, channel.stream.as_str(), version.as_str()),
        percent,
        word,
        tone,
    }
}

/// A condition with how far it has come, in percent.
struct Shown {
    text: String,
    remedy: String,
    is_met: bool,
    percent: Option<u64>,
}

/// How a move stands.
pub(super) fn tone(kind: MoveKind) -> Tone {
    match kind {
        MoveKind::Promoted | MoveKind::Followed => Tone::Good,
        MoveKind::Forced => Tone::Waiting,
        MoveKind::Demoted => Tone::Bad,
        MoveKind::Imported => Tone::Plain,
    }
}

async fn read(Named(place): Named<Place>, visit: Visit) -> Response {
    let notice = visit.asked("done").and_then(moving::done).map(Notice::good);
    show(&visit, &place, StatusCode::OK, notice, None).await
}

/// Carries a form out, and shows the channel again: as it is now, or with what spoke against it.
async fn act(
    Named((product, stream, channel, act)): Named<(Name, Name, Name, String)>,
    visit: Visit,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if visit.actor().is_none() {
        return session::ask_first(visit, pairs).await;
    }
    let place = (product, stream, channel);
    let Some(act) = moving::act(&act) else {
        let refusal = trainyard_registry::Refusal::not_found("form", &act);
        return visit.fail(&refusal.into()).await;
    };
    let mut sent = form::Sent::new(act, pairs);
    let command = visit.look(|view| moving::command(view, &place, act, &mut sent)).await;
    match sent.carry_out(&visit, command).await {
        Ok(()) => {
            let (product, stream, channel) = place;
            super::frame::go(&format!("/products/{product}/channels/{stream}/{channel}?done={act}"))
        }
        Err((status, notice)) => show(&visit, &place, status, Some(notice), Some(&sent)).await,
    }
}

async fn show(
    visit: &Visit,
    place: &Place,
    status: StatusCode,
    notice: Option<Notice>,
    sent: Option<&form::Sent>,
) -> Response {
    visit
        .show_with(status, notice, |view, frame| {
            let product = view.product(&place.0)?;
            let channel = product.channel(&place.1, &place.2)?;
            let path = board::channel_href(product, channel);
            frame.about(product, "Overview", channel.title());
            let stream = channel.stream.as_str();
            let href = format!("/products/{}/components/{stream}", product.name);
            frame.within([(href, stream.to_owned())]);
            frame.twin = Some(format!("/api/v1{path}"));
            // What somebody typed is not taken from them.
            frame.is_live = sent.is_none();
            page(visit, view, product, channel, path, sent)
        })
        .await
}

fn page(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    channel: &Channel,
    path: String,
    sent: Option<&form::Sent>,
) -> Result<Page, Failure> {
    let stream = channel.stream.as_str();
    let (word, tone) = match (&channel.head, &channel.frozen) {
        (_, Some(_)) => ("frozen", Tone::Waiting),
        (None, None) => ("empty", Tone::Plain),
        (Some(_), None) => ("open", Tone::Good),
    };
    let asked = visit.asked("version");
    let sequence = product.sequence(stream);
    let chosen = match (asked, &sequence) {
        (Some(version), Ok(sequence)) => Some(sequence.find(version)?),
        _ => board::candidate(product, channel),
    };
    let chosen_version = chosen.map(|release| release.version.to_string()).unwrap_or_default();
    let candidates: Vec<String> = match &sequence {
        Ok(sequence) => sequence
            .newest_first()
            .filter(|release| channel.head.as_ref() != Some(&release.version))
            .filter(|release| release.yanked.is_none())
            .take(CANDIDATES)
            .map(|release| release.version.to_string())
            .collect(),
        Err(_) => Vec::new(),
    };
    let found = chosen.map(|release| standing(view.state, product, channel, release, view.now));
    let before = chosen.zip(found.as_ref()).map(|(release, standing)| Before {
        release,
        standing,
        is_head: channel.head.as_ref() == Some(&release.version),
        is_back: moving::leads_back(product, channel, &release.version),
    });
    let offered = moving::offered(
        visit,
        view,
        (product, channel),
        (&path, &candidates),
        before.as_ref(),
        sent,
    );
    let standing_of = |before: &Before<'_>| Standing {
        version: before.release.version.to_string(),
        href: release_href(&product.name, stream, before.release.version.as_str()),
        is_open: before.standing.is_open(),
        is_head: before.is_head,
        is_back: before.is_back,
        conditions: missing_first(&before.standing.conditions),
        findings: points(&before.standing.findings),
    };
    let neighbour = |it: &&Channel| {
        (it.name.to_string(), board::channel_href(product, it), it.name == channel.name)
    };
    let head = channel
        .head
        .as_ref()
        .map(|head| (head.to_string(), release_href(&product.name, stream, head.as_str())));
    let hold = |(version, stop): (&VersionText, &trainyard_registry::channels::Stop)| {
        format!("{version} is held by {}: {}", stop.by, stop.why)
    };
    let moved = channel.history.last();
    Ok(Page {
        stream: stream.to_owned(),
        stream_href: format!("/products/{}/components/{stream}", product.name),
        channel: channel.name.to_string(),
        path,
        since: moved.map(|moved| words::when(moved.at, view.now)).unwrap_or_default(),
        word,
        tone,
        frozen: channel.frozen.as_ref().map(|stop| format!("{}, by {}", stop.why, stop.by)),
        neighbours: board::in_order(product, &channel.stream).iter().map(neighbour).collect(),
        rule: rule(&channel.rule),
        candidates: candidates
            .into_iter()
            .map(|version| {
                let is_chosen = version == chosen_version;
                (version, is_chosen)
            })
            .collect(),
        candidate: before.as_ref().map(standing_of),
        nothing: nothing_waits(product, channel),
        acts: offered.first,
        more: offered.more,
        rollouts: channel.rollouts.iter().map(|it| rolling(view, product, channel, it)).collect(),
        is_signed_in: visit.actor().is_some(),
        sign_in: format!("/sign-in?next={}", words::encoded(&visit.here())),
        head,
        holds: channel.holds.iter().map(hold).collect(),
        scheduled: channel
            .scheduled
            .values()
            .map(|it| format!("{} {}: {}", it.version, words::when(it.due, view.now).ago, it.why))
            .collect(),
        history: history(visit, view, product, channel),
    })
}

/// Why no release waits to enter.
fn nothing_waits(product: &Product, channel: &Channel) -> String {
    let Some(after) = &channel.rule.after else {
        return if channel.head.is_some() {
            "No release that may enter is newer than what the channel points to.".to_owned()
        } else {
            "No release that may enter is published yet.".to_owned()
        };
    };
    let before = product.channel(&channel.stream, after).ok();
    match before.and_then(|before| before.head.as_ref()) {
        None => format!("Releases come here from {after}, which points to nothing yet."),
        Some(head) => format!(
            "Releases come here from {after}, which points to {head}: nothing newer than here. \
             Choose another release to see how it stands."
        ),
    }
}

/// Conditions, those first that are missing.
fn missing_first(conditions: &[Condition]) -> Vec<Shown> {
    let mut all: Vec<Shown> = conditions.iter().map(shown).collect();
    all.sort_by_key(|condition| condition.is_met);
    all
}

/// A condition, with how far a count has come.
fn shown(condition: &Condition) -> Shown {
    let mut counts = condition.text.split(' ');
    let mut number = || counts.next().and_then(|word| word.parse::<u64>().ok());
    let has = number();
    let is_count = condition.text.split(' ').nth(1) == Some("of");
    let needs = condition.text.split(' ').nth(2).and_then(|word| word.parse::<u64>().ok());
    let percent = has.zip(needs).filter(|(_, needs)| is_count && *needs > 0);
    Shown {
        text: condition.to_string(),
        remedy: condition.remedy.clone().unwrap_or_default(),
        is_met: condition.is_met,
        percent: percent.map(|(has, needs)| (has.min(needs) * 100) / needs),
    }
}

/// A rule in sentences.
pub(super) fn rule(rule: &ChannelRule) -> Vec<String> {
    let mut said = Vec::new();
    let releases = if rule.prereleases { "final and pre-releases" } else { "final releases only" };
    said.push(format!("Takes {releases}."));
    if rule.maturity > trainyard_registry::Maturity::Alpha {
        said.push(format!(
            "Everything in it is {} or has a waiver.",
            match rule.maturity {
                trainyard_registry::Maturity::Beta => "at least beta",
                _ => "stable",
            }
        ));
    }
    let soak = words::span(rule.soak_secs);
    match (&rule.after, rule.soak_secs) {
        (Some(after), 0) => said.push(format!("It entered {after} before.")),
        (Some(after), _) => said.push(format!("It stood in {after} for {soak}.")),
        (None, 0) => {}
        (None, _) => said.push(format!("It was published {soak} ago.")),
    }
    if rule.principals + rule.parties + rule.external > 0 {
        let people = words::of(
            rule.principals.max(rule.external).max(1),
            "person or robot",
            "people or robots",
        );
        let mut sentence = format!("{people} validated it, none of them its author");
        if rule.parties > 1 {
            _ = write!(sentence, ", of {} parties", rule.parties);
        }
        if rule.external > 0 {
            _ = write!(sentence, ", {} of another party than the product's", rule.external);
        }
        if rule.environments > 1 {
            _ = write!(sentence, ", on {} environments", rule.environments);
        }
        if let Some(secs) = rule.fresh_secs {
            _ = write!(sentence, ", in the last {}", words::span(secs));
        }
        said.push(format!("{sentence}."));
        if rule.accepts_warned {
            said.push("A result with warnings validates.".to_owned());
        }
    }
    if !rule.flavours.is_empty() {
        let flavours: Vec<_> = rule.flavours.iter().map(Name::as_str).collect();
        said.push(format!("Each flavour by itself: {}.", flavours.join(", ")));
    }
    said.push(
        "Nobody says that it fails, no risk blocks it, and its content fits together.".to_owned(),
    );
    if rule.follows {
        said.push("The newest release that meets all this enters by itself.".to_owned());
    }
    let approvals = words::of(rule.forced_by.max(rule.principals).max(1), "approval", "approvals");
    said.push(format!(
        "Without evidence a move needs {approvals} and a reason, and stays visible."
    ));
    if let Some(ends) = rule.ends {
        said.push(format!("Its support ends on {}.", words::day(ends)));
    }
    said
}

fn history(visit: &Visit, view: &View<'_>, product: &Product, channel: &Channel) -> Table {
    let columns = [
        ("at", "When", ""),
        ("kind", "How", ""),
        ("to", "Points to", ""),
        ("from", "Before", ""),
        ("by", "By", ""),
        ("why", "Why", "wide"),
    ];
    let mut table =
        Table::new(visit, "history", "History", &columns).or("It has never pointed to anything.");
    for moved in channel.history.iter().rev() {
        table.push(row(view, product, channel, moved));
    }
    table.done()
}

fn row(view: &View<'_>, product: &Product, channel: &Channel, it: &Move) -> Vec<Cell> {
    let stream = channel.stream.as_str();
    let version = |version: &Option<VersionText>| match version {
        None => Cell::text("nothing").in_order(None),
        Some(version) => Cell::text(version.as_str())
            .to(release_href(&product.name, stream, version.as_str()))
            .in_order(board::order_of(product, stream, version.as_str())),
    };
    let evidence = match it.moved.relied_on.len() {
        0 => String::new(),
        many => words::of(many, "attestation", "attestations"),
    };
    let unmet = it.moved.unmet.join("; ");
    let note = if unmet.is_empty() { evidence } else { format!("without: {unmet}") };
    vec![
        Cell::when(&words::when(it.at, view.now), it.at.0),
        Cell::text(wire::word(it.moved.kind)).tone(tone(it.moved.kind)),
        version(&it.moved.to),
        version(&it.moved.from),
        Cell::text(it.by.to_string()),
        Cell::sentence(it.why.clone()).note(note),
    ]
}

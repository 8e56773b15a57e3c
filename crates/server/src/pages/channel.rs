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
use serde::Deserialize;
use trainyard_registry::{
    Command, Condition, Name, Right, VersionText,
    channels::{ChangeChannel, Channel, ChannelRule, Demote, Move, MoveKind, Promote, standing},
    products::Product,
};

use super::{
    acting::{self, Given},
    board::{self, release_href},
    findings::{Point, points},
    frame::Notice,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone, When},
};
use crate::http::{Named, View, app::App, failure::Failure, wire};

/// How many releases can be looked at beside the candidate.
const CANDIDATES: usize = 40;

type Place = (Name, Name, Name);

pub(super) fn routes() -> Router<App> {
    let front = "/products/{product}/channels/{stream}/{channel}";
    Router::new()
        .route(front, get(read))
        .route(&format!("{front}/promote"), post(promote))
        .route(&format!("{front}/demote"), post(demote))
        .route(&format!("{front}/freeze"), post(freeze))
}

#[derive(Template)]
#[template(path = "channel.html")]
struct Page {
    stream: String,
    stream_href: String,
    channel: String,
    path: String,
    csrf: String,
    head: Option<(String, String)>,
    since: When,
    word: &'static str,
    tone: Tone,
    frozen: Option<String>,
    neighbours: Vec<(String, String, bool)>,
    rule: Vec<String>,
    candidates: Vec<(String, bool)>,
    candidate: Option<Standing>,
    may_promote: bool,
    may_stop: bool,
    is_signed_in: bool,
    sign_in: String,
    head_text: String,
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
    conditions: Vec<Shown>,
    findings: Vec<Point>,
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
    let notice = visit.asked("done").and_then(|done| match done {
        "promoted" => Some(Notice::good("The channel moved.")),
        "demoted" => Some(Notice::good("The release is out of the channel.")),
        "frozen" => Some(Notice::good("The channel is frozen: nothing moves it.")),
        "thawed" => Some(Notice::good("The channel moves again.")),
        _ => None,
    });
    show(&visit, &place, StatusCode::OK, notice).await
}

async fn show(
    visit: &Visit,
    place: &Place,
    status: StatusCode,
    notice: Option<Notice>,
) -> Response {
    visit
        .show_with(status, notice, |view, frame| {
            let product = view.product(&place.0)?;
            let channel = product.channel(&place.1, &place.2)?;
            let path = board::channel_href(product, channel);
            frame.about(product, "Overview", channel.title());
            frame.twin = Some(format!("/api/v1{path}"));
            frame.is_live = true;
            page(visit, view, product, channel, path)
        })
        .await
}

fn page(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    channel: &Channel,
    path: String,
) -> Result<Page, Failure> {
    let stream = channel.stream.as_str();
    let (word, tone) = match (&channel.head, &channel.frozen) {
        (_, Some(_)) => ("frozen", Tone::Waiting),
        (None, None) => ("empty", Tone::Plain),
        (Some(_), None) => ("moving", Tone::Good),
    };
    let asked = visit.asked("version");
    let sequence = product.sequence(stream);
    let chosen = match (asked, &sequence) {
        (Some(version), Ok(sequence)) => Some(sequence.find(version)?),
        _ => board::candidate(product, channel),
    };
    let chosen_version = chosen.map(|release| release.version.to_string()).unwrap_or_default();
    let candidates = match &sequence {
        Ok(sequence) => sequence
            .newest_first()
            .filter(|release| channel.head.as_ref() != Some(&release.version))
            .filter(|release| release.yanked.is_none())
            .take(CANDIDATES)
            .map(|release| release.version.to_string())
            .map(|version| {
                let is_chosen = version == chosen_version;
                (version, is_chosen)
            })
            .collect(),
        Err(_) => Vec::new(),
    };
    let standing_of = |release: &trainyard_registry::releases::Release| {
        let found = standing(view.state, product, channel, release, view.now);
        Standing {
            version: release.version.to_string(),
            href: release_href(&product.name, stream, release.version.as_str()),
            is_open: found.is_open(),
            is_head: channel.head.as_ref() == Some(&release.version),
            conditions: missing_first(&found.conditions),
            findings: points(&found.findings),
        }
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
        csrf: visit.csrf(),
        since: moved.map(|moved| words::when(moved.at, view.now)).unwrap_or_default(),
        word,
        tone,
        frozen: channel.frozen.as_ref().map(|stop| format!("{}, by {}", stop.why, stop.by)),
        neighbours: board::in_order(product, &channel.stream).iter().map(neighbour).collect(),
        rule: rule(&channel.rule),
        candidates,
        candidate: chosen.map(standing_of),
        may_promote: visit.may(Right::Promote, Some(&product.name)),
        may_stop: visit.may(Right::Block, Some(&product.name))
            || visit.may(Right::Promote, Some(&product.name)),
        is_signed_in: visit.actor().is_some(),
        sign_in: format!("/sign-in?next={}", words::encoded(&visit.here())),
        head_text: channel.head.as_ref().map(ToString::to_string).unwrap_or_default(),
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
    let version = |version: &Option<VersionText>| match version {
        None => Cell::text("nothing"),
        Some(version) => Cell::text(version.as_str()).to(release_href(
            &product.name,
            channel.stream.as_str(),
            version.as_str(),
        )),
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
        Cell::text(it.why.clone()).note(note),
    ]
}

#[derive(Deserialize)]
struct Moving {
    #[serde(flatten)]
    given: Given,
    #[serde(default)]
    version: String,
    /// What the page showed as the channel's head.
    #[serde(default)]
    head: String,
}

async fn promote(Named(place): Named<Place>, visit: Visit, Form(form): Form<Moving>) -> Response {
    let command = |place: &Place| -> Result<Command, Failure> {
        let (product, stream, channel) = place.clone();
        let expected = if form.head.is_empty() { None } else { Some(form.head.parse()?) };
        let version = form.version.parse()?;
        Ok(Command::Promote(Promote {
            product,
            stream,
            channel,
            version,
            expected: Some(expected),
            is_forced: false,
        }))
    };
    finish(&visit, &place, &form.given, command(&place), "promoted").await
}

async fn demote(Named(place): Named<Place>, visit: Visit, Form(form): Form<Moving>) -> Response {
    let command = |place: &Place| -> Result<Command, Failure> {
        let (product, stream, channel) = place.clone();
        let version = if form.head.is_empty() { None } else { Some(form.head.parse()?) };
        Ok(Command::Demote(Demote { product, stream, channel, version }))
    };
    finish(&visit, &place, &form.given, command(&place), "demoted").await
}

#[derive(Deserialize)]
struct Freezing {
    #[serde(flatten)]
    given: Given,
    #[serde(default)]
    thaw: String,
}

async fn freeze(Named(place): Named<Place>, visit: Visit, Form(form): Form<Freezing>) -> Response {
    let (product, stream, channel) = place.clone();
    let is_stopped = form.thaw.is_empty();
    let command = Command::ChangeChannel(ChangeChannel {
        product,
        stream,
        channel,
        version: None,
        is_stopped,
    });
    let done = if is_stopped { "frozen" } else { "thawed" };
    finish(&visit, &place, &form.given, Ok(command), done).await
}

/// Carries a form out, and shows the channel again: as it is now, or with what spoke against it.
async fn finish(
    visit: &Visit,
    place: &Place,
    given: &Given,
    command: Result<Command, Failure>,
    done: &str,
) -> Response {
    let carried = match command {
        Ok(command) => acting::carry_out(visit, given, command).await,
        Err(failure) => Err(failure),
    };
    match carried {
        Ok(()) => {
            let (product, stream, channel) = place;
            super::frame::go(&format!(
                "/products/{product}/channels/{stream}/{channel}?done={done}"
            ))
        }
        Err(failure) => {
            let problem = failure.problem();
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
            show(visit, place, status, Some(Notice::refused(problem))).await
        }
    }
}

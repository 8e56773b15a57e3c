//! Parties, their people and robots, and tokens.

use askama::Template;
use axum::{Router, http::StatusCode, response::Response, routing::get};
use trainyard_registry::{Grant, Moment, Right, parties::Key};

use super::{
    enrolling::{self, key_word},
    form::{Form, Sent},
    frame::Notice,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone},
};
use crate::http::{View, app::App};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/parties", get(read))
}

#[derive(Template)]
#[template(path = "parties.html")]
struct Page {
    parties: String,
    principals: Table,
    tokens: Option<Table>,
    sees_all: bool,
    token_forms: Vec<Form>,
    forms: Vec<Form>,
    shown: Option<Shown>,
}

/// A secret that is shown this once.
pub(super) struct Shown {
    pub(super) token: String,
    pub(super) secret: String,
}

async fn read(visit: Visit) -> Response {
    let notice = visit.asked("done").and_then(enrolling::done).map(Notice::good);
    show(&visit, StatusCode::OK, notice, None, None).await
}

pub(super) async fn show(
    visit: &Visit,
    status: StatusCode,
    notice: Option<Notice>,
    sent: Option<&Sent>,
    shown: Option<Shown>,
) -> Response {
    visit
        .show_with(status, notice, |view, frame| {
            "Parties".clone_into(&mut frame.title);
            frame.section = "Parties";
            frame.twin = Some("/api/v1/parties".to_owned());
            let parties = view.state.parties();
            let sees_all = visit.actor().is_some_and(|actor| actor.may(Right::Admin, None));
            let (token_forms, forms) = enrolling::forms(visit, view, sent);
            Ok(Page {
                parties: words::of(parties.parties().count(), "party", "parties"),
                principals: principals(visit, view),
                tokens: visit.actor().is_some().then(|| tokens(visit, view, sees_all)),
                sees_all,
                token_forms,
                forms,
                shown,
            })
        })
        .await
}

fn principals(visit: &Visit, view: &View<'_>) -> Table {
    let columns = [
        ("party", "Party", ""),
        ("principal", "Person or robot", ""),
        ("keys", "Keys", "wide"),
        ("makes", "Makes", ""),
        ("since", "Since", ""),
    ];
    let mut table = Table::new(visit, "", "Parties and their people", &columns);
    let parties = view.state.parties();
    for party in parties.parties() {
        let makes: Vec<_> = view
            .state
            .products()
            .filter(|product| product.party == party.name)
            .map(|product| product.title.clone())
            .collect();
        let own: Vec<_> =
            parties.principals().filter(|it| it.name.party() == party.name.as_str()).collect();
        let first = |note: &str| Cell::text(party.title.clone()).note(note);
        let makes = || Cell::text(makes.join(", "));
        if own.is_empty() {
            let since = words::when(party.since, view.now);
            let none = Cell::text("nobody yet");
            table.push(vec![
                first(party.name.as_str()),
                none,
                Cell::text(""),
                makes(),
                Cell::when(&since, party.since.0),
            ]);
        }
        for principal in own {
            let keys: Vec<_> = principal.keys.iter().map(|key| key_word(key, view.now)).collect();
            let counting = principal.keys.iter().filter(|key| counts(key, view.now)).count();
            let keys =
                Cell::text(keys.join(", ")).sorted(i64::try_from(counting).unwrap_or_default());
            let keys = if principal.keys.is_empty() {
                Cell::text("none").tone(Tone::Plain)
            } else if counting == 0 {
                keys.tone(Tone::Bad)
            } else {
                keys.tone(Tone::Good)
            };
            table.push(vec![
                first(party.name.as_str()),
                Cell::text(principal.title.clone()).note(principal.name.to_string()),
                keys,
                makes(),
                Cell::when(&words::when(principal.since, view.now), principal.since.0),
            ]);
        }
    }
    table.or("Nobody is enrolled yet.").done()
}

fn counts(key: &Key, now: Moment) -> bool {
    key.revoked.is_none() && key.until.is_none_or(|until| until > now)
}

fn tokens(visit: &Visit, view: &View<'_>, sees_all: bool) -> Table {
    let columns = [
        ("name", "Token", ""),
        ("principal", "Whose", ""),
        ("state", "State", ""),
        ("rights", "Rights", "wide"),
        ("since", "Given out", ""),
    ];
    let mut table = Table::new(visit, "tokens", "Tokens", &columns);
    let own = visit.actor().map(|actor| actor.principal.clone());
    let tokens = view.state.parties().tokens();
    for token in tokens.filter(|token| sees_all || Some(&token.principal) == own.as_ref()) {
        let state = match (token.is_revoked, token.until) {
            (true, _) => Cell::text("revoked").tone(Tone::Bad),
            (false, Some(until)) if until <= view.now => Cell::text("over").tone(Tone::Plain),
            (false, Some(until)) => {
                Cell::text("counts").tone(Tone::Good).note(format!("until {}", words::day(until)))
            }
            (false, None) => Cell::text("counts").tone(Tone::Good),
        };
        let grant = |grant: &Grant| match &grant.product {
            None => grant.right.to_string(),
            Some(product) => format!("{} of {product}", grant.right),
        };
        let rights: Vec<_> = token.grants.iter().map(grant).collect();
        table.push(vec![
            Cell::text(token.name.as_str()),
            Cell::text(token.principal.to_string()),
            state,
            Cell::text(rights.join(", ")),
            Cell::when(&words::when(token.since, view.now), token.since.0),
        ]);
    }
    table.or("There is none.").done()
}

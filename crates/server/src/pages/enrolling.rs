//! Forms for parties, people, keys and tokens.

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::post,
};
use axum_extra::extract::Form as Posted;
use trainyard_attest::KeyId;
use trainyard_registry::{
    Actor, Command, Grant, Moment, Name, PrincipalName, Right,
    parties::{EndKey, EnrolKey, EnrolParty, EnrolPrincipal, IssueToken, Key, RevokeToken},
};

use super::{
    form::{Field, Form, Sent},
    frame::{self, Notice},
    parties::{self, Shown},
    session,
    visit::Visit,
    words,
};
use crate::{
    Secret,
    http::{Named, View, app::App, failure::Failure},
};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/parties/{act}", post(act))
}

/// What can be done: its name in addresses, and what is said when it is done.
const ACTS: [(&str, &str); 6] = [
    ("party", "The party is enrolled."),
    ("principal", "They are enrolled."),
    ("key", "The key counts from now on."),
    ("end-key", "The key counts no more."),
    ("token", "The token is given out."),
    ("revoke", "The token counts no more."),
];

/// What is said when something is done.
pub(super) fn done(name: &str) -> Option<&'static str> {
    ACTS.iter().find(|(own, _)| *own == name).map(|(_, said)| *said)
}

/// The forms for whoever looks: about tokens, and about parties and keys.
pub(super) fn forms(visit: &Visit, view: &View<'_>, sent: Option<&Sent>) -> (Vec<Form>, Vec<Form>) {
    let Some(actor) = visit.actor().filter(|_| visit.asked("at").is_none()) else {
        return (Vec::new(), Vec::new());
    };
    let is_admin = actor.may(Right::Admin, None);
    let form =
        |act: &'static str, title: &str| Form::new(visit, act, title, format!("/parties/{act}"));
    let mut tokens = vec![token(view, actor, is_admin, form("token", "Make a token"))];
    tokens.extend(revoking(view, actor, is_admin, form("revoke", "Revoke a token")));
    let mut more = Vec::new();
    if is_admin {
        more.push(
            form("party", "Enrol a party")
                .field(Field::line("name", "Name").required().hint("such as northlight"))
                .field(Field::line("title", "Name for people").required())
                .field(Field::line("why", "Why"))
                .button("Enrol it", ""),
        );
        let all = view.state.parties().parties();
        let all = all.map(|it| (it.name.to_string(), it.title.clone()));
        more.push(
            form("principal", "Enrol a person or robot")
                .field(Field::choice("party", "Party", all))
                .field(Field::line("name", "Name").required().hint("such as ada"))
                .field(Field::line("title", "Name for people").required())
                .field(Field::line("why", "Why"))
                .button("Enrol them", ""),
        );
    }
    more.extend(enrolling(view, actor, is_admin, form("key", "Enrol a key")));
    more.extend(ending(view, actor, is_admin, form("end-key", "End or revoke a key")));
    let more = more.into_iter().map(|form| form.filled(sent)).collect();
    let tokens = tokens.into_iter().map(|form| form.filled(sent)).collect();
    (tokens, more)
}

fn token(view: &View<'_>, actor: &Actor, is_admin: bool, form: Form) -> Form {
    let form = form.field(Field::line("name", "Name").required().hint("it is no secret"));
    let form = if is_admin {
        let all = view.state.parties().principals();
        let all = all.map(|it| (it.name.to_string(), format!("{} ({})", it.title, it.name)));
        form.field(Field::choice("principal", "Whose", all).value(actor.principal.to_string()))
    } else {
        form
    };
    let has = |right: &Right| is_admin || actor.grants.iter().any(|it| it.right == *right);
    let rights = Right::ALL.into_iter().filter(has);
    let rights = rights.map(|it| (it.word().to_owned(), it.word().to_owned()));
    let products = view.state.products().map(|it| (it.name.to_string(), it.title.clone()));
    let all = std::iter::once((String::new(), "every product".to_owned()));
    form.field(Field::many("right", "What it allows", rights))
        .field(Field::choice("product", "Of", all.chain(products)))
        .field(Field::moment("until", "Until").hint("in UTC; empty: until it is revoked"))
        .field(Field::line("why", "Why"))
        .button("Make it", "main")
        .note("Its secret is shown once.")
}

fn revoking(view: &View<'_>, actor: &Actor, is_admin: bool, form: Form) -> Option<Form> {
    let tokens = view.state.parties().tokens();
    let own = tokens.filter(|it| {
        let is_over = it.until.is_some_and(|until| until <= view.now);
        !it.is_revoked && !is_over && (is_admin || it.principal == actor.principal)
    });
    let own: Vec<_> =
        own.map(|it| (it.name.to_string(), format!("{} of {}", it.name, it.principal))).collect();
    (!own.is_empty()).then(|| {
        form.field(Field::choice("token", "Token", own))
            .field(Field::why("Why"))
            .button("Revoke it", "danger")
    })
}

fn counts(key: &Key, now: Moment) -> bool {
    key.revoked.is_none() && key.until.is_none_or(|until| until > now)
}

/// A key as `party/name id`, for those forms that name one.
fn keys(view: &View<'_>, actor: &Actor, is_admin: bool) -> Vec<(String, String)> {
    let people = view.state.parties().principals();
    let people = people.filter(|it| is_admin || it.name == actor.principal);
    let all = people.flat_map(|it| {
        let own = it.keys.iter().filter(|key| counts(key, view.now));
        own.map(move |key| {
            let front: String = key.id.as_str().chars().take(12).collect();
            (format!("{} {}", it.name, key.id), format!("{} {front}…", it.name))
        })
    });
    all.collect()
}

fn enrolling(view: &View<'_>, actor: &Actor, is_admin: bool, form: Form) -> Option<Form> {
    let own = keys(view, actor, is_admin);
    if !is_admin && own.is_empty() {
        return None;
    }
    let form = if is_admin {
        let all = view.state.parties().principals();
        let all = all.map(|it| (it.name.to_string(), format!("{} ({})", it.title, it.name)));
        form.field(Field::choice("principal", "Whose", all))
    } else {
        form
    };
    let none = is_admin.then(|| (String::new(), "none".to_owned()));
    let form = form
        .field(
            Field::text("public", "Public key")
                .required()
                .hint("Ed25519, as ~/.ssh/id_ed25519.pub has it, or PEM"),
        )
        .field(Field::choice("replaces", "In place of", none.into_iter().chain(own)))
        .field(Field::moment("until", "Until").hint("in UTC; empty: until it is ended"))
        .field(Field::line("why", "Why"))
        .button("Enrol it", "");
    Some(form)
}

fn ending(view: &View<'_>, actor: &Actor, is_admin: bool, form: Form) -> Option<Form> {
    let own = keys(view, actor, is_admin);
    let ends = [
        ("end", "End: it signs nothing from now on"),
        ("revoke", "Revoke: nothing counts that it ever signed"),
    ];
    let ends = ends.map(|(word, told)| (word.to_owned(), told.to_owned()));
    (!own.is_empty()).then(|| {
        form.field(Field::choice("key", "Key", own))
            .field(Field::choice("how", "How", ends))
            .field(Field::why("Why"))
            .button("End it", "danger")
    })
}

/// What a form asks for; of a token, with its secret.
fn command(
    visit: &Visit,
    act: &str,
    sent: &mut Sent,
) -> Result<(Command, Option<Secret>), Failure> {
    let plain = |command: Command| Ok((command, None));
    let actor = visit.actor().ok_or_else(|| Failure::unknown("changes are made with a token"))?;
    let whose = |sent: &mut Sent| -> Result<PrincipalName, Failure> {
        match sent.given("principal") {
            Some(_) => sent.read("principal"),
            None => Ok(actor.principal.clone()),
        }
    };
    match act {
        "party" => {
            let (name, title) = (sent.read("name")?, title(sent)?);
            plain(Command::EnrolParty(EnrolParty { name, title }))
        }
        "principal" => {
            let party: Name = sent.read("party")?;
            let own: Name = sent.read("name")?;
            let (name, title) = (PrincipalName::of(&party, &own), title(sent)?);
            plain(Command::EnrolPrincipal(EnrolPrincipal { name, title }))
        }
        "key" => {
            let replaces = sent.given("replaces").and_then(|it| it.split_once(' '));
            let replaces = replaces.map(|(_, id)| KeyId::new(id));
            let command = EnrolKey {
                principal: whose(sent)?,
                public: sent.text("public")?.unwrap_or_default(),
                until: sent.moment("until")?,
                replaces,
            };
            plain(Command::EnrolKey(command))
        }
        "end-key" => {
            let (name, id) = sent.value("key").split_once(' ').unwrap_or_default();
            let id = KeyId::new(id);
            let name: Result<PrincipalName, _> = name.parse();
            let principal = sent.at("key", name.map_err(Failure::from))?;
            let is_revoked = sent.value("how") == "revoke";
            plain(Command::EndKey(EndKey { principal, id, is_revoked }))
        }
        "revoke" => plain(Command::RevokeToken(RevokeToken { name: sent.read("token")? })),
        _ => {
            let secret = Secret::new(visit.app.desk().randomness());
            let secret = secret.map_err(|error| Failure::fault(&error))?;
            let command = issue(whose(sent)?, &secret, sent)?;
            Ok((Command::IssueToken(command), Some(secret)))
        }
    }
}

fn title(sent: &mut Sent) -> Result<String, Failure> {
    match sent.text("title")? {
        Some(title) => Ok(title),
        None => sent.at("title", Err(Failure::invalid("text-missing", "say what people call it"))),
    }
}

fn issue(
    principal: PrincipalName,
    secret: &Secret,
    sent: &mut Sent,
) -> Result<IssueToken, Failure> {
    let product: Option<Name> = match sent.given("product") {
        Some(_) => Some(sent.read("product")?),
        None => None,
    };
    let wanted: Vec<&str> = sent.value("right").split('\n').collect();
    let chosen = Right::ALL.into_iter().filter(|right| wanted.contains(&right.word()));
    // What belongs to no product is asked for without one.
    let grant = |right| Grant { right, product: product.clone().filter(|_| right != Right::Admin) };
    let grants: Vec<Grant> = chosen.map(grant).collect();
    if grants.is_empty() {
        let missing = Failure::invalid("right-missing", "choose what it allows");
        return sent.at("right", Err(missing));
    }
    let (name, until) = (sent.read("name")?, sent.moment("until")?);
    Ok(IssueToken { name, principal, grants, secret: secret.digest(), until })
}

async fn act(
    Named(act): Named<String>,
    visit: Visit,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Response {
    let Some((act, _)) = ACTS.iter().find(|(own, _)| *own == act) else {
        let refusal = trainyard_registry::Refusal::not_found("form", &act);
        return visit.fail(&refusal.into()).await;
    };
    if visit.actor().is_none() {
        return session::ask_first(visit, pairs).await;
    }
    let mut sent = Sent::new(act, pairs);
    let (command, secret) = match command(&visit, act, &mut sent) {
        Ok((command, secret)) => (Ok(command), secret),
        Err(failure) => (Err(failure), None),
    };
    match (sent.carry_out(&visit, command).await, secret) {
        (Ok(()), None) => frame::go(&format!("/parties?done={act}")),
        (Ok(()), Some(secret)) => {
            let shown =
                Shown { token: sent.value("name").to_owned(), secret: secret.reveal().to_owned() };
            let notice = Some(Notice::good("The token is given out."));
            let mut response =
                parties::show(&visit, StatusCode::CREATED, notice, None, Some(shown)).await;
            let never = HeaderValue::from_static("no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, never);
            response
        }
        (Err((status, notice)), _) => {
            parties::show(&visit, status, Some(notice), Some(&sent), None).await
        }
    }
}

/// The front of a key's name, with how it stands.
pub(super) fn key_word(key: &Key, now: Moment) -> String {
    let front: String = key.id.as_str().chars().take(12).collect();
    match &key.revoked {
        Some(why) => format!("{front} revoked: {why}"),
        None if !counts(key, now) => format!("{front} over"),
        None => match key.until {
            Some(until) => format!("{front} until {}", words::day(until)),
            None => front,
        },
    }
}

//! `trainyard registry`.

use std::io::IsTerminal as _;

use trainyard_api as api;
use trainyard_report::Outcome;

use super::{
    backup,
    credentials::{self, Credentials, tidy},
    importing, keys, log,
    page::{Page, short, when},
    session::{Session, headed, moment, principal_of},
    verify,
};
use crate::{
    args::{
        Global,
        registry::{
            Remote,
            manage::{
                AddKey, AddWaiver, KeyCommand, KeyEnd, Listed, Registry, RegistryAdd,
                RegistryCommand, RegistryList, TokenCommand, TokenIssue,
            },
        },
    },
    error::CommandError,
    files,
    printer::Printer,
};

/// Manages a registry.
pub(crate) fn run(
    global: &Global,
    args: &Registry,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let remote = &args.remote;
    match &args.command {
        RegistryCommand::Login => return login(global, remote, printer),
        RegistryCommand::Logout => return logout(global, remote, printer),
        RegistryCommand::Backup(args) => return backup::run(global, remote, args, false, printer),
        RegistryCommand::Restore(args) => return backup::run(global, remote, args, true, printer),
        RegistryCommand::Key(KeyCommand::New(args)) => {
            let public = keys::make(&global.directory.join(&args.file))?;
            printer.print(&format!("{}\n", public.to_openssh()))?;
            return Ok(Outcome::Clean);
        }
        _ => {}
    }
    let session = Session::open(global, remote, printer)?;
    match &args.command {
        RegistryCommand::Whoami => {
            let found = session.ask(session.client.who_am_i())?;
            session.tell(&found, &who(session.client.address(), found.token.as_ref()))
        }
        RegistryCommand::Verify(args) => verify::verify(&session, args),
        RegistryCommand::Log(args) => log::show(&session, args),
        RegistryCommand::List(args) => list(&session, args),
        RegistryCommand::Add(command) => add(&session, command),
        RegistryCommand::Token(TokenCommand::Issue(args)) => issue(&session, args),
        RegistryCommand::Token(TokenCommand::Revoke(args)) => {
            let why = args.why.clone().unwrap_or_default();
            let receipt = session.ask(session.client.revoke_token(&args.name, &why))?;
            session.receipt(&receipt, &format!("the token {} counts no more", args.name))
        }
        RegistryCommand::Import(command) => importing::run(&session, command),
        RegistryCommand::Key(KeyCommand::End(args)) => end_key(&session, args, false),
        RegistryCommand::Key(KeyCommand::Revoke(args)) => end_key(&session, args, true),
        // The others are done above.
        _ => Ok(Outcome::Clean),
    }
}

fn login(global: &Global, remote: &Remote, printer: &Printer) -> Result<Outcome, CommandError> {
    let address = credentials::account(global, remote.registry.as_deref())?.address;
    let token = match credentials::variable("TRAINYARD_TOKEN") {
        Some(token) => token,
        None => read_token(&address, printer)?,
    };
    let token = token.trim().to_owned();
    if token.is_empty() {
        return Err(CommandError::usage("no token was given")
            .hint("hand it in on stdin, or set TRAINYARD_TOKEN"));
    }
    let session = Session::with(global, remote, printer, address.clone(), Some(token.clone()))?;
    let found = session.ask(session.client.who_am_i())?;
    let mut kept = Credentials::read()?;
    let address = tidy(&address);
    kept.tokens.insert(address.clone(), token);
    kept.usual = Some(address.clone());
    let path = kept.write()?;
    printer.diagnose(&format!("the token is kept in {path}"));
    session.tell(&found, &who(&address, found.token.as_ref()))
}

/// The first line of stdin, after a question where a person types it.
fn read_token(address: &str, printer: &Printer) -> Result<String, CommandError> {
    if std::io::stdin().is_terminal() {
        printer.diagnose(&format!("the token for {address}:"));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line)
}

fn logout(global: &Global, remote: &Remote, printer: &Printer) -> Result<Outcome, CommandError> {
    let address = credentials::account(global, remote.registry.as_deref())?.address;
    let mut kept = Credentials::read()?;
    let was_there = kept.tokens.remove(&address).is_some();
    if kept.usual.as_ref() == Some(&address) {
        kept.usual = None;
    }
    if was_there {
        kept.write()?;
    }
    let done = if was_there { "is forgotten" } else { "was not kept" };
    printer.print(&format!("the token for {address} {done}\n"))?;
    Ok(Outcome::Clean)
}

fn who(address: &str, token: Option<&api::Token>) -> Page {
    let Some(token) = token else {
        return Page::titled(format!("nobody in particular, to {address}"));
    };
    let until = token.until.as_ref().map(|until| format!(" until {}", when(until)));
    let mut page = Page::titled(format!(
        "{}, to {address}, by the token {}{}",
        token.principal,
        token.name,
        until.unwrap_or_default()
    ));
    page.line(format!("may {}", grants(&token.grants)));
    page
}

fn word(right: api::Right) -> &'static str {
    match right {
        api::Right::Publish => "publish",
        api::Right::Validate => "validate",
        api::Right::Promote => "promote",
        api::Right::Block => "block",
        api::Right::Policy => "policy",
        api::Right::ReadLog => "read-log",
        api::Right::Admin => "admin",
    }
}

fn grants(grants: &[api::Grant]) -> String {
    let told = grants.iter().map(|grant| match &grant.product {
        Some(product) => format!("{}:{product}", word(grant.right)),
        None => word(grant.right).to_owned(),
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() { "read".to_owned() } else { told.join(", ") }
}

/// A right as it is written: `publish`, or `publish:pipeline` for one product.
fn grant_of(text: &str) -> Result<api::Grant, CommandError> {
    const ALL: [api::Right; 7] = [
        api::Right::Publish,
        api::Right::Validate,
        api::Right::Promote,
        api::Right::Block,
        api::Right::Policy,
        api::Right::ReadLog,
        api::Right::Admin,
    ];
    let (name, product) = match text.split_once(':') {
        Some((name, product)) => (name, Some(product.to_owned())),
        None => (text, None),
    };
    let right = ALL.into_iter().find(|right| word(*right) == name).ok_or_else(|| {
        CommandError::usage(format!("`{name}` is no right"))
            .hint(format!("it is one of {}", ALL.map(word).join(", ")))
    })?;
    Ok(api::Grant { right, product })
}

fn list(session: &Session<'_>, args: &RegistryList) -> Result<Outcome, CommandError> {
    let client = &session.client;
    let mut page = Page::default();
    match args.what {
        Listed::Products => {
            let found = session.ask(client.products())?;
            let mut rows =
                headed(["product", "title", "party", "components", "releases", "channels"]);
            rows.extend(found.iter().map(|it| {
                let counts = [it.components, it.releases, it.channels].map(|it| it.to_string());
                [[it.name.clone(), it.title.clone(), it.party.clone()].to_vec(), counts.to_vec()]
                    .concat()
            }));
            session.tell(&found, page.table(rows))
        }
        Listed::Components => {
            let found = session.ask(client.components(&session.product()?))?;
            let mut rows = headed(["name", "scheme", "releases", "newest"]);
            rows.extend(found.iter().map(|it| {
                let newest = it.newest.clone().or_else(|| it.newest_of_all.clone());
                vec![
                    it.name.clone(),
                    it.scheme.clone(),
                    it.releases.to_string(),
                    newest.unwrap_or_default(),
                ]
            }));
            session.tell(&found, page.table(rows))
        }
        Listed::Parties => {
            let found = session.ask(client.parties())?;
            let mut rows = headed(["party", "title", "people", "since"]);
            rows.extend(found.iter().map(|it| {
                vec![it.name.clone(), it.title.clone(), it.principals.to_string(), when(&it.since)]
            }));
            session.tell(&found, page.table(rows))
        }
        Listed::People => {
            let parties = match &args.party {
                Some(party) => vec![party.clone()],
                None => session.ask(client.parties())?.into_iter().map(|it| it.name).collect(),
            };
            let mut found = Vec::new();
            for party in parties {
                found.extend(session.ask(client.principals(&party))?);
            }
            let mut rows = headed(["who", "title", "key", "state"]);
            for person in &found {
                if person.keys.is_empty() {
                    rows.push(vec![
                        person.name.clone(),
                        person.title.clone(),
                        "–".to_owned(),
                        String::new(),
                    ]);
                }
                for key in &person.keys {
                    let state = match (&key.revoked, &key.until) {
                        (Some(why), _) => format!("revoked: {why}"),
                        (None, Some(until)) => format!("until {}", when(until)),
                        (None, None) => format!("since {}", when(&key.from)),
                    };
                    rows.push(vec![
                        person.name.clone(),
                        person.title.clone(),
                        key.id.clone(),
                        state,
                    ]);
                }
            }
            session.tell(&found, page.table(rows))
        }
        Listed::Tokens => {
            let found = session.ask(client.tokens())?;
            let mut rows = headed(["token", "whose", "may", "state"]);
            rows.extend(found.iter().map(|it| {
                let state = match (it.is_revoked, &it.until) {
                    (true, _) => "revoked".to_owned(),
                    (false, Some(until)) => format!("until {}", when(until)),
                    (false, None) => format!("since {}", when(&it.since)),
                };
                vec![it.name.clone(), it.principal.clone(), grants(&it.grants), state]
            }));
            session.tell(&found, page.table(rows))
        }
    }
}

fn add(session: &Session<'_>, command: &RegistryAdd) -> Result<Outcome, CommandError> {
    let client = &session.client;
    let titled =
        |title: &Option<String>, name: &str| title.clone().unwrap_or_else(|| name.to_owned());
    let why = String::new();
    match command {
        RegistryAdd::Product(args) => {
            let title = titled(&args.title, &args.name);
            let body =
                api::NewProduct { name: args.name.clone(), title, party: args.party.clone(), why };
            let receipt = session.ask(client.create_product(&body))?;
            session.receipt(&receipt, &format!("the product {} is there", args.name))
        }
        RegistryAdd::Party(args) => {
            let title = titled(&args.title, &args.name);
            let body = api::NewParty { name: args.name.clone(), title, why };
            let receipt = session.ask(client.enrol_party(&body))?;
            session.receipt(&receipt, &format!("the party {} is enrolled", args.name))
        }
        RegistryAdd::Person(args) => {
            let (party, name) = principal_of(&args.name)?;
            let body =
                api::NewPrincipal { name: name.to_owned(), title: titled(&args.title, name), why };
            let receipt = session.ask(client.enrol_principal(party, &body))?;
            session.receipt(&receipt, &format!("{} is enrolled", args.name))
        }
        RegistryAdd::Key(args) => add_key(session, args),
        RegistryAdd::Waiver(args) => add_waiver(session, args),
    }
}

fn add_key(session: &Session<'_>, args: &AddKey) -> Result<Outcome, CommandError> {
    let (party, name) = principal_of(&args.principal)?;
    let text = files::read_text(&session.global.directory.join(&args.file))?;
    let public = trainyard_attest::PublicKey::from_text(&text).map_err(|error| {
        CommandError::usage(format!("{} is no public key: {error}", args.file))
            .hint("name the public half; for an OpenSSH key it ends with .pub")
    })?;
    let body = api::NewKey {
        public: public.to_openssh(),
        until: args.until.as_deref().map(moment).transpose()?,
        replaces: args.replaces.clone(),
        why: String::new(),
    };
    let receipt = session.ask(session.client.enrol_key(party, name, &body))?;
    let id = short(public.id().as_str());
    session.receipt(&receipt, &format!("the key {id} of {} is enrolled", args.principal))
}

fn add_waiver(session: &Session<'_>, args: &AddWaiver) -> Result<Outcome, CommandError> {
    let (component, version) = match args.component.split_once('@') {
        Some((component, version)) => (component, Some(version.to_owned())),
        None => (args.component.as_str(), None),
    };
    let body = api::NewWaiver {
        component: component.to_owned(),
        version,
        until: args.until.as_deref().map(moment).transpose()?,
        why: args.why.clone(),
    };
    let product = session.product()?;
    let receipt = session.ask(session.client.record_waiver(&product, &body))?;
    session.receipt(&receipt, &format!("{} is waived", args.component))
}

fn issue(session: &Session<'_>, args: &TokenIssue) -> Result<Outcome, CommandError> {
    let body = api::NewToken {
        name: args.name.clone(),
        principal: args.principal.clone(),
        grants: args.rights.iter().map(|right| grant_of(right)).collect::<Result<_, _>>()?,
        until: args.until.as_deref().map(moment).transpose()?,
        why: String::new(),
    };
    let issued = session.ask(session.client.issue_token(&body))?;
    let Some(secret) = &issued.secret else {
        let lost = format!(
            "the token {} is given out, and the answer with its secret was lost",
            args.name
        );
        let again = "take it back with `trainyard registry token revoke`, and issue another";
        return Err(CommandError::usage(lost).hint(again));
    };
    session.remark("it is shown this once");
    let mut page = Page::default();
    page.line(secret.clone());
    session.tell(&issued, &page)
}

fn end_key(
    session: &Session<'_>,
    args: &KeyEnd,
    is_revoked: bool,
) -> Result<Outcome, CommandError> {
    let (party, name) = principal_of(&args.principal)?;
    let body = api::EndKey { is_revoked, why: args.why.clone().unwrap_or_default() };
    let receipt = session.ask(session.client.end_key(party, name, &args.key, &body))?;
    let done = if is_revoked { "counts for nothing that it signed" } else { "signs no more" };
    session.receipt(&receipt, &format!("the key {} of {} {done}", short(&args.key), args.principal))
}

//! What is wrong with releases, and what was.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use axum_extra::extract::Form as Posted;
use trainyard_registry::{
    Command, Name, Right,
    products::Product,
    risks::{DeclareRisk, LiftRisk, RiskDeclared, RiskEffect},
};

use super::{
    board::release_href,
    form::{Field, Form, Sent},
    frame::{self, Notice},
    session,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone},
};
use crate::http::{Named, View, app::App, failure::Failure, wire};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/products/{product}/risks", get(read))
        .route("/products/{product}/risks/declare", post(declare))
        .route("/products/{product}/risks/lift", post(lift))
}

#[derive(Template)]
#[template(path = "risks.html")]
struct Page {
    table: Table,
    waivers: Table,
    name: String,
    forms: Vec<Form>,
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    let notice = visit.asked("done").and_then(|done| match done {
        "declared" => Some(Notice::good("The risk is declared, and holds at once.")),
        "lifted" => Some(Notice::good("The risk is lifted.")),
        _ => None,
    });
    show(&visit, &name, StatusCode::OK, notice, None).await
}

/// The forms for those who may.
fn forms(visit: &Visit, product: &Product, sent: Option<&Sent>) -> Vec<Form> {
    if !visit.may(Right::Block, Some(&product.name)) {
        return Vec::new();
    }
    let front = format!("/products/{}/risks", product.name);
    let streams = product.sequences().map(|it| it.name.to_string());
    let effects = [
        ("block", "Block: nobody is offered it, and it enters no channel"),
        ("conditional", "Conditional: whoever meets the condition is not offered it"),
        ("tombstone", "Tombstone: gone for good; whoever runs it is told to leave"),
    ];
    let effects = effects.map(|(word, told)| (word.to_owned(), told.to_owned()));
    let declaring = Form::new(visit, "declare", "Declare a risk", format!("{front}/declare"))
        .field(Field::line("name", "Name").required().hint("such as lost-frames"))
        .field(Field::choice("effect", "Effect", effects))
        .field(Field::choice("stream", "Of", streams.map(|it| (it.clone(), it))))
        .field(
            Field::line("versions", "Versions")
                .required()
                .hint("a range in the component's own words, such as >=1.2, <1.2.4"),
        )
        .field(
            Field::line("from", "Coming from")
                .hint("empty: from everywhere; else only updates from this range are dangerous"),
        )
        .field(Field::line("condition", "Condition").hint(
            "for a conditional risk: a query in the words of those who look whether it is true, such as arch == \"arm64\" \
             or sessions > 100000; the registry hands it out as it stands",
        ))
        .field(Field::line("message", "What happens").required())
        .field(Field::line("fixed", "Mended in"))
        .field(Field::line("url", "Where to read more"))
        .field(Field::why("Why you say so"))
        .button("Declare it", "danger")
        .filled(sent);
    let mut forms = vec![declaring];
    let holding = product.risks().filter(|risk| risk.holds());
    let holding: Vec<_> = holding
        .map(|risk| (risk.name.to_string(), format!("{}: {}", risk.name, risk.message)))
        .collect();
    if !holding.is_empty() {
        let lifting = Form::new(visit, "lift", "Withdraw a risk", format!("{front}/lift"))
            .field(Field::choice("risk", "Risk", holding))
            .field(Field::why("Why it is no more"))
            .button("Withdraw it", "")
            .filled(sent);
        forms.push(lifting);
    }
    forms
}

fn declared(product: &Name, sent: &mut Sent) -> Result<Command, Failure> {
    let effect = match sent.value("effect") {
        "tombstone" => RiskEffect::Tombstone,
        "conditional" => RiskEffect::Conditional,
        _ => RiskEffect::Block,
    };
    if effect == RiskEffect::Conditional && sent.given("condition").is_none() {
        let missing = Failure::invalid("condition-missing", "say whom it concerns");
        return sent.at("condition", Err(missing));
    }
    let mut required = |name: &'static str, message: &str| match sent.text(name)? {
        Some(text) => Ok(text),
        None => sent.at(name, Err(Failure::invalid("text-missing", message))),
    };
    let versions = required("versions", "say which versions it concerns")?;
    let message = required("message", "say what happens to whoever runs them")?;
    let risk = sent.read("name")?;
    let stream = sent.read("stream")?;
    let fixed_in = match sent.given("fixed") {
        Some(_) => Some(sent.read("fixed")?),
        None => None,
    };
    Ok(Command::DeclareRisk(DeclareRisk(RiskDeclared {
        product: product.clone(),
        risk,
        stream,
        effect,
        versions,
        from: sent.text("from")?,
        condition: sent.text("condition")?,
        message,
        url: sent.text("url")?,
        fixed_in,
        title: None,
        happened: None,
    })))
}

async fn declare(
    Named(name): Named<Name>,
    visit: Visit,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Response {
    if visit.actor().is_none() {
        return session::ask_first(visit, pairs).await;
    }
    let mut sent = Sent::new("declare", pairs);
    let command = declared(&name, &mut sent);
    finish(&visit, &name, &mut sent, command, "declared").await
}

async fn lift(
    Named(name): Named<Name>,
    visit: Visit,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Response {
    if visit.actor().is_none() {
        return session::ask_first(visit, pairs).await;
    }
    let mut sent = Sent::new("lift", pairs);
    let risk = sent.read("risk");
    let command = risk.map(|risk| Command::LiftRisk(LiftRisk { product: name.clone(), risk }));
    finish(&visit, &name, &mut sent, command, "lifted").await
}

async fn finish(
    visit: &Visit,
    name: &Name,
    sent: &mut Sent,
    command: Result<Command, Failure>,
    done: &str,
) -> Response {
    match sent.carry_out(visit, command).await {
        Ok(()) => frame::go(&format!("/products/{name}/risks?done={done}")),
        Err((status, notice)) => show(visit, name, status, Some(notice), Some(sent)).await,
    }
}

async fn show(
    visit: &Visit,
    name: &Name,
    status: StatusCode,
    notice: Option<Notice>,
    sent: Option<&Sent>,
) -> Response {
    visit
        .show_with(status, notice, |view, frame| {
            let product = view.product(name)?;
            frame.about(product, "Risks", "Risks");
            frame.twin = Some(format!("/api/v1/products/{name}/risks"));
            frame.is_live = sent.is_none();
            Ok(Page {
                table: risks(visit, view, product),
                waivers: waivers(visit, product),
                name: product.name.to_string(),
                forms: forms(visit, product, sent),
            })
        })
        .await
}

fn risks(visit: &Visit, view: &View<'_>, product: &Product) -> Table {
    let columns = [
        ("risk", "Risk", ""),
        ("state", "State", ""),
        ("stream", "Of", ""),
        ("versions", "Versions", ""),
        ("whom", "Whom it concerns", "wide"),
        ("message", "What happens", "wide"),
        ("fixed", "Mended in", ""),
        ("since", "Declared", ""),
    ];
    let mut table = Table::new(visit, "", "Risks", &columns).or(
        "No risk was ever declared. `trainyard risk declare` takes a release back within a second.",
    );
    for risk in product.risks() {
        let it = &risk.declared;
        let state = match &risk.lifted {
            Some((at, by, why)) => Cell::text("lifted")
                .tone(Tone::Plain)
                .note(format!("{} by {by}: {why}", words::day(*at))),
            None if it.effect == RiskEffect::Conditional => {
                Cell::text("conditional").tone(Tone::Waiting)
            }
            None => Cell::text(wire::word(it.effect)).tone(Tone::Bad),
        };
        let fixed = match &it.fixed_in {
            None => Cell::text(""),
            Some(version) => Cell::text(version.as_str()).to(release_href(
                &product.name,
                it.stream.as_str(),
                version.as_str(),
            )),
        };
        let name = Cell::text(risk.name.as_str());
        let name = match &it.url {
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                name.to(url.clone())
            }
            _ => name,
        };
        let from = it.from.as_ref().map(|from| format!("coming from `{from}`"));
        let condition = it.condition.as_ref().map(|condition| format!("where `{condition}`"));
        let whom: Vec<_> = from.into_iter().chain(condition).collect();
        let whom = if whom.is_empty() { "everybody".to_owned() } else { whom.join(", ") };
        table.push(vec![
            name,
            state,
            Cell::text(it.stream.as_str())
                .to(format!("/products/{}/components/{}", product.name, it.stream)),
            Cell::text(it.versions.clone()),
            Cell::sentence(whom),
            Cell::sentence(risk.message.clone()),
            fixed,
            Cell::when(&words::when(risk.since, view.now), risk.since.0)
                .note(format!("by {}", risk.by)),
        ]);
    }
    table.done()
}

fn waivers(visit: &Visit, product: &Product) -> Table {
    let columns = [
        ("component", "Component", ""),
        ("version", "Version", ""),
        ("why", "Why it does no harm", "wide"),
        ("by", "By", ""),
        ("until", "Until", ""),
    ];
    let mut waivers = Table::new(visit, "waivers", "Waivers", &columns)
        .or("Nobody took responsibility for anything that a rule refuses.");
    for waiver in product.waivers.iter().rev() {
        waivers.push(vec![
            Cell::text(waiver.component.as_str()),
            Cell::text(waiver.version.clone().unwrap_or_else(|| "every one".to_owned())),
            Cell::sentence(waiver.why.clone()),
            Cell::text(waiver.by.to_string()),
            Cell::text(waiver.until.map_or_else(|| "for ever".to_owned(), words::day)),
        ]);
    }
    waivers.done()
}

//! A command's talk with a registry.

use std::fmt::Write as _;

use serde::Serialize;
use trainyard_api as api;
use trainyard_client::{ChannelPlace, Client, ClientError, ClientSettings};
use trainyard_report::{Finding, Outcome, Problem, render::text as findings};

use super::{
    credentials,
    page::{Mark, Page, row},
};
use crate::{
    args::{Global, PlanFormat, registry::Remote},
    error::CommandError,
    printer::Printer,
};

/// A command's talk with a registry.
pub(super) struct Session<'a> {
    pub(super) client: Client,
    pub(super) global: &'a Global,
    runtime: tokio::runtime::Runtime,
    remote: &'a Remote,
    printer: &'a Printer,
}

/// A client of a registry; nothing is asked yet.
pub(super) fn client(address: String, token: Option<String>) -> Result<Client, CommandError> {
    let mut settings = ClientSettings::new(address);
    settings.token = token;
    settings.agent = format!("trainyard/{}", env!("CARGO_PKG_VERSION"));
    Client::new(settings).map_err(|error| stopped(&error))
}

/// What waits for answers, one at a time.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CommandError::environment(&error))
}

/// A channel of a product's stream.
pub(super) struct Place {
    pub(super) product: String,
    pub(super) stream: String,
    pub(super) channel: String,
}

impl Place {
    pub(super) fn at(&self) -> ChannelPlace<'_> {
        ChannelPlace { product: &self.product, stream: &self.stream, channel: &self.channel }
    }

    /// `core/production`.
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.stream, self.channel)
    }
}

impl<'a> Session<'a> {
    /// Finds the registry; nothing is asked yet.
    pub(super) fn open(
        global: &'a Global,
        remote: &'a Remote,
        printer: &'a Printer,
    ) -> Result<Self, CommandError> {
        let account = credentials::account(global, remote.registry.as_deref())?;
        Self::with(global, remote, printer, account.address, account.token)
    }

    /// A talk with a registry that is known.
    pub(super) fn with(
        global: &'a Global,
        remote: &'a Remote,
        printer: &'a Printer,
        address: String,
        token: Option<String>,
    ) -> Result<Self, CommandError> {
        let has_token = token.is_some();
        let client = client(address, token)?;
        if has_token && client.is_overheard() {
            let address = client.address();
            let told = format!("warning: the token goes to {address} unencrypted; use https");
            printer.diagnose(&told);
        }
        Ok(Self { client, global, runtime: runtime()?, remote, printer })
    }

    /// Waits for an answer. What a rule refuses is told to programs as they asked for it.
    pub(super) fn ask<T>(
        &self,
        asked: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, CommandError> {
        let error = match self.runtime.block_on(asked) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if let ClientError::Refused(problem) = &error
            && self.remote.format == PlanFormat::Json
            && is_by_rule(problem)
        {
            self.printer.print_json(problem)?;
        }
        Err(match &error {
            ClientError::Refused(problem) if is_by_rule(problem) => {
                CommandError::Refused(refusal(problem, self.printer))
            }
            _ => stopped(&error),
        })
    }

    /// Waits for an answer, and leaves it to the caller what a failure means.
    pub(super) fn wait<T>(
        &self,
        asked: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, ClientError> {
        self.runtime.block_on(asked)
    }

    /// Waits for something that is asked of others than the registry.
    pub(super) fn run<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    /// Waits.
    pub(super) fn sleep(&self, pause: std::time::Duration) {
        self.runtime.block_on(async { tokio::time::sleep(pause).await });
    }

    /// How answers are to be printed.
    pub(super) fn format(&self) -> PlanFormat {
        self.remote.format
    }

    /// Prints an answer in the form that was asked for.
    pub(super) fn tell(
        &self,
        document: &impl Serialize,
        page: &Page,
    ) -> Result<Outcome, CommandError> {
        match self.remote.format {
            PlanFormat::Text => self.printer.print(&self.shown(page))?,
            PlanFormat::Markdown => self.printer.print(&page.markdown())?,
            PlanFormat::Json => self.printer.print_json(document)?,
        }
        Ok(Outcome::Clean)
    }

    /// A page as the terminal shows it.
    fn shown(&self, page: &Page) -> String {
        page.text(self.printer.text_options(true).colour, self.printer.width())
    }

    /// Prints what came of a change.
    pub(super) fn receipt(
        &self,
        receipt: &api::Receipt,
        done: &str,
    ) -> Result<Outcome, CommandError> {
        let mut page = Page::default();
        if receipt.is_changed {
            let last = receipt.size.saturating_sub(1);
            page.line(format!("{done} (entry {last} of the log)"));
        } else {
            page.line(format!("{done}; it was so already"));
        }
        self.tell(receipt, &page)
    }

    /// Tells something on stderr that is no part of the answer.
    pub(super) fn remark(&self, text: &str) {
        self.printer.diagnose(text);
    }

    /// Tells findings on stderr, where there are some.
    pub(super) fn warn(&self, found: &[Finding]) {
        if !found.is_empty() {
            self.printer.diagnose(&findings(found, &self.printer.text_options(false)));
        }
    }

    /// Prints a text as it is.
    pub(super) fn print(&self, text: &str) -> Result<(), CommandError> {
        self.printer.print(text)
    }

    /// The product: the one that is named, else the policy's, else the only one.
    pub(super) fn product(&self) -> Result<String, CommandError> {
        if let Some(product) = &self.remote.product {
            return Ok(product.clone());
        }
        if let Some(policy) = credentials::policy_if_any(self.global)? {
            return Ok(policy.product.name);
        }
        let mut products = self.ask(self.client.products())?;
        match (products.pop(), products.is_empty()) {
            (Some(only), true) => Ok(only.name),
            (None, _) => Err(CommandError::usage("the registry has no product yet")
                .hint("add one: trainyard registry add product NAME --party PARTY")),
            (Some(last), false) => {
                let names = products.into_iter().chain([last]).map(|product| product.name);
                let names: Vec<_> = names.collect();
                Err(CommandError::usage("the registry has several products")
                    .hint(format!("name one with --product: {}", crate::render::listed(&names))))
            }
        }
    }

    /// An attestation's whole id, from as much of its front as tells it from others.
    pub(super) fn attestation(&self, product: &str, text: &str) -> Result<String, CommandError> {
        const WHOLE: usize = 64;
        let hex = text.strip_prefix("sha256:").unwrap_or(text);
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit()) && !hex.is_empty();
        if !is_hex || hex.len() > WHOLE {
            return Err(CommandError::usage(format!("`{text}` is no id of an attestation"))
                .hint("`trainyard attest list` tells them"));
        }
        if hex.len() == WHOLE {
            return Ok(format!("sha256:{hex}"));
        }
        let all = self.ask(self.client.attestations(product, None))?;
        let front = format!("sha256:{hex}");
        let mut found = all.into_iter().map(|it| it.id).filter(|id| id.starts_with(&front));
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(CommandError::usage(format!("{product} has no attestation `{text}`"))
                .hint("`trainyard attest list` tells them")),
            (Some(_), Some(_)) => {
                Err(CommandError::usage(format!("several attestations begin with `{text}`"))
                    .hint("give more of its id; `--format json` tells it whole"))
            }
        }
    }

    /// The channel that is named as STREAM/CHANNEL, or as CHANNEL where only one stream has it.
    pub(super) fn channel(&self, text: &str) -> Result<Place, CommandError> {
        let product = self.product()?;
        if let Some((stream, channel)) = text.split_once('/') {
            return Ok(Place { product, stream: stream.to_owned(), channel: channel.to_owned() });
        }
        let all = self.ask(self.client.channels(&product))?;
        let mut found: Vec<_> = all.into_iter().filter(|it| it.channel == text).collect();
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(Place { product, stream: only.stream, channel: only.channel }),
            (None, _) => Err(CommandError::usage(format!("{product} has no channel `{text}`"))
                .hint("`trainyard channel list` tells which there are")),
            (Some(last), false) => {
                let names = found.iter().chain([&last]);
                let names: Vec<_> =
                    names.map(|it| format!("{}/{}", it.stream, it.channel)).collect();
                Err(CommandError::usage(format!("several streams have a channel `{text}`"))
                    .hint(format!("name one of {}", crate::render::listed(&names))))
            }
        }
    }
}

/// A release from `COMPONENT@VERSION`.
pub(super) fn release_of(text: &str) -> Result<(&str, &str), CommandError> {
    text.split_once('@')
        .filter(|(component, version)| !component.is_empty() && !version.is_empty())
        .ok_or_else(|| CommandError::usage(format!("`{text}` is not COMPONENT@VERSION")))
}

/// Whose party and name, from `PARTY/NAME`.
pub(super) fn principal_of(text: &str) -> Result<(&str, &str), CommandError> {
    text.split_once('/')
        .filter(|(party, name)| !party.is_empty() && !name.is_empty())
        .ok_or_else(|| CommandError::usage(format!("`{text}` is not PARTY/NAME")))
}

/// A moment that somebody wrote: with its offset, or a day, which begins in UTC.
pub(super) fn moment(text: &str) -> Result<api::Time, CommandError> {
    let read = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        // To the minute is enough for people.
        let (front, zone) = text.strip_suffix('Z').map_or((text, false), |front| (front, true));
        let is_day = !front.contains('T');
        let civil = front.parse::<jiff::civil::DateTime>().ok()?;
        (zone || is_day)
            .then(|| civil.to_zoned(jiff::tz::TimeZone::UTC).ok())?
            .map(|it| it.timestamp())
    });
    read.map(|moment| api::Time(moment.to_string())).ok_or_else(|| {
        CommandError::usage(format!("`{text}` is no moment"))
            .hint("write it as 2026-12-01, 2026-12-01T09:00Z or 2026-12-01T09:00:00+01:00")
    })
}

/// What time it is.
#[expect(clippy::disallowed_methods, reason = "the command line's clock")]
pub(super) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Whether a rule refuses, and not the request or the asker is wrong.
fn is_by_rule(problem: &api::Problem) -> bool {
    matches!(problem.status, 409 | 412 | 422)
}

/// What a rule refuses, with everything that it is about.
fn refusal(problem: &api::Problem, printer: &Printer) -> String {
    let told = Problem { message: problem.detail.clone(), ..Problem::default() };
    let options = printer.text_options(true);
    let mut text = trainyard_report::render::problem(&told, &options);
    let mut page = Page::default();
    let (met, unmet): (Vec<_>, Vec<_>) =
        problem.conditions.iter().cloned().partition(|condition| condition.is_met);
    // What only asks for attention is no reason, and `channel why` tells it.
    let grave = problem.findings.iter().filter(|finding| finding.severity == "error");
    let grave: Vec<_> = grave.cloned().collect();
    page.conditions(&unmet).findings(if grave.is_empty() && unmet.is_empty() {
        &problem.findings
    } else {
        &grave
    });
    if !met.is_empty() {
        let others =
            if met.len() == 1 { "the other condition is" } else { "the other conditions are" };
        page.item(Mark::Yes, format!("{others} met"), None);
    }
    let more = page.text(options.colour, printer.width());
    if !more.is_empty() {
        text.push_str(&more);
    }
    if let Some(hint) = &problem.hint {
        // Writing to a string cannot fail.
        _ = writeln!(text, "\nhint: {}", trainyard_report::render::printable(hint));
    }
    text
}

/// Why there is no answer, and whose fault that is.
pub(super) fn stopped(error: &ClientError) -> CommandError {
    let is_use = match error {
        ClientError::Address { .. } | ClientError::Part { .. } | ClientError::Token => true,
        ClientError::Refused(problem) => problem.status < 500,
        _ => false,
    };
    let mut problem = Problem::from_error(error);
    if let ClientError::Refused(told) = error {
        for detail in &told.errors {
            let place = detail.place.as_ref().map(|place| format!("{place}: "));
            problem = problem.because(format!("{}{}", place.unwrap_or_default(), detail.detail));
        }
        for finding in &told.findings {
            let about = format!("{} {}: {}", finding.code, finding.subject, finding.message);
            problem = problem.because(about);
        }
        let hint = match (told.status, told.code.as_str()) {
            (401, _) => Some("log in: trainyard registry login, or set TRAINYARD_TOKEN".to_owned()),
            (404, _) if told.hint.is_none() || told.detail.starts_with("there is nothing at") => {
                where_to_look(&told.detail).map(str::to_owned).or_else(|| error.hint())
            }
            _ => error.hint(),
        };
        problem.hints.extend(hint);
    } else {
        problem.hints.extend(error.hint());
    }
    if is_use { CommandError::Usage(problem) } else { CommandError::Environment(problem) }
}

/// Which command tells what there is, where something is not.
fn where_to_look(detail: &str) -> Option<&'static str> {
    const COMMANDS: &[(&str, &str)] = &[
        ("there is no product", "`trainyard registry list products` tells which there are"),
        ("there is no component", "`trainyard registry list components` tells which there are"),
        ("there is no release", "`trainyard registry list components` tells the newest of each"),
        ("there is no risk", "`trainyard risk list` tells which there are"),
        ("there is no attestation", "`trainyard attest list` tells which there are"),
        ("there is no scheduled move", "`trainyard channel show CHANNEL` tells which there are"),
        ("there is no move", "`trainyard channel history CHANNEL` tells which there are"),
        ("there is no party", "`trainyard registry list parties` tells which there are"),
        ("there is no principal", "`trainyard registry list people` tells who there is"),
        ("there is no key", "`trainyard registry list people` tells who has which"),
        ("there is no token", "`trainyard registry list tokens` tells which there are"),
        ("there is nothing at", "see that the address is a registry's, without /api/v1"),
    ];
    COMMANDS.iter().find(|(front, _)| detail.starts_with(front)).map(|(_, hint)| *hint)
}

/// A table's first row.
pub(super) fn headed<const N: usize>(cells: [&str; N]) -> Vec<Vec<String>> {
    vec![row(cells)]
}

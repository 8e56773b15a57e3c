//! Addresses that are told what happens.

use serde::{Deserialize, Serialize};

use crate::{Ask, Decided, Event, Moment, Name, PrincipalName, Refusal, Right, Stamp, State};

/// The most webhooks of a registry: each entry is looked at once for each of them.
const MOST: usize = 100;
/// The longest address.
const LONGEST_URL: usize = 2000;

/// An address that is told what happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// What was asked for.
    pub set: WebhookSet,
    /// Since when it is so.
    pub since: Moment,
    /// Who asked for it.
    pub by: PrincipalName,
}

/// An address is told what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WebhookSet {
    /// Its name.
    pub webhook: Name,
    /// The address.
    pub url: String,
    /// Only of these products; empty: of all, and of what belongs to none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Name>,
    /// Only these kinds of events, by the words that they have in the log; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
}

/// An address is told no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WebhookRemoved {
    /// Its name.
    pub webhook: Name,
}

/// Asks to tell an address what happens, in place of what was asked for under the name before.
#[derive(Clone, Debug)]
pub struct SetWebhook(pub WebhookSet);

/// Asks to tell it no more.
#[derive(Clone, Debug)]
pub struct RemoveWebhook {
    /// Its name.
    pub name: Name,
}

impl Webhook {
    /// Whether it is told of an event of a kind, of a product.
    pub fn wants(&self, kind: &str, product: Option<&str>) -> bool {
        let WebhookSet { products, kinds, .. } = &self.set;
        let is_own = |own: &Name| product.is_some_and(|product| product == own.as_str());
        (kinds.is_empty() || kinds.iter().any(|own| own == kind))
            && (products.is_empty() || products.iter().any(is_own))
    }
}

pub(crate) fn set(state: &State, ask: &Ask, command: &SetWebhook) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Admin, None)?;
    let set = &command.0;
    check_url(&set.url)?;
    if let Some(kind) = set.kinds.iter().find(|kind| !Event::KINDS.contains(&kind.as_str())) {
        let message = format!("there are no events of the kind `{kind}`");
        let hint = format!("kinds are {}", Event::KINDS.join(", "));
        return Err(Refusal::invalid("kind-unknown", message).hint(hint));
    }
    match state.webhooks.get(&set.webhook) {
        Some(there) if there.set == *set => return Ok(Decided::nothing()),
        None if state.webhooks.len() >= MOST => {
            let message = format!("a registry has at most {MOST} webhooks");
            return Err(Refusal::conflict("too-many-webhooks", message));
        }
        _ => {}
    }
    Ok(Event::WebhookSet(set.clone()).into())
}

/// Refuses what is no address, or holds a password: the log is no place for secrets.
fn check_url(url: &str) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(Refusal::invalid("url-wrong", format!("the address {why}")));
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return wrong("does not begin with `https://` or `http://`") };
    if url.len() > LONGEST_URL {
        return wrong(&format!("has more than {LONGEST_URL} letters"));
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) || url.contains(['#', '\\', '"']) {
        return wrong("has letters that no address has");
    }
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return wrong("names no host");
    }
    if host.contains('@') {
        return wrong("holds a password, which everybody who reads the log would see");
    }
    Ok(())
}

pub(crate) fn remove(
    state: &State,
    ask: &Ask,
    command: &RemoveWebhook,
) -> Result<Decided, Refusal> {
    ask.actor.must(Right::Admin, None)?;
    if !state.webhooks.contains_key(&command.name) {
        return Err(Refusal::not_found("webhook", &command.name));
    }
    Ok(Event::WebhookRemoved(WebhookRemoved { webhook: command.name.clone() }).into())
}

impl State {
    /// The addresses that are told what happens, by name.
    pub fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        self.webhooks.values()
    }

    /// One of them.
    pub fn webhook(&self, name: &str) -> Option<&Webhook> {
        self.webhooks.get(name)
    }

    pub(crate) fn webhook_set(&mut self, event: &WebhookSet, stamp: &Stamp) {
        let webhook = Webhook { set: event.clone(), since: stamp.at, by: stamp.by.clone() };
        self.webhooks.insert(event.webhook.clone(), webhook);
    }

    pub(crate) fn webhook_removed(&mut self, event: &WebhookRemoved, _: &Stamp) {
        self.webhooks.remove(&event.webhook);
    }
}

//! Telling an address, signed as Standard Webhooks asks for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Client, Url, redirect};
use trainyard_attest::PrivateKey;

use super::addresses;
use crate::{desk::chain, settings::WebhookSettings};

/// What is sent.
pub(super) struct Message {
    /// Its id, the same each time that it is sent.
    pub(super) id: String,
    /// When it is sent, in seconds.
    pub(super) timestamp: i64,
    pub(super) body: Vec<u8>,
}

/// What came of it: the status, where there was an answer, and else why there was none.
pub(super) struct Sent {
    pub(super) status: Option<u16>,
    pub(super) note: String,
}

/// Sends messages.
pub(super) struct Sender {
    client: Client,
    may_be_private: bool,
}

impl Sender {
    /// *Errors*: the machine's certificates cannot be read.
    pub(super) fn new(settings: &WebhookSettings) -> reqwest::Result<Self> {
        let mut client = Client::builder()
            // Who answers must not choose where the next request goes.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(settings.patience)
            .connect_timeout(settings.patience)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("trainyard/", env!("CARGO_PKG_VERSION")));
        if !settings.may_be_private {
            client = client.dns_resolver(addresses::PublicNames::shared());
        }
        Ok(Self { client: client.build()?, may_be_private: settings.may_be_private })
    }

    /// Sends a message once. The answer's text is not read: it is nobody's business here.
    pub(super) async fn send(&self, url: &str, key: &PrivateKey, message: Message) -> Sent {
        let none = |note: String| Sent { status: None, note };
        let Ok(url) = url.parse::<Url>() else { return none("the address cannot be read".into()) };
        if !self.may_be_private
            && let Err(error) = addresses::check(&url)
        {
            return none(error.to_string());
        }
        let signature = sign(key, &message);
        let request = self.client.post(url).header("content-type", "application/json");
        let request = request
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", signature);
        match request.body(message.body).send().await {
            Ok(response) => Sent { status: Some(response.status().as_u16()), note: String::new() },
            Err(error) => none(chain(&error.without_url())),
        }
    }
}

/// `v1a`: Ed25519 over id, time and body.
fn sign(key: &PrivateKey, message: &Message) -> String {
    let front = format!("{}.{}.", message.id, message.timestamp);
    let signature = key.sign(&[front.as_bytes(), &message.body].concat());
    format!("v1a,{}", STANDARD.encode(signature))
}

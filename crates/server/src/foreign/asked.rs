//! What foreign clients say of themselves.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use trainyard_version::Scheme;

use crate::http::{
    Answer, Reading,
    app::{App, Viewer},
    failure::Failure,
};

/// The key that AYON's server was given; a token of ours counts as one.
const KEY: HeaderName = HeaderName::from_static("x-ynput-cloud-key");
/// The name that AYON's server has.
const INSTANCE: HeaderName = HeaderName::from_static("x-ynput-cloud-instance");
/// The version of AYON's server.
const VERSION: HeaderName = HeaderName::from_static("x-ayon-version");

/// The headers that AYON's server sends, for the description.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "they are read by their names")]
pub(super) struct AyonHeaders {
    /// The version of AYON's server; releases that it cannot run are left out.
    #[param(rename = "x-ayon-version")]
    version: Option<String>,
    /// A token, as the key that AYON was given.
    #[param(rename = "x-ynput-cloud-key")]
    key: Option<String>,
}

/// An answer that is another for other headers of AYON's.
pub(super) fn varied(answer: Answer) -> Answer {
    let mut response = answer?;
    let by = HeaderValue::from_static("authorization, cookie, x-ayon-version, x-ynput-cloud-key");
    response.headers_mut().insert(header::VARY, by);
    Ok(response)
}

/// A request of AYON's server.
pub(super) struct Ayon {
    pub(super) reading: Reading,
    /// The server's version, where it tells one that it could compare itself.
    pub(super) version: Option<String>,
    /// What the server is called.
    pub(super) instance: String,
}

impl FromRequestParts<App> for Ayon {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let key = text(&parts.headers, &KEY).filter(|key| key.starts_with("ty_"));
        let is_anonymous = parts.extensions.get::<Viewer>().is_none_or(Viewer::is_anonymous);
        if let (Some(key), true) = (key, is_anonymous) {
            let viewer = Viewer::of(app.desk(), &app.desk().ledger(), key);
            parts.extensions.insert(viewer);
        }
        let version = text(&parts.headers, &VERSION);
        let version = version.filter(|version| Scheme::semver().parse(version).is_ok());
        let version = version.map(str::to_owned);
        let instance = text(&parts.headers, &INSTANCE).unwrap_or_default().to_owned();
        let reading = Reading::from_request_parts(parts, app).await?;
        Ok(Self { reading, version, instance })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    const LONGEST: usize = 128;
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= LONGEST).then_some(value)
}

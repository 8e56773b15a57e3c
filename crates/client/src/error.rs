//! What can go wrong between a client and a registry.

use std::time::Duration;

use trainyard_api::Problem;

/// Why there is no answer, or why it is no.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The address names no server.
    #[error("`{address}` is no address of a registry")]
    Address {
        /// What was given.
        address: String,
    },
    /// A name that no address can hold.
    #[error("`{part}` is no name")]
    Part {
        /// What was given.
        part: String,
    },
    /// A token that no header may hold.
    #[error("the token has letters that no token has")]
    Token,
    /// Nobody answered, however often it was asked.
    #[error("the registry {address} does not answer")]
    Unreachable {
        /// Whom it was asked of.
        address: String,
        /// The last failure.
        source: reqwest::Error,
    },
    /// Whoever answers does not show a certificate that this machine trusts.
    #[error("the certificate of {address} is not trusted")]
    Untrusted {
        /// Whom it was asked of.
        address: String,
        /// What is wrong with it.
        source: reqwest::Error,
    },
    /// The registry sends elsewhere, where nothing is sent, since the token was meant for it alone.
    #[error("{address} sends on to {to}")]
    Redirected {
        /// Whom it was asked of.
        address: String,
        /// Where it sends.
        to: String,
    },
    /// The registry has a reason not to do it.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// The registry is too busy, or its database is away, and it did not get better.
    #[error("the registry {address} is not available: {}", .problem.detail)]
    Unavailable {
        /// Whom it was asked of.
        address: String,
        /// What it said.
        problem: Box<Problem>,
        /// When to ask again.
        retry_after: Option<Duration>,
    },
    /// The answer is none of a registry's.
    #[error("{address} answers as no registry does ({status})")]
    Foreign {
        /// Whom it was asked of.
        address: String,
        /// The status of its answer.
        status: u16,
    },
    /// What lies at an address cannot be had, or is too large.
    #[error("{address} cannot be fetched ({status})")]
    NotFetched {
        /// The address.
        address: String,
        /// The status of the answer.
        status: u16,
    },
    /// The answer has another form than this program knows.
    #[error("the answer of {address} cannot be read")]
    Unreadable {
        /// Whom it was asked of.
        address: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// What is to be sent cannot be written.
    #[error("the request cannot be written")]
    Unwritable(#[source] serde_json::Error),
    /// The HTTP client cannot be made, or the machine has no randomness.
    #[error("cannot speak to registries: {0}")]
    Machine(String),
}

impl ClientError {
    /// The problem that the registry told, where it told one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) | Self::Unavailable { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// What to do.
    pub fn hint(&self) -> Option<String> {
        let fixed = |hint: &str| Some(hint.to_owned());
        match self {
            Self::Address { .. } => fixed("write it as https://registry.example.com"),
            Self::Token => fixed("a token is `ty_` and 43 letters, in one line"),
            Self::Unreachable { .. } => {
                fixed("see that the address is right and the registry runs")
            }
            Self::Untrusted { .. } => {
                fixed("SSL_CERT_FILE names a file of certificates to trust, in PEM")
            }
            Self::Redirected { to, .. } => Some(format!("name {to} instead, if you trust it")),
            Self::Refused(problem) => problem.hint.clone(),
            Self::Unavailable { retry_after, problem, .. } => match retry_after {
                Some(wait) => Some(format!("try again in {} s", wait.as_secs().max(1))),
                None => problem.hint.clone().or_else(|| fixed("try again later")),
            },
            Self::Foreign { .. } => fixed("see that the address is a registry's, without /api/v1"),
            Self::NotFetched { .. } => fixed("see that the address is right, or save it to a file"),
            Self::Unreadable { .. } => fixed("the registry may be newer than this program"),
            Self::Part { .. } | Self::Unwritable(_) | Self::Machine(_) => None,
        }
    }
}

//! What does not work, as an answer (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use trainyard_api::{Detail, Problem};
use trainyard_registry::{Invalid, Refusal, RefusalKind, UnreadableEntry};
use trainyard_store::{AppendError, StoreError};

use super::wire;
use crate::desk::{DeskError, chain};

/// How problems are told.
pub(super) const PROBLEM: &str = "application/problem+json";

/// What a handler gives.
pub(crate) type Answer = Result<Response, Failure>;

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) struct Failure(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    retry_after_secs: Option<u64>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let problem = Problem {
            kind: format!("urn:trainyard:problem:{code}"),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            ..Problem::default()
        };
        Self(Box::new(Inner { problem, retry_after_secs: None }))
    }

    /// A request that is wrong in itself.
    pub(crate) fn invalid(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// Something that works again later.
    pub(crate) fn later(code: &str, detail: impl Into<String>, secs: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(secs)
    }

    /// A later version of this program has written what this one does not know.
    fn behind() -> Self {
        let detail = "the log goes on with what only a later version of this server knows";
        Self::later("version-behind", detail, 5)
            .hint("ask another replica, or start the later version")
    }

    /// Nobody has shown who asks.
    pub(crate) fn unknown(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token-missing", detail)
            .hint("send `Authorization: Bearer ty_…` with a token that counts")
    }

    /// The failure that a problem was told of.
    pub(crate) fn of(problem: Problem) -> Self {
        Self(Box::new(Inner { problem, retry_after_secs: None }))
    }

    /// What is told of it.
    pub(crate) fn problem(&self) -> &Problem {
        &self.0.problem
    }

    /// The same once more.
    pub(crate) fn copy(&self) -> Self {
        let Inner { problem, retry_after_secs } = &*self.0;
        let (problem, retry_after_secs) = (problem.clone(), *retry_after_secs);
        Self(Box::new(Inner { problem, retry_after_secs }))
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.problem.hint = Some(hint.into());
        self
    }

    pub(crate) fn retry_after(mut self, secs: u64) -> Self {
        self.0.retry_after_secs = Some(secs);
        self
    }

    /// With one thing that is wrong, and where.
    pub(crate) fn error(mut self, detail: impl Into<String>, place: Option<String>) -> Self {
        self.0.problem.errors.push(Detail { detail: detail.into(), place });
        self
    }

    /// A fault of ours, told to whoever reads the log and to nobody else.
    pub(crate) fn fault(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %chain(error), "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "the registry has a fault")
            .hint("whoever runs the registry finds more in its log, by the request's id")
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Invalid => StatusCode::BAD_REQUEST,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::NotReady => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut failure = Self::new(status, refusal.code, refusal.message);
        let problem = &mut failure.0.problem;
        problem.hint = refusal.hint;
        problem.conditions = refusal.conditions.iter().map(wire::condition).collect();
        problem.findings = refusal.findings.iter().map(wire::finding).collect();
        failure
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Refusal::from(invalid).into()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_temporary() {
            tracing::warn!(error = %chain(&error), "the database cannot be reached");
            return Self::later("database-unreachable", "the database cannot be reached", 2);
        }
        Self::fault(&error)
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => (*refusal).into(),
            DeskError::Unknown => Self::unknown("the token is unknown, revoked or over"),
            DeskError::Changed => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "changed-meanwhile",
                "it has changed since it was read",
            )
            .hint("look again, then decide"),
            DeskError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "the Idempotency-Key came with another request before",
            )
            .hint("make a new key for each request, and send the same one only to repeat it"),
            DeskError::Busy => Self::later("busy", "too many others ask for the same", 1),
            DeskError::Store(error) | DeskError::Append(AppendError::Store(error)) => error.into(),
            DeskError::Append(error) => {
                tracing::error!(error = %chain(&error), "it is not known whether a write was kept");
                Self::later("uncertain", "it is not known whether the request was kept", 2)
                    .hint("send it again with the same Idempotency-Key")
            }
            DeskError::CutOff => {
                Self::later("database-unreachable", "the database cannot be reached", 2)
            }
            DeskError::Behind => Self::behind(),
            DeskError::Unreadable(error) if !matches!(error, UnreadableEntry::Missing { .. }) => {
                tracing::error!(error = %chain(&error), "the log cannot be read on");
                Self::behind()
            }
            DeskError::Ahead => {
                Self::new(StatusCode::NOT_FOUND, "not-found", "the registry has not come so far")
            }
            error @ (DeskError::Unreadable(_) | DeskError::FirstToken(_) | DeskError::Broken) => {
                Self::fault(&error)
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Inner { problem, retry_after_secs } = *self.0;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static(PROBLEM);
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"trainyard\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(secs) = retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        response
    }
}

//! What stands in paths and queries.

use axum::{RequestPartsExt as _, extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use super::failure::Failure;

/// What stands in the path.
pub(crate) struct Named<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Named<T>
where
    T: DeserializeOwned + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match parts.extract::<axum::extract::Path<T>>().await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure::invalid("path-unreadable", "the path cannot be read")
                .error(rejection.body_text(), Some("path".to_owned()))),
        }
    }
}

/// What stands in the query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Asked<T>
where
    T: DeserializeOwned + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match parts.extract::<axum_extra::extract::Query<T>>().await {
            Ok(axum_extra::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure::invalid("query-unreadable", "the query cannot be read")
                .error(rejection.to_string(), Some("query".to_owned()))),
        }
    }
}

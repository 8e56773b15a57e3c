//! What is kept beside releases.

use trainyard_api as api;

use crate::{Client, ClientError, place::Place};

impl Client {
    /// Keeps a document beside a release; `kind` is `upgrade` or `audit`.
    pub async fn enclose(
        &self,
        (product, component, version): (&str, &str, &str),
        kind: &str,
        body: &api::NewEnclosure,
    ) -> Result<api::Receipt, ClientError> {
        let release = ["products", product, "components", component, "releases", version];
        self.change(&Place::of(&[&release[..], &["enclosures", kind]].concat()), body).await
    }
}

//! What policies say of components for people.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use trainyard_policy::Policy;
use trainyard_registry::{Digest, products::Product};

use crate::http::{app::App, failure::Failure};

/// A component as its policy describes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Described {
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) repository: Option<String>,
}

/// Components and streams by name.
pub(super) type All = BTreeMap<String, Described>;

/// The descriptions of the policies that were asked for last; texts are read once.
#[derive(Default)]
pub(crate) struct Descriptions(Mutex<BTreeMap<Digest, Arc<All>>>);

/// How many policies' descriptions are kept.
const KEPT: usize = 16;

impl Descriptions {
    fn find(&self, digest: &Digest) -> Option<Arc<All>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn keep(&self, digest: Digest, all: &Arc<All>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(digest, Arc::clone(all));
    }
}

/// The digest of a product's policy.
pub(super) fn policy_of(product: &Product) -> Option<Digest> {
    product.policy().map(|policy| policy.digest.clone())
}

/// What a policy says of components. Where the store does not answer, nothing is known of them.
pub(super) async fn of_policy(app: &App, digest: Option<Digest>) -> Result<Arc<All>, Failure> {
    let Some(digest) = digest else { return Ok(Arc::default()) };
    if let Some(all) = app.descriptions().find(&digest) {
        return Ok(all);
    }
    if app.desk().cut_off_for().is_some() {
        return Ok(Arc::default());
    }
    let text = app.desk().store().blob(&digest.to_string()).await?;
    let text = text.and_then(|text| String::from_utf8(text).ok()).unwrap_or_default();
    let all = Arc::new(read(&text));
    app.descriptions().keep(digest, &all);
    Ok(all)
}

fn read(text: &str) -> All {
    let Ok(checked) = Policy::parse(text, "trainyard.toml") else { return All::default() };
    let streams = checked.policy.streams.iter().map(|stream| {
        let described = Described {
            title: stream.title.clone(),
            description: stream.description.clone(),
            repository: None,
        };
        (stream.name.clone(), described)
    });
    let components = checked.policy.components.iter().map(|component| {
        let described = Described {
            title: component.title.clone(),
            description: component.description.clone(),
            repository: component.repository.clone(),
        };
        (component.name.clone(), described)
    });
    streams.chain(components).collect()
}

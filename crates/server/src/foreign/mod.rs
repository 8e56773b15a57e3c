//! Interfaces that other projects' clients speak.

mod asked;
mod compatibility;
mod described;
mod graph;
mod imports;
mod market;

use trainyard_registry::{Name, Refusal, State, products::Product};
use utoipa_axum::router::OpenApiRouter;

pub(crate) use self::described::Descriptions;
pub use self::market::Market;
use crate::http::{app::App, failure::Failure};

/// What other projects' clients are told. They cannot say which product they ask for, so it is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// What AYON's servers find in their market.
    pub market: Market,
    /// The product whose update graph is told, where a client names none; `None`: `openshift`, else the only one.
    pub graph: Option<Name>,
    /// The product whose versions Polyaxon's clients are told; `None`: `polyaxon`, else the only one.
    pub compatibility: Option<Name>,
}

/// All of them; paths are whole, since these clients choose them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    [market::routes, graph::routes, compatibility::routes, imports::routes]
        .into_iter()
        .fold(OpenApiRouter::new(), |all, routes| all.merge(routes()))
}

/// The product that is meant: the one that was chosen, else the one with the usual name, else the only one.
///
/// *Errors*: that there is none, or that it is not known which.
fn product<'a>(
    state: &'a State,
    chosen: Option<&Name>,
    usual: &str,
) -> Result<&'a Product, Failure> {
    if let Some(chosen) = chosen {
        return Ok(state.product(chosen.as_str())?);
    }
    if let Ok(product) = state.product(usual) {
        return Ok(product);
    }
    let mut products = state.products();
    match (products.next(), products.next()) {
        (Some(product), None) => Ok(product),
        _ => Err(Failure::from(
            Refusal::not_found("product", usual)
                .hint("whoever runs the registry says in its settings which product is meant"),
        )),
    }
}

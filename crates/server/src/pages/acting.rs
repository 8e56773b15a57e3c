//! Forms that change something.

use serde::Deserialize;
use trainyard_registry::Command;

use super::{session, visit::Visit};
use crate::{
    Wish, Writer,
    http::{failure::Failure, wire},
};

/// What every such form sends.
#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    pub(super) csrf: String,
    #[serde(default)]
    pub(super) why: String,
}

/// Carries out what a form asks for. *Errors*: a form that is none of ours, nobody signed in, and what speaks against it.
pub(super) async fn carry_out(
    visit: &Visit,
    given: &Given,
    command: Command,
) -> Result<(), Failure> {
    session::must_be_ours(visit, &given.csrf)?;
    let secret = visit.secret().ok_or_else(|| Failure::unknown("changes are made with a token"))?;
    let desk = visit.app.desk();
    if let Some(refusal) = desk.refuses() {
        return Err(refusal.into());
    }
    let wish = Wish {
        writer: Writer::Token(secret.clone()),
        why: wire::title("reason", given.why.trim().to_owned())?,
        command,
        still: None,
        key: None,
        compose: Box::new(|_| (200, Vec::new())),
    };
    desk.write(wish).await?;
    Ok(())
}

//! `trainyard backport`.

use trainyard_report::Outcome;

use super::forward::print;
use crate::{
    args::{Backport, Global},
    error::CommandError,
    forwarding,
    printer::Printer,
};

pub(super) fn run(
    global: &Global,
    args: &Backport,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let carried = forwarding::backport(global, args)?;
    print(&carried, args.format, printer)?;
    Ok(Outcome::of(&carried.findings))
}

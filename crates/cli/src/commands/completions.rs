//! `trainyard completions` and `trainyard man`.

use trainyard_report::Outcome;

use crate::{
    args::{Completions, Man},
    error::CommandError,
    printer::Printer,
};

pub(super) fn shell(args: &Completions, printer: &Printer) -> Result<Outcome, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::command(), "trainyard", &mut script);
    printer.print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}

pub(super) fn man(args: &Man) -> Result<Outcome, CommandError> {
    fs_err::create_dir_all(&args.folder)?;
    clap_mangen::generate_to(crate::command(), &args.folder)?;
    Ok(Outcome::Clean)
}

//! `trainyard explain`.

use std::fmt::Write;

use trainyard_report::{Code, Outcome, render};

use crate::{args::Explain, error::CommandError, printer::Printer};

pub(super) fn run(args: &Explain, printer: &Printer) -> Result<Outcome, CommandError> {
    let text = match &args.code {
        Some(code) => {
            let code: Code = code.parse().map_err(|message: String| {
                CommandError::usage(message).hint("`trainyard explain` lists all codes")
            })?;
            render::explain(code, &printer.text_options(true))
        }
        None => list(),
    };
    printer.print(&text)?;
    Ok(Outcome::Clean)
}

fn list() -> String {
    let mut text = String::new();
    for code in Code::all() {
        let info = code.info();
        // Writing to a string cannot fail.
        _ = writeln!(text, "{}  {:<24} {}", info.code, info.name, info.summary);
    }
    text
}

//! `trainyard lines`.

use trainyard_history::lines::hosted;
use trainyard_report::Outcome;

use crate::{
    args::{Global, Lines, LinesFormat},
    error::CommandError,
    lining,
    printer::Printer,
    render,
};

pub(super) fn run(
    global: &Global,
    args: &Lines,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let lined = lining::lines(global, args)?;
    match args.format {
        LinesFormat::Text => {
            printer.print(&render::lines_text(&lined, args.all, printer.text_options(args.all)))?;
        }
        LinesFormat::Json => printer.print_json(&lined.lines)?,
        LinesFormat::Markdown => printer.print(&render::lines_markdown(&lined, args.all))?,
        LinesFormat::DocsIndex => printer.print_json(&hosted(lining::only(&lined)?))?,
    }
    Ok(Outcome::Clean)
}

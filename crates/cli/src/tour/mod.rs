//! `trainyard tour`: a walk through the demo, in the terminal.

mod stops;

use std::io::{self, IsTerminal as _};

use anstyle::{AnsiColor, Style};
use clap::Parser as _;
use trainyard_report::Outcome;

use self::stops::{Stop, stops};
use crate::{
    args::{Cli, tour::Tour},
    commands,
    demo::Demo,
    error::CommandError,
    printer::Printer,
    progress,
    registry::Account,
};

/// Walks from stop to stop; with `--yes`, or where nobody can press Enter, without a pause.
pub(crate) fn run(args: &Tour, printer: &Printer) -> Result<Outcome, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::environment(&error))?;
    let nowhere = ([127, 0, 0, 1], 0).into();
    let demo =
        progress::while_doing("making the demo", || runtime.block_on(Demo::start(Some(nowhere))))?;
    let walked = walk(&demo, args.yes || !io::stdin().is_terminal(), printer);
    runtime.block_on(demo.stop())?;
    walked.map(|()| Outcome::Clean)
}

fn walk(demo: &Demo, is_steady: bool, printer: &Printer) -> Result<(), CommandError> {
    let all = stops(demo.cast());
    let count = all.len();
    printer.print(&format!(
        "A registry with three real platforms runs at {}, with people who do not exist. {count} stops.\n",
        demo.url()
    ))?;
    for (place, stop) in all.iter().enumerate() {
        show(demo, stop, &format!("{}/{count}", place + 1), printer)?;
        if !is_steady && place + 1 < count && !goes_on(printer)? {
            return Ok(());
        }
    }
    printer.print(
        "\nThe same on pages:      trainyard serve --demo\n\
         In your own repository: trainyard init, then trainyard plan\n",
    )
}

/// Shows a stop, with what its command prints.
fn show(demo: &Demo, stop: &Stop, place: &str, printer: &Printer) -> Result<(), CommandError> {
    let (title, prompt) =
        (Style::new().bold(), Style::new().bold().fg_color(Some(AnsiColor::Cyan.into())));
    let words: Vec<_> = stop.command.iter().map(String::as_str).collect();
    let command = words.join(" ");
    let why = &stop.why;
    printer.print(&format!(
        "\n{title}{place}  {why}{title:#}\n{prompt}$ trainyard {command}{prompt:#}\n\n"
    ))?;
    let words = std::iter::once("trainyard").chain(words);
    let mut cli = Cli::try_parse_from(words)
        .map_err(|error| CommandError::internal(format!("`{command}` is no command: {error}")))?;
    cli.global.account =
        Some(Account { address: demo.url(), token: Some(demo.token().to_owned()) });
    // That a rule refuses, or that something was found, is what the stop shows.
    match commands::run(&cli, printer) {
        Ok(_) => Ok(()),
        Err(CommandError::Refused(text)) => printer.print(&text),
        Err(error) => Err(error),
    }
}

/// Whether somebody presses Enter, and neither `q` nor the end.
fn goes_on(printer: &Printer) -> Result<bool, CommandError> {
    printer.print("\n[Enter: go on, q: stop] ")?;
    let mut line = String::new();
    let bytes = io::stdin().read_line(&mut line)?;
    Ok(bytes > 0 && !line.trim().eq_ignore_ascii_case("q"))
}

//! Everything the command prints goes through here.

use std::io::{self, Write};

use anstream::ColorChoice;
use trainyard_report::render::TextOptions;

use crate::{args::Colour, error::CommandError};

/// Writes answers to stdout and diagnostics to stderr, with colours where they are wanted.
#[derive(Debug)]
pub(crate) struct Printer {
    choice: ColorChoice,
}

impl Printer {
    pub(crate) fn new(colour: Colour) -> Self {
        let choice = match colour {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        Self { choice }
    }

    /// Prints an answer, with a line's end.
    pub(crate) fn print(&self, text: &str) -> Result<(), CommandError> {
        let mut stdout = anstream::AutoStream::new(io::stdout().lock(), self.choice);
        stdout.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()?;
        Ok(())
    }

    /// Where answers for programs go as they come; they wait there until it is flushed.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn stream(&self) -> impl Write {
        io::BufWriter::with_capacity(64 * 1024, io::stdout().lock())
    }

    /// Prints a document for programs.
    pub(crate) fn print_json(&self, document: &impl serde::Serialize) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(document)
            .map_err(|error| CommandError::environment(&error))?;
        self.print(&text)
    }

    /// Tells on stderr what went wrong.
    pub(crate) fn diagnose(&self, text: &str) {
        let mut stderr = anstream::AutoStream::new(io::stderr().lock(), self.choice);
        // Nobody is left to tell where stderr is closed.
        _ = writeln!(stderr, "{}", text.trim_end());
    }

    /// How many columns whoever reads has; `None` where no terminal does, and lines stay whole for other programs.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn width(&self) -> Option<usize> {
        columns().or_else(|| {
            let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
            Some(usize::from(width.0))
        })
    }

    /// Options for text on stdout. Colours are always written; the stream strips them where they are not wanted.
    pub(crate) fn text_options(&self, all: bool) -> TextOptions {
        TextOptions {
            colour: self.choice != ColorChoice::Never,
            // Prose in longer lines is hard to read.
            width: self.width().map_or(100, |width| width.clamp(40, 100)),
            limit_per_code: (!all).then_some(10),
        }
    }
}

/// How many columns somebody says that there are.
#[expect(clippy::disallowed_methods, reason = "this is the command line's edge")]
fn columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

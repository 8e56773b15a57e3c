//! `cargo xtask book`: the documents as a book.

use anyhow::{Result, ensure};
use clap::Args;

use crate::process;

/// Arguments of `book`.
#[derive(Args, Debug)]
pub(crate) struct Request {
    /// Serve it, and make it again with every change
    #[arg(long)]
    serve: bool,
}

/// Makes the book in `target/book` by mdBook, which is no part of the workspace.
pub(crate) fn run(request: &Request) -> Result<()> {
    ensure!(
        process::succeeds(process::command("mdbook").arg("--version")),
        "mdbook is not installed: `cargo install --locked mdbook`"
    );
    process::run(process::command("mdbook").arg(if request.serve { "serve" } else { "build" }))
}

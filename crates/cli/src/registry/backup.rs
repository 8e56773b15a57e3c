//! `trainyard registry backup` and `restore`.

use serde::Serialize;
use trainyard_report::{Outcome, Problem};
use trainyard_store::{Database, Options, Store, StoreError, Verified};

use super::{page::Page, serve::database_of};
use crate::{
    args::{
        Global, PlanFormat,
        registry::{Remote, manage::RegistryBackup},
    },
    error::CommandError,
    printer::Printer,
};

/// What was written, for programs.
#[derive(Serialize)]
struct Written {
    entries: u64,
    blobs: u64,
    bytes: u64,
}

/// Writes a backup, or restores one.
pub(super) fn run(
    global: &Global,
    remote: &Remote,
    args: &RegistryBackup,
    is_restored: bool,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let named = (args.database.clone(), args.database_file.clone());
    let database = database_of(&global.directory, named)?;
    let file = global.directory.join(&args.file);
    if !is_restored
        && let Database::File(path) = &database
        && !path.exists()
    {
        return Err(CommandError::usage(format!("there is no registry in {path}"))
            .hint("name it with --database"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::environment(&error))?;
    let done = runtime.block_on(async {
        if is_restored {
            return Store::restore(&database, &file, Options::default()).await;
        }
        let store = Store::open(&database, Options::default()).await?;
        let written = store.backup(&file).await;
        store.close().await;
        written
    });
    let Verified { entries, blobs, bytes } = done.map_err(|error| stopped(&error))?;
    let verb = if is_restored { "restored from" } else { "written to" };
    let mut page = Page::default();
    page.line(format!(
        "{entries} entries and {blobs} documents are {verb} {}, and verified",
        args.file
    ));
    match remote.format {
        PlanFormat::Text => {
            printer.print(&page.text(printer.text_options(true).colour, printer.width()))?;
        }
        PlanFormat::Markdown => printer.print(&page.markdown())?,
        PlanFormat::Json => printer.print_json(&Written { entries, blobs, bytes })?,
    }
    Ok(Outcome::Clean)
}

fn stopped(error: &StoreError) -> CommandError {
    match error {
        StoreError::NotEmpty { .. } => CommandError::Usage(
            Problem::from_error(error).hint("a backup is restored into a new database"),
        ),
        _ => CommandError::environment(error),
    }
}

//! What the server writes down while it runs.

use tracing_subscriber::EnvFilter;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogForm {
    /// For people.
    #[default]
    Text,
    /// For programs: a JSON object a line.
    Json,
}

/// Begins to write log lines to standard error, for the whole process; `filter` as `info,trainyard=debug`.
///
/// A filter that cannot be read counts as `info`. Returns false if somebody has begun before.
pub fn begin(form: LogForm, filter: &str) -> bool {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    match form {
        LogForm::Text => builder.try_init().is_ok(),
        LogForm::Json => builder.json().flatten_event(true).try_init().is_ok(),
    }
}

//! `trainyard.toml`: what a platform promises about its versions, and since when.

mod channel;
mod document;
mod file;
mod format;
mod init;
mod model;
mod parse;
mod presets;
mod problem;
mod read;
mod reference;
mod resolve;
mod span;
mod spelling;

pub use channel::Channel;
pub use document::doc;
pub use format::Format;
pub use init::{init, init_adopted};
pub use model::*;
pub use parse::{Checked, PolicyErrors};
pub use presets::{Preset, presets};
pub use problem::Complaints;
pub use read::At;
pub use reference::{reference, schema};
pub use span::{CalendarSpan, CalendarUnit};

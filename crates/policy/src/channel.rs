//! Channels: what users are pointed to.

use jiff::civil::Date;

use crate::{CalendarSpan, Maturity};

/// A name that points to a release of a stream, and what a release must have shown before (A29-A34).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// What it promises, in a sentence.
    pub description: Option<String>,
    /// Whether pre-releases may enter.
    pub prereleases: bool,
    /// How far everything in a release must have come (P21).
    pub maturity: Maturity,
    /// The channel that a release must have entered before.
    pub after: Option<String>,
    /// How long it must have stood there, or have been published.
    pub soak: Option<CalendarSpan>,
    /// How many people or robots must have validated it.
    pub principals: u32,
    /// Of how many organisations.
    pub parties: u32,
    /// How many of them of another organisation than the product's.
    pub external: u32,
    /// On how many environments (P15).
    pub environments: u32,
    /// How old a test result may be.
    pub fresh: Option<CalendarSpan>,
    /// Whether a result with warnings validates.
    pub accepts_warnings: bool,
    /// The flavours that must be validated one by one.
    pub flavours: Vec<String>,
    /// Whether the newest release that may enter enters by itself (A33).
    pub follows: bool,
    /// How many must approve a move for which the evidence is missing.
    pub forced_by: u32,
    /// The last day of its support.
    pub ends: Option<Date>,
}

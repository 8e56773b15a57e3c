//! Tests through the public interface.

mod changelogs;
mod cuts;
mod edits;
mod followers;
mod forward_merge_cases;
mod journals;
mod merges;
mod properties;
mod settling;

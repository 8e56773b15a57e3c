//! The pages, over HTTP.

mod acting;
mod browsing;
mod forms;
mod knowledge;
mod private;
mod reading;
mod tables;
mod world;

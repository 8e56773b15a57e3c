//! The pages, over HTTP.

mod acting;
mod browsing;
mod knowledge;
mod reading;
mod world;

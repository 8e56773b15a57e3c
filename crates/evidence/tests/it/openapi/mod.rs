//! The detector of changes in descriptions of HTTP interfaces.

mod cases;
mod files;
mod hostile;
mod lines;
mod pairs;
mod properties;
mod speed;

//! GraphQL schemas.

mod cases;
mod hostile;
mod pairs;

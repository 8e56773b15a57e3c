//! Upgrades that are planned and carried out, with the tools and databases that installations have.

mod alembic;
mod application;
mod django;
mod plans;
mod postgres;
mod tools;

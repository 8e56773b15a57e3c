//! Upgrades that are planned and carried out, with the tools and databases that installations have.

mod alembic;
mod application;
mod deployments;
mod django;
mod engines;
mod executors;
mod hostile;
mod outside;
mod plans;
mod postgres;
mod restores;
mod standing;
mod tools;

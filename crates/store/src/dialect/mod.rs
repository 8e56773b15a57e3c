//! The few things that the engines do not say alike.
//!
//! Both modules have the same functions, so that a body that is expanded for both can call them by one name.

pub(crate) mod postgres;
pub(crate) mod sqlite;

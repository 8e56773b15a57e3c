//! Tests through the public interface.

mod cases;
mod differences;
mod mixed_history;
mod properties;

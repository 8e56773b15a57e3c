//! The policy crate from outside.

mod channels;
mod documents;
mod errors;
mod evidence;
mod hostile;
mod lints;
mod periods;
mod presets;
mod recovery;
mod schema;

use trainyard_policy::{Complaints, Policy};

/// What `policy lint` shows for a file.
fn shown(source: &str) -> String {
    Policy::lint(source, "trainyard.toml").render(false)
}

/// The policy of a file without errors.
fn policy(source: &str) -> Policy {
    match Policy::parse(source, "trainyard.toml") {
        Ok(checked) => checked.policy,
        Err(errors) => panic!("{}", errors.render(false)),
    }
}

/// The codes of what is said, in order.
fn codes(complaints: &Complaints) -> Vec<String> {
    complaints.findings().iter().map(|finding| finding.code.to_string()).collect()
}

//! docker compose.

use super::super::{Action, Invocation};
use crate::plan::Images;

/// Pulls images. To do it twice changes nothing.
pub fn pull(images: &Images) -> Action {
    action(images, &["pull"])
}

/// Starts services with the pulled images. To do it twice changes nothing.
pub fn up(images: &Images) -> Action {
    action(images, &["up", "--detach"])
}

fn action(images: &Images, words: &[&str]) -> Action {
    let words = ["docker", "compose"].iter().chain(words).map(|word| (*word).to_owned());
    Action {
        executor: "compose".to_owned(),
        invocation: Invocation::new(
            words.chain(images.services.iter().cloned()),
            images.folder.clone(),
        ),
        done_when: None,
        is_repeatable: true,
        if_interrupted: None,
    }
}

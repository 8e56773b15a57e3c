//! A Rez request: exact versions, one package a word.

use super::ExportError;
use crate::{Bundle, Catalogue};

pub(super) fn write(bundle: &Bundle, _: &Catalogue) -> Result<String, ExportError> {
    let is_sayable = |text: &str| {
        !text.is_empty()
            && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-'))
    };
    let unsayable: Vec<_> = bundle
        .pins
        .iter()
        .filter(|pin| !is_sayable(&pin.version))
        .map(|pin| format!("{} {}", pin.name, pin.shown()))
        .collect();
    if !unsayable.is_empty() {
        return Err(ExportError::Unsayable { form: "a Rez range", pins: unsayable });
    }
    let words: Vec<_> =
        bundle.pins.iter().map(|pin| format!("{}=={}", pin.name, pin.version)).collect();
    Ok(words.join(" ") + "\n")
}

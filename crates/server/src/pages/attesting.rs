//! How one says that a release was tested. Browsers hold no keys, so the page makes the command, and shows what it brought.

use askama::Template;
use trainyard_registry::{Name, products::Product};

use super::visit::Visit;

/// How tests can end.
const VERDICTS: [&str; 3] = ["PASSED", "WARNED", "FAILED"];

/// The panel.
#[derive(Template)]
#[template(path = "attesting.html")]
pub(super) struct Attesting {
    path: String,
    kept: Vec<(String, String)>,
    verdicts: Vec<(&'static str, bool)>,
    flavours: Vec<(String, bool)>,
    environment: String,
    key: String,
    words: Vec<String>,
    is_open: bool,
}

/// What is asked for on the panel's own form.
const OWN: [&str; 4] = ["verdict", "env", "key", "tested"];

/// The panel for a release.
pub(super) fn attesting(
    visit: &Visit,
    product: &Product,
    name: &Name,
    version: &str,
    flavours: impl IntoIterator<Item = String>,
) -> Attesting {
    let asked = |name: &str| visit.asked(name).unwrap_or_default().to_owned();
    let verdict = asked("verdict");
    let verdict = VERDICTS.into_iter().find(|it| *it == verdict).unwrap_or("PASSED");
    let tested = asked("tested");
    let flavours: Vec<_> = flavours
        .into_iter()
        .map(|flavour| {
            let is_chosen = flavour == tested;
            (flavour, is_chosen)
        })
        .collect();
    let environment = visit.asked("env").map_or_else(|| "os=linux".to_owned(), str::to_owned);
    let key = visit.asked("key").map_or_else(|| "~/.ssh/id_ed25519".to_owned(), str::to_owned);
    let mut words = vec![
        "trainyard".to_owned(),
        "attest".to_owned(),
        quoted(&format!("{name}@{version}")),
        "--verdict".to_owned(),
        verdict.to_owned(),
    ];
    for fact in environment.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        words.extend(["--env".to_owned(), quoted(fact)]);
    }
    for (flavour, _) in flavours.iter().filter(|(_, is_chosen)| *is_chosen) {
        words.extend(["--flavour".to_owned(), quoted(flavour)]);
    }
    words.extend(["--key".to_owned(), quoted(&key)]);
    words.extend(["--product".to_owned(), quoted(product.name.as_str())]);
    Attesting {
        path: visit.path().to_owned(),
        kept: visit
            .query()
            .iter()
            .filter(|(name, _)| !OWN.contains(&name.as_str()))
            .cloned()
            .collect(),
        verdicts: VERDICTS.map(|it| (it, it == verdict)).to_vec(),
        flavours,
        environment,
        key,
        words,
        is_open: visit.asked("verdict").is_some(),
    }
}

/// A word as shells take it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=@:+~".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    // What leads a terminal astray is no part of any word.
    let shown: String = word.chars().filter(|letter| !letter.is_control()).collect();
    format!("'{}'", shown.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_stay_words_in_a_shell() {
        assert_eq!(quoted("os=linux"), "os=linux");
        assert_eq!(quoted("os=Rocky Linux 9"), "'os=Rocky Linux 9'");
        assert_eq!(quoted("$(rm -rf ~); it's"), "'$(rm -rf ~); it'\\''s'");
        assert_eq!(quoted("a\nb\u{1b}[2J"), "'ab[2J'");
        assert_eq!(quoted(""), "''");
    }
}

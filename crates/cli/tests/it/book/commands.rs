//! Commands that documents name without running them.

use clap::error::ErrorKind;

use super::{all_pages, docs};

/// Pages that are made from the code, whose commands are held against it elsewhere or are pieces of sentences.
const MADE: &[&str] = &["cli.md", "findings.md", "rules.md", "trainyard-toml.md"];

/// A command as a page shows it.
#[derive(Debug)]
struct Named {
    place: String,
    text: String,
    /// It stands in a block, so that it must be complete.
    is_whole: bool,
}

#[test]
fn commands_that_pages_name_are_commands() {
    let mut pages: Vec<_> = all_pages();
    pages.retain(|page| !MADE.contains(&page.as_str()));
    let mut named = Vec::new();
    for page in pages {
        named_in(&fs_err::read_to_string(docs().join(&page)).unwrap(), page.as_str(), &mut named);
    }
    for page in ["../README.md", "../SECURITY.md", "../CONTRIBUTING.md"] {
        named_in(&fs_err::read_to_string(docs().join(page)).unwrap(), page, &mut named);
    }
    assert!(named.len() > 100, "{}", named.len());
    let wrong: Vec<_> = named.iter().filter_map(complaint).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn complaint(named: &Named) -> Option<String> {
    let error = trainyard_cli::command().try_get_matches_from(words(&named.text)).err()?;
    let is_fine = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::MissingSubcommand
        | ErrorKind::MissingRequiredArgument
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => !named.is_whole,
        _ => false,
    };
    (!is_fine).then(|| format!("{}: {}\n{error}", named.place, named.text))
}

/// Every command of Trainyard's in a page's blocks and code spans.
fn named_in(text: &str, page: &str, named: &mut Vec<Named>) {
    let mut language: Option<&str> = None;
    let mut broken = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let place = format!("{page}:{number}");
        if let Some(info) = line.trim_start().strip_prefix("```") {
            language = language.is_none().then_some(info);
            continue;
        }
        match language {
            Some("sh" | "") => {
                let line = line.trim().trim_start_matches("$ ");
                if let Some(begin) = line.strip_suffix('\\') {
                    broken += begin;
                    continue;
                }
                let whole = std::mem::take(&mut broken) + line;
                named.extend(commands_of(&whole).map(|text| Named {
                    place: place.clone(),
                    text: text.to_owned(),
                    is_whole: true,
                }));
            }
            Some(_) => {}
            None => {
                let spans = line.split('`').skip(1).step_by(2);
                let spans =
                    spans.filter(|span| !span.contains(['[', '<', '…']) && !span.contains("..."));
                named.extend(spans.flat_map(commands_of).map(|text| Named {
                    place: place.clone(),
                    text: text.to_owned(),
                    is_whole: false,
                }));
            }
        }
    }
}

/// The parts of a line of a shell that call `trainyard`.
fn commands_of(line: &str) -> impl Iterator<Item = &str> {
    parts(line).into_iter().map(str::trim).filter(|part| part.starts_with("trainyard "))
}

/// A line at its pipes, lists and redirections, without its comment.
fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut quote, mut before) = (0, None, ' ');
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, '#') if before == ' ' => {
                parts.push(&line[begin..at]);
                return parts;
            }
            (None, '|' | '&' | ';' | '>' | '<') => {
                parts.push(&line[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
        before = character;
    }
    parts.push(&line[begin..]);
    parts
}

/// A command's words, as a shell parts them; variables stay as they are.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    for character in command.chars() {
        match (quote, character) {
            (None, ' ') => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (Some(open), _) if open == character => quote = None,
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[test]
fn lines_of_shells_are_parted() {
    let line = "trainyard next --tag > x; trainyard version match '>=1' 2 < y | wc # trainyard no";
    let found: Vec<_> = commands_of(line).map(words).collect();
    assert_eq!(
        found,
        [vec!["trainyard", "next", "--tag"], vec!["trainyard", "version", "match", ">=1", "2"]]
    );
}

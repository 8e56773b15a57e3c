//! Rails: `db/migrate/<timestamp>_<name>.rb`.
//!
//! The words of Rails' own language are read line by line, all branches taken; a line that is none of them is
//! [`Unresolved`](super::Flag::Unresolved).

mod definitions;
mod models;
mod reader;
mod ruby;

use camino::Utf8Path;
use sha2::{Digest, Sha256};

use self::{
    reader::Reader,
    ruby::{Line, Token, lines},
};
use super::{
    Late,
    schema::Action,
    scripts::{Layout, Place, Way, numbered, order_of},
};

/// Rails' files.
pub(super) struct Rails;

impl Layout for Rails {
    fn name(&self) -> &'static str {
        "rails"
    }

    fn late(&self) -> Late {
        Late::Applied
    }

    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let folder = path.parent().filter(|folder| {
            ["migrate", "post_migrate"].contains(&folder.file_name().unwrap_or_default())
        })?;
        let (digits, _) = numbered(path.file_name()?.strip_suffix(".rb")?)?;
        Some(Place {
            folder: folder.to_owned(),
            order: order_of(digits),
            id: digits.to_owned(),
            way: Way::Forward,
        })
    }
}

/// What a file says of the way forward and the way back.
#[derive(Debug)]
pub(super) struct Halves {
    forward: Vec<Line>,
    backward: Vec<Line>,
}

/// Divides a file: `def down` leads back, and so does `dir.down`.
pub(super) fn halves(text: &str) -> Halves {
    let mut halves = Halves { forward: Vec::new(), backward: Vec::new() };
    let mut back_from: Option<usize> = None;
    for line in lines(text) {
        let is_end = matches!(line.tokens.first(), Some(Token::Word(word)) if word == "end")
            || line.tokens.first() == Some(&Token::Symbol('}'));
        if let Some(indent) = back_from {
            if line.indent <= indent {
                back_from = None;
                if is_end {
                    continue;
                }
            } else {
                halves.backward.push(line);
                continue;
            }
        }
        if leads_back(&line) {
            back_from = Some(line.indent);
        } else {
            halves.forward.push(line);
        }
    }
    halves
}

fn leads_back(line: &Line) -> bool {
    match line.tokens.as_slice() {
        [Token::Word(def), Token::Word(name), ..] if def == "def" => {
            name == "down" || name == "self.down"
        }
        [Token::Word(word), ..] => word.split_once('.').is_some_and(|(_, name)| name == "down"),
        _ => false,
    }
}

impl Halves {
    /// Names what each half means; `None` for a way back that is not there.
    pub(super) fn fingerprints(&self) -> ([u8; 32], Option<[u8; 32]>) {
        let back = (!self.backward.is_empty()).then(|| fingerprint(&self.backward));
        (fingerprint(&self.forward), back)
    }

    /// The steps forward.
    pub(super) fn read(&self) -> Vec<Action> {
        let mut reader = Reader::new(methods(&self.forward));
        for line in &self.forward {
            reader.line(line);
        }
        reader.into_actions()
    }
}

fn fingerprint(lines: &[Line]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for line in lines {
        digest.update(format!("{:?}", line.tokens));
    }
    digest.finalize().into()
}

/// Methods that the file defines: their lines are read where they stand.
fn methods(lines: &[Line]) -> Vec<String> {
    let name = |line: &Line| match line.tokens.as_slice() {
        [Token::Word(def), Token::Word(name), ..] if def == "def" => Some(name.clone()),
        _ => None,
    };
    lines.iter().filter_map(name).take(64).collect()
}

//! Names of tests, as many as a statement may hold.

use crate::encoding::{sha256, to_hex};

/// How many bytes of names are kept of each of the four sorts, so that all fit into a statement even if every letter is escaped.
const MAX_BYTES: usize = 480 << 10;
/// The longest name, in bytes; of a longer one its beginning and its hash are kept.
const MAX_NAME_BYTES: usize = 500;

/// Names in their order, until there are too many.
#[derive(Debug, Default)]
pub(super) struct Names {
    kept: Vec<String>,
    bytes: usize,
    left_out: u64,
}

impl Names {
    pub(super) fn add(&mut self, name: &str) {
        let name = presentable(name);
        if self.left_out > 0 || self.bytes + name.len() > MAX_BYTES {
            self.left_out += 1;
        } else {
            // A name costs more than its letters.
            self.bytes += name.len() + 16;
            self.kept.push(name);
        }
    }

    /// The names that were kept, and how many were not.
    pub(super) fn first(self) -> (Vec<String>, u64) {
        (self.kept, self.left_out)
    }

    /// All names, or none if not all were kept, and how many are missing.
    pub(super) fn all_or_none(self) -> (Vec<String>, u64) {
        match self.left_out {
            0 => (self.kept, 0),
            left_out => (Vec::new(), left_out + self.kept.len() as u64),
        }
    }
}

/// A name in one line, not too long, and never empty.
fn presentable(name: &str) -> String {
    let plain: String =
        name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match plain.trim() {
        "" => "(a test without a name)".to_owned(),
        name if name.len() <= MAX_NAME_BYTES => name.to_owned(),
        name => {
            let end = name.floor_char_boundary(MAX_NAME_BYTES);
            let hash: String = to_hex(&sha256(&[name.as_bytes()])).chars().take(8).collect();
            format!("{}… {hash}", name.get(..end).unwrap_or_default())
        }
    }
}

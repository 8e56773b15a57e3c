//! Real cases with answers that somebody else wrote.

use std::{env, io::Read};

use camino::Utf8PathBuf;

/// The folder of cases: `TRAINYARD_CASES`, or `../shared/cases` beside the checkout.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
pub fn cases_dir() -> Utf8PathBuf {
    env::var("TRAINYARD_CASES").map_or_else(
        |_| Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cases")),
        Utf8PathBuf::from,
    )
}

/// Reads one file of cases, unpacked where its name ends in `.gz`; tells on stdout that it was skipped, by name, where it is absent.
///
/// # Panics
///
/// When the file is there and cannot be read.
#[expect(clippy::print_stdout, reason = "a skipped file is told to whoever runs the tests")]
pub fn case_text(relative: &str) -> Option<String> {
    let path = cases_dir().join(relative);
    if !path.exists() {
        println!("skipped: {relative} is not in {}", cases_dir());
        return None;
    }
    if path.extension() != Some("gz") {
        return Some(fs_err::read_to_string(&path).expect("a file of cases is readable UTF-8"));
    }
    let packed = fs_err::read(&path).expect("a file of cases is readable");
    let mut text = String::new();
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
    unpacked.read_to_string(&mut text).expect("a file of cases is packed UTF-8");
    Some(text)
}

/// Counts the cases of one file and fails at the end with every wrong one.
#[derive(Debug)]
pub struct Tally {
    name: String,
    right: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Starts counting for a file of cases.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), right: 0, wrong: Vec::new() }
    }

    /// Counts one case; `describe` is asked only for a wrong one.
    pub fn check(&mut self, right: bool, describe: impl FnOnce() -> String) {
        if right {
            self.right += 1;
        } else {
            self.wrong.push(describe());
        }
    }

    /// Prints the score.
    ///
    /// # Panics
    ///
    /// When a case was wrong, or none ran.
    #[expect(clippy::print_stdout, reason = "the score is what such a test is for")]
    pub fn finish(self) {
        let total = self.right + self.wrong.len();
        println!("{}: {} of {total} cases right", self.name, self.right);
        assert!(total > 0, "{}: no case ran", self.name);
        let shown: Vec<_> = self.wrong.iter().take(40).map(String::as_str).collect();
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), shown.join("\n"));
    }
}

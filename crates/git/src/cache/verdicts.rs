//! What detectors found, by the contents it rests on.

use std::fmt::Write as _;

use trainyard_evidence::{Change, VerdictKey, Verdicts};

use super::{
    Cache, LARGEST_CACHE_BYTES,
    file::{self, Kind},
};

impl Verdicts for Cache {
    fn get(&self, key: &VerdictKey) -> Option<Vec<Change>> {
        let key = name_of(key);
        let content = file::read(&self.path_of(Kind::Verdict, &key), Kind::Verdict, &key)?;
        decode(&content)
    }

    fn put(&self, key: &VerdictKey, changes: &[Change]) {
        let key = name_of(key);
        if let Ok(content) = serde_json::to_vec(changes) {
            _ = file::write(&self.path_of(Kind::Verdict, &key), Kind::Verdict, &key, &content);
        }
    }
}

impl Cache {
    /// Removes the oldest files where verdicts made the folder too large; called once at the end of a run.
    pub fn tidy(&self) {
        self.trim(LARGEST_CACHE_BYTES);
    }
}

pub(super) fn decode(content: &[u8]) -> Option<Vec<Change>> {
    serde_json::from_slice(content).ok()
}

fn name_of(key: &VerdictKey) -> String {
    let mut name = String::with_capacity(64);
    for byte in key.0 {
        _ = write!(name, "{byte:02x}");
    }
    name
}

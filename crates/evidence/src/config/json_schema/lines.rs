//! On which lines the keys of a JSON text stand.

use std::collections::HashMap;

/// More places are not remembered; keys beyond have no line.
const MOST_PLACES: usize = 500_000;

/// Lines by paths, where a path is the hash of its keys. Two paths of one hash share a line, which costs nothing but a
/// wrong line.
pub(super) struct Lines {
    by_path: HashMap<u64, u32>,
}

/// A list or an object that is open.
struct Open {
    path: u64,
    /// The number of the present item; `None` in an object.
    item: Option<usize>,
    /// The path of the present value in an object.
    below: u64,
    /// Whether a key is awaited.
    wants_key: bool,
}

impl Lines {
    /// The path of the document itself.
    pub(super) const ROOT: u64 = 0xcbf2_9ce4_8422_2325;

    /// The path of what stands under a key.
    pub(super) fn below(path: u64, key: &str) -> u64 {
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        key.bytes().fold(step(path, b'/'), step)
    }

    pub(super) fn get(&self, path: u64) -> Option<u32> {
        self.by_path.get(&path).copied()
    }

    /// Reads a text that is known to be JSON; of anything else there are some lines. *Cost*: linear.
    pub(super) fn of(text: &str) -> Self {
        let mut by_path = HashMap::from([(Self::ROOT, 1)]);
        let mut line = 1u32;
        let mut open: Vec<Open> = Vec::new();
        let mut bytes = text.bytes().enumerate();
        while let Some((start, byte)) = bytes.next() {
            match byte {
                b'\n' => line = line.saturating_add(1),
                b'{' | b'[' => {
                    let path = open.last().map_or(Self::ROOT, Open::value_path);
                    let is_object = byte == b'{';
                    let item = (!is_object).then_some(0);
                    open.push(Open { path, item, below: path, wants_key: is_object });
                }
                b'}' | b']' => {
                    open.pop();
                }
                b',' => {
                    if let Some(last) = open.last_mut() {
                        last.wants_key = last.item.is_none();
                        last.item = last.item.map(|item| item + 1);
                    }
                }
                b'"' => {
                    let mut is_escaped = false;
                    let end = bytes.find(|(_, byte)| match byte {
                        _ if is_escaped => {
                            is_escaped = false;
                            false
                        }
                        b'\\' => {
                            is_escaped = true;
                            false
                        }
                        other => *other == b'"',
                    });
                    let Some((end, _)) = end else { break };
                    let Some(last) = open.last_mut().filter(|last| last.wants_key) else {
                        continue;
                    };
                    last.wants_key = false;
                    last.below = Self::below(last.path, &key_of(text, start, end));
                    if by_path.len() < MOST_PLACES {
                        by_path.insert(last.below, line);
                    }
                }
                _ => {}
            }
        }
        Self { by_path }
    }
}

impl Open {
    fn value_path(&self) -> u64 {
        match self.item {
            Some(item) => Lines::below(self.path, &item.to_string()),
            None => self.below,
        }
    }
}

/// The key between two quotes.
fn key_of(text: &str, start: usize, end: usize) -> String {
    let quoted = text.get(start..=end).unwrap_or_default();
    if quoted.contains('\\') {
        serde_json::from_str(quoted).unwrap_or_default()
    } else {
        quoted.trim_matches('"').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_lines() {
        let lines = Lines::of("{\n \"a\": {\"b\\n\": 1},\n \"c\": [1,\n {\n \"d\": \"{\"}]}");
        let path =
            |keys: &[&str]| keys.iter().fold(Lines::ROOT, |path, key| Lines::below(path, key));
        for (keys, line) in
            [(&["a"][..], 2), (&["a", "b\n"], 2), (&["c"], 3), (&["c", "1", "d"], 5)]
        {
            assert_eq!(lines.get(path(keys)), Some(line), "{keys:?}");
        }
        assert_eq!(lines.get(path(&["d"])), None);
    }
}

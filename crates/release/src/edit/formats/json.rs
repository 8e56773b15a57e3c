//! JSON, scanned for the ranges of texts.

use crate::edit::Slot;

/// The text under a key, part by part; more than one where a key is repeated.
///
/// *Cost*: linear, and memory by depth. *Errors*: where the text stops being JSON.
pub(in crate::edit) fn at(text: &str, keys: &[&str]) -> Result<Vec<Slot>, String> {
    let mut found = Vec::new();
    scan(text, |path, range| {
        if path == keys {
            found.extend(Slot::new(text, range));
        }
    })?;
    Ok(found)
}

/// What a bracket that is open holds.
enum Open {
    /// An object, and whether its next text is a key.
    Object {
        awaits_key: bool,
    },
    Array,
}

/// Tells each text that is a value of an object: the keys that lead to it, and its bytes without the quotes.
///
/// Brackets and texts must fit together; whether commas and colons are where they belong is not judged, since the text
/// comes from a file that other tools read as well.
pub(in crate::edit) fn scan<'a>(
    text: &'a str,
    mut tell: impl FnMut(&[&'a str], std::ops::Range<usize>),
) -> Result<(), String> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut path: Vec<&'a str> = Vec::new();
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'"' => {
                let end = end_of_string(bytes, position + 1)
                    .ok_or_else(|| format!("the text at byte {position} does not end"))?;
                let content = position + 1..end;
                match open.last_mut() {
                    Some(Open::Object { awaits_key }) if *awaits_key => {
                        *awaits_key = false;
                        path.push(text.get(content).unwrap_or_default());
                    }
                    Some(Open::Object { .. }) => tell(&path, content),
                    _ => {}
                }
                position = end;
            }
            b'{' => open.push(Open::Object { awaits_key: true }),
            b'[' => {
                open.push(Open::Array);
                // What is in a list has no key of its own.
                path.push("\u{0}");
            }
            b',' => {
                if let Some(Open::Object { awaits_key }) = open.last_mut() {
                    if !*awaits_key {
                        path.pop();
                    }
                    *awaits_key = true;
                }
            }
            b'}' | b']' => {
                let closes = match open.pop() {
                    Some(Open::Object { awaits_key }) => {
                        if !awaits_key {
                            path.pop();
                        }
                        *byte == b'}'
                    }
                    Some(Open::Array) => {
                        path.pop();
                        *byte == b']'
                    }
                    None => false,
                };
                if !closes {
                    return Err(format!("the bracket at byte {position} closes nothing"));
                }
            }
            _ => {}
        }
        position += 1;
    }
    if open.is_empty() { Ok(()) } else { Err("a bracket is not closed".to_owned()) }
}

/// The byte of the closing quote of a text whose content starts at `from`.
fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let mut position = from;
    loop {
        match bytes.get(position)? {
            b'"' => return Some(position),
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
}

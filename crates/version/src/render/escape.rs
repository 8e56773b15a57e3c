//! Escapes: any text in the characters a place allows, and back.

use super::Target;

/// The longest Docker tag.
const DOCKER_LONGEST: usize = 128;
/// What git adds to the name of a file that it is writing.
const LOCK: &str = ".lock";
/// The longest part of a git name: a file name of 255 bytes, less `.lock`.
const GIT_LONGEST: usize = 250;

/// Writes a value in the characters of the target; `at_start` tells that a name begins with it.
///
/// No two values have the same result.
pub(super) fn escape(target: Target, value: &str, at_start: bool) -> String {
    match target {
        Target::Docker => escape_docker(value, at_start),
        Target::GitTag | Target::Branch => escape_git(value),
        Target::PyPi | Target::Helm => value.to_owned(),
    }
}

/// Reads back what [`escape`] wrote; `None` for what it never writes.
pub(super) fn unescape(target: Target, text: &str, at_start: bool) -> Option<String> {
    let value = match target {
        Target::Docker => unescape_docker(text)?,
        Target::GitTag | Target::Branch => unescape_git(text)?,
        Target::PyPi | Target::Helm => text.to_owned(),
    };
    (escape(target, &value, at_start) == text).then_some(value)
}

/// Checks a whole name by the rules of the target on characters.
///
/// *Errors*: why the name is not allowed.
pub(super) fn check(target: Target, name: &str) -> Result<(), String> {
    match target {
        Target::Docker => check_docker(name),
        Target::GitTag | Target::Branch => check_git(name),
        Target::PyPi | Target::Helm => Ok(()),
    }
}

fn is_docker(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

/// `+` becomes `_`, as Helm writes it in registries; what else is not allowed becomes `__` and two hexadecimal digits
/// a byte, and so does `_` itself, or a `+` before something that begins with `_`.
fn escape_docker(value: &str, at_start: bool) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut characters = value.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let plain = is_docker(character)
            && character != '_'
            && !(at_start && index == 0 && matches!(character, '.' | '-'));
        if plain {
            escaped.push(character);
        } else if character == '+' && next.is_none_or(|next| is_docker(next) && next != '_') {
            escaped.push('_');
        } else {
            push_hexadecimal(&mut escaped, "__", character);
        }
    }
    escaped
}

fn unescape_docker(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match (first, after) {
            (b'_', [b'_', high, low, after @ ..]) => {
                bytes.push(byte(*high, *low)?);
                after
            }
            (b'_', [b'_', ..]) => return None,
            (b'_', _) => {
                bytes.push(b'+');
                after
            }
            (other, _) => {
                bytes.push(*other);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

fn check_docker(name: &str) -> Result<(), String> {
    if let Some((position, character)) =
        name.char_indices().find(|(_, character)| !is_docker(*character))
    {
        return Err(format!("`{character}` at position {position} is not allowed"));
    }
    match name.chars().next() {
        None => Err("it would be empty".into()),
        Some(first @ ('.' | '-')) => Err(format!("it must not begin with `{first}`")),
        Some(_) if name.len() > DOCKER_LONGEST => {
            Err(format!("it has {} characters, and {DOCKER_LONGEST} are allowed", name.len()))
        }
        Some(_) => Ok(()),
    }
}

fn is_banned_by_git(character: char) -> bool {
    character.is_ascii_control() || " ~^:?*[\\".contains(character)
}

/// What git does not allow becomes `%` and two hexadecimal digits, wherever in a name the value may stand.
fn escape_git(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let lock = value.strip_suffix(LOCK).map(str::len);
    for (index, character) in value.char_indices() {
        let is_edge = index == 0 || index + 1 == value.len();
        let banned = match character {
            '%' | '@' | '/' => true,
            '.' => is_edge || lock == Some(index) || escaped.ends_with('.'),
            '-' => index == 0,
            'H' => value == "HEAD",
            other => is_banned_by_git(other),
        };
        if banned {
            push_hexadecimal(&mut escaped, "%", character);
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn unescape_git(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                bytes.push(byte(*high, *low)?);
                after
            }
            (b'%', _) => return None,
            (other, _) => {
                bytes.push(*other);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

/// The rules of git-check-ref-format, and those of `git branch` and `git tag` on top.
fn check_git(name: &str) -> Result<(), String> {
    if let Some((position, character)) =
        name.char_indices().find(|(_, character)| is_banned_by_git(*character))
    {
        return Err(format!("{character:?} at position {position} is not allowed"));
    }
    if let Some(banned) = ["..", "@{", "//"].into_iter().find(|banned| name.contains(banned)) {
        return Err(format!("`{banned}` is not allowed"));
    }
    if name.is_empty() || matches!(name, "@" | "HEAD") {
        return Err(format!("`{name}` is not allowed"));
    }
    if name.starts_with(['-', '/']) || name.ends_with(['/', '.']) {
        return Err("it must not begin with `-` or `/`, nor end with `/` or `.`".into());
    }
    for part in name.split('/') {
        if part.starts_with('.') || part.strip_suffix(LOCK).is_some() {
            return Err("no part of it may begin with `.` or end with `.lock`".into());
        }
        if part.len() > GIT_LONGEST {
            return Err(format!("{} bytes are more than a file name can have", part.len()));
        }
    }
    Ok(())
}

fn push_hexadecimal(escaped: &mut String, lead: &str, character: char) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        escaped.push_str(lead);
        escaped.push(DIGITS[usize::from(byte >> 4)]);
        escaped.push(DIGITS[usize::from(byte & 15)]);
    }
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit =
        |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

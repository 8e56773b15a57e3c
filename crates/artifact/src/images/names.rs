//! Names that registries accept, and nothing that could lead to another address.

/// A name that no registry accepts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Of a repository.
    #[error(
        "`{0}` is no name of an image: it has parts of `a-z`, `0-9`, `.`, `_` and `-`, with `/` between"
    )]
    Repository(String),
    /// Of a tag.
    #[error(
        "`{0}` is no tag: it has up to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`, and begins with none of `.` and `-`"
    )]
    Tag(String),
}

/// The most characters of a tag.
const MAX_TAG: usize = 128;
/// The most characters of a repository's name.
const MAX_REPOSITORY: usize = 255;

/// Makes sure that a text is a tag.
pub(super) fn check_tag(tag: &str) -> Result<(), NameError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins_well = tag.bytes().next().is_some_and(is_word);
    let is_plain = |byte: u8| is_word(byte) || matches!(byte, b'.' | b'-');
    if begins_well && tag.len() <= MAX_TAG && tag.bytes().all(is_plain) {
        Ok(())
    } else {
        Err(NameError::Tag(tag.chars().take(MAX_TAG).collect()))
    }
}

/// Makes sure that a text is the name of a repository.
pub(super) fn check_repository(name: &str) -> Result<(), NameError> {
    let is_letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(is_letter)
            && bytes.last().is_some_and(is_letter)
            && bytes.iter().all(|byte| is_letter(byte) || matches!(byte, b'.' | b'_' | b'-'))
            && !part.contains("..")
    };
    if name.len() <= MAX_REPOSITORY && name.split('/').all(is_part) {
        Ok(())
    } else {
        Err(NameError::Repository(name.chars().take(MAX_REPOSITORY).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::{check_repository, check_tag};

    #[test]
    fn tags_are_plain() {
        for tag in ["1.2.3", "latest", "_x", "V1", &"x".repeat(128)] {
            assert!(check_tag(tag).is_ok(), "{tag}");
        }
        for tag in ["", ".x", "-x", "a/b", "a:b", "1+2", "ü", "..", &"x".repeat(129)] {
            assert!(check_tag(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn repositories_are_plain() {
        for name in ["ayon", "ynput/ayon-server", "a/b/c", "a__b", "a.b", &"x".repeat(255)] {
            assert!(check_repository(name).is_ok(), "{name}");
        }
        for name in ["", "/a", "a/", "a//b", "../a", "a/..", "A", "a:b", "a?b", &"x".repeat(256)] {
            assert!(check_repository(name).is_err(), "{name}");
        }
    }
}

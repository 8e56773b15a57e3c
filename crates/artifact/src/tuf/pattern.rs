//! Which files a delegated role answers for.

use super::metadata::Delegation;
use crate::digest::Sha256;

/// Whether a role answers for a path.
pub(crate) fn covers(delegation: &Delegation, path: &str) -> bool {
    if let Some(prefixes) = &delegation.path_hash_prefixes {
        let digest = Sha256::of(path.as_bytes()).to_string();
        return prefixes.iter().any(|prefix| digest.starts_with(prefix.as_str()));
    }
    delegation.paths.iter().flatten().any(|pattern| matches(pattern, path))
}

/// Whether a path has as many parts as a pattern, and each fits.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (Some(pattern), Some(part)) if part_matches(pattern.as_bytes(), part.as_bytes()) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// `*` is any text, `?` any byte, everything else itself. *Cost*: the product of both lengths at worst.
fn part_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where to go on if what follows the last `*` does not fit: behind the star, one byte later in the text.
    let mut retry = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, from));
            }
            Some(byte) if *byte == b'?' || text.get(from) == Some(byte) => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((behind, earlier)) = retry else { return false };
                at = behind;
                from = earlier + 1;
                retry = Some((behind, from));
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_within_a_part() {
        assert!(matches("ayon/production/*", "ayon/production/head.json"));
        assert!(!matches("ayon/production/*", "ayon/production/more/head.json"));
        assert!(!matches("ayon/production/*", "ayon/latest/head.json"));
        assert!(!matches("ayon/production/*", "ayon/production"));
        assert!(matches("*", "head"));
        assert!(!matches("*", "a/head"));
    }

    #[test]
    fn stars_take_as_much_as_is_needed() {
        assert!(matches("a*b*c", "abbbc"));
        assert!(matches("a*b*c", "aXbYbZc"));
        assert!(!matches("a*b*c", "aXbYbZ"));
        assert!(matches("?.json", "1.json"));
        assert!(!matches("?.json", ".json"));
        assert!(matches("**", ""));
        assert!(!matches(&"*a".repeat(50), &"a".repeat(49)));
    }
}

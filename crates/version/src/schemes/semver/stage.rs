//! What the pre-release identifiers of SemVer tell by custom.

use super::is_numeric;
use crate::{Phase, PreRelease, Stage};

/// Reads `rc.1`, `rc1`, `rc-1`, `dev`, `SNAPSHOT` and the like; SemVer itself gives them no meaning.
pub(super) fn stage(pre: &str) -> Stage {
    if pre.is_empty() {
        return Stage::default();
    }
    let mut identifiers = pre.split('.');
    let first = identifiers.next().unwrap_or_default();
    let second = identifiers.next().filter(|identifier| is_numeric(identifier));
    let (label, digits) = match Glued::read(first) {
        Some(glued) => (glued.label, Some(glued.digits)),
        None if is_numeric(first) => ("", Some(first)),
        None => (first, second),
    };
    let number = digits.and_then(|digits| digits.parse().ok());
    if is_development(label) {
        return Stage { dev: Some(number.unwrap_or(0)), ..Stage::default() };
    }
    Stage { pre: Some(PreRelease { phase: Phase::from_label(label), number }), ..Stage::default() }
}

fn is_development(label: &str) -> bool {
    ["dev", "snapshot"].iter().any(|word| label.eq_ignore_ascii_case(word))
}

/// An identifier of a label and a number without a dot between, such as `rc1` or `rc-1`.
pub(super) struct Glued<'text> {
    pub(super) label: &'text str,
    pub(super) hyphen: &'static str,
    pub(super) digits: &'text str,
}

impl<'text> Glued<'text> {
    pub(super) fn read(identifier: &'text str) -> Option<Self> {
        let length = identifier.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (label, rest) = identifier.split_at(length);
        let (hyphen, digits) = match rest.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", rest),
        };
        (!label.is_empty() && is_numeric(digits)).then_some(Self { label, hyphen, digits })
    }
}

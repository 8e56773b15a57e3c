//! New inputs from old ones.

use crate::random::Random;

/// Longer inputs are made by [`stretch`] alone.
const LONGEST: usize = 4096;

/// Pieces that mean something to one parser or another, and numbers at the edges.
const PIECES: &[&str] = &[
    "0",
    "00",
    "1",
    "18446744073709551615",
    "18446744073709551616",
    "4294967296",
    ".",
    "..",
    "-",
    "+",
    "~",
    "^",
    "*",
    "x",
    "||",
    "|",
    "&",
    ",",
    ", ",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\n\n",
    "<",
    "<=",
    ">",
    ">=",
    "=",
    "==",
    "===",
    "!=",
    "!",
    "~=",
    "~>",
    "v",
    "V",
    "a",
    "b",
    "rc",
    "rc1",
    ".post1",
    ".dev0",
    "-alpha.1",
    "{",
    "}",
    "{version}",
    "{{",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "\"\"\"",
    "#",
    ":",
    "feat: ",
    "fix!: ",
    "BREAKING CHANGE: ",
    "Revert \"",
    "---\n",
    "YYYY",
    "MM",
    "0M",
    "MICRO",
    "[A]",
    "\u{0}",
    "\u{7f}",
    "\u{e9}",
    "\u{130}",
    "\u{202e}",
    "\u{feff}",
    "\u{1f980}",
    "\\",
];

/// An input made of one seed by a few changes; `other` gives parts.
pub(super) fn mutate(seed: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut input = seed.to_vec();
    for _ in 0..=random.below(4) {
        change(&mut input, other, random);
    }
    input.truncate(LONGEST.max(seed.len()));
    input
}

fn change(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let end = at + random.below((input.len() - at).min(16) + 1);
    match random.below(8) {
        0 => {
            input.drain(at..end);
        }
        1 => {
            let part = input[at..end].to_vec();
            input.splice(at..at, part);
        }
        2 => {
            input.splice(at..end, random.pick(PIECES).bytes());
        }
        3 => {
            input.splice(at..at, random.pick(PIECES).bytes());
        }
        4 => {
            let from = random.below(other.len() + 1);
            let to = from + random.below(other.len() - from + 1);
            input.splice(at..end, other[from..to].iter().copied());
        }
        5 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        6 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = u8::try_from(random.below(256)).unwrap_or_default();
            }
        }
        _ => input.truncate(at),
    }
}

/// A long input: a part of the seed, or a piece, over and over between what was around it.
pub(super) fn stretch(seed: &[u8], length: usize, random: &mut Random) -> Stretched {
    let at = random.below(seed.len() + 1);
    let end = at + random.below((seed.len() - at).min(24) + 1);
    let mut part = seed[at..end].to_vec();
    if part.is_empty() || random.below(3) == 0 {
        part.extend(random.pick(PIECES).bytes());
    }
    Stretched {
        before: seed[..at].to_vec(),
        times: length / part.len() + 1,
        part,
        after: seed[end..].to_vec(),
    }
}

/// An input that can be made longer and shorter.
#[derive(Clone, Debug)]
pub(super) struct Stretched {
    before: Vec<u8>,
    part: Vec<u8>,
    times: usize,
    after: Vec<u8>,
}

impl Stretched {
    /// The input.
    pub(super) fn bytes(&self) -> Vec<u8> {
        [&self.before[..], &self.part.repeat(self.times), &self.after].concat()
    }

    /// The same with twice as many parts.
    pub(super) fn doubled(&self) -> Self {
        Self { times: self.times * 2, ..self.clone() }
    }

    /// The same with half as many parts.
    pub(super) fn halved(&self) -> Self {
        Self { times: self.times / 2, ..self.clone() }
    }
}

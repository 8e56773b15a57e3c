//! PEP 440, the versions of Python packages.

mod parse;
mod step;

use std::fmt;

use crate::{
    Date, KeyBuilder, OrderKey, ParseError, Phase, PreRelease, Stage, Step, StepError, Version,
    VersionScheme, schemes::stepping::dotted,
};

/// `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]` in every spelling the standard normalises.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pep440;

impl VersionScheme for Pep440 {
    fn parse(&self, text: &str) -> Result<Version, ParseError> {
        Pep440Version::parse(text).map(|parsed| parsed.version(text))
    }

    fn step(&self, from: &Version, step: &Step, _today: Date) -> Result<Version, StepError> {
        step::step(from, step)
    }

    fn first(&self, _today: Date) -> Version {
        Pep440Version { release: vec![0, 1, 0], ..Pep440Version::default() }.written()
    }

    fn line(&self, version: &Version) -> String {
        let epoch = version
            .canonical()
            .split_once('!')
            .map_or(String::new(), |(epoch, _)| format!("{epoch}!"));
        format!("{epoch}{}.{}", version.segment(0), version.segment(1))
    }

    fn examples(&self) -> Vec<Version> {
        ["1.2.0rc1", "1.2.0", "1.2.0.post1"]
            .iter()
            .filter_map(|text| self.parse(text).ok())
            .collect()
    }
}

/// The parts of a PEP 440 version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pep440Version {
    pub(crate) epoch: u64,
    /// The release segments as written, trailing zeros included.
    pub(crate) release: Vec<u64>,
    pub(crate) pre: Option<(PreKind, u64)>,
    pub(crate) post: Option<u64>,
    pub(crate) dev: Option<u64>,
    pub(crate) local: Vec<LocalSegment>,
}

/// The kinds of pre-release, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PreKind {
    Alpha,
    Beta,
    Candidate,
}

impl PreKind {
    /// The normalised spelling.
    fn label(self) -> &'static str {
        match self {
            Self::Alpha => "a",
            Self::Beta => "b",
            Self::Candidate => "rc",
        }
    }

    fn phase(self) -> Phase {
        match self {
            Self::Alpha => Phase::Alpha,
            Self::Beta => Phase::Beta,
            Self::Candidate => Phase::Candidate,
        }
    }
}

/// A segment of a local version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LocalSegment {
    /// Letters and digits, lower case.
    Text(Box<str>),
    /// Digits of any length, without leading zeros.
    Number(Box<str>),
}

impl Pep440Version {
    /// Reads a version in any spelling that the standard normalises.
    pub(crate) fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text)
    }

    /// Its place in the order.
    ///
    /// A version with a local part has the key of the public version as its beginning, so `key().extend().rank(255)`
    /// of a public version is above all its local ones and below any other public version.
    pub(crate) fn key(&self) -> OrderKey {
        self.local.iter().fold(self.public_key(), LocalSegment::add_to).build()
    }

    /// Release segments count without trailing zeros; what is absent sorts below or above by the standard's table.
    fn public_key(&self) -> KeyBuilder {
        const END: u8 = 0;
        const SEGMENT: u8 = 1;
        const DEVELOPMENT_OF_FINAL: u8 = 0;
        const PRE: u8 = 1;
        const FINAL: u8 = 4;
        const ABSENT_POST: u8 = 0;
        const POST: u8 = 1;
        const DEVELOPMENT: u8 = 0;
        const ABSENT_DEVELOPMENT: u8 = 1;

        let significant =
            self.release.iter().rposition(|&segment| segment != 0).map_or(0, |last| last + 1);
        let key = self.release[..significant]
            .iter()
            .fold(KeyBuilder::new().number(self.epoch), |key, &segment| {
                key.rank(SEGMENT).number(segment)
            })
            .rank(END);
        let key = match (self.pre, self.post, self.dev) {
            (Some((kind, number)), _, _) => key.rank(PRE + kind as u8).number(number),
            (None, None, Some(_)) => key.rank(DEVELOPMENT_OF_FINAL),
            (None, _, _) => key.rank(FINAL),
        };
        let key = match self.post {
            Some(number) => key.rank(POST).number(number),
            None => key.rank(ABSENT_POST),
        };
        match self.dev {
            Some(number) => key.rank(DEVELOPMENT).number(number),
            None => key.rank(ABSENT_DEVELOPMENT),
        }
    }

    fn stage(&self) -> Stage {
        let pre =
            self.pre.map(|(kind, number)| PreRelease { phase: kind.phase(), number: Some(number) });
        Stage { pre, post: self.post, dev: self.dev }
    }

    fn version(&self, text: &str) -> Version {
        Version::new(text, &self.to_string(), self.key(), self.release.as_slice(), self.stage())
    }

    /// As a version whose text is the canonical spelling.
    fn written(&self) -> Version {
        self.version(&self.to_string())
    }

    /// Writes it with the release segments spelled as given.
    fn spelled(&self, release: &str) -> String {
        let epoch = if self.epoch == 0 { String::new() } else { format!("{}!", self.epoch) };
        let pre = self.pre.map(|(kind, number)| format!("{}{number}", kind.label()));
        let post = self.post.map(|number| format!(".post{number}"));
        let dev = self.dev.map(|number| format!(".dev{number}"));
        let marks = [pre, post, dev].into_iter().flatten().collect::<String>();
        let segments: Vec<_> = self.local.iter().map(LocalSegment::as_str).collect();
        let plus = if segments.is_empty() { "" } else { "+" };
        format!("{epoch}{release}{marks}{plus}{}", segments.join("."))
    }
}

impl LocalSegment {
    fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }

    /// Texts sort before numbers.
    fn add_to(key: KeyBuilder, segment: &Self) -> KeyBuilder {
        match segment {
            Self::Text(text) => key.rank(1).text(text),
            Self::Number(digits) => key.rank(2).digits(digits),
        }
    }
}

impl fmt::Display for Pep440Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.spelled(&dotted(&self.release)))
    }
}

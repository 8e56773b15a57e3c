//! The versions of Debian packages.

mod step;

use crate::{
    Date, KeyBuilder, OrderKey, ParseError, Phase, PreRelease, Stage, Step, StepError, Version,
    VersionScheme, schemes::scan::Scanner,
};

/// dpkg keeps epochs in a C `int`.
const GREATEST_EPOCH: u64 = 2_147_483_647;

/// `[EPOCH:]UPSTREAM[-REVISION]`, in the order of dpkg: `~` sorts before the end, letters before all else.
///
/// Numbers in upstream version and revision are of any length; those beyond `u64` are not among the release segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Debian;

impl VersionScheme for Debian {
    fn parse(&self, text: &str) -> Result<Version, ParseError> {
        Parts::parse(text).map(|parts| parts.version(text))
    }

    fn step(&self, from: &Version, step: &Step, _today: Date) -> Result<Version, StepError> {
        step::step(from, step)
    }

    fn first(&self, _today: Date) -> Version {
        Parts { epoch: 0, upstream: "0.1.0".into(), revision: Some("1".into()) }.written()
    }

    fn line(&self, version: &Version) -> String {
        let epoch = version
            .canonical()
            .split_once(':')
            .filter(|(epoch, _)| *epoch != "0")
            .map_or(String::new(), |(epoch, _)| format!("{epoch}:"));
        format!("{epoch}{}.{}", version.segment(0), version.segment(1))
    }

    fn examples(&self) -> Vec<Version> {
        ["1.2.0~rc1-1", "1.2.0-1", "1:1.2.0-1"]
            .iter()
            .filter_map(|text| self.parse(text).ok())
            .collect()
    }
}

/// The three parts of a Debian version.
#[derive(Clone, Debug)]
struct Parts {
    epoch: u64,
    upstream: String,
    revision: Option<String>,
}

impl Parts {
    fn parse(text: &str) -> Result<Self, ParseError> {
        let mut scanner = Scanner::new(text, "Debian version");
        let has_epoch = text.contains(':');
        let epoch = if has_epoch { epoch(&mut scanner)? } else { 0 };
        if !scanner.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(scanner.expected("a digit, with which the upstream version starts"));
        }
        let (start, rest) = (scanner.position(), scanner.rest());
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((upstream, revision)) => (upstream, Some(revision)),
            None => (rest, None),
        };
        check(&scanner, start, upstream, if has_epoch { ".+~-:" } else { ".+~-" })?;
        if let Some(revision) = revision {
            let start = start + upstream.len() + 1;
            if revision.is_empty() {
                return Err(scanner.expected_at(start, "a revision after the last hyphen"));
            }
            check(&scanner, start, revision, ".+~")?;
        }
        let revision = revision.map(ToOwned::to_owned);
        Ok(Self { epoch, upstream: upstream.to_owned(), revision })
    }

    /// The upstream version up to its first character that is neither digit nor dot, without a dot at the end.
    fn release_text(&self) -> &str {
        let end =
            self.upstream.find(|character: char| !character.is_ascii_digit() && character != '.');
        self.upstream[..end.unwrap_or(self.upstream.len())].trim_end_matches('.')
    }

    /// The numbers of [`Self::release_text`], up to the first that is beyond `u64`.
    fn release(&self) -> Vec<u64> {
        self.release_text().split('.').map_while(|segment| segment.parse().ok()).collect()
    }

    /// What stands after the first tilde of the upstream version, by custom the mark of a pre-release.
    fn mark(&self) -> Option<&str> {
        self.upstream.split_once('~').map(|(_, mark)| mark)
    }

    fn stage(&self) -> Stage {
        let Some(mark) = self.mark() else { return Stage::default() };
        let mark = Mark::read(mark);
        let number = mark.digits.parse().ok();
        if mark.label.eq_ignore_ascii_case("dev") {
            return Stage { dev: Some(number.unwrap_or(0)), ..Stage::default() };
        }
        let phase = Phase::from_label(mark.label);
        Stage { pre: Some(PreRelease { phase, number }), ..Stage::default() }
    }

    fn key(&self) -> OrderKey {
        let key = add_to_key(KeyBuilder::new().number(self.epoch), &self.upstream);
        add_to_key(key, self.revision.as_deref().unwrap_or_default()).build()
    }

    fn spelled(&self) -> String {
        let mut text = String::new();
        // Only after an epoch may the upstream version have colons of its own.
        if self.epoch != 0 || self.upstream.contains(':') {
            text = format!("{}:", self.epoch);
        }
        text.push_str(&self.upstream);
        if let Some(revision) = &self.revision {
            text.push('-');
            text.push_str(revision);
        }
        text
    }

    fn version(&self, text: &str) -> Version {
        Version::new(text, &self.spelled(), self.key(), self.release(), self.stage())
    }

    fn written(&self) -> Version {
        self.version(&self.spelled())
    }
}

fn epoch(scanner: &mut Scanner<'_>) -> Result<u64, ParseError> {
    let start = scanner.clone();
    let too_great = || start.expected(format!("an epoch up to {GREATEST_EPOCH}"));
    let epoch = match scanner.digits() {
        "" => return Err(scanner.expected("the epoch, a number, before `:`")),
        digits => digits.parse().map_err(|_| too_great())?,
    };
    if !scanner.skip(b':') {
        return Err(scanner.expected("digits of the epoch, up to `:`"));
    }
    if epoch > GREATEST_EPOCH { Err(too_great()) } else { Ok(epoch) }
}

/// Refuses a part, which begins at `start`, for its first character beyond letters, digits and `marks`.
fn check(scanner: &Scanner<'_>, start: usize, part: &str, marks: &str) -> Result<(), ParseError> {
    let stray = part
        .find(|character: char| !character.is_ascii_alphanumeric() && !marks.contains(character));
    match stray {
        None => Ok(()),
        Some(offset) => {
            let expected = format!("a letter, a digit or one of `{marks}`");
            Err(scanner.expected_at(start + offset, expected))
        }
    }
}

/// Appends a part as dpkg compares it: text and number in turn, each text with a weight per character.
///
/// What is missing at the end counts as an empty text and zero, so the end has the weight of an empty text.
fn add_to_key(mut key: KeyBuilder, part: &str) -> KeyBuilder {
    const TILDE: u8 = 1;
    const END: u8 = 2;
    const OTHERS: u8 = 128;
    let mut rest = part;
    loop {
        let text_length = rest.bytes().take_while(|byte| !byte.is_ascii_digit()).count();
        let (text, after) = rest.split_at(text_length);
        key = text.bytes().fold(key, |key, byte| match byte {
            b'~' => key.rank(TILDE),
            letter if letter.is_ascii_alphabetic() => key.rank(letter),
            other => key.rank(other | OTHERS),
        });
        let digits_length = after.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = after.split_at(digits_length);
        key = key.rank(END).digits(digits);
        rest = after;
        if rest.is_empty() {
            return key.rank(END);
        }
    }
}

/// A pre-release mark such as `rc1` or `beta.2`: label, dot, digits and whatever follows.
struct Mark<'text> {
    label: &'text str,
    dot: &'static str,
    digits: &'text str,
}

impl<'text> Mark<'text> {
    fn read(mark: &'text str) -> Self {
        let length = mark.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (label, rest) = mark.split_at(length);
        let (dot, rest) = match rest.strip_prefix('.') {
            Some(rest) => (".", rest),
            None => ("", rest),
        };
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        Self { label, dot, digits: &rest[..length] }
    }
}

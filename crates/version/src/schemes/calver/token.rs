//! The tokens of calendar patterns.

/// What a token stands for.
///
/// `W` counts weeks from the year's first Monday, `U` from its first Sunday; both start with week 0. `V` are the weeks
/// of ISO 8601, which have years of their own, `G`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    IsoYear,
    Quarter,
    Month,
    MondayWeek,
    SundayWeek,
    IsoWeek,
    DayOfYear,
    Day,
    Major,
    Minor,
    Patch,
    Micro,
    Counter,
    CounterFromOne,
    Build,
    Letter,
    SmallLetter,
    Tag,
    TagNumber,
    Modifier,
}

impl Field {
    /// The weight of a calendar field among the others, heaviest first; `None` for what no calendar tells.
    pub(super) fn calendar_weight(self) -> Option<u8> {
        match self {
            Self::Year | Self::IsoYear => Some(0),
            Self::Quarter => Some(1),
            Self::Month => Some(2),
            Self::MondayWeek | Self::SundayWeek | Self::IsoWeek => Some(3),
            Self::DayOfYear => Some(4),
            Self::Day => Some(5),
            _ => None,
        }
    }

    pub(super) fn is_calendar(self) -> bool {
        self.calendar_weight().is_some()
    }

    /// Whether it is written in digits.
    pub(super) fn is_numeric(self) -> bool {
        !matches!(self, Self::Letter | Self::SmallLetter | Self::Tag | Self::Modifier)
    }

    /// Whether it starts anew when something to its left changes.
    pub(super) fn resets(self) -> bool {
        matches!(
            self,
            Self::Major
                | Self::Minor
                | Self::Patch
                | Self::Micro
                | Self::Counter
                | Self::CounterFromOne
                | Self::Letter
                | Self::SmallLetter
                | Self::TagNumber
        )
    }

    /// The value it starts with, and the one it has where its brackets are left out.
    pub(super) fn initial(self) -> u64 {
        u64::from(matches!(self, Self::CounterFromOne | Self::SmallLetter))
    }

    /// What to call it in messages.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Year => "a year",
            Self::IsoYear => "an ISO year",
            Self::Quarter => "a quarter",
            Self::Month => "a month",
            Self::MondayWeek | Self::SundayWeek => "a week",
            Self::IsoWeek => "an ISO week",
            Self::DayOfYear => "a day of the year",
            Self::Day => "a day",
            Self::Major => "a major number",
            Self::Minor => "a minor number",
            Self::Patch => "a patch number",
            Self::Micro => "a micro number",
            Self::Counter | Self::CounterFromOne => "a counter",
            Self::Build => "a build number",
            Self::Letter => "a letter from A to Z",
            Self::SmallLetter => "a letter from a to z",
            Self::Tag => "a tag such as beta",
            Self::TagNumber => "a tag's number",
            Self::Modifier => "a modifier such as rc1",
        }
    }
}

/// A token as the pattern language knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) name: &'static str,
    pub(super) field: Field,
    /// How many digits it has when padded; 0 where padding is not a thing.
    pub(super) width: usize,
    /// Whether it is always written that wide.
    pub(super) padded: bool,
}

const fn padded(name: &'static str, field: Field, width: usize) -> Token {
    Token { name, field, width, padded: true }
}

const fn unpadded(name: &'static str, field: Field, width: usize) -> Token {
    Token { name, field, width, padded: false }
}

const fn open(name: &'static str, field: Field) -> Token {
    Token { name, field, width: 0, padded: false }
}

/// Every token; one that begins with another stands before it.
pub(super) const TOKENS: &[Token] = &[
    open("MODIFIER", Field::Modifier),
    open("MAJOR", Field::Major),
    open("MINOR", Field::Minor),
    open("MICRO", Field::Micro),
    open("PATCH", Field::Patch),
    open("PYTAG", Field::Tag),
    open("BUILD", Field::Build),
    open("INC0", Field::Counter),
    open("INC1", Field::CounterFromOne),
    padded("YYYY", Field::Year, 4),
    padded("GGGG", Field::IsoYear, 4),
    padded("00J", Field::DayOfYear, 3),
    unpadded("JJJ", Field::DayOfYear, 3),
    open("TAG", Field::Tag),
    open("NUM", Field::TagNumber),
    open("BLD", Field::Build),
    padded("0Y", Field::Year, 2),
    unpadded("YY", Field::Year, 2),
    padded("0G", Field::IsoYear, 2),
    unpadded("GG", Field::IsoYear, 2),
    padded("0M", Field::Month, 2),
    unpadded("MM", Field::Month, 2),
    padded("0W", Field::MondayWeek, 2),
    unpadded("WW", Field::MondayWeek, 2),
    padded("0U", Field::SundayWeek, 2),
    unpadded("UU", Field::SundayWeek, 2),
    padded("0V", Field::IsoWeek, 2),
    unpadded("VV", Field::IsoWeek, 2),
    padded("0D", Field::Day, 2),
    unpadded("DD", Field::Day, 2),
    padded("Q", Field::Quarter, 1),
    unpadded("M", Field::Month, 2),
    unpadded("W", Field::MondayWeek, 2),
    unpadded("D", Field::Day, 2),
    open("#", Field::Counter),
    open("A", Field::Letter),
];

/// The letter of `2013a`, which is always there; it has no name outside of braces, where `letter` is but a word.
const SMALL_LETTER: Token = open("letter", Field::SmallLetter);

/// The names bumpver's older patterns have between braces, and what the tokens are called here.
const BRACED: &[(&str, &str)] = &[
    ("year", "YYYY"),
    ("yyyy", "YYYY"),
    ("yy", "0Y"),
    ("quarter", "Q"),
    ("month", "0M"),
    ("month_short", "MM"),
    ("dom", "0D"),
    ("dom_short", "DD"),
    ("doy", "00J"),
    ("doy_short", "JJJ"),
    ("iso_week", "0W"),
    ("us_week", "0U"),
    ("MAJOR", "MAJOR"),
    ("MINOR", "MINOR"),
    ("PATCH", "PATCH"),
    ("build_no", "BUILD"),
    ("bid", "BUILD"),
    ("BID", "BLD"),
    ("tag", "TAG"),
];

impl Token {
    /// The token that `rest` begins with.
    pub(super) fn at_start_of(rest: &str) -> Option<&'static Self> {
        TOKENS.iter().find(|token| rest.starts_with(token.name))
    }

    /// The token that stands between braces as `name`.
    pub(super) fn braced(name: &str) -> Option<&'static Self> {
        if name == SMALL_LETTER.name {
            return Some(&SMALL_LETTER);
        }
        let (_, token) = BRACED.iter().find(|(braced, _)| *braced == name)?;
        TOKENS.iter().find(|candidate| candidate.name == *token)
    }

    /// Whether it has as many digits as its number needs.
    pub(super) fn is_open(&self) -> bool {
        self.width == 0 && self.field.is_numeric()
    }
}

//! What users type after `trainyard version`.

use clap::{
    Args, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use trainyard_version::{Date, Grammar, Level, Scheme, Target};

/// How JSON lines work, for `trainyard version --help`.
pub const JSON_LINES: &str = "\
JSON lines:
  With --jsonl a command reads one JSON object a line from stdin and writes one a line to stdout, in
  the same order, each as soon as it is known. The fields of a line are called as the options and
  arguments; options on the command line hold for lines that do not say otherwise. `id` may be
  anything and comes back as it is.

  in   {\"id\": 7, \"scheme\": \"pep440\", \"left\": \"1.0rc1\", \"right\": \"1.0\"}
  out  {\"ok\":true,\"id\":7,\"order\":\"<\",\"identical\":false}
  in   {\"id\": 8, \"left\": \"1.0\", \"right\": \"1.0.0\"}
  out  {\"ok\":false,\"id\":8,\"error\":{\"message\":\"...\",\"field\":\"left\",\"position\":3,\"expected\":\"...\"}}

  `position` counts bytes from 0: in the field that `field` names, else in the line.
  The exit code is 0 if every line was answered, 1 if some could not be.

Exit codes:
  0 yes, 1 no (a version is invalid, nothing matches), 2 wrong use, 3 the environment failed";

const PARSE_EXAMPLES: &str = "\
Examples:
  trainyard version parse 1.2.3-rc.1
  git tag | trainyard version parse --scheme pep440
  trainyard version parse --scheme calver:YYYY.MM.MICRO --format json 2026.08.1
  trainyard version parse --scheme 'composite:{backend=semver}+{frontend=calver:YY0M0D}' 1.0.0+230903

JSON lines (--jsonl):
  in   {\"version\": \"1.2.3-rc.1\"}
  out  {\"ok\":true,\"text\":\"1.2.3-rc.1\",\"canonical\":\"1.2.3-rc.1\",\"release\":[1,2,3],
        \"pre\":{\"phase\":\"rc\",\"number\":1},\"post\":null,\"dev\":null,\"is_prerelease\":true,\"line\":\"1.2\"}
       and `parts` by name where the scheme is a composite";

const COMPARE_EXAMPLES: &str = "\
Examples:
  trainyard version compare 1.10.0 1.9.0
  if trainyard version compare --scheme debian \"$installed\" \"$wanted\" --is lt; then ...

JSON lines (--jsonl):
  in   {\"left\": \"1.10.0\", \"right\": \"1.9.0\"}
  out  {\"ok\":true,\"order\":\">\",\"identical\":false}
       `identical` tells 1.0.0+a from 1.0.0+b, whose order is `=`; with `is`, also `holds`";

const SORT_EXAMPLES: &str = "\
Examples:
  git tag | trainyard version sort --scheme pep440 --reverse
  trainyard version sort 1.10.0 1.9.0 1.9.0-rc.1

JSON lines (--jsonl):
  in   {\"versions\": [\"1.10.0\", \"1.9.0\"], \"reverse\": false, \"unique\": true}
  out  {\"ok\":true,\"versions\":[\"1.9.0\",\"1.10.0\"]}";

const NEXT_EXAMPLES: &str = "\
Examples:
  trainyard version next 1.2.3 --step minor
  trainyard version next 1.2.3 --step minor --pre rc
  trainyard version next 1.3.0-rc.1 --step rc
  trainyard version next --scheme pep440 1.3.0rc2 --step final
  trainyard version next --scheme pep440 1.3.0 --step next-dev --pre alpha
  trainyard version next --scheme calver:YYYY.MM.MICRO 2026.7.3 --step date --date 2026-08-01

JSON lines (--jsonl):
  in   {\"version\": \"1.2.3\", \"step\": \"minor\", \"pre\": \"rc\", \"start\": 1}
  out  {\"ok\":true,\"version\":\"1.3.0-rc.1\"}";

const MATCH_EXAMPLES: &str = "\
Examples:
  trainyard version match --grammar npm --range '^1.2' 1.2.9 1.3.0 2.0.0
  git tag | trainyard version match --grammar npm --range '^1.2'
  trainyard version match --grammar pep440 --range '~=1.4' --pre 1.5rc1
  trainyard version match --scheme calver:YYYY.MM --range '>=2026.6, <2027.1' 2026.8

JSON lines (--jsonl):
  in   {\"version\": \"2.0.0\", \"range\": \"^1.2\", \"grammar\": \"npm\"}
  out  {\"ok\":true,\"matches\":false,\"below\":false,\"above\":true}";

const RANGES_EXAMPLES: &str = "\
Examples:
  trainyard version ranges show --grammar npm '^1.2 || 3.x'
  trainyard version ranges intersect --grammar cargo '^1.2' '<1.5'
  trainyard version ranges subset --grammar pep440 '==1.4.*' '~=1.2'
  trainyard version ranges disjoint '>=1.0.0, <2.0.0' '>=2.0.0'

JSON lines (--jsonl):
  in   {\"ranges\": [\"^1.2\", \"<1.5\"], \"grammar\": \"cargo\"}
  out  {\"ok\":true,\"set\":\">=1.2.0-0, <1.5.0-0\",\"empty\":false,\"full\":false}
       show adds `canonical`; subset and disjoint answer {\"ok\":true,\"holds\":true}";

const RENDER_EXAMPLES: &str = "\
Examples:
  trainyard version render 1.0.0+230903 --as docker
  trainyard version render 1.2.0-rc.1 --as tag --template 'v{version}'
  trainyard version render 1.2.3 --as branch --template 'release-{line}'
  trainyard version render v1.2.0-rc.1 --as tag --template 'v{version}' --back

JSON lines (--jsonl):
  in   {\"version\": \"1.2.3\", \"as\": \"tag\", \"template\": \"v{version}\"}
  out  {\"ok\":true,\"rendered\":\"v1.2.3\"}
  in   {\"version\": \"v1.2.3\", \"as\": \"tag\", \"template\": \"v{version}\", \"back\": true}
  out  {\"ok\":true,\"version\":\"1.2.3\"}";

/// The commands on version numbers.
#[derive(Debug, Subcommand)]
pub enum VersionCommand {
    /// Take versions apart, or show where they are wrong
    #[command(after_help = PARSE_EXAMPLES)]
    Parse(Parse),
    /// Print <, = or > for two versions
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(Compare),
    /// Sort versions, lowest first
    #[command(after_help = SORT_EXAMPLES)]
    Sort(Sort),
    /// Print the version one step after another
    #[command(after_help = NEXT_EXAMPLES, mut_arg("text", |arg| arg.help("The version to start from")))]
    Next(NextVersion),
    /// Print the versions that are in a range; exit code 1 if none is
    #[command(after_help = MATCH_EXAMPLES)]
    Match(Match),
    /// Combine and compare ranges of versions
    #[command(subcommand, after_help = RANGES_EXAMPLES)]
    Ranges(RangesCommand),
    /// Spell a version for a tag, branch, image or package, so that it can be read back
    #[command(
        after_help = RENDER_EXAMPLES,
        mut_arg("text", |arg| arg.help("The version; with --back, the text to read it from"))
    )]
    Render(Render),
}

/// How versions and ranges are read.
#[derive(Args, Clone, Debug, Default)]
pub struct Reading {
    /// The scheme of the versions, such as `semver`, `pep440`, `debian`, `rez`, `api-date`,
    /// `calver:YYYY.MM.MICRO` or `composite:{a=semver}+{b=calver:YY0M0D}`; without it, semver
    #[arg(long, value_name = "SPEC")]
    pub scheme: Option<Scheme>,
    /// The grammar of the ranges, which implies the scheme; without it, ranges of any scheme are
    /// written as `>=1.2.0, <2.0.0 || 3.1.0`, and hold whatever the order puts there
    #[arg(long, value_name = "NAME", value_parser = grammar_parser(), conflicts_with = "scheme")]
    pub grammar: Option<Grammar>,
    /// Read what npm reads in its loose mode
    #[arg(long)]
    pub loose: bool,
    /// Read requests from stdin and write answers to stdout, one JSON object a line
    #[arg(long)]
    pub jsonl: bool,
}

fn grammar_parser() -> impl TypedValueParser<Value = Grammar> {
    let names: Vec<_> = Grammar::all().map(Grammar::name).collect();
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Grammar>())
}

/// Versions as arguments, or from stdin.
#[derive(Args, Debug)]
pub struct ManyVersions {
    /// The versions; without any, the lines of stdin
    #[arg(value_name = "VERSION", conflicts_with = "jsonl")]
    pub versions: Vec<String>,
}

/// A version as an argument. Commands say in their own words what it is.
#[derive(Args, Debug)]
pub struct OneVersion {
    /// The version
    #[arg(
        id = "text",
        value_name = "VERSION",
        required_unless_present = "jsonl",
        conflicts_with = "jsonl"
    )]
    pub version: Option<String>,
}

/// Arguments of `version parse`.
#[derive(Args, Debug)]
pub struct Parse {
    /// The versions.
    #[command(flatten)]
    pub versions: ManyVersions,
    /// How versions are read.
    #[command(flatten)]
    pub reading: Reading,
    /// How to print them
    #[arg(long, value_enum, default_value_t = ParseFormat::Text, conflicts_with = "jsonl")]
    pub format: ParseFormat,
}

/// Formats of `version parse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ParseFormat {
    /// For people.
    Text,
    /// An array of what --jsonl answers.
    Json,
}

/// Arguments of `version compare`.
#[derive(Args, Debug)]
pub struct Compare {
    /// The version on the left
    #[arg(required_unless_present = "jsonl", conflicts_with = "jsonl")]
    pub left: Option<String>,
    /// The version on the right
    #[arg(required_unless_present = "jsonl", conflicts_with = "jsonl")]
    pub right: Option<String>,
    /// How versions are read.
    #[command(flatten)]
    pub reading: Reading,
    /// Print nothing, and exit with 0 if the left one is so beside the right one, else with 1
    #[arg(long, value_enum, value_name = "RELATION")]
    pub is: Option<Relation>,
}

/// How one version can be beside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Relation {
    /// Lower.
    #[value(alias = "<")]
    Lt,
    /// Lower or equal.
    #[value(alias = "<=")]
    Le,
    /// Equal.
    #[value(alias = "=", alias = "==")]
    Eq,
    /// Lower or higher.
    #[value(alias = "!=")]
    Ne,
    /// Higher or equal.
    #[value(alias = ">=")]
    Ge,
    /// Higher.
    #[value(alias = ">")]
    Gt,
}

/// Arguments of `version sort`.
#[derive(Args, Debug)]
pub struct Sort {
    /// The versions.
    #[command(flatten)]
    pub versions: ManyVersions,
    /// How versions are read.
    #[command(flatten)]
    pub reading: Reading,
    /// Highest first
    #[arg(long, short)]
    pub reverse: bool,
    /// Of versions that compare as equal, keep the first given
    #[arg(long, short)]
    pub unique: bool,
}

/// Arguments of `version next`.
#[derive(Args, Debug)]
pub struct NextVersion {
    /// The version to start from.
    #[command(flatten)]
    pub version: OneVersion,
    /// How versions are read.
    #[command(flatten)]
    pub reading: Reading,
    /// The step to take
    #[arg(long, value_enum, required_unless_present = "jsonl")]
    pub step: Option<StepName>,
    /// Go to the first pre-release of that step: `alpha`, `beta`, `rc`, `dev`, or another label that
    /// the scheme has; with major, minor, patch and next-dev
    #[arg(long, value_name = "LABEL")]
    pub pre: Option<String>,
    /// The number of the first pre-release of its kind, or `none`; without it, 1, for dev 0
    #[arg(long, value_name = "N")]
    pub start: Option<Start>,
    /// The level that next-dev raises; without it, minor
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// The day of the release, as YYYY-MM-DD, for schemes with dates; without it, today
    #[arg(long)]
    pub date: Option<Date>,
}

/// The steps from one version to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StepName {
    /// Incompatible changes.
    Major,
    /// Compatible additions.
    Minor,
    /// Compatible fixes.
    Patch,
    /// The same release once more: post-release of PEP 440, revision of Debian.
    Post,
    /// The final release of a pre-release.
    Final,
    /// The next alpha on the way to the same release.
    Alpha,
    /// The next beta.
    Beta,
    /// The next release candidate.
    Rc,
    /// The next development release.
    Dev,
    /// What the development branch carries after this release.
    NextDev,
    /// Today's version.
    Date,
}

/// The number of the first pre-release of its kind; none where it is written without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start(pub Option<u64>);

impl std::str::FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            digits => digits
                .parse()
                .map(|number| Self(Some(number)))
                .map_err(|_| format!("it is a number up to {}, or `none`", u64::MAX)),
        }
    }
}

/// Arguments of `version match`.
#[derive(Args, Debug)]
pub struct Match {
    /// The versions.
    #[command(flatten)]
    pub versions: ManyVersions,
    /// How versions and ranges are read.
    #[command(flatten)]
    pub reading: Reading,
    /// The range
    #[arg(long, required_unless_present = "jsonl", allow_hyphen_values = true)]
    pub range: Option<String>,
    /// Let in all pre-releases that lie in the range, which most grammars keep out
    #[arg(long)]
    pub pre: bool,
}

/// The commands on ranges.
#[derive(Debug, Subcommand)]
pub enum RangesCommand {
    /// Print a range as its grammar prefers it, and the set it means
    #[command(after_help = RANGES_EXAMPLES, mut_arg("ranges", |arg| arg.num_args(1).help("The range")))]
    Show(Ranges),
    /// Print what is in all of the ranges
    #[command(after_help = RANGES_EXAMPLES)]
    Intersect(Ranges),
    /// Print what is in any of the ranges
    #[command(after_help = RANGES_EXAMPLES)]
    Union(Ranges),
    /// Print what is not in the range
    #[command(after_help = RANGES_EXAMPLES, mut_arg("ranges", |arg| arg.num_args(1).help("The range")))]
    Complement(Ranges),
    /// Tell whether all of the first range is in the second; exit code 1 if not
    #[command(after_help = RANGES_EXAMPLES, mut_arg("ranges", |arg| arg.num_args(2)))]
    Subset(Ranges),
    /// Tell whether two ranges share nothing; exit code 1 if they do
    #[command(after_help = RANGES_EXAMPLES, mut_arg("ranges", |arg| arg.num_args(2)))]
    Disjoint(Ranges),
}

/// How ranges are read.
#[derive(Args, Clone, Debug, Default)]
pub struct RangeReading {
    /// How versions and ranges are read.
    #[command(flatten)]
    pub reading: Reading,
    /// Read ranges as npm does where pre-releases are let in, which moves some bounds
    #[arg(long)]
    pub pre: bool,
}

/// Ranges; how many, each command says.
#[derive(Args, Debug)]
pub struct Ranges {
    /// The ranges
    #[arg(value_name = "RANGE", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    pub ranges: Vec<String>,
    /// How ranges are read.
    #[command(flatten)]
    pub reading: RangeReading,
}

/// Arguments of `version render`.
#[derive(Args, Debug)]
pub struct Render {
    /// The version.
    #[command(flatten)]
    pub version: OneVersion,
    /// How versions are read.
    #[command(flatten)]
    pub reading: Reading,
    /// The place, whose rules on characters hold
    #[arg(long = "as", value_name = "PLACE", value_enum, required_unless_present = "jsonl")]
    pub place: Option<Place>,
    /// What to write, with {version}, {line}, {major}, {minor}, {patch}, or the parts of a composite;
    /// without it, `{version}`
    #[arg(long)]
    pub template: Option<String>,
    /// Read the version back from what was rendered
    #[arg(long)]
    pub back: bool,
}

/// Places where versions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Place {
    /// A Docker (OCI) image tag.
    Docker,
    /// A git tag.
    #[value(alias = "git-tag")]
    Tag,
    /// A git branch.
    Branch,
    /// A PyPI version.
    #[value(name = "pypi")]
    PyPi,
    /// A Helm chart version.
    Helm,
}

impl From<Place> for Target {
    fn from(place: Place) -> Self {
        match place {
            Place::Docker => Self::Docker,
            Place::Tag => Self::GitTag,
            Place::Branch => Self::Branch,
            Place::PyPi => Self::PyPi,
            Place::Helm => Self::Helm,
        }
    }
}

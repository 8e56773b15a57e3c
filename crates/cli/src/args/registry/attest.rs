//! Arguments of `trainyard attest`.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

use super::Remote;

pub(in crate::args) const EXAMPLES: &str = "\
Examples:
  trainyard attest core@1.4.0 --junit report.xml --env os=linux --env gpu=a100 --key ~/.ssh/id_ed25519
  trainyard attest pipeline@2026.11 --flavour nuke --verdict PASSED --key ~/.ssh/id_ed25519.pub
  trainyard attest --digest sha256:… --junit report.xml --key robot.pem --output result.json
  trainyard attest verify result.json --key robot.pub --offline
  trainyard attest proof --channel core/production --output move.json
  trainyard attest verify move.json --offline
  trainyard attest approve sha256:… --key ~/.ssh/id_ed25519 --reason 'the fix cannot wait'

A public key, or a private one with a passphrase, signs by its SSH agent.";

/// Arguments of `attest`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Attest {
    /// Which registry.
    #[command(flatten)]
    pub remote: Remote,
    /// Another thing to do.
    #[command(subcommand)]
    pub command: Option<AttestCommand>,
    /// What is attested.
    #[command(flatten)]
    pub result: AttestResult,
}

/// What else is done with attestations.
#[derive(Debug, Subcommand)]
pub enum AttestCommand {
    /// Check a signed result or a proof, without believing the registry
    Verify(AttestVerify),
    /// List what was said of a release, or of all
    List(AttestList),
    /// Write everything that proves an attestation or a channel's move, to be checked anywhere
    Proof(AttestProof),
    /// Take an attestation back; only those who signed it can
    Withdraw(AttestWithdraw),
    /// Agree with a proposal: a change of rules, or a move without evidence
    Approve(AttestApprove),
    /// List the moves of channels that rest on what somebody signed
    Relying(AttestRelying),
}

/// How tests of a release ended.
#[derive(Args, Debug)]
pub struct AttestResult {
    /// The release or bundle, as COMPONENT@VERSION
    #[arg(value_name = "COMPONENT@VERSION")]
    pub release: Option<String>,
    /// The digest of what was tested, where no registry is asked for it
    #[arg(long, value_name = "sha256:…")]
    pub digest: Option<String>,
    /// A report of tests as `JUnit` writes it; may be given several times
    #[arg(long, value_name = "FILE")]
    pub junit: Vec<Utf8PathBuf>,
    /// How the tests ended, in place of what the reports say; it may be worse, not better
    #[arg(long, value_enum, value_name = "VERDICT", ignore_case = true)]
    pub verdict: Option<Verdict>,
    /// Let a skipped test be a warning
    #[arg(long)]
    pub skipped_warns: bool,
    /// A fact of where the tests ran; may be given several times
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub environment: Vec<String>,
    /// The flavour that was tested; without it, the whole
    #[arg(long, value_name = "NAME")]
    pub flavour: Option<String>,
    /// Where more can be read
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The key that signs: Ed25519, in PEM or as OpenSSH has it; may be given several times
    #[arg(long = "key", value_name = "FILE")]
    pub keys: Vec<Utf8PathBuf>,
    /// Write it there, and do not hand it in
    #[arg(long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// Hand in what was written with --output before
    #[arg(long, value_name = "FILE", conflicts_with_all = ["junit", "digest", "keys", "verdict", "release"])]
    pub envelope: Option<Utf8PathBuf>,
}

/// How tests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Verdict {
    /// Nothing was wrong.
    Passed,
    /// Something was noticed.
    Warned,
    /// Something does not work.
    Failed,
}

/// Arguments of `attest verify`.
#[derive(Args, Debug)]
pub struct AttestVerify {
    /// A signed result, or what `attest proof` writes
    pub file: Utf8PathBuf,
    /// A public key that must have signed; without it, those that were enrolled in the log
    #[arg(long = "key", value_name = "FILE")]
    pub keys: Vec<Utf8PathBuf>,
    /// The log's key that is believed, as `registry verify` prints it; without it, the one seen before
    #[arg(long, value_name = "KEY")]
    pub log_key: Option<String>,
    /// The key of a witness that must have cosigned the log, as name+number+base64; may be given several times
    #[arg(long = "witness", value_name = "KEY")]
    pub witnesses: Vec<String>,
    /// Ask no registry whether it was taken back since
    #[arg(long)]
    pub offline: bool,
}

/// Arguments of `attest list`.
#[derive(Args, Debug)]
pub struct AttestList {
    /// The release, as COMPONENT@VERSION; without it, all
    #[arg(value_name = "COMPONENT@VERSION")]
    pub release: Option<String>,
}

/// Arguments of `attest proof`.
#[derive(Args, Debug)]
pub struct AttestProof {
    /// The attestation's id, as `attest list` tells it
    #[arg(conflicts_with_all = ["channel", "entry"])]
    pub id: Option<String>,
    /// A channel, as STREAM/CHANNEL, to prove its last move with all that it rested on
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<String>,
    /// Another of its moves, by its entry in `channel history`
    #[arg(long, value_name = "N", requires = "channel")]
    pub entry: Option<u64>,
    /// The file; without it, stdout
    #[arg(long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// Arguments of `attest withdraw`.
#[derive(Args, Debug)]
pub struct AttestWithdraw {
    /// The attestation's id, as `attest list` tells it
    pub id: String,
    /// Why
    #[arg(long, value_name = "TEXT", required = true)]
    pub why: Option<String>,
}

/// Arguments of `attest approve`.
#[derive(Args, Debug)]
pub struct AttestApprove {
    /// The proposal's digest, as `channel why --force` and `publish policy --preview` tell it
    pub proposal: String,
    /// What kind of thing is proposed
    #[arg(long, value_name = "WORD", default_value = "change")]
    pub kind: String,
    /// Disagree
    #[arg(long)]
    pub reject: bool,
    /// Why
    #[arg(long, value_name = "TEXT", required = true)]
    pub reason: Option<String>,
    /// The key that signs; may be given several times
    #[arg(long = "key", value_name = "FILE")]
    pub keys: Vec<Utf8PathBuf>,
    /// Write it there, and do not hand it in
    #[arg(long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// Arguments of `attest relying`.
#[derive(Args, Debug)]
pub struct AttestRelying {
    /// Who signed, as PARTY/NAME
    pub principal: String,
}

//! The answer: by line, what has come where, and what has not.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use serde::Serialize;
use trainyard_report::{Code, Finding, Location, Severity};

use super::{Chain, Ledger, Passed, Picked, Proof, Station, ledger::Account};
use crate::facts::CommitId;

/// How many commits a finding points to.
const PLACES: usize = 5;

/// Which fixes have reached which branches.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The way of fixes: names of branches in order, for each set of lines.
    pub chains: Vec<Vec<String>>,
    /// Every line, and every development branch that hands on, oldest first.
    pub lines: Vec<LineReport>,
    /// What is owed.
    pub findings: Vec<Finding>,
}

/// The fixes of one branch.
#[derive(Clone, Debug, Serialize)]
pub struct LineReport {
    /// The branch.
    pub branch: String,
    /// The full name of its reference.
    pub reference: String,
    /// Its line; none for a development branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Whether its support has ended.
    pub is_retired: bool,
    /// Where its fixes go, in the order of the way.
    pub targets: Vec<TargetReport>,
    /// What has not come everywhere, newest first.
    pub missing: Vec<Missing>,
}

/// How far the fixes of a branch have come to another.
#[derive(Clone, Debug, Serialize)]
pub struct TargetReport {
    /// The branch that they go to.
    pub into: String,
    /// How many commits only the one has.
    pub ahead: usize,
    /// How many of these came under other names, by what shows it.
    pub arrived: Arrived,
    /// How many need not come, by reason.
    pub passed: BTreeMap<Passed, usize>,
    /// How many have not come.
    pub missing: usize,
    /// What came under another name.
    pub picked: Vec<Picked>,
}

/// How many commits came under other names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Arrived {
    /// By a trailer.
    pub trailer: usize,
    /// By the number of a pull request.
    pub pull_request: usize,
    /// By the lines they change.
    pub patch: usize,
    /// By author and time.
    pub author: usize,
    /// By a title that says so.
    pub title: usize,
    /// Because the files are the same.
    pub files: usize,
}

impl Arrived {
    /// All of them.
    pub fn total(self) -> usize {
        self.trailer + self.pull_request + self.patch + self.author + self.title + self.files
    }

    fn of(picked: &[Picked]) -> Self {
        let mut arrived = Self::default();
        for each in picked {
            *match each.by {
                Proof::Trailer => &mut arrived.trailer,
                Proof::PullRequest => &mut arrived.pull_request,
                Proof::Patch => &mut arrived.patch,
                Proof::Author => &mut arrived.author,
                Proof::Title => &mut arrived.title,
                Proof::Files => &mut arrived.files,
            } += 1;
        }
        arrived
    }
}

/// A fix that has not come everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The commit.
    pub commit: CommitId,
    /// What it says.
    pub subject: String,
    /// The pull requests that it belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<String>,
    /// The day it was committed.
    pub date: Date,
    /// The branches that lack it.
    pub lacking: Vec<String>,
    /// Commits of the same title on these branches, which may be it in other words.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resembles: BTreeMap<String, CommitId>,
}

/// Tells what is owed, once the ledger has been compared.
pub fn report(chains: &[Chain], ledger: &Ledger<'_>) -> Report {
    let mut drafts: Vec<Draft> = Vec::new();
    for account in &ledger.accounts {
        let from = &account.crossing.from;
        let place = drafts.iter().position(|draft| draft.station == *from).unwrap_or_else(|| {
            drafts.push(Draft::new(from));
            drafts.len() - 1
        });
        drafts[place].add(account);
    }
    let mut lines: Vec<_> = drafts.into_iter().map(|draft| draft.line).collect();
    for line in &mut lines {
        // Of several branches each lists its own; together they are in no order yet.
        line.missing.sort_by_key(|missing| std::cmp::Reverse(missing.date));
    }
    let findings = lines.iter().filter_map(LineReport::finding).collect();
    let chains = chains
        .iter()
        .map(|chain| chain.stations.iter().map(Station::full_name).collect())
        .collect();
    Report { chains, lines, findings }
}

/// A line's report in the making.
struct Draft {
    station: Station,
    line: LineReport,
    /// Where each commit stands in the line's list.
    places: HashMap<CommitId, usize>,
}

impl Draft {
    fn new(station: &Station) -> Self {
        let line = LineReport {
            branch: station.full_name(),
            reference: station.reference(),
            line: station.line.clone(),
            is_retired: station.is_retired,
            targets: Vec::new(),
            missing: Vec::new(),
        };
        Self { station: station.clone(), line, places: HashMap::new() }
    }

    fn add(&mut self, account: &Account<'_>) {
        let into = account.crossing.into.full_name();
        let listed = &mut self.line.missing;
        for side in &account.missing {
            let id = side.detail.id;
            let place = *self.places.entry(id).or_insert_with(|| {
                listed.push(Missing {
                    commit: id,
                    subject: side.subject().to_owned(),
                    requests: side.requests().map(str::to_owned).collect(),
                    date: side.detail.when.date(),
                    lacking: Vec::new(),
                    resembles: BTreeMap::new(),
                });
                listed.len() - 1
            });
            let missing = &mut listed[place];
            missing.lacking.push(into.clone());
            if let Some(other) = account.resembling.get(&id) {
                missing.resembles.insert(into.clone(), *other);
            }
        }
        self.line.targets.push(TargetReport {
            into,
            ahead: account.crossing.ours.len(),
            arrived: Arrived::of(&account.picked),
            passed: account.passed.clone(),
            missing: account.missing.len(),
            picked: account.picked.clone(),
        });
    }
}

impl LineReport {
    /// `1.2 lacks 1`; neighbours that lack as much share an entry.
    fn lacking(&self) -> Vec<String> {
        let mut entries: Vec<(&str, &str, usize)> = Vec::new();
        for target in &self.targets {
            match entries.last_mut().filter(|(.., count)| *count == target.missing) {
                Some((_, last, _)) => *last = &target.into,
                None => entries.push((&target.into, &target.into, target.missing)),
            }
        }
        let entries = entries.into_iter().filter(|(.., count)| *count > 0);
        let told = entries.map(|(first, last, count)| {
            if first == last {
                format!("{first} lacks {count}")
            } else {
                format!("{first} .. {last} lack {count}")
            }
        });
        told.collect()
    }

    fn finding(&self) -> Option<Finding> {
        let lacking = self.lacking();
        if lacking.is_empty() {
            return None;
        }
        let fixes = match self.missing.len() {
            1 => "1 commit has".to_owned(),
            count => format!("{count} commits have"),
        };
        let message = format!("{fixes} not come everywhere: {}", lacking.join(", "));
        let mut finding = Finding::new(Code::MERGE_BACK_DEBT, &self.branch, message);
        if self.is_retired {
            finding.severity = Severity::Note;
        }
        let places = self.missing.iter().take(PLACES);
        finding.locations.push(Location::reference(&self.reference));
        finding.locations.extend(places.map(|each| Location::commit(each.commit.to_string())));
        let next = self.targets.iter().find(|target| target.missing > 0);
        let into = next.map_or("", |target| &target.into);
        Some(finding.suggest(format!(
            "`trainyard forward --from {}` merges it on, or pick what {into} lacks",
            self.branch
        )))
    }
}

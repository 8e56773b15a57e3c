//! Findings counted and put together.

use std::collections::{BTreeMap, HashMap};

use crate::{Code, Finding, Severity, render::layout::plural};

/// Findings of one code and severity, in the order they came.
pub(crate) struct Group<'a> {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) findings: Vec<&'a Finding>,
}

/// Findings that say the same of different subjects.
pub(crate) struct Block<'a> {
    pub(crate) findings: Vec<&'a Finding>,
}

/// Groups findings, errors first, then by code.
pub(crate) fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.code));
    sorted
        .chunk_by(|left, right| (left.severity, left.code) == (right.severity, right.code))
        .filter_map(|chunk| {
            let first = chunk.first()?;
            Some(Group { code: first.code, severity: first.severity, findings: chunk.to_vec() })
        })
        .collect()
}

impl<'a> Group<'a> {
    /// How many findings a limit leaves out.
    pub(crate) fn left_out(&self, limit: Option<usize>) -> usize {
        limit.map_or(0, |limit| self.findings.len().saturating_sub(limit))
    }

    /// The findings a limit leaves, those with the same message and suggestion together.
    pub(crate) fn blocks(&self, limit: Option<usize>) -> Vec<Block<'a>> {
        let mut blocks: Vec<Block<'a>> = Vec::new();
        let mut places = HashMap::new();
        for finding in self.findings.iter().take(limit.unwrap_or(usize::MAX)) {
            let place =
                *places.entry((&finding.message, &finding.suggestion)).or_insert(blocks.len());
            match blocks.get_mut(place) {
                Some(block) => block.findings.push(finding),
                None => blocks.push(Block { findings: vec![finding] }),
            }
        }
        blocks
    }
}

/// The codes that occur, in order, with how often each does.
pub(crate) fn by_code(findings: &[Finding]) -> BTreeMap<Code, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.code).or_default() += 1;
    }
    counts
}

/// How many findings have a severity.
pub(crate) fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

/// `2 errors, 1 warning, 300 notes`; `no findings`.
pub(crate) fn totals(findings: &[Finding]) -> String {
    let parts: Vec<_> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (severity, count(findings, severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| plural(count, severity.as_str()))
        .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

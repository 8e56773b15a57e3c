//! Whether what was measured is what was promised.

use std::collections::BTreeMap;

use super::{Measured, contenders::Role, measure::Usage};

const MOST_COLD_RATIO: f64 = 1.5;
const MOST_WARM_MS: f64 = 50.0;
const MOST_MB: f64 = 100.0;
/// Four times the commits may take this many times as long: exactly linear is 4.
const MOST_GROWTH: f64 = 4.6;

/// CPU time of what everything is compared with.
pub(super) fn floor_seconds(rows: &[Measured]) -> Option<f64> {
    usage(rows, Role::Floor).map(|usage| usage.cpu.as_secs_f64().max(0.001))
}

fn usage(rows: &[Measured], role: Role) -> Option<&Usage> {
    rows.iter().find(|row| row.role == role)?.usage.as_ref().ok()
}

/// A line for each target on one repository.
pub(super) fn of_targets(rows: &[Measured]) -> Vec<String> {
    let cold = usage(rows, Role::ColdPlan);
    let ratio = cold.zip(floor_seconds(rows)).map(|(cold, floor)| cold.cpu.as_secs_f64() / floor);
    let warm = usage(rows, Role::WarmPlan).map(|usage| usage.wall.as_secs_f64() * 1000.0);
    let ours = rows.iter().filter(|row| row.title.starts_with("trainyard"));
    let memory =
        ours.filter_map(|row| row.usage.as_ref().ok()).map(Usage::peak_mb).reduce(f64::max);
    vec![
        line("cold plan, CPU time over the floor's", ratio, MOST_COLD_RATIO, "x"),
        line("warm plan, wall time", warm, MOST_WARM_MS, " ms"),
        line("most memory of plan and audit", memory, MOST_MB, " MB"),
    ]
}

pub(super) fn line(what: &str, value: Option<f64>, most: f64, unit: &str) -> String {
    match value {
        Some(value) => {
            let word = if value <= most { "kept  " } else { "MISSED" };
            format!("{word} {what}: {value:.2}{unit} (at most {most}{unit})")
        }
        None => format!("FAILED {what}: nothing was measured"),
    }
}

/// CPU times by the number of commits.
#[derive(Default)]
pub(super) struct Linearity {
    plans: BTreeMap<usize, f64>,
    audits: BTreeMap<usize, f64>,
}

impl Linearity {
    pub(super) fn add(&mut self, commits: usize, rows: &[Measured]) {
        for (role, times) in
            [(Role::ColdPlan, &mut self.plans), (Role::ColdAudit, &mut self.audits)]
        {
            if let Some(usage) = usage(rows, role) {
                times.insert(commits, usage.cpu.as_secs_f64());
            }
        }
    }

    /// How the times grow over four times the commits and tags.
    pub(super) fn verdicts(&self) -> Vec<String> {
        let mut verdicts = Vec::new();
        for (name, times) in [("plan", &self.plans), ("audit", &self.audits)] {
            for few in [2_500, 5_000] {
                let growth = times.get(&few).zip(times.get(&(few * 4)));
                let growth = growth.map(|(few, many)| many / few.max(0.001));
                let what =
                    format!("cold {name}, growth of CPU time from {few} to {} commits", few * 4);
                verdicts.push(line(&what, growth, MOST_GROWTH, "x"));
            }
        }
        verdicts
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn verdicts_say_kept_or_missed() {
        assert!(line("a", Some(1.5), 1.5, "x").starts_with("kept"));
        assert!(line("a", Some(1.51), 1.5, "x").starts_with("MISSED"));
        assert!(line("a", None, 1.5, "x").starts_with("FAILED"));
    }
}

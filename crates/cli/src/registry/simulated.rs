//! Pages of what another rule would have made of a channel's past.

use std::fmt::Write as _;

use trainyard_api as api;

use super::{
    page::{Mark, Page, lasting, when},
    session::{Place, headed},
};
use crate::render::counted;

/// How a release fares under another rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It enters at the same moment.
    Same,
    /// So many seconds later.
    Later(u64),
    /// So many seconds earlier.
    Earlier(u64),
    /// It entered, and would not have.
    Out,
    /// It did not enter, and would have.
    In,
}

fn fate(release: &api::Simulated) -> Fate {
    let second =
        |time: &api::Time| time.0.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
    let (Some(entered), would) = (&release.entered, &release.would_enter) else { return Fate::In };
    let Some(would) = would else { return Fate::Out };
    let (Some(entered), Some(would)) = (second(entered), second(would)) else { return Fate::Same };
    match to_minutes(would.abs_diff(entered)) {
        0 => Fate::Same,
        by if would > entered => Fate::Later(by),
        by => Fate::Earlier(by),
    }
}

/// Rounded to whole minutes, in seconds: less is how long it takes somebody to promote.
fn to_minutes(secs: u64) -> u64 {
    secs.saturating_add(30) / 60 * 60
}

/// What would have been different: in a sentence, by kind, and each release that fares otherwise.
pub(super) fn page(place: &Place, simulation: &api::Simulation, all: bool) -> Page {
    let releases: Vec<_> = simulation.releases.iter().map(|it| (it, fate(it))).collect();
    let title = place.title();
    if releases.is_empty() {
        let mut page = Page::default();
        page.line(format!("nothing entered {title}, and nothing would have"));
        return page;
    }
    let different = releases.iter().filter(|(_, fate)| *fate != Fate::Same).count();
    let of = counted(releases.len(), "release");
    let mut page = Page::titled(if different == 0 {
        format!("nothing would be different in {title}, of {of}")
    } else {
        format!("{different} of {of} would fare otherwise in {title}")
    });
    let of_kind = |wanted: fn(Fate) -> Option<u64>| -> Vec<u64> {
        releases.iter().filter_map(|(_, fate)| wanted(*fate)).collect()
    };
    let out = of_kind(|fate| (fate == Fate::Out).then_some(0));
    let later = of_kind(|fate| if let Fate::Later(by) = fate { Some(by) } else { None });
    let earlier = of_kind(|fate| if let Fate::Earlier(by) = fate { Some(by) } else { None });
    let besides = of_kind(|fate| (fate == Fate::In).then_some(0));
    for (kind, how) in [(&out, "kept out"), (&besides, "let in that did not enter")] {
        if !kind.is_empty() {
            page.item(Mark::Beware, format!("{} {how}", kind.len()), None);
        }
    }
    for (kind, how) in [(later, "later"), (earlier, "earlier")] {
        if let Some(usual) = median(&kind) {
            let text = format!("{} {how}, most by about {}", kind.len(), roughly(usual));
            page.item(Mark::Neither, text, None);
        }
    }
    let late = simulation.caught + simulation.escaped;
    if late > 0 {
        let mark = if simulation.caught > 0 { Mark::Yes } else { Mark::Neither };
        let risks = counted(usize::try_from(late).unwrap_or(usize::MAX), "risk");
        let text = format!(
            "of {risks} that became known too late, {} would have been known in time",
            simulation.caught
        );
        page.item(mark, text, None);
    }
    let mut rows = headed(["version", "entered", "would have entered", "which is"]);
    for (release, fate) in releases.iter().filter(|(_, fate)| all || *fate != Fate::Same) {
        let entered = |time: &Option<api::Time>| time.as_ref().map_or("–".to_owned(), when);
        rows.push(vec![
            release.version.clone(),
            entered(&release.entered),
            entered(&release.would_enter),
            told(release, *fate),
        ]);
    }
    page.table(rows);
    let same = releases.len() - different;
    if same > 0 && !all && different > 0 {
        page.line(format!("and {same} as before (all with --all)"));
    }
    page
}

/// How it fares, what is missing, and which risks that concerns.
fn told(release: &api::Simulated, fate: Fate) -> String {
    let mut text = match fate {
        Fate::Same => "the same".to_owned(),
        Fate::Later(by) => format!("{} later", roughly(by)),
        Fate::Earlier(by) => format!("{} earlier", roughly(by)),
        Fate::In => "besides".to_owned(),
        Fate::Out => format!("never: {}", release.missing.join("; ")),
    };
    for (risk, is_caught) in &release.late_risks {
        let told = if *is_caught { "known in time" } else { "still too late" };
        // Writing to a string cannot fail.
        _ = write!(text, "; {risk} {told}");
    }
    text
}

/// In whole days, where it is days.
fn roughly(secs: u64) -> String {
    const DAY_SECS: u64 = 86_400;
    match (secs + DAY_SECS / 2) / DAY_SECS {
        0 | 1 => lasting(secs),
        days => lasting(days * DAY_SECS),
    }
}

/// The one in the middle.
fn median(all: &[u64]) -> Option<u64> {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

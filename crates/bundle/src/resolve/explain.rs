//! Why nothing fits, for people: the culprit first, a line per side, and what would help.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trainyard_solve::{
    Conflict, Explanation, Fix, Link, Origin, PackageId, RankSet, Relaxation, Side,
};

use super::{
    request::Request,
    space::{Asking, Reason, Space},
    words,
};
use crate::{Kind, NameId, Place};

/// A terminal shows this much at a glance.
const LINES: usize = 12;

/// More fixes are only counted.
const FIXES: usize = 4;

/// Why nothing fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Conflicts that have nothing in common.
    pub conflicts: Vec<ConflictTold>,
    /// What would help, each solved again to be sure.
    pub fixes: Vec<String>,
    /// Whether these are all conflicts, each with nothing that is not needed; false where the budget was spent first.
    pub is_complete: bool,
}

/// Statements that cannot hold together, while all but any one of them can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictTold {
    /// The component on which the sides cannot agree.
    pub culprit: Option<String>,
    /// What is wrong, in a sentence.
    pub headline: String,
    /// Who wants what of it.
    pub sides: Vec<SideTold>,
    /// What there is of it.
    pub exists: Option<String>,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideTold {
    /// The component and versions that lead to it, as `ftrack 1.5.0`; `you` for the request itself.
    pub who: String,
    /// What it wants of the culprit.
    pub wants: String,
    /// The components between the two.
    pub via: Vec<String>,
    /// Where that is written.
    pub place: Option<String>,
}

/// What the solver found, in words.
pub(super) fn refusal(
    space: &Space<'_>,
    request: &Request,
    asking: &Asking,
    explanation: &Explanation,
) -> Refusal {
    let teller = Teller { space, request, asking };
    let conflicts = explanation.conflicts.iter().map(|conflict| teller.conflict(conflict));
    // A change of version costs users less than a component that is gone.
    let drops = |fix: &Fix| {
        let is_drop = |it: &&Relaxation| matches!(it, Relaxation::Drop { .. });
        fix.relaxations.iter().filter(is_drop).count()
    };
    let fixes: BTreeSet<_> = explanation
        .fixes
        .iter()
        .map(|fix| (fix.relaxations.len(), drops(fix), teller.fix(fix)))
        .collect();
    let fixes = fixes.into_iter().map(|(_, _, fix)| fix).collect();
    Refusal { conflicts: conflicts.collect(), fixes, is_complete: explanation.is_complete }
}

impl Refusal {
    /// The refusal as lines, a dozen at most unless all of it is wanted.
    pub fn lines(&self, whole: bool) -> Vec<String> {
        let help = self.help(whole);
        let room = LINES.saturating_sub(help.len() + 1);
        let mut lines = Vec::new();
        let mut shown = 0;
        for conflict in &self.conflicts {
            let more = conflict.lines();
            if !whole && shown > 0 && lines.len() + more.len() > room {
                break;
            }
            let fits = if whole { more.len() } else { room.max(4) };
            lines.extend(more.into_iter().take(fits));
            shown += 1;
        }
        lines.extend(help);
        let all = self.conflicts.len();
        lines.push(match (self.is_complete, shown == all) {
            (true, true) if all == 1 => "There is no other conflict.".to_owned(),
            (true, true) => format!("These {all} are all conflicts."),
            (false, true) => "There may be more conflicts; the search was cut short.".to_owned(),
            (_, false) => format!("{shown} of {all} conflicts shown; `--all` shows the rest."),
        });
        lines
    }

    fn help(&self, whole: bool) -> Vec<String> {
        let shown = if whole { self.fixes.len() } else { FIXES };
        match self.fixes.as_slice() {
            [] => Vec::new(),
            [only] => vec![format!("This works, solved and checked: {only}")],
            fixes => {
                let mut line = fixes.iter().take(shown).cloned().collect::<Vec<_>>().join("  |  ");
                if fixes.len() > shown {
                    line.push_str("  | …");
                }
                let title = "The smallest changes that work, each solved and checked:";
                vec![title.to_owned(), format!("  {line}")]
            }
        }
    }
}

impl ConflictTold {
    fn lines(&self) -> Vec<String> {
        let width = |text: fn(&SideTold) -> &str| {
            self.sides.iter().map(|side| text(side).chars().count()).max().unwrap_or(0).min(44)
        };
        let (who, wants) = (width(|side| &side.who), width(|side| &side.wants));
        let mut lines = vec![self.headline.clone()];
        for side in &self.sides {
            let mut notes = Vec::new();
            if !side.via.is_empty() {
                notes.push(format!("via {}", side.via.join(", ")));
            }
            notes.extend(side.place.clone());
            let line = format!("  {:who$}  {:wants$}  {}", side.who, side.wants, notes.join("; "));
            lines.push(line.trim_end().to_owned());
        }
        lines.extend(self.exists.iter().map(|exists| format!("  {exists}")));
        lines
    }
}

/// All that is needed to say something.
struct Teller<'a> {
    space: &'a Space<'a>,
    request: &'a Request,
    asking: &'a Asking,
}

impl Teller<'_> {
    fn conflict(&self, conflict: &Conflict) -> ConflictTold {
        let Some(culprit) = conflict.culprit else { return self.nameless(conflict) };
        let name = self.component(culprit);
        let sides: Vec<_> =
            conflict.sides.iter().filter_map(|side| self.side(side, culprit)).collect();
        let exists = words::existing(self.space, Space::name(culprit));
        let family = self.space.catalogue.family(Space::name(culprit));
        if family.is_none_or(crate::Family::is_empty) {
            let meant = self.space.catalogue.did_you_mean(&name);
            let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            let headline = format!("{name}: no release of it is known{hint}");
            return ConflictTold { culprit: Some(name), headline, sides, exists: None };
        }
        let verdict = match sides.len() {
            0 | 1 => "none fits".to_owned(),
            2 => "none fits both".to_owned(),
            _ => "none fits all".to_owned(),
        };
        ConflictTold {
            headline: format!("{name}: no version fits everything that is asked for"),
            exists: Some(format!("{name} exists as {exists}: {verdict}")),
            culprit: Some(name),
            sides,
        }
    }

    /// A conflict about a name that the catalogue has never heard of.
    fn nameless(&self, conflict: &Conflict) -> ConflictTold {
        let reasons = conflict.origins.iter().filter_map(|origin| self.reason(*origin));
        let name = reasons.clone().find_map(|reason| match reason {
            Reason::Wanted(index) => self.request.wants.get(index),
            Reason::Optional(index) => self.request.optional.get(index),
            _ => None,
        });
        let headline = match name {
            Some(want) => {
                let meant = self.space.catalogue.did_you_mean(&want.name);
                let hint = meant.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
                format!("{}: no such component{hint}", want.name)
            }
            None => "something is asked for that nothing can give".to_owned(),
        };
        let culprit = name.map(|want| want.name.clone());
        ConflictTold { culprit, headline, sides: Vec::new(), exists: None }
    }

    fn side(&self, side: &Side, culprit: PackageId) -> Option<SideTold> {
        let (last, before) = side.chain.split_last()?;
        let reason = last.origins.first().and_then(|origin| self.reason(*origin));
        let Some(asker) = last.package else {
            let wants = self.own_words(reason?, &side.wants, culprit);
            let place = self.place_of(reason?);
            return Some(SideTold { who: "you".to_owned(), wants, via: Vec::new(), place });
        };
        // The first link is the request's; who it asks for leads the line.
        let askers: Vec<_> = before.iter().skip(1).chain([last]).collect();
        let title = |link: &&Link| {
            let package = link.package.unwrap_or(asker);
            format!("{} {}", self.component(package), self.versions(package, &link.when))
        };
        let mut titles = askers.iter().map(title);
        let who = titles.next()?;
        let wants = self.wants(last, &side.wants, side.may_be_absent, culprit);
        Some(SideTold { who, wants, via: titles.collect(), place: self.place_of(reason?) })
    }

    /// What a requirement wants: as written where there is one, else in words.
    fn wants(
        &self,
        link: &Link,
        wanted: &RankSet,
        may_be_absent: bool,
        culprit: PackageId,
    ) -> String {
        let name = self.component(culprit);
        let requirements = link.origins.iter().filter_map(|origin| {
            self.reason(*origin).and_then(|reason| self.space.requirement(reason))
        });
        let mut texts: Vec<_> =
            requirements.map(|it| (it.kind, it.target.as_str(), it.range.shown())).collect();
        texts.sort_unstable();
        texts.dedup();
        match texts.as_slice() {
            [(Kind::Conflict, target, range)] => format!("excludes {target} {range}"),
            [(Kind::Upper | Kind::Soft, target, range)] => {
                format!("allows only {target} {range}")
            }
            [(_, target, range)] => format!("needs {target} {range}"),
            _ => {
                let verb = if may_be_absent { "allows only" } else { "needs" };
                format!("{verb} {name} {}", self.versions(culprit, wanted))
            }
        }
    }

    /// What the request itself says.
    fn own_words(&self, reason: Reason, wanted: &RankSet, culprit: PackageId) -> String {
        let name = self.component(culprit);
        match reason {
            Reason::Wanted(index) | Reason::Optional(index) => {
                let wants = match reason {
                    Reason::Wanted(_) => &self.request.wants,
                    _ => &self.request.optional,
                };
                let range = wants.get(index).map_or("", |want| want.range.shown());
                format!("ask for {name} {range}")
            }
            Reason::Held(_) => format!("keep {name} {}", self.versions(culprit, wanted)),
            Reason::Excluded(index) => {
                let range =
                    self.request.exclusions.get(index).map_or("", |want| want.range.shown());
                format!("exclude {name} {range}")
            }
            Reason::Prerelease(_) => format!("allow no pre-release of {name}"),
            Reason::Untagged(_) => format!("take no untagged commit of {name}"),
            Reason::Later(_) => {
                let day = self.request.as_of.map(|day| day.to_string()).unwrap_or_default();
                format!("allow only {name} as of {day}: {}", self.versions(culprit, wanted))
            }
            Reason::Elsewhere(_, surrounding) => format!(
                "run {}, which {name} {} allows",
                self.surrounding(surrounding),
                self.versions(culprit, wanted)
            ),
            Reason::Needed { .. } => format!("need {name} {}", self.versions(culprit, wanted)),
        }
    }

    fn surrounding(&self, surrounding: super::space::Surrounding) -> String {
        use super::space::Surrounding;
        let given = &self.request.surroundings;
        let values: Vec<String> = match surrounding {
            Surrounding::Server => given.servers.iter().map(ToString::to_string).collect(),
            Surrounding::Launcher => given.launcher.iter().map(ToString::to_string).collect(),
            Surrounding::Python => given.python.iter().map(ToString::to_string).collect(),
            Surrounding::Platform => given.platforms.clone(),
        };
        format!("{} {}", surrounding.word(), values.join(", "))
    }

    /// Everything that gives way in a fix.
    fn fix(&self, fix: &Fix) -> String {
        let said = fix.relaxations.iter().map(|relaxation| match *relaxation {
            Relaxation::Move { package, to, .. } => {
                let release = self.space.release(package, to);
                let version = release.map_or("another version", |release| release.version().text());
                format!("take {} {version}", self.component(package))
            }
            Relaxation::Drop { origin } => self.drop(origin, fix),
        });
        said.collect::<Vec<_>>().join(" and ")
    }

    fn drop(&self, origin: Origin, fix: &Fix) -> String {
        let component = |name: NameId| self.component(Space::package(name));
        let chosen = |name: NameId| {
            let package = Space::package(name);
            let rank = fix.solution.assignment.get(package);
            let release = rank.and_then(|rank| self.space.release(package, rank));
            let version = release.map(|release| format!(" {}", release.version()));
            format!("{}{}", component(name), version.unwrap_or_default())
        };
        match self.reason(origin) {
            Some(Reason::Wanted(index)) => {
                let name = self.request.wants.get(index).map_or("", |want| &want.name);
                format!("remove {name}")
            }
            Some(Reason::Optional(index)) => {
                let name = self.request.optional.get(index).map_or("", |want| &want.name);
                format!("leave out {name}")
            }
            Some(Reason::Held(name)) => format!("let {} change", chosen(name)),
            Some(Reason::Excluded(index)) => {
                let want = self.request.exclusions.get(index);
                let text = want.map(|want| format!("{} {}", want.name, want.range.shown()));
                format!("allow {} again", text.unwrap_or_default())
            }
            Some(Reason::Prerelease(name)) => format!("allow the pre-release {}", chosen(name)),
            Some(Reason::Untagged(name)) => format!("take the untagged {}", chosen(name)),
            Some(Reason::Later(name)) => format!("allow the later {}", chosen(name)),
            Some(Reason::Elsewhere(name, surrounding)) => {
                format!("run {} on another {}", chosen(name), surrounding.word())
            }
            Some(Reason::Needed { by, .. }) => format!("change what {} needs", component(by)),
            None => "change the request".to_owned(),
        }
    }

    fn reason(&self, origin: Origin) -> Option<Reason> {
        self.space.reason(self.asking, origin)
    }

    fn place_of(&self, reason: Reason) -> Option<String> {
        let place: &Place = match reason {
            Reason::Wanted(index) => self.request.wants.get(index)?.place.as_ref()?,
            Reason::Optional(index) => self.request.optional.get(index)?.place.as_ref()?,
            Reason::Excluded(index) => self.request.exclusions.get(index)?.place.as_ref()?,
            reason => self.space.requirement(reason)?.place.as_ref()?,
        };
        let location = place.location();
        let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
        Some(format!("{}{line}", place.path()))
    }

    fn component(&self, package: PackageId) -> String {
        let family = self.space.catalogue.family(Space::name(package));
        family.map_or("?", crate::Family::name).to_owned()
    }

    fn versions(&self, package: PackageId, set: &RankSet) -> String {
        words::releases(self.space, Space::name(package), set)
    }
}

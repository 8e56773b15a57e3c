//! Whether an upgrade is safe, and the sentences that say why.

use super::{
    passage::{Fate, Passage, Skipped, Step, Verdict},
    tools::{Memory, Surprise, Tool},
};

/// How many ids a sentence names.
const NAMED: usize = 3;

/// Writes the verdict and its reasons.
pub(super) fn judge(tool: &Tool, passage: &mut Passage) {
    let mut reasons: Vec<(Verdict, String)> = Vec::new();
    let mut tell = |verdict, reason: String| reasons.push((verdict, reason));
    for sentence in &passage.broken {
        tell(Verdict::NotSafe, format!("the target cannot be put in order: {sentence}"));
    }
    unknown(tool, passage, &mut tell);
    skipped(passage, &mut tell);
    late(passage, &mut tell);
    for half in &passage.half_squashed {
        let (verdict, what) = if half.is_stuck {
            (Verdict::NotSafe, "and the target has lost them, so the tool stops")
        } else {
            (Verdict::LookFirst, "which run one by one")
        };
        let missing = named(half.missing.iter().map(String::as_str));
        tell(verdict, format!("of squashed `{}` the database misses {missing}, {what}", half.id));
    }
    again(passage, &mut tell);
    edited(tool, passage, &mut tell);
    if tool.memory == Memory::Heads && passage.heads.len() > 1 {
        let heads = named(passage.heads.iter().map(String::as_str));
        let sentence = format!("the target ends in {} heads: {heads}", passage.heads.len());
        tell(Verdict::LookFirst, sentence);
    }
    reasons.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    passage.verdict = reasons.first().map_or(Verdict::Safe, |(verdict, _)| *verdict);
    passage.because = reasons.into_iter().map(|(_, reason)| reason).collect();
}

fn unknown(tool: &Tool, passage: &Passage, tell: &mut impl FnMut(Verdict, String)) {
    if passage.unknown.is_empty() {
        return;
    }
    let ids = named(passage.unknown.iter().map(|step| step.id.as_str()));
    let stops = match tool.on_unknown {
        Surprise::Stops(words) => {
            (tool.memory == Memory::Each || !passage.is_known).then_some(words)
        }
        Surprise::Unnoticed => None,
    };
    match stops {
        Some(words) => {
            let name = tool.name;
            tell(
                Verdict::NotSafe,
                format!("the target does not know {ids}, so {name} stops: \"{words}\""),
            );
        }
        None => tell(
            Verdict::LookFirst,
            format!("the database keeps what {ids} did, which the target does not know"),
        ),
    }
}

fn skipped(passage: &Passage, tell: &mut impl FnMut(Verdict, String)) {
    let of = |wanted: fn(&Fate) -> bool| {
        let wanted = passage.skipped.iter().filter(move |one| wanted(&one.fate));
        wanted.collect::<Vec<&Skipped>>()
    };
    let ids = |some: &[&Skipped]| named(some.iter().map(|one| one.step.id.as_str()));
    let lost = of(|fate| *fate == Fate::Lost);
    if let Some(first) = lost.first() {
        let what = first.step.does.as_ref().filter(|_| lost.len() == 1);
        let what = what.map(|does| format!(" ({does})")).unwrap_or_default();
        let count = counted(lost.len(), "migration");
        let verb = if lost.len() == 1 { "is" } else { "are" };
        let sentence = format!(
            "{count} {verb} skipped without a word and never run{what}: {}, below `{}`, which the database has",
            ids(&lost),
            first.below
        );
        tell(Verdict::NotSafe, sentence);
    }
    let resembling = of(|fate| matches!(fate, Fate::Resembles(_)));
    if !resembling.is_empty() {
        let sentence = format!(
            "{} skipped, and pending ones do the same kinds of things; compare them",
            is_or_are(&ids(&resembling), resembling.len())
        );
        tell(Verdict::NotSafe, sentence);
    }
    let harmless = of(|fate| matches!(fate, Fate::Pending(_) | Fate::Ran(_)));
    if !harmless.is_empty() {
        let sentence = format!(
            "{} skipped, which is harmless: the same is done under another id",
            is_or_are(&ids(&harmless), harmless.len())
        );
        tell(Verdict::Safe, sentence);
    }
}

fn late(passage: &Passage, tell: &mut impl FnMut(Verdict, String)) {
    let (refused, applied): (Vec<_>, Vec<_>) = passage.late.iter().partition(|one| one.is_refused);
    if let Some(first) = refused.first() {
        let ids = named(refused.iter().map(|one| one.step.id.as_str()));
        let comes = if refused.len() == 1 { "comes" } else { "come" };
        let sentence = format!(
            "{} refuses the upgrade: {ids} {comes} before `{}`, which the database has",
            passage.framework, first.below
        );
        tell(Verdict::NotSafe, sentence);
    }
    if let Some(first) = applied.first() {
        let ids = named(applied.iter().map(|one| one.step.id.as_str()));
        let runs = if applied.len() == 1 { "runs" } else { "run" };
        tell(
            Verdict::LookFirst,
            format!("{ids} {runs} after `{}`, which was written to come later", first.below),
        );
    }
}

fn again(passage: &Passage, tell: &mut impl FnMut(Verdict, String)) {
    let (own, other): (Vec<_>, Vec<_>) =
        passage.runs_again.iter().partition(|one| one.applied_as == one.step.id);
    if !own.is_empty() {
        let ids = named(own.iter().map(|one| one.step.id.as_str()));
        let (runs, it) = if own.len() == 1 { ("runs", "it") } else { ("run", "them") };
        let sentence = format!("{ids} {runs} a second time, as the target puts {it} above others");
        tell(Verdict::NotSafe, sentence);
    }
    if let Some(first) = other.first() {
        let ids = named(other.iter().map(|one| one.step.id.as_str()));
        let what = if other.len() == 1 {
            format!("what `{}` did already", first.applied_as)
        } else {
            "what the database got under other ids already".to_owned()
        };
        let does = if other.len() == 1 { "does" } else { "do" };
        tell(Verdict::LookFirst, format!("{ids} {does} {what}, and must bear to run twice"));
    }
}

fn edited(tool: &Tool, passage: &Passage, tell: &mut impl FnMut(Verdict, String)) {
    if passage.edited.is_empty() {
        return;
    }
    let ids = ids_of(&passage.edited);
    let (mean, it) = if passage.edited.len() == 1 { ("means", "it") } else { ("mean", "they") };
    match tool.on_edited {
        Surprise::Stops(words) => tell(
            Verdict::NotSafe,
            format!("{ids} {mean} something else now, so {} stops: \"{words}\"", tool.name),
        ),
        Surprise::Unnoticed => tell(
            Verdict::LookFirst,
            format!("{ids} {mean} something else now, and the database has what {it} did before"),
        ),
    }
}

fn is_or_are(ids: &str, count: usize) -> String {
    if count == 1 { format!("{ids} is") } else { format!("{ids} are") }
}

fn ids_of(steps: &[Step]) -> String {
    named(steps.iter().map(|step| step.id.as_str()))
}

/// "`a`, `b`, `c` and 2 more".
pub(super) fn named<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let ids: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    let more = ids.len().saturating_sub(NAMED);
    let shown = ids.iter().take(NAMED).cloned().collect::<Vec<_>>();
    match (shown.as_slice(), more) {
        ([], _) => "nothing".to_owned(),
        ([one], _) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 migration`, `2 migrations`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

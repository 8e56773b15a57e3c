//! What those who may can do with a channel: the forms, and what they ask for.

use trainyard_registry::{
    Command, ConditionKind, Moment, Name, Right, VersionText,
    channels::{
        CallOff, ChangeChannel, Channel, Demote, Promote, Schedule, Standing, approvals_of_force,
    },
    products::Product,
    releases::Release,
    risks::{ChangeRollout, Rollout, RolloutChanged},
};

use super::{
    form::{Field, Form, Sent},
    visit::Visit,
    words,
};
use crate::http::{View, failure::Failure};

/// Product, stream and channel.
pub(super) type Place = (Name, Name, Name);

/// What can be done: its name in addresses, and what is said when it is done.
const ACTS: [(&str, &str); 14] = [
    ("promote", "The channel moved."),
    ("force", "The channel moved without all its evidence; that stays visible."),
    ("demote", "The release is out of the channel."),
    ("schedule", "The move is scheduled."),
    ("call-off", "The scheduled move is called off."),
    ("hold", "The release is held."),
    ("let-go", "The release may enter again."),
    ("freeze", "The channel is frozen: nothing moves it."),
    ("thaw", "The channel moves again."),
    ("roll-out", "The release reaches clients as you said."),
    ("pause", "The rollout stands still."),
    ("resume", "The rollout goes on."),
    ("finish", "The rollout is over: everybody is offered the release."),
    ("stop", "The rollout is stopped: no client is offered the release."),
];

/// The name of something that can be done.
pub(super) fn act(name: &str) -> Option<&'static str> {
    ACTS.iter().find(|(own, _)| *own == name).map(|(own, _)| *own)
}

/// What is said when it is done.
pub(super) fn done(name: &str) -> Option<&'static str> {
    ACTS.iter().find(|(own, _)| *own == name).map(|(_, said)| *said)
}

/// The release that stands before the channel.
pub(super) struct Before<'a> {
    pub(super) release: &'a Release,
    pub(super) standing: &'a Standing,
    pub(super) is_head: bool,
    /// Whether the channel points to a newer one, so that a move would lead back.
    pub(super) is_back: bool,
}

/// What a visitor may do with a channel: what is done most, and what is folded away.
#[derive(Default)]
pub(super) struct Offered {
    pub(super) first: Vec<Form>,
    pub(super) more: Vec<Form>,
}

/// Who makes forms, and where they lead.
struct Maker<'a> {
    visit: &'a Visit,
    path: &'a str,
    sent: Option<&'a Sent>,
}

impl Maker<'_> {
    fn form(&self, act: &'static str, title: impl Into<String>) -> Form {
        Form::new(self.visit, act, title, format!("{}/{act}", self.path))
    }

    fn done(&self, form: Form) -> Form {
        form.filled(self.sent)
    }
}

fn same(versions: impl IntoIterator<Item = String>) -> Vec<(String, String)> {
    versions.into_iter().map(|version| (version.clone(), version)).collect()
}

/// The forms for whoever looks.
pub(super) fn offered(
    visit: &Visit,
    view: &View<'_>,
    (product, channel): (&Product, &Channel),
    (path, candidates): (&str, &[String]),
    before: Option<&Before<'_>>,
    sent: Option<&Sent>,
) -> Offered {
    let may_promote = visit.may(Right::Promote, Some(&product.name));
    let may_stop = may_promote || visit.may(Right::Block, Some(&product.name));
    let maker = Maker { visit, path, sent };
    let mut offered = Offered::default();
    let before = before.filter(|it| !it.is_head);
    if let Some(before) = before.filter(|_| may_promote) {
        offered.first.push(promoting(&maker, channel, before));
    }
    if may_promote {
        if let Some(before) = before.filter(|it| !it.standing.is_open()) {
            offered.more.extend(forcing(&maker, view, product, channel, before));
        }
        offered.more.extend(later(&maker, channel, candidates));
    }
    if may_stop {
        offered.more.extend(stops(&maker, channel, candidates, may_promote));
    }
    if may_promote {
        offered.more.extend(rollouts(&maker, channel, view.now));
        if let Some(head) = &channel.head {
            let form = maker
                .form("demote", format!("Take {head} out"))
                .hidden("head", head.as_str())
                .field(Field::why("Why it must leave"))
                .button(format!("Demote {head}"), "danger")
                .note("The channel falls back on what entered before it.");
            offered.more.push(maker.done(form));
        }
    }
    offered
}

fn promoting(maker: &Maker<'_>, channel: &Channel, before: &Before<'_>) -> Form {
    let version = before.release.version.as_str();
    let is_open = before.standing.is_open();
    let form = maker
        .form("promote", "Promote")
        .plain()
        .hidden("version", version)
        .hidden("head", head(channel))
        .disabled(!is_open);
    let form = if before.is_back {
        form.field(Field::why("Why it must go back"))
            .button(format!("Move back to {version}"), "danger")
    } else {
        form.field(Field::line("why", "Why")).button(format!("Promote {version}"), "main")
    };
    let form = if is_open { form } else { form.note("It opens when everything is met.") };
    maker.done(form)
}

/// Whether a channel points to something newer than a release.
pub(super) fn leads_back(product: &Product, channel: &Channel, version: &VersionText) -> bool {
    let Some(head) = channel.head.as_ref().filter(|head| *head != version) else { return false };
    let sequence = product.sequence(channel.stream.as_str());
    sequence.is_ok_and(|it| it.older_than(Some(head.as_str())).any(|it| it.version == *version))
}

fn head(channel: &Channel) -> String {
    channel.head.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// A move without evidence, with who has approved it; none where no approval helps.
fn forcing(
    maker: &Maker<'_>,
    view: &View<'_>,
    product: &Product,
    channel: &Channel,
    before: &Before<'_>,
) -> Option<Form> {
    let is_forceable = |kind: ConditionKind| kind.may_be_forced();
    if !before.standing.unmet().all(|condition| is_forceable(condition.kind)) {
        return None;
    }
    let approvals = approvals_of_force(view.state, product, channel, before.release, view.now);
    let has: Vec<String> = approvals.conditions.iter().map(|it| it.text.clone()).collect();
    let note = format!(
        "{}. Who agrees signs exactly this: `trainyard attest approve {} --product {} --key KEY --reason WHY`",
        if has.is_empty() { "No approval is asked for".to_owned() } else { has.join("; ") },
        approvals.proposal,
        product.name
    );
    let version = before.release.version.as_str();
    let form = maker
        .form("force", format!("Let {version} in without its evidence"))
        .hidden("version", version)
        .hidden("head", head(channel))
        .field(Field::why("Why it cannot wait"))
        .button(format!("Force {version} in"), "danger")
        .note(note);
    Some(maker.done(form))
}

fn later(maker: &Maker<'_>, channel: &Channel, candidates: &[String]) -> Vec<Form> {
    let mut forms = Vec::new();
    if !candidates.is_empty() {
        let form = maker
            .form("schedule", "Schedule a move")
            .field(Field::choice("version", "Release", same(candidates.iter().cloned())))
            .field(Field::moment("due", "When").required())
            .field(Field::why("Why"))
            .button("Schedule", "")
            .note("It happens then if everything is met, and not otherwise.");
        forms.push(maker.done(form));
    }
    if !channel.scheduled.is_empty() {
        let told = channel.scheduled.iter().map(|(seq, it)| {
            (seq.to_string(), format!("{} on {}", it.version, words::day(it.due)))
        });
        let form = maker
            .form("call-off", "Call a scheduled move off")
            .field(Field::choice("scheduled", "Move", told))
            .field(Field::line("why", "Why"))
            .button("Call it off", "");
        forms.push(maker.done(form));
    }
    forms
}

/// Holding and freezing, and the end of both for those who may promote.
fn stops(
    maker: &Maker<'_>,
    channel: &Channel,
    candidates: &[String],
    may_promote: bool,
) -> Vec<Form> {
    let mut forms = Vec::new();
    let free = candidates.iter().filter(|it| !channel.holds.contains_key(it.as_str()));
    let free = same(free.cloned());
    if !free.is_empty() {
        let form = maker
            .form("hold", "Hold a release back")
            .field(Field::choice("version", "Release", free))
            .field(Field::why("Why it shall not enter"))
            .button("Hold it", "");
        forms.push(maker.done(form));
    }
    if may_promote && !channel.holds.is_empty() {
        let held = same(channel.holds.keys().map(ToString::to_string));
        let form = maker
            .form("let-go", "Let a release go")
            .field(Field::choice("version", "Release", held))
            .field(Field::line("why", "Why"))
            .button("Let it go", "");
        forms.push(maker.done(form));
    }
    if channel.frozen.is_none() {
        let form = maker
            .form("freeze", "Freeze the channel")
            .field(Field::why("Why it stands still"))
            .button("Freeze the channel", "danger");
        forms.push(maker.done(form));
    } else if may_promote {
        let form = maker
            .form("thaw", "Thaw the channel")
            .field(Field::line("why", "Why it moves again"))
            .button("Thaw the channel", "");
        forms.push(maker.done(form));
    }
    forms
}

fn rollouts(maker: &Maker<'_>, channel: &Channel, now: Moment) -> Vec<Form> {
    let mut forms = Vec::new();
    if let Some(head) = &channel.head {
        let form = maker
            .form("roll-out", "Roll out in turn")
            .field(Field::choice(
                "version",
                "Release",
                same(
                    std::iter::once(head)
                        .chain(channel.members.keys().filter(|it| *it != head))
                        .take(20)
                        .map(ToString::to_string),
                ),
            ))
            .field(Field::number("first", "Percent of clients at once").value("10").required())
            .field(
                Field::number("days", "Days until all of them")
                    .value("14")
                    .hint("empty: it stays where it is"),
            )
            .field(Field::why("Why"))
            .button("Roll out", "");
        forms.push(maker.done(form));
    }
    let told = |(version, rollout): (&VersionText, &Rollout)| {
        (version.to_string(), format!("{version}, at {} %", rollout.percent(now)))
    };
    let running = channel.rollouts.iter().filter(|(_, it)| it.paused.is_none()).map(told);
    let running: Vec<_> = running.collect();
    if !running.is_empty() {
        let form = maker
            .form("pause", "Pause a rollout")
            .field(Field::choice("version", "Release", running))
            .field(Field::why("Why"))
            .button("Pause", "")
            .note("Who was offered it still is; nobody else is for now.");
        forms.push(maker.done(form));
    }
    // What was stopped for everybody has nothing to go on from: it is rolled out anew, or to everybody.
    let paused = channel.rollouts.iter().filter(|(_, it)| it.paused.is_some_and(|at| at > 0));
    let paused = paused.map(told);
    let paused: Vec<_> = paused.collect();
    if !paused.is_empty() {
        let form = maker
            .form("resume", "Go on with a rollout")
            .field(Field::choice("version", "Release", paused))
            .field(Field::line("why", "Why"))
            .button("Go on", "");
        forms.push(maker.done(form));
    }
    let unfinished = channel.rollouts.iter().filter(|(_, it)| it.percent(now) < 100).map(told);
    let unfinished: Vec<_> = unfinished.collect();
    if !unfinished.is_empty() {
        let form = maker
            .form("finish", "End a rollout: offer it to everybody")
            .field(Field::choice("version", "Release", unfinished))
            .field(Field::line("why", "Why"))
            .button("Offer it to everybody", "");
        forms.push(maker.done(form));
    }
    if let Some(head) = &channel.head {
        let form = maker
            .form("stop", "Emergency stop")
            .hidden("version", head.as_str())
            .field(Field::why("What is wrong"))
            .button(format!("Offer {head} to nobody"), "danger")
            .note("From this moment no client is offered it. The channel still points to it.");
        forms.push(maker.done(form));
    }
    forms
}

/// What a form asks for. *Errors*: what cannot be read, and in which field.
pub(super) fn command(
    view: &View<'_>,
    place: &Place,
    act: &str,
    sent: &mut Sent,
) -> Result<Command, Failure> {
    let (product, stream, channel) = place.clone();
    match act {
        "promote" | "force" => {
            let is_back = || {
                let version: VersionText = sent.value("version").parse().ok()?;
                let product = view.product(&product).ok()?;
                Some(leads_back(product, product.channel(&stream, &channel).ok()?, &version))
            };
            if sent.given("why").is_none() && is_back().unwrap_or_default() {
                let missing = Failure::invalid("reason-missing", "a way back needs a reason");
                return sent.at("why", Err(missing));
            }
            let expected = match sent.given("head") {
                Some(_) => Some(sent.read("head")?),
                None => None,
            };
            Ok(Command::Promote(Promote {
                product,
                stream,
                channel,
                version: sent.read("version")?,
                expected: Some(expected),
                is_forced: act == "force",
            }))
        }
        "demote" => {
            let version = match sent.given("head") {
                Some(_) => Some(sent.read("head")?),
                None => None,
            };
            Ok(Command::Demote(Demote { product, stream, channel, version }))
        }
        "schedule" => {
            let missing = || Failure::invalid("due-missing", "say when");
            let due = sent.moment("due")?.ok_or_else(missing);
            let due = sent.at("due", due)?;
            let version = sent.read("version")?;
            Ok(Command::Schedule(Schedule { product, stream, channel, version, due }))
        }
        "call-off" => {
            let scheduled = sent.number("scheduled")?;
            Ok(Command::CallOff(CallOff { product, stream, channel, scheduled }))
        }
        "hold" | "let-go" | "freeze" | "thaw" => {
            let version = match act {
                "hold" | "let-go" => Some(sent.read("version")?),
                _ => None,
            };
            // A form of before had one address for both.
            let is_stopped = matches!(act, "hold" | "freeze") && sent.given("thaw").is_none();
            let changed = ChangeChannel { product, stream, channel, version, is_stopped };
            Ok(Command::ChangeChannel(changed))
        }
        _ => {
            let version: VersionText = sent.read("version")?;
            let rollout = match act {
                "finish" => None,
                _ => Some(rollout(view, place, act, &version, sent)?),
            };
            let changed = RolloutChanged { product, stream, channel, version, rollout };
            Ok(Command::ChangeRollout(ChangeRollout(changed)))
        }
    }
}

fn rollout(
    view: &View<'_>,
    place: &Place,
    act: &str,
    version: &VersionText,
    sent: &mut Sent,
) -> Result<Rollout, Failure> {
    let product = view.product(&place.0)?;
    let channel = product.channel(&place.1, &place.2)?;
    let old = channel.rollouts.get(version);
    let everybody =
        || Rollout { starts: view.now, first_percent: 100, lasts_secs: None, paused: None };
    if act == "roll-out" {
        let first = sent.number("first")?;
        let first = u8::try_from(first).ok().filter(|first| *first <= 100);
        let wrong = || Failure::invalid("percent-wrong", "a percentage is 0 to 100");
        let first_percent = sent.at("first", first.ok_or_else(wrong))?;
        let lasts_secs = match sent.given("days") {
            Some(_) => Some(sent.number("days")?.saturating_mul(86_400)),
            None => None,
        };
        return Ok(Rollout { starts: view.now, first_percent, lasts_secs, paused: None });
    }
    if sent.given("why").is_none() && act != "resume" {
        return Err(Failure::invalid("reason-missing", "a stop needs a reason"));
    }
    let old = old.cloned().unwrap_or_else(everybody);
    if act == "resume" && old.paused == Some(0) {
        let detail = format!("{version} was stopped, and has nothing to go on from");
        return Err(Failure::invalid("rollout-stopped", detail)
            .hint("roll it out anew, or offer it to everybody"));
    }
    Ok(match act {
        "pause" => Rollout { paused: Some(old.percent(view.now)), ..old },
        "stop" => Rollout { paused: Some(0), ..old },
        _ => resumed(&old, view.now),
    })
}

/// A rollout that goes on from where it stands, as fast as before.
fn resumed(old: &Rollout, now: Moment) -> Rollout {
    let stands = old.percent(now);
    let rest = u64::from(100_u8.saturating_sub(stands));
    let all = u64::from(100_u8.saturating_sub(old.first_percent.min(100))).max(1);
    let lasts_secs = old.lasts_secs.map(|secs| secs.saturating_mul(rest) / all);
    Rollout { starts: now, first_percent: stands, lasts_secs, paused: None }
}

#[cfg(test)]
mod tests {
    use trainyard_registry::{Moment, risks::Rollout};

    use super::resumed;

    #[test]
    fn a_rollout_goes_on_as_fast_as_before() {
        let now = Moment(1_767_225_600_000_000);
        let old =
            Rollout { starts: now, first_percent: 20, lasts_secs: Some(800), paused: Some(60) };
        let new = resumed(&old, now.plus_secs(9_000));
        assert_eq!((new.first_percent, new.lasts_secs, new.paused), (60, Some(400), None));
        assert_eq!(new.percent(now.plus_secs(9_000)), 60);
        assert_eq!(new.percent(now.plus_secs(9_400)), 100);
    }
}

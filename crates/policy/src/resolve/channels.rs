//! What channels ask for.

use indexmap::IndexMap;
use jiff::civil::Date;
use trainyard_report::Code;

use super::{check_name, duration, index_of};
use crate::{
    Channel, Maturity, Stream,
    file::ChannelFile,
    problem::{Problem, Problems},
    read::{At, node::shorten},
};

/// The channels of one stream: those of every stream, and in their place those that it declares for itself.
pub(super) fn resolve(
    common: &IndexMap<String, At<ChannelFile>>,
    own: Option<&IndexMap<String, At<ChannelFile>>>,
    problems: &mut Problems,
) -> Vec<Channel> {
    let mut files = common.clone();
    files.extend(own.into_iter().flatten().map(|(name, file)| (name.clone(), file.clone())));
    let names: Vec<String> = files.keys().cloned().collect();
    let channels = files.iter().map(|(name, file)| channel(name, file, &names, problems));
    let mut channels: Vec<Channel> = channels.collect();
    break_circles(&files, &mut channels, problems);
    channels
}

/// Tells of what is wrong with channels that hold for every stream, once.
pub(super) fn resolve_common(
    common: &IndexMap<String, At<ChannelFile>>,
    streams: &mut [Stream],
    owns: &[Option<IndexMap<String, At<ChannelFile>>>],
    problems: &mut Problems,
) {
    let told = resolve(common, None, problems);
    for (stream, own) in streams.iter_mut().zip(owns) {
        stream.channels = match own {
            None => told.clone(),
            Some(own) => {
                let mut quiet = Problems::default();
                let whole = resolve(common, Some(own), &mut quiet);
                // What is wrong with its own channels is told; the common ones were told of.
                let named: IndexMap<_, _> = common
                    .iter()
                    .filter(|(name, _)| !own.contains_key(*name))
                    .map(|(name, _)| (name.clone(), At::default()))
                    .chain(own.clone())
                    .collect();
                resolve(&named, None, problems);
                whole
            }
        };
    }
}

fn channel(
    name: &str,
    file: &At<ChannelFile>,
    names: &[String],
    problems: &mut Problems,
) -> Channel {
    let At { value: file, place } = file;
    if !place.inherited {
        check_name(name, place, problems);
    }
    let principals = file.principals.unwrap_or_default();
    for (key, count) in [("parties", &file.parties), ("external", &file.external)] {
        let Some(count) = count.as_ref().filter(|count| count.value > principals) else { continue };
        let message =
            format!("`{key}` asks for {} where `principals` asks for {principals}", count.value);
        let problem = Problem::at(Code::POLICY_CONTRADICTION, &count.place, message);
        let help = format!("set `principals` to {} at least: each counts once", count.value);
        problems.push(problem.help(help));
    }
    let mut span =
        |text: &Option<At<String>>| text.as_ref().and_then(|text| duration::span(text, problems));
    let (soak, fresh) = (span(&file.soak), span(&file.fresh));
    Channel {
        name: name.to_owned(),
        description: file.description.clone(),
        prereleases: file.prereleases.unwrap_or_default(),
        maturity: file.maturity.map_or(Maturity::Alpha, Maturity::from),
        after: file
            .after
            .as_ref()
            .filter(|after| index_of(after, "channel", names, problems).is_some())
            .map(|after| after.value.clone()),
        soak,
        principals,
        parties: file.parties.as_ref().map_or(0, |parties| parties.value),
        external: file.external.as_ref().map_or(0, |external| external.value),
        environments: file.environments.unwrap_or_default(),
        fresh,
        accepts_warnings: file.accepts_warnings.unwrap_or_default(),
        flavours: file.flavours.clone().unwrap_or_default(),
        follows: file.follows.unwrap_or_default(),
        forced_by: file.forced_by.unwrap_or(1).max(principals),
        ends: file.ends.as_ref().and_then(|day| last_day(day, problems)),
    }
}

fn last_day(text: &At<String>, problems: &mut Problems) -> Option<Date> {
    let day = text.parse().ok();
    if day.is_none() {
        let message = format!("`{}` is no day", shorten(text).escape_debug());
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &text.place, message);
        problems.push(problem.help("write it as in \"2027-12-31\""));
    }
    day
}

/// Channels that wait for one another let nothing in.
fn break_circles(
    files: &IndexMap<String, At<ChannelFile>>,
    channels: &mut [Channel],
    problems: &mut Problems,
) {
    let before = |channels: &[Channel], name: &str| {
        let channel = channels.iter().find(|channel| channel.name == name)?;
        channel.after.clone()
    };
    for place in 0..channels.len() {
        let Some(name) = channels.get(place).map(|channel| channel.name.clone()) else { continue };
        let mut next = before(channels, &name);
        for _ in 0..channels.len() {
            let Some(there) = next else { break };
            if there == name {
                let stated = files.get(&name).and_then(|file| file.value.after.as_ref());
                if let Some(stated) = stated {
                    let message = format!("the channel `{name}` comes after itself");
                    let problem = Problem::at(Code::POLICY_CONTRADICTION, &stated.place, message);
                    problems.push(problem.help("let one of them come after none"));
                }
                if let Some(channel) = channels.get_mut(place) {
                    channel.after = None;
                }
                break;
            }
            next = before(channels, &there);
        }
    }
}

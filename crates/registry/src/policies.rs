//! What the registry needs of a policy file.

use trainyard_policy::{CalendarSpan, CalendarUnit, Channel, Policy, Stream, StreamKind};
use trainyard_upgrade::updates::time::epoch;

use crate::{
    Invalid, Maturity, Moment, Name,
    channels::ChannelRule,
    products::{ComponentFacts, GroupFacts, PartFacts, PolicyFacts, StreamFacts},
};

const DAY_SECS: u64 = 86_400;

impl PolicyFacts {
    /// Reads what the registry needs of a policy: how versions are written, who steps together, and what channels ask for.
    ///
    /// The channels of a stream that is one component's releases are that component's, since its releases are published there.
    /// Spans of the calendar become seconds so that nothing may enter sooner than the words say: a month has 31 days where a
    /// release waits, and 28 where a result grows old.
    ///
    /// *Errors*: names that do not stand in URLs.
    pub fn of(policy: &Policy) -> Result<Self, Invalid> {
        let mut facts = Self::default();
        for component in &policy.components {
            let scheme = component.current().scheme.spec().to_owned();
            let own = ComponentFacts { scheme, maturity: component.maturity.into() };
            facts.components.insert(component.name.parse()?, own);
        }
        for stream in &policy.streams {
            let (name, scheme) = match &stream.kind {
                StreamKind::Composite { scheme, .. } | StreamKind::Bundle { scheme, .. } => {
                    (&stream.name, scheme)
                }
                StreamKind::Single { component } => match policy.components.get(*component) {
                    Some(component) => (&component.name, &component.current().scheme),
                    None => continue,
                },
            };
            let name: Name = name.parse()?;
            let scheme = scheme.spec().to_owned();
            let own = ComponentFacts { scheme, maturity: Maturity::Stable };
            // A component says more of itself than a stream of its name.
            facts.components.entry(name.clone()).or_insert(own);
            let own = stream_facts(policy, stream)?;
            if own != StreamFacts::default() {
                facts.streams.insert(name.clone(), own);
            }
            let rules = stream.channels.iter().map(|channel| {
                let rule = ChannelRule::of(channel)?;
                Ok((channel.name.parse()?, rule))
            });
            let rules = rules.collect::<Result<std::collections::BTreeMap<Name, _>, Invalid>>()?;
            if !rules.is_empty() {
                facts.channels.entry(name).or_default().extend(rules);
            }
        }
        for group in &policy.groups {
            let members = group.members.iter().filter_map(|index| policy.components.get(*index));
            let members =
                members.map(|component| component.name.parse()).collect::<Result<_, _>>()?;
            let own = GroupFacts { members, lockstep: group.lockstep.as_str().to_owned() };
            facts.groups.insert(group.name.parse()?, own);
        }
        Ok(facts)
    }
}

/// What a stream is made of and needs.
fn stream_facts(policy: &Policy, stream: &Stream) -> Result<StreamFacts, Invalid> {
    let component = |index: &usize| policy.components.get(*index).map(|it| it.name.as_str());
    let parts = match &stream.kind {
        StreamKind::Composite { parts, .. } => parts.as_slice(),
        StreamKind::Single { .. } | StreamKind::Bundle { .. } => &[],
    };
    let parts = parts.iter().filter_map(|(part, index)| Some((part, component(index)?)));
    let parts = parts.map(|(part, component)| {
        Ok(PartFacts { part: part.clone(), component: component.parse()? })
    });
    // What is one component's releases is known by the component's name.
    let needs = stream.needs.iter().filter_map(|index| policy.streams.get(*index));
    let needs = needs.filter_map(|needed| match &needed.kind {
        StreamKind::Single { component: index } => component(index),
        StreamKind::Composite { .. } | StreamKind::Bundle { .. } => Some(needed.name.as_str()),
    });
    Ok(StreamFacts {
        parts: parts.collect::<Result<_, Invalid>>()?,
        needs: needs.map(str::parse).collect::<Result<_, _>>()?,
    })
}

impl ChannelRule {
    /// What a channel of a policy asks for. *Errors*: names that do not stand in URLs.
    pub fn of(channel: &Channel) -> Result<Self, Invalid> {
        // A last day ends with its midnight.
        let ends = channel.ends.and_then(|day| epoch(&day.to_string()));
        let ends = ends.and_then(|start| start.checked_add(86_400)?.checked_mul(1_000_000));
        Ok(Self {
            prereleases: channel.prereleases,
            maturity: channel.maturity.into(),
            after: channel.after.as_ref().map(|after| after.parse()).transpose()?,
            soak_secs: channel.soak.map_or(0, |span| longest(span) * DAY_SECS),
            principals: count(channel.principals),
            parties: count(channel.parties),
            external: count(channel.external),
            environments: count(channel.environments),
            fresh_secs: channel.fresh.map(|span| shortest(span) * DAY_SECS),
            accepts_warned: channel.accepts_warnings,
            flavours: channel.flavours.iter().map(|name| name.parse()).collect::<Result<_, _>>()?,
            follows: channel.follows,
            forced_by: count(channel.forced_by),
            ends: ends.map(Moment),
        })
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The most days that a span can have.
fn longest(span: CalendarSpan) -> u64 {
    u64::from(span.count)
        * match span.unit {
            CalendarUnit::Day => 1,
            CalendarUnit::Week => 7,
            CalendarUnit::Month => 31,
            CalendarUnit::Year => 366,
        }
}

/// The fewest days that a span can have.
fn shortest(span: CalendarSpan) -> u64 {
    u64::from(span.count)
        * match span.unit {
            CalendarUnit::Day => 1,
            CalendarUnit::Week => 7,
            CalendarUnit::Month => 28,
            CalendarUnit::Year => 365,
        }
}

impl From<trainyard_policy::Maturity> for Maturity {
    fn from(maturity: trainyard_policy::Maturity) -> Self {
        match maturity {
            trainyard_policy::Maturity::Alpha => Self::Alpha,
            trainyard_policy::Maturity::Beta => Self::Beta,
            trainyard_policy::Maturity::Stable => Self::Stable,
        }
    }
}

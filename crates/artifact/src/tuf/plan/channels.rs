//! Channels and the list of them: which of them can move, and by which rule.

use std::collections::BTreeMap;

use super::{
    super::{
        envelope::Envelope,
        metadata::{Delegations, Role, TARGETS, Targets},
        published::Signed,
        wanted::Channel,
    },
    Demand, Draft, Planner, Waiting, add, complete,
};

/// The channels as they will be.
pub(super) struct Channels {
    /// The channels by role.
    pub(super) drafts: BTreeMap<String, Draft<Targets>>,
    /// The rules that they are signed by.
    delegations: Delegations,
}

/// What can become of a channel.
struct Prospect<'channel> {
    channel: &'channel Channel,
    role: String,
    /// Its state by the rule that is wanted, or what is lacking.
    by_new_rule: Result<Draft<Targets>, Box<Waiting>>,
    /// Its state by the rule that is published.
    by_old_rule: Option<Draft<Targets>>,
}

impl Planner<'_> {
    /// The list of channels and the channels.
    ///
    /// *Errors*: what the list of channels lacks, where none that is published can stay.
    pub(super) fn targets(
        &self,
        demands: &[Demand<'_>],
        waiting: &mut Vec<Waiting>,
    ) -> Result<(Draft<Targets>, Channels), Box<Waiting>> {
        let prospects = || self.wanted.channels.iter().map(|channel| self.prospect(channel));
        let moving = self.moving(prospects(), waiting);
        match self.list(&moving, demands) {
            Ok(list) => Ok((list, moving)),
            Err(lacking) => {
                let Some(published) = &self.published.targets else { return Err(lacking) };
                let staying = self.staying(prospects(), published);
                // The published list stays as long as it is signed, even though it is due.
                let list = if demands.iter().all(|demand| demand.is_met(&published.envelope)) {
                    add(waiting, *lacking);
                    Draft { signed: published.clone(), is_new: false }
                } else {
                    self.list(&staying, demands)?
                };
                Ok((list, staying))
            }
        }
    }

    fn list(
        &self,
        channels: &Channels,
        demands: &[Demand<'_>],
    ) -> Result<Draft<Targets>, Box<Waiting>> {
        let published = self.published.targets.as_ref();
        let version = self.version(TARGETS, published);
        let delegations = Some(channels.delegations.clone());
        let targets = Targets::new(version, self.expiry(TARGETS), BTreeMap::new(), delegations);
        self.renew(TARGETS, published, &targets, Targets::says_the_same, demands)
    }

    /// Channels where the list of them can be signed anew: each by its new rule, or by its old one until then.
    fn moving<'channel>(
        &self,
        prospects: impl Iterator<Item = Prospect<'channel>>,
        waiting: &mut Vec<Waiting>,
    ) -> Channels {
        let mut channels =
            Channels { drafts: BTreeMap::new(), delegations: Delegations::default() };
        for prospect in prospects {
            let Prospect { channel, role, by_new_rule, by_old_rule } = prospect;
            match by_new_rule {
                Ok(draft) => {
                    channels.delegations.keys.extend(channel.keys.by_id());
                    channels.delegations.roles.push(channel.delegation());
                    channels.drafts.insert(role, draft);
                }
                Err(lacking) => {
                    add(waiting, *lacking);
                    if let Some(draft) = by_old_rule {
                        self.keep_rule(&mut channels.delegations, &role);
                        channels.drafts.insert(role, draft);
                    }
                }
            }
        }
        channels
    }

    /// Channels where the list of them stays: none comes, none goes, and each keeps its rule.
    fn staying<'channel>(
        &self,
        prospects: impl Iterator<Item = Prospect<'channel>>,
        published: &Signed<Targets>,
    ) -> Channels {
        let drafts = prospects.filter_map(|prospect| Some((prospect.role, prospect.by_old_rule?)));
        let mut drafts: BTreeMap<_, _> = drafts.collect();
        let delegations = published.metadata.delegations.clone().unwrap_or_default();
        for delegation in &delegations.roles {
            if let Some(signed) = self.published.channels.get(&delegation.name)
                && !drafts.contains_key(&delegation.name)
            {
                let draft = Draft { signed: signed.clone(), is_new: false };
                drafts.insert(delegation.name.clone(), draft);
            }
        }
        Channels { drafts, delegations }
    }

    fn prospect<'channel>(&self, channel: &'channel Channel) -> Prospect<'channel> {
        let role = channel.role();
        let published = self.published.channels.get(&role);
        let version = self.version(&role, published);
        let wanted = Targets::new(version, self.expiry(&role), channel.files(), None);
        let keys = channel.keys.by_id();
        let rule = Role::new(&channel.keys);
        let demand = Demand { keys: &keys, role: &rule };
        let by_new_rule = self.renew(&role, published, &wanted, Targets::says_the_same, &[demand]);
        let by_old_rule = published.map(|published| {
            self.by_old_rule(&role, published, &wanted)
                .unwrap_or_else(|| Draft { signed: published.clone(), is_new: false })
        });
        Prospect { channel, role, by_new_rule, by_old_rule }
    }

    /// A new version of a channel by the rule that is published; `None` where none is needed or can be had.
    fn by_old_rule(
        &self,
        role: &str,
        published: &Signed<Targets>,
        wanted: &Targets,
    ) -> Option<Draft<Targets>> {
        let delegation = self.published.delegation(role)?;
        if published.metadata.says_the_same(wanted) && self.is_fresh(role, &published.metadata) {
            return None;
        }
        let list = self.published.targets.as_ref()?;
        let keys = &list.metadata.delegations.as_ref()?.keys;
        let demands = [Demand { keys, role: &delegation.role }];
        let envelope: Envelope = self.sign(role, wanted, &demands, Targets::says_the_same);
        let signed = complete(role, envelope, &demands).ok()?;
        Some(Draft { signed, is_new: true })
    }

    /// Takes over the published rule for a channel.
    fn keep_rule(&self, delegations: &mut Delegations, role: &str) {
        let published =
            self.published.targets.as_ref().and_then(|list| list.metadata.delegations.as_ref());
        let Some(published) = published else { return };
        let Some(rule) = published.roles.iter().find(|rule| rule.name == role) else { return };
        let keys = published.keys.iter().filter(|(id, _)| rule.role.keyids.contains(id));
        delegations.keys.extend(keys.map(|(id, key)| (id.clone(), key.clone())));
        delegations.roles.push(rule.clone());
    }
}

//! Plans for whole deployments: every component's way, put in an order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Deployment, Facts, Known, Plan, PlanError, Refusal, Relation, Rules, Stage, Target, Upgraded,
    journey::{Guide, Journey},
    knowledge::Knowledge,
    order::Movement,
    plan,
};
use crate::updates::UpdateGraph;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is installed, and how it is handled.
    pub deployment: &'a Deployment,
    /// What is wanted.
    pub target: &'a Target,
    /// What holds between components.
    pub rules: &'a Rules,
    /// Whether to go straight to the target, not line by line.
    pub is_direct: bool,
    /// The releases to go through, by component, where an update graph says so; they end with the wanted one.
    pub stops: &'a BTreeMap<String, Vec<String>>,
    /// Which updates are allowed, and what speaks against them, by component, where an update graph says so.
    pub graphs: &'a BTreeMap<String, Arc<UpdateGraph>>,
}

/// A plan with what else should be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What speaks against it or could not be looked at; subject and sentence.
    pub troubles: Vec<Trouble>,
}

/// Something that speaks against a plan or could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// Two components run side by side for a while, or in the end, that do not work together.
    Breaks {
        /// The components with their versions.
        subject: String,
        /// Since when, and why.
        message: String,
    },
    /// The target names a component that is not installed.
    NotInstalled {
        /// The component with the wanted version.
        subject: String,
    },
    /// Of a component's releases nothing is known but their numbers.
    Unknown {
        /// The component.
        subject: String,
    },
}

/// Makes the plan of a deployment.
///
/// Components that the target does not name stay as they are, and are held against those that move. What others need,
/// by the policy's streams, moves first; members of a group that shares its line move together.
///
/// *Errors*: see [`Refusal`], and those of the source of facts. *Cost*: the facts of each hop once; the order as told at [`Movement::stages`].
pub fn plan_deployment<K: Knowledge>(
    knowledge: &K,
    request: &Request<'_>,
) -> Result<Planned, PlanError<K::Error>> {
    let Request { deployment, target, rules, is_direct, stops, graphs } = request;
    let guide = Guide { knowledge, rules, is_direct: *is_direct, graphs };
    let mut troubles = Vec::new();
    for (name, wanted) in &target.wanted {
        if !deployment.components.contains_key(name) {
            troubles.push(Trouble::NotInstalled { subject: format!("{name} {wanted}") });
        }
    }
    if troubles.len() == target.wanted.len() {
        return Err(PlanError::Refused(Refusal::NothingInstalled { title: target.title.clone() }));
    }
    let mut journeys = Vec::new();
    for name in in_order(deployment, rules) {
        let Some(component) = deployment.components.get(name) else { continue };
        let wanted = target.wanted.get(name).map(String::as_str);
        // What nobody wants to change and whose version nobody knows cannot be held against anything.
        if wanted.is_none() && component.version.is_none() {
            continue;
        }
        let stops = stops.get(name).map(Vec::as_slice);
        let journey = guide.journey(name, component, wanted, stops)?;
        if journey.is_unknown && wanted.is_some() {
            troubles.push(Trouble::Unknown { subject: name.to_owned() });
        }
        journeys.push(journey);
    }
    if journeys.iter().all(|journey| journey.hops.is_empty()) {
        return Err(PlanError::Refused(Refusal::NothingToDo { title: target.title.clone() }));
    }
    let mixture = Mixture { knowledge, rules, journeys: &journeys };
    let hops: Vec<usize> = journeys.iter().map(|journey| journey.hops.len()).collect();
    let breaks = |one: (usize, usize), other: (usize, usize)| {
        matches!(mixture.relation(one, other), Relation::Breaks(_))
    };
    let order = Movement { hops: &hops, breaks: &breaks }.stages();
    let stages = mixture.stages(&order, &mut troubles);
    let facts = Facts {
        deployment: &deployment.name,
        target: &target.title,
        components: journeys
            .iter()
            .filter(|journey| !journey.hops.is_empty())
            .map(|journey| Upgraded {
                name: &journey.name,
                component: &journey.component,
                gathered: &journey.gathered,
            })
            .collect(),
        stages,
    };
    Ok(Planned { plan: plan(&facts), troubles })
}

/// The components of a deployment, those first that others need; otherwise by name.
fn in_order<'a>(deployment: &'a Deployment, rules: &Rules) -> Vec<&'a str> {
    let mut left: BTreeSet<&str> = deployment.components.keys().map(String::as_str).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while let Some(first) = left.first().copied() {
        let is_free = |name: &&str| {
            let needed = rules.needs.get(*name);
            needed.is_none_or(|needed| needed.iter().all(|other| !left.contains(other.as_str())))
        };
        // Those that need each other go by name.
        let next: Vec<&str> = left.iter().copied().filter(is_free).collect();
        let next = if next.is_empty() { vec![first] } else { next };
        for name in next {
            left.remove(name);
            ordered.push(name);
        }
    }
    ordered
}

/// What runs side by side.
struct Mixture<'a, K: Knowledge> {
    knowledge: &'a K,
    rules: &'a Rules,
    journeys: &'a [Journey],
}

impl<'a, K: Knowledge> Mixture<'a, K> {
    fn at(&self, (component, hops): (usize, usize)) -> Option<(&'a str, &'a Known)> {
        let journey = self.journeys.get(component)?;
        Some((journey.name.as_str(), journey.stops.get(hops)?))
    }

    fn relation(&self, one: (usize, usize), other: (usize, usize)) -> Relation {
        let Some((one, other)) = self.at(one).zip(self.at(other)) else {
            return Relation::Unknown;
        };
        match self.rules.relation(one, other) {
            Relation::Unknown => self.knowledge.relation(one, other),
            known => known,
        }
    }

    fn stages(&self, order: &[Vec<usize>], troubles: &mut Vec<Trouble>) -> Vec<Stage<'a>> {
        let mut state = vec![0; self.journeys.len()];
        let mut told = BTreeSet::new();
        let mut stages = Vec::with_capacity(order.len());
        for (number, moving) in order.iter().enumerate() {
            let mut hops = Vec::with_capacity(moving.len());
            for component in moving {
                let (Some(journey), Some(at)) =
                    (self.journeys.get(*component), state.get_mut(*component))
                else {
                    continue;
                };
                hops.extend(journey.hops.get(*at).map(|hop| (journey.name.as_str(), hop)));
                *at += 1;
            }
            let is_last = number + 1 == order.len();
            let beside = self.beside(&state, moving, number + 1, is_last, &mut told, troubles);
            stages.push(Stage { hops, beside });
        }
        stages
    }

    /// What is known of those that moved and all others, once a stage is over.
    fn beside(
        &self,
        state: &[usize],
        moved: &[usize],
        stage: usize,
        is_last: bool,
        told: &mut BTreeSet<(usize, usize)>,
        troubles: &mut Vec<Trouble>,
    ) -> Vec<String> {
        let place = |index: usize| (index, state.get(index).copied().unwrap_or_default());
        let mut sentences = Vec::new();
        let pairs: BTreeSet<(usize, usize)> = moved
            .iter()
            .flat_map(|one| (0..state.len()).map(move |other| (*one.min(&other), *one.max(&other))))
            .filter(|(one, other)| one != other)
            .collect();
        for (one, other) in pairs {
            let relation = self.relation(place(one), place(other));
            let Some((left, right)) = self.at(place(one)).zip(self.at(place(other))) else {
                continue;
            };
            let both = format!("{} {} and {} {}", left.0, left.1.version, right.0, right.1.version);
            match relation {
                Relation::Unknown => {}
                Relation::Works(why) => sentences.push(format!("{both} work together: {why}")),
                Relation::Breaks(why) => {
                    sentences.push(format!("{both} do NOT work together: {why}"));
                    let last = |index: usize| {
                        self.journeys.get(index).map_or(0, |journey| journey.hops.len())
                    };
                    let stays = place(one).1 == last(one) && place(other).1 == last(other);
                    let until = if stays && is_last { "when all is done" } else { "for a while" };
                    let until = if stays && !is_last { "from there on" } else { until };
                    if told.insert((one, other)) || stays {
                        troubles.push(Trouble::Breaks {
                            subject: both,
                            message: format!(
                                "they do not work together {until}, after stage {stage}: {why}"
                            ),
                        });
                    }
                }
            }
        }
        sentences
    }
}

//! A registry in memory, with people who hold keys.

use std::collections::BTreeMap;

use serde_json::{json, value::RawValue};
use trainyard_attest::{
    Approval, Decision, Environment, Outcome, PrivateKey, Statement, TestResult, Tests,
};
use trainyard_registry::{
    Actor, Ask, Command, Decided, Digest, Entry, Moment, Name, PrincipalName, Publish, Refusal,
    SequenceKind, State, VersionText,
    attestations::Attest,
    channels::{ChannelRule, Demote, Promote, Settle},
    decide,
    parties::{EnrolKey, EnrolParty, EnrolPrincipal},
    products::{ComponentFacts, CreateProduct, PolicyFacts, SetPolicy},
};

/// A day, in seconds.
pub(crate) const DAY: u64 = 86_400;

/// A registry in memory.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) entries: Vec<Entry>,
    pub(crate) now: Moment,
    /// Whether entries are taken in as they were decided, and not read from what was written.
    pub(crate) is_quick: bool,
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub(crate) fn version(text: &str) -> VersionText {
    text.parse().unwrap()
}

pub(crate) fn principal(text: &str) -> PrincipalName {
    text.parse().unwrap()
}

/// The key of a principal, the same whenever it is asked for.
pub(crate) fn key_of(name: &str) -> PrivateKey {
    let digest = Digest::of(name.as_bytes());
    let bytes: Vec<u8> = digest.hex().bytes().take(32).collect();
    PrivateKey::from_bytes(&bytes.try_into().unwrap())
}

impl World {
    /// An empty registry.
    pub(crate) fn empty() -> Self {
        Self {
            state: State::default(),
            entries: Vec::new(),
            now: Moment(1_767_225_600_000_000),
            is_quick: false,
        }
    }

    /// A registry with the product `studio-pipeline` of the party `maker`, parties `one`, `two` and `three`, a principal `ada`
    /// with a key in each of them, and the product's component `core`.
    pub(crate) fn new(rules: &[(&str, ChannelRule)]) -> Self {
        let mut world = Self::empty();
        for party in ["maker", "one", "two", "three"] {
            world.must(Command::EnrolParty(EnrolParty {
                name: name(party),
                title: party.to_owned(),
            }));
            world.enrol(&format!("{party}/ada"));
        }
        world.must(Command::CreateProduct(CreateProduct {
            name: name("pipeline"),
            title: "Pipeline".to_owned(),
            party: name("maker"),
        }));
        world.must(Command::SetPolicy(policy(rules)));
        world
    }

    /// Enrols a principal with a key.
    pub(crate) fn enrol(&mut self, who: &str) {
        self.must(Command::EnrolPrincipal(EnrolPrincipal {
            name: principal(who),
            title: who.to_owned(),
        }));
        self.must(Command::EnrolKey(EnrolKey {
            principal: principal(who),
            public: key_of(who).public_key().to_openssh(),
            until: None,
            replaces: None,
        }));
    }

    /// Asks as somebody who may do everything, with a reason.
    pub(crate) fn ask(&mut self, who: &str, command: Command) -> Result<Decided, Refusal> {
        let actor = Actor { principal: principal(who), ..Actor::registry() };
        self.ask_as(actor, "because", command)
    }

    /// Asks as somebody for a reason, and takes in what follows.
    #[expect(clippy::needless_pass_by_value, reason = "commands are made where they are asked")]
    pub(crate) fn ask_as(
        &mut self,
        actor: Actor,
        why: &str,
        command: Command,
    ) -> Result<Decided, Refusal> {
        let ask = Ask { actor, now: self.now, why: why.to_owned() };
        let decided = decide(&self.state, &ask, &command)?;
        if self.is_quick {
            for event in &decided.events {
                let (seq, at) = (self.state.size(), ask.now);
                let (by, why) = (ask.actor.principal.clone(), ask.why.clone());
                let entry = Entry { seq, at, by, why, event: event.clone() };
                self.state.apply(&entry);
                self.entries.push(entry);
            }
            return Ok(decided);
        }
        for (written, bytes) in decided.written(self.state.size(), &ask)? {
            // What is applied is what was written.
            let mut entry = Entry::from_bytes(written.seq, &bytes).unwrap();
            let document = entry.document().map(|digest| {
                let kept = decided.blobs.iter().find(|(kept, _)| kept == digest);
                kept.expect("documents are kept").1.as_slice()
            });
            let document = document.map(<[u8]>::to_vec);
            entry.attach(document.as_deref()).unwrap();
            self.state.apply(&entry);
            self.entries.push(entry);
        }
        Ok(decided)
    }

    /// Asks for what is sure to be done.
    pub(crate) fn must(&mut self, command: Command) -> Decided {
        let what = format!("{command:?}");
        self.ask("registry/itself", command)
            .unwrap_or_else(|refusal| panic!("{what}: {refusal:#?}"))
    }

    /// Lets days pass.
    pub(crate) fn pass_days(&mut self, days: u64) {
        self.now = self.now.plus_secs(days * DAY);
    }

    /// Publishes a release of the component `core`, and says its digest.
    pub(crate) fn publish(&mut self, number: &str) -> Digest {
        self.publish_as("maker/ada", number).unwrap();
        self.digest("core", number)
    }

    /// Publishes a release of the component `core` as somebody.
    pub(crate) fn publish_as(&mut self, who: &str, number: &str) -> Result<Decided, Refusal> {
        self.ask(who, Command::Publish(release("core", number)))
    }

    /// The digest of a release.
    pub(crate) fn digest(&self, component: &str, number: &str) -> Digest {
        let product = self.state.product("pipeline").unwrap();
        product.sequence(component).unwrap().find(number).unwrap().digest.clone()
    }

    /// Hands in how somebody's tests ended.
    pub(crate) fn attest(
        &mut self,
        who: &str,
        digest: &Digest,
        outcome: Outcome,
    ) -> Result<Decided, Refusal> {
        self.attest_on(who, digest, outcome, who)
    }

    /// Hands in how somebody's tests ended, and where.
    pub(crate) fn attest_on(
        &mut self,
        who: &str,
        digest: &Digest,
        outcome: Outcome,
        place: &str,
    ) -> Result<Decided, Refusal> {
        let envelope = test_result(who, digest, outcome, place, "");
        self.hand_in(who, envelope)
    }

    /// Hands an envelope in.
    pub(crate) fn hand_in(&mut self, who: &str, envelope: Vec<u8>) -> Result<Decided, Refusal> {
        self.ask(who, Command::Attest(Attest { product: name("pipeline"), envelope }))
    }

    /// Moves a channel of `core` forward.
    pub(crate) fn promote(&mut self, channel: &str, number: &str) -> Result<Decided, Refusal> {
        self.ask("maker/ada", Command::Promote(promotion(channel, number, false)))
    }

    /// Moves a channel of `core` back.
    pub(crate) fn demote(&mut self, channel: &str) -> Result<Decided, Refusal> {
        let command = Demote {
            product: name("pipeline"),
            stream: name("core"),
            channel: name(channel),
            version: None,
        };
        self.ask("maker/ada", Command::Demote(command))
    }

    /// Carries out what is due, until nothing is.
    pub(crate) fn settle(&mut self) {
        while !self.must(Command::Settle(Settle)).events.is_empty() {}
    }

    /// The version that a channel of `core` points to.
    pub(crate) fn head(&self, channel: &str) -> Option<String> {
        let product = self.state.product("pipeline").unwrap();
        let channel = product.channel(&name("core"), &name(channel)).unwrap();
        channel.head.as_ref().map(ToString::to_string)
    }

    /// The same registry, from its entries alone.
    pub(crate) fn replayed(&self) -> State {
        let mut state = State::default();
        for entry in &self.entries {
            state.apply(entry);
        }
        state
    }
}

/// A promotion of a release of `core`.
pub(crate) fn promotion(channel: &str, number: &str, is_forced: bool) -> Promote {
    Promote {
        product: name("pipeline"),
        stream: name("core"),
        channel: name(channel),
        version: version(number),
        expected: None,
        is_forced,
    }
}

/// A release of a component with nothing in its manifest but what it is.
pub(crate) fn release(component: &str, number: &str) -> Publish {
    let manifest = json!({"name": component, "version": {"text": number, "scheme": "semver"}});
    Publish {
        product: name("pipeline"),
        name: name(component),
        kind: SequenceKind::Component,
        version: version(number),
        content: None,
        document: RawValue::from_string(manifest.to_string()).unwrap(),
        images: Vec::new(),
        follows: None,
        released: None,
    }
}

/// A policy with rules for channels of `core`.
pub(crate) fn policy(rules: &[(&str, ChannelRule)]) -> SetPolicy {
    let rules: BTreeMap<_, _> =
        rules.iter().map(|(channel, rule)| (name(channel), rule.clone())).collect();
    let facts = ComponentFacts {
        scheme: "semver".to_owned(),
        maturity: trainyard_registry::Maturity::default(),
    };
    SetPolicy {
        product: name("pipeline"),
        text: format!("{rules:?}"),
        facts: PolicyFacts {
            components: [(name("core"), facts)].into(),
            groups: BTreeMap::default(),
            channels: [(name("core"), rules)].into(),
            streams: BTreeMap::default(),
        },
        is_dry: false,
    }
}

/// What somebody signs of their tests.
pub(crate) fn test_result(
    who: &str,
    digest: &Digest,
    outcome: Outcome,
    place: &str,
    flavour: &str,
) -> Vec<u8> {
    let mut environment = Environment::default();
    environment.add("host", place).unwrap();
    let statement = Statement::TestResult(TestResult {
        name: String::new(),
        digest: digest.to_string(),
        flavour: flavour.to_owned(),
        outcome,
        environment,
        url: None,
        finished_on: None,
        tests: Tests::default(),
    });
    sign(who, &statement)
}

/// What somebody signs of a proposal.
pub(crate) fn approval(who: &str, proposal: &Digest) -> Vec<u8> {
    let statement = Statement::Approval(Approval {
        name: String::new(),
        digest: proposal.to_string(),
        proposal: "rule".to_owned(),
        decision: Decision::Approved,
        reason: "it is right".to_owned(),
    });
    sign(who, &statement)
}

fn sign(who: &str, statement: &Statement) -> Vec<u8> {
    let mut envelope = statement.to_envelope().unwrap();
    envelope.sign(&key_of(who));
    envelope.to_json().into_bytes()
}

//! Whoever is fewer than a rule asks for never reaches production, whatever they try.
//!
//! The tests make sequences of random numbers, `cargo xtask fuzz` of bytes.

use std::collections::{HashMap, VecDeque};

use trainyard_attest::{KeyId, Outcome};
use trainyard_registry::{
    Actor, Command, Digest, Grant, Right,
    attestations::{Attest, Withdraw},
    channels::{
        BringIn, CallOff, ChangeChannel, ChannelRule, Demote, PastMove, Schedule, Settle,
        approvals_of_force, approvals_of_policy,
    },
    parties::{EndKey, EnrolKey, IssueToken},
    products::{RecordWaiver, SetPolicy},
    releases::Yank,
    risks::{DeclareRisk, LiftRisk, RiskDeclared, RiskEffect},
};

use super::world::{
    DAY, World, approval, key_of, name, policy, principal, promotion, release, test_result, version,
};

/// The people who try: the author of everything, and one who validates. The rule asks for three.
pub(crate) const COALITION: [&str; 2] = ["maker/ada", "one/ada"];
/// What they publish; nobody else says anything good of it.
pub(crate) const THEIRS: [&str; 3] = ["1.1.0", "1.2.0", "2.0.0"];
/// The one of them that enough would pass, were there not one who says that it fails.
pub(crate) const DOUBTED: &str = THEIRS[0];
/// What everybody agrees about.
pub(crate) const HONEST: &str = "1.0.0";

/// Where choices come from.
#[derive(Debug)]
pub(crate) enum Numbers {
    /// Numbers that look random and are the same every time (splitmix64).
    Random(u64),
    /// A byte for each choice, and zeros behind them.
    Given(VecDeque<u8>),
}

impl Numbers {
    fn next(&mut self) -> u64 {
        let state = match self {
            Self::Random(state) => state,
            Self::Given(bytes) => return bytes.pop_front().map_or(0, u64::from),
        };
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn one_of(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }

    fn is_lucky(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}

pub(crate) fn production() -> ChannelRule {
    ChannelRule {
        after: Some(name("latest")),
        soak_secs: 3 * DAY,
        principals: 3,
        parties: 2,
        fresh_secs: Some(30 * DAY),
        forced_by: 1,
        ..ChannelRule::default()
    }
}

fn latest() -> ChannelRule {
    ChannelRule { follows: true, ..ChannelRule::default() }
}

/// A registry with one release that everybody validated, and a candidate of the coalition.
pub(crate) fn start() -> World {
    let mut world = World::new(&[("latest", latest()), ("production", production())]);
    world.publish(HONEST);
    world.publish(THEIRS[0]);
    world.settle();
    let digest = world.digest("core", HONEST);
    for who in ["one/ada", "two/ada", "three/ada"] {
        world.attest(who, &digest, Outcome::Passed).unwrap();
    }
    // Two pass what the third would, and a fourth does not.
    world.enrol("two/ben");
    let doubted = world.digest("core", DOUBTED);
    for (who, outcome) in
        [("two/ada", Outcome::Passed), ("three/ada", Outcome::Passed), ("two/ben", Outcome::Failed)]
    {
        world.attest(who, &doubted, outcome).unwrap();
    }
    // Somebody honest agrees with something else.
    let other = approval("two/ada", &Digest::of(b"something else"));
    world.hand_in("two/ada", other).unwrap();
    world
}

/// Envelopes, each signed once.
#[derive(Default)]
struct Signed(HashMap<(String, Digest, u8), Vec<u8>>);

impl Signed {
    fn result(&mut self, key: &str, digest: &Digest, flavour: &str) -> Vec<u8> {
        let kind = u8::from(!flavour.is_empty());
        let made = || test_result(key, digest, Outcome::Passed, key, flavour);
        self.0.entry((key.to_owned(), digest.clone(), kind)).or_insert_with(made).clone()
    }

    fn approval(&mut self, key: &str, digest: &Digest) -> Vec<u8> {
        let made = || approval(key, digest);
        self.0.entry((key.to_owned(), digest.clone(), 2)).or_insert_with(made).clone()
    }
}

/// One member of the coalition: every right but to say who is who.
pub(crate) fn member(who: &str) -> Actor {
    let grants = Right::ALL.into_iter().filter(|right| *right != Right::Admin);
    let grants = grants.map(|right| Grant { right, product: None }).collect();
    Actor { principal: principal(who), grants, until: None }
}

/// What the coalition signs with: the keys they came with, and those that they put in their place.
fn a_key(numbers: &mut Numbers) -> String {
    let who = numbers.one_of(&COALITION);
    if numbers.is_lucky() { who.to_owned() } else { format!("{who} again") }
}

/// The proposals that the coalition would like to be approved.
fn a_proposal(world: &World, numbers: &mut Numbers) -> Digest {
    let product = world.state.product("pipeline").unwrap();
    if numbers.is_lucky() {
        let weak = weakened();
        let digest = Digest::of(weak.text.as_bytes());
        return approvals_of_policy(&world.state, product, &weak.facts, &digest, world.now)
            .proposal;
    }
    let channel = product.channel(&name("core"), &name("production")).unwrap();
    let sequence = product.sequence("core").unwrap();
    let release = sequence.find(numbers.one_of(&THEIRS));
    let release = release.unwrap_or_else(|_| sequence.find(HONEST).unwrap());
    approvals_of_force(&world.state, product, channel, release, world.now).proposal
}

fn weakened() -> SetPolicy {
    policy(&[("latest", latest()), ("production", ChannelRule::default())])
}

/// Something that the coalition tries.
fn attempt(world: &World, numbers: &mut Numbers, signed: &mut Signed) -> Command {
    let theirs = numbers.one_of(&THEIRS);
    let channel = numbers.one_of(&["latest", "production", "production"]);
    let product = world.state.product("pipeline").unwrap();
    let found = product.sequence("core").unwrap().find(theirs);
    let digest = found.map_or_else(|_| Digest::of(b"nothing"), |release| release.digest.clone());
    let hand_in = |envelope| Command::Attest(Attest { product: name("pipeline"), envelope });
    match numbers.below(17) {
        0 => Command::Publish(release("core", theirs)),
        1 | 2 => hand_in(signed.result(&a_key(numbers), &digest, "")),
        3 => hand_in(signed.result(&a_key(numbers), &digest, "vfx")),
        4 => hand_in(signed.result("two/ada", &world.digest("core", HONEST), "")),
        5 => hand_in(signed.approval(&a_key(numbers), &a_proposal(world, numbers))),
        6 | 7 => Command::Promote(promotion(channel, theirs, numbers.is_lucky())),
        8 => Command::Promote(promotion("production", HONEST, false)),
        9 => Command::SetPolicy(weakened()),
        10 => Command::Schedule(Schedule {
            product: name("pipeline"),
            stream: name("core"),
            channel: name(channel),
            version: version(theirs),
            due: world.now.plus_secs(DAY),
        }),
        11 => Command::Demote(Demote {
            product: name("pipeline"),
            stream: name("core"),
            channel: name(channel),
            version: None,
        }),
        12 => {
            let who = numbers.one_of(&COALITION);
            Command::EnrolKey(EnrolKey {
                principal: principal(who),
                public: key_of(&format!("{who} again")).public_key().to_openssh(),
                until: None,
                replaces: Some(key_of(who).public_key().id()),
            })
        }
        13 => {
            let who = numbers.one_of(&COALITION);
            let id: KeyId = key_of(who).public_key().id();
            Command::EndKey(EndKey {
                principal: principal(who),
                id,
                is_revoked: numbers.is_lucky(),
            })
        }
        14 => Command::RecordWaiver(RecordWaiver {
            product: name("pipeline"),
            component: name("core"),
            version: None,
            until: None,
        }),
        15 => Command::IssueToken(IssueToken {
            name: name("another"),
            principal: principal(numbers.one_of(&["two/ada", "one/ada"])),
            grants: vec![Grant { right: Right::Admin, product: None }],
            secret: Digest::of(b"another"),
            until: None,
        }),
        _ => match numbers.below(8) {
            0 => Command::Yank(Yank {
                product: name("pipeline"),
                name: name("core"),
                version: version(HONEST),
                is_yanked: numbers.is_lucky(),
            }),
            1 => Command::ChangeChannel(ChangeChannel {
                product: name("pipeline"),
                stream: name("core"),
                channel: name(channel),
                version: None,
                is_stopped: numbers.is_lucky(),
            }),
            2 => Command::CallOff(CallOff {
                product: name("pipeline"),
                stream: name("core"),
                channel: name(channel),
                scheduled: numbers.next() % 64,
            }),
            // Somebody else's words in other bytes, so that they look new.
            3 => {
                let who = numbers.one_of(&["two/ada", "three/ada"]);
                let of = world.digest("core", numbers.one_of(&[HONEST, DOUBTED]));
                let envelope = String::from_utf8(signed.result(who, &of, "")).unwrap();
                let padding = " ".repeat(1 + numbers.below(4));
                hand_in(format!("{padding}{envelope}").into_bytes())
            }
            4 => Command::BringIn(BringIn {
                product: name("pipeline"),
                stream: name("core"),
                moves: vec![PastMove {
                    channel: name(channel),
                    version: version(theirs),
                    is_in: numbers.is_lucky(),
                    happened: world.now,
                }],
            }),
            5 => Command::DeclareRisk(DeclareRisk(RiskDeclared {
                product: name("pipeline"),
                risk: name("CORE-1"),
                stream: name("core"),
                effect: RiskEffect::Block,
                versions: format!("exactly {HONEST}"),
                from: None,
                condition: None,
                message: "they say so".to_owned(),
                url: None,
                fixed_in: None,
                title: None,
                happened: None,
            })),
            6 => Command::LiftRisk(LiftRisk { product: name("pipeline"), risk: name("CORE-1") }),
            _ => {
                let said = product.attestations().all().nth(numbers.below(8));
                let id = said.map_or(digest, |said| said.attested.id.clone());
                Command::Withdraw(Withdraw { product: name("pipeline"), id })
            }
        },
    }
}

/// The key of whoever doubts is revoked: what they said against a release stands.
fn revoke_doubt(world: &mut World) {
    let id = key_of("two/ben").public_key().id();
    world.must(Command::EndKey(EndKey { principal: principal("two/ben"), id, is_revoked: true }));
}

/// What sequences are made of.
pub(crate) struct Attack {
    /// The registry that each begins with, and the same after the key of whoever doubts was revoked.
    starts: [World; 2],
    signed: Signed,
}

/// How many commands a stage has on average, and into how many sequences it parts.
const STAGES: [(usize, usize); 4] = [(4, 3), (2, 4), (2, 4), (2, 1)];

/// How much came of sequences.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Came {
    /// How many there were.
    pub(crate) sequences: u64,
    /// How many commands were done.
    pub(crate) done: u64,
    /// After how many of them production pointed to something.
    pub(crate) moved: u64,
}

impl Attack {
    pub(crate) fn new() -> Self {
        let mut revoked = start();
        revoke_doubt(&mut revoked);
        Self { starts: [start(), revoked], signed: Signed::default() }
    }

    /// Runs sequences of attempts that begin alike: after each stage but the last, they part. Panics where the coalition has
    /// its way.
    pub(crate) fn run(&mut self, mut numbers: Numbers) -> Came {
        let seed = format!("{numbers:?}");
        let start = World { is_quick: true, ..self.starts[numbers.below(2)].clone() };
        let mut came = Came::default();
        // Worlds with the stage that is next.
        let mut open = vec![(start, 0)];
        while let Some((mut world, stage)) = open.pop() {
            let (steps, branches) = STAGES[stage];
            for _ in 0..=numbers.below(2 * steps - 1) {
                self.step(&mut world, &mut numbers, &mut came, &seed);
            }
            if stage + 1 < STAGES.len() {
                open.extend((0..branches).map(|_| (world.clone(), stage + 1)));
                continue;
            }
            came.sequences += 1;
            let product = world.state.product("pipeline").unwrap();
            let channel = product.channel(&name("core"), &name("production")).unwrap();
            assert_eq!(channel.rule, production(), "tree {seed}");
        }
        came
    }

    /// Runs one sequence of attempts as bytes choose them. Panics where the coalition has its way.
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Came {
        let mut numbers = Numbers::Given(bytes.iter().copied().collect());
        let mut world = World { is_quick: true, ..self.starts[numbers.below(2)].clone() };
        let mut came = Came { sequences: 1, ..Came::default() };
        let seed = format!("{bytes:?}");
        while matches!(&numbers, Numbers::Given(left) if !left.is_empty()) {
            self.step(&mut world, &mut numbers, &mut came, &seed);
        }
        let product = world.state.product("pipeline").unwrap();
        let channel = product.channel(&name("core"), &name("production")).unwrap();
        assert_eq!(channel.rule, production(), "{seed}");
        came
    }

    /// One command of the coalition, and now and then some days before it.
    fn step(&mut self, world: &mut World, numbers: &mut Numbers, came: &mut Came, seed: &str) {
        if numbers.below(5) == 0 {
            world.pass_days(1 + numbers.next() % 4);
            let is_settled = world.ask("registry/itself", Command::Settle(Settle)).is_ok();
            came.done += u64::from(is_settled);
        }
        let command = attempt(world, numbers, &mut self.signed);
        let who = numbers.one_of(&COALITION);
        let is_done = world.ask_as(member(who), "we want it", command).is_ok();
        came.done += u64::from(is_done);
        let head = world.head("production");
        came.moved += u64::from(head.is_some());
        assert!(
            head.as_deref().is_none_or(|head| head == HONEST),
            "tree {seed}: {head:?} after {:#?}",
            world.entries
        );
    }
}

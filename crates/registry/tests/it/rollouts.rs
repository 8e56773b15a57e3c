//! Rollouts of others, as our registry carries them out.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shares of a rollout's seconds are small numbers"
)]

use serde_json::{Value, json, value::RawValue};
use trainyard_registry::{
    Command, Moment, Publish,
    channels::ChannelRule,
    offers::{Client, offer},
    risks::{ChangeRollout, DeclareRisk, RiskDeclared, RiskEffect, Rollout, RolloutChanged},
};
use trainyard_testkit::{Tally, case_text};

use crate::{
    promotions::unmapped,
    world::{World, name, promotion, release, version},
};

const MICROS: i64 = 1_000_000;

/// What a row of Fedora CoreOS says of a release's way to clients: when it begins, the share at the beginning, and how long it
/// takes until all have it.
struct Ramp {
    starts: i64,
    share: f64,
    secs: Option<u64>,
}

impl Ramp {
    fn of(row: &Value) -> Option<Self> {
        let rollout = row.get("rollout")?;
        Some(Self {
            starts: rollout["start_epoch"].as_i64().unwrap_or_default(),
            share: rollout["start_percentage"].as_f64().unwrap_or_default(),
            secs: rollout["duration_minutes"].as_u64().map(|minutes| minutes * 60),
        })
    }

    /// The share of clients at a second, as Fedora CoreOS' service reckons it.
    fn share(&self, now: i64) -> f64 {
        let Some(secs) = self.secs else { return self.share };
        if now < self.starts {
            return -1.0;
        }
        let passed = (now - self.starts) as f64 / secs as f64;
        if passed >= 1.0 { 1.0 } else { self.share + (1.0 - self.share) * passed }
    }

    fn ours(&self) -> Rollout {
        Rollout {
            starts: Moment(self.starts * MICROS),
            first_percent: (self.share * 100.0).round().min(100.0) as u8,
            lasts_secs: self.secs,
            paused: None,
        }
    }

    /// Seconds at which it is worth looking: around its beginning and end, and some between.
    fn moments(&self) -> impl Iterator<Item = i64> {
        let (starts, secs) = (self.starts, i64::try_from(self.secs.unwrap_or(172_800)).unwrap());
        let wanted = [-1, 0, secs / 7, secs / 2, secs - 1, secs, secs + 1];
        wanted.into_iter().map(move |passed| starts + passed).filter(|now| *now >= 0)
    }
}

/// A client whose wariness is so many hundredths, and who is offered a release once the share has reached it.
fn client(hundredths: u8, runs: Option<&str>) -> Client {
    Client { wariness: Some(hundredths - 1), runs: runs.map(str::to_owned), ..Client::default() }
}

fn world(numbers: &[&str]) -> World {
    let mut world = World::new(&[("stable", ChannelRule::default())]);
    world.now = Moment(1_500_000_000 * MICROS);
    let mut older = Vec::new();
    for number in numbers {
        let manifest = json!({"name": "core", "version": {"text": number, "scheme": "semver"}});
        world.must(Command::Publish(Publish {
            document: RawValue::from_string(manifest.to_string()).unwrap(),
            follows: Some(older.clone()),
            ..release("core", number)
        }));
        world.must(Command::Promote(promotion("stable", number, false)));
        older.push(version(number));
    }
    world
}

/// What a client is offered at a second.
fn offered(world: &World, client: &Client, now: i64) -> Option<String> {
    let product = world.state.product("pipeline").unwrap();
    let (stream, channel) = (name("core"), name("stable"));
    offer(product, &stream, &channel, client, Moment(now * MICROS)).unwrap().next
}

/// Every row with a rollout: at each moment, the same share of clients is offered the release as theirs, in whole percents, and
/// of clients of every wariness, the same ones.
#[test]
fn fcos_rollout_cases() {
    let Some(text) = case_text("channels/fcos_rollouts.json") else { return };
    let cases: Value = serde_json::from_str(&text).unwrap();
    let mut tally = Tally::new("channels/fcos_rollouts.json: rollouts of the registry");
    let unmapped = unmapped("fcos_rollouts.json");
    let mut world = world(&["1.0.0", "1.1.0"]);
    for (stream, rows) in cases["streams"].as_object().unwrap() {
        for row in rows["events"].as_array().unwrap() {
            if row[1] == "del" {
                tally.check(unmapped.contains_key("del"), || format!("{stream}: {row}"));
            }
            let Some(ramp) = Ramp::of(&row[3]) else { continue };
            world.must(Command::ChangeRollout(ChangeRollout(RolloutChanged {
                product: name("pipeline"),
                stream: name("core"),
                channel: name("stable"),
                version: version("1.1.0"),
                rollout: Some(ramp.ours()),
            })));
            let mut wrong = Vec::new();
            for now in ramp.moments() {
                let share = ramp.share(now);
                for hundredths in [1, 50, 100] {
                    let theirs = f64::from(hundredths) / 100.0 <= share + 1e-9;
                    let ours = offered(&world, &client(hundredths, Some("1.0.0")), now).is_some();
                    if theirs != ours {
                        wrong.push((now - ramp.starts, hundredths, share));
                    }
                }
            }
            tally.check(wrong.is_empty(), || format!("{stream}: {row}: {wrong:?}"));
        }
    }
    tally.finish();
}

/// Their barriers are releases that nobody passes over, and their dead ends releases from which no way leads: ways that are blocked.
/// What is left of each stream's list leads every release to the same next ones.
#[test]
fn fcos_barrier_cases() {
    let Some(text) = case_text("channels/fcos_rollouts.json") else { return };
    let cases: Value = serde_json::from_str(&text).unwrap();
    let mut tally = Tally::new("channels/fcos_rollouts.json: barriers and dead ends");
    for (stream, rows) in cases["streams"].as_object().unwrap() {
        let mut rows: Vec<(Vec<u64>, &Value)> = rows["now"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(number, row)| {
                (number.split('.').map(|part| part.parse().unwrap()).collect(), row)
            })
            .collect();
        rows.sort_by(|left, right| left.0.cmp(&right.0));
        // Their numbers have three or four parts; only the order counts here.
        let numbers: Vec<String> = (0..rows.len()).map(|place| format!("1.{place}.0")).collect();
        let known: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let mut world = world(&known);
        for (place, (_, row)) in rows.iter().enumerate() {
            let number = &numbers[place];
            let (from, versions) = if row.get("deadend").is_some() {
                (format!("exactly {number}"), ">=0.0.0".to_owned())
            } else if row.get("barrier").is_some() {
                (format!("<{number}"), format!(">{number}"))
            } else {
                continue;
            };
            world.must(Command::DeclareRisk(DeclareRisk(RiskDeclared {
                product: name("pipeline"),
                risk: name(&format!("stop-{place}")),
                stream: name("core"),
                effect: RiskEffect::Block,
                versions,
                from: Some(from),
                condition: None,
                message: "a barrier".to_owned(),
                url: None,
                fixed_in: None,
                title: None,
                happened: None,
            })));
        }
        for (place, (parts, row)) in rows.iter().enumerate() {
            // The first barrier behind it, or the newest where there is none.
            let is_barrier = |(_, row): &&(Vec<u64>, &Value)| row.get("barrier").is_some();
            let stop = rows.iter().skip(place + 1).position(|row| is_barrier(&row));
            let next = stop.map_or(rows.len() - 1, |stop| place + 1 + stop);
            let is_end = row.get("deadend").is_some() || next == place;
            let expected = (!is_end).then(|| numbers[next].clone());
            let found = offered(&world, &client(1, Some(&numbers[place])), 1_900_000_000);
            tally.check(found == expected, || {
                format!("{stream}: {parts:?}: {found:?}, not {expected:?}")
            });
        }
    }
    tally.finish();
}

//! The model at work: whoever is fewer than a rule asks for never reaches production.

use trainyard_attest::Outcome;
use trainyard_registry::{Command, channels::Promote};

use crate::{
    model::{Attack, Came, DOUBTED, Numbers, THEIRS, member, start},
    world::{World, promotion},
};

fn run(sequences: u64, seed: u64) -> Came {
    let mut attack = Attack::new();
    let mut sum = Came::default();
    for tree in 0.. {
        if sum.sequences >= sequences {
            break;
        }
        let came = attack.run(Numbers::Random(seed ^ (tree << 20)));
        sum.sequences += came.sequences;
        sum.done += came.done;
        sum.moved += came.moved;
    }
    sum
}

/// Declares tests that run a share of the sequences each, so that they run side by side. Many begin alike, which costs a third of
/// what as many that have nothing in common would.
macro_rules! shares {
    ($($name:ident $share:literal)*) => {
        mod fewer_than_the_rule_asks_for_never_reach_production {
            $(#[test]
            fn $name() {
                let came = super::run(12_500, $share << 50);
                // They did much, and what everybody validated did enter.
                assert!(came.done > 8_000 && came.moved > 30, "{came:?}");
            })*
        }
    };
}

// 100,000 sequences together.
shares! { first 0 second 1 third 2 fourth 3 fifth 4 sixth 5 seventh 6 eighth 7 }

/// The same attempts as bytes choose them, which `cargo xtask fuzz` makes many more of.
#[test]
fn nor_does_any_choice_of_bytes() {
    let mut attack = Attack::new();
    let mut done = 0;
    for first in 0..=255_u8 {
        let bytes: Vec<u8> =
            (0..48).map(|place| first.wrapping_mul(place).rotate_left(3)).collect();
        done += attack.follow(&bytes).done;
    }
    assert!(done > 200, "{done}");
}

#[test]
#[ignore = "takes minutes"]
fn not_in_a_million_sequences_either() {
    run(1_000_000, 1 << 40);
}

fn promote(world: &mut World, number: &str) -> Result<(), trainyard_registry::Refusal> {
    let command = Promote { expected: None, ..promotion("production", number, false) };
    world.ask_as(member("maker/ada"), "", Command::Promote(command)).map(drop)
}

/// The test above tests something: with one more who agrees, the same attempts succeed.
#[test]
fn as_many_as_the_rule_asks_for_do() {
    let mut world = start();
    let digest = world.publish(THEIRS[1]);
    world.settle();
    world.pass_days(3);
    for who in ["one/ada", "two/ada", "three/ada"] {
        world.attest(who, &digest, Outcome::Passed).unwrap();
    }
    promote(&mut world, THEIRS[1]).unwrap();
    assert_eq!(world.head("production").as_deref(), Some(THEIRS[1]));
}

/// And of what is doubted, the doubt alone keeps it out.
#[test]
fn a_doubt_keeps_out_what_enough_would_let_in() {
    let mut world = start();
    world.pass_days(3);
    let digest = world.digest("core", DOUBTED);
    world.attest("one/ada", &digest, Outcome::Passed).unwrap();
    let refusal = promote(&mut world, DOUBTED).unwrap_err();
    let unmet: Vec<_> = refusal.conditions.iter().filter(|it| !it.is_met).collect();
    assert_eq!(unmet.len(), 1, "{unmet:#?}");
    assert_eq!(unmet[0].text, "1 attestation says that it fails");
}

use std::{sync::Arc, time::Duration};

use super::{
    corpus, crashes, feed,
    targets::{self, Target},
    watch::{Outcome, Worker},
};

#[test]
fn every_parser_stands_a_short_run() {
    let strings = corpus::shared_strings();
    let mut failures = Vec::new();
    for target in targets::all().unwrap() {
        let name = target.name.clone();
        if let Err(crash) = feed::feed(target, &strings, 7, Duration::from_millis(30)) {
            failures.push(format!("{name}: {crash}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn inputs_that_once_failed_are_stood() {
    for target in targets::all().unwrap() {
        let inputs = crashes::kept(&target.name);
        let target = Arc::new(target);
        for input in inputs {
            let outcome = Worker::start(Arc::clone(&target)).run(&input.into());
            assert!(matches!(outcome, Outcome::Returned { .. }), "{}: {outcome:?}", target.name);
        }
    }
}

fn made_up(run: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Target {
    Target {
        name: "made up".to_owned(),
        seeds: vec![b"abc".to_vec()],
        takes_strings: false,
        may_stretch: true,
        run: Box::new(run),
    }
}

#[test]
fn a_panic_is_told_with_its_input() {
    let target = made_up(|input| {
        assert!(!input.contains(&b'{'), "no braces");
        true
    });
    let crash = feed::feed(target, &[], 1, Duration::from_secs(20)).unwrap_err();
    assert!(crash.what.contains("no braces"));
    assert!(crash.input.contains(&b'{'));
}

#[test]
fn quadratic_time_is_told() {
    let target = made_up(|input| {
        let mut sum = 0u64;
        for end in (0..input.len()).step_by(1024) {
            sum = input[..end]
                .iter()
                .fold(sum, |sum, byte| std::hint::black_box(sum + u64::from(*byte)));
        }
        sum > 1
    });
    let crash = feed::feed(target, &[], 1, Duration::from_secs(20)).unwrap_err();
    assert!(crash.what.contains("half of them"), "{}", crash.what);
}

//! A release from its publication to its recall.

use super::served::{POLICY, Served, on_both, settled};

on_both! {
    a_release_comes_to_production_by_the_word_of_two_studios_and_is_recalled
    what_a_rule_refuses_is_a_problem_for_programs
    channels_are_frozen_held_and_moved_later
    a_yanked_head_is_marked_and_offered_to_nobody
    an_older_release_does_not_stay_ahead
    another_rule_is_tried_on_the_past
    a_test_that_is_repeated_is_attested_anew
}

const JUNIT: &str = "<testsuite name=\"core\" tests=\"2\"><testcase classname=\"io\" name=\"reads\"/>\
                     <testcase classname=\"io\" name=\"writes\"/></testsuite>";

fn a_release_comes_to_production_by_the_word_of_two_studios_and_is_recalled() {
    let served = Served::pipeline();
    served.folder.write(&[("report.xml", JUNIT)]);
    let manifest = served.manifest("1.0.0");
    served.publish("0.9.0");
    let way_in: &[&[&str]] = &[
        &["publish", "release", "core", "--manifest", &manifest],
        &["publish", "release", "core", "--manifest", &manifest],
        &["channel", "list"],
        &["channel", "why", "core/production", "1.0.0"],
        &["channel", "promote", "production", "1.0.0"],
        &["channel", "promote", "latest", "1.0.0"],
        &["attest", "core@1.0.0", "--junit", "report.xml", "--env", "os=linux", "--key", "one.pem"],
        &["channel", "why", "production", "1.0.0"],
        &["attest", "core@1.0.0", "--verdict", "PASSED", "--env", "os=macos", "--key", "two.pem"],
        &["attest", "list", "core@1.0.0"],
        &["channel", "promote", "production", "1.0.0", "--expect", "0.9.0"],
        &["channel", "promote", "production", "1.0.0", "--why", "both are fine"],
        &["channel", "show", "production"],
        &["offer", "production", "--runs", "0.9.0"],
    ];
    let guard = settled();
    insta::assert_snapshot!("way_in", served.session(way_in));
    let recall: &[&[&str]] = &[
        &["exposure", "report", "nord", "core@1.0.0", "--channel", "production"],
        &["exposure", "report", "sued", "core@0.9.0", "--channel", "production"],
        &["exposure"],
        &[
            "risk",
            "declare",
            "LostFiles",
            "core",
            "--versions",
            ">=1.0.0, <1.0.1",
            "--message",
            "saving may lose files",
            "--fixed-in",
            "1.0.1",
        ],
        &["risk", "list"],
        &["risk", "show", "LostFiles"],
        &["exposure", "--risk", "LostFiles"],
        &["offer", "production", "--runs", "0.9.0"],
        &["offer", "production", "--runs", "0.9.0", "--why-not", "1.0.0"],
        &["channel", "demote", "production", "--why", "it loses files"],
        &["channel", "promote", "production", "1.0.0"],
        &["channel", "history", "production", "--format", "markdown"],
        &["attest", "relying", "one/ada"],
        &["registry", "log", "--last", "3"],
        &["risk", "lift", "LostFiles", "--why", "it was the disk"],
        &["risk", "list"],
    ];
    insta::assert_snapshot!("recall", served.session(recall));
    drop(guard);
}

fn what_a_rule_refuses_is_a_problem_for_programs() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    let refused = served.run(&["channel", "promote", "production", "1.0.0", "--format", "json"]);
    assert_eq!(refused.code, 1);
    let problem: serde_json::Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(problem["status"], 422);
    assert!(!problem["conditions"].as_array().unwrap().is_empty());
    let guard = settled();
    let why = ["channel", "why", "production", "1.0.0", "--format", "markdown"];
    insta::assert_snapshot!("why_in_markdown", served.run(&why).stdout);
    drop(guard);
}

fn channels_are_frozen_held_and_moved_later() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    served.publish("1.1.0");
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["channel", "freeze", "latest", "--why", "holidays"],
        &["channel", "promote", "latest", "1.0.0"],
        &["channel", "show", "latest"],
        &["channel", "unfreeze", "latest"],
        &["channel", "hold", "latest", "1.1.0", "--why", "a studio tests"],
        &["channel", "why", "latest", "1.1.0"],
        &["channel", "unhold", "latest", "1.1.0"],
        &["channel", "schedule", "latest", "1.1.0", "--at", "2126-01-01T09:00Z"],
        &["channel", "show", "latest"],
        &["channel", "schedule", "latest", "1.1.0", "--at", "tomorrow"],
        &["channel", "promote", "nowhere", "1.1.0"],
        &["channel", "promote", "core/latest", "9.9.9"],
        &["channel", "why", "--force", "production", "1.1.0"],
    ];
    insta::assert_snapshot!("stops", served.session(commands));
    drop(guard);
}

fn a_yanked_head_is_marked_and_offered_to_nobody() {
    let served = Served::pipeline();
    for version in ["1.0.0", "1.1.0"] {
        served.publish(version);
        served.done(&["channel", "promote", "latest", version]);
    }
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["publish", "yank", "core@1.1.0", "--why", "it loses files"],
        &["channel", "list"],
        &["channel", "show", "core/latest"],
        &["offer", "latest"],
        &["offer", "latest", "--runs", "1.0.0"],
        &["exposure", "report", "nord", "core@1.1.0", "--channel", "core/latest"],
        &["exposure", "report", "nord", "core@1.1.0", "--channel", "tools/latest"],
    ];
    insta::assert_snapshot!("yanked", served.session(commands));
    drop(guard);
}

fn an_older_release_does_not_stay_ahead() {
    let served = Served::pipeline();
    served.folder.write(&[(
        "trainyard.toml",
        &format!("{POLICY}[channels.newest]\nfollows = true\nends = \"2126-12-31\"\n"),
    )]);
    let guard = settled();
    served.publish("1.1.0");
    served.done(&["publish", "policy", "--why", "follow the newest"]);
    served.publish("1.0.0");
    let commands: &[&[&str]] = &[
        &["channel", "promote", "core/newest", "1.0.0"],
        &["channel", "history", "core/newest"],
        &["channel", "show", "core/newest"],
    ];
    insta::assert_snapshot!("older", served.session(commands));
    drop(guard);
}

fn another_rule_is_tried_on_the_past() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    served.done(&["channel", "promote", "latest", "1.0.0"]);
    let files = [
        ("rule.toml", "soak-secs = 86400\n"),
        ("words.toml", "soak = \"2 days\"\nprincipals = 1\n"),
        ("wrong.toml", "soak = 1\n"),
        ("policy.toml", "[product]\nname = \"core\"\n[channels.latest]\nmaturity = \"beta\"\n"),
    ];
    served.folder.write(&files);
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["channel", "simulate", "latest", "--rule", "rule.toml"],
        &["channel", "simulate", "latest", "--rule", "words.toml"],
        &["channel", "simulate", "latest", "--rule", "policy.toml"],
        &["channel", "simulate", "latest", "--rule", "policy.toml", "--all"],
        &["channel", "simulate", "latest"],
        &["channel", "simulate", "latest", "--rule", "wrong.toml"],
        &["channel", "simulate", "latest", "--rule", "absent.toml"],
    ];
    insta::assert_snapshot!("simulated", served.session(commands));
    drop(guard);
}

/// What is the same statement would be the same attestation, and as old as that.
fn a_test_that_is_repeated_is_attested_anew() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    for _ in 0..2 {
        served.done(&["attest", "core@1.0.0", "--verdict", "PASSED", "--key", "one.pem"]);
    }
    let listed = served.run(&["attest", "list", "core@1.0.0", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

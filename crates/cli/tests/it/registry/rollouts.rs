//! Releases that reach clients little by little.

use super::served::{Served, on_both, settled};

on_both! {
    a_rollout_starts_pauses_goes_on_and_ends
}

fn a_rollout_starts_pauses_goes_on_and_ends() {
    let served = Served::pipeline();
    served.publish("0.9.0");
    served.done(&["channel", "promote", "latest", "0.9.0"]);
    served.publish("1.0.0");
    served.done(&["channel", "promote", "latest", "1.0.0"]);
    let guard = settled();
    let step = |word| ["rollout", word, "latest", "1.0.0"];
    let commands: &[&[&str]] = &[
        &["rollout", "show", "latest"],
        &["rollout", "start", "latest", "1.0.0", "--percent", "5", "--over", "3d"],
        &["offer", "latest", "--runs", "0.9.0", "--wariness", "0"],
        &["offer", "latest", "--runs", "0.9.0", "--wariness", "99"],
        &step("resume"),
        &step("pause"),
        &["rollout", "show", "latest"],
        &step("resume"),
        &step("stop"),
        &["offer", "latest", "--runs", "0.9.0", "--wariness", "0"],
        &step("finish"),
        &["offer", "latest", "--runs", "0.9.0"],
        &["rollout", "start", "latest", "1.0.0", "--over", "soon"],
        &["rollout", "start", "latest", "1.0.0", "--percent", "101"],
    ];
    let said = served.session(commands);
    // How far it has come until then depends on the machine.
    insta::assert_snapshot!("rollout", said);
    drop(guard);
}

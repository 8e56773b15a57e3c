//! Where the tour stops.

use crate::demo::Cast;

/// A stop: why one would look there, and the command.
pub(super) struct Stop {
    /// Why, in a sentence.
    pub(super) why: String,
    /// The command without its name, a word each.
    pub(super) command: Vec<String>,
}

/// The stops, in their order.
pub(super) fn stops(cast: &Cast) -> Vec<Stop> {
    let Cast { second, third, young, .. } = cast;
    let stop = |why: &str, command: &str| Stop {
        why: why.to_owned(),
        command: command.split(' ').map(str::to_owned).collect(),
    };
    vec![
        stop(
            "Channels say what users should run; here is where AYON's point, and since when.",
            "channel list --product ayon",
        ),
        stop(
            "A release enters production by evidence, and everybody can see what is still missing.",
            &format!("channel why pipeline/production {third} --product ayon"),
        ),
        stop(
            "A bundle with an addon that may change tomorrow is refused, and the refusal names the addon.",
            &format!("channel why pipeline/latest {young} --product ayon"),
        ),
        stop(
            "One studio's failure is not outvoted, and what was said is signed.",
            &format!("attest list pipeline@{second} --product ayon"),
        ),
        stop(
            "Nothing moves without a name and a reason.",
            "channel history pipeline/production --last 6 --product ayon",
        ),
        stop(
            "A client asks what to install next, and is told why it is not the newest.",
            "offer backend-ai/latest --runs 26.7.0 --wariness 80 --product backend-ai",
        ),
        stop(
            "When something is wrong, the first question is who runs it.",
            "exposure --product backend-ai",
        ),
        stop(
            "An upgrade can lose migrations without a word; a plan tells it before, with the way around.",
            "upgrade plan --from 24.09.8 --to 25.6.0 --direct --example backend-ai",
        ),
        stop(
            "A policy is a promise; the audit holds every release since 2016 against it.",
            "audit --example backend-ai --exit-zero",
        ),
        stop(
            "And nobody has to believe the registry: its log is checked line by line.",
            "registry verify",
        ),
    ]
}

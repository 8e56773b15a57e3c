//! What packages start is a command, and what they configure are settings of it.

use std::collections::BTreeSet;

use serde_norway::Value;

const UNIT: &str = include_str!("../../../../packaging/systemd/trainyard.service");
const SETTINGS: &str = include_str!("../../../../packaging/systemd/serve.toml");
const CONTAINER: &str = include_str!("../../../../packaging/container/Containerfile");
const COMPOSE: &str = include_str!("../../../../packaging/compose/compose.yaml");
const CHART: &str = include_str!("../../../../packaging/helm/trainyard/templates/server.yaml");
const CHART_SETTINGS: &str =
    include_str!("../../../../packaging/helm/trainyard/templates/config.yaml");

/// The value of the first line that begins so.
fn after<'t>(text: &'t str, begin: &str) -> &'t str {
    text.lines().find_map(|line| line.strip_prefix(begin)).unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_sequence().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

fn compose() -> Value {
    serde_norway::from_str(COMPOSE).unwrap()
}

/// The long names of the arguments of `serve`; `None` where this build has no registry, which is told.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
fn settings_of_serve() -> Option<BTreeSet<String>> {
    let command = trainyard_cli::command();
    let Some(serve) = command.find_subcommand("serve") else {
        eprintln!("skipped: this build has no `trainyard serve`");
        return None;
    };
    Some(serve.get_arguments().filter_map(|one| one.get_long().map(str::to_owned)).collect())
}

/// The keys that lines such as `key = value` set, also where a `#` takes them back.
fn keys(text: &str) -> Vec<&str> {
    let lines =
        text.lines().filter_map(|line| line.trim().trim_start_matches('#').split_once(" = "));
    let is_key = |key: &&str| key.chars().all(|one| one.is_ascii_lowercase() || one == '-');
    lines.map(|(key, _)| key).filter(is_key).collect()
}

#[test]
fn what_packages_start_is_a_command() {
    if settings_of_serve().is_none() {
        return;
    }
    let unit = after(UNIT, "ExecStart=/usr/bin/").split(' ').map(str::to_owned).collect();
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap();
    let container =
        [list(after(CONTAINER, "ENTRYPOINT ")), list(after(CONTAINER, "CMD "))].concat();
    let mut composed = vec!["trainyard".to_owned()];
    composed.extend(strings(&compose()["services"]["registry"]["command"]));
    let mut chart = vec!["trainyard".to_owned()];
    let arguments = CHART.lines().skip_while(|line| line.trim() != "args:").skip(1);
    let arguments = arguments.take_while(|line| line.trim() != "ports:").map(str::trim);
    chart.extend(arguments.filter_map(|line| line.strip_prefix("- ")).map(str::to_owned));
    assert_eq!(chart.len(), 3, "{chart:?}");
    for words in [unit, container, composed, chart] {
        let parsed = trainyard_cli::command().try_get_matches_from(&words);
        assert!(parsed.is_ok(), "{words:?}: {parsed:?}");
    }
}

#[test]
fn what_packages_configure_are_settings() {
    let composed = compose()["configs"]["serve"]["content"].as_str().unwrap().to_owned();
    let Some(settings) = settings_of_serve() else { return };
    for (name, text) in
        [("systemd", SETTINGS), ("compose", composed.as_str()), ("chart", CHART_SETTINGS)]
    {
        let keys = keys(text);
        assert!(keys.len() > 4, "{name}: {keys:?}");
        for key in keys {
            assert!(settings.contains(key), "{name}: `serve` has no setting `{key}`");
        }
    }
}

/// A container that cannot write anywhere must be given every place that it writes to.
#[test]
fn what_is_read_only_has_places_to_write() {
    let compose = compose();
    let registry = &compose["services"]["registry"];
    assert_eq!(registry["read_only"], Value::Bool(true));
    assert!(strings(&registry["volumes"]).iter().any(|volume| volume.ends_with(":/data")));
    for line in CHART_SETTINGS.lines() {
        let Some((_, path)) = line.split_once("= \"/") else { continue };
        let folder = path.split('/').next().unwrap();
        assert!(CHART.contains(&format!("mountPath: /{folder}\n")), "{line}");
    }
}

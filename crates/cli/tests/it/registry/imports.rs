//! What was kept elsewhere, brought in.

use serde_json::json;
use trainyard_testkit::TestRepository;

use super::served::{POLICY, Served, on_both, settled};

on_both! {
    addons_are_brought_in
    a_graph_is_brought_in_with_its_past
}

fn addons_are_brought_in() {
    let served = Served::pipeline();
    let addon = |name: &str, version: &str| {
        json!({ "name": name, "version": version, "ayon_server_version": ">=1.1.2",
                "ayon_required_addons": { "core": ">=1.0.0" }, "date": "2026-03-01" })
    };
    let mut versions = vec![addon("core", "1.0.0"), json!({ "name": "maya" })];
    versions.extend((0..210).map(|patch| addon("maya", &format!("0.1.{patch}"))));
    versions.push(addon("May a", "0.1.0"));
    let list = json!({ "pairs": versions }).to_string();
    served.folder.write(&[("addons.json", &list), ("wrong.json", "{\"addons\": 1}")]);
    let import = |source: &'static str| ["registry", "import", "ayon-addons", source];
    let guard = settled();
    let said = served.session(&[
        &import("addons.json"),
        &import("addons.json"),
        &import("wrong.json"),
        &import("http://127.0.0.1:1/addons.json"),
        &["registry", "list", "components"],
    ]);
    insta::assert_snapshot!("addons", said);
    drop(guard);
}

fn a_graph_is_brought_in_with_its_past() {
    let served = Served::pipeline();
    let channels = "[core.candidate-4]\n[core.stable-4]\n";
    served.folder.write(&[("trainyard.toml", POLICY), ("kept.toml", channels)]);
    let data = TestRepository::new();
    let channel = |name: &str, versions: &[&str]| {
        let versions = versions.iter().fold(String::new(), |text, it| text + "- " + it + "\n");
        format!("name: {name}\nversions:\n{versions}")
    };
    let (candidate, stable) = ("channels/candidate-4.yaml", "channels/stable-4.yaml");
    data.commit("one", &[(candidate, &channel("candidate-4", &["4.1.0", "4.1.1"]))]);
    data.commit("two", &[(stable, &channel("stable-4", &["4.1.0", "4.1.1"]))]);
    data.commit("three", &[(stable, &channel("stable-4", &["4.1.0"]))]);
    let block = "to: 4.1.1\nfrom: .*\nname: LostDisks\nurl: https://bugs.example/1\nmessage: disks are lost\n\
                 matchingRules:\n- type: Always\n";
    data.commit("four", &[("blocked-edges/4.1.1-lost-disks.yaml", block)]);
    let graph = json!({
        "nodes": [{ "version": "4.1.0", "payload": "x@sha256:1" }, { "version": "4.1.1", "payload": "x@sha256:2" },
                  { "version": "not a version", "payload": "x" }],
        "edges": [[0, 1]],
    });
    served.folder.write(&[("graph.json", &graph.to_string())]);
    let folder = data.path().as_str();
    let guard = settled();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&folder.replace('.', r"\."), "cincinnati-graph-data");
    let place = settings.bind_to_scope();
    let import = ["registry", "import", "openshift", folder, "--component", "core"];
    let whole = [&import[..], &["--graph", "graph.json"]].concat();
    let said = served.session(&[
        &["publish", "policy", "--channels", "kept.toml", "--why", "as they are there"],
        &import,
        &whole,
        &["channel", "list"],
        &["channel", "history", "stable-4"],
        &["risk", "list"],
        &["registry", "import", "openshift", "trainyard.toml"],
    ]);
    insta::assert_snapshot!("graph", said);
    drop((place, guard));
}

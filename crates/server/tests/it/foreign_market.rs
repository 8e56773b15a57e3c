//! AYON's market: what its server asks, and what its models take.

use camino::Utf8PathBuf;
use reqwest::Method;
use serde_json::{Value, json};
use trainyard_server::Market;

use crate::support::{Said, Server, block_on};

/// What the models of AYON's server hold (`api/market` and `ayon_server/installer` of ynput/ayon-backend 16b514a7): model,
/// field, whether it may be null, and what it is. A model after `<` has the other's fields as well.
const FIELDS: &str = "\
LinkModel.type link | LinkModel.label? text | LinkModel.url text
AddonListItem.name text | AddonListItem.title text | AddonListItem.description? text | AddonListItem.orgName? text
AddonListItem.orgTitle? text | AddonListItem.icon? text | AddonListItem.tags texts | AddonListItem.flags texts
AddonListItem.latestVersion? text | AddonListItem.links? [LinkModel] | AddonListItem.available flag
AddonListItem.currentProductionVersion? text | AddonListItem.currentLatestVersion? text | AddonListItem.isOutdated flag
AddonList.addons [AddonListItem]
AddonVersionListItem.version text | AddonVersionListItem.ayonVersion? text | AddonVersionListItem.createdAt? time
AddonVersionListItem.updatedAt? time | AddonVersionListItem.isCompatible? flag | AddonVersionListItem.isInstalled? flag
AddonVersionListItem.isProduction? flag
AddonDetail<AddonListItem | AddonDetail.versions [AddonVersionListItem] | AddonDetail.warning? text
AddonVersionDetail<AddonListItem | AddonVersionDetail.version text | AddonVersionDetail.url? text
AddonVersionDetail.altUrl? text | AddonVersionDetail.checksum? text | AddonVersionDetail.ayonVersion? text
AddonVersionDetail.createdAt time | AddonVersionDetail.updatedAt time | AddonVersionDetail.isInstalled flag
AddonVersionDetail.isProduction flag | AddonVersionDetail.isCompatible flag
BaseReleaseInfo.name text | BaseReleaseInfo.label text | BaseReleaseInfo.release text | BaseReleaseInfo.description text
BaseReleaseInfo.icon text | BaseReleaseInfo.createdAt time | BaseReleaseInfo.mandatoryAddons texts
ReleaseListItemModel<BaseReleaseInfo | ReleaseListItemModel.isLatest flag | ReleaseListItemModel.addons texts
ReleaseListModel.releases [ReleaseListItemModel] | ReleaseListModel.detail text
ReleaseInfoModel<BaseReleaseInfo | ReleaseInfoModel.addons [AddonVersionDetail] | ReleaseInfoModel.installers? [InstallerManifest]
ReleaseInfoModel.dependencyPackages? [DependencyPackageManifest]
SourceModel.type text | SourceModel.url? text
BasePackageModel.filename text | BasePackageModel.platform platform | BasePackageModel.size? number
BasePackageModel.checksum? text | BasePackageModel.checksumAlgorithm? algorithm | BasePackageModel.sources [SourceModel]
BasePackageModel.pythonVersion? text | BasePackageModel.distroShort? text
DependencyPackageManifest<BasePackageModel | DependencyPackageManifest.installerVersion text
DependencyPackageManifest.sourceAddons versions | DependencyPackageManifest.pythonModules modules
InstallerManifest<BasePackageModel | InstallerManifest.version text | InstallerManifest.pythonModules modules
InstallerManifest.runtimePythonModules versions";

/// A field: its name, whether it may be null, what it is.
type Field = (String, bool, String);

fn fields(model: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    for fact in FIELDS.split(['|', '\n']).map(str::trim) {
        if let Some((own, base)) = fact.split_once('<') {
            if own == model {
                fields.extend(self::fields(base));
            }
            continue;
        }
        let (path, kind) = fact.split_once(' ').unwrap();
        let (own, field) = path.split_once('.').unwrap();
        if own == model {
            let name = field.trim_end_matches('?');
            fields.push((name.to_owned(), name != field, kind.to_owned()));
        }
    }
    assert!(!fields.is_empty(), "{model}");
    fields
}

/// Everything in which a value is not what a model holds.
fn differences(model: &str, value: &Value) -> Vec<String> {
    let Some(object) = value.as_object() else { return vec![format!("{model}: {value}")] };
    let fields = fields(model);
    let mut differences: Vec<String> = object
        .keys()
        .filter(|key| fields.iter().all(|(name, ..)| name != *key))
        .map(|key| format!("{model}.{key} is unknown"))
        .collect();
    for (name, may_be_null, kind) in &fields {
        match object.get(name) {
            None => differences.push(format!("{model}.{name} is missing")),
            Some(Value::Null) if *may_be_null => {}
            Some(value) => {
                if let Some(inner) = kind.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                    let items = value.as_array().map_or(&[][..], Vec::as_slice);
                    differences
                        .extend(items.iter().flat_map(|item| self::differences(inner, item)));
                }
                if !is(kind, value) {
                    differences.push(format!("{model}.{name} is no {kind}: {value}"));
                }
            }
        }
    }
    differences
}

fn is(kind: &str, value: &Value) -> bool {
    let among = |words: &[&str]| value.as_str().is_some_and(|text| words.contains(&text));
    match kind {
        "text" => value.is_string(),
        "flag" => value.is_boolean(),
        "number" => value.is_u64(),
        "time" => value.as_str().is_some_and(|text| text.ends_with('Z') && text.contains('T')),
        "texts" => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        "link" => among(&["homepage", "github", "documentation", "license"]),
        "platform" => among(&["windows", "linux", "darwin"]),
        "algorithm" => among(&["md5", "sha1", "sha256"]),
        "versions" | "modules" => value.is_object(),
        _ => value.is_array(),
    }
}

#[track_caller]
fn fits(model: &str, said: Said) -> Value {
    let value = said.is(200).json();
    assert_eq!(differences(model, &value), [""; 0], "{value:#}");
    value
}

const POLICY: &str = r#"
preset = "semver"
[product]
name = "ayon"
[rules]
tag = "{component}-v{version}"
[components.backend]
[components.core]
title = "Core addon"
description = "Everything builds on it."
repository = "https://github.com/ynput/ayon-core"
[components.maya]
title = "Maya"
[components.kitsu]
maturity = "beta"
[streams.pipeline]
kind = "bundle"
title = "Pipeline"
description = "Addons that were tested together."
scheme = "calver:YYYY.M[.MICRO]"
"#;

fn manifest(name: &str, version: &str, server: &str, needs: &[(&str, &str)]) -> Value {
    let range = |text: &str| json!({ "grammar": "ayon", "text": text });
    let need = |(target, text): &(&str, &str)| json!({ "target": target, "range": range(text), "kind": "hard" });
    let requirements: Vec<_> = needs.iter().map(need).collect();
    let mut manifest = json!({
        "name": name,
        "version": { "text": version, "scheme": "semver" },
        "origin": { "repository": format!("ynput/ayon-{name}"), "tag": version },
        "requirements": requirements,
    });
    if !server.is_empty() {
        manifest["environment"] = json!({ "server": { "range": range(server) } });
    }
    manifest
}

async fn publish(server: &Server, name: &str, version: &str, document: Value) {
    let digest = trainyard_registry::Digest::of(format!("{name}{version}").as_bytes());
    let body = json!({ "version": version, "document": document, "content": digest });
    server.post(&format!("products/ayon/components/{name}/releases"), body).await.is(201);
}

/// A studio's registry: three addons, a backend, and a bundle with a flavour.
async fn studio(change: impl FnOnce(&mut Market)) -> Server {
    let server = Server::with(|settings| change(&mut settings.foreign.market)).await;
    server
        .post("products", json!({ "name": "ayon", "title": "AYON", "party": "admin" }))
        .await
        .is(201);
    let channels = json!({ "pipeline": { "production": {} }, "maya": { "production": {} } });
    let policy = json!({ "text": POLICY, "channels": channels });
    server.post("products/ayon/policies", policy).await.is(201);
    publish(&server, "backend", "1.0.0", manifest("backend", "1.0.0", "", &[])).await;
    publish(&server, "core", "1.0.0", manifest("core", "1.0.0", ">=1.0.0", &[])).await;
    publish(&server, "core", "1.1.0-dev.1", manifest("core", "1.1.0-dev.1", "", &[])).await;
    for version in ["0.1.0", "0.2.0", "0.3.0+build"] {
        let needs = [("core", ">=1.0.0")];
        publish(&server, "maya", version, manifest("maya", version, ">=1.2.0", &needs)).await;
    }
    publish(&server, "kitsu", "2.0.0", manifest("kitsu", "2.0.0", "", &[])).await;
    let pin = |name: &str, version: &str| json!({ "name": name, "version": version });
    let bundle = json!({
        "name": "pipeline",
        "version": { "text": "2026.1", "scheme": "calver:YYYY.M[.MICRO]" },
        "is_final": true,
        "launcher": { "text": "1.0.2", "scheme": "semver" },
        "pins": [pin("core", "1.0.0"), pin("maya", "0.1.0"), pin("kitsu", "2.0.0"), pin("backend", "1.0.0")],
        "dependency_packages": [{ "file": "ayon_linux.zip", "platform": "linux", "checksum": "sha256:ab12" }],
        "flavours": { "animation": { "members": ["core", "maya"] } },
    });
    let release = json!({ "kind": "bundle", "version": "2026.1", "document": bundle });
    server.post("products/ayon/components/pipeline/releases", release).await.is(201);
    for (stream, version) in [("pipeline", "2026.1"), ("maya", "0.2.0")] {
        let path = format!("products/ayon/channels/{stream}/production/promote");
        server.post(&path, json!({ "version": version })).await.is(200);
    }
    server
}

const FRONT: &str = "/api/v2/market";

#[test]
fn addons_are_what_ayon_reads() {
    block_on(async {
        let server = studio(|market| {
            market.download = Some("https://example.org/{name}/{version}.zip?tag={tag}".into());
        })
        .await;
        let all = fits("AddonList", server.get(&format!("{FRONT}/addons")).await);
        let names: Vec<_> =
            all["addons"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["core", "kitsu", "maya"]);
        let core = &all["addons"][0];
        assert_eq!(core["title"], "Core addon");
        assert_eq!(core["description"], "Everything builds on it.");
        assert_eq!(core["latestVersion"], "1.0.0", "a pre-release is not the latest");
        assert_eq!(core["links"][0]["label"], "ynput/ayon-core");
        assert_eq!(core["available"], true);
        assert_eq!(all["addons"][1]["flags"], json!(["beta"]));

        let maya = fits("AddonDetail", server.get(&format!("{FRONT}/addons/maya")).await);
        assert_eq!(maya["latestVersion"], "0.2.0", "the channel points there");
        let versions: Vec<_> =
            maya["versions"].as_array().unwrap().iter().map(|it| &it["version"]).collect();
        assert_eq!(versions, ["0.3.0+build", "0.2.0", "0.1.0"]);
        assert_eq!(maya["versions"][0]["ayonVersion"], ">=1.2.0");

        let path = format!("{FRONT}/addons/maya/0.3.0+build");
        let version = fits("AddonVersionDetail", server.get(&path).await);
        let url = "https://example.org/maya/0.3.0%2Bbuild.zip?tag=0.3.0%2Bbuild";
        assert_eq!(version["url"], url);
        assert_eq!(version["checksum"].as_str().map(str::len), Some(64));
        for missing in ["addons/backend", "addons/nuke", "addons/maya/9.9.9", "releases/2020.1"] {
            server.get(&format!("{FRONT}/{missing}")).await.is(404);
        }
    });
}

#[test]
fn releases_are_bundles_and_their_flavours() {
    block_on(async {
        let server = studio(|_| {}).await;
        let list = format!("{FRONT}/releases");
        let all = fits("ReleaseListModel", server.get(&list).await);
        let names: Vec<_> =
            all["releases"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["2026.1", "2026.1-animation"]);
        let whole = &all["releases"][0];
        assert_eq!(whole["addons"], json!(["core", "kitsu", "maya"]));
        assert_eq!(whole["mandatoryAddons"], json!(["core"]));
        assert_eq!(whole["isLatest"], true);
        assert_eq!(whole["description"], "Addons that were tested together.");

        let with = |version: &'static str| [("x-ayon-version", version)];
        let old = with("1.1.0");
        let ask = |path: String| {
            let server = &server;
            async move { server.ask(Method::GET, &path, "", &old, None).await }
        };
        let none = fits("ReleaseListModel", ask(list.clone()).await);
        assert_eq!(none["releases"], json!([]), "maya needs a newer server");
        let every = fits("ReleaseListModel", ask(format!("{list}?all=true")).await);
        assert_eq!(every["releases"].as_array().map(Vec::len), Some(2));

        let path = format!("{list}/2026.1-animation");
        let said = ask(path.clone()).await;
        assert_eq!(said.header("vary"), "authorization, cookie, x-ayon-version, x-ynput-cloud-key");
        let detail = fits("ReleaseInfoModel", said);
        assert_eq!((&detail["label"], &detail["release"]), (&json!("animation"), &json!("2026.1")));
        let compatible: Vec<_> =
            detail["addons"].as_array().unwrap().iter().map(|it| &it["isCompatible"]).collect();
        assert_eq!(compatible, [true, false]);
        let package = &detail["dependencyPackages"][0];
        assert_eq!((&package["checksum"], &package["platform"]), (&json!("ab12"), &json!("linux")));
        assert_eq!(package["sourceAddons"], json!({ "core": "1.0.0", "maya": "0.1.0" }));
        // AYON's bundle has its launcher's version from here, also where nothing is to be downloaded.
        let installer = &detail["installers"][0];
        assert_eq!((&installer["version"], &installer["sources"]), (&json!("1.0.2"), &json!([])));
        assert_eq!(detail["installers"].as_array().map(Vec::len), Some(3));
    });
}

#[test]
fn what_is_recalled_is_not_installed() {
    block_on(async {
        let server = studio(|market| market.download = Some("https://x/{version}".into())).await;
        let path = format!("{FRONT}/addons/maya");
        server.get(&path).await.is(200);
        let risk = json!({ "name": "crash", "stream": "maya", "effect": "block", "versions": ">=0.2.0",
            "message": "it crashes", "why": "seen" });
        server.post("products/ayon/risks", risk).await.is(201);
        let maya = fits("AddonDetail", server.get(&path).await);
        assert_eq!(maya["latestVersion"], "0.1.0");
        assert_eq!(maya["versions"].as_array().map(Vec::len), Some(1));
        let blocked = server.get(&format!("{FRONT}/addons/maya/0.2.0")).await;
        let blocked = fits("AddonVersionDetail", blocked);
        assert_eq!((&blocked["url"], &blocked["available"]), (&Value::Null, &json!(false)));
    });
}

#[test]
fn installers_are_where_the_settings_say() {
    block_on(async {
        let address = "https://example.org/AYON-{version}-{platform}.zip";
        let server = studio(|market| market.installer = Some(address.to_owned())).await;
        let said = server.get(&format!("{FRONT}/releases/2026.1")).await;
        let detail = fits("ReleaseInfoModel", said);
        let linux = &detail["installers"][1];
        assert_eq!(linux["filename"], "AYON-1.0.2-linux.zip");
        let url = "https://example.org/AYON-1.0.2-linux.zip";
        assert_eq!(linux["sources"], json!([{ "type": "http", "url": url }]));
        // Nobody said where addons are downloaded.
        let core = fits("AddonDetail", server.get(&format!("{FRONT}/addons/core")).await);
        assert_eq!(core["available"], false);
    });
}

#[test]
fn ayon_brings_its_key() {
    block_on(async {
        let server = Server::with(|settings| settings.access.anonymous_reads = false).await;
        let body = json!({ "name": "ayon", "title": "AYON", "party": "admin" });
        server.post("products", body).await.is(201);
        let path = format!("{FRONT}/addons");
        server.get(&path).await.is(401);
        let key = server.token("studio", "admin/admin", &[]).await;
        let with = |key: &str| {
            [
                ("x-ynput-cloud-key", key.to_owned()),
                ("x-ynput-cloud-instance", "studio-1".to_owned()),
            ]
        };
        let ask = |path: String, key: String| {
            let server = &server;
            async move {
                let headers = with(&key);
                let headers: Vec<_> =
                    headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                server.ask(Method::GET, &path, "", &headers, None).await
            }
        };
        fits("AddonList", ask(path.clone(), key.clone()).await);
        ask(path.clone(), "ty_wrong".to_owned()).await.is(401);
        ask(path, "another kind of key".to_owned()).await.is(401);
        let me = ask("/api/v1/me".to_owned(), key).await.is(200).json();
        assert_eq!((&me["instanceId"], &me["connected"]), (&json!("studio-1"), &json!(true)));
        ask("/api/v1/me".to_owned(), String::new()).await.is(401);
    });
}

/// Reads answers with models written after AYON's, on the pydantic of the tests' Python environment.
#[test]
#[expect(clippy::disallowed_methods, reason = "pydantic reads the answers")]
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
fn pydantic_reads_the_answers() {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-tools");
    let folder = std::env::var("TRAINYARD_TEST_TOOLS").unwrap_or_else(|_| usual.to_owned());
    let python = Utf8PathBuf::from(folder).join("bin/python");
    let has = std::process::Command::new(&python).args(["-c", "import pydantic"]).output();
    if !has.is_ok_and(|run| run.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "`cargo xtask test` installs pydantic");
        println!("skipped: {python} has no pydantic; `cargo xtask test` installs it");
        return;
    }
    block_on(async {
        let server = studio(|market| market.download = Some("https://x/{version}".into())).await;
        let mut answers = Vec::new();
        for (model, path) in [
            ("AddonList", "addons"),
            ("AddonDetail", "addons/maya"),
            ("AddonVersionDetail", "addons/maya/0.2.0"),
            ("ReleaseListModel", "releases"),
            ("ReleaseListModel", "releases?all=true"),
            ("ReleaseInfoModel", "releases/2026.1"),
            ("ReleaseInfoModel", "releases/2026.1-animation"),
        ] {
            let said = server.get(&format!("{FRONT}/{path}")).await.is(200);
            answers.push(json!({ "model": model, "answer": said.json() }));
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("answers.json");
        fs_err::write(&file, json!(answers).to_string()).unwrap();
        let models = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/foreign_market/models.py");
        let read = std::process::Command::new(python).arg(models).arg(file).output().unwrap();
        let told = String::from_utf8_lossy(&read.stdout);
        let wrong = String::from_utf8_lossy(&read.stderr);
        assert!(read.status.success(), "{told}{wrong}");
        assert_eq!(told.trim(), "7 answers are read and written again the same");
    });
}

#[test]
fn a_catalogue_is_brought_in_over_http() {
    block_on(async {
        let server = Server::new().await;
        let body = json!({ "name": "ayon", "title": "AYON", "party": "admin" });
        server.post("products", body).await.is(201);
        let addon = |version: &str| {
            json!({ "name": "maya", "version": version, "ayon_server_version": ">=1.1.2",
                "ayon_required_addons": { "core": ">=0.3.0" }, "repo": "ynput/ayon-maya", "ref": version, "ref_kind": "tag" })
        };
        let list = json!({ "pairs": [addon("0.1.0"), addon("0.2.0"), addon("0.2.0")] });
        let path = "products/ayon/imports/ayon-addons";
        let brought = server.post(path, list.clone()).await.is(200).json();
        assert_eq!(brought, json!({ "changed": 2, "unchanged": 0, "troubles": [] }));
        let again = server.post(path, list).await.is(200).json();
        assert_eq!(again, json!({ "changed": 0, "unchanged": 2, "troubles": [] }));
        let maya = fits("AddonDetail", server.get(&format!("{FRONT}/addons/maya")).await);
        assert_eq!(maya["versions"][0]["ayonVersion"], ">=1.1.2");
        let wrong = server.post(path, json!({ "nothing": true })).await.is(400);
        assert_eq!(wrong.code(), "body-unreadable");
    });
}

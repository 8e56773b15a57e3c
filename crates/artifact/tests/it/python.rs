//! python-tuf, unchanged, as client of our repositories.
//!
//! It reads the clock of this machine, so these repositories are published now.

use camino::Utf8PathBuf;
use serde_json::{Value, json};
use trainyard_artifact::{Sha256, tuf::TopRoles};

use crate::{
    attacks::forge,
    site::{CHANNEL, HEAD, PRODUCT, Site, days, key, rule},
    tools::{last_line, python_program},
};

/// python-tuf with what it keeps.
struct Python {
    program: Utf8PathBuf,
    folder: tempfile::TempDir,
}

impl Python {
    fn new(test: &str) -> Option<Self> {
        // moto's server comes with the same packages, and tells whether they are there.
        python_program(test, "moto_server")?;
        let program = python_program(test, "python")?;
        Some(Self { program, folder: tempfile::tempdir().unwrap() })
    }

    /// The same program with nothing kept.
    fn anew(&self) -> Self {
        Self { program: self.program.clone(), folder: tempfile::tempdir().unwrap() }
    }

    fn ask(&self, site: &Site, path: &str, endless: Option<&str>) -> Value {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/client.py");
        let (repository, client) = (site.path(), self.folder.path().join("client"));
        let mut arguments = vec![script, repository.as_str(), client.to_str().unwrap(), path];
        arguments.extend(endless);
        serde_json::from_str(&last_line(&self.program, &arguments)).unwrap()
    }

    fn head(&self, site: &Site) -> Value {
        self.ask(site, HEAD, None)
    }

    fn refusal(&self, site: &Site) -> String {
        let answer = self.head(site);
        answer["refused"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

/// A repository that was published before some days.
#[expect(clippy::disallowed_methods, reason = "python-tuf reads the clock too")]
async fn published_before(day_count: i64) -> Site {
    let mut site = Site::new();
    site.now = jiff::Timestamp::now() - days(day_count);
    site.promote(PRODUCT, CHANNEL, "one");
    site.publish().await;
    site
}

#[tokio::test]
async fn follows_a_promotion() {
    let Some(python) = Python::new("follows_a_promotion") else { return };
    let mut site = published_before(0).await;
    let digest = Sha256::of(b"one").prefixed();
    assert_eq!(
        python.head(&site),
        json!({"content": "one", "custom": {"trainyard":
            {"bundle": digest, "flavour": "linux", "server": ">=1.2", "version": "one"}}})
    );
    site.promote(PRODUCT, CHANNEL, "two");
    site.promote(PRODUCT, "lts", "old");
    site.publish().await;
    assert_eq!(python.head(&site)["content"], "two");
    assert_eq!(python.ask(&site, "ayon/lts/head.json", None)["content"], "old");
    let missing = "ayon/dev/head.json";
    assert_eq!(python.ask(&site, missing, None), json!({"missing": missing}));
    // A channel that goes leaves the others readable.
    site.wanted.channels.truncate(1);
    site.publish().await;
    assert_eq!(python.head(&site)["content"], "two");
    assert_eq!(python.ask(&site, "ayon/lts/head.json", None)["missing"], "ayon/lts/head.json");
}

#[tokio::test]
async fn follows_new_keys() {
    let Some(python) = Python::new("follows_new_keys") else { return };
    let mut site = published_before(0).await;
    assert_eq!(python.head(&site)["content"], "one");
    site.wanted.roles = TopRoles {
        root: rule(&[2, 3], 2),
        targets: rule(&[4], 1),
        snapshot: rule(&[5], 1),
        timestamp: rule(&[6], 1),
    };
    site.wanted.channels[0].keys = rule(&[7, 8, 9], 2);
    site.keys = (1..=8).map(key).collect();
    site.publish().await;
    site.keys = (2..=8).map(key).collect();
    site.promote(PRODUCT, CHANNEL, "two");
    site.publish().await;
    assert_eq!(python.head(&site)["content"], "two");
    assert_eq!(python.anew().head(&site)["content"], "two");
}

#[tokio::test]
async fn reads_what_is_left_when_a_writer_is_cut_off() {
    let Some(python) = Python::new("reads_what_is_left") else { return };
    // Before the last two files: the timestamp, and the new root.
    for written in [3, 4] {
        let mut site = published_before(0).await;
        let python = python.anew();
        assert_eq!(python.head(&site)["content"], "one");
        site.wanted.roles = TopRoles::single(key(2).public_key());
        site.wanted.channels[0].keys = rule(&[2], 1);
        site.keys.push(key(2));
        site.promote(PRODUCT, CHANNEL, "two");
        let plan = site.publish_first(written).await;
        let is_done = plan.files.iter().any(|file| !file.is_immutable);
        assert_eq!(python.head(&site)["content"], if is_done { "two" } else { "one" });
    }
}

#[tokio::test]
async fn refuses_what_is_rolled_back() {
    let Some(python) = Python::new("refuses_what_is_rolled_back") else { return };
    let mut site = published_before(0).await;
    let before = site.copy();
    site.promote(PRODUCT, CHANNEL, "two");
    site.publish().await;
    assert_eq!(python.head(&site)["content"], "two");
    site.put_back(&before);
    assert_eq!(python.refusal(&site), "BadVersionNumberError");
}

#[tokio::test]
async fn refuses_what_is_frozen() {
    let Some(python) = Python::new("refuses_what_is_frozen") else { return };
    let mut site = published_before(8).await;
    assert_eq!(python.refusal(&site), "ExpiredMetadataError");
    site.now += days(8);
    site.publish().await;
    assert_eq!(python.head(&site)["content"], "one");
}

#[tokio::test]
async fn refuses_what_is_mixed() {
    let Some(python) = Python::new("refuses_what_is_mixed") else { return };
    let mut site = published_before(0).await;
    let old_channel = site.read("metadata/1.ayon.production.json");
    let old_snapshot = site.read("metadata/1.snapshot.json");
    site.promote(PRODUCT, CHANNEL, "two");
    site.publish().await;
    let now = site.copy();
    site.write("metadata/2.ayon.production.json", &old_channel);
    assert_eq!(python.anew().refusal(&site), "LengthOrHashMismatchError");
    site.put_back(&now);
    site.write("metadata/2.snapshot.json", &old_snapshot);
    assert_eq!(python.anew().refusal(&site), "LengthOrHashMismatchError");
    site.put_back(&now);
    assert_eq!(python.head(&site)["content"], "two");
}

#[tokio::test]
async fn refuses_other_software() {
    let Some(python) = Python::new("refuses_other_software") else { return };
    let site = published_before(0).await;
    let path = format!("targets/ayon/production/{}.head.json", Sha256::of(b"one"));
    site.write(&path, b"two");
    assert_eq!(python.refusal(&site), "LengthOrHashMismatchError");
}

#[tokio::test]
async fn refuses_data_without_end() {
    let Some(python) = Python::new("refuses_data_without_end") else { return };
    let site = published_before(0).await;
    let content = format!("targets/ayon/production/{}.head.json", Sha256::of(b"one"));
    for path in ["metadata/timestamp.json", "metadata/1.ayon.production.json", &content] {
        let answer = python.anew().ask(&site, HEAD, Some(path));
        assert_eq!(answer["refused"], "DownloadLengthMismatchError", "{path}");
        assert!(answer["read"].as_u64() < Some(32 << 20), "{answer}");
    }
}

#[tokio::test]
async fn refuses_too_few_signatures() {
    let Some(python) = Python::new("refuses_too_few_signatures") else { return };
    let mut site = published_before(0).await;
    site.wanted.channels[0].keys = rule(&[11, 12, 13], 2);
    site.keys.extend([key(11), key(12)]);
    site.publish().await;
    assert_eq!(python.head(&site)["content"], "one");
    // With the keys of everything but the channel, an attacker lists a channel that one party signed.
    let channel =
        forge(&site.read("metadata/2.ayon.production.json"), &[key(11), key(1)], |signed| {
            signed["version"] = json!(3);
        });
    site.write("metadata/3.ayon.production.json", &channel);
    let snapshot = forge(&site.read("metadata/2.snapshot.json"), &[key(1)], |signed| {
        signed["version"] = json!(3);
        signed["meta"]["ayon.production.json"] = json!({"version": 3});
    });
    site.write("metadata/3.snapshot.json", &snapshot);
    let timestamp = forge(&site.read("metadata/timestamp.json"), &[key(1)], |signed| {
        signed["version"] = json!(3);
        signed["meta"]["snapshot.json"] = json!({"version": 3});
    });
    site.write("metadata/timestamp.json", &timestamp);
    assert_eq!(python.refusal(&site), "UnsignedMetadataError");
}

#[tokio::test]
async fn reads_what_it_and_we_sign_alike() {
    let Some(python) = Python::new("reads_what_it_and_we_sign_alike") else { return };
    // Texts that are written in more than one way elsewhere: quotes, backslashes, control and other letters.
    let mut site = published_before(0).await;
    let odd = "a \"quoted\" \\ back\tslash\n\u{1} é 🚆 \u{7f}";
    site.wanted.channels[0].targets[0].facts.flavour = Some(odd.to_owned());
    site.publish().await;
    assert_eq!(python.head(&site)["custom"]["trainyard"]["flavour"], odd);
    assert_eq!(site.first_head().await.unwrap(), "one");
}

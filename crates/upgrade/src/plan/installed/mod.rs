//! What is installed, as tools print it: lists of packages and images, and where databases stand.

mod assemble;
mod images;
mod packages;
mod revisions;

use std::collections::BTreeMap;

use camino::Utf8Path;

pub use self::{assemble::assemble, images::Image};
use super::Deployment;

/// What tools say of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Versions of packages, by name; names in lower case, with `-` between words.
    pub packages: BTreeMap<String, String>,
    /// Container images.
    pub images: Vec<Image>,
    /// Where databases stand.
    pub revisions: Vec<String>,
}

impl Observed {
    /// Adds what another tool says.
    pub fn extend(&mut self, more: Self) {
        self.packages.extend(more.packages);
        self.images.extend(more.images);
        self.revisions.extend(more.revisions);
    }
}

/// What a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// What is installed and how it is handled.
    Deployment(Box<Deployment>),
    /// What a tool printed.
    Observed(Observed),
}

/// Recognises a text by its content, and reads it: a deployment in TOML or JSON; what `pip freeze`, `docker compose images
/// --format json`, `docker image ls --digests --format json`, `alembic current` or `psql` with `alembic_version` print; a
/// list of images. Folders of a deployment are relative to `folder`.
///
/// *Errors*: what is wrong with it, in words. *Cost*: linear in the text.
pub fn recognise(text: &str, folder: &Utf8Path) -> Result<Reading, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    if let Some(read) = images::of_json(text) {
        return read.map(|images| Reading::Observed(Observed { images, ..Observed::default() }));
    }
    let deployment = |read: Result<Deployment, super::DeploymentError>| match read {
        Ok(deployment) => Ok(Reading::Deployment(Box::new(deployment))),
        Err(error) => Err(error.to_string()),
    };
    if text.trim_start().starts_with('{') {
        return deployment(Deployment::read_json(text, folder));
    }
    if is_toml(text) {
        return deployment(Deployment::read(text, folder));
    }
    if let Some(packages) = packages::read(text) {
        return Ok(Reading::Observed(Observed { packages, ..Observed::default() }));
    }
    if let Some(images) = images::of_lines(text) {
        return Ok(Reading::Observed(Observed { images, ..Observed::default() }));
    }
    if let Some(revisions) = revisions::read(text) {
        return Ok(Reading::Observed(Observed { revisions, ..Observed::default() }));
    }
    Err("it is neither a deployment file nor a list of packages, images or revisions".to_owned())
}

/// Whether some line is a table's heading or a key with its value; lists of packages have `==`.
fn is_toml(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        let is_heading = line.starts_with('[') && line.contains(']');
        let key = line.split_once('=').map(|(key, value)| (key.trim(), value));
        let is_key = |key: &str| {
            let plain = |it: char| it.is_ascii_alphanumeric() || "_-.\"".contains(it);
            !key.is_empty() && key.chars().all(plain)
        };
        is_heading || key.is_some_and(|(key, value)| is_key(key) && !value.starts_with('='))
    })
}

/// A name as all tools mean it: in lower case, with `-` between words.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        let letter = if matches!(letter, '_' | '.') { '-' } else { letter.to_ascii_lowercase() };
        if letter != '-' || !normal.ends_with('-') {
            normal.push(letter);
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::{Observed, Reading, recognise};

    fn observed(text: &str) -> Observed {
        match recognise(text, "/srv".into()) {
            Ok(Reading::Observed(observed)) => observed,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn frozen_packages() {
        let text = "# a comment\nAcme_Manager==25.6.1\nsix==1.16.0 ; python_version < '4'\n\
            acme.agent @ git+https://example.org/agent.git@v25.6.2#egg=acme-agent\n\
            wheel @ file:///tmp/wheel-0.40.whl\n\
            -e git+https://example.org/web.git@25.5.0#egg=acme_web\n\
            # Editable install with no version control (acme-cli==25.4.0)\n-e /srv/cli\n";
        let packages = observed(text).packages;
        let expected = [
            ("acme-agent", "v25.6.2"),
            ("acme-cli", "25.4.0"),
            ("acme-manager", "25.6.1"),
            ("acme-web", "25.5.0"),
            ("six", "1.16.0"),
        ];
        let found: Vec<_> = packages.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn images_of_docker_compose() {
        let text = r#"[{"ID":"sha256:aa11","ContainerName":"web-1","Repository":"ghcr.io/acme/web","Tag":"25.6.1"},
            {"ID":"sha256:bb22","ContainerName":"db-1","Repository":"postgres","Tag":"16"}]"#;
        let images = observed(text).images;
        assert_eq!(images.len(), 2);
        assert_eq!(images[0].repository, "ghcr.io/acme/web");
        assert_eq!(images[0].tag, "25.6.1");
        assert_eq!(images[0].digests, ["sha256:aa11"]);
    }

    #[test]
    fn images_of_docker_line_by_line() {
        let text = "{\"Repository\":\"localhost:5000/web\",\"Tag\":\"<none>\",\"Digest\":\"sha256:cc\",\"ID\":\"1f\"}\n\
            {\"Service\":\"db\",\"Image\":\"postgres:16@sha256:dd\"}\n";
        let images = observed(text).images;
        assert_eq!(images[0].tag, "");
        assert_eq!(images[0].digests, ["sha256:cc", "1f"]);
        assert_eq!(
            (images[1].repository.as_str(), images[1].tag.as_str(), images[1].digests.as_slice()),
            ("postgres", "16", &["sha256:dd".to_owned()][..])
        );
    }

    #[test]
    fn images_as_a_list() {
        let text = "# what runs\nlocalhost:5000/acme/web@sha256:ee\n\nacme/agent:25.6.1\nredis:7\n";
        let images = observed(text).images;
        let shown: Vec<_> = images.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["localhost:5000/acme/web@sha256:ee", "acme/agent:25.6.1", "redis:7"]);
        assert_eq!((images[0].tag.as_str(), images[2].tag.as_str()), ("", "7"));
    }

    #[test]
    fn where_databases_stand() {
        let current = "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.\n\
            ae50a1ec7a0f (head)\nbb22 (effective head)\n";
        assert_eq!(observed(current).revisions, ["ae50a1ec7a0f", "bb22"]);
        let table = " version_num  \n--------------\n ae50a1ec7a0f\n(1 row)\n\n";
        assert_eq!(observed(table).revisions, ["ae50a1ec7a0f"]);
        assert_eq!(observed("ae50a1ec7a0f\n").revisions, ["ae50a1ec7a0f"]);
        let none = " version_num \n-------------\n(0 rows)\n";
        assert!(observed(none).revisions.is_empty());
    }

    #[test]
    fn deployments_in_either_form() {
        let toml = "name = \"x\"\n[components.web]\nversion = \"1.0\"\ncheckout = \"web\"\n";
        let json = r#"{"name": "x", "components": {"web": {"version": "1.0", "checkout": "web"}}}"#;
        let read = |text: &str| match recognise(text, "/srv".into()) {
            Ok(Reading::Deployment(deployment)) => deployment,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(read(toml), read(json));
        assert_eq!(read(toml).components["web"].checkout.as_deref(), Some("/srv/web".into()));
    }

    #[test]
    fn what_is_nothing_of_the_kind_is_refused() {
        for text in ["", " \n", "{", "[1, 2]", "{\"a\": 1}", "what is this?", "\u{0}\u{1}\u{2}"] {
            let read = recognise(text, "/srv".into());
            assert!(read.is_err(), "{text:?}: {read:?}");
        }
    }
}

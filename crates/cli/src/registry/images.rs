//! Images of a release: by their digest, or by a tag whose digest their registry tells.

use camino::Utf8PathBuf;
use serde::Deserialize;
use std::collections::BTreeMap;
use trainyard_api as api;
use trainyard_artifact::images::{Credentials, Images};

use super::{credentials::variable, session::Session};
use crate::{error::CommandError, files};

/// Where images are whose names begin with no registry.
const USUAL_HOST: &str = "docker.io";

/// An image as somebody named it.
#[derive(Debug, PartialEq, Eq)]
struct Named<'a> {
    /// Registry and repository.
    name: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Named<'a> {
    /// `None` where it names no image.
    fn read(text: &'a str) -> Option<Self> {
        let (front, digest) = match text.split_once('@') {
            Some((front, digest)) => (front, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash is that of a port.
        let last = front.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match front.get(last..)?.split_once(':') {
            Some((_, tag)) => (front.get(..front.len() - tag.len() - 1)?, Some(tag)),
            None => (front, None),
        };
        let is_digest = |digest: &str| {
            digest.strip_prefix("sha256:").is_some_and(|hex| {
                let is_hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
                hex.len() == 64 && hex.bytes().all(is_hex)
            })
        };
        let is_whole =
            !name.is_empty() && !name.ends_with('/') && tag.is_none_or(|tag| !tag.is_empty());
        let is_named = tag.is_some() || digest.is_some();
        (is_whole && is_named && digest.is_none_or(is_digest)).then_some(Self { name, tag, digest })
    }

    /// The registry, and the repository in it.
    fn host(&self) -> (&'a str, String) {
        match self.name.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => {
                (host, rest.to_owned())
            }
            Some(_) => (USUAL_HOST, self.name.to_owned()),
            None => (USUAL_HOST, format!("library/{}", self.name)),
        }
    }
}

/// An image by its digest: a tag may be another image tomorrow.
pub(super) fn pinned(session: &Session<'_>, text: &str) -> Result<api::Image, CommandError> {
    let wrong = || {
        CommandError::usage(format!("`{text}` does not name an image")).hint(
            "write it as REPOSITORY@sha256:DIGEST, or as REPOSITORY:TAG, whose digest is asked for",
        )
    };
    let named = Named::read(text).ok_or_else(wrong)?;
    let image = |digest: String| api::Image { repository: named.name.to_owned(), digest };
    if let Some(digest) = named.digest {
        return Ok(image(digest.to_owned()));
    }
    let tag = named.tag.ok_or_else(wrong)?;
    let (host, repository) = named.host();
    let is_plain = ["localhost", "127.", "[::1]"].iter().any(|here| host.starts_with(here));
    let images = Images::new(host, is_plain, credentials(host)?.as_ref());
    let found = session.run(images.digest(&repository, tag)).map_err(|error| {
        CommandError::environment(&error).hint(format!(
            "see that {host} can be reached; `docker login {host}` keeps a password for it, or pin the image by its digest"
        ))
    })?;
    let digest = found.ok_or_else(|| {
        CommandError::usage(format!("{host} has no image `{repository}:{tag}`"))
            .hint("push it first, then publish the release")
    })?;
    let image = image(digest.prefixed());
    session.remark(&format!("note: {text} is {}@{}", image.repository, image.digest));
    Ok(image)
}

/// What Docker and its kin keep of registries that somebody logged in to.
#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
}

#[derive(Deserialize)]
struct Auth {
    #[serde(default)]
    auth: String,
}

/// The name and password for a registry of images, where Docker keeps them in its file.
fn credentials(host: &str) -> Result<Option<Credentials>, CommandError> {
    let folder = variable("DOCKER_CONFIG").map(Utf8PathBuf::from);
    let folder = folder.or_else(|| Some(Utf8PathBuf::from(variable("HOME")?).join(".docker")));
    let Some(path) = folder.map(|folder| folder.join("config.json")) else { return Ok(None) };
    if !path.exists() {
        return Ok(None);
    }
    let text = files::read_text(&path)?;
    let kept: Kept = serde_json::from_str(&text)
        .map_err(|error| CommandError::usage(format!("{path} cannot be read: {error}")))?;
    // Docker's own registry is kept by an older address.
    let names =
        if host == USUAL_HOST { &["https://index.docker.io/v1/", host][..] } else { &[host][..] };
    let auth = names.iter().find_map(|name| kept.auths.get(*name));
    Ok(auth.and_then(|auth| read_auth(&auth.auth)))
}

/// `name:password` in Base64.
fn read_auth(text: &str) -> Option<Credentials> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    let bytes = STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some(Credentials { name: name.to_owned(), secret: secret.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{Named, read_auth};

    fn named(text: &str) -> Option<(&str, Option<&str>, bool)> {
        Named::read(text).map(|it| (it.name, it.tag, it.digest.is_some()))
    }

    #[test]
    fn images_are_named_by_tag_or_digest() {
        let digest = format!("sha256:{}", "a1".repeat(32));
        let pinned = |name: &str| format!("{name}@{digest}");
        assert_eq!(
            named("localhost:5000/a/b:1.2"),
            Some(("localhost:5000/a/b", Some("1.2"), false))
        );
        assert_eq!(named(&pinned("a.example/b")), Some(("a.example/b", None, true)));
        assert_eq!(named(&pinned("a.example/b:1")), Some(("a.example/b", Some("1"), true)));
        let wrong = ["", ":1", "a", "localhost:5000/a", "a/:1", "a:", "a@sha256:1", "a@", "@x"];
        for wrong in wrong {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn registries_stand_before_the_first_slash() {
        let host = |text: &str| {
            let (host, rest) = Named::read(text).unwrap().host();
            format!("{host} {rest}")
        };
        assert_eq!(host("registry.example/a/b:1"), "registry.example a/b");
        assert_eq!(host("localhost/a:1"), "localhost a");
        assert_eq!(host("127.0.0.1:5000/a:1"), "127.0.0.1:5000 a");
        assert_eq!(host("ynput/server:1"), "docker.io ynput/server");
        assert_eq!(host("postgres:15"), "docker.io library/postgres");
    }

    #[test]
    fn kept_passwords_are_read() {
        let found = read_auth("YWRhOnNlOmNyZXQ=").unwrap();
        assert_eq!((found.name.as_str(), found.secret.as_str()), ("ada", "se:cret"));
        assert!(read_auth("").is_none() && read_auth("?").is_none());
    }
}

//! Container images, as docker prints them or as a list.

use std::fmt;

use serde_json::{Map, Value};

/// An image that runs or lies there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    /// Where it comes from, such as `ghcr.io/acme/manager`.
    pub repository: String,
    /// Its tag; empty where it has none.
    pub tag: String,
    /// Its digests: that of its manifest, that of its configuration, as far as they are known.
    pub digests: Vec<String>,
}

impl Image {
    /// Reads `repository:tag@digest`, of which tag and digest may be missing.
    pub fn parse(text: &str) -> Self {
        let (name, digest) = text.split_once('@').unwrap_or((text, ""));
        // A colon before a slash is that of a port.
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ => (name, ""),
        };
        let digests = Some(digest).filter(|digest| !digest.is_empty()).map(str::to_owned);
        Self {
            repository: repository.to_owned(),
            tag: tag.to_owned(),
            digests: digests.into_iter().collect(),
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.repository)?;
        if !self.tag.is_empty() {
            return write!(formatter, ":{}", self.tag);
        }
        match self.digests.first() {
            Some(digest) => write!(formatter, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// Images of a list in JSON, or of one object a line; `None` where the text is nothing of the kind.
pub(super) fn of_json(text: &str) -> Option<Result<Vec<Image>, String>> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['[', '{']) {
        return None;
    }
    let mut images = Vec::new();
    for value in serde_json::Deserializer::from_str(trimmed).into_iter::<Value>() {
        let values = match value {
            Ok(Value::Array(values)) => values,
            Ok(value) => vec![value],
            // A table of TOML begins like a list of JSON.
            Err(_) => return None,
        };
        for value in values {
            let image = value.as_object().and_then(of_object);
            let Some(image) = image else {
                let is_other = value.get("components").is_some();
                return (!is_other).then(|| Err("it is no list of images".to_owned()));
            };
            images.push(image);
        }
    }
    Some(Ok(images))
}

fn of_object(object: &Map<String, Value>) -> Option<Image> {
    let text = |key: &str| {
        let text = object.get(key).and_then(Value::as_str).unwrap_or_default();
        if text == "<none>" { "" } else { text }
    };
    let mut image = if object.contains_key("Repository") {
        Image {
            repository: text("Repository").to_owned(),
            tag: text("Tag").to_owned(),
            digests: Vec::new(),
        }
    } else {
        Image::parse(object.get("Image").and_then(Value::as_str)?)
    };
    let digests = ["Digest", "ID"].map(text).into_iter().filter(|digest| !digest.is_empty());
    // The ID of a container is none of its image.
    let digests = digests.filter(|_| object.contains_key("Repository"));
    image.digests.extend(digests.map(str::to_owned));
    Some(image)
}

/// Images of a list, one a line; `None` where some line is none.
pub(super) fn of_lines(text: &str) -> Option<Vec<Image>> {
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> =
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@".contains(it);
    let is_image = |line: &&str| {
        line.chars().all(is_plain)
            && line.starts_with(|first: char| first.is_ascii_alphanumeric())
            && line.contains(['/', ':', '@'])
    };
    let is_list = !lines.is_empty() && lines.iter().all(is_image);
    is_list.then(|| lines.into_iter().map(Image::parse).collect())
}

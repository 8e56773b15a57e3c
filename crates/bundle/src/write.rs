//! Bundles as files of our own.

use std::fmt::Write;

use trainyard_version::Scheme;

use crate::{Bundle, Flavour, Numbered, Pin};

/// How bundles are numbered where their file does not say.
pub const SCHEME: &str = "calver:YYYY.M[.MICRO]";

/// A bundle as the text of a bundle file, which reads as the same bundle again; of a delta, the delta.
///
/// The same bundle is always the same text. *Cost*: linear.
pub fn bundle_file(bundle: &Bundle) -> String {
    let mut text = String::from("[bundle]\n");
    head(&mut text, bundle);
    text.push_str("\n[pins]\n");
    for pin in &bundle.pins {
        line(&mut text, &key(&pin.name), &pin_value(pin));
    }
    if !bundle.flavours.is_empty() {
        text.push_str("\n[flavours]\n");
        for (name, flavour) in &bundle.flavours {
            line(&mut text, &key(name), &flavour_value(flavour));
        }
    }
    for package in &bundle.dependency_packages {
        text.push_str("\n[[dependency-packages]]\n");
        line(&mut text, "file", &quoted(&package.file));
        given(&mut text, "platform", package.platform.as_deref());
        given(&mut text, "python", package.python.as_ref().map(Numbered::text));
        given(&mut text, "checksum", package.checksum.as_ref().map(crate::Digest::as_str));
    }
    text
}

fn head(text: &mut String, bundle: &Bundle) {
    line(text, "name", &quoted(&bundle.name));
    if let Some(version) = &bundle.version {
        line(text, "version", &quoted(version.text()));
        let is_usual = SCHEME.parse::<Scheme>().is_ok_and(|scheme| scheme == *version.scheme());
        if !is_usual {
            line(text, "scheme", &quoted(version.scheme().spec()));
        }
    }
    let is_early = bundle.version.as_ref().is_some_and(|it| it.version().is_prerelease());
    if bundle.is_final == is_early {
        line(text, "final", if bundle.is_final { "true" } else { "false" });
    }
    match bundle.servers.as_slice() {
        [] => {}
        [only] => line(text, "server", &quoted(only.text())),
        several => line(text, "server", &list(several.iter().map(Numbered::text))),
    }
    given(text, "launcher", bundle.launcher.as_ref().map(Numbered::text));
    given(text, "python", bundle.python.as_ref().map(Numbered::text));
    if !bundle.platforms.is_empty() {
        line(text, "platforms", &list(bundle.platforms.iter().map(String::as_str)));
    }
    if let Some(base) = &bundle.base {
        let digest = base.digest.as_ref().map(crate::Digest::as_str);
        let values = [
            ("name", Some(base.name.as_str())),
            ("version", base.version.as_deref()),
            ("path", base.path.as_ref().map(|path| path.as_str())),
            ("digest", digest),
        ];
        line(text, "base", &table(&values));
    }
    if !bundle.without.is_empty() {
        line(text, "without", &list(bundle.without.iter().map(String::as_str)));
    }
}

fn pin_value(pin: &Pin) -> String {
    let version = Some(pin.version.as_str()).filter(|version| !version.is_empty());
    let digest = pin.digest.as_ref().map(crate::Digest::as_str);
    match (version, digest, &pin.commit, &pin.tag) {
        (Some(version), None, None, None) => quoted(version),
        _ => table(&[
            ("version", version),
            ("digest", digest),
            ("commit", pin.commit.as_deref()),
            ("tag", pin.tag.as_deref()),
        ]),
    }
}

fn flavour_value(flavour: &Flavour) -> String {
    let members = list(flavour.members.iter().map(String::as_str));
    if flavour.includes.is_empty() {
        return members;
    }
    let includes = list(flavour.includes.iter().map(String::as_str));
    format!("{{ includes = {includes}, members = {members} }}")
}

fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    _ = writeln!(text, "{key} = {value}");
}

fn given(text: &mut String, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        line(text, key, &quoted(value));
    }
}

fn table(values: &[(&str, Option<&str>)]) -> String {
    let values = values.iter().filter_map(|(key, value)| Some((key, (*value)?)));
    let pairs: Vec<_> = values.map(|(key, value)| format!("{key} = {}", quoted(value))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A key, with quotes where it needs some.
fn key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}

/// A text on one line, as TOML's basic strings have it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

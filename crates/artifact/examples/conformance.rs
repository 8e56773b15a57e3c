//! The client of this crate, as the suite of The Update Framework's implementers (`tuf-conformance`) drives clients.
//!
//! `conformance --metadata-dir DIR init ROOT`, `… --metadata-url URL refresh`, and `… --target-name PATH
//! --target-base-url URL --target-dir DIR download`. What is trusted lies in the folder as the suite looks at it.

use std::{collections::BTreeSet, error::Error, process::ExitCode};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_artifact::{
    Location,
    tuf::{Aim, Trusted, Update, verify_target},
};

/// What the command was given.
#[derive(Default)]
struct Asked {
    metadata: Utf8PathBuf,
    url: String,
    names: Vec<String>,
    content_url: String,
    contents: Utf8PathBuf,
    words: Vec<String>,
}

impl Asked {
    fn read() -> Self {
        let mut asked = Self::default();
        let mut given = std::env::args().skip(1);
        while let Some(word) = given.next() {
            let mut value = || given.next().unwrap_or_default();
            match word.as_str() {
                "--metadata-dir" => asked.metadata = value().into(),
                "--metadata-url" => asked.url = value(),
                "--target-name" => asked.names.push(value()),
                "--target-base-url" => asked.content_url = value(),
                "--target-dir" => asked.contents = value().into(),
                _ => asked.words.push(word),
            }
        }
        asked
    }
}

/// The roles that have files of their own in what is trusted.
fn load(folder: &Utf8Path) -> Result<Trusted, Box<dyn Error>> {
    let mut trusted = Trusted::new(fs_err::read(folder.join("root.json"))?);
    trusted.timestamp = fs_err::read(folder.join("timestamp.json")).ok();
    trusted.snapshot = fs_err::read(folder.join("snapshot.json")).ok();
    for entry in fs_err::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Some(role) = name.strip_suffix(".json").and_then(decoded) else { continue };
        if !["root", "timestamp", "snapshot"].contains(&role.as_str()) {
            trusted.targets.insert(role, fs_err::read(folder.join(&name))?);
        }
    }
    Ok(trusted)
}

fn save(folder: &Utf8Path, trusted: &Trusted) -> Result<(), Box<dyn Error>> {
    fs_err::write(folder.join("root.json"), &trusted.root)?;
    let others = [("timestamp", &trusted.timestamp), ("snapshot", &trusted.snapshot)];
    for (role, bytes) in others {
        if let Some(bytes) = bytes {
            fs_err::write(folder.join(format!("{role}.json")), bytes)?;
        }
    }
    for (role, bytes) in &trusted.targets {
        fs_err::write(folder.join(format!("{}.json", encoded(role))), bytes)?;
    }
    Ok(())
}

/// A name that no folder takes for a way elsewhere.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let written = name.bytes().enumerate().map(|(place, byte)| {
        if plain(byte) && (place > 0 || byte != b'.') {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    written.collect()
}

fn decoded(name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let [first, others @ ..] = rest {
        if *first == b'%' {
            let (digits, others) = others.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = others;
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8(bytes).ok()
}

async fn run(asked: Asked) -> Result<(), Box<dyn Error>> {
    let words: Vec<&str> = asked.words.iter().map(String::as_str).collect();
    if let ["init", root] = *words {
        let trusted = Trusted::new(fs_err::read(root)?);
        return save(&asked.metadata, &trusted);
    }
    let base = asked.url.trim_end_matches('/').strip_suffix("/metadata");
    let place = Location::open(base.ok_or("the metadata lies elsewhere")?, &[])?;
    #[expect(clippy::disallowed_methods, reason = "this is a command")]
    let now = jiff::Timestamp::now();
    let mut update = Update::begin(load(&asked.metadata)?, Aim::Channels(BTreeSet::new()), now)?;
    let followed = place.follow(&mut update).await;
    save(&asked.metadata, update.trusted())?;
    followed?;
    for name in &asked.names {
        let found = place.find(&mut update, name).await;
        save(&asked.metadata, update.trusted())?;
        let (found, file) = (found?, asked.contents.join(encoded(name)));
        let has = fs_err::read(&file).is_ok_and(|it| verify_target(name, &found.0, &it).is_ok());
        if !has {
            fs_err::write(file, place.content(name, &found).await?)?;
        }
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "this is a command")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Asked::read()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

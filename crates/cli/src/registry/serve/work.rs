//! Settings of what a server does beside answering.

use std::{collections::BTreeMap, time::Duration};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::SignedDuration;
use trainyard_attest::{NoteKey, PrivateKey, PublicKey};
use trainyard_server::{
    ImageCredentials, ImageSettings, Lifetimes, RoleKeys, SnapshotRoles, SnapshotSettings, Witness,
    WitnessSettings,
};

use super::config::{Images, LifetimeDays, RoleName, Signers, Snapshots, WitnessLine};
use crate::{error::CommandError, files, registry::credentials::variable};

/// What an S3-compatible store is told by the environment, as its own tools are.
const OF_ENVIRONMENT: [&str; 7] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ALLOW_HTTP",
];
/// The password at the registry of images, where no file has it.
const PASSWORD: &str = "TRAINYARD_IMAGES_PASSWORD";

/// Where signed snapshots are kept, if anywhere. *Errors*: no place is named; a key cannot be read; a threshold that cannot be met.
pub(super) fn snapshots(
    folder: &Utf8Path,
    flag: Option<&str>,
    file: Option<Snapshots>,
) -> Result<Option<SnapshotSettings>, CommandError> {
    if flag.is_none() && file.is_none() {
        return Ok(None);
    }
    let file = file.unwrap_or_default();
    let place = flag.map(str::to_owned).or(file.place);
    let place = place.ok_or_else(|| {
        CommandError::usage("[snapshots] names no place")
            .hint("name a directory or s3://bucket/folder as `place`, or with --snapshots")
    })?;
    let is_bucket = place.starts_with("s3://");
    if !is_bucket && place.contains("://") {
        return Err(CommandError::usage(format!("snapshots cannot be kept in `{place}`"))
            .hint("name a directory, or s3://bucket/folder"));
    }
    let place = if is_bucket { place } else { folder.join(place).into_string() };
    let mut settings = SnapshotSettings::new(place);
    if is_bucket {
        settings.options = options(file.options);
    }
    let key = |path: &Utf8PathBuf| {
        PrivateKey::from_text(&files::read_text(&folder.join(path))?)
            .map_err(|error| CommandError::usage(format!("{path} is no private key: {error}")))
    };
    settings.keys = file.keys.iter().map(key).collect::<Result<_, _>>()?;
    settings.roles = roles(folder, file.roles)?;
    for (channel, signers) in file.channels {
        let keys = signers.read(folder, &channel)?;
        settings.channels.insert(channel, keys);
    }
    settings.lifetimes = lifetimes(file.lifetime_days);
    if let Some(days) = file.keep_days {
        settings.keep = Duration::from_hours(u64::from(days) * 24);
    }
    Ok(Some(settings))
}

/// What the file says, else the environment.
fn options(file: BTreeMap<String, String>) -> Vec<(String, String)> {
    let of_environment = OF_ENVIRONMENT.into_iter().filter_map(|name| {
        // The store's client calls this one otherwise.
        let own = if name == "AWS_ENDPOINT_URL" { "AWS_ENDPOINT" } else { name };
        Some((own.to_ascii_lowercase(), variable(name)?))
    });
    // The last one of a name counts.
    of_environment.chain(file).collect()
}

fn roles(
    folder: &Utf8Path,
    file: BTreeMap<RoleName, Signers>,
) -> Result<SnapshotRoles, CommandError> {
    let mut roles = SnapshotRoles::default();
    for (name, signers) in file {
        let (role, word) = match name {
            RoleName::Root => (&mut roles.root, "root"),
            RoleName::Targets => (&mut roles.targets, "targets"),
            RoleName::Snapshot => (&mut roles.snapshot, "snapshot"),
            RoleName::Timestamp => (&mut roles.timestamp, "timestamp"),
        };
        *role = Some(signers.read(folder, word)?);
    }
    Ok(roles)
}

impl Signers {
    fn read(self, folder: &Utf8Path, whose: &str) -> Result<RoleKeys, CommandError> {
        let read = |path: &Utf8PathBuf| {
            PublicKey::from_text(&files::read_text(&folder.join(path))?)
                .map_err(|error| CommandError::usage(format!("{path} is no public key: {error}")))
        };
        let keys = self.keys.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let all = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let threshold = self.threshold.unwrap_or(all);
        if !(1..=all).contains(&threshold) {
            let told = format!("`{whose}` has {all} keys, and {threshold} of them cannot sign");
            return Err(CommandError::usage(told));
        }
        Ok(RoleKeys { keys, threshold })
    }
}

fn lifetimes(file: LifetimeDays) -> Lifetimes {
    let usual = Lifetimes::default();
    let days = |given: Option<u32>, usual| {
        given.map_or(usual, |days| SignedDuration::from_hours(i64::from(days.max(1)) * 24))
    };
    Lifetimes {
        root: days(file.root, usual.root),
        targets: days(file.targets, usual.targets),
        channel: days(file.channel, usual.channel),
        snapshot: days(file.snapshot, usual.snapshot),
        timestamp: days(file.timestamp, usual.timestamp),
    }
}

/// Who confirms the log. *Errors*: a key that cannot be read; a threshold that cannot be met.
pub(super) fn witnesses(
    lines: &[WitnessLine],
    threshold: Option<usize>,
) -> Result<WitnessSettings, CommandError> {
    let read = |WitnessLine { url, key }: &WitnessLine| {
        let key = NoteKey::from_line(key).map_err(|error| {
            CommandError::usage(format!("`{key}` is no key of a witness: {error}"))
                .hint("write it as the witness tells it: name+number+base64")
        })?;
        Ok(Witness { url: url.clone(), key })
    };
    let all = lines.iter().map(read).collect::<Result<Vec<_>, CommandError>>()?;
    let is_said = threshold.is_some();
    let threshold = threshold.unwrap_or(all.len());
    if (is_said || !all.is_empty()) && !(1..=all.len()).contains(&threshold) {
        let told = format!("there are {} witnesses, and {threshold} cannot confirm", all.len());
        return Err(CommandError::usage(told));
    }
    Ok(WitnessSettings { all, threshold })
}

/// The registry of images, if there is one. *Errors*: no host is named; a user without a password, or the other way round.
pub(super) fn images(
    folder: &Utf8Path,
    flag: Option<&str>,
    file: Option<Images>,
) -> Result<Option<ImageSettings>, CommandError> {
    if flag.is_none() && file.is_none() {
        return Ok(None);
    }
    let file = file.unwrap_or_default();
    let host = flag.map(str::to_owned).or(file.host);
    let host = host.filter(|host| !host.is_empty()).ok_or_else(|| {
        CommandError::usage("[images] names no registry")
            .hint("name its host as `host`, or with --images: ghcr.io, or 127.0.0.1:5000")
    })?;
    if host.contains('/') {
        return Err(CommandError::usage(format!("`{host}` is no host of a registry of images"))
            .hint("name the host and its port alone, as ghcr.io or 127.0.0.1:5000"));
    }
    let password = match &file.password_file {
        Some(path) => Some(files::read_text(&folder.join(path))?.trim_end().to_owned()),
        None => variable(PASSWORD),
    };
    let credentials = match (file.user, password) {
        (Some(name), Some(secret)) => Some(ImageCredentials { name, secret }),
        (None, None) => None,
        (Some(_), None) => {
            return Err(CommandError::usage("[images] names a user and no password")
                .hint(format!("name its file as `password-file`, or set {PASSWORD}")));
        }
        (None, Some(_)) => {
            return Err(CommandError::usage("there is a password for images and no user")
                .hint("name the user in [images]"));
        }
    };
    Ok(Some(ImageSettings { host, is_plain: file.plain, credentials, bundles: file.bundles }))
}

//! A container image that needs nobody to build it: one archive that `docker load`, `podman load` and `skopeo` read.

use anyhow::{Context, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::{
    Package, Source, archive, clear,
    contents::{Contents, Entry},
    names::Machine,
    rfc3339, sha256,
};
use crate::workspace;

/// Whom the registry in an image runs as.
const USER: u32 = 65532;

/// The image specification's layout, with the list beside it that older versions of docker look for.
pub(super) fn package(source: &Source, scratch: &Utf8Path) -> Result<Package> {
    let version = &source.names.semver;
    let layer = archive::tar(&files(&source.contents)?, source.time)?;
    let unpacked = sha256(&layer, scratch)?;
    let layer = Blob::new(archive::gzip(&layer, scratch)?, scratch)?;
    let config = config(source, &unpacked)?;
    let config = Blob::new(serde_json::to_vec(&config)?, scratch)?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config.described("application/vnd.oci.image.config.v1+json"),
        "layers": [layer.described("application/vnd.oci.image.layer.v1.tar+gzip")],
    });
    let manifest = Blob::new(serde_json::to_vec(&manifest)?, scratch)?;
    let mut described = manifest.described("application/vnd.oci.image.manifest.v1+json");
    described["annotations"] = json!({"org.opencontainers.image.ref.name": version});
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [described],
    });
    let list = json!([{
        "Config": config.path(),
        "RepoTags": [format!("trainyard:{version}"), "trainyard:latest".to_owned()],
        "Layers": [layer.path()],
    }]);
    let mut entries = vec![
        Entry::file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"),
        Entry::file("index.json", serde_json::to_vec(&index)?),
        Entry::file("manifest.json", serde_json::to_vec(&list)?),
    ];
    entries.extend([layer, config, manifest].into_iter().map(Blob::into_entry));
    let name = format!("trainyard-{version}-{}.oci.tar", source.target);
    Ok(Package { name, bytes: archive::tar(&entries, source.time)? })
}

/// Contents that are named by their digest.
struct Blob {
    digest: String,
    bytes: Vec<u8>,
}

impl Blob {
    fn new(bytes: Vec<u8>, scratch: &Utf8Path) -> Result<Self> {
        Ok(Self { digest: sha256(&bytes, scratch)?, bytes })
    }

    fn path(&self) -> String {
        format!("blobs/sha256/{}", self.digest)
    }

    fn described(&self, kind: &str) -> Value {
        json!({
            "mediaType": kind,
            "digest": format!("sha256:{}", self.digest),
            "size": self.bytes.len(),
        })
    }

    fn into_entry(self) -> Entry {
        Entry::file(&self.path(), self.bytes)
    }
}

/// What the image says of itself: as the Containerfile does, so that both ways lead to the same.
fn config(source: &Source, layer: &str) -> Result<Value> {
    let file = fs_err::read_to_string(containerfile())?;
    let word = |instruction: &str| {
        let found = file.lines().find_map(|line| line.strip_prefix(instruction)?.strip_prefix(' '));
        found.with_context(|| format!("the Containerfile has no {instruction}"))
    };
    let list =
        |instruction: &str| -> Result<Value> { Ok(serde_json::from_str(word(instruction)?)?) };
    ensure!(
        word("USER")? == format!("{USER}:{USER}"),
        "the Containerfile and the image's files name different users"
    );
    let created = rfc3339(source.time)?;
    let mut config = json!({
        "created": created,
        "architecture": Machine::of(&source.target)?.debian,
        "os": "linux",
        "config": {
            "User": word("USER")?,
            "WorkingDir": word("WORKDIR")?,
            "Entrypoint": list("ENTRYPOINT")?,
            "Cmd": list("CMD")?,
            "StopSignal": word("STOPSIGNAL")?,
            "ExposedPorts": {},
            "Volumes": {},
            "Labels": {
                "org.opencontainers.image.title": "trainyard",
                "org.opencontainers.image.version": source.names.semver,
                "org.opencontainers.image.licenses": "MIT OR Apache-2.0",
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{layer}")]},
        "history": [{"created": created, "created_by": "cargo xtask dist"}],
    });
    config["config"]["ExposedPorts"][format!("{}/tcp", word("EXPOSE")?)] = json!({});
    config["config"]["Volumes"][word("VOLUME")?] = json!({});
    Ok(config)
}

fn containerfile() -> Utf8PathBuf {
    workspace::root().join("packaging/container/Containerfile")
}

/// Everything in the image: the program, the authorities that this machine trusts, one user, and where that one may write.
fn files(contents: &Contents) -> Result<Vec<Entry>> {
    let mut files = vec![
        Entry::folder("data/", 0o700, USER),
        Entry::folder("tmp/", 0o700, USER),
        Entry::file("etc/passwd", format!("trainyard:x:{USER}:{USER}::/data:/nologin\n")),
        Entry::file("etc/group", format!("trainyard:x:{USER}:\n")),
        Entry::program("usr/bin/trainyard", &contents.binary),
    ];
    let certificates = Utf8PathBuf::from("/etc/ssl/certs/ca-certificates.crt");
    if certificates.is_file() {
        let bytes = fs_err::read(&certificates)?;
        files.push(Entry::file("etc/ssl/certs/ca-certificates.crt", bytes));
    }
    Ok(files)
}

/// The folder that the image is built from, with the Containerfile.
pub(super) fn lay_out(contents: &Contents, folder: &Utf8Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    clear(folder)?;
    for entry in files(contents)? {
        let path = folder.join(&entry.path);
        if entry.is_folder() {
            fs_err::create_dir_all(path)?;
            continue;
        }
        fs_err::create_dir_all(path.parent().unwrap_or(folder))?;
        fs_err::write(&path, &entry.bytes)?;
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(entry.mode))?;
    }
    fs_err::copy(containerfile(), folder.join("Containerfile"))?;
    Ok(())
}

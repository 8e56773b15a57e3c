//! A package for Debian and what descends from it.

use anyhow::Result;
use camino::Utf8Path;

use super::{Package, Source, archive, contents::Entry, names::Machine};
use crate::{process, workspace};

const COPYRIGHT: &str = "\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: trainyard

Files: *
Copyright: Trainyard's contributors
License: MIT or Apache-2.0

License: Apache-2.0
 The whole text is in /usr/share/common-licenses/Apache-2.0.

License: MIT
";

/// The command with manuals and completions, and a service that does not run until it is enabled.
pub(super) fn package(source: &Source, scratch: &Utf8Path) -> Result<Package> {
    let version = &source.names.debian;
    let machine = Machine::of(&source.target)?.debian;
    let files = files(source, scratch)?;
    let maintainer = &source.maintainer;
    let size: usize = files.iter().map(|entry| entry.bytes.len().div_ceil(1024)).sum();
    let control = format!(
        "Package: trainyard\n\
        Version: {version}\n\
        Architecture: {machine}\n\
        Maintainer: {maintainer}\n\
        Installed-Size: {size}\n\
        Depends: git (>= 1:2.38)\n\
        Recommends: ca-certificates\n\
        Section: devel\n\
        Priority: optional\n\
        Description: versions that keep their promises\n \
        Chooses, checks and makes releases of platforms that are made of many\n \
        separately versioned parts, by one policy file; tells what an upgrade does\n \
        to databases; and serves a registry of releases, bundles and attestations.\n"
    );
    let conffiles = "/etc/trainyard/serve.toml\n";
    let control = [Entry::file("./control", control), Entry::file("./conffiles", conffiles)];
    let compressed =
        |entries: &[Entry]| archive::gzip(&archive::tar(entries, source.time)?, scratch);
    let members = [
        Entry::file("debian-binary", "2.0\n"),
        Entry::file("control.tar.gz", compressed(&control)?),
        Entry::file("data.tar.gz", compressed(&files)?),
    ];
    let name = format!("trainyard_{version}_{machine}.deb");
    Ok(Package { name, bytes: archive::ar(&members, source.time) })
}

fn files(source: &Source, scratch: &Utf8Path) -> Result<Vec<Entry>> {
    let contents = &source.contents;
    let mut files = vec![Entry::program("./usr/bin/trainyard", &contents.binary)];
    for manual in &contents.manuals {
        let bytes = archive::gzip(&manual.bytes, scratch)?;
        files.push(Entry::file(&format!("./usr/share/man/man1/{}.gz", manual.path), bytes));
    }
    for completion in &contents.completions {
        let path = format!("./usr/share/{}", completion.path);
        files.push(Entry::file(&path, completion.bytes.clone()));
    }
    let mit = String::from_utf8_lossy(&contents.document("LICENSE-MIT")?.bytes)
        .lines()
        .map(|line| if line.is_empty() { " .\n".to_owned() } else { format!(" {line}\n") })
        .collect::<String>();
    files.push(Entry::file("./usr/share/doc/trainyard/copyright", format!("{COPYRIGHT}{mit}")));
    let ours = contents.document("CHANGELOG.md")?.bytes.clone();
    for (name, text) in [("CHANGELOG.md.gz", ours), ("changelog.gz", changelog(source)?.into())] {
        let path = format!("./usr/share/doc/trainyard/{name}");
        files.push(Entry::file(&path, archive::gzip(&text, scratch)?));
    }
    let systemd = workspace::root().join("packaging/systemd");
    for (name, path) in [
        ("trainyard.service", "./lib/systemd/system/trainyard.service"),
        ("serve.toml", "./etc/trainyard/serve.toml"),
    ] {
        files.push(Entry::file(path, fs_err::read(systemd.join(name))?));
    }
    Ok(files)
}

/// The changelog of the package itself, in the one form that Debian's tools read.
fn changelog(source: &Source) -> Result<String> {
    let date = format!("--date=@{}", source.time);
    let date = process::output(process::command("date").args(["--utc", &date, "--rfc-email"]))?;
    let (version, maintainer) = (&source.names.debian, &source.maintainer);
    Ok(format!(
        "trainyard ({version}) unstable; urgency=medium\n\n  \
        * What changed is told in CHANGELOG.md.gz.\n\n \
        -- {maintainer}  {date}",
        date = date.replace('\n', "") + "\n",
    ))
}

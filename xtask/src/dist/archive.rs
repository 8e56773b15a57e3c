//! Archives whose bytes follow from what is in them.

use anyhow::{Context, Result, ensure};
use camino::Utf8Path;

use super::{Package, Source, contents::Entry, sha256};
use crate::process;

/// `trainyard-1.2.3-x86_64-unknown-linux-musl.tar.gz`: the binary, manuals, completions, licences, and how to run a server.
pub(super) fn package(source: &Source, scratch: &Utf8Path) -> Result<Package> {
    let stem = format!("trainyard-{}-{}", source.names.semver, source.target);
    let contents = &source.contents;
    let mut entries = vec![Entry::program("bin/trainyard", &contents.binary)];
    let below = |folder: &str, entry: &Entry| Entry {
        path: format!("{folder}/{}", entry.path),
        ..entry.clone()
    };
    entries.extend(contents.manuals.iter().map(|entry| below("share/man/man1", entry)));
    entries.extend(contents.completions.iter().map(|entry| below("share", entry)));
    entries.extend(contents.documents.iter().cloned());
    for name in ["trainyard.service", "serve.toml"] {
        let file = crate::workspace::root().join("packaging/systemd").join(name);
        entries.push(Entry::file(&format!("systemd/{name}"), fs_err::read(file)?));
    }
    let entries: Vec<_> = entries.iter().map(|entry| below(&stem, entry)).collect();
    let bytes = gzip(&tar(&entries, source.time)?, scratch)?;
    Ok(Package { name: format!("{stem}.tar.gz"), bytes })
}

/// A tar archive in the format of POSIX (ustar), sorted by path, with the folders that files are in.
///
/// # Errors
///
/// A path is longer than 100 bytes, or a file than 8 GB.
pub(super) fn tar(entries: &[Entry], time: u64) -> Result<Vec<u8>> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    let mut archive = Vec::new();
    let mut folders = std::collections::BTreeSet::new();
    for entry in entries {
        let parents: Vec<_> =
            entry.path.match_indices('/').map(|(at, _)| &entry.path[..=at]).collect();
        for parent in parents {
            if parent != "./" && parent != entry.path && folders.insert(parent) {
                archive.extend(header(&Entry::folder(parent, 0o755, 0), time)?);
            }
        }
        if entry.is_folder() {
            folders.insert(&entry.path);
        }
        archive.extend(header(entry, time)?);
        archive.extend(&entry.bytes);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    Ok(archive)
}

fn header(entry: &Entry, time: u64) -> Result<[u8; 512]> {
    let (path, size) = (&entry.path, entry.bytes.len());
    ensure!(path.len() <= 100 && size < 1 << 33, "{path} does not fit into an archive");
    let mut header = [0; 512];
    let mut put =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, path);
    put(100, &format!("{:07o}", entry.mode));
    put(108, &format!("{:07o}", entry.owner));
    put(116, &format!("{:07o}", entry.owner));
    put(124, &format!("{size:011o}"));
    put(136, &format!("{time:011o}"));
    put(148, "        ");
    put(257, "ustar\x0000");
    if entry.owner == 0 {
        put(265, "root");
        put(297, "root");
    }
    header[156] = if entry.is_folder() { b'5' } else { b'0' };
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(header)
}

/// Compressed by `gzip`, without name and time.
///
/// Most of the time of a run goes here, so what was compressed once is kept for when packages are made again.
pub(super) fn gzip(bytes: &[u8], scratch: &Utf8Path) -> Result<Vec<u8>> {
    let kept = scratch.join(format!("compressed-{}", sha256(bytes, scratch)?));
    if !kept.is_file() {
        let file = scratch.join("to-compress");
        fs_err::write(&file, bytes)?;
        let compressed =
            process::bytes(process::command("gzip").args(["-9", "-n", "-c", file.as_str()]))?;
        fs_err::write(&kept, compressed)?;
    }
    Ok(fs_err::read(kept)?)
}

/// A zip archive in the order of the entries, as wheels want it, dated to the first day that it can say.
pub(super) fn zip(entries: &[Entry], scratch: &Utf8Path) -> Result<Vec<u8>> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        // What gzip writes is the stream that zip wants, between ten bytes and the checksum with the length.
        let member = gzip(&entry.bytes, scratch)?;
        let (stream, end) = member
            .get(10..)
            .and_then(|rest| rest.split_at_checked(rest.len().checked_sub(8)?))
            .context("gzip wrote no member")?;
        let offset = u32::try_from(archive.len()).context("the archive is too large")?;
        let mut common = Vec::new();
        // Deflated, on 1980-01-01.
        common.extend([20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0]);
        common.extend(&end[..4]);
        common.extend(u32::try_from(stream.len())?.to_le_bytes());
        common.extend(&end[4..]);
        common.extend(u16::try_from(entry.path.len())?.to_le_bytes());
        common.extend([0, 0]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(entry.path.as_bytes());
        archive.extend(stream);
        // Made on Unix, whose modes stand in the upper half.
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend(((0o100_000 | entry.mode) << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.path.as_bytes());
    }
    let count = u16::try_from(entries.len())?.to_le_bytes();
    let (offset, size) = (u32::try_from(archive.len())?, u32::try_from(directory.len())?);
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count);
    archive.extend(count);
    archive.extend(size.to_le_bytes());
    archive.extend(offset.to_le_bytes());
    archive.extend([0, 0]);
    Ok(archive)
}

/// An `ar` archive, which is what a Debian package is.
pub(super) fn ar(entries: &[Entry], time: u64) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for Entry { path, mode, bytes, .. } in entries {
        let size = bytes.len();
        let mode = mode | 0o100_000;
        archive.extend(format!("{path:<16}{time:<12}0     0     {mode:<8o}{size:<10}`\n").bytes());
        archive.extend(bytes);
        archive.extend(vec![b'\n'; size % 2]);
    }
    archive
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::{Entry, ar, tar, zip};
    use crate::process;

    fn entries() -> Vec<Entry> {
        vec![Entry::program("a/run", b"#!/bin/sh\necho ran\n"), Entry::file("a/b/empty", "")]
    }

    /// What a program says of a file with these bytes.
    fn says(bytes: &[u8], command: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        fs_err::write(folder.join("file"), bytes).unwrap();
        let mut program = process::command(command[0]);
        process::output(program.current_dir(folder).args(&command[1..])).unwrap()
    }

    #[test]
    fn tar_reads_archives() {
        let archive = tar(&entries(), 1_700_000_000).unwrap();
        let listed = says(&archive, &["tar", "--utc", "-tvf", "file"]);
        let lines: Vec<_> =
            listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
        let names: Vec<_> = lines.iter().map(|line| *line.last().unwrap()).collect();
        assert_eq!(names, ["a/", "a/b/", "a/b/empty", "a/run"]);
        assert_eq!(lines[3][..4], ["-rwxr-xr-x", "root/root", "19", "2023-11-14"]);
        assert_eq!(says(&archive, &["sh", "-c", "tar -xf file && a/run"]), "ran\n");
        assert!(tar(&[Entry::file(&"x".repeat(101), "")], 0).is_err());
    }

    #[test]
    fn python_reads_zips() {
        let folder = tempfile::tempdir().unwrap();
        let archive = zip(&entries(), Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        let script = "import zipfile; z = zipfile.ZipFile('file'); assert z.testzip() is None; \
            print([(i.filename, oct(i.external_attr >> 16), z.read(i)) for i in z.infolist()])";
        if process::succeeds(process::command("python3").arg("--version")) {
            assert_eq!(
                says(&archive, &["python3", "-c", script]),
                "[('a/run', '0o100755', b'#!/bin/sh\\necho ran\\n'), ('a/b/empty', '0o100644', b'')]\n"
            );
        }
    }

    #[test]
    fn ar_archives_have_even_members() {
        let archive = ar(&[Entry::file("debian-binary", "2.0"), Entry::file("x", "ab")], 7);
        let text = String::from_utf8(archive).unwrap();
        assert_eq!(text.len(), 8 + 60 + 4 + 60 + 2);
        assert!(text.starts_with(
            "!<arch>\ndebian-binary   7           0     0     100644  3         `\n2.0\nx"
        ));
    }
}

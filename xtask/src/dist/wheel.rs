//! A wheel that carries the binary, for `pip install` and `uv tool install`.

use std::fmt::Write;

use anyhow::Result;
use camino::Utf8Path;

use super::{Package, Source, archive, contents::Entry, names::Machine, sha256};

/// The binary as a script of a wheel for every Python 3, with `RECORD` as the last of its files.
pub(super) fn package(source: &Source, scratch: &Utf8Path) -> Result<Package> {
    let version = &source.names.python;
    let machine = Machine::of(&source.target)?.python;
    // A static binary runs beside every libc.
    let platform =
        format!("manylinux_2_17_{machine}.manylinux2014_{machine}.musllinux_1_1_{machine}");
    let stem = format!("trainyard-{version}");
    let info = format!("{stem}.dist-info");
    let mut wheel =
        "Wheel-Version: 1.0\nGenerator: trainyard-xtask\nRoot-Is-Purelib: false\n".to_owned();
    for tag in platform.split('.') {
        // Writing to a string cannot fail.
        _ = writeln!(wheel, "Tag: py3-none-{tag}");
    }
    let mut entries = vec![
        Entry::program(&format!("{stem}.data/scripts/trainyard"), &source.contents.binary),
        Entry::file(&format!("{info}/METADATA"), metadata(source)?),
        Entry::file(&format!("{info}/WHEEL"), wheel),
    ];
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let bytes = source.contents.document(licence)?.bytes.clone();
        entries.push(Entry::file(&format!("{info}/licenses/{licence}"), bytes));
    }
    let mut record = String::new();
    for entry in &entries {
        let digest = digest(&entry.bytes, scratch)?;
        _ = writeln!(record, "{},sha256={digest},{}", entry.path, entry.bytes.len());
    }
    _ = writeln!(record, "{info}/RECORD,,");
    entries.push(Entry::file(&format!("{info}/RECORD"), record));
    let name = format!("{stem}-py3-none-{platform}.whl");
    Ok(Package { name, bytes: archive::zip(&entries, scratch)? })
}

fn metadata(source: &Source) -> Result<String> {
    let readme = String::from_utf8(source.contents.document("README.md")?.bytes.clone())?;
    let version = &source.names.python;
    Ok(format!(
        "Metadata-Version: 2.4\n\
        Name: trainyard\n\
        Version: {version}\n\
        Summary: Versions that keep their promises, for platforms made of many separately versioned parts\n\
        License-Expression: MIT OR Apache-2.0\n\
        License-File: LICENSE-APACHE\n\
        License-File: LICENSE-MIT\n\
        Classifier: Environment :: Console\n\
        Classifier: Operating System :: POSIX :: Linux\n\
        Classifier: Topic :: Software Development :: Version Control :: Git\n\
        Requires-Python: >=3.8\n\
        Description-Content-Type: text/markdown\n\
        \n{readme}"
    ))
}

/// The SHA-256 digest, as `RECORD` writes it: in base64 for addresses, without padding.
fn digest(bytes: &[u8], scratch: &Utf8Path) -> Result<String> {
    let hex = sha256(bytes, scratch)?;
    let pairs = hex.as_bytes().chunks(2).map(std::str::from_utf8);
    let bytes: Vec<_> =
        pairs.map(|pair| Ok(u8::from_str_radix(pair?, 16)?)).collect::<Result<_>>()?;
    Ok(base64(&bytes))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for letter in 0..=chunk.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * letter)) & 63]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, digest};

    #[test]
    fn digests_are_written_as_records_have_them() {
        assert_eq!(
            (base64(b"f"), base64(b"fo"), base64(b"foo")),
            ("Zg".into(), "Zm8".into(), "Zm9v".into())
        );
        assert_eq!(base64(&[0xfb, 0xff]), "-_8");
        let folder = tempfile::tempdir().unwrap();
        let digest = digest(b"", camino::Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        assert_eq!(digest, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    }
}

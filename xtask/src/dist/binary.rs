//! Builds the binary, as `cargo install` builds it.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};

use crate::{process, workspace};

/// Builds for a target without anything of this machine in it, and returns the binary.
///
/// It is built by `cargo install --path crates/cli`, so that this way is tried by every other.
pub(super) fn build(target: &str, into: &Utf8Path, time: u64) -> Result<Utf8PathBuf> {
    let root = into.join("installed");
    let mut cargo = process::cargo();
    cargo.args(["install", "--locked", "--path", "crates/cli", "--no-track", "--force"]);
    cargo.args(["--root", root.as_str(), "--target", target]);
    let cargo_home = cargo_home()?;
    let mut flags = String::new();
    for (from, to) in [(workspace::root(), "trainyard"), (&cargo_home, "cargo")] {
        // Writing to a string cannot fail.
        _ = write!(flags, "--remap-path-prefix={from}={to} ");
    }
    if target.ends_with("-gnu") {
        flags += "-C target-feature=+crt-static ";
    }
    let in_c = format!("-ffile-prefix-map={cargo_home}=cargo");
    cargo.env("RUSTFLAGS", flags.trim_end());
    cargo.env(format!("CFLAGS_{}", target.replace('-', "_")), in_c);
    cargo.env("SOURCE_DATE_EPOCH", time.to_string());
    process::run(&mut cargo).with_context(|| hint(target))?;
    let binary = root.join("bin/trainyard");
    ensure!(is_static(&fs_err::read(&binary)?), "{binary} needs libraries of the machine");
    Ok(binary)
}

fn hint(target: &str) -> String {
    let compiler = if target.ends_with("-musl") { "; `apt-get install musl-tools`" } else { "" };
    format!("for this target: `rustup target add {target}`{compiler}")
}

fn cargo_home() -> Result<Utf8PathBuf> {
    let folder = |name: &str| Some(Utf8PathBuf::from(std::env::var_os(name)?.into_string().ok()?));
    let home = folder("CARGO_HOME").or_else(|| Some(folder("HOME")?.join(".cargo")));
    home.context("neither CARGO_HOME nor HOME is a path in UTF-8")
}

/// `PT_INTERP`, the kind of the program header that names a loader.
const INTERPRETER: usize = 3;

/// Whether a binary asks for no loader, which would look for libraries.
///
/// Of ELF's 64-bit format only: its program headers are looked through.
pub(super) fn is_static(binary: &[u8]) -> bool {
    let number = |at: usize, length: usize| {
        let bytes = binary.get(at..at + length)?;
        Some(bytes.iter().rev().fold(0_usize, |number, byte| (number << 8) | usize::from(*byte)))
    };
    let headers = || {
        let (offset, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
        (0..count)
            .map(|index| number(offset.checked_add(index * size)?, 4))
            .collect::<Option<Vec<_>>>()
    };
    binary.starts_with(b"\x7fELF\x02\x01")
        && headers().is_some_and(|kinds| !kinds.is_empty() && !kinds.contains(&INTERPRETER))
}

#[cfg(test)]
mod tests {
    use super::is_static;

    #[test]
    fn a_binary_that_asks_for_a_loader_is_not_static() {
        let mut elf = vec![0; 64 + 2 * 56];
        elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
        elf[32] = 64;
        elf[54] = 56;
        elf[56] = 2;
        elf[64] = 1;
        assert!(is_static(&elf));
        elf[64 + 56] = 3;
        assert!(!is_static(&elf));
        assert!(!is_static(&elf[..80]) && !is_static(b"#!/bin/sh"));
    }
}

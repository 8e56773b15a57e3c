//! One version, as each kind of package spells it.

use anyhow::{Result, bail};

/// The product's version in every spelling.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// Semantic Versioning: crates, npm, Helm, and the archive's own name.
    pub(super) semver: String,
    /// PEP 440.
    pub(super) python: String,
    /// Debian policy, where `~` comes before everything.
    pub(super) debian: String,
}

impl Names {
    /// # Errors
    ///
    /// The version has a mark that PEP 440 cannot say.
    pub(super) fn of(version: &str) -> Result<Self> {
        let (release, mark) = version.split_once('-').unwrap_or((version, ""));
        let (word, number) = mark.split_once('.').unwrap_or((mark, "0"));
        let python = match word {
            "" => String::new(),
            "dev" => format!(".dev{number}"),
            "alpha" => format!("a{number}"),
            "beta" => format!("b{number}"),
            "rc" => format!("rc{number}"),
            _ => bail!("`{version}` cannot be said as PEP 440 has it"),
        };
        Ok(Self {
            semver: version.to_owned(),
            python: format!("{release}{python}"),
            debian: version.replacen('-', "~", 1),
        })
    }
}

/// What the parts of a target are called elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    /// As the wheel's tag has it.
    pub(super) python: &'static str,
    /// As npm's `cpu` has it.
    pub(super) node: &'static str,
    pub(super) debian: &'static str,
}

impl Machine {
    /// # Errors
    ///
    /// Packages are made for Linux on two machines.
    pub(super) fn of(target: &str) -> Result<Self> {
        if !target.contains("-linux-") {
            bail!("packages for `{target}` are not made");
        }
        Ok(match target.split('-').next() {
            Some("x86_64") => Self { python: "x86_64", node: "x64", debian: "amd64" },
            Some("aarch64") => Self { python: "aarch64", node: "arm64", debian: "arm64" },
            _ => bail!("packages for `{target}` are not made"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, Names};

    #[test]
    fn versions_are_spelled_for_each_kind() {
        for (semver, python, debian) in [
            ("1.2.3", "1.2.3", "1.2.3"),
            ("0.1.0-dev", "0.1.0.dev0", "0.1.0~dev"),
            ("1.0.0-rc.2", "1.0.0rc2", "1.0.0~rc.2"),
        ] {
            let names = Names::of(semver).unwrap();
            assert_eq!((names.python.as_str(), names.debian.as_str()), (python, debian));
        }
        assert!(Names::of("1.0.0-nightly").is_err());
        assert!(Machine::of("x86_64-pc-windows-msvc").is_err());
        assert_eq!(Machine::of("aarch64-unknown-linux-musl").unwrap().debian, "arm64");
    }
}

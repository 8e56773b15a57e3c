//! Tries what was made, as far as this machine can.

mod chart;
mod image;
mod sbom;
mod server;

use std::process::Command;

use anyhow::{Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};

use super::{Source, binary, clear};
use crate::{process, table, workspace};

/// A way in which packages are tried.
struct Trial {
    title: &'static str,
    /// What it takes; where something is missing, the trial is left out, and told.
    needs: &'static [Need],
    run: fn(&Bench<'_>) -> Result<()>,
}

/// What a trial takes.
#[derive(Clone, Copy)]
enum Need {
    /// A program, or a subcommand of one.
    Program(&'static str),
    /// A package of Python's, by the name that it is imported under.
    Python(&'static str),
    /// The rights of root.
    Root,
}

use Need::{Program, Python, Root};

/// Where packages are tried.
struct Bench<'a> {
    source: &'a Source,
    /// Where the packages are.
    into: &'a Utf8Path,
    /// A folder of the trial's own.
    folder: &'a Utf8Path,
}

const TRIALS: &[Trial] = &[
    Trial {
        title: "binary: static, runs and serves in an empty environment",
        needs: &[],
        run: alone,
    },
    Trial { title: "tar.gz: unpack, run, serve", needs: &[Program("tar")], run: archive },
    Trial {
        title: "wheel: pip install in a venv, run, serve, uninstall",
        needs: &[Program("python3")],
        run: wheel,
    },
    Trial {
        title: "npm: install the package, run, serve",
        needs: &[Program("npm"), Program("node")],
        run: node,
    },
    Trial {
        title: "deb: dpkg --install into a folder, run, serve, remove",
        needs: &[Program("dpkg"), Program("dpkg-deb")],
        run: debian,
    },
    Trial { title: "deb: lintian", needs: &[Program("lintian")], run: lintian },
    Trial { title: "systemd: verify the unit", needs: &[Program("systemd-analyze")], run: systemd },
    Trial {
        title: "service: start as configured, serve, stop",
        needs: &[Program("kill")],
        run: service,
    },
    Trial {
        title: "image: unpack, run and serve as its user in a changed root",
        needs: &[Root, Program("chroot"), Program("mknod"), Program("tar")],
        run: image::in_changed_root,
    },
    Trial {
        title: "image: load the archive, run",
        needs: &[Program("buildah")],
        run: image::loaded,
    },
    Trial {
        title: "image: build from the Containerfile, run",
        needs: &[Program("buildah")],
        run: image::built,
    },
    Trial {
        title: "chart: helm lint, helm template",
        needs: &[Program("helm")],
        run: chart::by_helm,
    },
    Trial {
        title: "chart: lint and render by Helm's library",
        needs: &[Python("helm_python")],
        run: chart::by_library,
    },
    Trial {
        title: "compose: docker compose config",
        needs: &[Program("docker compose")],
        run: compose,
    },
    Trial {
        title: "compose: the specification's schema",
        needs: &[Program("check-jsonschema")],
        run: compose_schema,
    },
    Trial { title: "sbom: everything named is there", needs: &[], run: sbom::is_whole },
    Trial {
        title: "sbom: CycloneDX's schema",
        needs: &[Python("cyclonedx.validation.json")],
        run: sbom::is_valid,
    },
    Trial { title: "SHA256SUMS: sha256sum --check", needs: &[Program("sha256sum")], run: sums },
];

/// Runs every trial, prints what came of each, and fails where one failed.
pub(super) fn run(source: &Source, into: &Utf8Path, scratch: &Utf8Path) -> Result<()> {
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for (index, trial) in TRIALS.iter().enumerate() {
        let folder = scratch.join(format!("trial-{index}"));
        clear(&folder)?;
        let missing = trial.needs.iter().find(|need| !need.is_met());
        let outcome = match missing {
            Some(need) => format!("not run: {}", need.absence()),
            None => match (trial.run)(&Bench { source, into, folder: &folder }) {
                Ok(()) => "passed".to_owned(),
                Err(error) => {
                    failed.push(format!("{}: {error:#}", trial.title));
                    "FAILED".to_owned()
                }
            },
        };
        rows.push(vec![trial.title.to_owned(), outcome]);
    }
    print!("{}", table::render(&["tried", "outcome"], &rows));
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

impl Need {
    fn is_met(self) -> bool {
        match self {
            Program(program) => {
                let mut words = program.split(' ');
                let mut command = process::command(words.next().unwrap_or_default());
                // These say nothing of themselves when they are asked as others are.
                let question = if matches!(program, "helm" | "docker compose") {
                    "version"
                } else {
                    "--version"
                };
                process::succeeds(command.args(words).arg(question))
            }
            Python(package) => process::succeeds(
                process::command("python3").args(["-c", &format!("import {package}")]),
            ),
            Root => process::output(process::command("id").arg("-u"))
                .is_ok_and(|user| user.trim() == "0"),
        }
    }

    fn absence(self) -> String {
        match self {
            Program(program) => format!("no `{program}` here"),
            Python(package) => format!("no `{package}` for python3 here"),
            Root => "only root may".to_owned(),
        }
    }
}

impl Bench<'_> {
    /// The path of the one package whose name ends so.
    fn package(&self, end: &str) -> Result<String> {
        let found = workspace::entries(self.into)?;
        let mut found: Vec<_> = found.iter().filter(|path| path.as_str().ends_with(end)).collect();
        found.retain(|path| {
            let names = &self.source.names;
            [&names.semver, &names.python, &names.debian]
                .iter()
                .any(|one| path.as_str().contains(one.as_str()))
        });
        let [path] = found.as_slice() else {
            anyhow::bail!("{} packages end in {end}", found.len())
        };
        Ok(path.to_string())
    }

    fn program(&self, name: &str) -> Command {
        let mut command = process::command(name);
        command.current_dir(self.folder);
        command
    }

    /// Whether an installed command tells its version and what is built into it, and serves.
    fn works(&self, command: &Utf8Path) -> Result<()> {
        let version = process::output(self.program(command.as_str()).arg("--version"))?;
        let expected = format!("trainyard {}", self.source.names.semver);
        ensure!(version.trim() == expected, "it says `{}`, not `{expected}`", version.trim());
        let mut audit = self.program(command.as_str());
        audit.args(["audit", "--example", "polyaxon", "--exit-zero"]).env_clear();
        process::output(&mut audit)?;
        server::publishes(self, command)
    }
}

fn alone(bench: &Bench<'_>) -> Result<()> {
    let file = bench.folder.join("trainyard");
    ensure!(binary::is_static(&bench.source.contents.binary), "it asks for a loader");
    fs_err::copy(bench.into.join("image/usr/bin/trainyard"), &file)?;
    bench.works(&file)
}

fn archive(bench: &Bench<'_>) -> Result<()> {
    process::output(bench.program("tar").args(["-xzf", &bench.package(".tar.gz")?]))?;
    let stem = format!("trainyard-{}-{}", bench.source.names.semver, bench.source.target);
    bench.works(&bench.folder.join(stem).join("bin/trainyard"))
}

fn wheel(bench: &Bench<'_>) -> Result<()> {
    process::output(bench.program("python3").args(["-m", "venv", "venv"]))?;
    let python = bench.folder.join("venv/bin/python");
    let mut pip = bench.program(python.as_str());
    pip.args(["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check"]);
    process::output(pip.arg(bench.package(".whl")?))?;
    bench.works(&bench.folder.join("venv/bin/trainyard"))?;
    let mut pip = bench.program(python.as_str());
    pip.args(["-m", "pip", "uninstall", "--quiet", "--yes", "--disable-pip-version-check"]);
    process::output(pip.arg("trainyard"))?;
    ensure!(!bench.folder.join("venv/bin/trainyard").exists(), "pip left the command behind");
    Ok(())
}

fn node(bench: &Bench<'_>) -> Result<()> {
    fs_err::write(bench.folder.join("package.json"), "{\"private\": true}\n")?;
    let mut npm = bench.program("npm");
    npm.args(["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"]);
    let machine = super::names::Machine::of(&bench.source.target)?.node;
    process::output(npm.arg(bench.package(&format!("linux-{machine}.tgz"))?))?;
    bench.works(&bench.folder.join("node_modules/.bin/trainyard"))
}

fn debian(bench: &Bench<'_>) -> Result<()> {
    let package = bench.package(".deb")?;
    process::output(bench.program("dpkg-deb").args(["--info", &package]))?;
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"] {
        fs_err::create_dir_all(bench.folder.join(folder))?;
    }
    fs_err::write(bench.folder.join("var/lib/dpkg/status"), "")?;
    let mut dpkg = bench.program("dpkg");
    dpkg.arg(format!("--root={}", bench.folder));
    // The folder has neither git nor, where nobody is root, root's rights.
    dpkg.args(["--force-depends", "--force-not-root", "--force-bad-path", "--install", &package]);
    process::output(&mut dpkg)?;
    let manual = bench.folder.join("usr/share/man/man1/trainyard.1.gz");
    process::output(bench.program("gzip").args(["--test", manual.as_str()]))?;
    bench.works(&bench.folder.join("usr/bin/trainyard"))?;
    let mut dpkg = bench.program("dpkg");
    dpkg.arg(format!("--root={}", bench.folder));
    dpkg.args(["--force-not-root", "--force-bad-path", "--purge", "trainyard"]);
    process::output(&mut dpkg)?;
    for path in ["usr/bin/trainyard", "etc/trainyard/serve.toml"] {
        ensure!(!bench.folder.join(path).exists(), "dpkg left {path} behind");
    }
    Ok(())
}

/// What lintian finds in every static binary that was not built by Debian.
///
/// A program that musl links can be loaded anywhere, and is therefore taken for a library.
const OF_A_STATIC_BINARY: [&str; 4] = [
    "statically-linked-binary",
    "shared-library-lacks-prerequisites",
    "embedded-library",
    "initial-upload-closes-no-bugs",
];

/// Errors and warnings fail, but for those of any static binary.
fn lintian(bench: &Bench<'_>) -> Result<()> {
    // What it finds is on stdout, and what is told of a failure is stderr.
    let mut lintian = bench.program("sh");
    lintian.args(["-c", "lintian \"$@\" >&2", "lintian", "--allow-root"]);
    lintian.args(["--fail-on=error,warning", "--suppress-tags"]);
    lintian.arg(OF_A_STATIC_BINARY.join(","));
    process::output(lintian.arg(bench.package(".deb")?)).map(drop)
}

fn systemd(bench: &Bench<'_>) -> Result<()> {
    let unit = workspace::root().join("packaging/systemd/trainyard.service");
    let unit = fs_err::read_to_string(unit)?;
    // What is verified is the unit; that the program is where the package puts it, the package's trial tells.
    let binary = bench.into.join("image/usr/bin/trainyard");
    let unit = unit.replace("/usr/bin/trainyard", binary.as_str());
    let file = bench.folder.join("trainyard.service");
    fs_err::write(&file, unit)?;
    process::output(bench.program("systemd-analyze").args(["--man=no", "verify", file.as_str()]))?;
    let mut security = bench.program("systemd-analyze");
    security.args(["security", "--offline=true", "--threshold=20", "--no-pager", file.as_str()]);
    process::output(&mut security).map(drop)
}

/// Starts the server with the configuration that the Debian package brings, in a folder of its own.
fn service(bench: &Bench<'_>) -> Result<()> {
    let settings = fs_err::read_to_string(workspace::root().join("packaging/systemd/serve.toml"))?;
    let settings = settings
        .replace("/var/lib/trainyard", bench.folder.as_str())
        .replace("127.0.0.1:7345", "127.0.0.1:0");
    fs_err::write(bench.folder.join("serve.toml"), settings)?;
    let binary = bench.into.join("image/usr/bin/trainyard");
    let mut server = bench.program(binary.as_str());
    server.args(["serve", "--config", "serve.toml", "--format", "json"]);
    server::serve(server, bench.folder, &binary)
}

fn compose(bench: &Bench<'_>) -> Result<()> {
    let mut docker = bench.program("docker");
    docker.args(["compose", "--file", compose_file().as_str(), "config", "--quiet"]);
    process::output(docker.env("DATABASE_PASSWORD", "secret")).map(drop)
}

fn compose_schema(bench: &Bench<'_>) -> Result<()> {
    let mut check = bench.program("check-jsonschema");
    check.args(["--builtin-schema", "vendor.compose-spec", compose_file().as_str()]);
    process::output(&mut check).map(drop)
}

fn compose_file() -> Utf8PathBuf {
    workspace::root().join("packaging/compose/compose.yaml")
}

fn sums(bench: &Bench<'_>) -> Result<()> {
    let mut check = bench.program("sha256sum");
    process::output(check.current_dir(bench.into).args(["--check", "--strict", "SHA256SUMS"]))
        .map(drop)
}

//! Tries what was made, as far as this machine can.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use camino::Utf8Path;
use serde_json::Value;

use super::{Source, binary, clear};
use crate::{process, table, workspace};

/// A way in which packages are tried.
struct Trial {
    title: &'static str,
    /// Programs that it takes; where one is missing, the trial is left out, and told.
    needs: &'static [&'static str],
    run: fn(&Bench<'_>) -> Result<()>,
}

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
        title: "the binary is static and runs in an empty environment",
        needs: &[],
        run: alone,
    },
    Trial { title: "tar.gz: unpack and run", needs: &["tar"], run: archive },
    Trial { title: "wheel: pip install in a venv", needs: &["python3"], run: wheel },
    Trial { title: "npm: install the package", needs: &["npm", "node"], run: node },
    Trial { title: "deb: dpkg --install into a folder", needs: &["dpkg", "dpkg-deb"], run: debian },
    Trial { title: "systemd: verify the unit", needs: &["systemd-analyze"], run: systemd },
    Trial {
        title: "service: start as configured, answer, and stop",
        needs: &["kill"],
        run: service,
    },
    Trial { title: "chart: helm lint and helm template", needs: &["helm"], run: chart },
    Trial { title: "compose: docker compose config", needs: &["docker compose"], run: compose },
    Trial { title: "image: build and run", needs: &["buildah"], run: image },
    Trial { title: "SHA256SUMS: sha256sum --check", needs: &["sha256sum"], run: sums },
];

/// Runs every trial, prints what came of each, and fails where one failed.
pub(super) fn run(source: &Source, into: &Utf8Path, scratch: &Utf8Path) -> Result<()> {
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for (index, trial) in TRIALS.iter().enumerate() {
        let folder = scratch.join(format!("trial-{index}"));
        clear(&folder)?;
        let missing = trial.needs.iter().find(|program| !is_there(program));
        let outcome = match missing {
            Some(program) => format!("not run: no `{program}` here"),
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

fn is_there(program: &str) -> bool {
    let mut words = program.split(' ');
    let mut command = process::command(words.next().unwrap_or_default());
    // These say nothing of themselves when they are asked as others are.
    let question =
        if matches!(program, "helm" | "docker compose") { "version" } else { "--version" };
    process::succeeds(command.args(words).arg(question))
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

    /// Whether an installed command tells the version and what is built into it.
    fn works(&self, command: &Utf8Path) -> Result<()> {
        let version = process::output(self.program(command.as_str()).arg("--version"))?;
        let expected = format!("trainyard {}", self.source.names.semver);
        ensure!(version.trim() == expected, "it says `{}`, not `{expected}`", version.trim());
        let mut audit = self.program(command.as_str());
        audit.args(["audit", "--example", "polyaxon", "--exit-zero"]).env_clear();
        process::output(&mut audit).map(drop)
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
    bench.works(&bench.folder.join("usr/bin/trainyard"))
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
    let mut server = bench
        .program(bench.into.join("image/usr/bin/trainyard").as_str())
        .args(["serve", "--config", "serve.toml", "--format", "json", "--log", "warn"])
        .stdout(Stdio::piped())
        .spawn()
        .context("the server does not start")?;
    let answered = ready(&mut server);
    process::output(process::command("kill").arg(server.id().to_string()))?;
    let status = server.wait()?;
    answered?;
    ensure!(status.success(), "it was told to stop, and ended with {status}");
    ensure!(bench.folder.join("admin-token").is_file(), "it wrote no token");
    Ok(())
}

/// Waits for the line that tells the address, and asks there whether the server is ready.
fn ready(server: &mut Child) -> Result<()> {
    let mut line = String::new();
    let stdout = server.stdout.take().context("it has no output")?;
    BufReader::new(stdout).read_line(&mut line)?;
    let told: Value = serde_json::from_str(&line).with_context(|| format!("it says `{line}`"))?;
    let address = told["url"].as_str().and_then(|url| url.strip_prefix("http://"));
    let address = address.context("it tells no address")?.trim_end_matches('/');
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "it answers {answer}");
    Ok(())
}

fn chart(bench: &Bench<'_>) -> Result<()> {
    let package = bench.package(&format!("chart-{}.tgz", bench.source.names.semver))?;
    process::output(bench.program("helm").args(["lint", "--strict", &package]))?;
    let several = "database.kind=postgres,database.secret=db,signingKey.secret=key,adminToken.secret=admin,replicas=3";
    for set in [
        "replicas=1",
        several,
        "ingress.enabled=true,ingress.tlsSecret=tls,persistence.storageClass=fast",
    ] {
        let made = process::output(
            bench.program("helm").args(["template", "test", &package, "--set", set]),
        )?;
        ensure!(made.contains("kind: StatefulSet"), "the chart makes no server with {set}");
    }
    let refused = process::succeeds(bench.program("helm").args([
        "template",
        "test",
        &package,
        "--set",
        "replicas=2",
    ]));
    ensure!(!refused, "two servers on one file are not refused");
    Ok(())
}

fn compose(bench: &Bench<'_>) -> Result<()> {
    let file = workspace::root().join("packaging/compose/compose.yaml");
    let mut docker = bench.program("docker");
    docker.args(["compose", "--file", file.as_str(), "config", "--quiet"]);
    process::output(docker.env("DATABASE_PASSWORD", "secret")).map(drop)
}

fn image(bench: &Bench<'_>) -> Result<()> {
    let context = bench.into.join("image");
    let storage =
        [format!("--root={}/root", bench.folder), format!("--runroot={}/run", bench.folder)];
    let buildah = || {
        let mut buildah = bench.program("buildah");
        buildah.args(&storage).args(["--storage-driver", "vfs"]);
        buildah
    };
    let mut build = buildah();
    build.args(["build", "--isolation", "chroot", "--tag", "trainyard", context.as_str()]);
    process::output(&mut build)?;
    let container = process::output(buildah().args(["from", "trainyard"]))?;
    let container = container.trim();
    let mut run = buildah();
    run.args(["run", "--isolation", "chroot", container, "--", "/usr/bin/trainyard", "--version"]);
    let said = process::output(&mut run).context("the image does not run")?;
    process::output(buildah().args(["rm", container]))?;
    ensure!(said.contains(&bench.source.names.semver), "it says {said}");
    Ok(())
}

fn sums(bench: &Bench<'_>) -> Result<()> {
    let mut check = bench.program("sha256sum");
    process::output(check.current_dir(bench.into).args(["--check", "--strict", "SHA256SUMS"]))
        .map(drop)
}

//! What tests run beside us: servers and a browser from apt, clients and tools from PyPI, and one script from npm.

use anyhow::Result;

use super::setup::apt_install;
use crate::{process, workspace};

/// Where Debian keeps servers, a folder for each version.
const SERVERS: &str = "/usr/lib/postgresql";

/// What is installed into the tests' Python environment.
const PACKAGES: [&str; 8] = [
    "alembic==1.20.1",
    "sqlalchemy==2.1.9",
    "psycopg[binary]==3.3.9",
    "django==5.2.19",
    "tuf==7.0.1",
    "moto[server,s3]==5.2.5",
    "schemathesis==4.32.5",
    "pydantic==2.13.4",
];

/// Debian's registry of images.
const REGISTRY: &str = "/usr/bin/docker-registry";

/// Debian's driver of its browser.
const BROWSER: &str = "/usr/bin/chromedriver";

/// The script that finds what keeps people from using a page.
const AXE: &str = "axe-core@4.14.1";

/// Makes sure of a server.
pub(super) fn postgres() -> Result<()> {
    if !std::path::Path::new(SERVERS).exists() {
        apt_install(&["postgresql"])?;
    }
    println!("PostgreSQL in {SERVERS}");
    Ok(())
}

/// Makes sure of a registry of images.
pub(super) fn registry() -> Result<()> {
    if !std::path::Path::new(REGISTRY).exists() {
        apt_install(&["docker-registry"])?;
    }
    println!("registry of images in {REGISTRY}");
    Ok(())
}

/// Makes sure of a browser that can be driven, and of the script that finds what keeps people from using a page.
pub(super) fn browser() -> Result<()> {
    if !std::path::Path::new(BROWSER).exists() {
        apt_install(&["chromium", "chromium-driver"])?;
    }
    let folder = workspace::root().join("target/test-tools");
    let script = folder.join("axe.min.js");
    let stamp = folder.join("axe.txt");
    if script.exists() && std::fs::read_to_string(&stamp).is_ok_and(|it| it == AXE) {
        println!("browser in {BROWSER}");
        return Ok(());
    }
    let mut pack = process::command("npm");
    pack.args(["pack", "--silent", AXE, "--pack-destination"]).arg(folder.as_str());
    std::fs::create_dir_all(&folder)?;
    if process::run(&mut pack).is_err() {
        apt_install(&["npm"])?;
        process::run(&mut pack)?;
    }
    let archive = folder.join(format!("{}.tgz", AXE.replace('@', "-")));
    let mut unpack = process::command("tar");
    unpack.args(["--extract", "--strip-components=1", "--file"]).arg(archive.as_str());
    process::run(unpack.arg("--directory").arg(folder.as_str()).arg("package/axe.min.js"))?;
    Ok(std::fs::write(stamp, AXE)?)
}

/// Makes sure of SQLite's own program.
pub(super) fn sqlite() -> Result<()> {
    if !process::succeeds(process::command("sqlite3").arg("-version")) {
        apt_install(&["sqlite3"])?;
    }
    Ok(())
}

/// Makes a Python environment in `target/test-tools` that has what the tests run; one that has it is left as it is.
pub(super) fn python() -> Result<()> {
    let folder = workspace::root().join("target/test-tools");
    let python = folder.join("bin/python");
    let wanted = PACKAGES.join("\n");
    let stamp = folder.join("packages.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("Python environment in {folder}");
        return Ok(());
    }
    let mut create = process::command("python3");
    create.args(["-m", "venv", "--clear"]).arg(folder.as_str());
    if process::run(&mut create).is_err() {
        apt_install(&["python3", "python3-venv"])?;
        process::run(&mut create)?;
    }
    let mut install = process::command(python.as_str());
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    process::run(install.args(PACKAGES))?;
    Ok(std::fs::write(stamp, wanted)?)
}

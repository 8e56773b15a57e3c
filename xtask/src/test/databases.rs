//! What tests of upgrades run: PostgreSQL from apt, and Alembic and Django from PyPI.

use anyhow::Result;

use super::setup::apt_install;
use crate::{process, workspace};

/// Where Debian keeps servers, a folder for each version.
const SERVERS: &str = "/usr/lib/postgresql";

/// What is installed into the tests' Python environment.
const PACKAGES: [&str; 4] =
    ["alembic==1.20.1", "sqlalchemy==2.1.9", "psycopg[binary]==3.3.9", "django==5.2.19"];

/// Makes sure of a server.
pub(super) fn postgres() -> Result<()> {
    if !std::path::Path::new(SERVERS).exists() {
        apt_install(&["postgresql"])?;
    }
    println!("PostgreSQL in {SERVERS}");
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

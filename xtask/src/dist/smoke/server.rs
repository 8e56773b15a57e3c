//! An installed program as a server: it starts, answers, takes a release, and stops when it is told.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use camino::Utf8Path;
use serde_json::Value;

use super::Bench;
use crate::process;

/// What a client publishes: a policy with a channel, and a release.
const FILES: &[(&str, &str)] = &[
    (
        "trainyard.toml",
        "preset = \"semver\"\n[product]\nname = \"shop\"\n[components.core]\n[channels.latest]\n",
    ),
    ("release.toml", "[release]\nname = \"core\"\nversion = \"1.0.0\"\n"),
];

/// What an administrator of a fresh registry says, with the last answer's last line.
const SAID: &[&[&str]] = &[
    &["registry", "add", "party", "maker"],
    &["registry", "add", "product", "shop", "--party", "maker"],
    &["publish", "policy"],
    &["publish", "release", "core", "--manifest", "release.toml"],
    &["registry", "verify"],
];

/// Starts the installed command as a server in an empty folder, and publishes a release with it.
pub(super) fn publishes(bench: &Bench<'_>, installed: &Utf8Path) -> Result<()> {
    let folder = bench.folder.join("registry");
    super::clear(&folder)?;
    let mut server = process::command(installed.as_str());
    server.current_dir(&folder).args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]);
    serve(server, &folder, installed).context("as a server")
}

/// Runs a server that tells its address for programs, and everything that is expected of one.
///
/// The token is the one that it tells, else the one that it writes to `admin-token` in the folder.
pub(super) fn serve(mut server: Command, folder: &Utf8Path, client: &Utf8Path) -> Result<()> {
    // Nothing of whoever runs the trials but where programs are: a changed root is entered by one.
    server.args(["--log", "warn"]).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    server.stdout(Stdio::piped());
    let mut server = server.spawn().context("it does not start")?;
    let answered = used(&mut server, folder, client);
    process::output(process::command("kill").arg(server.id().to_string()))?;
    let status = server.wait()?;
    answered?;
    ensure!(status.success(), "it was told to stop, and ended with {status}");
    Ok(())
}

fn used(server: &mut Child, folder: &Utf8Path, client: &Utf8Path) -> Result<()> {
    let mut line = String::new();
    let stdout = server.stdout.take().context("it has no output")?;
    BufReader::new(stdout).read_line(&mut line)?;
    let told: Value = serde_json::from_str(&line).with_context(|| format!("it says `{line}`"))?;
    let url = told["url"].as_str().context("it tells no address")?;
    for path in ["/healthz", "/readyz"] {
        let answer = get(url, path)?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "{path} answers {answer}");
    }
    let token = match told["token"].as_str() {
        Some(token) => token.to_owned(),
        None => fs_err::read_to_string(folder.join("admin-token"))?,
    };
    for (name, text) in FILES {
        fs_err::write(folder.join(name), text)?;
    }
    for words in SAID {
        let mut command = process::command(client.as_str());
        command.current_dir(folder).args(*words).env_clear();
        command.env("HOME", folder.as_str()).env("TRAINYARD_REGISTRY", url);
        process::output(command.env("TRAINYARD_TOKEN", token.trim()))?;
    }
    let answer = get(url, "/api/v1/products/shop/components/core/releases")?;
    ensure!(answer.contains("\"1.0.0\""), "it does not tell the release: {answer}");
    Ok(())
}

fn get(url: &str, path: &str) -> Result<String> {
    let Some(address) = url.strip_prefix("http://") else { bail!("`{url}` is not of HTTP") };
    let address = address.trim_end_matches('/');
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

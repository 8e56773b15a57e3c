//! The program that fills, serves and sends: `crates/server/examples/load`.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};

use crate::process;

/// The program.
pub(super) struct Load(Utf8PathBuf);

/// A server that runs.
pub(super) struct Served {
    pub(super) address: String,
    /// How long it took until it listened.
    pub(super) start_secs: f64,
    child: Child,
}

/// Names and figures.
pub(super) struct Figures(Vec<(String, f64)>);

impl Figures {
    pub(super) fn of(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, figure)| *figure)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, figure)| (name.as_str(), *figure))
    }
}

impl Load {
    pub(super) fn new(program: Utf8PathBuf) -> Self {
        Self(program)
    }

    /// Writes a registry of so many releases, and AYON's addons, into a file.
    pub(super) fn fill(
        &self,
        file: &Utf8Path,
        releases: usize,
        addons: Option<&Utf8Path>,
    ) -> Result<()> {
        let mut command = process::command(self.0.as_str());
        command.args(["fill", file.as_str(), &releases.to_string()]);
        command.args(addons.map(Utf8Path::as_str));
        process::output(&mut command)?;
        Ok(())
    }

    /// Serves it; an address may send `rate` requests a second, 0: as many as it likes.
    pub(super) fn serve(&self, file: &Utf8Path, rate: u32) -> Result<Served> {
        let mut command = process::command(self.0.as_str());
        command.args(["serve", file.as_str(), &rate.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let told = line.trim().split_once('\t').context("the server does not start")?;
        Ok(Served { address: told.0.to_owned(), start_secs: told.1.parse()?, child })
    }

    /// Sends at a fixed rate.
    pub(super) fn send(
        &self,
        served: &Served,
        path: &str,
        rate: u32,
        seconds: u32,
        connections: u32,
        body: Option<&Utf8Path>,
    ) -> Result<Figures> {
        let mut command = process::command(self.0.as_str());
        command.args(["send", &served.address, path]);
        command.args([rate, seconds, connections].map(|number| number.to_string()));
        command.args(body.map(Utf8Path::as_str));
        let told = process::output(&mut command)?;
        let figure = |line: &str| {
            let (name, figure) = line.split_once('\t')?;
            Some((name.to_owned(), figure.parse().ok()?))
        };
        Ok(Figures(told.lines().filter_map(figure).collect()))
    }

    /// The bytes of an answer.
    #[expect(clippy::unused_self, reason = "whoever has it has the program that answers")]
    pub(super) fn read(&self, served: &Served, path: &str) -> Result<Vec<u8>> {
        Ok(ask(&served.address, path)?.1)
    }

    /// The entity tag of an answer.
    pub(super) fn etag(&self, served: &Served, path: &str) -> Result<String> {
        self.etag_at(&served.address, path)
    }

    #[expect(clippy::unused_self, reason = "whoever has it has the program that answers")]
    pub(super) fn etag_at(&self, address: &str, path: &str) -> Result<String> {
        let (front, _) = ask(address, path)?;
        let tag = front.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("etag").then(|| value.trim().to_owned())
        });
        tag.context("the answer has no entity tag")
    }
}

impl Served {
    /// User and system time until now.
    pub(super) fn cpu_secs(&self) -> Result<f64> {
        let text = fs_err::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name may hold blanks; what follows it does not.
        let rest = text.rsplit_once(") ").context("a strange /proc/…/stat")?.1;
        let ticks: u32 =
            rest.split(' ').skip(11).take(2).filter_map(|it| it.parse::<u32>().ok()).sum();
        Ok(f64::from(ticks) / 100.0)
    }

    /// The most memory until now.
    pub(super) fn peak_mb(&self) -> Result<f64> {
        let text = fs_err::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes: f64 =
            line.context("no VmHWM")?.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Stops it kindly.
    pub(super) fn stop(&mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Where something failed before it was stopped.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Asks once: the front of the answer, and its bytes.
fn ask(address: &str, path: &str) -> Result<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n");
    let end = end.context("the answer has no front")?;
    let body = bytes.split_off(end + 4);
    let front = String::from_utf8(bytes)?;
    ensure!(front.starts_with("HTTP/1.1 200"), "{path}: {}", front.lines().next().unwrap_or(""));
    Ok((front, body))
}

//! Debian's nginx, which serves a file, and wrk, which asks as fast as it can.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};

use super::program::Load;
use crate::process;

const NGINX: &str = "/usr/sbin/nginx";
const WRK: &str = "/usr/bin/wrk";
/// For how long wrk asks.
const SECONDS: u32 = 6;

/// Both programs.
pub(super) struct Tools;

/// An nginx that runs.
pub(super) struct Nginx {
    address: String,
    child: Child,
}

impl Nginx {
    /// Both programs, where they are installed.
    pub(super) fn tools() -> Option<Tools> {
        [NGINX, WRK].iter().all(|path| Utf8Path::new(path).exists()).then_some(Tools)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/answer.json", self.address)
    }

    pub(super) fn etag(&self, load: &Load) -> Result<String> {
        load.etag_at(&self.address, "/answer.json")
    }

    pub(super) fn stop(mut self) -> Result<()> {
        let id = self.child.id().to_string();
        process::output(process::command("kill").args(["-QUIT", &id]))?;
        self.child.wait()?;
        Ok(())
    }
}

impl Tools {
    /// Serves some bytes, as well as nginx can: from an open file, without a log.
    #[expect(clippy::unused_self, reason = "whoever has it has the programs")]
    pub(super) fn serve(&self, place: &Utf8Path, bytes: &[u8]) -> Result<Nginx> {
        let folder = super::fresh_folder(place, "nginx")?;
        fs_err::write(folder.join("answer.json"), bytes)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let settings: Utf8PathBuf = folder.join("nginx.conf");
        // Workers must reach the folder, whoever runs this.
        let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
        let text = format!(
            "{user} daemon off; worker_processes auto; pid {folder}/pid; error_log {folder}/error.log;
            events {{ worker_connections 1024; }}
            http {{
                access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
                open_file_cache max=100; open_file_cache_valid 60s;
                types {{ application/json json; }}
                client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                server {{ listen {address}; root {folder}; }}
            }}\n"
        );
        fs_err::write(&settings, text)?;
        let mut command = process::command(NGINX);
        command.args(["-c", settings.as_str()]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().context("cannot run nginx")?;
        let begun = Instant::now();
        while TcpStream::connect(&address).is_err() {
            ensure!(begun.elapsed() < Duration::from_secs(10), "nginx does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(Nginx { address, child })
    }

    /// How many requests a second are answered; with an entity tag, those that need no bytes.
    pub(super) fn wrk(&self, url: &str, etag: Option<&str>) -> Result<f64> {
        let header = etag.map(|etag| format!("If-None-Match: {etag}"));
        self.run(url, header.as_deref())
    }

    /// The same for answers that are packed.
    pub(super) fn wrk_packed(&self, url: &str) -> Result<f64> {
        self.run(url, Some("Accept-Encoding: gzip"))
    }

    #[expect(clippy::unused_self, reason = "whoever has it has the programs")]
    fn run(&self, url: &str, header: Option<&str>) -> Result<f64> {
        let mut command = process::command(WRK);
        command.args(["-t", "2", "-c", "64", "-d", &SECONDS.to_string()]);
        if let Some(header) = header {
            command.args(["-H", header]);
        }
        let told = process::output(command.arg(url))?;
        ensure!(!told.contains("Non-2xx"), "{url}: {told}");
        let line = told.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
        Ok(line.with_context(|| told.clone())?.trim().parse()?)
    }
}

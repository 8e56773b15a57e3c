//! What `cargo xtask bench` measures a server with.
//!
//! `load fill FILE RELEASES [ADDONS]` writes a registry, `load serve FILE RATE` serves it until its input ends, and
//! `load send ADDRESS PATH RATE SECONDS CONNECTIONS [BODY]` sends requests at a fixed rate and tells how long they took.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for measuring")]
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a program for measuring stops where it cannot go on"
)]

mod fill;
mod send;
mod writer;

use std::{io::Read as _, num::NonZeroU32, process::ExitCode, time::Instant};

use trainyard_server::{Rate, Settings, start, telemetry};
use trainyard_store::Database;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fill", file, releases] => block_on(fill::run(file, releases.parse().unwrap(), None)),
        ["fill", file, releases, addons] => {
            block_on(fill::run(file, releases.parse().unwrap(), Some(addons)));
        }
        ["serve", file, rate] => serve(file, rate.parse().unwrap()),
        ["send", address, path, rate, seconds, connections, body @ ..] => {
            let plan = send::Plan {
                address: (*address).to_owned(),
                path: (*path).to_owned(),
                rate: rate.parse().unwrap(),
                seconds: seconds.parse().unwrap(),
                connections: connections.parse().unwrap(),
                body: body.first().map(|file| fs_err::read(file).unwrap()),
            };
            // The one that is measured should have the other cores.
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build().unwrap().block_on(send::run(plan));
        }
        _ => {
            eprintln!(
                "fill FILE RELEASES [ADDONS] | serve FILE RATE | send ADDRESS PATH RATE SECONDS CONNECTIONS [BODY]"
            );
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn block_on(task: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().build().unwrap().block_on(task);
}

/// Serves a registry; `rate` is how many requests a second an address may send, 0 for as many as it likes.
fn serve(file: &str, rate: u32) {
    let begun = Instant::now();
    telemetry::begin(telemetry::LogForm::Json, "warn");
    block_on(async {
        let mut settings = Settings::new(Database::File(file.into()));
        settings.address.set_port(0);
        settings.admin_token = Some(format!("{file}.token").into());
        settings.limits.tokens = None;
        settings.limits.peers =
            NonZeroU32::new(rate).map(|rate| Rate { per_second: rate, burst: rate });
        settings.foreign.market.download = Some("https://example.org/{name}-{version}.zip".into());
        let running = start(settings).await.unwrap();
        println!("{}\t{:.3}", running.address, begun.elapsed().as_secs_f64());
        let ended = tokio::task::spawn_blocking(|| {
            // Whoever measures closes it.
            _ = std::io::stdin().read_to_end(&mut Vec::new());
        });
        _ = ended.await;
        running.stop().await;
    });
}

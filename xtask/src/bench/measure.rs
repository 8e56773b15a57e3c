//! Time and memory of one command.

use std::{
    io::Read,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use wait4::Wait4;

/// What a command used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    pub(super) wall: Duration,
    /// User and system time, with that of programs it started.
    pub(super) cpu: Duration,
    peak_bytes: u64,
}

impl Usage {
    pub(super) fn peak_mb(&self) -> f64 {
        let mebibytes = u32::try_from(self.peak_bytes >> 10).unwrap_or(u32::MAX);
        f64::from(mebibytes) / 1024.0
    }

    /// The best of both in time, the worse of both in memory.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            peak_bytes: self.peak_bytes.max(other.peak_bytes),
        }
    }
}

/// Runs a command with its output thrown away. Exit codes up to `highest_code` are answers rather than failures.
pub(super) fn once(command: &mut Command, highest_code: i32) -> Result<Usage> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().context("it cannot be started")?;
    let stderr = child.stderr.take();
    let complaint = thread::spawn(move || {
        let mut text = Vec::new();
        // What cannot be read cannot be shown; the exit code still tells.
        _ = stderr.map(|mut stderr| stderr.read_to_end(&mut text));
        text
    });
    let used = child.wait4().context("it cannot be waited for")?;
    let wall = start.elapsed();
    let complaint = complaint.join().unwrap_or_default();
    let complaint = String::from_utf8_lossy(&complaint);
    let is_answer = used.status.code().is_some_and(|code| code <= highest_code);
    ensure!(is_answer, "{}: {}", used.status, last_lines(&complaint));
    Ok(Usage { wall, cpu: used.rusage.utime + used.rusage.stime, peak_bytes: used.rusage.maxrss })
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join(" / ")
}

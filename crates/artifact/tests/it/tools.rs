//! Programs from Debian and PyPI that these tests run.

use std::{
    io::{BufRead as _, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use camino::Utf8PathBuf;

/// A program of the Python environment that `cargo xtask test` makes; `None`, and a line that says so, where there is
/// none. On CI that is a failure.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
pub(crate) fn python_program(test: &str, name: &str) -> Option<Utf8PathBuf> {
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-tools");
    let folder = std::env::var("TRAINYARD_TEST_TOOLS").unwrap_or_else(|_| usual.to_owned());
    let program = Utf8PathBuf::from(folder).join("bin").join(name);
    if program.exists() { Some(program) } else { skip(test, &format!("{program} is not there")) }
}

/// Debian's registry of images, in the same way.
pub(crate) fn registry_program(test: &str) -> Option<Utf8PathBuf> {
    let program = Utf8PathBuf::from("/usr/bin/docker-registry");
    if program.exists() { Some(program) } else { skip(test, &format!("{program} is not there")) }
}

/// Tells that a test is skipped, which CI does not accept.
#[expect(clippy::print_stdout, reason = "a skipped test is told to whoever runs the tests")]
fn skip<T>(test: &str, why: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{why}; `cargo xtask test` installs it");
    println!("skipped: {test}: {why}; `cargo xtask test` installs it");
    None
}

/// A process that is ended with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a server that listens on a port of this machine, and waits until it does.
#[expect(clippy::disallowed_methods, reason = "the tests' servers are programs")]
pub(crate) fn serve(program: &Utf8PathBuf, arguments: impl Fn(u16) -> Vec<String>) -> Server {
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("what the test needs")
            .local_addr()
            .expect("what the test needs")
            .port();
        let mut child = Command::new(program)
            .args(arguments(port))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("what the test needs");
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            if child.try_wait().expect("what the test needs").is_some() {
                break;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Server { child, port };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
    panic!("{program} does not listen");
}

/// Runs a program to its end, for the last line that it prints.
#[expect(clippy::disallowed_methods, reason = "the tests' clients are programs")]
pub(crate) fn last_line(program: &Utf8PathBuf, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .output()
        .expect("what the test needs");
    let lines = BufReader::new(&*output.stdout).lines().map_while(Result::ok);
    lines.last().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

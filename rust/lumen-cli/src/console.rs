//! The host of `lumen run`: the real streams, and whether the reader of standard output has gone.
//!
//! A program whose reader has gone (`lumen run x | head`) ends, and nothing needs to be said about it.

use lumen_base::{OsSystem, System};
use lumen_runtime::host::{Host, SystemHost, Wake};
use std::io::{self, ErrorKind, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The streams of the process.
pub(crate) struct Console {
    host: SystemHost,
    is_closed: Arc<AtomicBool>,
    approves: bool,
}

impl Console {
    /// The console for a program with these arguments, and the flag that says that standard output was closed.
    pub(crate) fn new(args: Vec<String>) -> (Self, Arc<AtomicBool>) {
        let is_closed = Arc::new(AtomicBool::new(false));
        let host = SystemHost::new(Arc::new(OsSystem), args, None);
        (Self { host, is_closed: Arc::clone(&is_closed), approves: false }, is_closed)
    }

    /// The same; with `approves`, calls that need somebody's approval have it.
    pub(crate) fn approving(self, approves: bool) -> Self {
        Self { approves, ..self }
    }

    fn noted(&self, result: io::Result<()>) -> Result<(), String> {
        result.map_err(|error| {
            if error.kind() == ErrorKind::BrokenPipe {
                self.is_closed.store(true, Ordering::Relaxed);
            }
            format!("cannot write to standard output: {error}")
        })
    }
}

impl Host for Console {
    fn write_out(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.noted(OsSystem.stdout(bytes))
    }

    fn write_err(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.host.write_err(bytes)
    }

    fn emit(&mut self, json: &str) -> Result<(), String> {
        self.noted(OsSystem.stdout(format!("{json}\n").as_bytes()))
    }

    fn args(&mut self) -> Result<Vec<String>, String> {
        self.host.args()
    }

    fn read_line(&mut self) -> Result<Option<String>, String> {
        self.host.read_line()
    }

    fn poll_line(&mut self, wake: &Wake) -> Option<Result<Option<String>, String>> {
        self.host.poll_line(wake)
    }

    fn now_nanos(&mut self) -> Result<i64, String> {
        self.host.now_nanos()
    }

    fn monotonic_nanos(&mut self) -> i64 {
        self.host.monotonic_nanos()
    }

    fn approve(&mut self, question: &str) -> Result<bool, String> {
        if self.approves {
            return Ok(true);
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(false);
        }
        self.host.write_err(format!("{question}\nApprove? [y/N] ").as_bytes())?;
        let answer = self.host.read_line()?.unwrap_or_default();
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    fn wait(&mut self, nanos: u64, wake: Option<&Wake>) -> Result<(), String> {
        self.host.wait(nanos, wake)
    }

    fn random(&mut self) -> Result<u64, String> {
        self.host.random()
    }
}

//! A host whose answers go through the tape of the run.

use super::event::Answer;
use super::tape::SharedTape;
use crate::host::{Host, Probe, Wake};

/// A host behind a tape: what it answers is recorded, or comes from the recording.
pub struct TapedHost {
    host: Box<dyn Host>,
    tape: SharedTape,
}

impl TapedHost {
    /// A host behind a tape.
    pub fn new(host: Box<dyn Host>, tape: SharedTape) -> Self {
        Self { host, tape }
    }

    fn ask(
        &mut self,
        live: impl FnOnce(&mut dyn Host) -> Result<Answer, String>,
    ) -> Result<Answer, String> {
        let host = self.host.as_mut();
        match self.tape.lock().ask(|| live(host).unwrap_or_else(Answer::Failed)) {
            Answer::Failed(message) => Err(message),
            answer => Ok(answer),
        }
    }
}

/// A recording that was made by hand, or for other code: the answer is of another kind than the question.
fn wrong_kind<T>() -> Result<T, String> {
    Err("the recording answers another question".to_owned())
}

impl Host for TapedHost {
    /// What listens changes nothing of the run: it is not on the tape.
    fn probe(&mut self) -> Option<&mut dyn Probe> {
        self.host.probe()
    }

    fn write_out(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.host.write_out(bytes)
    }

    fn write_err(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.host.write_err(bytes)
    }

    fn emit(&mut self, json: &str) -> Result<(), String> {
        self.host.emit(json)
    }

    fn args(&mut self) -> Result<Vec<String>, String> {
        match self.ask(|host| host.args().map(Answer::Args))? {
            Answer::Args(args) => Ok(args),
            _ => wrong_kind(),
        }
    }

    fn read_line(&mut self) -> Result<Option<String>, String> {
        match self.ask(|host| host.read_line().map(Answer::Line))? {
            Answer::Line(line) => Ok(line),
            _ => wrong_kind(),
        }
    }

    /// A line that is waited for is recorded where it is waited for.
    fn poll_line(&mut self, wake: &Wake) -> Option<Result<Option<String>, String>> {
        self.host.poll_line(wake)
    }

    fn now_nanos(&mut self) -> Result<i64, String> {
        match self.ask(|host| host.now_nanos().map(Answer::Nanos))? {
            Answer::Nanos(nanos) => Ok(nanos),
            _ => wrong_kind(),
        }
    }

    /// What the program sees of a wait is recorded where it waits.
    fn wait(&mut self, nanos: u64, wake: Option<&Wake>) -> Result<(), String> {
        self.host.wait(nanos, wake)
    }

    fn monotonic_nanos(&mut self) -> i64 {
        self.host.monotonic_nanos()
    }

    fn approve(&mut self, question: &str) -> Result<bool, String> {
        match self.ask(|host| host.approve(question).map(Answer::Approved))? {
            Answer::Approved(approved) => Ok(approved),
            _ => wrong_kind(),
        }
    }

    fn random(&mut self) -> Result<u64, String> {
        match self.ask(|host| host.random().map(Answer::Bits))? {
            Answer::Bits(bits) => Ok(bits),
            _ => wrong_kind(),
        }
    }
}

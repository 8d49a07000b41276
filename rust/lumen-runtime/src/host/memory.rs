//! A host in memory, for tests and document tests: collects output, answers from what it was given.

use super::{Host, Random, Wake};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A host in memory: collects output, answers from what it was given.
#[derive(Debug)]
pub struct MemoryHost {
    /// What was printed, shared with who looks at it.
    pub out: Arc<Mutex<Vec<u8>>>,
    /// What went to the standard error.
    pub err: Arc<Mutex<Vec<u8>>>,
    /// What was emitted.
    pub emitted: Arc<Mutex<Vec<String>>>,
    /// The arguments.
    pub arguments: Vec<String>,
    /// The lines of the input, the next one last.
    pub lines: Vec<String>,
    /// The clock, in nanoseconds; waiting moves it.
    pub clock: i64,
    /// The randomness.
    pub random: Random,
}

impl Default for MemoryHost {
    fn default() -> Self {
        Self {
            out: Default::default(),
            err: Default::default(),
            emitted: Default::default(),
            arguments: Vec::new(),
            lines: Vec::new(),
            clock: 0,
            random: Random::seeded(0),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host for MemoryHost {
    fn write_out(&mut self, bytes: &[u8]) -> Result<(), String> {
        locked(&self.out).extend_from_slice(bytes);
        Ok(())
    }

    fn write_err(&mut self, bytes: &[u8]) -> Result<(), String> {
        locked(&self.err).extend_from_slice(bytes);
        Ok(())
    }

    fn emit(&mut self, json: &str) -> Result<(), String> {
        locked(&self.emitted).push(json.to_owned());
        Ok(())
    }

    fn args(&mut self) -> Result<Vec<String>, String> {
        Ok(self.arguments.clone())
    }

    fn read_line(&mut self) -> Result<Option<String>, String> {
        Ok(self.lines.pop())
    }

    fn now_nanos(&mut self) -> Result<i64, String> {
        Ok(self.clock)
    }

    fn wait(&mut self, nanos: u64, _: Option<&Wake>) -> Result<(), String> {
        self.clock = self.clock.saturating_add_unsigned(nanos);
        Ok(())
    }

    fn random(&mut self) -> Result<u64, String> {
        Ok(self.random.next_bits())
    }
}

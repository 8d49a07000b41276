//! The host over a `System`: the real one, or the one that a test puts behind it.

use super::lines::Lines;
use super::{Host, Probe, Random, Wake};
use lumen_base::System;
use std::sync::Arc;
use std::time::Duration;

/// A host whose streams, clock and chance are a system's.
pub struct SystemHost {
    system: Arc<dyn System>,
    args: Vec<String>,
    /// Seeded at the first use, unless with a given seed.
    random: Option<Random>,
    probe: Option<Box<dyn Probe>>,
    lines: Lines,
}

impl SystemHost {
    /// A host for a program with these arguments; with a seed its randomness repeats.
    pub fn new(system: Arc<dyn System>, args: Vec<String>, seed: Option<u64>) -> Self {
        Self {
            system,
            args,
            random: seed.map(Random::seeded),
            probe: None,
            lines: Lines::default(),
        }
    }

    /// The same with something that listens.
    #[must_use]
    pub fn with_probe(mut self, probe: Box<dyn Probe>) -> Self {
        self.probe = Some(probe);
        self
    }
}

fn text(error: std::io::Error) -> String {
    error.to_string()
}

fn without_end(line: Option<String>) -> Option<String> {
    line.map(|mut line| {
        if line.ends_with('\n') {
            line.pop();
            if line.ends_with('\r') {
                line.pop();
            }
        }
        line
    })
}

impl Host for SystemHost {
    fn probe(&mut self) -> Option<&mut dyn Probe> {
        self.probe.as_mut().map(|probe| &mut **probe as &mut dyn Probe)
    }

    fn write_out(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.system.stdout(bytes).map_err(text)
    }

    fn write_err(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.system.stderr(bytes).map_err(text)
    }

    fn emit(&mut self, json: &str) -> Result<(), String> {
        self.system.stdout(format!("{json}\n").as_bytes()).map_err(text)
    }

    fn args(&mut self) -> Result<Vec<String>, String> {
        Ok(self.args.clone())
    }

    fn read_line(&mut self) -> Result<Option<String>, String> {
        self.lines.wait(&self.system).map(without_end).map_err(text)
    }

    fn poll_line(&mut self, wake: &Wake) -> Option<Result<Option<String>, String>> {
        let line = self.lines.poll(&self.system, wake)?;
        Some(line.map(without_end).map_err(text))
    }

    fn now_nanos(&mut self) -> Result<i64, String> {
        Ok(i64::try_from(self.system.unix_nanos()).unwrap_or(i64::MAX))
    }

    fn monotonic_nanos(&mut self) -> i64 {
        i64::try_from(self.system.monotonic_nanos()).unwrap_or(i64::MAX)
    }

    fn wait(&mut self, nanos: u64, wake: Option<&Wake>) -> Result<(), String> {
        let end = self.system.monotonic_nanos() + u128::from(nanos);
        let left = || {
            let left = end.saturating_sub(self.system.monotonic_nanos());
            Some(Duration::from_nanos(u64::try_from(left).unwrap_or(u64::MAX)))
        };
        let never = Wake::new();
        let wake = wake.unwrap_or(&never);
        wake.wait(left, || wake.stopped().is_some());
        Ok(())
    }

    fn random(&mut self) -> Result<u64, String> {
        let system = &self.system;
        let seeded = self.random.get_or_insert_with(|| {
            let mut seed = [0; 8];
            // Without chance from the system, the clock is the next best seed.
            let filled = system.random(&mut seed).is_ok();
            let clock = system.unix_nanos() as u64;
            Random::seeded(if filled { u64::from_le_bytes(seed) } else { clock })
        });
        Ok(seeded.next_bits())
    }
}

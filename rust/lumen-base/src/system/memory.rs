//! A system in memory, for tests, document tests and fuzzing: same input, same world.
//!
//! The clock starts at a fixed time and goes on by a millisecond a reading; chance is a counter.

use super::{Entry, EntryKind, System};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// 2026-01-01 UTC in nanoseconds since 1970.
const START_NANOS: u128 = 1_767_225_600_000_000_000;
const TICK_NANOS: u128 = 1_000_000;

/// Files, input and output in memory.
#[derive(Debug, Default)]
pub struct MemorySystem {
    world: Arc<Mutex<World>>,
}

#[derive(Debug, Default)]
struct World {
    files: BTreeMap<PathBuf, Vec<u8>>,
    env: BTreeMap<String, String>,
    input: Vec<u8>,
    out: Vec<u8>,
    err: Vec<u8>,
    ticks: u128,
    chance: u8,
}

impl MemorySystem {
    /// A world with these files.
    pub fn with_files(files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>) -> Self {
        let system = Self::default();
        system.world().files.extend(files);
        system
    }

    /// Sets a variable of the environment.
    pub fn set_env(&self, name: &str, value: &str) {
        self.world().env.insert(name.to_owned(), value.to_owned());
    }

    /// Sets what standard input will give.
    pub fn set_input(&self, input: impl Into<Vec<u8>>) {
        self.world().input = input.into();
    }

    /// What was written to standard output.
    pub fn output(&self) -> Vec<u8> {
        self.world().out.clone()
    }

    /// What was written to standard error.
    pub fn errors(&self) -> Vec<u8> {
        self.world().err.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) -> u128 {
        let mut world = self.world();
        world.ticks += 1;
        world.ticks * TICK_NANOS
    }
}

/// A file that is being written.
struct Growing {
    world: Arc<Mutex<World>>,
    path: PathBuf,
}

impl io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.files.entry(self.path.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl System for MemorySystem {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.world().files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.world().files.insert(path.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn io::Write + Send>> {
        let mut world = self.world();
        world.files.insert(path.to_owned(), Vec::new());
        Ok(Box::new(Growing { world: Arc::clone(&self.world), path: path.to_owned() }))
    }

    fn list_dir(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let world = self.world();
        let mut out: Vec<PathBuf> = Vec::new();
        for file in world.files.keys() {
            let Ok(rest) = file.strip_prefix(path) else { continue };
            if let Some(first) = rest.components().next() {
                out.push(path.join(first));
            }
        }
        out.dedup();
        if out.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(out) }
    }

    fn is_file(&self, path: &Path) -> bool {
        self.world().files.contains_key(path)
    }

    fn entry(&self, path: &Path) -> io::Result<Entry> {
        let world = self.world();
        if let Some(bytes) = world.files.get(path) {
            return Ok(Entry { kind: EntryKind::File, bytes: bytes.len() as u64 });
        }
        let is_folder = world.files.keys().any(|file| file.starts_with(path));
        let folder = Entry { kind: EntryKind::Folder, bytes: 0 };
        if is_folder { Ok(folder) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn create_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match self.world().files.remove(path) {
            Some(_) => Ok(()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn env(&self, name: &str) -> Option<String> {
        self.world().env.get(name).cloned()
    }

    fn unix_nanos(&self) -> u128 {
        START_NANOS + self.tick()
    }

    fn monotonic_nanos(&self) -> u128 {
        self.tick()
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        let mut world = self.world();
        for byte in bytes {
            world.chance = world.chance.wrapping_add(1);
            *byte = world.chance;
        }
        Ok(())
    }

    fn stdin_bytes(&self) -> io::Result<Vec<u8>> {
        Ok(std::mem::take(&mut self.world().input))
    }

    fn stdin_line(&self) -> io::Result<Option<String>> {
        let mut world = self.world();
        if world.input.is_empty() {
            return Ok(None);
        }
        let end = memchr::memchr(b'\n', &world.input).map_or(world.input.len(), |at| at + 1);
        let line = world.input.drain(..end).collect();
        String::from_utf8(line).map(Some).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn has_stdin_line(&self) -> bool {
        true
    }

    fn stdout(&self, bytes: &[u8]) -> io::Result<()> {
        self.world().out.extend_from_slice(bytes);
        Ok(())
    }

    fn stderr(&self, bytes: &[u8]) -> io::Result<()> {
        self.world().err.extend_from_slice(bytes);
        Ok(())
    }
}

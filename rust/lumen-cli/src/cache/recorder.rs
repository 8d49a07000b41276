//! What a compilation sees of the world: a [`System`] that passes everything on and writes down which files were read,
//! and where none were.
//!
//! Invariant: whatever the cache could not compare later (the environment, chance, input) makes the record void, so a
//! compilation that asks for it is never kept.

use lumen_base::{Entry, System};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A system that records.
pub(crate) struct Recorder<'s> {
    system: &'s dyn System,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    read: BTreeMap<String, [u8; 32]>,
    present: BTreeSet<String>,
    absent: BTreeSet<String>,
    is_void: bool,
}

/// What was seen, sorted by path.
pub(super) struct Seen {
    pub(super) read: Vec<(String, [u8; 32])>,
    pub(super) absent: Vec<String>,
}

impl<'s> Recorder<'s> {
    pub(crate) fn new(system: &'s dyn System) -> Self {
        Self { system, record: Mutex::default() }
    }

    /// What was seen; nothing when it cannot be compared later.
    pub(super) fn seen(self) -> Option<Seen> {
        let record = self.record.into_inner().unwrap_or_else(PoisonError::into_inner);
        let is_unread = record.present.iter().any(|path| !record.read.contains_key(path));
        let is_both = record.read.keys().any(|path| record.absent.contains(path));
        if record.is_void || is_unread || is_both {
            return None;
        }
        let (read, absent) =
            (record.read.into_iter().collect(), record.absent.into_iter().collect());
        Some(Seen { read, absent })
    }

    /// Every path that was asked for, there or not, sorted.
    pub(crate) fn paths(self) -> BTreeSet<String> {
        let record = self.record.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Record { read, mut present, absent, .. } = record;
        present.extend(read.into_keys());
        present.extend(absent);
        present
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The system, for what is not recorded.
    fn unrecorded(&self) -> &dyn System {
        self.record().is_void = true;
        self.system
    }
}

impl System for Recorder<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = self.system.read(path);
        let mut record = self.record();
        let noted = match (&bytes, path.to_str()) {
            (Ok(bytes), Some(path)) => {
                let hash = *blake3::hash(bytes).as_bytes();
                record.read.insert(path.to_owned(), hash).is_none_or(|before| before == hash)
            }
            _ => false,
        };
        record.is_void |= !noted;
        bytes
    }

    fn is_file(&self, path: &Path) -> bool {
        let is_file = self.system.is_file(path);
        let mut record = self.record();
        match path.to_str() {
            Some(path) if is_file => drop(record.present.insert(path.to_owned())),
            Some(path) => drop(record.absent.insert(path.to_owned())),
            None => record.is_void = true,
        }
        is_file
    }

    fn monotonic_nanos(&self) -> u128 {
        self.system.monotonic_nanos()
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.unrecorded().write(path, bytes)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn io::Write + Send>> {
        self.unrecorded().create(path)
    }

    fn entry(&self, path: &Path) -> io::Result<Entry> {
        self.unrecorded().entry(path)
    }

    fn list_dir(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        self.unrecorded().list_dir(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.unrecorded().create_folder(folder)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.unrecorded().remove(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.unrecorded().env(name)
    }

    fn unix_nanos(&self) -> u128 {
        self.unrecorded().unix_nanos()
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        self.unrecorded().random(bytes)
    }

    fn stdin_bytes(&self) -> io::Result<Vec<u8>> {
        self.unrecorded().stdin_bytes()
    }

    fn stdin_line(&self) -> io::Result<Option<String>> {
        self.unrecorded().stdin_line()
    }

    fn has_stdin_line(&self) -> bool {
        self.unrecorded().has_stdin_line()
    }

    fn stdout(&self, bytes: &[u8]) -> io::Result<()> {
        self.unrecorded().stdout(bytes)
    }

    fn stderr(&self, bytes: &[u8]) -> io::Result<()> {
        self.unrecorded().stderr(bytes)
    }
}

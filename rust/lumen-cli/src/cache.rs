//! The cache of compiled programs, `~/.lumen/cache`: a document and what its compilation saw → verified LIR.
//!
//! An entry is named by its [`Key`]: everything that is known before anything is compiled. What the compilation read
//! besides stands in the entry and is compared when it is found, so that a changed import is a miss.
//!
//! Invariants:
//! - The cache never changes what a program does. An entry that is cut, damaged, of another build, or under another name
//!   is a miss, and the next store replaces it. What it holds goes through the verifier as if it came from a stranger.
//! - A cache that cannot be read or written is no error: the program is compiled.
//! - Entries appear whole, by renaming; processes that store the same entry replace each other's.
//! - Only files with the names of entries are ever removed, and no link is followed to get at them.

mod entry;
mod key;
mod recorder;

pub(crate) use key::Key;
pub(crate) use recorder::Recorder;

use crate::home;
use crate::output::Rendered;
use entry::{Entry, Manifest};
use lumen_base::{EntryKind, System};
use lumen_lir::binary::{self, Packing};
use lumen_lir::{Module, Verified, verify};
use std::io;
use std::path::{Path, PathBuf};

/// Longest entry, in bytes: larger ones are neither written nor read.
const ENTRY_BYTES_MAX: u64 = 1 << 28;

/// The folder of the cache.
pub(crate) struct Cache<'s> {
    system: &'s dyn System,
    folder: PathBuf,
}

/// A program that was compiled before.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) module: Verified<Module>,
    /// The warnings of its compilation; empty texts when there were none.
    pub(crate) warnings: Rendered,
}

/// What is in the folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Content {
    /// The names of entries, and of entries that were never finished.
    pub(crate) own: Vec<String>,
    /// How many of them are entries.
    pub(crate) n_programs: usize,
    /// Bytes of the files in `own`.
    pub(crate) bytes: u64,
    /// What is not the cache's.
    pub(crate) foreign: Vec<String>,
}

impl<'s> Cache<'s> {
    /// The cache of this user, `cache` in `LUMEN_HOME` or `~/.lumen`; nothing when there is no home.
    pub(crate) fn of_user(system: &'s dyn System) -> Option<Self> {
        Some(Self { system, folder: home::of_user(system)?.join("cache") })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The program, when it was compiled before and no file that it was made from has changed.
    pub(crate) fn find(&self, key: &Key) -> Option<Hit> {
        let path = self.path(key);
        let about = self.system.entry(&path).ok()?;
        if about.kind != EntryKind::File || about.bytes > ENTRY_BYTES_MAX {
            return None;
        }
        let bytes = self.system.read(&path).ok()?;
        let entry = entry::decode(&bytes, key)?;
        if !self.is_current(&entry.manifest) {
            return None;
        }
        let module = verify(binary::decode(entry.lir).ok()?).ok()?;
        Some(Hit { module, warnings: entry.manifest.warnings })
    }

    /// Keeps a compiled program, if it can. `recorder` was the system of its compilation.
    pub(crate) fn store(
        &self,
        key: &Key,
        recorder: Recorder<'_>,
        warnings: Rendered,
        module: &Verified<Module>,
    ) {
        let Some(seen) = recorder.seen() else { return };
        let Ok(lir) = binary::encode(module, Packing::Plain) else { return };
        let manifest = Manifest { read: seen.read, absent: seen.absent, warnings };
        let Some(bytes) = entry::encode(&Entry { manifest, lir: &lir }, key) else { return };
        if bytes.len() as u64 > ENTRY_BYTES_MAX {
            return;
        }
        let path = self.path(key);
        let result = self.system.write(&path, &bytes);
        if result.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
            && self.system.create_folder(&self.folder).is_ok()
        {
            drop(self.system.write(&path, &bytes));
        }
    }

    /// What is in the folder. A link in its place is an error: what it leads to is not looked at.
    pub(crate) fn content(&self) -> io::Result<Content> {
        let mut content = Content::default();
        match self.system.entry(&self.folder) {
            Ok(folder) if folder.kind == EntryKind::Folder => {}
            Ok(_) => return Err(io::Error::other("it is not a folder")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(content),
            Err(error) => return Err(error),
        }
        for path in self.system.list_dir(&self.folder)? {
            let file = match self.system.entry(&path) {
                Ok(file) => file,
                // Another process has removed it since.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match key::kind_of_name(&name).filter(|_| file.kind == EntryKind::File) {
                Some(kind) => {
                    content.n_programs += usize::from(kind == key::NameKind::Entry);
                    content.bytes += file.bytes;
                    content.own.push(name);
                }
                None => content.foreign.push(name),
            }
        }
        Ok(content)
    }

    /// Removes the cache's own files; gives what was there.
    pub(crate) fn clear(&self) -> io::Result<Content> {
        let content = self.content()?;
        for name in &content.own {
            match self.system.remove(&self.folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(content)
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(key.file_name())
    }

    /// Whether a compilation would read what that one read.
    fn is_current(&self, manifest: &Manifest) -> bool {
        let is_same = |path: &String, hash: &[u8; 32]| {
            let path = Path::new(path);
            self.system.is_file(path)
                && self
                    .system
                    .read(path)
                    .is_ok_and(|bytes| *blake3::hash(&bytes).as_bytes() == *hash)
        };
        manifest.absent.iter().all(|path| !self.system.is_file(Path::new(path)))
            && manifest.read.iter().all(|(path, hash)| is_same(path, hash))
    }
}

#[cfg(test)]
mod tests;

//! The one door to the outside: files, clock, chance, standard streams.
//!
//! Everything else in the workspace takes a `&dyn System`, so that tests, document tests and replay can put another
//! world behind it. Only `os.rs` touches the real one.

mod memory;
mod os;

pub use memory::MemorySystem;
pub use os::OsSystem;

use std::io;
use std::path::{Path, PathBuf};

/// What stands at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    File,
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// What is known of a path without following a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub kind: EntryKind,
    /// Length of a file.
    pub bytes: u64,
}

/// What a compiler and a running program may ask of the outside.
pub trait System: Send + Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Writes a file so that readers see the old or the new content, never half of it.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// A file to be written bit by bit; what was in it is gone.
    fn create(&self, path: &Path) -> io::Result<Box<dyn io::Write + Send>>;

    /// The paths of what is in a folder, sorted; symbolic links to folders are left out.
    fn list_dir(&self, path: &Path) -> io::Result<Vec<PathBuf>>;

    /// Whether `path` is a file.
    fn is_file(&self, path: &Path) -> bool;

    /// What stands at `path` itself.
    fn entry(&self, path: &Path) -> io::Result<Entry>;

    /// Makes a folder, and those above it that are missing, for this user only.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// Removes a file, or a link itself; a folder is an error.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// The variable of the environment, when it is set and is UTF-8.
    fn env(&self, name: &str) -> Option<String>;

    /// Nanoseconds since 1970-01-01 UTC.
    fn unix_nanos(&self) -> u128;

    /// Nanoseconds since some fixed point; never goes backwards.
    fn monotonic_nanos(&self) -> u128;

    /// Fills `bytes` with chance that is fit for seeding.
    fn random(&self, bytes: &mut [u8]) -> io::Result<()>;

    /// All of standard input.
    fn stdin_bytes(&self) -> io::Result<Vec<u8>>;

    /// The next line of standard input with its end; nothing at the end of input.
    fn stdin_line(&self) -> io::Result<Option<String>>;

    /// Whether [`System::stdin_line`] would give a line without waiting for it. Where it says no, there may be one too.
    fn has_stdin_line(&self) -> bool;

    /// Writes to standard output.
    fn stdout(&self, bytes: &[u8]) -> io::Result<()>;

    /// Writes to standard error.
    fn stderr(&self, bytes: &[u8]) -> io::Result<()>;
}

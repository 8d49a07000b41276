//! The real system. The only file of the libraries that names `std::fs`, `std::env` and the clocks.

#![expect(clippy::disallowed_methods, reason = "this is the door that the lint points to")]

use super::{Entry, EntryKind, System};
use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read, Stdin, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Bytes of the standard input that are read at once.
const INPUT_BYTES: usize = 64 << 10;

/// The standard input, with a buffer that can be looked into; that of the standard library, which is smaller, stays empty.
fn input() -> &'static Mutex<BufReader<Stdin>> {
    static INPUT: OnceLock<Mutex<BufReader<Stdin>>> = OnceLock::new();
    INPUT.get_or_init(|| Mutex::new(BufReader::with_capacity(INPUT_BYTES, io::stdin())))
}

/// The operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsSystem;

impl OsSystem {
    /// Starts this program again as a child with other arguments; it has the streams of this one.
    pub fn start_self(&self, args: &[OsString]) -> io::Result<Child> {
        Command::new(std::env::current_exe()?).args(args).spawn()
    }

    /// The arguments of this process behind its name.
    pub fn arguments(&self) -> Vec<OsString> {
        std::env::args_os().skip(1).collect()
    }

    /// Shows a text with a program that reads standard input, and waits for its end; an error when it cannot be started.
    pub fn show_with(&self, program: &str, args: &[&str], text: &[u8]) -> io::Result<()> {
        let mut pager = Command::new(program);
        let mut pager = pager.args(args).stdin(std::process::Stdio::piped()).spawn()?;
        if let Some(mut input) = pager.stdin.take() {
            // A reader that has seen enough closes its input.
            drop(input.write_all(text));
        }
        pager.wait().map(drop)
    }
}

impl System for OsSystem {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let part = part_of(path);
        let written = write_new(&part, bytes).and_then(|()| std::fs::rename(&part, path));
        if written.is_err() {
            drop(std::fs::remove_file(&part));
        }
        written
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(std::fs::File::create(path)?))
    }

    fn list_dir(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let mut out = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            // A link to a folder above would never end.
            if !entry.file_type()?.is_symlink() || entry.path().is_file() {
                out.push(entry.path());
            }
        }
        out.sort();
        Ok(out)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn entry(&self, path: &Path) -> io::Result<Entry> {
        let about = std::fs::symlink_metadata(path)?;
        let kind = match about.file_type() {
            it if it.is_symlink() => EntryKind::Link,
            it if it.is_file() => EntryKind::File,
            it if it.is_dir() => EntryKind::Folder,
            _ => EntryKind::Other,
        };
        Ok(Entry { kind, bytes: if kind == EntryKind::File { about.len() } else { 0 } })
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn unix_nanos(&self) -> u128 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos())
    }

    fn monotonic_nanos(&self) -> u128 {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_nanos()
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        std::fs::File::open("/dev/urandom")?.read_exact(bytes)
    }

    fn stdin_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        input().lock().unwrap_or_else(PoisonError::into_inner).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn stdin_line(&self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let n = input().lock().unwrap_or_else(PoisonError::into_inner).read_line(&mut line)?;
        Ok((n > 0).then_some(line))
    }

    fn has_stdin_line(&self) -> bool {
        // Who holds the lock waits for input.
        let input = input().try_lock();
        input.is_ok_and(|input| memchr::memchr(b'\n', input.buffer()).is_some())
    }

    fn stdout(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    fn stderr(&self, bytes: &[u8]) -> io::Result<()> {
        io::stderr().lock().write_all(bytes)
    }
}

/// A name beside `path` that no other process and no other thread takes: file systems are shared by machines whose
/// process ids are the same.
fn part_of(path: &Path) -> PathBuf {
    let chance = RandomState::new().hash_one(std::thread::current().id());
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}-{chance:016x}.part", std::process::id()));
    path.with_file_name(name)
}

/// Writes a file that must not exist.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    std::fs::File::options().write(true).create_new(true).open(path)?.write_all(bytes)
}

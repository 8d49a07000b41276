//! The name of a cache entry: a hash of what decides a compilation before it begins.
//!
//! Input → output: a [`Source`] → 32 bytes of BLAKE3 over the build of the compiler, the document's name, path and form,
//! and its text. Every part has its length in front, so that no two inputs run together.

use crate::source::Source;
use lumen_compiler::compilation::BUILD_ID;
use lumen_compiler::markdown::Form;

/// What the hash is about: another use of the same bytes gives another hash.
const CONTEXT: &str = "lumen cache 1: program to run";
/// The end of an entry's name.
const EXTENSION: &str = ".lumc";

/// The name of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key(pub(super) [u8; 32]);

impl Key {
    /// The key of a program to run; nothing for standard input, which is no file that will be run again.
    pub(crate) fn of(source: &Source, allowed: &[String]) -> Option<Self> {
        let path = source.path.as_deref()?;
        let form = match source.form {
            Form::Markdown => "markdown",
            Form::Plain => "plain",
        };
        let mut hasher = blake3::Hasher::new();
        for part in [CONTEXT, BUILD_ID, form, &source.name, path] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        // Without a grant in source the flags decide whether it compiles.
        for part in allowed {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(&(allowed.len() as u64).to_le_bytes());
        hasher.update(&source.bytes);
        Some(Self(*hasher.finalize().as_bytes()))
    }

    /// The name of the entry's file.
    pub(crate) fn file_name(&self) -> String {
        let mut name = blake3::Hash::from_bytes(self.0).to_hex().to_string();
        name.push_str(EXTENSION);
        name
    }
}

/// What a file of the cache is by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NameKind {
    Entry,
    /// An entry that is being written, or whose writer was killed.
    Unfinished,
}

/// What a file in the cache's folder is; nothing when the name is not the cache's.
pub(super) fn kind_of_name(name: &str) -> Option<NameKind> {
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let (hash, rest) = name.split_at_checked(64)?;
    if !is_hex(hash) {
        return None;
    }
    let rest = rest.strip_prefix(EXTENSION)?;
    if rest.is_empty() {
        return Some(NameKind::Entry);
    }
    // `.PROCESS-CHANCE.part`, as `System::write` names what it has not finished.
    let (process, chance) = rest.strip_prefix('.')?.strip_suffix(".part")?.split_once('-')?;
    let is_number = !process.is_empty() && process.bytes().all(|b| b.is_ascii_digit());
    (is_number && chance.len() == 16 && is_hex(chance)).then_some(NameKind::Unfinished)
}

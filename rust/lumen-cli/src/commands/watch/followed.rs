//! What a command depends on: the documents, and every path that their imports ask for, with what was there.

use crate::cache::Recorder;
use crate::source::{Source, compile_with, expand_quietly};
use lumen_base::{OsSystem, System};
use lumen_compiler::compilation::{Goal, form_of};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Paths with the hashes of their contents; nothing where no file is.
#[derive(PartialEq, Eq)]
pub(super) struct Followed {
    files: BTreeMap<PathBuf, Option<[u8; 32]>>,
    /// The folders that were named, and those below.
    folders: BTreeSet<PathBuf>,
    /// How many documents were named or found.
    documents: usize,
    first: Option<PathBuf>,
}

impl Followed {
    /// What the documents, and those of the folders, depend on now.
    pub(super) fn of(named: &[PathBuf]) -> Followed {
        let (documents, folders) = expand_quietly(named);
        // What is named and gone is followed until it is back.
        let gone = named.iter().filter(|path| !path.is_dir());
        let mut paths: BTreeSet<PathBuf> = documents.iter().chain(gone).cloned().collect();
        for document in &documents {
            // Snapshots are part of what tests depend on.
            let mut snapshots = document.clone().into_os_string();
            snapshots.push(".snap");
            paths.insert(snapshots.into());
            paths.extend(imports(document));
        }
        let files = paths.into_iter().map(|path| (path.clone(), hash(&path))).collect();
        let first = documents.first().or(named.first()).cloned();
        Followed { files, folders, documents: documents.len().max(1), first }
    }

    /// Whether it is something else now.
    pub(super) fn is_changed(&self, named: &[PathBuf]) -> bool {
        if self.files.iter().any(|(path, before)| hash(path) != *before) {
            return true;
        }
        let (documents, folders) = expand_quietly(named);
        folders != self.folders || documents.iter().any(|path| !self.files.contains_key(path))
    }

    /// The folders in which something may happen to it.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let mut folders = self.folders.clone();
        folders.extend(self.files.keys().map(|path| nearest_folder(path)));
        folders
    }

    /// How it is called in a sentence.
    pub(super) fn text(&self) -> String {
        match (&self.first, self.documents) {
            (Some(first), 1) => first.display().to_string(),
            (_, n) => format!("{n} documents"),
        }
    }
}

/// Whether a file or folder is there.
pub(super) fn exists(path: &Path) -> bool {
    path.exists()
}

/// The folder of a path, or the first one above it that exists.
fn nearest_folder(path: &Path) -> PathBuf {
    let mut folder = path.parent().unwrap_or(Path::new(""));
    while !folder.as_os_str().is_empty() && !folder.is_dir() {
        folder = folder.parent().unwrap_or(Path::new(""));
    }
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

fn hash(path: &Path) -> Option<[u8; 32]> {
    if !OsSystem.is_file(path) {
        return None;
    }
    OsSystem.read(path).ok().map(|bytes| *blake3::hash(&bytes).as_bytes())
}

/// The paths that the imports of a document ask for.
fn imports(document: &Path) -> Vec<PathBuf> {
    let Some(name) = document.to_str().map(str::to_owned) else { return Vec::new() };
    if !OsSystem.is_file(document) {
        return Vec::new();
    }
    let Ok(bytes) = OsSystem.read(document) else { return Vec::new() };
    let recorder = Recorder::new(&OsSystem);
    let form = form_of(&name);
    compile_with(
        Source { path: Some(name.clone()), name, bytes, form },
        Goal::Names,
        &[],
        &recorder,
    );
    recorder.paths().into_iter().map(PathBuf::from).collect()
}

//! Places of files and patterns for them, compared by their parts and never by looking at the disk.
//!
//! A text and the folder that relative ones start from → a place, or why it is none. A place of a program has no `..`; what
//! links on the disk would make of it is the provider's to check.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// Longest text of a place, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// Folders that are files of nothing on a disk: memory, environment and descriptors of processes, devices.
const SPECIAL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// The place that a program names by a text; the error says why it names none.
pub fn place_of(folder: &Path, text: &str) -> Result<PathBuf, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err("it is longer than 4096 bytes");
    }
    if text.contains('\0') {
        return Err("it has a NUL character");
    }
    let mut place = folder.to_owned();
    for part in Path::new(text).components() {
        match part {
            Component::ParentDir => return Err("`..` is not allowed"),
            Component::CurDir => {}
            // An absolute text replaces the folder.
            part => place.push(part),
        }
    }
    Ok(place)
}

/// Whether a place is in a folder that no pattern reaches without naming it.
pub(super) fn is_special(place: &Path) -> bool {
    SPECIAL.iter().any(|special| place.starts_with(special))
}

/// `./data`, `./data/**`, `/var/log/*.txt`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacePattern {
    /// The parts before the first that has a `*` or `?`.
    root: PathBuf,
    /// The others. Without any, the pattern is for everything below its root, and the root itself.
    rest: Vec<String>,
}

impl PlacePattern {
    /// The pattern that a text means; nothing when it is none.
    pub fn parse(folder: &Path, text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > TEXT_BYTES_MAX || text.contains('\0') {
            return None;
        }
        let (mut root, mut rest) = (folder.to_owned(), Vec::new());
        for part in Path::new(text).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if rest.is_empty() => {
                    if matches!(root.components().next_back(), Some(Component::Normal(_))) {
                        root.pop();
                    } else if root.components().next_back() != Some(Component::RootDir) {
                        root.push("..");
                    }
                }
                Component::ParentDir => return None,
                Component::Normal(part) if !rest.is_empty() || is_wild(part) => {
                    rest.push(part.to_str()?.to_owned());
                }
                part => root.push(part),
            }
        }
        Some(Self { root, rest })
    }

    /// The folder or file above everything that it fits.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the pattern allows a place.
    pub fn fits(&self, place: &Path) -> bool {
        (!is_special(place) || is_special(&self.root)) && self.covers(place)
    }

    /// Whether a place is one of the pattern's.
    pub fn covers(&self, place: &Path) -> bool {
        let Ok(below) = place.strip_prefix(&self.root) else { return false };
        let parts: Option<Vec<&str>> =
            below.components().map(|it| it.as_os_str().to_str()).collect();
        match parts {
            _ if self.rest.is_empty() => true,
            Some(parts) => fit(&self.rest, &parts),
            None => false,
        }
    }
}

fn is_wild(part: &OsStr) -> bool {
    part.to_str().is_some_and(|part| part.contains(['*', '?']))
}

/// Whether parts fit patterns of parts; `**` fits any number of them.
fn fit(patterns: &[String], parts: &[&str]) -> bool {
    greedy(
        patterns.len(),
        parts.len(),
        |at| patterns[at] == "**",
        |at, part| fits_name(&patterns[at], parts[part]),
    )
}

/// Whether a name fits a pattern in which `*` stands for any characters and `?` for one.
pub(super) fn fits_name(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    greedy(
        pattern.len(),
        name.len(),
        |at| pattern[at] == '*',
        |at, n| pattern[at] == '?' || pattern[at] == name[n],
    )
}

/// The usual match with wildcards, without recursion: only the last wildcard is ever tried again.
fn greedy(
    patterns: usize,
    items: usize,
    is_wild: impl Fn(usize) -> bool,
    fits: impl Fn(usize, usize) -> bool,
) -> bool {
    let (mut pattern, mut item) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while item < items {
        if pattern < patterns && is_wild(pattern) {
            last = Some((pattern, item));
            pattern += 1;
        } else if pattern < patterns && fits(pattern, item) {
            pattern += 1;
            item += 1;
        } else if let Some((wild, from)) = last {
            last = Some((wild, from + 1));
            pattern = wild + 1;
            item = from + 1;
        } else {
            return false;
        }
    }
    (pattern..patterns).all(is_wild)
}

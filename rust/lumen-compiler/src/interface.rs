//! The standard library as the compiler sees it: an index of names over the embedded documents `std/*.lm.md`.
//!
//! A name asked for → the fences that declare it (a file and a byte range each). The index is made when the compiler is
//! built (`build.rs`); nothing of std is parsed before a program names it.
//!
//! Invariant: the symbols of all std names are interned first, so that a look-up is one array access.

use lumen_base::{Interner, Symbol};
use std::ops::Range;

include!(concat!(env!("OUT_DIR"), "/std_index.rs"));

/// One document of the standard library.
pub struct StdFile {
    /// `std/list.lm.md`.
    pub path: &'static str,
    /// The whole document.
    pub text: &'static str,
    /// Whether its names are seen through an import only, as those of any other file.
    pub is_module: bool,
}

/// A fence of declarations.
pub(crate) struct Fence {
    /// Its file, for [`files`].
    pub(crate) file: u16,
    /// First byte of the fence's text in the file.
    pub(crate) lo: u32,
    /// One past the last byte.
    pub(crate) hi: u32,
    /// Whether it declares cells only, so that loading it can wait.
    pub(crate) is_cells: bool,
}

/// The documents of the standard library, sorted by path.
pub fn files() -> &'static [StdFile] {
    FILES
}

/// The names of std that are in scope everywhere, sorted: for completion, did-you-mean and documentation.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// Where std declares a name: for each fence with such a declaration its file and the range of its text.
pub fn declarations(name: &str) -> impl Iterator<Item = (&'static StdFile, Range<usize>)> {
    let fences = |table: &'static [(&str, &'static [u16])]| {
        table.binary_search_by_key(&name, |row| row.0).map_or(&[][..], |at| table[at].1)
    };
    fences(NAMES).iter().chain(fences(MEMBER_NAMES)).map(|&at| {
        let fence = fence(at);
        (&FILES[usize::from(fence.file)], fence.lo as usize..fence.hi as usize)
    })
}

/// The module of std that has the name for those who import it: `std.text` for `words`. Methods need no import.
pub(crate) fn importable(name: &str) -> Option<String> {
    let (file, _) = declarations(name)
        .find(|(file, range)| file.is_module && offers(&file.text[range.clone()], name))?;
    Some(file.path.strip_suffix(".lm.md").unwrap_or(file.path).replace('/', "."))
}

/// Whether a cell of std with the name takes a first argument whose type is written so.
pub(crate) fn takes(name: &str, first: &str) -> bool {
    let takes = |line: &str| {
        let rest = line.split_once("cell ").and_then(|(_, rest)| rest.strip_prefix(name));
        let params =
            rest.filter(|rest| rest.starts_with(['(', '['])).and_then(|rest| rest.split_once('('));
        let ty = params.and_then(|(_, params)| params.split_once(": ")).map(|(_, ty)| ty);
        ty.is_some_and(|ty| ty.starts_with(first))
    };
    declarations(name).any(|(file, range)| !file.is_module && file.text[range].lines().any(takes))
}

/// Whether a fence declares `pub cell name(…)` without `self`, or a type or constant of the name.
fn offers(fence: &str, name: &str) -> bool {
    const KINDS: [&str; 5] = ["cell", "record", "enum", "type", "const"];
    fence.lines().any(|line| {
        let rest =
            line.strip_prefix("pub ").map(|rest| rest.strip_prefix("extern ").unwrap_or(rest));
        let declared = rest.and_then(|rest| rest.split_once(' '));
        let Some((kind, rest)) = declared.filter(|(kind, _)| KINDS.contains(kind)) else {
            return false;
        };
        let Some(rest) = rest.strip_prefix(name) else { return false };
        let is_whole = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_method = kind == "cell" && rest.contains("(self");
        is_whole && !is_method
    })
}

/// The std names as symbols of one interner.
pub(crate) struct Index {
    /// By symbol: position in `NAMES` plus one, or zero. Shorter than the interner.
    by_symbol: Vec<u16>,
}

impl Index {
    /// Interns every std name.
    pub(crate) fn new(names: &mut Interner) -> Self {
        let mut by_symbol = Vec::with_capacity(names.len() + NAMES.len());
        for (at, (name, _)) in NAMES.iter().enumerate() {
            let symbol = names.intern(name).0 as usize;
            if by_symbol.len() <= symbol {
                by_symbol.resize(symbol + 1, 0);
            }
            by_symbol[symbol] = at as u16 + 1;
        }
        Self { by_symbol }
    }

    /// The name's number, if std declares it.
    pub(crate) fn find(&self, name: Symbol) -> Option<StdName> {
        let at = *self.by_symbol.get(name.0 as usize)?;
        at.checked_sub(1).map(StdName)
    }
}

/// A name that std declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct StdName(u16);

impl StdName {
    /// Position among all std names.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The fences that declare it, as positions for [`fence`].
    pub(crate) fn fences(self) -> &'static [u16] {
        NAMES[self.index()].1
    }

    /// Whether only cells have the name.
    pub(crate) fn is_cell(self) -> bool {
        self.fences().iter().all(|&at| fence(at).is_cells)
    }
}

/// The names that one std file declares.
pub(crate) fn names_of(file: u16) -> impl Iterator<Item = &'static str> {
    NAMES.iter().filter(move |row| row.1.iter().any(|&at| fence(at).file == file)).map(|row| row.0)
}

/// Number of names that std declares.
pub(crate) fn n_names() -> usize {
    NAMES.len()
}

/// Number of fences.
pub(crate) fn n_fences() -> usize {
    FENCES.len()
}

/// The fence at a position that [`StdName::fences`] gave.
pub(crate) fn fence(at: u16) -> &'static Fence {
    &FENCES[usize::from(at)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_finds_declarations() {
        let mut names = Interner::new();
        let index = Index::new(&mut names);
        let print = index.find(names.intern("print")).expect("std declares print");
        assert!(print.is_cell());
        let at = fence(print.fences()[0]);
        let text = &FILES[usize::from(at.file)].text[at.lo as usize..at.hi as usize];
        assert!(text.contains("cell print("), "{text}");
        let length = index.find(names.intern("length")).expect("std declares length");
        assert!(length.fences().len() >= 4);
        assert!(!index.find(names.intern("ok")).expect("a variant").is_cell());
        assert_eq!(index.find(names.intern("no_such_name")), None);
    }

    #[test]
    fn names_of_modules_are_importable() {
        assert_eq!(importable("words").as_deref(), Some("std.text"));
        assert_eq!(importable("Deque").as_deref(), Some("std.collections"));
        assert_eq!(importable("push_back"), None);
        assert_eq!(importable("print"), None);
        assert_eq!(importable("wor"), None);
    }
}

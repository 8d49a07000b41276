//! The words every other crate needs: positions, arenas, names, diagnostics, the door to the outside.
//!
//! Reading order is the order of the modules below. The crate knows nothing of the Lumen language
//! except its well-known names, and does no input or output except in `system/os.rs`.

mod span;
mod arena;
mod intern;
pub mod limits;
mod source;
mod system;
pub mod diag;
pub mod diff;

pub use arena::{Arena, ArenaMap, Idx, IndexVec, Pool, Slice};
pub use diag::codes::Code;
pub use diag::{Applicability, Diagnostic, Fix, Label, Severity};
pub use intern::{Interner, Symbol, sym};
pub use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
pub use source::{LineColumn, SourceFile, SourceMap};
pub use span::{FileId, FileSpan, Span};
pub use system::{Entry, EntryKind, MemorySystem, OsSystem, System};

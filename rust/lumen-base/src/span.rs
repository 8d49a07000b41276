//! Positions: the only position types of the workspace.
//!
//! A `Span` is a half-open range of bytes of one file's text. The file is known from the context
//! (one AST, one HIR body); `FileSpan` carries it along where positions of several files meet.

/// One source text of a compilation; an index into the source map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct FileId(pub u32);

/// A half-open byte range `lo..hi` of one file's text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub lo: u32,
    /// One past the last byte.
    pub hi: u32,
}

impl Span {
    /// The range `lo..hi`.
    pub const fn new(lo: u32, hi: u32) -> Self {
        Self { lo, hi }
    }

    /// The empty range at `at`.
    pub const fn point(at: u32) -> Self {
        Self { lo: at, hi: at }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// The empty range before the first byte.
    #[must_use]
    pub const fn before(self) -> Self {
        Self { lo: self.lo, hi: self.lo }
    }

    /// The empty range behind the last byte.
    #[must_use]
    pub const fn after(self) -> Self {
        Self { lo: self.hi, hi: self.hi }
    }

    /// Number of bytes.
    pub const fn len(self) -> u32 {
        self.hi.saturating_sub(self.lo)
    }

    /// Whether no byte is covered.
    pub const fn is_empty(self) -> bool {
        self.hi <= self.lo
    }

    /// Whether `at` lies in `lo..hi`.
    pub const fn contains(self, at: u32) -> bool {
        self.lo <= at && at < self.hi
    }

    /// The range as `usize`s, for slicing.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.lo as usize..self.hi as usize
    }

    /// The covered text; empty where the span does not fit the text.
    pub fn text(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or("")
    }

    /// The same range, in `file`.
    pub const fn in_file(self, file: FileId) -> FileSpan {
        FileSpan { file, span: self }
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.lo, self.hi)
    }
}

/// A span together with its file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct FileSpan {
    /// The file.
    pub file: FileId,
    /// The range in its text.
    pub span: Span,
}

impl FileSpan {
    /// The range `span` of `file`.
    pub const fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

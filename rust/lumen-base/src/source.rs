//! The source map: the text of every file of a compilation, and lines and columns on demand.
//!
//! Texts are the files as they were read, so that an offset is an offset in the file. Line tables are made when a
//! position of the file is first asked for.

use crate::span::FileId;
use std::cell::OnceCell;
use std::sync::Arc;

/// All files of a compilation, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

/// One file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path as the user gave it or as imports found it; `<stdin>` for standard input; `std/list.lm.md` for std.
    pub name: String,
    /// The whole file.
    pub text: Arc<str>,
    lines: OnceCell<Vec<u32>>,
}

/// A place for people: both numbers count from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

impl SourceMap {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile {
            name: name.into(),
            text: text.into(),
            lines: OnceCell::new(),
        });
        id
    }

    /// The file; an empty nameless one is never made, so the id must come from `add`.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// `name:line:column` of an offset.
    pub fn place(&self, file: FileId, offset: u32) -> String {
        match self.file(file) {
            Some(source) => {
                let at = source.line_column(offset);
                format!("{}:{}:{}", source.name, at.line, at.column)
            }
            None => "<unknown>".to_owned(),
        }
    }
}

impl SourceFile {
    /// Line and column of a byte offset; offsets past the end or inside a character are moved back.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let offset = floor_char(&self.text, offset as usize);
        let lines = self.lines.get_or_init(|| line_starts(&self.text));
        let line = lines.partition_point(|&start| start as usize <= offset).max(1);
        let start = lines[line - 1] as usize;
        let column = self.text[start..offset].chars().count() as u32 + 1;
        LineColumn { line: line as u32, column }
    }
}

/// `at`, or the start of the character that it is inside of, or the end of the text.
pub(crate) fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn line_starts(text: &str) -> Vec<u32> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes());
    std::iter::once(0).chain(ends.map(|end| end as u32 + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let mut map = SourceMap::default();
        let id = map.add("a", "h\u{e4}\nxy");
        let at = |offset| map.place(id, offset);
        assert_eq!(at(0), "a:1:1");
        assert_eq!(at(3), "a:1:3");
        assert_eq!(at(2), "a:1:2");
        assert_eq!(at(4), "a:2:1");
        assert_eq!(at(99), "a:2:3");
    }
}

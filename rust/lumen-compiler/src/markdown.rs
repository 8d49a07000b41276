//! Markdown extraction: the program of a document, at the document's own offsets.
//!
//! Input: the bytes of a `.lm.md` or `.lm` file. Output: its fences, and texts of the same length as the file in
//! which every byte that is not program code is a space or a line end (decision record 0003). Fences follow
//! CommonMark (0.31, section 4.5), inside lists and block quotes too.
//! Invariant: an offset in an extracted text is an offset in the file; both have the same line feeds.

mod diagnostics;
mod fence;

pub use fence::FenceKind;

use lumen_base::limits::SOURCE_BYTES_MAX;
use lumen_base::{Diagnostic, FileId, FileSpan, Span};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `.lm.md`: fences in Markdown.
    Markdown,
    /// `.lm`: plain source.
    Plain,
}

/// A file taken apart.
#[derive(Debug, Default)]
pub struct Document {
    /// All fenced blocks in order; none for plain source.
    pub fences: Vec<Fence>,
    /// For each documented fence of the program: where its code begins, and the prose right before it.
    pub docs: Vec<(u32, Span)>,
    /// Code of plain source.
    plain: Vec<Range<usize>>,
}

/// One fenced block.
#[derive(Debug)]
pub struct Fence {
    pub kind: FenceKind,
    /// The whole block with its fences.
    pub span: Span,
    /// Its content without the prefixes of lists and quotes; one range in most cases.
    pub body: Vec<Range<usize>>,
    /// The text of the headings above it, outermost first.
    pub headings: Vec<String>,
    /// The paragraph right before it.
    pub prose: Option<Span>,
}

/// A file that is no text.
#[derive(Debug)]
pub struct Unreadable {
    /// What is wrong with it, at the end of `text`.
    pub problem: Diagnostic,
    /// Its beginning, as far as it is text.
    pub text: String,
}

/// The text of a file, or what is wrong with its bytes.
pub fn decode(bytes: Vec<u8>, file: FileId) -> Result<String, Unreadable> {
    let at = |offset: usize| FileSpan { file, span: Span::point(offset as u32) };
    if bytes.len() > SOURCE_BYTES_MAX {
        return Err(Unreadable { problem: diagnostics::too_large(at(0)), text: String::new() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        bytes.truncate(offset);
        // INVARIANT: the bytes up to there are valid.
        let text = String::from_utf8(bytes).unwrap_or_default();
        Unreadable { problem: diagnostics::not_utf8(at(offset), offset), text }
    })
}

/// A program without the blanks behind it, so that its end is where its code ends, not where the prose behind it does.
pub fn without_blanks(program: &str) -> &str {
    program.trim_end_matches([' ', '\r', '\n'])
}

/// Takes a file apart. Never fails; what is wrong with it goes to `problems`.
pub fn extract(text: &str, form: Form, file: FileId, problems: &mut Vec<Diagnostic>) -> Document {
    match form {
        Form::Markdown => markdown(text, file, problems),
        Form::Plain => plain(text),
    }
}

impl Document {
    /// The document's program: its plain `lumen` fences, or all code of plain source.
    pub fn program(&self, text: &str) -> String {
        let fences = self.fences.iter().filter(|fence| fence.kind == FenceKind::Program);
        blank(text, self.plain.iter().chain(fences.flat_map(|fence| &fence.body)))
    }

    /// One fence as a program of its own.
    pub fn alone(&self, text: &str, fence: usize) -> String {
        blank(text, self.fences[fence].body.iter())
    }

    /// The document's program and one fence of another kind, in document order.
    pub fn program_with(&self, text: &str, fence: usize) -> String {
        let fences =
            self.fences.iter().enumerate().filter_map(|(index, f)| {
                (index == fence || f.kind == FenceKind::Program).then_some(f)
            });
        blank(text, fences.flat_map(|fence| &fence.body))
    }

    /// The content of a fence as it reads, with LF line ends.
    pub fn content(&self, text: &str, fence: usize) -> String {
        let body = &self.fences[fence].body;
        body.iter().map(|range| text[range.clone()].replace('\r', "")).collect()
    }
}

/// `text` with everything outside `keep` blanked, except line ends.
fn blank<'a>(text: &str, keep: impl Iterator<Item = &'a Range<usize>>) -> String {
    let source = text.as_bytes();
    let mut out = Vec::with_capacity(source.len());
    for range in keep {
        let start = range.start.max(out.len());
        blank_run(&mut out, &source[..start]);
        let code = &source[start..range.end.max(start)];
        out.extend_from_slice(code);
    }
    blank_run(&mut out, source);
    // In the lines of a long string a space would be text; the lexer strips a carriage return.
    for at in memchr::memchr_iter(b'\r', source) {
        if source.get(at + 1) == Some(&b'\n') {
            out[at] = b'\r';
        }
    }
    // INVARIANT: whole characters are kept or blanked, because ranges come from slices of `text`.
    String::from_utf8(out).unwrap_or_default()
}

/// Extends `out` to the length of `source` with spaces, keeping its line feeds.
fn blank_run(out: &mut Vec<u8>, source: &[u8]) {
    let start = out.len();
    out.resize(source.len(), b' ');
    for at in memchr::memchr_iter(b'\n', &source[start..]) {
        out[start + at] = b'\n';
    }
}

/// `text` with spaces for tabs that stand between backticks or tildes and the end of a line: `CommonMark` (0.31, 4.5) lets
/// tabs follow a closing fence, pulldown-cmark only spaces. Places stay.
fn with_spaces_behind_fences(text: &str) -> Cow<'_, str> {
    let source = text.as_bytes();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut out: Option<Vec<u8>> = None;
    let mut done = 0;
    for tab in memchr::memchr_iter(b'\t', source) {
        if tab < done {
            continue;
        }
        let before = &source[done..tab];
        let start = done + before.iter().rposition(|byte| !is_blank(byte)).map_or(0, |at| at + 1);
        done =
            source[tab..].iter().position(|byte| !is_blank(byte)).map_or(source.len(), |n| tab + n);
        let ends_line = matches!(source.get(done), None | Some(b'\n' | b'\r'));
        if ends_line && start > 0 && matches!(source[start - 1], b'`' | b'~') {
            out.get_or_insert_with(|| source.to_vec())[start..done].fill(b' ');
        }
    }
    // INVARIANT: only ASCII was replaced, by ASCII.
    out.and_then(|out| String::from_utf8(out).ok()).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn markdown(text: &str, file: FileId, problems: &mut Vec<Diagnostic>) -> Document {
    let spaced = with_spaces_behind_fences(text);
    let mut reader =
        Reader { text, file, problems, out: Document::default(), headings: Vec::new() };
    let mut prose: Option<Span> = None;
    let mut heading: Option<usize> = None;
    let mut code: Option<Fence> = None;
    for (event, range) in Parser::new_ext(&spaced, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Paragraph) => prose = Some(span(&range)),
            Event::Start(Tag::Heading { level, .. }) => {
                reader.headings.truncate(level as usize - 1);
                reader.headings.resize(level as usize, String::new());
                heading = Some(level as usize - 1);
                prose = None;
            }
            Event::End(TagEnd::Heading(_)) => heading = None,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                code = reader.open(&info, &range, prose.take());
            }
            Event::End(TagEnd::CodeBlock) => {
                reader.out.fences.extend(code.take());
                prose = None;
            }
            Event::Text(words) => match (&mut code, heading) {
                (Some(fence), _) => fence.body.push(range),
                (None, Some(level)) => reader.headings[level].push_str(&words),
                (None, None) => {}
            },
            Event::Code(words) => {
                if let Some(level) = heading {
                    reader.headings[level].push_str(&words);
                }
            }
            Event::Start(Tag::List(_) | Tag::BlockQuote(_) | Tag::Table(_) | Tag::HtmlBlock)
            | Event::Rule => prose = None,
            _ => {}
        }
    }
    for fence in &mut reader.out.fences {
        merge(&mut fence.body);
    }
    reader.collect_docs();
    reader.out
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    problems: &'a mut Vec<Diagnostic>,
    out: Document,
    headings: Vec<String>,
}

impl Reader<'_> {
    /// The fence that begins at `range`; nothing when its info string is wrong.
    fn open(&mut self, info: &str, range: &Range<usize>, prose: Option<Span>) -> Option<Fence> {
        let at = FileSpan { file: self.file, span: self.first_line(range) };
        let kind = match fence::classify(info) {
            Ok(kind) => kind,
            Err(word) => {
                self.problems.push(diagnostics::unknown_word(at, &word));
                return None;
            }
        };
        if kind != FenceKind::Other && !self.is_closed(range) {
            self.problems.push(diagnostics::unclosed_fence(at));
        }
        let headings = self.headings.iter().filter(|h| !h.is_empty()).cloned().collect();
        Some(Fence { kind, span: span(range), body: Vec::new(), headings, prose })
    }

    fn first_line(&self, range: &Range<usize>) -> Span {
        let block = &self.text[range.clone()];
        let len = block.find(['\n', '\r']).unwrap_or(block.len());
        span(&(range.start..range.start + len))
    }

    /// Whether the block's last line is a fence as long as its first one.
    fn is_closed(&self, range: &Range<usize>) -> bool {
        let block = self.text[range.clone()].trim_end();
        let Some(mark) = block.chars().next().filter(|c| matches!(c, '`' | '~')) else {
            return true;
        };
        let opening = block.chars().take_while(|&c| c == mark).count();
        let closing = block.chars().rev().take_while(|&c| c == mark).count();
        closing >= opening && block.contains(['\n', '\r'])
    }

    fn collect_docs(&mut self) {
        for fence in self.out.fences.iter().filter(|fence| fence.kind == FenceKind::Program) {
            if let (Some(prose), Some(body)) = (fence.prose, fence.body.first()) {
                self.out.docs.push((body.start as u32, prose));
            }
        }
    }
}

/// Joins ranges that touch.
fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.dedup_by(|next, last| {
        let touch = last.end == next.start;
        if touch {
            last.end = next.end;
        }
        touch
    });
}

/// Plain source is all code, but for a byte order mark; the lexer finds its documentation blocks.
fn plain(text: &str) -> Document {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Document { plain: vec![start..text.len()], ..Document::default() }
}

fn span(range: &Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Document, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let document = extract(text, Form::Markdown, FileId(0), &mut problems);
        (document, problems)
    }

    fn program(text: &str) -> String {
        let program = read(text).0.program(text);
        assert_eq!(program.len(), text.len());
        program
    }

    #[test]
    fn offsets_are_the_documents_own() {
        let text = "# T\u{e4}\n\ntext\n\n```lumen\nlet x = 1\n```\n\n```lumen run\nno\n```\n~~~lumen\ny\n~~~\n";
        let program = program(text);
        assert_eq!(program.find("let x = 1"), text.find("let x = 1"));
        assert!(!program.contains("no") && program.contains('y'));
        assert_eq!(program.matches('\n').count(), text.matches('\n').count());
    }

    #[test]
    fn tabs_may_follow_a_closing_fence() {
        for end in ["\t", " \t ", "\t\t\r\n", "\t\nafter\n"] {
            let text = format!("```lumen\na\n```{end}");
            let (document, problems) = read(&text);
            assert!(problems.is_empty(), "{text:?}");
            assert_eq!(document.program(&text).trim(), "a", "{text:?}");
        }
        assert!(program("```lumen\nlet a = `\t\n```\n").contains("`\t\n"));
    }

    #[test]
    fn prefixes_of_lists_and_quotes_are_blank() {
        let text = "> ```lumen\n> a\n>   b\n> ```\n\n- x\n  ```lumen\n  c\n  ```\n";
        let program = program(text);
        assert!(!program.contains('>') && !program.contains('-'));
        for word in ["a\n", "  b\n", "c\n"] {
            assert!(program.contains(word), "{program:?}");
        }
        assert_eq!(program.find('b'), text.find('b'));
    }

    #[test]
    fn line_ends_stay() {
        let text = "```lumen\r\nlet x = \"\"\"\r\n  a\r\n  \"\"\"\r\n```\r\n";
        let program = program(text);
        assert_eq!(program.matches("\r\n").count(), text.matches("\r\n").count());
        assert!(program.contains("  a\r\n"));
    }

    #[test]
    fn longer_fences_hold_shorter_ones() {
        let text = "````text\n```lumen\nno\n```\n````\n````lumen\nyes ``` inside\n````\n";
        let program = program(text);
        assert!(!program.contains("no") && program.contains("yes ``` inside"));
    }

    #[test]
    fn kinds_headings_prose_and_output() {
        let text = "# One\n## Two\nprose here\n```lumen fails E0299\nx\n```\n```output\no\n```\n";
        let (document, problems) = read(text);
        assert!(problems.is_empty());
        assert_eq!(document.fences[0].kind, FenceKind::Fails(Some(lumen_base::Code::E0299)));
        assert_eq!(document.fences[0].headings, ["One", "Two"]);
        assert!(document.fences[0].prose.is_some() && document.fences[1].prose.is_none());
        assert_eq!(document.content(text, 1), "o\n");
    }

    #[test]
    fn wrong_info_and_open_fences_are_reported() {
        let codes =
            |text: &str| -> Vec<&str> { read(text).1.iter().map(|d| d.code.as_str()).collect() };
        assert_eq!(codes("```lumen fast\n```\n"), ["E0002"]);
        assert_eq!(codes("```lumen ignore\n```\n"), ["E0002"]);
        assert_eq!(codes("```lumen fails E9999\n```\n"), ["E0002"]);
        assert_eq!(codes("```lumen ignore=\"why\"\n```\n"), [""; 0]);
        assert_eq!(codes("```lumen\nlet x = 1\n"), ["E0003"]);
        assert_eq!(codes("```rust\nlet x = 1\n"), [""; 0]);
    }

    #[test]
    fn invalid_utf8_has_an_offset() {
        let found = decode(vec![b'a', 0xff], FileId(0)).expect_err("not UTF-8");
        assert_eq!(found.problem.code.as_str(), "E0001");
        assert!(found.problem.message.contains("offset 1"));
        assert_eq!((found.text.as_str(), found.problem.primary.at.span), ("a", Span::point(1)));
    }

    #[test]
    fn plain_source_is_all_code() {
        let text = "\u{feff}let a = 1\n```\ndoc\n```\ncell f() -> Int = 1\n";
        let mut problems = Vec::new();
        let document = extract(text, Form::Plain, FileId(0), &mut problems);
        assert_eq!(document.program(text), text.replace('\u{feff}', "   "));
    }
}

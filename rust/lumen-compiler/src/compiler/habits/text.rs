//! Forms inside of words: comments by `//` and `/* */`, texts in other quotes, semicolons.
//!
//! Input: a text. Output: a text of the same length, in which they are written in Lumen's way as far as their room
//! allows, and what was found. Invariant: nothing inside of Lumen's own strings and comments is touched.

use super::draft::Found;
use super::table::Form;
use lumen_base::Span;

/// Replaces what is found from byte `start` on.
pub(super) fn mend(text: &str, start: usize) -> (String, Vec<Found>) {
    let mut scan = Scan {
        text,
        out: text.as_bytes().to_vec(),
        at: start,
        modes: Vec::new(),
        open: Vec::new(),
        found: Vec::new(),
        searches: SEARCHES_MAX,
    };
    scan.run();
    // Only whole characters are replaced, by ASCII.
    let mended = String::from_utf8(scan.out).unwrap_or_else(|_| text.to_owned());
    (mended, scan.found)
}

/// Comments and texts of several lines whose end is looked for.
const SEARCHES_MAX: u32 = 500;

/// What a byte is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// In a string; whether it may have several lines.
    Text(bool),
    /// In a hole; its open braces.
    Hole(u32),
}

struct Scan<'a> {
    text: &'a str,
    out: Vec<u8>,
    at: usize,
    modes: Vec<Mode>,
    /// Open brackets.
    open: Vec<u8>,
    found: Vec<Found>,
    /// Searches through the rest of the text that may still be made.
    searches: u32,
}

impl<'a> Scan<'a> {
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The rest of the line from a byte on.
    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default().split('\n').next().unwrap_or_default()
    }

    /// What stands before a byte on its line.
    fn before(&self, at: usize) -> &'a str {
        &self.text[super::line_of(self.text, at as u32)..at]
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            match self.modes.last().copied() {
                Some(Mode::Text(is_multi)) => self.in_text(is_multi),
                _ => self.in_code(),
            }
        }
    }

    fn in_text(&mut self, is_multi: bool) {
        match self.byte(self.at) {
            b'\\' => self.at += 2,
            b'"' if !is_multi => self.leave(1),
            b'"' if self.text[self.at..].starts_with("\"\"\"") => self.leave(3),
            b'\n' if !is_multi => self.leave(1),
            b'{' if self.byte(self.at + 1) == b'}' => self.at += 2,
            b'{' => {
                self.modes.push(Mode::Hole(0));
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    fn leave(&mut self, quotes: usize) {
        self.modes.pop();
        self.at += quotes;
    }

    fn in_code(&mut self) {
        let byte = self.byte(self.at);
        match byte {
            b'#' => self.at += self.rest(self.at).len(),
            b'"' => self.quote(),
            b'\'' => self.single(),
            b'`' => self.backtick(),
            b';' => self.semicolon(),
            b'/' if self.byte(self.at + 1) == b'*' => self.block_comment(),
            b'/' if self.byte(self.at + 1) == b'/' && self.is_prose() => self.line_comment(),
            b'(' | b'[' | b'{' => {
                self.open.push(byte);
                if let (b'{', Some(Mode::Hole(braces))) = (byte, self.modes.last_mut()) {
                    *braces += 1;
                }
                self.at += 1;
            }
            b'}' if self.modes.last() == Some(&Mode::Hole(0)) => self.leave(1),
            b')' | b']' | b'}' => {
                self.open.pop();
                if let (b'}', Some(Mode::Hole(braces))) = (byte, self.modes.last_mut()) {
                    *braces -= 1;
                }
                self.at += 1;
            }
            b'\n' if matches!(self.modes.last(), Some(Mode::Hole(_))) => {
                // A string in single `"` ends with its line.
                if self.modes.iter().all(|mode| *mode != Mode::Text(true)) {
                    self.modes.clear();
                }
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    fn quote(&mut self) {
        let is_multi = self.text[self.at..].starts_with("\"\"\"");
        let quotes = if is_multi { 3 } else { 1 };
        let before = self.before(self.at);
        let is_raw = before.ends_with('r')
            && !before[..before.len() - 1].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        self.at += quotes;
        if !is_raw {
            return self.modes.push(Mode::Text(is_multi));
        }
        let rest = if is_multi { &self.text[self.at..] } else { self.rest(self.at) };
        let close = rest.find(if is_multi { "\"\"\"" } else { "\"" });
        self.at += close.map_or(rest.len(), |at| at + quotes);
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.out[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Overwrites a range by spaces; line ends stay.
    fn blank(&mut self, lo: usize, hi: usize) {
        for byte in &mut self.out[lo..hi] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    fn report(&mut self, form: Form, lo: usize, hi: usize, edits: Vec<(Span, String)>) {
        self.found.push(Found { form, at: Span::new(lo as u32, hi as u32), edits });
    }

    fn semicolon(&mut self) {
        let lo = self.at;
        self.at += 1;
        let rest = self.rest(self.at);
        let next = rest.trim_start();
        let is_last = next.is_empty() || next.starts_with(['#', '}']) || next.starts_with("//");
        let at = Span::new(lo as u32, lo as u32 + 1);
        if is_last {
            self.put(lo, b" ");
            self.report(Form::Semicolon, lo, lo + 1, vec![(at, String::new())]);
        } else if matches!(self.open.last(), Some(b'(' | b'[')) {
            self.put(lo, b",");
            self.report(Form::Semicolon, lo, lo + 1, Vec::new());
        } else {
            self.put(lo, b"\n");
            let before = self.before(lo);
            let indent = &before[..before.len() - before.trim_start().len()];
            let whole = Span::new(at.lo, at.hi + (rest.len() - next.len()) as u32);
            self.report(Form::Semicolon, lo, lo + 1, vec![(whole, format!("\n{indent}"))]);
        }
    }

    /// Whether what follows `//` is no divisor.
    fn is_prose(&mut self) -> bool {
        let rest = self.rest(self.at).trim_start_matches('/').trim();
        let is_first = self.text[..self.at].trim().is_empty();
        if rest.is_empty()
            || is_first
            || rest.ends_with(['.', ':', '!'])
            || rest.contains(['\'', '`'])
        {
            return true;
        }
        const JOINING: [&str; 12] =
            ["and", "or", "not", "in", "is", "as", "if", "then", "else", "step", "with", "for"];
        let words: Vec<&str> = rest.split_whitespace().collect();
        let is_word = |word: &str| {
            let is_name = word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            is_name && word.starts_with(|c: char| c.is_alphabetic()) && !JOINING.contains(&word)
        };
        match words[..] {
            // A word that stands nowhere else is no variable.
            [word] => is_word(word) && self.may_search() && self.text.matches(word).count() == 1,
            [] => true,
            // Two words side by side stand in no expression.
            _ => words.windows(2).any(|pair| is_word(pair[0]) && is_word(pair[1])),
        }
    }

    fn may_search(&mut self) -> bool {
        self.searches = self.searches.saturating_sub(1);
        self.searches > 0
    }

    fn line_comment(&mut self) {
        let lo = self.at;
        self.at += self.rest(lo).len();
        self.put(lo, b"# ");
        let slashes = self.text[lo..].bytes().take_while(|b| *b == b'/').count();
        let at = Span::new(lo as u32, (lo + slashes) as u32);
        self.report(Form::Comment, lo, lo + slashes, vec![(at, "#".to_owned())]);
    }

    fn block_comment(&mut self) {
        let lo = self.at;
        let body = &self.text[lo + 2..];
        let end = if self.may_search() { body.find("*/") } else { None };
        let (len, close) = match end {
            Some(len) => (len, 2),
            None => (self.rest(lo + 2).len(), 0),
        };
        let hi = lo + 2 + len + close;
        self.at = hi;
        self.blank(lo, hi);
        let lines: Vec<&str> = body[..len]
            .split('\n')
            .map(|line| line.trim().trim_start_matches('*').trim())
            .filter(|line| !line.is_empty())
            .collect();
        let before = self.before(lo);
        let indent = if before.trim().is_empty() { before } else { "" };
        let is_last = self.rest(hi).trim().is_empty();
        let new = match lines[..] {
            _ if !is_last => String::new(),
            [] => "#".to_owned(),
            _ => format!("# {}", lines.join(&format!("\n{indent}# "))),
        };
        self.report(Form::Comment, lo, lo + 2, vec![(Span::new(lo as u32, hi as u32), new)]);
    }

    /// `'…'`, and `'''…'''`.
    fn single(&mut self) {
        let lo = self.at;
        let is_multi = self.text[lo..].starts_with("'''") && self.may_search();
        let quotes = if is_multi { 3 } else { 1 };
        let rest = if is_multi { &self.text[lo + 3..] } else { self.rest(lo + 1) };
        let Some(len) = end_of_quoted(rest, if is_multi { "'''" } else { "'" }) else {
            self.at += quotes;
            return;
        };
        let is_format = self.before(lo).ends_with(['f', 'F']);
        let hi = lo + 2 * quotes + len;
        let new = double_quoted(&rest[..len], is_format);
        let marks = &"\"\"\""[..quotes];
        self.put(lo, marks.as_bytes());
        self.put(hi - quotes, marks.as_bytes());
        self.hide(lo + quotes, hi - quotes, is_format);
        self.at = hi;
        let edit = (Span::new(lo as u32, hi as u32), format!("{marks}{new}{marks}"));
        self.report(Form::Quotes, lo, hi, vec![edit]);
    }

    /// Takes out of a text what would mean something else between `"`.
    fn hide(&mut self, lo: usize, hi: usize, has_holes: bool) {
        for at in lo..hi {
            let byte = self.out[at];
            if matches!(byte, b'"' | b'\\') || !has_holes && matches!(byte, b'{' | b'}') {
                self.out[at] = b' ';
            }
        }
    }

    /// `` `…${e}…` ``; three backticks that begin a line are a documentation block.
    fn backtick(&mut self) {
        let lo = self.at;
        if self.text[lo..].starts_with("```") {
            let body = self.text[lo + 3..].find("```").map_or(self.text.len(), |at| lo + 6 + at);
            self.at = body;
            return;
        }
        let rest = if self.may_search() { &self.text[lo + 1..] } else { self.rest(lo + 1) };
        let Some(len) = end_of_quoted(rest, "`") else {
            self.at += 1;
            return;
        };
        let content = &rest[..len];
        let hi = lo + 2 + len;
        self.at = hi;
        self.put(lo, b"\"");
        self.put(hi - 1, b"\"");
        let mut new = String::with_capacity(len + 2);
        let mut plain = 0;
        while let Some(open) = content[plain..].find("${") {
            let hole = plain + open;
            let Some(close) = content[hole..].find('}').map(|at| hole + at) else { break };
            new.push_str(&double_quoted(&content[plain..hole], false));
            new.push_str(&content[hole + 1..=close]);
            self.hide(lo + 1 + plain, lo + 1 + hole, false);
            self.out[lo + 1 + hole] = b' ';
            plain = close + 1;
        }
        new.push_str(&double_quoted(&content[plain..], false));
        self.hide(lo + 1 + plain, hi - 1, false);
        let is_multi = content.contains('\n');
        for byte in self.out[lo..hi].iter_mut().filter(|byte| **byte == b'\n') {
            *byte = b' ';
        }
        let edit = (Span::new(lo as u32, hi as u32), format!("\"{new}\""));
        self.report(Form::Quotes, lo, hi, if is_multi { Vec::new() } else { vec![edit] });
    }
}

/// Where the closing quote stands, behind no backslash.
fn end_of_quoted(rest: &str, quote: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let here = rest.get(at..)?;
        if here.starts_with(quote) {
            return Some(at);
        }
        let c = here.chars().next()?;
        at += c.len_utf8();
        if c == '\\' {
            at += rest.get(at..)?.chars().next()?.len_utf8();
        }
    }
}

/// The content of a string in other quotes as it stands between `"`.
fn double_quoted(content: &str, has_holes: bool) -> String {
    let mut new = String::with_capacity(content.len());
    let mut escaped = false;
    for c in content.chars() {
        match c {
            '\'' | '`' | '$' if escaped => {
                new.pop();
                new.push(c);
            }
            '"' if !escaped => new.push_str("\\\""),
            '{' | '}' if !escaped && !has_holes => {
                new.push('\\');
                new.push(c);
            }
            _ => new.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    new
}

//! JSON text to `Json` values (Dyn), without recursion.
//!
//! The whole of RFC 8259 and nothing more. Integers are exact 64-bit; a number with a point or
//! exponent is a float. A number that does not fit is an error that names its path. The last of
//! several equal keys wins. Depth is bounded.

#![expect(unsafe_code, reason = "builds objects")]

use super::classes::{LIST_JSON_CLASS, MAP_JSON_CLASS};
use super::heap::Heap;
use super::object::Ptr;
use super::word::{self, DYN_NULL, dyn_ptr};
use crate::failure::{Failure, Outcome};

/// How deeply arrays and objects may be nested.
pub const JSON_DEPTH_MAX: usize = 2_000;

/// An array or object that is being read; owns its parts.
enum Open {
    Array(Ptr),
    Object(Ptr, Ptr),
}

/// Why reading stopped: the text is no JSON, or the run failed.
pub(super) enum Stop {
    Text(String),
    Run(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Run(failure)
    }
}

/// A cursor in a text and what is open around it.
pub(super) struct Reader<'a> {
    heap: &'a mut Heap,
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    /// How many arrays and objects are open that the reader does not know of.
    outside: usize,
}

impl Heap {
    /// Reads a JSON text; the inner error says what is wrong with the text.
    pub fn json_from_text(&mut self, text: &str) -> Outcome<Result<u64, String>> {
        let mut reader = Reader::new(self, text);
        match reader.document() {
            Ok(word) => Ok(Ok(word)),
            Err(stop) => {
                reader.drop_open();
                match stop {
                    Stop::Text(message) => Ok(Err(message)),
                    Stop::Run(failure) => Err(failure),
                }
            }
        }
    }
}

impl<'a> Reader<'a> {
    /// At the beginning of a text.
    pub(super) fn new(heap: &'a mut Heap, text: &'a str) -> Self {
        Self { heap, text, at: 0, open: Vec::new(), outside: 0 }
    }

    pub(super) fn heap(&mut self) -> &mut Heap {
        self.heap
    }

    /// Whether only white space is left.
    pub(super) fn at_end(&mut self) -> bool {
        self.space();
        self.at == self.text.len()
    }

    /// A whole value as a Dyn word, so many arrays and objects being open around it.
    pub(super) fn tree_within(&mut self, depth: usize) -> Result<u64, Stop> {
        self.outside = depth;
        self.tree().inspect_err(|_| self.drop_open())
    }

    /// Skips a byte with white space before it, if it is there.
    pub(super) fn skip_byte(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Skips `null`, `true` or `false`, if it is there.
    pub(super) fn skip_word(&mut self, name: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(name.as_bytes());
        self.at += if found { name.len() } else { 0 };
        found
    }

    /// An integer without point and exponent that fits 64 bits.
    pub(super) fn plain_int(&mut self) -> Option<i64> {
        let (text, is_float) = self.number_text().ok()?;
        if is_float { None } else { text.parse().ok() }
    }

    /// A number as a Float.
    pub(super) fn plain_float(&mut self) -> Option<f64> {
        let (text, is_float) = self.number_text().ok()?;
        let value = if is_float { text.parse().ok()? } else { text.parse::<i64>().ok()? as f64 };
        value.is_finite().then_some(value)
    }

    /// A string without escapes.
    pub(super) fn plain_string(&mut self) -> Option<&'a str> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let rest = &self.text[self.at + 1..];
        let len = rest.bytes().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1F))?;
        if rest.as_bytes()[len] != b'"' {
            return None;
        }
        self.at += len + 2;
        Some(&rest[..len])
    }

    fn drop_open(&mut self) {
        for open in std::mem::take(&mut self.open) {
            // SAFETY: the reader owns what is open.
            unsafe {
                match open {
                    Open::Array(list) => self.heap.drop_ptr(list),
                    Open::Object(map, key) => {
                        self.heap.drop_ptr(map);
                        if !key.is_null() {
                            self.heap.drop_ptr(key);
                        }
                    }
                }
            }
        }
    }

    fn document(&mut self) -> Result<u64, Stop> {
        let word = self.tree()?;
        if self.at_end() {
            return Ok(word);
        }
        // SAFETY: the word is owned here.
        unsafe { self.heap.drop_dyn(word) };
        Err(self.wrong("the end"))
    }

    /// A whole value, nothing being open.
    fn tree(&mut self) -> Result<u64, Stop> {
        loop {
            let Some(mut word) = self.value()? else { continue };
            loop {
                if self.open.is_empty() {
                    return Ok(word);
                }
                self.store(word)?;
                match self.after_value()? {
                    Some(closed) => word = closed,
                    None => break,
                }
            }
        }
    }

    /// Puts a value into the innermost open array or object.
    fn store(&mut self, word: u64) -> Result<(), Stop> {
        // SAFETY: the reader owns what is open, and open containers are unique.
        let stored = unsafe {
            match self.open.last_mut().expect("the caller tested that something is open") {
                Open::Array(list) => self.heap.list_push(*list, word).map(|grown| *list = grown),
                Open::Object(map, key) => {
                    let taken = std::mem::replace(key, std::ptr::null_mut());
                    self.heap
                        .map_put(*map, taken as u64, word)
                        .map(|grown| *map = grown)
                        .inspect_err(|_| *key = taken)
                }
            }
        };
        if stored.is_err() {
            // SAFETY: a value that was not stored is still owned here.
            unsafe { self.heap.drop_dyn(word) };
        }
        Ok(stored?)
    }

    /// Reads what follows a stored value: the next part (`None`), or the end of the container.
    fn after_value(&mut self) -> Result<Option<u64>, Stop> {
        self.space();
        let array = matches!(self.open.last(), Some(Open::Array(_)));
        match (self.peek(), array) {
            (Some(b','), _) => {
                self.at += 1;
                if !array {
                    self.key()?;
                }
                Ok(None)
            }
            (Some(b']'), true) | (Some(b'}'), false) => {
                self.at += 1;
                Ok(Some(self.close()))
            }
            (_, true) => Err(self.wrong("`,` or `]`")),
            (_, false) => Err(self.wrong("`,` or `}`")),
        }
    }

    fn close(&mut self) -> u64 {
        match self.open.pop().expect("the caller tested that something is open") {
            Open::Array(p) | Open::Object(p, _) => dyn_ptr(p),
        }
    }

    /// Reads a value; `None` when it is a container with parts, which is open now.
    fn value(&mut self) -> Result<Option<u64>, Stop> {
        self.space();
        match self.peek() {
            Some(b'{') => self.begin(false),
            Some(b'[') => self.begin(true),
            Some(b'"') => Ok(Some(dyn_ptr(self.string()?))),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            _ => {
                for (name, word) in
                    [("null", DYN_NULL), ("true", word::DYN_TRUE), ("false", word::DYN_FALSE)]
                {
                    if self.text[self.at..].starts_with(name) {
                        self.at += name.len();
                        return Ok(Some(word));
                    }
                }
                Err(self.wrong("a value"))
            }
        }
    }

    fn begin(&mut self, array: bool) -> Result<Option<u64>, Stop> {
        if self.open.len() + self.outside >= JSON_DEPTH_MAX {
            return Err(Stop::Text(format!("nested more than {JSON_DEPTH_MAX} levels deep")));
        }
        self.at += 1;
        self.space();
        let end = if array { b']' } else { b'}' };
        let open = if array {
            Open::Array(self.heap.list_new(LIST_JSON_CLASS, 0)?)
        } else {
            Open::Object(self.heap.table_new(MAP_JSON_CLASS, 0)?, std::ptr::null_mut())
        };
        self.open.push(open);
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(Some(self.close()));
        }
        if !array {
            self.key()?;
        }
        Ok(None)
    }

    /// Reads a key and its colon.
    fn key(&mut self) -> Result<(), Stop> {
        self.space();
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a key in quotes"));
        }
        let string = self.string()?;
        if let Some(Open::Object(_, key)) = self.open.last_mut() {
            *key = string;
        }
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.wrong("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// The text of a number, and whether it has a point or an exponent.
    fn number_text(&mut self) -> Result<(&'a str, bool), Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let whole = self.digits()?;
        if zero && whole > 1 {
            self.at = start;
            return Err(self.wrong("a number without leading zeros"));
        }
        let mut float = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            float = true;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
            float = true;
        }
        Ok((&self.text[start..self.at], float))
    }

    fn number(&mut self) -> Result<u64, Stop> {
        let (text, float) = self.number_text()?;
        if float {
            let value: f64 = text.parse().unwrap_or(f64::INFINITY);
            if !value.is_finite() {
                return Err(self.misfit(text, "a Float"));
            }
            return Ok(word::dyn_float(value));
        }
        match text.parse() {
            Ok(value) => Ok(self.heap.dyn_int(value)?),
            Err(_) => Err(self.misfit(text, "64 bits")),
        }
    }

    fn digits(&mut self) -> Result<usize, Stop> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.wrong("a digit")) } else { Ok(self.at - start) }
    }

    /// Reads a string, the cursor being on its quote.
    pub(super) fn string(&mut self) -> Result<Ptr, Stop> {
        self.at += 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() && !matches!(bytes[self.at], b'"' | b'\\' | 0..=0x1F) {
            self.at += 1;
        }
        if self.peek() == Some(b'"') {
            let text = &self.text[start..self.at];
            self.at += 1;
            return Ok(self.heap.str_new(text)?);
        }
        let mut out = self.text[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(self.heap.str_new(&out)?);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                None | Some(0..=0x1F) => return Err(self.wrong("the end of the string")),
                Some(_) => {
                    let rest = &self.text[self.at..];
                    let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ');
                    let plain = plain.unwrap_or(rest.len());
                    out.push_str(&rest[..plain]);
                    self.at += plain;
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let Some(byte) = self.peek() else { return Err(self.wrong("an escape")) };
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte as char,
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.wrong("an escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Result<char, Stop> {
        let high = self.hex4()?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if !(0xD800..0xDC00).contains(&high) || !self.text[self.at..].starts_with("\\u") {
            return Err(self.wrong("a pair of surrogates"));
        }
        self.at += 2;
        let low = self.hex4()?;
        let pair = low.checked_sub(0xDC00).filter(|low| *low < 0x400);
        let code = pair.map(|low| 0x10000 + ((high - 0xD800) << 10) + low);
        code.and_then(char::from_u32).ok_or_else(|| self.wrong("a pair of surrogates"))
    }

    fn hex4(&mut self) -> Result<u32, Stop> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.wrong("four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    #[cold]
    fn wrong(&self, expected: &str) -> Stop {
        let mut at = self.at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let found = match self.text[at..].chars().next() {
            Some(c) => format!("`{}`", c.escape_debug()),
            None => "the end of the text".to_owned(),
        };
        Stop::Text(format!("line {line}, column {column}: expected {expected}, found {found}"))
    }

    /// A number that does not fit, with the path to it.
    #[cold]
    fn misfit(&self, number: &str, room: &str) -> Stop {
        let mut path = String::new();
        for open in &self.open {
            // SAFETY: the reader owns what is open.
            unsafe {
                match open {
                    Open::Array(list) => path.push_str(&format!("[{}]", super::list::len(*list))),
                    Open::Object(_, key) if key.is_null() => {}
                    Open::Object(_, key) => {
                        super::path::push_key(&mut path, super::text::str_of(*key))
                    }
                }
            }
        }
        let shown: String = number.chars().take(40).collect();
        Stop::Text(format!("{}the number {shown} does not fit {room}", super::path::prefix(&path)))
    }
}

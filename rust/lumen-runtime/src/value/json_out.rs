//! Values to JSON text, without recursion: compact, or indented; keys in their order.
//!
//! Records are objects, lists, sets and tuples arrays, a payload-less variant its name; a variant
//! with payload is an object of one key, its name: a single unnamed payload stands bare, several
//! in an array, named ones in an object. Bytes are base64. Map keys are texts, numbers, truth
//! values or payload-less variants. Functions, NaN and infinities have no JSON: an error.

#![expect(unsafe_code, reason = "walks objects")]

use super::classes::{Kind, Slot};
use super::heap::Heap;
use super::number::float_text;
use super::object::Ptr;
use super::view::{View, child};
use super::{list, table, text};
use crate::failure::{Failure, Outcome};
use std::fmt::Write;

/// An object whose parts are being written.
struct Frame {
    p: Ptr,
    next: usize,
    count: usize,
    first: bool,
    shape: Shape,
    /// Some part on the way to it was dynamic.
    opaque: bool,
    /// The outermost secret: where its text begins.
    secret: Option<usize>,
}

/// The JSON form of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Array,
    Object,
    /// A variant whose payload is an array: `{"V": [..]}`.
    TaggedArray,
    /// A variant with named payload: `{"V": {..}}`.
    TaggedObject,
    /// A variant with one unnamed payload: `{"V": x}`.
    TaggedBare,
    /// What a seal holds, and nothing around it.
    Bare,
}

/// What becomes of sealed values.
#[derive(Clone, Copy, Debug)]
pub enum Seals<'k> {
    /// They have no JSON.
    Refuse,
    /// What they hold: the JSON leaves for a provider. Behind `Any` they have none here either.
    Open,
    /// A mark stands for a secret: the JSON is for a trace.
    Mark(Option<&'k [u8; 32]>),
}

/// What became of the sealed values in a JSON text.
#[derive(Clone, Debug, Default)]
pub struct Unsealed {
    /// Something of it is untrusted.
    pub untrusted: bool,
    /// The JSON of each secret.
    pub secrets: Vec<String>,
}

/// What stands in the place of a secret, of which this is the JSON: a keyed hash of it, or without a key just a word.
pub fn mark_of(key: Option<&[u8; 32]>, secret: &str) -> String {
    let text = secret.trim_matches('"');
    if is_mark(text) {
        // A replay has the mark instead of the secret.
        return text.to_owned();
    }
    match key {
        Some(key) => {
            let hash = blake3::keyed_hash(key, secret.as_bytes()).to_hex();
            format!("{MARK_OPEN}{}>", &hash[..MARK_DIGITS])
        }
        None => "<secret>".to_owned(),
    }
}

/// Whether a text is what a trace holds in a secret's place.
pub fn is_mark(text: &str) -> bool {
    let digits = text.strip_prefix(MARK_OPEN).and_then(|rest| rest.strip_suffix('>'));
    digits.is_some_and(|digits| {
        digits.len() == MARK_DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// Where the first mark in a text begins and ends.
pub fn next_mark(text: &str) -> Option<(usize, usize)> {
    let length = MARK_OPEN.len() + MARK_DIGITS + 1;
    text.match_indices(MARK_OPEN)
        .map(|(at, _)| (at, at + length))
        .find(|&(from, to)| text.get(from..to).is_some_and(is_mark))
}

/// How a mark begins.
const MARK_OPEN: &str = "<secret ";
/// Hexadecimal digits of a mark: 128 bits.
const MARK_DIGITS: usize = 32;

struct Writer<'h> {
    heap: &'h Heap,
    out: String,
    indent: Option<usize>,
    depth: usize,
    seals: Seals<'h>,
    unsealed: Unsealed,
    /// The next value stands behind a dynamic part.
    opaque: bool,
    in_secret: bool,
}

impl Heap {
    /// Whether an object is a `Secret` or `Untrusted`.
    ///
    /// # Safety
    /// The object is live.
    pub(super) unsafe fn is_sealed(&self, p: Ptr) -> bool {
        // SAFETY: as the caller promises.
        matches!(unsafe { self.row_of(p) }.kind, Kind::Secret | Kind::Untrusted)
    }

    /// Why a sealed object has no JSON.
    ///
    /// # Safety
    /// The object is live.
    #[cold]
    pub(super) unsafe fn no_json(&self, p: Ptr) -> Failure {
        // SAFETY: as the caller promises.
        Failure::sealed(&unsafe { self.row_of(p) }.name)
    }

    /// The JSON text of a word; indented by so many spaces a level, or compact.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn to_json(&self, slot: Slot, word: u64, indent: Option<usize>) -> Outcome<String> {
        // SAFETY: as the caller promises.
        Ok(unsafe { self.to_json_with(slot, word, indent, Seals::Refuse) }?.0)
    }

    /// The same, with sealed values as `seals` says; and which there were.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn to_json_with(
        &self,
        slot: Slot,
        word: u64,
        indent: Option<usize>,
        seals: Seals<'_>,
    ) -> Outcome<(String, Unsealed)> {
        let mut writer = Writer {
            heap: self,
            out: String::new(),
            indent,
            depth: 0,
            seals,
            unsealed: Unsealed::default(),
            opaque: slot == Slot::Dyn,
            in_secret: false,
        };
        let mut stack: Vec<Frame> = Vec::new();
        // SAFETY: children of live objects are live, and nothing is changed here.
        unsafe {
            let mut view = self.view(slot, word);
            loop {
                self.check_room(writer.out.len())?;
                if let Some(frame) = writer.write_view(view)? {
                    stack.push(frame);
                }
                view = loop {
                    let Some(frame) = stack.last_mut() else {
                        return Ok((writer.out, writer.unsealed));
                    };
                    if let Some(next) = writer.next_part(frame)? {
                        break next;
                    }
                    writer.close(frame);
                    stack.pop();
                };
            }
        }
    }
}

impl Writer<'_> {
    unsafe fn write_view(&mut self, view: View) -> Outcome<Option<Frame>> {
        let heap = self.heap;
        match view {
            View::Null => self.out.push_str("null"),
            View::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            View::Int(value) => {
                write!(self.out, "{value}").expect("writing to a string succeeds");
            }
            View::Float(value) if value.is_finite() => self.out.push_str(&float_text(value)),
            View::Float(value) => {
                return Err(Failure::argument(format!("{} has no JSON", float_text(value))));
            }
            View::Enum(class, ordinal) => {
                json_quote(heap.variant_name(class, ordinal), &mut self.out);
            }
            // SAFETY: as the caller promises.
            View::Object(p) => unsafe { return self.open_object(p) },
        }
        Ok(None)
    }

    unsafe fn open_object(&mut self, p: Ptr) -> Outcome<Option<Frame>> {
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            let row = self.heap.row_of(p);
            let (shape, count) = match row.kind {
                Kind::String => {
                    let text = text::str_of(p);
                    self.heap.check_room(self.out.len() + text.len())?;
                    json_quote(text, &mut self.out);
                    return Ok(None);
                }
                Kind::Bytes => {
                    let encoded = data_encoding::BASE64.encode(text::bytes_of(p));
                    json_quote(&encoded, &mut self.out);
                    return Ok(None);
                }
                Kind::Secret | Kind::Untrusted => match self.seals {
                    _ if self.opaque => return Err(self.heap.no_json(p)),
                    Seals::Refuse => return Err(self.heap.no_json(p)),
                    Seals::Open | Seals::Mark(_) => {
                        self.unsealed.untrusted |= row.kind == Kind::Untrusted;
                        (Shape::Bare, 1)
                    }
                },
                Kind::List => (Shape::Array, list::len(p)),
                Kind::Set => (Shape::Array, table::len(p)),
                Kind::Map => (Shape::Object, table::len(p)),
                Kind::Tuple => (Shape::Array, row.slots.len()),
                Kind::Record => (Shape::Object, row.slots.len()),
                Kind::Variant => {
                    let named = row.fields.first().is_some_and(Option::is_some);
                    let shape = match (named, row.slots.len()) {
                        (true, _) => Shape::TaggedObject,
                        (false, 1) => Shape::TaggedBare,
                        _ => Shape::TaggedArray,
                    };
                    (shape, row.slots.len())
                }
                _ => return Err(Failure::argument("a function has no JSON")),
            };
            if matches!(shape, Shape::TaggedArray | Shape::TaggedObject | Shape::TaggedBare) {
                self.out.push('{');
                self.depth += 1;
                self.new_line();
                json_quote(&row.name, &mut self.out);
                self.colon();
            }
            match shape {
                Shape::Array | Shape::TaggedArray => self.out.push('['),
                Shape::Object | Shape::TaggedObject => self.out.push('{'),
                Shape::TaggedBare | Shape::Bare => {}
            }
            self.depth += 1;
            let is_outermost = row.kind == Kind::Secret && !self.in_secret;
            self.in_secret |= is_outermost;
            let secret = is_outermost.then_some(self.out.len());
            Ok(Some(Frame { p, next: 0, count, first: true, shape, opaque: self.opaque, secret }))
        }
    }

    /// Notes the secret that was written from a place on, or puts the mark there instead.
    fn close_secret(&mut self, from: usize) {
        self.in_secret = false;
        let json = self.out[from..].to_owned();
        if let Seals::Mark(key) = self.seals {
            self.out.truncate(from);
            json_quote(&mark_of(key, &json), &mut self.out);
        } else {
            self.unsealed.secrets.push(json);
        }
    }

    fn close(&mut self, frame: &Frame) {
        self.depth -= 1;
        if let Some(from) = frame.secret {
            self.close_secret(from);
        }
        if frame.count > 0 && !matches!(frame.shape, Shape::TaggedBare | Shape::Bare) {
            self.new_line();
        }
        match frame.shape {
            Shape::Array | Shape::TaggedArray => self.out.push(']'),
            Shape::Object | Shape::TaggedObject => self.out.push('}'),
            Shape::TaggedBare | Shape::Bare => {}
        }
        if !matches!(frame.shape, Shape::Array | Shape::Object | Shape::Bare) {
            self.depth -= 1;
            self.new_line();
            self.out.push('}');
        }
    }

    fn new_line(&mut self) {
        if let Some(width) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', width * self.depth));
        }
    }

    fn colon(&mut self) {
        self.out.push_str(if self.indent.is_some() { ": " } else { ":" });
    }

    unsafe fn next_part(&mut self, frame: &mut Frame) -> Outcome<Option<View>> {
        // SAFETY: the object is live; positions stay inside it.
        unsafe {
            let heap = self.heap;
            let row = heap.row_of(frame.p);
            let next = match row.kind {
                Kind::Map | Kind::Set => table::next_live(frame.p, row, frame.next),
                _ => (frame.next < frame.count).then_some(frame.next),
            };
            let Some(at) = next else { return Ok(None) };
            frame.next = at + 1;
            self.opaque = frame.opaque;
            if !std::mem::take(&mut frame.first) {
                self.out.push(',');
            }
            if !matches!(frame.shape, Shape::TaggedBare | Shape::Bare) {
                self.new_line();
            }
            match row.kind {
                Kind::Set => {
                    self.opaque |= row.slots[0] == Slot::Dyn;
                    Ok(Some(heap.view(row.slots[0], table::key_at(frame.p, row, at))))
                }
                Kind::Map => {
                    let key = heap.view(row.slots[0], table::key_at(frame.p, row, at));
                    let key = heap.json_key(key)?;
                    json_quote(&key, &mut self.out);
                    self.colon();
                    self.opaque |= row.slots[1] == Slot::Dyn;
                    Ok(Some(heap.view(row.slots[1], *table::value_at(frame.p, at))))
                }
                _ => {
                    if let (Shape::Object | Shape::TaggedObject, Some(Some(name))) =
                        (frame.shape, row.fields.get(at))
                    {
                        json_quote(name, &mut self.out);
                        self.colon();
                    }
                    let (slot, word) = child(frame.p, row, at);
                    self.opaque |= slot == Slot::Dyn;
                    Ok(Some(heap.view(slot, word)))
                }
            }
        }
    }
}

impl Heap {
    /// A map key as the key of a JSON object.
    ///
    /// # Safety
    /// The object of the view is live.
    pub(super) unsafe fn json_key(&self, key: View) -> Outcome<String> {
        // SAFETY: as the caller promises.
        unsafe {
            match key {
                View::Bool(value) => Ok(value.to_string()),
                View::Int(value) => Ok(value.to_string()),
                View::Float(value) if value.is_finite() => Ok(float_text(value)),
                View::Enum(class, ordinal) => Ok(self.variant_name(class, ordinal).to_owned()),
                View::Object(p) if self.as_text(p).is_some() => Ok(text::str_of(p).to_owned()),
                _ => {
                    let kind = self.kind_name(key);
                    Err(Failure::argument(format!("a map with {kind} keys has no JSON")))
                }
            }
        }
    }
}

/// Writes a text as a JSON string.
pub fn json_quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("writing to a string succeeds");
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

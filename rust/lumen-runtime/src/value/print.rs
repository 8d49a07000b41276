//! The text of values: `print`, `{x}`, `to_string` (strings bare at the top) and `debug`.
//!
//! Without recursion. The text is built outside the heap, so its length is held against the
//! heap's limit while it grows: a small value that shares its parts can have a huge text.

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
    close: &'static str,
    /// The value of a map entry whose key was just written.
    value: Option<View>,
}

impl Heap {
    /// The text of a word: strings bare at the top.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn display(&self, slot: Slot, word: u64) -> Outcome<String> {
        let mut out = String::new();
        // SAFETY: as the caller promises.
        unsafe { self.write_text(slot, word, false, &mut out)? };
        Ok(out)
    }

    /// The text of a word: strings quoted everywhere.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn debug(&self, slot: Slot, word: u64) -> Outcome<String> {
        let mut out = String::new();
        // SAFETY: as the caller promises.
        unsafe { self.write_text(slot, word, true, &mut out)? };
        Ok(out)
    }

    /// Writes the text of a word behind `out`.
    ///
    /// # Safety
    /// `word` is a valid word of this kind.
    pub unsafe fn write_text(
        &self,
        slot: Slot,
        word: u64,
        quoted: bool,
        out: &mut String,
    ) -> Outcome<()> {
        // SAFETY: children of live objects are live, and nothing is changed here.
        unsafe {
            let mut view = self.view(slot, word);
            if let (View::Object(p), false) = (view, quoted)
                && let Some(text) = self.as_text(p)
            {
                self.check_text(out.len() + text.len())?;
                out.push_str(text);
                return Ok(());
            }
            let mut stack: Vec<Frame> = Vec::new();
            loop {
                self.check_text(out.len())?;
                if let Some(frame) = self.write_view(view, out)? {
                    stack.push(frame);
                }
                view = loop {
                    let Some(frame) = stack.last_mut() else { return Ok(()) };
                    if let Some(next) = self.next_part(frame, out) {
                        break next;
                    }
                    out.push_str(frame.close);
                    stack.pop();
                };
            }
        }
    }

    /// Fails when a text of `len` bytes is too long.
    fn check_text(&self, len: usize) -> Outcome<()> {
        if len > text::LEN_MAX {
            return Err(Failure::too_large("string"));
        }
        self.check_room(len)
    }

    /// Writes a value without parts, or the opening of one with parts.
    unsafe fn write_view(&self, view: View, out: &mut String) -> Outcome<Option<Frame>> {
        match view {
            View::Null => out.push_str("null"),
            View::Bool(true) => out.push_str("true"),
            View::Bool(false) => out.push_str("false"),
            View::Int(value) => write!(out, "{value}").expect("writing to a string succeeds"),
            View::Float(value) => out.push_str(&float_text(value)),
            View::Enum(class, ordinal) => out.push_str(self.variant_name(class, ordinal)),
            // SAFETY: as the caller promises.
            View::Object(p) => unsafe { return self.open_object(p, out) },
        }
        Ok(None)
    }

    unsafe fn open_object(&self, p: Ptr, out: &mut String) -> Outcome<Option<Frame>> {
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            let row = self.row_of(p);
            let (open, close, count) = match row.kind {
                Kind::String => {
                    let text = text::str_of(p);
                    self.check_text(out.len() + text.len())?;
                    quote(text, out);
                    return Ok(None);
                }
                Kind::Bytes => {
                    let bytes = text::bytes_of(p);
                    self.check_text(out.len() + 2 * bytes.len())?;
                    out.push_str("b\"");
                    for byte in bytes {
                        write!(out, "{byte:02x}").expect("writing to a string succeeds");
                    }
                    out.push('"');
                    return Ok(None);
                }
                Kind::Closure if self.row(row.owner).kind == Kind::Stream => {
                    out.push_str("<stream>");
                    return Ok(None);
                }
                Kind::Closure | Kind::Fn | Kind::Stream => {
                    // The name of a lambda says that it is one: `fn in main`.
                    let name = row.name.strip_prefix("fn ").unwrap_or(&row.name);
                    write!(out, "<fn {name}>").expect("writing to a string succeeds");
                    return Ok(None);
                }
                Kind::Secret | Kind::Untrusted => {
                    write!(out, "{}(…)", row.name).expect("writing to a string succeeds");
                    return Ok(None);
                }
                Kind::List => ("[", "]", list::len(p)),
                Kind::Map => ("{", "}", 0),
                Kind::Set => ("set[", "]", 0),
                _ if row.kind != Kind::Tuple && row.slots.is_empty() => ("", "", 0),
                _ => ("(", ")", row.slots.len()),
            };
            if matches!(row.kind, Kind::Record | Kind::Variant) {
                // A generic record is shown without its type arguments.
                out.push_str(row.name.split('[').next().unwrap_or_default());
            }
            out.push_str(open);
            Ok(Some(Frame { p, next: 0, count, first: true, close, value: None }))
        }
    }

    /// The next part of an object, with what stands before it written.
    unsafe fn next_part(&self, frame: &mut Frame, out: &mut String) -> Option<View> {
        if let Some(value) = frame.value.take() {
            out.push_str(": ");
            return Some(value);
        }
        // SAFETY: the object is live; positions stay inside it.
        unsafe {
            let row = self.row_of(frame.p);
            let at = match row.kind {
                Kind::Map | Kind::Set => table::next_live(frame.p, row, frame.next)?,
                _ if frame.next < frame.count => frame.next,
                _ => return None,
            };
            frame.next = at + 1;
            if !std::mem::take(&mut frame.first) {
                out.push_str(", ");
            }
            match row.kind {
                Kind::Map | Kind::Set => {
                    if row.kind == Kind::Map {
                        let value = *table::value_at(frame.p, at);
                        frame.value = Some(self.view(row.slots[1], value));
                    }
                    Some(self.view(row.slots[0], table::key_at(frame.p, row, at)))
                }
                _ => {
                    if let (Kind::Record, Some(Some(name))) = (row.kind, row.fields.get(at)) {
                        out.push_str(name);
                        out.push_str(": ");
                    }
                    let (slot, word) = child(frame.p, row, at);
                    Some(self.view(slot, word))
                }
            }
        }
    }

    /// The name of a variant.
    pub fn variant_name(&self, class: u32, ordinal: u32) -> &str {
        self.row(class).variants.get(ordinal as usize).map_or("?", |variant| &variant.name)
    }
}

/// Writes a text in quotes, with escapes.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            c if c.is_control() => {
                write!(out, "\\u{{{:x}}}", u32::from(c)).expect("writing to a string succeeds");
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

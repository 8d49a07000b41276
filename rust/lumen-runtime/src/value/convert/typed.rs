//! JSON text straight into values of a type, without a document in between.
//!
//! Input: a text, a type and perhaps a plan. Output: what parsing the text and converting the document gives. Only what
//! is as expected is read here: lists, maps, records, optionals, scalars and texts. Whatever else is met, an error
//! included, ends the attempt, and the text is read the long way, which has all the rules and messages.
//! Invariant: each step owns what it has built until it returns; recursion is bounded by [`CONVERT_DEPTH_MAX`].

use super::checked::Plan;
use super::{CONVERT_DEPTH_MAX, Stop};
use crate::failure::{Failure, Outcome};
use crate::value::classes::{Classes, Kind, Slot};
use crate::value::heap::Heap;
use crate::value::json_in::{self, Reader};
use crate::value::word::{self, ClassId, DYN_NULL, NULL_REF};
use lumen_lir::{TypeDesc, TypeId};

/// Why the attempt ended.
enum End {
    /// The text is to be read the long way.
    Unexpected,
    /// The run failed.
    Run(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Run(failure)
    }
}

impl From<json_in::Stop> for End {
    fn from(stop: json_in::Stop) -> Self {
        match stop {
            json_in::Stop::Text(_) => Self::Unexpected,
            json_in::Stop::Run(failure) => Self::Run(failure),
        }
    }
}

type Read<T> = Result<T, End>;

impl Heap {
    /// A JSON text as a value of a type, by a plan; the inner error says what is wrong.
    ///
    /// # Safety
    /// The defaults of the plan are valid Dyn words; they are borrowed.
    pub unsafe fn read_planned(
        &mut self,
        text: &str,
        ty: TypeId,
        plan: Plan,
    ) -> Outcome<Result<u64, String>> {
        let outer = self.plan.replace(Box::new(plan));
        // SAFETY: as the caller promises.
        let read = unsafe { self.read_typed(text, ty) };
        let plan = std::mem::replace(&mut self.plan, outer).unwrap_or_default();
        match read {
            Err(failure) => Err(failure),
            Ok(Some(word)) => Ok(Ok(word)),
            Ok(None) => {
                let document = match self.json_from_text(text)? {
                    Ok(document) => document,
                    Err(message) => return Ok(Err(message)),
                };
                // SAFETY: the document is owned here and dropped after its use.
                unsafe {
                    let converted = self.convert_planned(Slot::Dyn, document, ty, *plan);
                    self.drop_slot(Slot::Dyn, document);
                    converted
                }
            }
        }
    }

    /// The value, if the text is just as the type expects.
    unsafe fn read_typed(&mut self, text: &str, ty: TypeId) -> Outcome<Option<u64>> {
        let classes = self.classes().clone();
        let slot = classes.slot(ty);
        let mut typed =
            Typed { reader: Reader::new(self, text), classes: &classes, fields: Vec::new() };
        let read = typed.value(ty, 0);
        match read {
            Ok(word) if typed.reader.at_end() => Ok(Some(word)),
            Ok(word) => {
                // SAFETY: the word is owned here.
                unsafe { self.drop_slot(slot, word) };
                Ok(None)
            }
            Err(End::Unexpected) => Ok(None),
            Err(End::Run(failure)) => Err(failure),
        }
    }
}

struct Typed<'a> {
    reader: Reader<'a>,
    classes: &'a Classes,
    /// Words of the fields of the records that are being read, the innermost at the end.
    fields: Vec<Option<u64>>,
}

impl Typed<'_> {
    /// Reads a value as an owned word of the type's slot.
    fn value(&mut self, ty: TypeId, depth: usize) -> Read<u64> {
        if depth > CONVERT_DEPTH_MAX {
            return Err(End::Unexpected);
        }
        let classes = self.classes;
        let row = classes.type_row(ty);
        self.reader.space();
        match &row.desc {
            TypeDesc::Int => self.reader.plain_int().map(|n| n as u64).ok_or(End::Unexpected),
            TypeDesc::Float => self.reader.plain_float().map(f64::to_bits).ok_or(End::Unexpected),
            TypeDesc::Bool if self.reader.skip_word("true") => Ok(1),
            TypeDesc::Bool if self.reader.skip_word("false") => Ok(0),
            TypeDesc::String if self.reader.peek() == Some(b'"') => {
                Ok(word::ptr_ref(self.reader.string()?))
            }
            TypeDesc::Json => Ok(self.reader.tree_within(depth)?),
            TypeDesc::Enum(class) => {
                let name = self.reader.plain_string().ok_or(End::Unexpected)?;
                let ordinal = self.reader.heap().ordinal_named(class.0, name);
                ordinal.map(u64::from).ok_or(End::Unexpected)
            }
            TypeDesc::Optional(_) if self.reader.skip_word("null") => {
                Ok(if row.slot == Slot::Dyn { DYN_NULL } else { NULL_REF })
            }
            TypeDesc::Optional(inner) => {
                let inner = *inner;
                let word = self.value(inner, depth)?;
                // SAFETY: the word is of the inner type; a failed widening owns nothing.
                let widened =
                    unsafe { self.reader.heap().widen(word, classes.slot(inner), row.slot) };
                widened.map_err(run_only)
            }
            TypeDesc::Obj(class) => match classes.row(class.0).kind {
                Kind::List => self.list(class.0, depth),
                Kind::Map => self.map(class.0, depth),
                Kind::Record => self.record(class.0, depth),
                _ => Err(End::Unexpected),
            },
            _ => Err(End::Unexpected),
        }
    }

    fn list(&mut self, class: ClassId, depth: usize) -> Read<u64> {
        if !self.reader.skip_byte(b'[') {
            return Err(End::Unexpected);
        }
        let elem = self.classes.row(class).types[0];
        let out = self.reader.heap().list_new(class, 0)?;
        self.parts(out, b']', |typed, out| {
            let word = typed.value(elem, depth + 1)?;
            let slot = typed.classes.slot(elem);
            let heap = typed.reader.heap();
            // SAFETY: the list is unique and owned here; a word it does not take is dropped.
            unsafe {
                heap.list_push(out, word).map_err(|failure| {
                    heap.drop_slot(slot, word);
                    End::Run(failure)
                })
            }
        })
    }

    /// The parts up to `end`, each of which `part` puts into the collection; this owns it until it is whole.
    fn parts(
        &mut self,
        mut out: super::Ptr,
        end: u8,
        part: impl Fn(&mut Self, super::Ptr) -> Read<super::Ptr>,
    ) -> Read<u64> {
        if self.reader.skip_byte(end) {
            return Ok(word::ptr_ref(out));
        }
        loop {
            let more = part(self, out).and_then(|grown| {
                out = grown;
                self.more(end)
            });
            match more {
                Ok(true) => {}
                Ok(false) => return Ok(word::ptr_ref(out)),
                Err(end) => {
                    // SAFETY: the collection is owned here.
                    unsafe { self.reader.heap().drop_ptr(out) };
                    return Err(end);
                }
            }
        }
    }

    /// Whether another part follows; the end is skipped.
    fn more(&mut self, end: u8) -> Read<bool> {
        if self.reader.skip_byte(b',') {
            Ok(true)
        } else if self.reader.skip_byte(end) {
            Ok(false)
        } else {
            Err(End::Unexpected)
        }
    }

    /// A map with text keys.
    fn map(&mut self, class: ClassId, depth: usize) -> Read<u64> {
        let [key, value] = *self.classes.row(class).types else { return Err(End::Unexpected) };
        if self.classes.type_row(key).desc != TypeDesc::String || !self.reader.skip_byte(b'{') {
            return Err(End::Unexpected);
        }
        let out = self.reader.heap().table_new(class, 0)?;
        self.parts(out, b'}', |typed, out| typed.entry(out, value, depth))
    }

    /// Reads an entry into a map that the caller owns; a key that is there already is left to the long way.
    fn entry(&mut self, map: super::Ptr, ty: TypeId, depth: usize) -> Read<super::Ptr> {
        self.reader.space();
        if self.reader.peek() != Some(b'"') {
            return Err(End::Unexpected);
        }
        let key = self.reader.string()?;
        let key_word = word::ptr_ref(key);
        // SAFETY: the key is a text, as the map's keys.
        let known = unsafe { self.reader.heap().table_find(map, key_word).is_some() };
        let value = match known || !self.reader.skip_byte(b':') {
            true => Err(End::Unexpected),
            false => self.value(ty, depth + 1),
        };
        let slot = self.classes.slot(ty);
        let heap = self.reader.heap();
        // SAFETY: key and value are owned here until the map takes them.
        unsafe {
            match value {
                Ok(value) => heap.map_put(map, key_word, value).map_err(|failure| {
                    heap.drop_ptr(key);
                    heap.drop_slot(slot, value);
                    End::Run(failure)
                }),
                Err(end) => {
                    heap.drop_ptr(key);
                    Err(end)
                }
            }
        }
    }

    fn record(&mut self, class: ClassId, depth: usize) -> Read<u64> {
        if !self.reader.skip_byte(b'{') {
            return Err(End::Unexpected);
        }
        let base = self.fields.len();
        let count = self.classes.row(class).types.len();
        self.fields.resize(base + count, None);
        let made = self.members(class, base, depth).and_then(|()| self.build(class, base, depth));
        let classes = self.classes;
        for (at, word) in self.fields.drain(base..).enumerate() {
            if let Some(word) = word {
                // SAFETY: words that no record has taken are owned here.
                unsafe { self.reader.heap().drop_slot(classes.row(class).slots[at], word) };
            }
        }
        made
    }

    /// The members of an object as fields; those that the record does not know are read and dropped.
    fn members(&mut self, class: ClassId, base: usize, depth: usize) -> Read<()> {
        if self.reader.skip_byte(b'}') {
            return Ok(());
        }
        let classes = self.classes;
        let row = classes.row(class);
        let mut expected = 0;
        loop {
            self.reader.space();
            let name = self.reader.plain_string().ok_or(End::Unexpected)?;
            let is_at = |at: usize| row.fields.get(at).and_then(Option::as_deref) == Some(name);
            let found = match is_at(expected) {
                true => Some(expected),
                false => (0..row.fields.len()).find(|at| is_at(*at)),
            };
            if !self.reader.skip_byte(b':') {
                return Err(End::Unexpected);
            }
            match found {
                Some(at) if self.fields[base + at].is_some() => return Err(End::Unexpected),
                Some(at) => {
                    let word = self.value(row.types[at], depth + 1)?;
                    self.fields[base + at] = Some(word);
                    expected = at + 1;
                }
                None => {
                    let word = self.reader.tree_within(depth)?;
                    // SAFETY: the word is owned here.
                    unsafe { self.reader.heap().drop_slot(Slot::Dyn, word) };
                }
            }
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }

    /// The record of the fields from `base` on, absent ones by their defaults.
    fn build(&mut self, class: ClassId, base: usize, depth: usize) -> Read<u64> {
        let classes = self.classes;
        for (at, ty) in classes.row(class).types.iter().enumerate() {
            if self.fields[base + at].is_none() {
                // SAFETY: the plan's defaults are live.
                let absent = unsafe { self.reader.heap().absent_field(class, at, *ty, depth) };
                self.fields[base + at] = Some(absent.map_err(run_only)?);
            }
        }
        let words = &mut self.fields[base..];
        let heap = self.reader.heap();
        // SAFETY: the words are of the record's fields, which takes them.
        unsafe {
            let p = heap.flat_new(class)?;
            for (at, word) in words.iter_mut().enumerate() {
                *crate::value::object::field(p, at) = word.take().unwrap_or_default();
            }
            Ok(word::ptr_ref(p))
        }
    }
}

/// What does not fit is left to the long way.
fn run_only(stop: Stop) -> End {
    match stop {
        Stop::Wrong { .. } => End::Unexpected,
        Stop::Run(failure) => End::Run(failure),
    }
}

//! Conversion by schema: a value becomes a value of a type, or a message that names the path.
//!
//! Used by `as T`, `validate` and for turning values into `Json`. A value that is
//! of the type already is shared, not copied. Else: arrays become lists, sets and tuples; objects
//! become maps, records and variants; texts become payload-less variants, and base64 texts Bytes.
//! A float without fraction becomes an Int, an Int becomes a Float. Keys that a record does not
//! know are ignored; a missing field has its default when the conversion has a plan (`checked.rs`),
//! else it is null when it is optional, an error otherwise.
//! Recursion follows the value and is bounded by [`CONVERT_DEPTH_MAX`].

#![expect(unsafe_code, reason = "reads and builds objects")]

mod checked;
mod to_json;
mod typed;

pub use checked::Plan;

use super::classes::{Kind, Slot};
use super::heap::Heap;
use super::object::Ptr;
use super::path::{prefix, push_key};
use super::view::{View, child};
use super::word::{self, ClassId, DYN_NULL, NULL_REF};
use super::{list, number, table};
use crate::failure::{Failure, Outcome};
use lumen_lir::{TypeDesc, TypeId};

/// How deeply a converted value may be nested.
pub const CONVERT_DEPTH_MAX: usize = 500;

/// A step of a path, innermost first while an error travels up.
enum PathStep {
    Key(String),
    Index(usize),
}

impl PathStep {
    /// Adds the step to a path's text.
    fn push_to(&self, text: &mut String) {
        match self {
            Self::Key(key) => push_key(text, key),
            Self::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
}

/// Why a conversion stopped.
enum Stop {
    /// The value does not fit.
    Wrong { path: Vec<PathStep>, message: String },
    /// The run failed.
    Run(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Run(failure)
    }
}

impl Stop {
    #[cold]
    fn wrong(message: String) -> Self {
        Self::Wrong { path: Vec::new(), message }
    }

    fn under(mut self, step: PathStep) -> Self {
        if let Self::Wrong { path, .. } = &mut self {
            path.push(step);
        }
        self
    }
}

/// Registers of a converted value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registers {
    /// One.
    One(u64),
    /// Whether there is a value, and the value.
    Two([u64; 2]),
}

type Converted = Result<u64, Stop>;

impl Heap {
    /// A value as a word of the type's slot, owned by the caller; the inner error is a message.
    ///
    /// # Safety
    /// `word` is a valid word of this kind; it is borrowed.
    pub unsafe fn convert(
        &mut self,
        slot: Slot,
        word: u64,
        ty: TypeId,
    ) -> Outcome<Result<u64, String>> {
        // SAFETY: as the caller promises.
        let converted = unsafe {
            let view = self.view(slot, word);
            self.convert_view(view, ty, 0)
        };
        match converted {
            Ok(word) => Ok(Ok(word)),
            Err(Stop::Run(failure)) => Err(failure),
            Err(Stop::Wrong { path, message }) => {
                let mut text = String::new();
                for step in path.iter().rev() {
                    step.push_to(&mut text);
                }
                Ok(Err(format!("{}{message}", prefix(&text))))
            }
        }
    }

    /// A Dyn word converted to a type as registers hold it: one word, or two for an optional
    /// scalar (present, value).
    ///
    /// # Safety
    /// `word` is a valid Dyn word; it is borrowed.
    pub unsafe fn convert_to_registers(
        &mut self,
        word: u64,
        ty: TypeId,
    ) -> Outcome<Result<Registers, String>> {
        let row = self.classes().type_row(ty);
        let inner = match row.desc {
            TypeDesc::Optional(inner) if row.scalar.is_some() => inner,
            // SAFETY: as the caller promises.
            _ => return Ok(unsafe { self.convert(Slot::Dyn, word, ty)? }.map(Registers::One)),
        };
        if word == DYN_NULL {
            return Ok(Ok(Registers::Two([0, 0])));
        }
        // SAFETY: as the caller promises.
        let converted = unsafe { self.convert(Slot::Dyn, word, inner)? };
        Ok(converted.map(|value| Registers::Two([1, value])))
    }

    #[cold]
    unsafe fn mismatch(&self, view: View, ty: TypeId) -> Stop {
        // SAFETY: as the caller promises.
        let found = unsafe { self.schema_name_of(view) };
        Stop::wrong(format!("expected {}, found {found}", self.classes().type_name(ty)))
    }

    /// The name of a value's type as a conversion error shows it: JSON objects are maps.
    unsafe fn schema_name_of(&self, view: View) -> String {
        match view {
            // SAFETY: as the caller promises.
            View::Object(p) => match unsafe { self.row_of(p) }.kind {
                Kind::List => "a list".to_owned(),
                Kind::Map => "a map".to_owned(),
                // SAFETY: as the caller promises.
                _ => unsafe { self.type_name_of(view) },
            },
            // SAFETY: as the caller promises.
            _ => unsafe { self.type_name_of(view) },
        }
    }

    unsafe fn convert_view(&mut self, view: View, ty: TypeId, depth: usize) -> Converted {
        if depth > CONVERT_DEPTH_MAX {
            return Err(Stop::wrong(format!("nested more than {CONVERT_DEPTH_MAX} levels deep")));
        }
        let classes = self.classes().clone();
        let row = classes.type_row(ty);
        // SAFETY: the objects of views are live while their roots are borrowed.
        unsafe {
            if self.is_type(view, ty) {
                return Ok(self.share(view, row.slot)?);
            }
            match (&row.desc, view) {
                (TypeDesc::Int, View::Float(value)) if value.fract() == 0.0 => {
                    match number::whole_to_int(value) {
                        Some(value) => Ok(value as u64),
                        None => Err(self.mismatch(view, ty)),
                    }
                }
                (TypeDesc::Float, View::Int(value)) => Ok((value as f64).to_bits()),
                (TypeDesc::Bytes, View::Object(p)) => match self.as_text(p) {
                    Some(text) => self.base64_bytes(text),
                    None => Err(self.mismatch(view, ty)),
                },
                (TypeDesc::Json, _) => self.convert_to_json(view, depth),
                (TypeDesc::Enum(class), View::Object(p)) => {
                    let ordinal =
                        self.as_text(p).and_then(|name| self.ordinal_named(class.0, name));
                    ordinal.map(u64::from).ok_or_else(|| self.mismatch(view, ty))
                }
                (TypeDesc::Obj(class), _) if self.seals(class.0, view) => {
                    self.convert_sealed(view, class.0, depth)
                }
                (TypeDesc::Obj(class), View::Object(p)) => {
                    self.convert_object(p, class.0, ty, depth)
                }
                (TypeDesc::Optional(inner), _) => {
                    let word = self.convert_view(view, *inner, depth)?;
                    self.widen(word, classes.slot(*inner), row.slot)
                }
                (TypeDesc::Union(members), _) => {
                    for member in members {
                        match self.convert_view(view, *member, depth + 1) {
                            Ok(word) => {
                                return self.widen(word, classes.slot(*member), row.slot);
                            }
                            Err(Stop::Wrong { .. }) => {}
                            Err(stop) => return Err(stop),
                        }
                    }
                    Err(self.mismatch(view, ty))
                }
                _ => Err(self.mismatch(view, ty)),
            }
        }
    }

    /// Moves a word into the slot of a wider type.
    unsafe fn widen(&mut self, word: u64, from: Slot, to: Slot) -> Converted {
        if to != Slot::Dyn || from == Slot::Dyn {
            return Ok(word);
        }
        // SAFETY: boxing fails only for an integer, which owns nothing.
        Ok(self.dyn_box(from, word)?)
    }

    /// A value that is of the type already, counted up, as a word of this slot.
    unsafe fn share(&mut self, view: View, slot: Slot) -> Outcome<u64> {
        if let View::Object(p) = view {
            // SAFETY: the object is live.
            unsafe { super::object::dup_ptr(p) };
        }
        Ok(match (slot, view) {
            (Slot::Dyn, _) => return self.view_to_dyn(view),
            (_, View::Null) => NULL_REF,
            (_, View::Bool(value)) => u64::from(value),
            (_, View::Int(value)) => value as u64,
            (_, View::Float(value)) => value.to_bits(),
            (Slot::Enum(_), View::Enum(_, ordinal)) => u64::from(ordinal),
            (_, View::Enum(_, ordinal)) => word::imm_variant(ordinal),
            (_, View::Object(p)) => word::ptr_ref(p),
        })
    }

    /// A view as a Dyn word, which takes over the count of its object.
    pub(super) fn view_to_dyn(&mut self, view: View) -> Outcome<u64> {
        Ok(match view {
            View::Null => DYN_NULL,
            View::Bool(value) => word::dyn_bool(value),
            View::Int(value) => return self.dyn_int(value),
            View::Float(value) => word::dyn_float(value),
            View::Enum(class, ordinal) => word::dyn_enum(class, ordinal),
            View::Object(p) => word::dyn_ptr(p),
        })
    }

    fn base64_bytes(&mut self, text: &str) -> Converted {
        match data_encoding::BASE64.decode(text.as_bytes()) {
            Ok(bytes) => Ok(word::ptr_ref(self.bytes_new(&bytes)?)),
            Err(_) => Err(Stop::wrong("expected Bytes as base64, found another String".to_owned())),
        }
    }

    fn ordinal_named(&self, class: ClassId, name: &str) -> Option<u32> {
        let variants = &self.row(class).variants;
        let at = variants.iter().position(|variant| *variant.name == *name)?;
        variants[at].class.is_none().then_some(at as u32)
    }

    unsafe fn convert_object(
        &mut self,
        p: Ptr,
        class: ClassId,
        ty: TypeId,
        depth: usize,
    ) -> Converted {
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            let (source, target) = (self.row_of(p).kind, self.row(class).kind);
            match (target, source) {
                (Kind::List, Kind::List | Kind::Set | Kind::Tuple) => {
                    self.convert_elements(p, class, depth)
                }
                (Kind::Set, Kind::List | Kind::Set | Kind::Tuple) => {
                    self.convert_elements(p, class, depth)
                }
                (Kind::Map, Kind::Map) => self.convert_map(p, class, depth),
                (Kind::Tuple, Kind::List | Kind::Tuple) => {
                    let types = self.row(class).types.clone();
                    let found = super::view::len(p, self.row_of(p));
                    if found != types.len() {
                        let message = format!(
                            "expected {}, found {found} elements",
                            self.classes().type_name(ty)
                        );
                        return Err(Stop::wrong(message));
                    }
                    let part = |heap: &Heap, at| {
                        let (slot, word) = child(p, heap.row_of(p), at);
                        Ok((heap.view(slot, word), PathStep::Index(at)))
                    };
                    self.convert_fields(class, &types, part, depth)
                }
                (Kind::Record, Kind::Map) => self.convert_record(p, class, depth),
                (Kind::Enum, Kind::String | Kind::Map) => self.convert_variant(p, class, ty, depth),
                _ => Err(self.mismatch(View::Object(p), ty)),
            }
        }
    }

    /// Elements of a list, set or tuple into a list or set.
    unsafe fn convert_elements(&mut self, p: Ptr, class: ClassId, depth: usize) -> Converted {
        let (elem, set) = (self.row(class).types[0], self.row(class).kind == Kind::Set);
        // SAFETY: the source stays alive; what is built is owned here until it is returned.
        unsafe {
            let source = self.row_of(p);
            let mut out = if set {
                self.table_new(class, 0)?
            } else {
                self.list_new(class, super::view::len(p, source))?
            };
            let (mut at, mut index) = (0, 0);
            loop {
                let view = if source.kind == Kind::Set {
                    let Some(live) = table::next_live(p, source, at) else { break };
                    at = live + 1;
                    self.view(source.slots[0], table::key_at(p, source, live))
                } else {
                    if at == super::view::len(p, source) {
                        break;
                    }
                    let (slot, word) = child(p, source, at);
                    at += 1;
                    self.view(slot, word)
                };
                let stored = match self.convert_view(view, elem, depth + 1) {
                    Ok(word) if set => self.set_put(out, word).map_err(|f| (word, f)),
                    Ok(word) => self.list_push(out, word).map_err(|f| (word, f)),
                    Err(stop) => {
                        self.drop_ptr(out);
                        return Err(stop.under(PathStep::Index(index)));
                    }
                };
                out = match stored {
                    Ok(grown) => grown,
                    Err((word, failure)) => {
                        self.drop_slot(self.classes().slot(elem), word);
                        self.drop_ptr(out);
                        return Err(failure.into());
                    }
                };
                index += 1;
            }
            Ok(word::ptr_ref(out))
        }
    }

    unsafe fn convert_map(&mut self, p: Ptr, class: ClassId, depth: usize) -> Converted {
        let types = self.row(class).types.clone();
        // SAFETY: the source stays alive; what is built is owned here until it is returned.
        unsafe {
            let source = self.row_of(p);
            let mut out = self.table_new(class, table::len(p))?;
            let mut next = table::next_live(p, source, 0);
            while let Some(at) = next {
                let key = self.view(source.slots[0], table::key_at(p, source, at));
                let value = self.view(source.slots[1], *table::value_at(p, at));
                let entry = match self.convert_key(key, types[0], depth + 1) {
                    Ok(key_word) => match self.convert_view(value, types[1], depth + 1) {
                        Ok(value_word) => Ok((key_word, value_word)),
                        Err(stop) => {
                            self.drop_slot(self.classes().slot(types[0]), key_word);
                            Err(stop)
                        }
                    },
                    Err(stop) => Err(stop),
                };
                let (key_word, value_word) = match entry {
                    Ok(entry) => entry,
                    Err(stop) => {
                        self.drop_ptr(out);
                        let name = self.json_key(key).unwrap_or_else(|_| "?".to_owned());
                        return Err(stop.under(PathStep::Key(name)));
                    }
                };
                out = match self.map_put(out, key_word, value_word) {
                    Ok(grown) => grown,
                    Err(failure) => {
                        self.drop_slot(self.classes().slot(types[0]), key_word);
                        self.drop_slot(self.classes().slot(types[1]), value_word);
                        self.drop_ptr(out);
                        return Err(failure.into());
                    }
                };
                next = table::next_live(p, source, at + 1);
            }
            Ok(word::ptr_ref(out))
        }
    }

    /// A map key: texts also become integers and truth values, as JSON objects have text keys.
    unsafe fn convert_key(&mut self, key: View, ty: TypeId, depth: usize) -> Converted {
        // SAFETY: as the caller promises.
        unsafe {
            let text = match key {
                View::Object(p) => self.as_text(p),
                _ => None,
            };
            match (&self.classes().type_row(ty).desc, text) {
                (TypeDesc::Int, Some(text)) => number::parse_int(text, 10)
                    .map(|value| value as u64)
                    .ok_or_else(|| self.mismatch(key, ty)),
                (TypeDesc::Bool, Some("true")) => Ok(1),
                (TypeDesc::Bool, Some("false")) => Ok(0),
                _ => self.convert_view(key, ty, depth),
            }
        }
    }

    /// Whether a value becomes one of the class by being sealed.
    unsafe fn seals(&self, class: ClassId, view: View) -> bool {
        let sealed = |kind: Kind| matches!(kind, Kind::Secret | Kind::Untrusted);
        // SAFETY: as the caller promises.
        let is_sealed = matches!(view, View::Object(p) if sealed(unsafe { self.row_of(p) }.kind));
        sealed(self.row(class).kind) && !is_sealed
    }

    /// The only field of a sealed record is made of the whole value.
    unsafe fn convert_sealed(&mut self, view: View, class: ClassId, depth: usize) -> Converted {
        let ty = self.row(class).types[0];
        // SAFETY: as the caller promises; the word is owned here until the record takes it.
        unsafe {
            let word = self.convert_view(view, ty, depth + 1)?;
            self.flat_from(class, &[word]).map(word::ptr_ref).map_err(|failure| {
                self.drop_words(class, &[word]);
                failure.into()
            })
        }
    }

    /// Fields of a flat class, each from a part of the source.
    unsafe fn convert_fields(
        &mut self,
        class: ClassId,
        types: &[TypeId],
        part: impl Fn(&Heap, usize) -> Result<(View, PathStep), Stop>,
        depth: usize,
    ) -> Converted {
        let mut words = Vec::with_capacity(types.len());
        // SAFETY: parts are live; words converted so far are owned here.
        unsafe {
            for (at, ty) in types.iter().enumerate() {
                let converted = match part(self, at) {
                    Ok((view, step)) => {
                        self.convert_view(view, *ty, depth + 1).map_err(|stop| stop.under(step))
                    }
                    Err(stop) => Err(stop),
                };
                match converted {
                    Ok(word) => words.push(word),
                    Err(stop) => {
                        self.drop_words(class, &words);
                        return Err(stop);
                    }
                }
            }
            match self.flat_from(class, &words) {
                Ok(p) => Ok(word::ptr_ref(p)),
                Err(failure) => {
                    self.drop_words(class, &words);
                    Err(failure.into())
                }
            }
        }
    }

    unsafe fn drop_words(&mut self, class: ClassId, words: &[u64]) {
        for (at, word) in words.iter().enumerate() {
            let slot = self.row(class).slots[at];
            // SAFETY: the caller owns the words, which are of the class's fields.
            unsafe { self.drop_slot(slot, *word) };
        }
    }

    /// The value under a text key of a map.
    unsafe fn entry_named(&self, p: Ptr, name: &str) -> Option<View> {
        // SAFETY: the map is live.
        unsafe {
            let at = self.find_named(p, name)?;
            Some(self.view(self.row_of(p).slots[1], *table::value_at(p, at)))
        }
    }

    /// What a record has for a field that is absent: its default, or null.
    unsafe fn absent_field(
        &mut self,
        class: ClassId,
        at: usize,
        ty: TypeId,
        depth: usize,
    ) -> Converted {
        // SAFETY: the plan's defaults are live.
        unsafe {
            if let Some(view) = self.default_of(class, at) {
                return self.convert_view(view, ty, depth + 1);
            }
            if !self.may_be_absent(ty) {
                let expected = self.classes().type_name(ty);
                return Err(Stop::wrong(format!("expected {expected}, found nothing")));
            }
            self.convert_view(View::Null, ty, depth + 1)
        }
    }

    /// Whether an absent field of the type is null.
    fn may_be_absent(&self, ty: TypeId) -> bool {
        matches!(
            self.classes().type_row(ty).desc,
            TypeDesc::Optional(_) | TypeDesc::Null | TypeDesc::Json | TypeDesc::Any
        )
    }

    unsafe fn convert_record(&mut self, p: Ptr, class: ClassId, depth: usize) -> Converted {
        let (types, names) = (self.row(class).types.clone(), self.row(class).fields.clone());
        let part = |heap: &Heap, at: usize| {
            let name = names[at].as_deref().unwrap_or("");
            // SAFETY: the map is live.
            let found = unsafe { heap.entry_named(p, name) };
            match found {
                Some(view) => Ok((view, PathStep::Key(name.to_owned()))),
                // SAFETY: the plan's defaults are live.
                None if let Some(view) = unsafe { heap.default_of(class, at) } => {
                    Ok((view, PathStep::Key(name.to_owned())))
                }
                None if heap.may_be_absent(types[at]) => {
                    Ok((View::Null, PathStep::Key(name.to_owned())))
                }
                None => {
                    let expected = heap.classes().type_name(types[at]);
                    let missing = Stop::wrong(format!("expected {expected}, found nothing"));
                    Err(missing.under(PathStep::Key(name.to_owned())))
                }
            }
        };
        // SAFETY: as the caller promises.
        unsafe { self.convert_fields(class, &types, part, depth) }
    }

    /// A text or an object of one key into a variant of an enum with payloads.
    unsafe fn convert_variant(
        &mut self,
        p: Ptr,
        class: ClassId,
        ty: TypeId,
        depth: usize,
    ) -> Converted {
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            if let Some(name) = self.as_text(p) {
                let ordinal = self.ordinal_named(class, name);
                return ordinal
                    .map(word::imm_variant)
                    .ok_or_else(|| self.mismatch(View::Object(p), ty));
            }
            let row = self.row_of(p);
            let only = (table::len(p) == 1).then(|| table::next_live(p, row, 0)).flatten();
            let Some(at) = only else { return Err(self.mismatch(View::Object(p), ty)) };
            let name = match self.view(row.slots[0], table::key_at(p, row, at)) {
                View::Object(key) => self.as_text(key).unwrap_or(""),
                _ => "",
            };
            let variants = &self.row(class).variants;
            let variant = variants.iter().find(|variant| *variant.name == *name);
            let Some(target) = variant.and_then(|variant| variant.class) else {
                let expected = self.classes().type_name(ty);
                let message = format!("expected {expected}, found a variant named {name}");
                return Err(Stop::wrong(message));
            };
            let value = self.view(row.slots[1], *table::value_at(p, at));
            let key = name.to_owned();
            let made = self.convert_payload(value, target, depth + 1);
            made.map_err(|stop| stop.under(PathStep::Key(key)))
        }
    }

    unsafe fn convert_payload(&mut self, value: View, class: ClassId, depth: usize) -> Converted {
        let types = self.row(class).types.clone();
        let named = self.row(class).fields.first().is_some_and(Option::is_some);
        // SAFETY: the value is live.
        unsafe {
            match value {
                View::Object(p) if named && self.row_of(p).kind == Kind::Map => {
                    self.convert_record(p, class, depth)
                }
                _ if !named && types.len() == 1 => {
                    let part = |_: &Heap, _| Ok((value, PathStep::Index(0)));
                    let made = self.convert_fields(class, &types, part, depth);
                    made.map_err(|mut stop| {
                        // A bare payload has no index of its own in the path.
                        if let Stop::Wrong { path, .. } = &mut stop {
                            path.pop();
                        }
                        stop
                    })
                }
                View::Object(p)
                    if self.row_of(p).kind == Kind::List && list::len(p) == types.len() =>
                {
                    let part = |heap: &Heap, at| {
                        let (slot, word) = child(p, heap.row_of(p), at);
                        Ok((heap.view(slot, word), PathStep::Index(at)))
                    };
                    self.convert_fields(class, &types, part, depth)
                }
                _ => {
                    let found = self.schema_name_of(value);
                    let name = &self.row(class).name;
                    Err(Stop::wrong(format!("expected the payload of {name}, found {found}")))
                }
            }
        }
    }
}

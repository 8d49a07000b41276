//! Values that the embedding program and a running one exchange.
//!
//! Input → output: an element of a `list[Any]` → [`HostValue`], which owns everything and knows nothing of the heap; a
//! [`HostValue`] → a dynamic word in the form that JSON has, from which a conversion by schema makes any type.
//! Invariant: neither way goes deeper than [`CONVERT_DEPTH_MAX`].

#![expect(unsafe_code, reason = "reads and builds objects")]

use super::classes::{Kind, LIST_JSON_CLASS, MAP_JSON_CLASS};
use super::convert::CONVERT_DEPTH_MAX;
use super::heap::Heap;
use super::object::Ptr;
use super::view::{View, child, len};
use super::word::{self, DYN_NULL};
use super::{table, text};
use crate::failure::{Failure, Outcome};
use serde::{Deserialize, Serialize};

/// A value outside of the machine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostValue {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float; in a trace its bits, since JSON has no infinities.
    #[serde(with = "bits")]
    Float(f64),
    /// A text.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list, set or tuple.
    List(Vec<HostValue>),
    /// A map, in its order.
    Map(Vec<(HostValue, HostValue)>),
    /// A record: its name, and its fields in order.
    Record(String, Vec<(String, HostValue)>),
    /// A variant: its name, and its payload.
    Variant(String, Vec<(Option<String>, HostValue)>),
}

/// Floats as their bits.
mod bits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        value.to_bits().serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<f64, D::Error> {
        u64::deserialize(from).map(f64::from_bits)
    }
}

/// A function of the embedding program.
pub type HostFunction<'f> = dyn Fn(&[HostValue]) -> Result<HostValue, String> + Send + Sync + 'f;

impl Heap {
    /// A value for the embedding program.
    ///
    /// # Safety
    /// The value is live.
    pub unsafe fn value_out(&self, view: View) -> Outcome<HostValue> {
        // SAFETY: as the caller promises.
        unsafe { self.out(view, 0) }
    }

    unsafe fn out(&self, view: View, depth: usize) -> Outcome<HostValue> {
        Ok(match view {
            View::Null => HostValue::Null,
            View::Bool(value) => HostValue::Bool(value),
            View::Int(value) => HostValue::Int(value),
            View::Float(value) => HostValue::Float(value),
            View::Enum(class, ordinal) => {
                HostValue::Variant(self.variant_name(class, ordinal).to_owned(), Vec::new())
            }
            // SAFETY: as the caller promises.
            View::Object(p) => unsafe { self.object_out(p, depth)? },
        })
    }

    unsafe fn object_out(&self, p: Ptr, depth: usize) -> Outcome<HostValue> {
        if depth >= CONVERT_DEPTH_MAX {
            return Err(Failure::too_deep(CONVERT_DEPTH_MAX));
        }
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            let row = self.row_of(p);
            Ok(match row.kind {
                Kind::String => HostValue::Str(text::str_of(p).to_owned()),
                Kind::Bytes => HostValue::Bytes(text::bytes_of(p).to_vec()),
                Kind::List | Kind::Tuple => HostValue::List(self.parts_out(p, depth)?),
                Kind::Set | Kind::Map => self.table_out(p, depth)?,
                Kind::Record => {
                    let names = row.fields.iter().map(|name| name.as_deref().unwrap_or(""));
                    let names = names.map(str::to_owned).collect::<Vec<_>>();
                    let fields = names.into_iter().zip(self.parts_out(p, depth)?);
                    HostValue::Record(row.name.to_string(), fields.collect())
                }
                Kind::Variant => {
                    let names = row.fields.iter().map(|name| name.as_deref().map(str::to_owned));
                    let names = names.collect::<Vec<_>>();
                    let fields = names.into_iter().zip(self.parts_out(p, depth)?);
                    HostValue::Variant(row.name.to_string(), fields.collect())
                }
                _ => return Err(Failure::argument("a function cannot leave the program")),
            })
        }
    }

    unsafe fn parts_out(&self, p: Ptr, depth: usize) -> Outcome<Vec<HostValue>> {
        // SAFETY: a live list or flat object; positions stay inside it.
        unsafe {
            let row = self.row_of(p);
            (0..len(p, row))
                .map(|at| {
                    let (slot, word) = child(p, row, at);
                    self.out(self.view(slot, word), depth + 1)
                })
                .collect()
        }
    }

    unsafe fn table_out(&self, p: Ptr, depth: usize) -> Outcome<HostValue> {
        // SAFETY: a live table; positions are live entries.
        unsafe {
            let row = self.row_of(p);
            let (mut keys, mut entries) = (Vec::new(), Vec::new());
            let mut next = table::next_live(p, row, 0);
            while let Some(at) = next {
                let key = self.view(row.slots[0], table::key_at(p, row, at));
                let key = self.out(key, depth + 1)?;
                if row.kind == Kind::Set {
                    keys.push(key);
                } else {
                    let value = self.view(row.slots[1], *table::value_at(p, at));
                    entries.push((key, self.out(value, depth + 1)?));
                }
                next = table::next_live(p, row, at + 1);
            }
            Ok(if row.kind == Kind::Set { HostValue::List(keys) } else { HostValue::Map(entries) })
        }
    }

    /// A value of the embedding program as an owned dynamic word, in the form that JSON has.
    pub fn value_in(&mut self, value: &HostValue) -> Outcome<u64> {
        self.inward(value, 0)
    }

    fn inward(&mut self, value: &HostValue, depth: usize) -> Outcome<u64> {
        if depth > CONVERT_DEPTH_MAX {
            return Err(Failure::too_deep(CONVERT_DEPTH_MAX));
        }
        Ok(match value {
            HostValue::Null => DYN_NULL,
            HostValue::Bool(value) => word::dyn_bool(*value),
            HostValue::Int(value) => return self.dyn_int(*value),
            HostValue::Float(value) => word::dyn_float(*value),
            HostValue::Str(text) => word::dyn_ptr(self.str_new(text)?),
            HostValue::Bytes(bytes) if depth == 0 => word::dyn_ptr(self.bytes_new(bytes)?),
            HostValue::Bytes(bytes) => {
                word::dyn_ptr(self.str_new(&data_encoding::BASE64.encode(bytes))?)
            }
            HostValue::List(items) => return self.list_in(items.iter(), depth),
            HostValue::Map(entries) => {
                let keys = entries.iter().map(|(key, value)| Ok((key_text(key)?, value)));
                return self.map_in(keys, depth);
            }
            HostValue::Record(_, fields) => {
                return self
                    .map_in(fields.iter().map(|(key, value)| Ok((key.clone(), value))), depth);
            }
            HostValue::Variant(name, payload) if payload.is_empty() => {
                word::dyn_ptr(self.str_new(name)?)
            }
            HostValue::Variant(name, payload) => {
                let payload = match payload.as_slice() {
                    [(None, only)] => only.clone(),
                    all if all.iter().all(|(name, _)| name.is_some()) => {
                        let named = |(name, value): &(Option<String>, HostValue)| {
                            (name.clone().unwrap_or_default(), value.clone())
                        };
                        HostValue::Record(String::new(), all.iter().map(named).collect())
                    }
                    all => HostValue::List(all.iter().map(|(_, value)| value.clone()).collect()),
                };
                return self.map_in(std::iter::once(Ok((name.clone(), &payload))), depth);
            }
        })
    }

    fn list_in<'v>(
        &mut self,
        items: impl ExactSizeIterator<Item = &'v HostValue>,
        depth: usize,
    ) -> Outcome<u64> {
        let mut out = self.list_new(LIST_JSON_CLASS, items.len())?;
        for item in items {
            // SAFETY: the elements of the list are dynamic; what was not stored is still owned here.
            unsafe {
                out = match self.inward(item, depth + 1) {
                    Ok(word) => match self.list_push(out, word) {
                        Ok(grown) => grown,
                        Err(failure) => {
                            self.drop_dyn(word);
                            self.drop_ptr(out);
                            return Err(failure);
                        }
                    },
                    Err(failure) => {
                        self.drop_ptr(out);
                        return Err(failure);
                    }
                };
            }
        }
        Ok(word::dyn_ptr(out))
    }

    fn map_in<'v>(
        &mut self,
        entries: impl Iterator<Item = Outcome<(String, &'v HostValue)>>,
        depth: usize,
    ) -> Outcome<u64> {
        let mut out = self.table_new(MAP_JSON_CLASS, 0)?;
        for entry in entries {
            // SAFETY: the map has text keys and dynamic values; what was not stored is still owned here.
            unsafe {
                let made = match entry {
                    Ok((key, value)) => self.inward(value, depth + 1).map(|word| (key, word)),
                    Err(failure) => Err(failure),
                };
                let (key, word) = match made {
                    Ok(made) => made,
                    Err(failure) => {
                        self.drop_ptr(out);
                        return Err(failure);
                    }
                };
                out = match self.json_put(out, &key, word) {
                    Ok(grown) => grown,
                    Err(failure) => {
                        self.drop_dyn(word);
                        self.drop_ptr(out);
                        return Err(failure);
                    }
                };
            }
        }
        Ok(word::dyn_ptr(out))
    }

    /// Calls a function of the embedding program with the elements of a list; gives an owned dynamic word.
    ///
    /// # Safety
    /// `list` is the word of a live list.
    pub unsafe fn call_host(
        &mut self,
        name: &str,
        function: &HostFunction<'_>,
        list: u64,
    ) -> Outcome<u64> {
        let p = word::ref_ptr(list);
        // SAFETY: as the caller promises.
        let args = unsafe { self.parts_out(p, 0)? };
        match guarded(function, &args) {
            Ok(value) => self.value_in(&value),
            Err(message) => Err(Failure::host_function(name, &message)),
        }
    }
}

/// Calls a function; its panic is an error.
pub(super) fn guarded(
    function: &HostFunction<'_>,
    args: &[HostValue],
) -> Result<HostValue, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| function(args)))
        .unwrap_or_else(|_| Err("it panicked".to_owned()))
}

/// The text of a map's key.
fn key_text(key: &HostValue) -> Outcome<String> {
    Ok(match key {
        HostValue::Str(text) => text.clone(),
        HostValue::Int(value) => value.to_string(),
        HostValue::Bool(value) => value.to_string(),
        HostValue::Variant(name, payload) if payload.is_empty() => name.clone(),
        _ => return Err(Failure::argument("a map with keys that have no text came from the host")),
    })
}

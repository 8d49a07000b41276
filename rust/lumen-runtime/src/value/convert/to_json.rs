//! Typed values as `Json` values.

#![expect(unsafe_code, reason = "reads and builds objects")]

use super::{Converted, PathStep, Stop};
use crate::failure::Outcome;
use crate::value::classes::{Kind, LIST_JSON_CLASS, MAP_JSON_CLASS};
use crate::value::heap::Heap;
use crate::value::object::Ptr;
use crate::value::view::{View, child};
use crate::value::word;
use crate::value::{table, text};
use lumen_lir::TypeId;

impl Heap {
    /// Any value as `Json`, in the form that JSON text gives it.
    pub(super) unsafe fn convert_to_json(&mut self, view: View, depth: usize) -> Converted {
        // SAFETY: the value is live; what is built is owned here until it is returned.
        unsafe {
            match view {
                View::Enum(class, ordinal) => {
                    let name = self.variant_name(class, ordinal).to_owned();
                    Ok(word::dyn_ptr(self.str_new(&name)?))
                }
                View::Object(p) if matches!(self.row_of(p).kind, Kind::Fn | Kind::Closure) => {
                    Err(Stop::wrong("a function has no JSON".to_owned()))
                }
                View::Object(p) if self.is_sealed(p) => Err(Stop::Run(self.no_json(p))),
                View::Object(p) => match self.row_of(p).kind {
                    Kind::List | Kind::Set | Kind::Tuple => {
                        let made = self.convert_elements(p, LIST_JSON_CLASS, depth)?;
                        Ok(word::dyn_ptr(made as Ptr))
                    }
                    Kind::Bytes => {
                        let text = data_encoding::BASE64.encode(text::bytes_of(p));
                        Ok(word::dyn_ptr(self.str_new(&text)?))
                    }
                    Kind::Map => self.map_to_json(p, depth),
                    _ => self.flat_to_json(p, depth),
                },
                _ => Ok(self.view_to_dyn(view)?),
            }
        }
    }

    unsafe fn map_to_json(&mut self, p: Ptr, depth: usize) -> Converted {
        // SAFETY: the map is live.
        unsafe {
            let row = self.row_of(p);
            let mut entries = Vec::with_capacity(table::len(p));
            let mut next = table::next_live(p, row, 0);
            while let Some(at) = next {
                let key = self.json_key(self.view(row.slots[0], table::key_at(p, row, at)))?;
                entries.push((key, self.view(row.slots[1], *table::value_at(p, at))));
                next = table::next_live(p, row, at + 1);
            }
            self.json_object(entries, depth)
        }
    }

    /// Records, and variants with payload.
    unsafe fn flat_to_json(&mut self, p: Ptr, depth: usize) -> Converted {
        // SAFETY: the object is live, and read as its class says.
        unsafe {
            let row = self.row_of(p);
            let named = row.fields.first().is_none_or(Option::is_some);
            let part = |heap: &Heap, at| {
                let (slot, word) = child(p, row, at);
                heap.view(slot, word)
            };
            let inner = if named {
                let name = |at: usize| row.fields[at].as_deref().unwrap_or("").to_owned();
                let entries = (0..row.slots.len()).map(|at| (name(at), part(self, at)));
                let entries: Vec<_> = entries.collect();
                self.json_object(entries, depth + 1)?
            } else if row.slots.len() == 1 {
                let only = part(self, 0);
                self.convert_view(only, TypeId::JSON, depth + 1)?
            } else {
                word::dyn_ptr(self.convert_elements(p, LIST_JSON_CLASS, depth + 1)? as Ptr)
            };
            if row.kind == Kind::Record {
                return Ok(inner);
            }
            let tagged = self.json_entry(&row.name, inner);
            if tagged.is_err() {
                self.drop_dyn(inner);
            }
            tagged
        }
    }

    /// An object of one key, which owns the value on success.
    unsafe fn json_entry(&mut self, key: &str, value: u64) -> Converted {
        // SAFETY: what is built is owned here until it is returned.
        unsafe {
            let map = self.table_new(MAP_JSON_CLASS, 1)?;
            match self.json_put(map, key, value) {
                Ok(map) => Ok(word::dyn_ptr(map)),
                Err(failure) => {
                    self.drop_ptr(map);
                    Err(failure.into())
                }
            }
        }
    }

    /// Puts a value under a text key; the map owns it on success.
    ///
    /// # Safety
    /// `map` is a `map[String, Json]` and `value` a Json word, both owned by the caller.
    pub unsafe fn json_put(&mut self, map: Ptr, key: &str, value: u64) -> Outcome<Ptr> {
        // SAFETY: as the caller promises.
        unsafe {
            let key = self.str_new(key)?;
            self.map_put(map, word::ptr_ref(key), value).inspect_err(|_| self.drop_ptr(key))
        }
    }

    unsafe fn json_object(&mut self, entries: Vec<(String, View)>, depth: usize) -> Converted {
        // SAFETY: the views are live; what is built is owned here until it is returned.
        unsafe {
            let mut map = self.table_new(MAP_JSON_CLASS, entries.len())?;
            for (key, view) in entries {
                let value = match self.convert_view(view, TypeId::JSON, depth + 1) {
                    Ok(value) => value,
                    Err(stop) => {
                        self.drop_ptr(map);
                        return Err(stop.under(PathStep::Key(key)));
                    }
                };
                map = match self.json_put(map, &key, value) {
                    Ok(grown) => grown,
                    Err(failure) => {
                        self.drop_dyn(value);
                        self.drop_ptr(map);
                        return Err(failure.into());
                    }
                };
            }
            Ok(word::dyn_ptr(map))
        }
    }
}

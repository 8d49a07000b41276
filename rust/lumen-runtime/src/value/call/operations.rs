//! The generic operations on values, for builtins; changes of owned lists.

#![expect(unsafe_code, reason = "calls operations of the heap")]

use super::{Call, ListRef, TableRef, Temp, Value};
use crate::failure::Outcome;
use crate::value::classes::{Kind, RtClass, Slot};
use crate::value::convert::Plan;
use crate::value::equal::Equality;
use crate::value::heap::Heap;
use crate::value::list;
use crate::value::view::View;
use crate::value::word;
use lumen_lir::TypeId;
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// The natural order of the words of a list that is being reordered.
pub struct Order<'h>(&'h Heap);

impl Order<'_> {
    /// The order of two elements.
    pub fn order(&self, slot: Slot, a: u64, b: u64) -> Ordering {
        // SAFETY: both are elements of the list, which owns them.
        unsafe { self.0.compare_words(slot, a, b) }
    }
}

impl Call<'_> {
    /// The value, read.
    pub fn view(&self, value: Value) -> View {
        // SAFETY: the value is alive.
        unsafe { self.heap.view(value.slot, value.word) }
    }

    /// The text of a dynamic value that is a string.
    pub fn text_of(&self, value: Value) -> Option<&str> {
        match self.view(value) {
            // SAFETY: the value is alive for the call.
            View::Object(p) => unsafe { self.heap.as_text(p) },
            _ => None,
        }
    }

    /// The list in a dynamic value.
    pub fn dynamic_list(&self, value: Value) -> Option<ListRef<'static>> {
        let View::Object(p) = self.view(value) else { return None };
        // SAFETY: the value is alive for the call.
        let row: &'static RtClass = unsafe { self.heap.row_of(p) };
        (row.kind == Kind::List).then_some(ListRef { p, row })
    }

    /// The map in a dynamic value.
    pub fn dynamic_map(&self, value: Value) -> Option<TableRef<'static>> {
        let View::Object(p) = self.view(value) else { return None };
        // SAFETY: the value is alive for the call.
        let row: &'static RtClass = unsafe { self.heap.row_of(p) };
        (row.kind == Kind::Map).then_some(TableRef { p, row })
    }

    /// The entry of a map with text keys.
    pub fn entry_named(&self, map: TableRef<'_>, key: &str) -> Option<Value> {
        // SAFETY: the map is alive.
        let at = unsafe { self.heap.find_named(map.p, key)? };
        Some(map.value(at))
    }

    /// Whether two values are equal, as `==` says or as keys.
    pub fn equal(&self, a: Value, b: Value, equality: Equality) -> bool {
        // SAFETY: both are alive.
        unsafe { self.heap.equal((a.slot, a.word), (b.slot, b.word), equality) }
    }

    /// The first place inside of two values where they differ.
    pub fn difference(&self, found: Value, expected: Value) -> Outcome<Option<String>> {
        // SAFETY: both values are alive.
        unsafe { self.heap.difference((found.slot, found.word), (expected.slot, expected.word)) }
    }

    /// The order of two values of one kind.
    pub fn compare(&self, slot: Slot, a: u64, b: u64) -> Ordering {
        // SAFETY: both are alive and of this kind.
        unsafe { self.heap.compare_words(slot, a, b) }
    }

    /// The hash of a value.
    pub fn hash(&self, value: Value) -> u64 {
        // SAFETY: the value is alive.
        unsafe { self.heap.hash(value.slot, value.word) }
    }

    /// The text of a value, strings bare at the top.
    pub fn display(&self, value: Value) -> Outcome<String> {
        // SAFETY: the value is alive.
        unsafe { self.heap.display(value.slot, value.word) }
    }

    /// The text of a value, strings quoted.
    pub fn debug(&self, value: Value) -> Outcome<String> {
        // SAFETY: the value is alive.
        unsafe { self.heap.debug(value.slot, value.word) }
    }

    /// The JSON text of a value.
    pub fn to_json(&self, value: Value, indent: Option<usize>) -> Outcome<String> {
        // SAFETY: the value is alive.
        unsafe { self.heap.to_json(value.slot, value.word, indent) }
    }

    /// A value converted by schema to a type: an owned word of its slot, or a message.
    pub fn convert(&mut self, value: Value, ty: TypeId) -> Outcome<Result<u64, String>> {
        // SAFETY: the value is alive.
        unsafe { self.heap.convert(value.slot, value.word, ty) }
    }

    /// A value converted with a plan: an owned word of its slot, or a message.
    pub fn convert_planned(
        &mut self,
        value: Value,
        ty: TypeId,
        plan: Plan,
    ) -> Outcome<Result<u64, String>> {
        // SAFETY: the value and the defaults are alive.
        unsafe { self.heap.convert_planned(value.slot, value.word, ty, plan) }
    }

    /// The same for a JSON text.
    pub fn read_planned(
        &mut self,
        text: &str,
        ty: TypeId,
        plan: Plan,
    ) -> Outcome<Result<u64, String>> {
        // SAFETY: the defaults are alive.
        unsafe { self.heap.read_planned(text, ty, plan) }
    }

    /// The text of a value as a key of a JSON object; nothing when it has none.
    pub fn key_text(&self, value: Value) -> Option<String> {
        // SAFETY: the value is alive.
        unsafe { self.heap.json_key(self.view(value)).ok() }
    }

    /// The positions of the elements that equal none before them, as keys.
    pub fn first_occurrences(&self, list: ListRef<'_>) -> Vec<usize> {
        let mut seen: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        let mut kept = Vec::new();
        for (at, value) in list.iter().enumerate() {
            let same = seen.entry(self.hash(value)).or_default();
            if !same.iter().any(|other| self.equal(list.get(*other), value, Equality::Key)) {
                same.push(at);
                kept.push(at);
            }
        }
        kept
    }

    /// The name of a value's type.
    pub fn type_name(&self, value: Value) -> String {
        // SAFETY: the value is alive.
        unsafe { self.heap.type_name_of(self.view(value)) }
    }

    /// The position of a key in a table.
    pub fn find(&self, table: TableRef<'_>, key: Value) -> Option<usize> {
        // SAFETY: the key is of the table's key kind.
        unsafe { self.heap.table_find(table.p, key.word) }
    }

    /// Drops an owned word.
    pub fn drop_word(&mut self, value: Value) {
        // SAFETY: the caller owns the word.
        unsafe { self.heap.drop_slot(value.slot, value.word) };
    }

    /// An owned list of some of the elements of a list.
    pub fn slice(&mut self, list: ListRef<'_>, from: usize, to: usize) -> Outcome<Temp> {
        // SAFETY: callers pass a range inside the list.
        let p = unsafe { self.heap.list_slice(list.p, from, to, 0)? };
        Ok(self.own(p))
    }

    /// Whether an owned object may be written in place.
    pub fn make_unique_list(&mut self, list: &Temp) -> Outcome<()> {
        // SAFETY: the call owns the list.
        self.update(list, |heap, p| unsafe { heap.list_unique(p, 0) })
    }

    /// The words of a unique owned list, to be put into another order: none may be lost.
    pub fn reorder(&mut self, list: &Temp, reorder: impl FnOnce(&Order<'_>, Slot, &mut [u64])) {
        let p = self.at(list);
        // SAFETY: the list is unique; reordering keeps every element owned once.
        unsafe {
            debug_assert!(crate::value::object::is_unique(p));
            let row = self.heap.row_of(p);
            let slot = row.slots[0];
            if row.elem_bytes == 1 {
                let count = list::len(p);
                let mut words: Vec<u64> = (0..count).map(|at| list::get(p, row, at)).collect();
                reorder(&Order(self.heap), slot, &mut words);
                for (at, word) in words.iter().enumerate() {
                    list::put(p, row, at, *word);
                }
            } else {
                let words = std::slice::from_raw_parts_mut(list::data(p), list::len(p));
                reorder(&Order(self.heap), slot, words);
            }
        }
    }

    /// Appends all elements of a borrowed list to an owned one of the same class.
    pub fn extend(&mut self, list: &Temp, other: ListRef<'_>) -> Outcome<()> {
        // SAFETY: both are alive and of one class.
        self.update(list, |heap, p| unsafe { heap.list_extend(p, other.p) })
    }

    /// Inserts a value that the call owns through `item` into an owned list.
    pub fn insert(
        &mut self,
        list: &Temp,
        at: usize,
        value: Value,
        item: Option<Temp>,
    ) -> Outcome<()> {
        // SAFETY: the position is inside; the value is of the list's element kind.
        self.update(list, |heap, p| unsafe { heap.list_insert(p, at, value.word) })?;
        if let Some(item) = item {
            self.release(item);
        }
        Ok(())
    }

    /// Removes the elements `from..to` of an owned list.
    pub fn remove_range(&mut self, list: &Temp, from: usize, to: usize) -> Outcome<()> {
        // SAFETY: callers pass a range inside the list.
        self.update(list, |heap, p| unsafe { heap.list_remove(p, from, to) })
    }

    /// A list that is an element of a list of lists.
    pub fn inner_list<'l>(&self, list: ListRef<'l>, at: usize) -> ListRef<'l> {
        let p = word::ref_ptr(list.get(at).word);
        // SAFETY: the row of the builtin declares a list of lists, which stay as they are.
        ListRef { p, row: unsafe { self.heap.row_of(p) } }
    }

    /// The row of the elements' class, for [`ListRef::element_field`].
    pub fn element_row(&self, list: ListRef<'_>) -> &'static RtClass {
        let Slot::Ref(class) = list.slot() else { unreachable!("a list of objects") };
        // SAFETY: the class table outlives the call.
        unsafe { &*self.heap.row_raw(class) }
    }

    /// Bytes that a value and all that it leads to occupy.
    pub fn size_of(&self, value: Value) -> usize {
        // SAFETY: the value is alive.
        unsafe { self.heap.deep_bytes(value.slot, value.word) }
    }

    /// A `Json` value from a text, owned, or what is wrong with the text.
    pub fn parse_json(&mut self, text: &str) -> Outcome<Result<u64, String>> {
        self.heap.json_from_text(text)
    }
}

//! The call of a builtin: arguments in, results out, without raw memory in between.
//!
//! The unsafe part is [`Call::run`]: its caller promises that the registers hold what the
//! builtin's row in the table of intrinsics says. A builtin then reads its arguments by position
//! and kind as that row declares them; a test calls every builtin through its row.
//! Ownership: what a builtin takes or builds is a [`Temp`], which the call owns until it is given
//! away (as the result, or into a container); when the builtin fails, the call drops the rest.
//! Borrowed arguments live and stay unchanged for the whole call.

#![expect(unsafe_code, reason = "reads arguments and builds objects")]

use super::classes::{Classes, Kind, RtClass, Slot, TypeRow};
use super::equal::Equality;
use super::heap::Heap;
use super::object::{Ptr, field};
use super::view::View;
use super::word::{self, ClassId, DYN_NULL, NULL_REF};
use super::{list, table, text};
use crate::failure::Outcome;
use crate::host::Outside;
use crate::stdlib::{Builtin, Regexes, RtCtx};
use lumen_lir::TypeId;
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// A running call of a builtin.
pub struct Call<'c> {
    /// The heap of the task.
    pub heap: &'c mut Heap,
    /// The outside.
    pub outside: &'c mut Outside,
    /// Compiled regular expressions.
    pub regexes: &'c mut Regexes,
    args: *const u64,
    results: [u64; 2],
    result_count: usize,
    ty: TypeId,
    owned: Vec<Option<Ptr>>,
}

/// An object that the call owns.
#[derive(Debug)]
pub struct Temp(usize);

/// A value with its kind, borrowed for the call.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// How to read the word.
    pub slot: Slot,
    /// The word.
    pub word: u64,
}

/// The natural order of the words of a list that is being reordered.
pub struct Order<'h>(&'h Heap);

impl Order<'_> {
    /// The order of two elements.
    pub fn order(&self, slot: Slot, a: u64, b: u64) -> Ordering {
        // SAFETY: both are elements of the list, which owns them.
        unsafe { self.0.compare_words(slot, a, b) }
    }
}

/// A list that is borrowed for the call.
#[derive(Clone, Copy)]
pub struct ListRef<'c> {
    p: Ptr,
    row: &'c RtClass,
}

/// A map or set that is borrowed for the call.
#[derive(Clone, Copy)]
pub struct TableRef<'c> {
    p: Ptr,
    row: &'c RtClass,
}

impl<'c> Call<'c> {
    /// Runs a builtin.
    ///
    /// # Safety
    /// The registers from `args` on hold the arguments that the builtin's row declares (for the
    /// type `ty`, if it has a type argument), alive and unchanged until the call returns; there
    /// is room for its results at `results`. Afterwards, also when it failed, the taken arguments
    /// are consumed.
    pub unsafe fn run(
        builtin: Builtin,
        context: &'c mut RtCtx,
        args: *const u64,
        results: *mut u64,
        ty: TypeId,
    ) -> Outcome<()> {
        let RtCtx { heap, outside, regexes } = context;
        let owned = Vec::new();
        let mut call =
            Call { heap, outside, regexes, args, results: [0; 2], result_count: 0, ty, owned };
        let outcome = builtin(&mut call);
        for p in std::mem::take(&mut call.owned).into_iter().flatten() {
            // SAFETY: the call owns what was not given away.
            unsafe { call.heap.drop_ptr(p) };
        }
        outcome?;
        for (at, word) in call.results[..call.result_count].iter().enumerate() {
            // SAFETY: the caller made room for the results.
            unsafe { *results.add(at) = *word };
        }
        Ok(())
    }

    /// The word of argument register `at`.
    pub fn word(&self, at: usize) -> u64 {
        // SAFETY: the row of the builtin declares this register.
        unsafe { *self.args.add(at) }
    }

    /// An integer argument.
    pub fn int(&self, at: usize) -> i64 {
        self.word(at) as i64
    }

    /// A float argument.
    pub fn float(&self, at: usize) -> f64 {
        f64::from_bits(self.word(at))
    }

    fn pointer(&self, at: usize) -> Ptr {
        word::ref_ptr(self.word(at))
    }

    /// A truth value as argument.
    pub fn bool(&self, at: usize) -> bool {
        self.word(at) != 0
    }

    /// A string argument.
    pub fn str(&self, at: usize) -> &'c str {
        // SAFETY: the row declares a string, which stays as it is for the call.
        unsafe { text::str_of(self.pointer(at)) }
    }

    /// Whether a string argument is ASCII, and its length in characters.
    pub fn str_shape(&self, at: usize) -> (bool, usize) {
        // SAFETY: the row declares a string.
        unsafe { (text::str_is_ascii(self.pointer(at)), text::str_chars(self.pointer(at))) }
    }

    /// A `Bytes` argument.
    pub fn bytes(&self, at: usize) -> &'c [u8] {
        // SAFETY: the row declares bytes, which stay as they are for the call.
        unsafe { text::bytes_of(self.pointer(at)) }
    }

    /// A list argument.
    pub fn list(&self, at: usize) -> ListRef<'c> {
        let p = self.pointer(at);
        // SAFETY: the row declares a list, which stays as it is for the call.
        ListRef { p, row: unsafe { self.heap.row_of(p) } }
    }

    /// A map or set argument.
    pub fn table(&self, at: usize) -> TableRef<'c> {
        let p = self.pointer(at);
        // SAFETY: the row declares a map or set, which stays as it is for the call.
        TableRef { p, row: unsafe { self.heap.row_of(p) } }
    }

    /// A dynamic argument.
    pub fn dynamic(&self, at: usize) -> Value {
        Value { slot: Slot::Dyn, word: self.word(at) }
    }

    /// The subject of a builtin with a subject type, in the first register or two.
    pub fn subject(&self) -> Value {
        match self.heap.classes().type_row(self.ty) {
            TypeRow { scalar: Some(slot), .. } if self.word(0) != 0 => {
                Value { slot: *slot, word: self.word(1) }
            }
            TypeRow { scalar: Some(_), .. } => Value { slot: Slot::Dyn, word: DYN_NULL },
            row => Value { slot: row.slot, word: self.word(0) },
        }
    }

    /// The register behind the subject.
    pub fn after_subject(&self) -> usize {
        if self.heap.classes().type_row(self.ty).scalar.is_some() { 2 } else { 1 }
    }

    /// The type argument.
    pub fn type_arg(&self) -> TypeId {
        self.ty
    }

    /// The class of the type argument, an object type (or an optional one).
    pub fn result_class(&self) -> ClassId {
        self.heap.classes().class_of_type(self.ty).expect("the row declares an object type")
    }

    /// The type of the payload of `ok` of the type argument, a result type.
    pub fn payload_type(&self) -> TypeId {
        self.classes().row(self.result_class() + 1).types[0]
    }

    /// The classes of the fields of a pair of objects.
    pub fn field_classes(&self, class: ClassId) -> [ClassId; 2] {
        match *self.classes().row(class).slots {
            [Slot::Ref(first), Slot::Ref(second)] => [first, second],
            _ => unreachable!("the row declares a pair of objects"),
        }
    }

    /// The class table.
    pub fn classes(&self) -> &Classes {
        self.heap.classes()
    }

    /// The class of the elements of a list class whose elements are objects.
    pub fn element_class(&self, class: ClassId) -> ClassId {
        match self.classes().row(class).slots[0] {
            Slot::Ref(class) => class,
            _ => unreachable!("the row declares a list of objects"),
        }
    }
}

/// Owned objects.
impl Call<'_> {
    /// Makes the call own an object.
    pub fn own(&mut self, p: Ptr) -> Temp {
        self.owned.push(Some(p));
        Temp(self.owned.len() - 1)
    }

    /// Takes a taken argument that is an object.
    pub fn take(&mut self, at: usize) -> Temp {
        self.own(self.pointer(at))
    }

    /// Takes a taken argument of any kind; `None` when it owns nothing.
    pub fn take_value(&mut self, value: Value) -> Option<Temp> {
        let p = super::drop::slot_ptr(value.slot, value.word)?;
        Some(self.own(p))
    }

    fn at(&self, temp: &Temp) -> Ptr {
        self.owned[temp.0].expect("a temporary is owned until it is given away")
    }

    /// Gives an object away.
    fn release(&mut self, temp: Temp) -> Ptr {
        self.owned[temp.0].take().expect("a temporary is owned until it is given away")
    }

    /// Changes an object that may move.
    fn update(
        &mut self,
        temp: &Temp,
        change: impl FnOnce(&mut Heap, Ptr) -> Outcome<Ptr>,
    ) -> Outcome<()> {
        let p = self.at(temp);
        let moved = change(self.heap, p)?;
        self.owned[temp.0] = Some(moved);
        Ok(())
    }

    /// A fresh string.
    pub fn new_str(&mut self, text: &str) -> Outcome<Temp> {
        let p = self.heap.str_new(text)?;
        Ok(self.own(p))
    }

    /// A fresh `Bytes`.
    pub fn new_bytes(&mut self, bytes: &[u8]) -> Outcome<Temp> {
        let p = self.heap.bytes_new(bytes)?;
        Ok(self.own(p))
    }

    /// A fresh list.
    pub fn new_list(&mut self, class: ClassId, room: usize) -> Outcome<Temp> {
        let p = self.heap.list_new(class, room)?;
        Ok(self.own(p))
    }

    /// A fresh map or set.
    pub fn new_table(&mut self, class: ClassId, room: usize) -> Outcome<Temp> {
        let p = self.heap.table_new(class, room)?;
        Ok(self.own(p))
    }

    /// A fresh flat object of two fields, which are counted up.
    pub fn new_pair(&mut self, class: ClassId, first: Value, second: Value) -> Outcome<Temp> {
        // SAFETY: the rows of the builtins that build pairs declare fields of these kinds.
        let p = unsafe { self.heap.flat_from(class, &[first.word, second.word])? };
        self.count_up(first);
        self.count_up(second);
        Ok(self.own(p))
    }

    /// A fresh flat object of two owned objects.
    pub fn new_pair_of(&mut self, class: ClassId, first: Temp, second: Temp) -> Outcome<Temp> {
        let words = [word::ptr_ref(self.at(&first)), word::ptr_ref(self.at(&second))];
        // SAFETY: as for `new_pair`.
        let p = unsafe { self.heap.flat_from(class, &words)? };
        self.release(first);
        self.release(second);
        Ok(self.own(p))
    }

    fn count_up(&self, value: Value) {
        // SAFETY: the value is alive.
        unsafe { self.heap.dup_slot(value.slot, value.word) };
    }

    /// Appends a borrowed value to an owned list.
    pub fn push(&mut self, list: &Temp, value: Value) -> Outcome<()> {
        // SAFETY: the value is of the list's element kind, and alive.
        self.update(list, |heap, p| unsafe { heap.list_push(p, value.word) })?;
        self.count_up(value);
        Ok(())
    }

    /// Appends an owned object to an owned list.
    pub fn push_temp(&mut self, list: &Temp, item: Temp) -> Outcome<()> {
        let word = word::ptr_ref(self.at(&item));
        // SAFETY: the object is of the list's element class.
        self.update(list, |heap, p| unsafe { heap.list_push(p, word) })?;
        self.release(item);
        Ok(())
    }

    /// Appends a string to an owned list of strings.
    pub fn push_str(&mut self, list: &Temp, text: &str) -> Outcome<()> {
        let item = self.new_str(text)?;
        self.push_temp(list, item)
    }

    /// Puts an entry into an owned map; key and value are counted up.
    pub fn map_put(&mut self, map: &Temp, key: Value, value: Value) -> Outcome<()> {
        self.count_up(key);
        self.count_up(value);
        // SAFETY: key and value are of the map's kinds; what was counted up for them is given
        // back when it is not stored.
        let put = self.update(map, |heap, p| unsafe { heap.map_put(p, key.word, value.word) });
        if put.is_err() {
            // SAFETY: see above.
            unsafe {
                self.heap.drop_slot(key.slot, key.word);
                self.heap.drop_slot(value.slot, value.word);
            }
        }
        put
    }

    /// Adds an element to an owned set; it is counted up.
    pub fn set_put(&mut self, set: &Temp, key: Value) -> Outcome<()> {
        self.count_up(key);
        // SAFETY: as for `map_put`.
        let put = self.update(set, |heap, p| unsafe { heap.set_put(p, key.word) });
        if put.is_err() {
            // SAFETY: as for `map_put`.
            unsafe { self.heap.drop_slot(key.slot, key.word) };
        }
        put
    }

    /// Removes a key from an owned map or set.
    pub fn remove_key(&mut self, table: &Temp, key: Value) -> Outcome<()> {
        // SAFETY: the key is of the table's key kind.
        self.update(table, |heap, p| unsafe { heap.table_remove_key(p, key.word) })
    }

    /// An owned list, looked at.
    pub fn list_of(&self, temp: &Temp) -> ListRef<'static> {
        let p = self.at(temp);
        // SAFETY: the call owns the list; callers do not keep the view across a change of it.
        ListRef { p, row: unsafe { self.heap.row_of(p) } }
    }

    /// An owned map or set, looked at.
    pub fn table_of(&self, temp: &Temp) -> TableRef<'static> {
        let p = self.at(temp);
        // SAFETY: as for `list_of`.
        TableRef { p, row: unsafe { self.heap.row_of(p) } }
    }
}

/// Results.
impl Call<'_> {
    /// Returns a word as it is.
    pub fn ret_word(&mut self, word: u64) -> Outcome<()> {
        self.results[0] = word;
        self.result_count = 1;
        Ok(())
    }

    /// Returns an integer.
    pub fn ret_int(&mut self, value: i64) -> Outcome<()> {
        self.ret_word(value as u64)
    }

    /// Returns a float.
    pub fn ret_float(&mut self, value: f64) -> Outcome<()> {
        self.ret_word(value.to_bits())
    }

    /// Returns a truth value.
    pub fn ret_bool(&mut self, value: bool) -> Outcome<()> {
        self.ret_word(u64::from(value))
    }

    /// Returns a fresh string.
    pub fn ret_str(&mut self, text: &str) -> Outcome<()> {
        let p = self.heap.str_new(text)?;
        self.ret_word(word::ptr_ref(p))
    }

    /// Returns an owned object.
    pub fn ret(&mut self, temp: Temp) -> Outcome<()> {
        let p = self.release(temp);
        self.ret_word(word::ptr_ref(p))
    }

    /// Returns an owned object as a Dyn.
    pub fn ret_dyn(&mut self, temp: Temp) -> Outcome<()> {
        let p = self.release(temp);
        self.ret_word(word::dyn_ptr(p))
    }

    /// Returns a borrowed value, counted up.
    pub fn ret_value(&mut self, value: Value) -> Outcome<()> {
        self.count_up(value);
        self.ret_word(value.word)
    }

    /// Returns the same object that argument `at` borrows.
    pub fn ret_same(&mut self, at: usize) -> Outcome<()> {
        // SAFETY: the row declares an object.
        unsafe { super::object::dup_ref(self.word(at)) };
        self.ret_word(self.word(at))
    }

    /// Returns an optional object.
    pub fn ret_opt(&mut self, temp: Option<Temp>) -> Outcome<()> {
        match temp {
            Some(temp) => self.ret(temp),
            None => self.ret_word(NULL_REF),
        }
    }

    /// Returns an optional integer, in two registers.
    pub fn ret_opt_int(&mut self, value: Option<i64>) -> Outcome<()> {
        self.results = [u64::from(value.is_some()), value.unwrap_or(0) as u64];
        self.result_count = 2;
        Ok(())
    }

    /// Returns an optional float, in two registers.
    pub fn ret_opt_float(&mut self, value: Option<f64>) -> Outcome<()> {
        self.results = [u64::from(value.is_some()), value.unwrap_or(0.0).to_bits()];
        self.result_count = 2;
        Ok(())
    }

    /// Returns an optional element of a container, counted up, in one register or two as the
    /// element's type asks.
    pub fn ret_opt_element(&mut self, ty: TypeId, value: Option<Value>) -> Outcome<()> {
        if let Some(value) = value {
            self.count_up(value);
        }
        let row = self.classes().type_row(ty);
        let (slot, scalar) = (row.slot, row.scalar);
        self.result_count = if scalar.is_some() || !slot.is_counted() { 2 } else { 1 };
        self.results = match (scalar, value) {
            (Some(inner), Some(value)) if value.word != DYN_NULL => {
                // SAFETY: the element is an optional of this scalar. A boxed integer is given
                // back after it is read.
                let read = unsafe { self.heap.dyn_unbox(inner, value.word) };
                // SAFETY: see above.
                unsafe { self.heap.drop_dyn(value.word) };
                [1, read.expect("an optional scalar holds its scalar")]
            }
            (Some(_), _) => [0, 0],
            (None, Some(value)) if slot.is_counted() => [value.word, 0],
            (None, None) if slot == Slot::Dyn => [DYN_NULL, 0],
            (None, None) if slot.is_counted() => [NULL_REF, 0],
            (None, Some(value)) => [1, value.word],
            (None, None) => [0, 0],
        };
        Ok(())
    }

    /// Returns `ok(value)` of the type argument, a result type; the value is a word of its
    /// payload, owned by the caller.
    pub fn ret_ok(&mut self, word: u64) -> Outcome<()> {
        self.ret_variant(1, word)
    }

    /// Returns `err(message)` of the type argument.
    pub fn ret_err(&mut self, message: &str) -> Outcome<()> {
        let p = self.heap.str_new(message)?;
        self.ret_variant(2, word::ptr_ref(p))
    }

    fn ret_variant(&mut self, offset: u32, word: u64) -> Outcome<()> {
        let class = self.result_class() + offset;
        // SAFETY: the row declares a result type, whose variants have one payload each.
        match unsafe { self.heap.flat_from(class, &[word]) } {
            Ok(p) => self.ret_word(word::ptr_ref(p)),
            Err(failure) => {
                let slot = self.classes().row(class).slots[0];
                // SAFETY: the payload was not stored, so it is still owned here.
                unsafe { self.heap.drop_slot(slot, word) };
                Err(failure)
            }
        }
    }

    /// Returns `ok` of an owned object.
    pub fn ret_ok_temp(&mut self, temp: Temp) -> Outcome<()> {
        let p = self.release(temp);
        self.ret_ok(word::ptr_ref(p))
    }
}

/// Generic operations.
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
            debug_assert!(super::object::is_unique(p));
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

impl<'c> ListRef<'c> {
    /// Number of elements.
    pub fn len(self) -> usize {
        // SAFETY: the list is alive.
        unsafe { list::len(self.p) }
    }

    /// Whether there are no elements.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The class of the list.
    pub fn class(self) -> ClassId {
        // SAFETY: the list is alive.
        unsafe { super::object::class_of(self.p) }
    }

    /// How the elements are read.
    pub fn slot(self) -> Slot {
        self.row.slots[0]
    }

    /// The type of the elements.
    pub fn element_type(self) -> TypeId {
        self.row.types[0]
    }

    /// The element at a position below the length.
    pub fn get(self, at: usize) -> Value {
        assert!(at < self.len(), "a builtin stays inside its lists");
        // SAFETY: the position is inside.
        Value { slot: self.slot(), word: unsafe { list::get(self.p, self.row, at) } }
    }

    /// The elements, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Value> + 'c {
        (0..self.len()).map(move |at| self.get(at))
    }

    /// The texts of a list of strings.
    pub fn texts(self) -> impl ExactSizeIterator<Item = &'c str> {
        // SAFETY: the row of the builtin declares a list of strings.
        self.iter().map(|value| unsafe { text::str_of(word::ref_ptr(value.word)) })
    }

    /// The words of a list with 8-byte elements.
    pub fn words(self) -> &'c [u64] {
        assert_eq!(self.row.elem_bytes, 8, "a list of words");
        // SAFETY: the list is alive and unchanged for the call.
        unsafe { list::words(self.p) }
    }

    /// A field of an element that is a flat object.
    pub fn element_field(self, at: usize, index: usize, row: &RtClass) -> Value {
        let p = word::ref_ptr(self.get(at).word);
        // SAFETY: the row of the builtin declares a list of pairs.
        Value { slot: row.slots[index], word: unsafe { *field(p, index) } }
    }
}

impl<'c> TableRef<'c> {
    /// Number of entries.
    pub fn len(self) -> usize {
        // SAFETY: the table is alive.
        unsafe { table::len(self.p) }
    }

    /// Whether there are no entries.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The class of the table.
    pub fn class(self) -> ClassId {
        // SAFETY: the table is alive.
        unsafe { super::object::class_of(self.p) }
    }

    /// The positions of the entries, in insertion order.
    pub fn positions(self) -> impl Iterator<Item = usize> + 'c {
        // SAFETY: the table is alive and unchanged for the call.
        let next = move |at: usize| unsafe { table::next_live(self.p, self.row, at) };
        std::iter::successors(next(0), move |at| next(at + 1))
    }

    /// How the keys are read.
    pub fn key_slot(self) -> Slot {
        self.row.slots[0]
    }

    /// The key at a position.
    pub fn key(self, at: usize) -> Value {
        // SAFETY: the position is one of `positions`.
        Value { slot: self.row.slots[0], word: unsafe { table::key_at(self.p, self.row, at) } }
    }

    /// The value at a position of a map.
    pub fn value(self, at: usize) -> Value {
        assert_eq!(self.row.kind, Kind::Map, "only maps have values");
        // SAFETY: the position is one of `positions`.
        Value { slot: self.row.slots[1], word: unsafe { *table::value_at(self.p, at) } }
    }
}

//! Objects that a call owns: taken arguments and what it builds, until they are given away.

#![expect(unsafe_code, reason = "builds objects")]

use super::{Call, ListRef, Temp, Value};
use crate::failure::Outcome;
use crate::value::heap::Heap;
use crate::value::object::Ptr;
use crate::value::word::{self, ClassId};

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
        let p = crate::value::drop::slot_ptr(value.slot, value.word)?;
        Some(self.own(p))
    }

    pub(super) fn at(&self, temp: &Temp) -> Ptr {
        self.owned[temp.0].expect("a temporary is owned until it is given away")
    }

    /// Gives an object away.
    pub(super) fn release(&mut self, temp: Temp) -> Ptr {
        self.owned[temp.0].take().expect("a temporary is owned until it is given away")
    }

    /// Changes an object that may move.
    pub(super) fn update(
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

    pub(super) fn count_up(&self, value: Value) {
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

    /// Appends an owned object to an owned list of dynamic values.
    pub fn push_dyn(&mut self, list: &Temp, item: Temp) -> Outcome<()> {
        let word = word::dyn_ptr(self.at(&item));
        // SAFETY: the elements of the list are dynamic.
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
}

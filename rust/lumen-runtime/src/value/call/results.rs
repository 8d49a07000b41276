//! Results of a builtin, in one register or two.

#![expect(unsafe_code, reason = "counts and builds objects")]

use super::{Call, Temp, Value};
use crate::failure::Outcome;
use crate::value::classes::Slot;
use crate::value::word::{self, DYN_NULL, NULL_REF};
use lumen_lir::TypeId;

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

    /// Returns a borrowed value, counted up.
    pub fn ret_value(&mut self, value: Value) -> Outcome<()> {
        self.count_up(value);
        self.ret_word(value.word)
    }

    /// Returns the same object that argument `at` borrows.
    pub fn ret_same(&mut self, at: usize) -> Outcome<()> {
        // SAFETY: the row declares an object.
        unsafe { crate::value::object::dup_ref(self.word(at)) };
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

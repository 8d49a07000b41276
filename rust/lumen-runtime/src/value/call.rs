//! The call of a builtin: arguments in, results out, without raw memory in between.
//!
//! The unsafe part is [`Call::run`]: its caller promises that the registers hold what the
//! builtin's row in the table of intrinsics says. A builtin then reads its arguments by position
//! and kind as that row declares them; a test calls every builtin through its row.
//! Ownership: what a builtin takes or builds is a [`Temp`], which the call owns until it is given
//! away (as the result, or into a container); when the builtin fails, the call drops the rest.
//! Borrowed arguments live and stay unchanged for the whole call.

#![expect(unsafe_code, reason = "reads arguments")]

mod owned;
mod results;
mod operations;
mod taped;
mod views;

pub use operations::Order;
pub use taped::reported;
pub use views::{ListRef, TableRef};

use super::classes::{Classes, Slot, TypeRow};
use super::heap::Heap;
use super::object::Ptr;
use super::text;
use super::word::{self, ClassId, DYN_NULL};
use crate::failure::Outcome;
use crate::host::Outside;
use crate::stdlib::{Builtin, Regexes, RtCtx};
use lumen_lir::TypeId;

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

//! A bench for tests of builtins: makes arguments, calls through rows, owns what it made.

#![expect(unsafe_code, reason = "tests call builtins with raw words")]

use super::call::Call;
use super::classes::{Classes, LIST_INT_CLASS, LIST_JSON_CLASS, LIST_STRING_CLASS, Slot};
use super::heap::Heap;
use super::word::ptr_ref;
use crate::failure::Outcome;
use crate::host::{MemoryHost, Outside};
use crate::stdlib::{RtCtx, builtins};
use lumen_base::Code;
use lumen_lir::{INTRINSICS, ModuleBuilder, Pat, TypeId, intrinsic_id};
use std::sync::{Arc, Mutex};

/// An argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg<'a> {
    Int(i64),
    Float(f64),
    Str(&'a str),
    Bytes(&'a [u8]),
    Ints(&'a [i64]),
    Strs(&'a [&'a str]),
    /// The plan of a conversion without conditions and defaults.
    NoPlan,
    /// A list that the builtin consumes.
    TakenInts(&'a [i64]),
    /// A list that the builtin consumes.
    TakenStrs(&'a [&'a str]),
    /// A result of before, borrowed.
    Same(&'a Made),
    /// A result of before, consumed: counted up first.
    Taken(&'a Made),
}

/// A result: its words, how to read the first, and how many there are.
#[derive(Debug)]
pub(crate) struct Made {
    words: [u64; 2],
    slot: Slot,
    two: bool,
}

/// Registers of a result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    One(u64),
    Two(u64, u64),
}

impl Made {
    pub(crate) fn words(&self) -> Seen {
        if self.two { Seen::Two(self.words[0], self.words[1]) } else { Seen::One(self.words[0]) }
    }
}

/// The bench.
pub(crate) struct Bench {
    pub(crate) module: ModuleBuilder,
    ctx: RtCtx,
    out: Arc<Mutex<Vec<u8>>>,
}

/// What a result register holds before the call, to see which are written.
const UNTOUCHED: u64 = 0xDEAD_BEEF_DEAD_BEEF;

impl Bench {
    pub(crate) fn new() -> Self {
        let module = ModuleBuilder::new("test");
        let host = MemoryHost::default();
        let out = host.out.clone();
        let heap = Heap::new(classes(&module), usize::MAX);
        let ctx = RtCtx::new(heap, Outside::new(Box::new(host), u64::MAX));
        Self { module, ctx, out }
    }

    /// Links the module again, after classes were added.
    pub(crate) fn link(&mut self) {
        assert_eq!(self.ctx.heap.live_blocks(), 0);
        self.ctx.heap = Heap::new(classes(&self.module), usize::MAX);
    }

    fn arg(&mut self, arg: Arg<'_>) -> (u64, Slot, bool) {
        let heap = &mut self.ctx.heap;
        let strings = |heap: &mut Heap, texts: &[&str]| {
            let words: Vec<_> =
                texts.iter().map(|t| ptr_ref(heap.str_new(t).expect("no limit"))).collect();
            ptr_ref(heap.list_from(LIST_STRING_CLASS, &words).expect("no limit"))
        };
        let ints = |heap: &mut Heap, values: &[i64]| {
            let words: Vec<_> = values.iter().map(|value| *value as u64).collect();
            ptr_ref(heap.list_from(LIST_INT_CLASS, &words).expect("no limit"))
        };
        match arg {
            Arg::Int(value) => (value as u64, Slot::Int, false),
            Arg::Float(value) => (value.to_bits(), Slot::Float, false),
            Arg::Str(text) => (ptr_ref(heap.str_new(text).expect("no limit")), Slot::Ref(0), false),
            Arg::Bytes(bytes) => {
                (ptr_ref(heap.bytes_new(bytes).expect("no limit")), Slot::Ref(1), false)
            }
            Arg::Ints(values) => (ints(heap, values), Slot::Ref(LIST_INT_CLASS), false),
            Arg::Strs(texts) => (strings(heap, texts), Slot::Ref(LIST_STRING_CLASS), false),
            Arg::NoPlan => {
                let list = heap.list_new(LIST_JSON_CLASS, 0).expect("no limit");
                (ptr_ref(list), Slot::Ref(LIST_JSON_CLASS), false)
            }
            Arg::TakenInts(values) => (ints(heap, values), Slot::Int, true),
            Arg::TakenStrs(texts) => (strings(heap, texts), Slot::Int, true),
            Arg::Same(made) => (made.words[0], Slot::Int, false),
            Arg::Taken(made) => {
                // SAFETY: the result is alive until its text is asked for.
                unsafe { heap.dup_slot(made.slot, made.words[0]) };
                (made.words[0], Slot::Int, true)
            }
        }
    }

    /// Calls a builtin; borrowed arguments are dropped afterwards. Before the call that counts,
    /// each of its allocations fails once: that must be a clean failure without a leak.
    pub(crate) fn call(
        &mut self,
        name: &str,
        args: &[Arg<'_>],
        ty: Option<TypeId>,
    ) -> Outcome<Made> {
        let before = self.ctx.heap.live_blocks();
        for budget in 0.. {
            let outcome = self.call_once(name, args, ty, budget);
            match &outcome {
                Err(failure) if failure.code() == Some(Code::R1010) => {
                    let after = self.ctx.heap.live_blocks();
                    assert_eq!(after, before, "{name}{args:?} leaks at allocation {budget}");
                }
                _ => return outcome,
            }
        }
        unreachable!("a builtin ends")
    }

    /// Calls a builtin once, without failing allocations.
    pub(crate) fn call_fast(
        &mut self,
        name: &str,
        args: &[Arg<'_>],
        ty: Option<TypeId>,
    ) -> Outcome<Made> {
        self.call_once(name, args, ty, usize::MAX)
    }

    fn call_once(
        &mut self,
        name: &str,
        args: &[Arg<'_>],
        ty: Option<TypeId>,
        budget: usize,
    ) -> Outcome<Made> {
        let id = usize::from(intrinsic_id(name).expect("the table has this name"));
        let made: Vec<_> = args.iter().map(|arg| self.arg(*arg)).collect();
        let words: Vec<u64> = made.iter().map(|arg| arg.0).collect();
        let mut results = [UNTOUCHED; 2];
        self.ctx.heap.budget = Some(budget);
        // SAFETY: tests pass what the rows ask for.
        let outcome = unsafe {
            let ty = ty.unwrap_or(TypeId::NULL);
            let (args, results) = (words.as_ptr(), results.as_mut_ptr());
            Call::run(builtins()[id], &mut self.ctx, args, results, ty)
        };
        self.ctx.heap.budget = None;
        for (word, slot, _) in made {
            // SAFETY: what was taken is marked as a scalar here.
            unsafe { self.ctx.heap.drop_slot(slot, word) };
        }
        outcome?;
        let slot = match INTRINSICS[id].result {
            Some(Pat::Int | Pat::Bool) => Slot::Int,
            Some(Pat::Float) => Slot::Float,
            Some(Pat::Json | Pat::Any) => Slot::Dyn,
            _ if results[1] != UNTOUCHED => Slot::Int,
            _ => Slot::Ref(0),
        };
        Ok(Made { words: results, slot, two: results[1] != UNTOUCHED })
    }

    /// A Json value from its text.
    pub(crate) fn json(&mut self, text: &str) -> Made {
        let word = self.ctx.heap.json_from_text(text).expect("no limit").expect("it is JSON");
        Made { words: [word, 0], slot: Slot::Dyn, two: false }
    }

    /// The text of a result, which is dropped.
    pub(crate) fn text(&mut self, made: Made) -> String {
        // SAFETY: the bench owns the result.
        unsafe {
            let text = self.ctx.heap.display(made.slot, made.words[0]).expect("no limit");
            self.ctx.heap.drop_slot(made.slot, made.words[0]);
            text
        }
    }

    /// The text of a dynamic result, which is dropped.
    pub(crate) fn dyn_text(&mut self, made: Made) -> String {
        assert_eq!(made.slot, Slot::Dyn);
        self.text(made)
    }

    /// What was printed.
    pub(crate) fn printed(&mut self) -> String {
        self.ctx.outside.flush().expect("memory takes all");
        let out = self.out.lock().expect("no panic held it");
        String::from_utf8(out.clone()).expect("only texts are printed")
    }

    /// The end: nothing may be left.
    pub(crate) fn finish(self) {
        assert_eq!(self.ctx.heap.live_blocks(), 0, "leaked blocks");
    }
}

fn classes(module: &ModuleBuilder) -> Arc<Classes> {
    let module = module.module();
    Arc::new(Classes::link(&module.types, &module.classes, |_| "cell"))
}

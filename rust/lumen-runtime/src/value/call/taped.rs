//! The call of a builtin whose operation is on the tape of the run: its arguments and its result as texts.

#![expect(unsafe_code, reason = "reads arguments and results")]

use super::Call;
use crate::failure::{Failure, Outcome};
use crate::stdlib::{RtCtx, builtins};
use crate::trace::{Answer, Calls, Reported, Returned, SharedTape};
use crate::value::classes::{LIST_JSON_CLASS, STRING_CLASS, Slot, TypeRow};
use crate::value::exchange::{HostFunction, HostValue, guarded};
use crate::value::heap::Heap;
use crate::value::word::NULL_REF;
use lumen_lir::{ArgMode, INTRINSICS, Intrinsic, Pat, Signature, TypeId};

/// Longest text of a value on a tape, in bytes; a longer one stands there by its beginning and its hash.
const TEXT_BYTES_MAX: usize = 1 << 16;
/// Bytes of the beginning of a longer text.
const HEAD_BYTES: usize = 1 << 10;

impl Call<'_> {
    /// Runs a builtin as an operation on `tape`; `calls` says who called it.
    ///
    /// # Safety
    /// As for [`Call::run`].
    pub unsafe fn run_on_tape(
        tape: &SharedTape,
        calls: Calls,
        intrinsic: Intrinsic,
        context: &mut RtCtx,
        [args, results]: [*mut u64; 2],
        ty: TypeId,
    ) -> Outcome<()> {
        let row = &INTRINSICS[usize::from(intrinsic)];
        // SAFETY: as the caller promises.
        unsafe {
            let begun = texts(&context.heap, row.params.iter().map(|p| &p.1), args, ty)
                .and_then(|texts| tape.lock().begin(row.name, texts, calls));
            if let Err(failure) = begun {
                drop_taken(&mut context.heap, row, args, ty);
                return Err(failure);
            }
            let builtin = builtins()[usize::from(intrinsic)];
            // What was printed is seen before the next thing happens.
            let outcome = Call::run(builtin, context, args, results, ty)
                .and_then(|()| context.outside.flush());
            let returned = match &outcome {
                Ok(()) => match texts(&context.heap, row.result.iter(), results, ty) {
                    Ok(mut texts) => {
                        Returned::Value(texts.pop().unwrap_or_else(|| "null".to_owned()))
                    }
                    Err(failure) => Returned::Failed(reported(&failure)),
                },
                Err(failure) => Returned::Failed(reported(failure)),
            };
            let ended = tape.lock().end(returned);
            if let (Ok(()), Err(_), Some(pat)) = (&outcome, &ended, &row.result) {
                // The program never sees the result: nothing else will drop it.
                drop_value(&mut context.heap, pat, results, ty);
            }
            ended.and(outcome)
        }
    }
}

impl Heap {
    /// Calls a function of the embedding program as an operation on `tape`; gives an owned dynamic word.
    ///
    /// # Safety
    /// As for [`Heap::call_host`].
    pub unsafe fn call_host_on_tape(
        &mut self,
        tape: &SharedTape,
        calls: Calls,
        name: &str,
        function: &HostFunction<'_>,
        list: u64,
    ) -> Outcome<u64> {
        // SAFETY: as the caller promises: a list of dynamic words.
        let args = unsafe { self.debug(Slot::Ref(LIST_JSON_CLASS), list)? };
        tape.lock().begin(name, vec![shortened(args)], calls)?;
        let on_tape = |args: &[HostValue]| {
            let live = || guarded(function, args).map_or_else(Answer::Failed, Answer::Value);
            match tape.lock().ask(live) {
                Answer::Value(value) => Ok(value),
                Answer::Failed(message) => Err(message),
                _ => Err("the recording answers another question".to_owned()),
            }
        };
        // SAFETY: as the caller promises.
        let outcome = unsafe { self.call_host(name, &on_tape, list) };
        let returned = match &outcome {
            // SAFETY: the call gave a dynamic word.
            Ok(word) => match unsafe { self.debug(Slot::Dyn, *word) } {
                Ok(text) => Returned::Value(shortened(text)),
                Err(failure) => Returned::Failed(reported(&failure)),
            },
            Err(failure) => Returned::Failed(reported(failure)),
        };
        let ended = tape.lock().end(returned);
        if let (Ok(word), Err(_)) = (&outcome, &ended) {
            // SAFETY: the word is owned, and the program never sees it.
            unsafe { self.drop_dyn(*word) };
        }
        ended.and(outcome)
    }
}

/// A failure as a trace holds it.
pub fn reported(failure: &Failure) -> Reported {
    match failure {
        Failure::Error(error) => {
            Reported { code: error.code.as_str().to_owned(), message: error.message.clone() }
        }
        Failure::Exit(code) => Reported { code: "exit".to_owned(), message: code.to_string() },
        Failure::Stopped(_) => {
            Reported { code: "stopped".to_owned(), message: failure.to_string() }
        }
    }
}

/// The slot of a pattern's words, and how many registers it takes.
///
/// # Safety
/// `at` holds a value of the pattern.
unsafe fn slot_of(heap: &Heap, pat: &Pat, at: *const u64, ty: TypeId) -> (Slot, usize) {
    // SAFETY: as the caller promises; a Ref word that is not null leads to an object with its class.
    let object = || unsafe {
        let word = *at;
        let class = if word == NULL_REF {
            STRING_CLASS
        } else {
            (*(word as crate::value::object::Ptr)).class
        };
        (Slot::Ref(class), 1)
    };
    match pat {
        Pat::Int => (Slot::Int, 1),
        Pat::Float => (Slot::Float, 1),
        Pat::Bool => (Slot::Bool, 1),
        Pat::Json | Pat::Any => (Slot::Dyn, 1),
        Pat::Opt(Pat::Int) => (Slot::Int, 2),
        Pat::Opt(Pat::Float) => (Slot::Float, 2),
        Pat::Opt(Pat::Bool) => (Slot::Bool, 2),
        Pat::Subject => match heap.classes().type_row(ty) {
            TypeRow { scalar: Some(slot), .. } => (*slot, 2),
            row => (row.slot, 1),
        },
        _ => object(),
    }
}

/// The texts of values in consecutive registers.
///
/// # Safety
/// The registers from `at` on hold values of the patterns, alive.
unsafe fn texts<'p>(
    heap: &Heap,
    pats: impl Iterator<Item = &'p Pat>,
    at: *const u64,
    ty: TypeId,
) -> Outcome<Vec<String>> {
    let mut out = Vec::new();
    let mut at = at;
    for pat in pats {
        // SAFETY: as the caller promises.
        unsafe {
            let (slot, registers) = slot_of(heap, pat, at, ty);
            let value = at.add(registers - 1);
            let is_null = registers == 2 && *at == 0;
            let text = if is_null { "null".to_owned() } else { heap.debug(slot, *value)? };
            out.push(shortened(text));
            at = at.add(registers);
        }
    }
    Ok(out)
}

/// A text that fits a line of a trace.
fn shortened(text: String) -> String {
    if text.len() <= TEXT_BYTES_MAX {
        return text;
    }
    let head = &text[..text.floor_char_boundary(HEAD_BYTES)];
    let hash = blake3::hash(text.as_bytes()).to_hex();
    format!("{head}… ({} bytes, blake3 {hash})", text.len())
}

/// Drops what a builtin that never ran would have consumed.
///
/// # Safety
/// As for [`Call::run`].
unsafe fn drop_taken(heap: &mut Heap, row: &Signature, args: *const u64, ty: TypeId) {
    let mut at = args;
    for (mode, pat) in row.params {
        // SAFETY: as the caller promises.
        unsafe {
            let (_, registers) = slot_of(heap, pat, at, ty);
            if *mode == ArgMode::Take {
                drop_value(heap, pat, at, ty);
            }
            at = at.add(registers);
        }
    }
}

/// Drops an owned value.
///
/// # Safety
/// The registers at `at` hold an owned value of the pattern.
unsafe fn drop_value(heap: &mut Heap, pat: &Pat, at: *const u64, ty: TypeId) {
    // SAFETY: as the caller promises; scalars in two registers own nothing.
    unsafe {
        if let (slot, 1) = slot_of(heap, pat, at, ty) {
            heap.drop_slot(slot, *at);
        }
    }
}

//! Printing, texts of values, type names, hash, size, number parsing, the end of the program.

use super::Builtin;
use crate::failure::{Failure, Outcome};
use crate::value::call::{Call, Value};
use crate::value::number;

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("print", print),
    ("debug", debug),
    ("trust", noted),
    ("reveal", noted),
    ("to_string", to_string),
    ("debug_string", debug_string),
    ("type_of", type_of),
    ("hash", hash),
    ("sizeof", sizeof),
    ("exit.number", exit_number),
    ("exit", exit),
    ("assert.unequal", assert_unequal),
    ("parse_int", parse_int),
    ("parse_float", parse_float),
];

/// Stands for a builtin without implementation; the test of the names shows that there is none.
pub(super) fn missing(_: &mut Call<'_>) -> Outcome<()> {
    Err(Failure::host("this builtin is not part of this runtime"))
}

fn print(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.print(c.str(0))?;
    c.outside.print("\n")
}

fn debug(c: &mut Call<'_>) -> Outcome<()> {
    let line = format!("{}\n", c.str(0));
    c.outside.debug(&line)
}

fn to_string(c: &mut Call<'_>) -> Outcome<()> {
    let text = c.display(c.subject())?;
    c.ret_str(&text)
}

/// Nothing but an operation of the trace.
fn noted(_: &mut Call<'_>) -> Outcome<()> {
    Ok(())
}

fn debug_string(c: &mut Call<'_>) -> Outcome<()> {
    let text = c.debug(c.subject())?;
    c.ret_str(&text)
}

fn type_of(c: &mut Call<'_>) -> Outcome<()> {
    let name = c.type_name(c.dynamic(0));
    c.ret_str(&name)
}

fn hash(c: &mut Call<'_>) -> Outcome<()> {
    let hash = c.hash(c.subject());
    c.ret_int(hash as i64)
}

fn sizeof(c: &mut Call<'_>) -> Outcome<()> {
    let bytes = c.size_of(c.subject());
    c.ret_int(bytes as i64)
}

/// The number of a run of an exit: no other has it.
fn exit_number(c: &mut Call<'_>) -> Outcome<()> {
    let number = c.heap.next_exit();
    c.ret_int(number)
}

fn exit(c: &mut Call<'_>) -> Outcome<()> {
    let code = c.int(0);
    match u8::try_from(code) {
        Ok(code) => Err(Failure::Exit(i32::from(code))),
        Err(_) => Err(Failure::argument(format!("exit status {code}: it must be 0 to 255"))),
    }
}

/// Fails an `assert_eq` of two values with parts: the message, and where they differ.
fn assert_unequal(c: &mut Call<'_>) -> Outcome<()> {
    let found = c.subject();
    let at = c.after_subject();
    let expected = Value { slot: found.slot, word: c.word(at) };
    let failure = Failure::assertion(c.str(at + 1));
    Err(match c.difference(found, expected)? {
        Some(place) => failure.with_note(place),
        None => failure,
    })
}

fn parse_int(c: &mut Call<'_>) -> Outcome<()> {
    let base = c.int(1);
    let base = u32::try_from(base)
        .ok()
        .filter(|base| (2..=36).contains(base))
        .ok_or_else(|| Failure::argument(format!("base {base}: it must be 2 to 36")))?;
    c.ret_opt_int(number::parse_int(c.str(0), base))
}

fn parse_float(c: &mut Call<'_>) -> Outcome<()> {
    c.ret_opt_float(number::parse_float(c.str(0)))
}

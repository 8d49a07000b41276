//! What reaches outside: arguments, input, clock, randomness, emitted values.

use super::Builtin;
use crate::failure::{Failure, Outcome};
use crate::value::call::Call;
use crate::value::classes::LIST_STRING_CLASS;
use lumen_lir::Effect;

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("emit", emit),
    ("args", args),
    ("read_line", read_line),
    ("timestamp", timestamp),
    ("timestamp_ms", timestamp_ms),
    ("sleep", sleep),
    ("random", random),
    ("random_int", random_int),
    ("uuid", uuid),
    ("uuid_v7", uuid_v7),
];

fn emit(c: &mut Call<'_>) -> Outcome<()> {
    let json = c.to_json(c.dynamic(0), None)?;
    c.outside.host()?.emit(&json).map_err(Failure::host)
}

fn args(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Input)?;
    let args = c.outside.host()?.args().map_err(Failure::host)?;
    let list = c.new_list(LIST_STRING_CLASS, args.len())?;
    for arg in &args {
        c.push_str(&list, arg)?;
    }
    c.ret(list)
}

fn read_line(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Input)?;
    let line = c.outside.read_line()?;
    let line = match line {
        Some(line) => Some(c.new_str(&line)?),
        None => None,
    };
    c.ret_opt(line)
}

fn timestamp(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Time)?;
    let nanos = c.outside.now_nanos()?;
    c.ret_float(nanos as f64 / 1e9)
}

fn timestamp_ms(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Time)?;
    let millis = c.outside.now_nanos()? / 1_000_000;
    c.ret_int(millis)
}

fn sleep(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Time)?;
    let Ok(millis) = u64::try_from(c.int(0)) else {
        return Err(Failure::argument(format!("sleep for {} milliseconds", c.int(0))));
    };
    c.outside.sleep_ms(millis)
}

fn random(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Random)?;
    let bits = c.outside.random()? >> 11;
    c.ret_float(bits as f64 / (1u64 << 53) as f64)
}

fn random_int(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Random)?;
    let (low, high) = (c.int(0), c.int(1));
    if low > high {
        return Err(Failure::argument(format!("a random number from {low} to {high}")));
    }
    let span = high.abs_diff(low);
    let offset = match span.checked_add(1) {
        Some(count) => c.outside.random_below(count)?,
        None => c.outside.random()?,
    };
    c.ret_int(low.wrapping_add_unsigned(offset))
}

/// The text of a UUID of a version, the variant bits set.
fn uuid_text(bits: u128, version: u128) -> String {
    let bits = bits & !(0xF << 76) & !(0x3 << 62) | version << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn uuid(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Random)?;
    let bits = u128::from(c.outside.random()?) << 64 | u128::from(c.outside.random()?);
    c.ret_str(&uuid_text(bits, 4))
}

fn uuid_v7(c: &mut Call<'_>) -> Outcome<()> {
    c.outside.permit(Effect::Random)?;
    let millis = (c.outside.now_nanos()? / 1_000_000) as u128 & ((1 << 48) - 1);
    let noise = u128::from(c.outside.random()?) << 64 | u128::from(c.outside.random()?);
    c.ret_str(&uuid_text(millis << 80 | noise & ((1 << 80) - 1), 7))
}

//! JSON: texts in and out, conversion by schema, access by key, index and path.

use super::Builtin;
use crate::failure::{Failure, Outcome};
use crate::value::call::{Call, Value};
use crate::value::classes::Slot;
use crate::value::convert::Plan;
use crate::value::number;
use crate::value::path::push_key;
use crate::value::view::View;
use crate::value::word::DYN_NULL;
use lumen_lir::TypeId;

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("parse_json", parse_json),
    ("to_json", to_json),
    ("to_json_pretty", to_json_pretty),
    ("json.of", of),
    ("json.path", path),
    ("json.pointer", pointer),
    ("json.key", key),
    ("json.index", index),
    ("json.len", len),
    ("json.as_int", as_int),
    ("json.as_float", as_float),
    ("conversion_run", run_conversion),
    ("conversion_read", read_conversion),
    ("conversion_step", key_step),
];

fn parse_json(c: &mut Call<'_>) -> Outcome<()> {
    match c.parse_json(c.str(0))? {
        Ok(word) => c.ret_ok(word),
        Err(message) => c.ret_err(&message),
    }
}

/// The plan of a conversion: a list of class, field and default for each default.
fn plan_of(c: &Call<'_>) -> Outcome<Plan> {
    let mut plan = Plan::default();
    let entries: Vec<Value> = c.list(1).iter().collect();
    for entry in entries.chunks_exact(3) {
        let (View::Int(class), View::Int(field)) = (c.view(entry[0]), c.view(entry[1])) else {
            return Err(Failure::argument("a plan that no compiler made".to_owned()));
        };
        plan.defaults.insert((class as u32, field as usize), entry[2].word);
    }
    Ok(plan)
}

fn run_conversion(c: &mut Call<'_>) -> Outcome<()> {
    let plan = plan_of(c)?;
    match c.convert_planned(c.dynamic(0), c.payload_type(), plan)? {
        Ok(word) => c.ret_ok(word),
        Err(message) => c.ret_err(&message),
    }
}

fn read_conversion(c: &mut Call<'_>) -> Outcome<()> {
    let plan = plan_of(c)?;
    match c.read_planned(c.str(0), c.payload_type(), plan)? {
        Ok(word) => c.ret_ok(word),
        Err(message) => c.ret_err(&message),
    }
}

/// A step of a path to the value under a key.
fn key_step(c: &mut Call<'_>) -> Outcome<()> {
    let mut step = String::new();
    push_key(&mut step, &c.key_text(c.dynamic(0)).unwrap_or_else(|| "?".to_owned()));
    c.ret_str(&step)
}

fn to_json(c: &mut Call<'_>) -> Outcome<()> {
    let text = c.to_json(c.subject(), None)?;
    c.ret_str(&text)
}

fn to_json_pretty(c: &mut Call<'_>) -> Outcome<()> {
    let indent = c.int(c.after_subject());
    let Some(indent) = usize::try_from(indent).ok().filter(|indent| *indent <= 16) else {
        return Err(Failure::argument(format!("an indent of {indent}: it must be 0 to 16")));
    };
    let text = c.to_json(c.subject(), Some(indent))?;
    c.ret_str(&text)
}

fn of(c: &mut Call<'_>) -> Outcome<()> {
    match c.convert(c.subject(), TypeId::JSON)? {
        Ok(word) => c.ret_word(word),
        Err(message) => Err(Failure::conversion(message)),
    }
}

const NULL: Value = Value { slot: Slot::Dyn, word: DYN_NULL };

/// The entry of an object, null when it has none or is no object.
fn entry(c: &Call<'_>, json: Value, key: &str) -> Value {
    c.dynamic_map(json).and_then(|map| c.entry_named(map, key)).unwrap_or(NULL)
}

/// The element of an array, null when it has none or is no array.
fn element(c: &Call<'_>, json: Value, index: i64) -> Value {
    let Some(list) = c.dynamic_list(json) else { return NULL };
    let at = usize::try_from(index).ok().filter(|at| *at < list.len());
    at.map_or(NULL, |at| list.get(at))
}

fn key(c: &mut Call<'_>) -> Outcome<()> {
    let value = entry(c, c.dynamic(0), c.str(1));
    c.ret_value(value)
}

fn index(c: &mut Call<'_>) -> Outcome<()> {
    let value = element(c, c.dynamic(0), c.int(1));
    c.ret_value(value)
}

/// `a.b[0]["c d"]`: null as soon as a step leads nowhere.
fn path(c: &mut Call<'_>) -> Outcome<()> {
    let mut value = c.dynamic(0);
    for step in steps(c.str(1)) {
        value = match step {
            PathStep::Key(key) => entry(c, value, key),
            PathStep::Index(index) => element(c, value, index),
        };
    }
    c.ret_value(value)
}

/// `/a/b~1c/0` (RFC 6901): null as soon as a step leads nowhere.
fn pointer(c: &mut Call<'_>) -> Outcome<()> {
    let (mut value, text) = (c.dynamic(0), c.str(1));
    if !text.is_empty() && !text.starts_with('/') {
        return Err(Failure::argument(format!(
            "the JSON pointer `{text}` does not begin with `/`"
        )));
    }
    for part in text.split('/').skip(1) {
        value = if c.dynamic_list(value).is_some() {
            let plain = part.bytes().all(|b| b.is_ascii_digit());
            let canonical = plain && (part == "0" || !part.starts_with('0'));
            let at = part.parse().ok().filter(|_| canonical);
            element(c, value, at.unwrap_or(-1))
        } else {
            let key = part.replace("~1", "/").replace("~0", "~");
            entry(c, value, &key)
        };
    }
    c.ret_value(value)
}

/// A step of a written path.
pub(super) enum PathStep<'t> {
    /// `.name`, `["name"]`
    Key(&'t str),
    /// `[0]`
    Index(i64),
}

/// The steps of a written path.
pub(super) fn steps(path: &str) -> Vec<PathStep<'_>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = match inner.strip_prefix('"') {
                Some(key) => key.find('"').map(|at| at + 2),
                None => inner.find(']'),
            };
            let end = end.unwrap_or(inner.len());
            let (step, after) = inner.split_at(end);
            let quoted = step.strip_prefix('"').and_then(|step| step.strip_suffix('"'));
            steps.push(match (quoted, step.trim().parse()) {
                (Some(key), _) => PathStep::Key(key),
                (None, Ok(index)) => PathStep::Index(index),
                (None, Err(_)) => PathStep::Key(step),
            });
            rest = after.strip_prefix(']').unwrap_or(after);
        } else {
            let plain = rest.strip_prefix('.').unwrap_or(rest);
            let end = plain.find(['.', '[']).unwrap_or(plain.len());
            let (step, after) = plain.split_at(end);
            if !step.is_empty() {
                steps.push(PathStep::Key(step));
            }
            rest = after;
        }
    }
    steps
}

/// The integer in a Json; a float without fraction is one.
fn as_int(c: &mut Call<'_>) -> Outcome<()> {
    let value = match c.view(c.dynamic(0)) {
        View::Int(value) => Some(value),
        View::Float(value) if value.fract() == 0.0 => number::whole_to_int(value),
        _ => None,
    };
    c.ret_opt_int(value)
}

/// The number in a Json.
fn as_float(c: &mut Call<'_>) -> Outcome<()> {
    let value = match c.view(c.dynamic(0)) {
        View::Int(value) => Some(value as f64),
        View::Float(value) => Some(value),
        _ => None,
    };
    c.ret_opt_float(value)
}

fn len(c: &mut Call<'_>) -> Outcome<()> {
    let json = c.dynamic(0);
    let length = match (c.dynamic_list(json), c.dynamic_map(json), c.text_of(json)) {
        (Some(list), _, _) => list.len(),
        (_, Some(map), _) => map.len(),
        (_, _, Some(text)) => text.chars().count(),
        _ => {
            let kind = c.type_name(json);
            return Err(Failure::argument(format!("the length of a Json that is {kind}")));
        }
    };
    c.ret_int(length as i64)
}

//! Regular expressions, through the crate `regex`: linear time, bounded size, a small cache.

use super::Builtin;
use crate::failure::{Failure, Outcome};
use crate::value::call::{Call, Temp};
use crate::value::classes::{LIST_LIST_STRING_CLASS, LIST_STRING_CLASS};
use regex::{Captures, Regex, RegexBuilder};

/// Most compiled expressions that are kept.
const KEPT: usize = 32;
/// Most bytes of a compiled expression.
const SIZE_MAX: usize = 4 << 20;

/// Compiled regular expressions, the one used last at the end.
#[derive(Debug, Default)]
pub struct Regexes(Vec<(String, Regex)>);

impl Regexes {
    fn get(&mut self, pattern: &str) -> Outcome<Regex> {
        if let Some(at) = self.0.iter().position(|(text, _)| text == pattern) {
            let hit = self.0.remove(at);
            let regex = hit.1.clone();
            self.0.push(hit);
            return Ok(regex);
        }
        let built = RegexBuilder::new(pattern).size_limit(SIZE_MAX).build();
        let regex = built.map_err(|error| {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or("it cannot be read").trim();
            let reason = last.strip_prefix("error: ").unwrap_or(last);
            Failure::argument(format!("the regular expression `{pattern}`: {reason}"))
        })?;
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push((pattern.to_owned(), regex.clone()));
        Ok(regex)
    }
}

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("string.regex_match", regex_match),
    ("string.regex_find", regex_find),
    ("string.regex_find_all", regex_find_all),
    ("string.regex_replace", regex_replace),
    ("string.regex_split", regex_split),
    ("string.regex_names", regex_names),
];

fn regex_match(c: &mut Call<'_>) -> Outcome<()> {
    let regex = c.regexes.get(c.str(1))?;
    c.ret_bool(regex.is_match(c.str(0)))
}

/// The whole match and its groups; a group that took no part is empty.
fn groups(c: &mut Call<'_>, captures: &Captures<'_>) -> Outcome<Temp> {
    let list = c.new_list(LIST_STRING_CLASS, captures.len())?;
    for group in captures.iter() {
        c.push_str(&list, group.map_or("", |group| group.as_str()))?;
    }
    Ok(list)
}

fn regex_find(c: &mut Call<'_>) -> Outcome<()> {
    let regex = c.regexes.get(c.str(1))?;
    let found = match regex.captures(c.str(0)) {
        Some(captures) => Some(groups(c, &captures)?),
        None => None,
    };
    c.ret_opt(found)
}

fn regex_find_all(c: &mut Call<'_>) -> Outcome<()> {
    let regex = c.regexes.get(c.str(1))?;
    let all = c.new_list(LIST_LIST_STRING_CLASS, 0)?;
    for captures in regex.captures_iter(c.str(0)) {
        let found = groups(c, &captures)?;
        c.push_temp(&all, found)?;
    }
    c.ret(all)
}

fn regex_split(c: &mut Call<'_>) -> Outcome<()> {
    let regex = c.regexes.get(c.str(1))?;
    let parts = c.new_list(LIST_STRING_CLASS, 0)?;
    for part in regex.split(c.str(0)) {
        c.push_str(&parts, part)?;
    }
    c.ret(parts)
}

/// The names of the groups of a regular expression, empty for those without one.
fn regex_names(c: &mut Call<'_>) -> Outcome<()> {
    let regex = c.regexes.get(c.str(0))?;
    let names = c.new_list(LIST_STRING_CLASS, 0)?;
    for name in regex.capture_names() {
        c.push_str(&names, name.unwrap_or(""))?;
    }
    c.ret(names)
}

fn regex_replace(c: &mut Call<'_>) -> Outcome<()> {
    let regex = c.regexes.get(c.str(1))?;
    let (text, to) = (c.str(0), c.str(2));
    let (mut out, mut end) = (String::new(), 0);
    for captures in regex.captures_iter(text) {
        let whole = captures.get_match();
        out.push_str(&text[end..whole.start()]);
        captures.expand(to, &mut out);
        end = whole.end();
        c.heap.check_room(out.len())?;
    }
    out.push_str(&text[end..]);
    c.ret_str(&out)
}

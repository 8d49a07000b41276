//! What a program under test tells its host: values for snapshots, and the places that coverage counts.
//!
//! Input → output: a value's text is laid out over lines, so that snapshots differ where values differ, and goes to the
//! host, which fails the call when it is another one than before.

use super::Builtin;
use crate::failure::Outcome;
use crate::value::call::Call;

pub(super) const ROWS: &[(&str, Builtin)] =
    &[("snapshot.text", snapshot_text), ("snapshot.value", snapshot_value), ("cover", cover)];

/// Columns up to which a group of a value stays on one line.
const WIDTH: usize = 80;
const INDENT: &str = "  ";

fn snapshot_text(c: &mut Call<'_>) -> Outcome<()> {
    let (text, name) = (c.str(0).to_owned(), c.str(1).to_owned());
    c.outside.snapshot(&name, &text)
}

fn snapshot_value(c: &mut Call<'_>) -> Outcome<()> {
    let (text, name) = (lay_out(c.str(0)), c.str(1).to_owned());
    c.outside.snapshot(&name, &text)
}

fn cover(c: &mut Call<'_>) -> Outcome<()> {
    let point = u32::try_from(c.int(0)).unwrap_or(u32::MAX);
    c.outside.cover(point);
    Ok(())
}

/// The debug text of a value with groups that are too long for a line broken: one part a line. A text whose brackets do
/// not match (a type's own) stays as it is.
fn lay_out(text: &str) -> String {
    let Some(ends) = groups(text) else { return text.to_owned() };
    let bytes = text.as_bytes();
    // Ends of the broken groups around the place, innermost last.
    let mut broken: Vec<usize> = Vec::new();
    let mut out = String::with_capacity(text.len() * 2);
    let (mut at, mut copied, mut column) = (0, 0, 0);
    let newline = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&INDENT.repeat(depth));
        depth * INDENT.len()
    };
    while at < bytes.len() {
        let step = match bytes[at] {
            b'"' => string_end(bytes, at) - at,
            b'(' | b'[' | b'{' => {
                let end = ends[at];
                if end - at <= 1 || column + (end + 1 - at) <= WIDTH {
                    end + 1 - at
                } else {
                    broken.push(end);
                    out.push_str(&text[copied..=at]);
                    column = newline(&mut out, broken.len());
                    (at, copied) = (at + 1, at + 1);
                    continue;
                }
            }
            b',' if !broken.is_empty() => {
                out.push_str(&text[copied..=at]);
                column = newline(&mut out, broken.len());
                at += 1 + usize::from(bytes.get(at + 1) == Some(&b' '));
                copied = at;
                continue;
            }
            _ if broken.last() == Some(&at) => {
                broken.pop();
                out.push_str(&text[copied..at]);
                column = newline(&mut out, broken.len());
                copied = at;
                1
            }
            _ => 1,
        };
        at += step;
        column += step;
    }
    out.push_str(&text[copied..]);
    out
}

/// Where the group that begins at each place ends; nothing when brackets or quotes do not match.
fn groups(text: &str) -> Option<Vec<usize>> {
    let bytes = text.as_bytes();
    let mut ends = vec![0; bytes.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = string_end(bytes, at);
                if end > bytes.len() {
                    return None;
                }
                at = end;
                continue;
            }
            b'(' | b'[' | b'{' => open.push(at),
            close @ (b')' | b']' | b'}') => {
                let start = open.pop()?;
                let fits =
                    matches!((bytes[start], close), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
                if !fits {
                    return None;
                }
                ends[start] = at;
            }
            _ => {}
        }
        at += 1;
    }
    open.is_empty().then_some(ends)
}

/// Behind the string that begins at `start`; behind the text when it does not end.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len() + 1
}

#[cfg(test)]
mod tests {
    use super::lay_out;

    #[test]
    fn short_values_stay_on_a_line() {
        assert_eq!(lay_out("[1, 2, (3, \"a, (\")]"), "[1, 2, (3, \"a, (\")]");
        assert_eq!(lay_out(""), "");
    }

    #[test]
    fn long_values_have_a_line_for_each_part() {
        let part = format!("P(name: \"{}\", at: [1, 2])", "x".repeat(50));
        let text = format!("[{part}, {part}]");
        assert_eq!(lay_out(&text), format!("[\n  {part},\n  {part}\n]"));
    }

    #[test]
    fn texts_that_are_no_values_stay() {
        for text in ["(".repeat(200), format!("{}\"", "a".repeat(100)), "(]".to_owned()] {
            assert_eq!(lay_out(&text), text);
        }
    }
}

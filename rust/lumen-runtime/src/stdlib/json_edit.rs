//! Differences and patches of Json values (RFC 6902), and redaction.
//!
//! A Json is read into a tree of its own, bounded in depth, edited there, and written back: these
//! builtins are about configuration-sized documents.

use super::Builtin;
use super::json::{PathStep, steps};
use crate::failure::{Failure, Outcome};
use crate::value::call::{Call, Value};
use serde_json::{Value as Tree, json};

pub(super) const ROWS: &[(&str, Builtin)] =
    &[("json.diff", diff), ("json.patch", patch), ("json.redact", redact)];

/// How deeply the documents may be nested: what the tree's reader follows.
const DEPTH_MAX: usize = 127;
/// Values that the edits of one patch may copy: what `copy` doubles again and again must end.
const COPIED_MAX: usize = 1 << 20;
/// What stands in the place of what was redacted.
const REDACTED: &str = "[redacted]";

fn read(c: &Call<'_>, value: Value) -> Outcome<Tree> {
    let text = c.to_json(value, None)?;
    serde_json::from_str(&text).map_err(|_| Failure::too_deep(DEPTH_MAX))
}

fn write(c: &mut Call<'_>, tree: &Tree) -> Outcome<u64> {
    match c.parse_json(&tree.to_string())? {
        Ok(word) => Ok(word),
        Err(message) => Err(Failure::conversion(message)),
    }
}

fn diff(c: &mut Call<'_>) -> Outcome<()> {
    let (from, to) = (read(c, c.dynamic(0))?, read(c, c.dynamic(1))?);
    let mut edits = Vec::new();
    differences(&from, &to, &mut String::new(), &mut edits);
    let word = write(c, &Tree::Array(edits))?;
    c.ret_word(word)
}

/// A key as a part of a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Adds the edits that turn one tree into the other; the depth of trees is bounded.
fn differences(from: &Tree, to: &Tree, path: &mut String, edits: &mut Vec<Tree>) {
    let end = path.len();
    match (from, to) {
        _ if from == to => {}
        (Tree::Object(a), Tree::Object(b)) => {
            for (key, old) in a {
                path.push('/');
                path.push_str(&escaped(key));
                match b.get(key) {
                    Some(new) => differences(old, new, path, edits),
                    None => edits.push(json!({"op": "remove", "path": *path})),
                }
                path.truncate(end);
            }
            for (key, new) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                let path = format!("{path}/{}", escaped(key));
                edits.push(json!({"op": "add", "path": path, "value": new}));
            }
        }
        (Tree::Array(a), Tree::Array(b)) => {
            for (at, (old, new)) in a.iter().zip(b).enumerate() {
                path.push_str(&format!("/{at}"));
                differences(old, new, path, edits);
                path.truncate(end);
            }
            for at in (b.len()..a.len()).rev() {
                edits.push(json!({"op": "remove", "path": format!("{path}/{at}")}));
            }
            for new in b.iter().skip(a.len()) {
                edits.push(json!({"op": "add", "path": format!("{path}/-"), "value": new}));
            }
        }
        _ => edits.push(json!({"op": "replace", "path": *path, "value": to})),
    }
}

fn patch(c: &mut Call<'_>) -> Outcome<()> {
    let (mut tree, edits) = (read(c, c.dynamic(0))?, read(c, c.dynamic(1))?);
    let applied = match edits.as_array() {
        Some(edits) => {
            let mut room = COPIED_MAX;
            edits.iter().enumerate().try_for_each(|(at, edit)| {
                apply(&mut tree, edit, &mut room).map_err(|message| format!("edit {at}: {message}"))
            })
        }
        None => Err("a patch is an array of edits".to_owned()),
    };
    match applied {
        Ok(()) => {
            let word = write(c, &tree)?;
            c.ret_ok(word)
        }
        Err(message) => c.ret_err(&message),
    }
}

/// Applies one edit of RFC 6902. `room` is how many values may still be copied.
fn apply(tree: &mut Tree, edit: &Tree, room: &mut usize) -> Result<(), String> {
    let text = |key: &str| {
        let found = edit.get(key).and_then(Tree::as_str);
        found.ok_or_else(|| format!("`{key}` is missing"))
    };
    let value = || edit.get("value").cloned().ok_or_else(|| "`value` is missing".to_owned());
    let path = text("path")?;
    match text("op")? {
        "add" => add(tree, path, value()?),
        "remove" => take(tree, path).map(drop),
        "replace" => {
            let new = value()?;
            check_depth(path, &new)?;
            *tree.pointer_mut(path).ok_or_else(|| nothing_at(path))? = new;
            Ok(())
        }
        "move" => {
            let from = text("from")?;
            if path.starts_with(&format!("{from}/")) {
                return Err(format!("{from} cannot move into itself"));
            }
            let moved = take(tree, from)?;
            add(tree, path, moved)
        }
        "copy" => {
            let from = text("from")?;
            let found = tree.pointer(from).ok_or_else(|| nothing_at(from))?;
            let left = room.checked_sub(shape(found).1);
            *room = left.ok_or("the patch copies too much")?;
            let copied = found.clone();
            add(tree, path, copied)
        }
        "test" => {
            let found = tree.pointer(path).ok_or_else(|| nothing_at(path))?;
            if *found == value()? { Ok(()) } else { Err(format!("the value at {path} differs")) }
        }
        op => Err(format!("there is no operation `{op}`")),
    }
}

/// The height of a tree, whose depth is bounded, and the number of its values.
fn shape(tree: &Tree) -> (usize, usize) {
    let join = |(height, count): (usize, usize), part: &Tree| {
        let (h, n) = shape(part);
        (height.max(h + 1), count + n)
    };
    match tree {
        Tree::Array(list) => list.iter().fold((1, 1), join),
        Tree::Object(map) => map.values().fold((1, 1), join),
        _ => (0, 1),
    }
}

/// Fails when a document with this value at this place would be nested too deeply.
fn check_depth(path: &str, value: &Tree) -> Result<(), String> {
    if path.matches('/').count() + shape(value).0 > DEPTH_MAX {
        return Err(format!("the document would be nested more than {DEPTH_MAX} deep"));
    }
    Ok(())
}

fn nothing_at(path: &str) -> String {
    format!("there is nothing at {path}")
}

/// The container at a pointer's parent, and the last part of the pointer.
fn parent<'t>(tree: &'t mut Tree, path: &str) -> Result<(&'t mut Tree, String), String> {
    let (parent, last) = path.rsplit_once('/').ok_or_else(|| nothing_at(path))?;
    let container = tree.pointer_mut(parent).ok_or_else(|| nothing_at(parent))?;
    Ok((container, last.replace("~1", "/").replace("~0", "~")))
}

fn position(part: &str, most: usize) -> Option<usize> {
    let plain = part == "0" || !part.starts_with(['0', '+']);
    part.parse().ok().filter(|at| plain && *at <= most)
}

fn add(tree: &mut Tree, path: &str, value: Tree) -> Result<(), String> {
    check_depth(path, &value)?;
    if path.is_empty() {
        *tree = value;
        return Ok(());
    }
    match parent(tree, path)? {
        (Tree::Object(map), key) => {
            map.insert(key, value);
            Ok(())
        }
        (Tree::Array(list), part) => {
            let at = if part == "-" { Some(list.len()) } else { position(&part, list.len()) };
            list.insert(at.ok_or_else(|| nothing_at(path))?, value);
            Ok(())
        }
        _ => Err(nothing_at(path)),
    }
}

fn take(tree: &mut Tree, path: &str) -> Result<Tree, String> {
    match parent(tree, path)? {
        (Tree::Object(map), key) => map.shift_remove(&key).ok_or_else(|| nothing_at(path)),
        (Tree::Array(list), part) => {
            let at = position(&part, list.len()).filter(|at| *at < list.len());
            Ok(list.remove(at.ok_or_else(|| nothing_at(path))?))
        }
        _ => Err(nothing_at(path)),
    }
}

fn redact(c: &mut Call<'_>) -> Outcome<()> {
    let mut tree = read(c, c.dynamic(0))?;
    for path in c.list(1).texts() {
        let mut place = Some(&mut tree);
        for step in steps(path) {
            place = place.and_then(|place| match step {
                PathStep::Key(key) => place.get_mut(key),
                PathStep::Index(index) => {
                    usize::try_from(index).ok().and_then(|at| place.get_mut(at))
                }
            });
        }
        if let Some(place) = place {
            *place = Tree::String(REDACTED.to_owned());
        }
    }
    let word = write(c, &tree)?;
    c.ret_word(word)
}

//! Paths into values, as messages show them: `.items[2].price`, `["a key"]`.

use super::print::quoted;

/// Adds a key to a path.
pub fn push_key(path: &mut String, key: &str) {
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    if !key.is_empty() && key.chars().all(plain) && !key.starts_with(|c: char| c.is_numeric()) {
        path.push('.');
        path.push_str(key);
    } else {
        path.push('[');
        path.push_str(&quoted(key));
        path.push(']');
    }
}

/// The beginning of a message about the value at a path: empty at the root.
pub fn prefix(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("at {path}: ") }
}

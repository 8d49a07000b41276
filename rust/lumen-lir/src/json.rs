//! The JSON form of LIR, for tools that read compiled programs.
//!
//! Input → output: `Module` ⇄ JSON. Tables are as in memory; the code of a cell is `words` (hexadecimal, exact) and
//! `instructions` (`pc`, `op`, `text`; for reading only, ignored on the way back).

use crate::module::Module;
use crate::opcode::{self, Op};
use crate::text::cell_lines;
use serde_json::{Value, json};

/// A module as JSON.
pub fn to_json(module: &Module) -> Value {
    // Only maps with keys that are no strings can fail; there are none.
    let mut value = serde_json::to_value(module).unwrap_or(Value::Null);
    let Some(cells) = value.get_mut("cells").and_then(Value::as_array_mut) else { return value };
    for (i, cell) in cells.iter_mut().enumerate() {
        let code = &module.cells[i].code;
        let words: Vec<String> = code.iter().map(|w| format!("{w:016x}")).collect();
        let instructions: Vec<Value> = cell_lines(module, i)
            .into_iter()
            .map(|(pc, text)| {
                let op = code.get(pc).and_then(|w| opcode::op(*w)).map(|op: Op| op.info().mnemonic);
                json!({ "pc": pc, "op": op, "text": text })
            })
            .collect();
        if let Some(cell) = cell.as_object_mut() {
            cell.remove("code");
            cell.insert("words".to_owned(), words.into());
            cell.insert("instructions".to_owned(), instructions.into());
        }
    }
    value
}

/// The module of its JSON form; the message says what is wrong.
pub fn from_json(mut value: Value) -> Result<Module, String> {
    let cells =
        value.get_mut("cells").and_then(Value::as_array_mut).ok_or("there are no `cells`")?;
    for cell in cells {
        let cell = cell.as_object_mut().ok_or("a cell is no object")?;
        let words = cell.remove("words").ok_or("a cell has no `words`")?;
        cell.remove("instructions");
        let words = words.as_array().ok_or("`words` is no list")?;
        let code: Result<Vec<u64>, &str> = words
            .iter()
            .map(|w| {
                w.as_str()
                    .and_then(|w| u64::from_str_radix(w, 16).ok())
                    .ok_or("a word is no hexadecimal text")
            })
            .collect();
        cell.insert("code".to_owned(), code?.into());
    }
    serde_json::from_value(value).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text, verifier};

    #[test]
    fn modules_survive_json() {
        for (file, source) in verifier::tests::modules() {
            let module = text::parse(&source).expect("it parses");
            let json = to_json(&module).to_string();
            let back = from_json(serde_json::from_str(&json).expect("it is JSON"));
            assert_eq!(back, Ok(module), "{file}");
        }
    }

    #[test]
    fn what_is_no_module_is_rejected() {
        for text in
            ["{}", "{\"cells\":[1]}", "{\"cells\":[{\"words\":[\"zz\"]}]}", "{\"cells\":[]}"]
        {
            assert!(from_json(serde_json::from_str(text).expect("it is JSON")).is_err());
        }
    }
}

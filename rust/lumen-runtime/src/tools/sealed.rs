//! What is sealed in the arguments of a call: which are untrusted, and which secrets must not be seen on the way back.
//!
//! The arguments leave for a provider in clear. What others see of the call (a trace, a question, a failure, a reply that
//! repeats a secret) has a mark in a secret's place. Invariant: nothing that [`Sealed::scrub`] has seen holds a secret of
//! the call of [`SHORTEST`] bytes or more.

use super::failure::ToolFailure;
use crate::value::json_out::mark_of;
use serde_json::{Map, Value};

/// Shorter secrets are not looked for in texts: they would be found everywhere.
const SHORTEST: usize = 4;

/// The sealed parts of a call.
#[derive(Clone, Debug, Default)]
pub struct Sealed {
    /// The arguments that hold something untrusted.
    pub untrusted: Vec<String>,
    /// Texts of secrets that leave with the call, and the mark of each.
    pub secrets: Vec<(String, String)>,
    /// The reply itself is a secret.
    pub hides_reply: bool,
    /// Fields of the reply that are a secret each.
    pub hidden: Vec<String>,
}

impl Sealed {
    /// Notes a secret by its JSON.
    pub fn add_secret(&mut self, key: Option<&[u8; 32]>, json: &str) {
        let mark = mark_of(key, json);
        let text = match serde_json::from_str(json) {
            Ok(Value::String(text)) => text,
            _ => json.to_owned(),
        };
        if text.len() >= SHORTEST && text != mark {
            self.secrets.push((text, mark));
        }
    }

    /// A text without the secrets of the call.
    pub fn scrub(&self, text: String) -> String {
        let with_marks =
            |text: String, (secret, mark): &(String, String)| match text.contains(secret) {
                true => text.replace(secret, mark),
                false => text,
            };
        self.secrets.iter().fold(text, with_marks)
    }

    /// JSON without the secrets of the call.
    pub fn scrub_json(&self, value: Value) -> Value {
        if self.secrets.is_empty() {
            return value;
        }
        match value {
            Value::String(text) => Value::String(self.scrub(text)),
            Value::Array(items) => items.into_iter().map(|item| self.scrub_json(item)).collect(),
            Value::Object(fields) => {
                let clean = |(name, value)| (self.scrub(name), self.scrub_json(value));
                Value::Object(fields.into_iter().map(clean).collect::<Map<_, _>>())
            }
            plain => plain,
        }
    }

    /// What a call gave, without its secrets: it may repeat them.
    pub fn scrub_outcome(&self, replied: Result<Value, ToolFailure>) -> Result<Value, ToolFailure> {
        match replied {
            Ok(value) => Ok(self.scrub_json(value)),
            Err(ToolFailure { kind, message, notes }) => Err(ToolFailure {
                kind,
                message: self.scrub(message),
                notes: notes.into_iter().map(|note| self.scrub(note)).collect(),
            }),
        }
    }

    /// Whether the reply is or has a secret.
    pub fn hides(&self) -> bool {
        self.hides_reply || !self.hidden.is_empty()
    }

    /// A reply as a trace holds it.
    pub fn recorded(&self, key: Option<&[u8; 32]>, reply: &Value) -> Value {
        if self.hides_reply {
            return Value::String(mark_of(key, &reply.to_string()));
        }
        let mut reply = reply.clone();
        if let Value::Object(fields) = &mut reply {
            for name in &self.hidden {
                if let Some(field) = fields.get_mut(name) {
                    *field = Value::String(mark_of(key, &field.to_string()));
                }
            }
        }
        reply
    }
}

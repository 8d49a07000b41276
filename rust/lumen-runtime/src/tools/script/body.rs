//! The body of a scripted reply that is read piece by piece.
//!
//! The `pieces` of an entry's reply, a text each or `{"bytes": BASE64}`, `{"text": …, "delay_ms": …}`, `{"error": …}` → what
//! reading gives; a reply with `body` instead has one piece.

use super::failure_of;
use crate::tools::failure::{FailureKind, ToolFailure};
use crate::tools::provider::ReplyBody;
use crate::tools::threads::Abandoned;

use data_encoding::BASE64;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::time::Duration;

/// What one reading gives.
struct Piece {
    content: Result<Vec<u8>, ToolFailure>,
    delay_ms: u64,
}

/// A body, with what was not read yet.
pub(super) struct ScriptedBody(VecDeque<Piece>);

impl ScriptedBody {
    /// Takes the body out of a reply.
    pub(super) fn take(reply: &mut Value) -> Result<Self, ToolFailure> {
        let wrong = |why: String| ToolFailure::failed(format!("the script's reply {why}"));
        let Value::Object(fields) = reply else {
            return Err(wrong("is no object".to_owned()));
        };
        let pieces = match (fields.remove("pieces"), fields.remove("body")) {
            (Some(Value::Array(pieces)), None) => pieces,
            (None, Some(body @ Value::String(_))) => vec![body],
            _ => return Err(wrong("has not one of `pieces` and `body`".to_owned())),
        };
        let read = |(at, piece): (usize, Value)| {
            piece_of(&piece).map_err(|why| wrong(format!("has piece {at}, which {why}")))
        };
        let pieces = pieces.into_iter().enumerate().map(read);
        Ok(Self(pieces.collect::<Result<_, _>>()?))
    }
}

fn piece_of(piece: &Value) -> Result<Piece, String> {
    let fields = match piece {
        Value::String(text) => {
            return Ok(Piece { content: Ok(text.as_bytes().to_vec()), delay_ms: 0 });
        }
        Value::Object(fields) => fields,
        _ => return Err("is neither a text nor an object".to_owned()),
    };
    const KEYS: [&str; 4] = ["text", "bytes", "error", "delay_ms"];
    if let Some(other) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("has the key `{other}`"));
    }
    let delay_ms = fields.get("delay_ms").and_then(Value::as_u64).unwrap_or(0);
    Ok(Piece { content: content_of(fields)?, delay_ms })
}

fn content_of(fields: &Map<String, Value>) -> Result<Result<Vec<u8>, ToolFailure>, String> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    match (text("text"), text("bytes"), fields.get("error")) {
        (Some(text), None, None) => Ok(Ok(text.as_bytes().to_vec())),
        (None, Some(bytes), None) => match BASE64.decode(bytes.as_bytes()) {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(_) => Err("has `bytes` that are no base64".to_owned()),
        },
        (None, None, Some(error)) => failure_of(error).map(Err),
        _ => Err("has not one of `text`, `bytes` and `error`".to_owned()),
    }
}

impl ReplyBody for ScriptedBody {
    fn waits(&self) -> bool {
        false
    }

    fn read(&mut self, timeout: Duration, _: &Abandoned) -> Result<Option<Vec<u8>>, ToolFailure> {
        while let Some(Piece { content, delay_ms }) = self.0.pop_front() {
            // Nothing waits: a piece that would come too late is a timeout at once.
            if u128::from(delay_ms) > timeout.as_millis() {
                let message = format!("nothing new of the reply within {} ms", timeout.as_millis());
                return Err(ToolFailure::new(FailureKind::Timeout, message));
            }
            let content = content?;
            if !content.is_empty() {
                return Ok(Some(content));
            }
        }
        Ok(None)
    }
}

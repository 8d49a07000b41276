//! A provider that answers from a file: examples and tests need no network.
//!
//! The file is a JSON list of entries, tried in order: `{"when": {"prompt": "hi"}, "reply": …}` or
//! `{"error": {"kind": "RateLimited", "retry_after_ms": 50}}`. An entry answers the first call whose arguments have what
//! `when` says, once, or always with `"repeat": true`; `tokens`, `cost_usd` and `delay_ms` say what the call took.

mod body;

use super::failure::{FailureKind, ToolFailure};
use super::provider::{ReplyBody, ToolProvider, ToolReply, ToolRequest};
use body::ScriptedBody;
use serde_json::{Map, Value};

/// Answers from a script.
#[derive(Debug)]
pub struct ScriptedProvider {
    name: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    tool: Option<String>,
    when: Map<String, Value>,
    answer: Result<Value, ToolFailure>,
    tokens: Option<u64>,
    cost_usd: Option<f64>,
    delay_ms: u64,
    repeats: bool,
    is_used: bool,
}

impl ScriptedProvider {
    /// The provider of a script's text; the error says what is wrong with it.
    pub fn new(name: &str, text: &str) -> Result<Self, String> {
        let script: Value = serde_json::from_str(text).map_err(|e| format!("{name}: {e}"))?;
        let Value::Array(entries) = script else {
            return Err(format!("{name}: a script is a list of entries"));
        };
        let read = |(at, entry)| entry_of(entry).map_err(|e| format!("{name}: entry {at}: {e}"));
        let entries = entries.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { name: name.to_owned(), entries })
    }

    fn find(&self, request: &ToolRequest<'_>) -> Option<usize> {
        self.entries.iter().position(|entry| {
            let is_for = entry.tool.as_deref().is_none_or(|tool| tool == request.tool);
            let fits = |(name, value): (&String, &Value)| request.args.get(name) == Some(value);
            is_for && !entry.is_used && entry.when.iter().all(fits)
        })
    }
}

fn entry_of(entry: &Value) -> Result<Entry, String> {
    let Value::Object(fields) = entry else { return Err("it is no object".to_owned()) };
    const KEYS: [&str; 8] =
        ["tool", "when", "reply", "error", "tokens", "cost_usd", "delay_ms", "repeat"];
    if let Some(other) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("there is no `{other}` in an entry"));
    }
    let answer = match (fields.get("reply"), fields.get("error")) {
        (Some(reply), None) => Ok(reply.clone()),
        (None, Some(error)) => Err(failure_of(error)?),
        _ => return Err("it has not one of `reply` and `error`".to_owned()),
    };
    Ok(Entry {
        tool: fields.get("tool").and_then(Value::as_str).map(str::to_owned),
        when: fields.get("when").and_then(Value::as_object).cloned().unwrap_or_default(),
        answer,
        tokens: fields.get("tokens").and_then(Value::as_u64),
        cost_usd: fields.get("cost_usd").and_then(Value::as_f64),
        delay_ms: fields.get("delay_ms").and_then(Value::as_u64).unwrap_or(0),
        repeats: fields.get("repeat").and_then(Value::as_bool).unwrap_or(false),
        is_used: false,
    })
}

fn failure_of(error: &Value) -> Result<ToolFailure, String> {
    let name = error["kind"].as_str().unwrap_or("Failed");
    let after = error["retry_after_ms"].as_u64().unwrap_or(0);
    let kind = FailureKind::by_name(name, after);
    let kind = kind.ok_or_else(|| format!("a provider cannot fail with `{name}`"))?;
    Ok(ToolFailure::new(kind, error["message"].as_str().unwrap_or("the script says so")))
}

impl ToolProvider for ScriptedProvider {
    fn waits(&self) -> bool {
        false
    }

    fn price(&self, request: &ToolRequest<'_>) -> Option<f64> {
        self.entries[self.find(request)?].cost_usd
    }

    fn call(&mut self, request: &ToolRequest<'_>) -> Result<ToolReply, ToolFailure> {
        let Some(at) = self.find(request) else {
            let args = Value::Object(request.args.clone());
            return Err(ToolFailure::new(
                FailureKind::NotFound,
                format!("{} has no reply for `{}`", self.name, request.tool),
            )
            .with_note(format!("the arguments are {args}")));
        };
        let entry = &mut self.entries[at];
        entry.is_used = !entry.repeats;
        // Nothing waits: a reply that would come too late is a timeout at once.
        if u128::from(entry.delay_ms) > request.timeout.as_millis() {
            let limit = request.timeout.as_millis();
            return Err(ToolFailure::new(
                FailureKind::Timeout,
                format!("no reply within {limit} ms"),
            ));
        }
        let value = entry.answer.clone()?;
        Ok(ToolReply { value, tokens: entry.tokens, cost_usd: entry.cost_usd })
    }

    fn open(
        &mut self,
        request: &ToolRequest<'_>,
    ) -> Result<(ToolReply, Box<dyn ReplyBody>), ToolFailure> {
        let mut reply = self.call(request)?;
        let body = ScriptedBody::take(&mut reply.value)?;
        Ok((reply, Box::new(body)))
    }
}

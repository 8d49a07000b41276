//! The operations of a run as spans of OpenTelemetry: the run, the calls of cells in it, the operations in these.
//!
//! Input → output: operations, one by one → each span once it is over, children before what is around them. Calls of tools have
//! the attributes of the semantic conventions for generative AI. A call of a cell lasts from its first operation to its last, as in
//! [`super::super::spans`].

use super::super::event::{Answer, End, Operation, Place, Reported, Returned};
use super::Run;
use super::settings::Settings;
use lumen_base::System;
use serde_json::Value as Json;

/// Longest text of an attribute, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// A span.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Span {
    pub(super) id: u64,
    /// The span around it; only the run may have none.
    pub(super) parent: Option<u64>,
    pub(super) name: String,
    /// From when to when, in nanoseconds since 1970.
    pub(super) nanos: [u64; 2],
    pub(super) attributes: Vec<(&'static str, Value)>,
    /// Why it failed.
    pub(super) error: Option<String>,
}

/// The value of an attribute.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Text(String),
    Int(i64),
    Float(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        let end = text.floor_char_boundary(TEXT_BYTES_MAX);
        Self::Text(text[..end].to_owned())
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl Span {
    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let text = |value: &Value| if let Value::Text(text) = value { text.len() } else { 8 };
        let all: usize = self.attributes.iter().map(|(key, value)| key.len() + text(value)).sum();
        size_of::<Self>() + self.name.len() + self.error.as_ref().map_or(0, String::len) + all
    }
}

/// Which trace of OpenTelemetry the spans are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TraceId(pub(super) [u8; 16]);

/// The spans of a run that goes on.
pub(super) struct Spans {
    trace: TraceId,
    run: Run,
    /// The span that the run is in, of another program.
    outer: Option<u64>,
    root: u64,
    ids: Ids,
    /// When the run began, in nanoseconds since 1970.
    began: u64,
    captures: bool,
    /// The calls that the last operation was in, outermost first.
    open: Vec<Open>,
    /// When the last operation had ended, in nanoseconds since 1970.
    last: u64,
}

/// A call of a cell that is not over.
struct Open {
    id: u64,
    call: Place,
    began: u64,
}

impl Spans {
    /// A run begins.
    pub(super) fn begin(
        system: &dyn System,
        run: Run,
        settings: &Settings,
    ) -> std::io::Result<Self> {
        let (mut trace, mut seed) = ([0; 16], [0; 8]);
        system.random(&mut trace)?;
        system.random(&mut seed)?;
        let mut ids = Ids(u64::from_le_bytes(seed));
        let began = u64::try_from(system.unix_nanos()).unwrap_or(u64::MAX);
        let outer = settings.parent;
        Ok(Self {
            trace: outer.map_or(TraceId(trace), |outer| outer.trace),
            run,
            outer: outer.map(|outer| outer.span),
            root: ids.next(),
            ids,
            began,
            captures: settings.captures,
            open: Vec::new(),
            last: began,
        })
    }

    pub(super) fn trace(&self) -> TraceId {
        self.trace
    }

    fn nanos(&self, micros: u64) -> u64 {
        self.began.saturating_add(micros.saturating_mul(1000))
    }

    /// An operation is over, and so are the calls that it is no longer in.
    pub(super) fn operation(&mut self, op: &Operation, give: &mut dyn FnMut(Span)) {
        let kept = self.open.len().saturating_sub(op.left as usize);
        self.close(kept, give);
        let began = self.nanos(op.at_us);
        for call in &op.entered {
            self.open.push(Open { id: self.ids.next(), call: call.clone(), began });
        }
        self.last = began.saturating_add(op.took_us.saturating_mul(1000));
        let mut attributes = Vec::new();
        let name = match is_tool(op) {
            true => self.tool(op, &mut attributes),
            false => self.builtin(op, &mut attributes),
        };
        attributes.push(("lumen.operation.number", op.seq.into()));
        if let Some(place) = op.stack.first() {
            stand(place, &mut attributes);
        }
        let error = error_of(op).map(|(kind, message)| {
            attributes.push(("error.type", kind.into()));
            message.to_owned()
        });
        give(Span {
            id: self.ids.next(),
            parent: Some(self.innermost()),
            name,
            nanos: [began, self.last],
            attributes,
            error,
        });
    }

    fn innermost(&self) -> u64 {
        self.open.last().map_or(self.root, |open| open.id)
    }

    /// Ends all calls but the outermost ones: they have ended after the last operation, and before this one.
    fn close(&mut self, kept: usize, give: &mut dyn FnMut(Span)) {
        while self.open.len() > kept {
            let Some(Open { id, call, began }) = self.open.pop() else { break };
            let mut attributes = vec![("code.function.name", call.cell.as_str().into())];
            if !call.path.is_empty() {
                let at = format!("{}:{}:{}", call.path, call.line, call.column);
                attributes.push(("lumen.called_at", Value::Text(at)));
            }
            let parent = Some(self.innermost());
            let nanos = [began, self.last];
            give(Span { id, parent, name: call.cell, nanos, attributes, error: None });
        }
    }

    fn tool(&self, op: &Operation, attributes: &mut Vec<(&'static str, Value)>) -> String {
        attributes.push(("gen_ai.operation.name", "execute_tool".into()));
        attributes.push(("gen_ai.tool.name", op.name.as_str().into()));
        attributes.push(("gen_ai.tool.type", "extension".into()));
        let request: Option<Json> =
            op.args.first().and_then(|text| serde_json::from_str(text).ok());
        if let Some(model) = request.as_ref().and_then(|json| json.get("model")?.as_str()) {
            attributes.push(("gen_ai.request.model", model.into()));
        }
        let reply = op.answers.iter().find_map(|answer| match answer {
            Answer::Reply(reply) => Some(reply),
            _ => None,
        });
        if let Some(model) = reply.and_then(|reply| reply.get("model")?.as_str()) {
            attributes.push(("gen_ai.response.model", model.into()));
        }
        let usage = reply.and_then(|reply| reply.get("usage"));
        let count = |names: [&str; 2]| {
            names.iter().find_map(|name| usage?.get(name)?.as_u64()).map(Value::from)
        };
        let input = count(["input_tokens", "prompt_tokens"]);
        let output = count(["output_tokens", "completion_tokens"]);
        attributes.extend(input.map(|n| ("gen_ai.usage.input_tokens", n)));
        attributes.extend(output.map(|n| ("gen_ai.usage.output_tokens", n)));
        attributes.extend(op.spent.tokens.map(|n| ("lumen.tokens", n.into())));
        attributes.extend(op.spent.cost_usd.map(|cost| ("lumen.cost_usd", Value::Float(cost))));
        if self.captures {
            let args = op.args.first().map_or("", String::as_str);
            attributes.push(("gen_ai.tool.call.arguments", args.into()));
            attributes.extend(result_of(op).map(|text| ("gen_ai.tool.call.result", text)));
        }
        format!("execute_tool {}", op.name)
    }

    fn builtin(&self, op: &Operation, attributes: &mut Vec<(&'static str, Value)>) -> String {
        attributes.push(("lumen.operation.name", op.name.as_str().into()));
        if self.captures {
            attributes.push(("lumen.arguments", op.args.join(", ").as_str().into()));
            attributes.extend(result_of(op).map(|text| ("lumen.result", text)));
        }
        op.name.clone()
    }

    /// The run is over.
    pub(super) fn end(&mut self, end: &End, give: &mut dyn FnMut(Span)) {
        self.close(0, give);
        let mut attributes: Vec<(&'static str, Value)> = vec![
            ("lumen.program", self.run.program.as_str().into()),
            ("lumen.operations", end.operations.into()),
            ("process.exit.code", Value::Int(end.exit_code.into())),
        ];
        if let Some(name) = &self.run.name {
            attributes.push(("lumen.run", name.as_str().into()));
        }
        let error = match &end.failed {
            Some(Reported { code, message }) => Some((code.as_str(), message.clone())),
            None if end.exit_code != 0 => Some(("exit", format!("exit code {}", end.exit_code))),
            None => None,
        };
        let error = error.map(|(kind, message)| {
            attributes.push(("error.type", kind.into()));
            message
        });
        give(Span {
            id: self.root,
            parent: self.outer,
            name: format!("run {}", self.run.program),
            nanos: [self.began, self.nanos(end.took_us).max(self.last)],
            attributes,
            error,
        });
    }
}

/// Whether it is the call of a tool: one that was answered, or was stopped while it waited.
fn is_tool(op: &Operation) -> bool {
    op.answers.iter().any(|answer| match answer {
        Answer::Reply(_) | Answer::NoReply(_) => true,
        Answer::Stopped(_) => op.name.contains('.'),
        _ => false,
    })
}

/// What failed, and in which way.
fn error_of(op: &Operation) -> Option<(&str, &str)> {
    let unanswered = op.answers.iter().find_map(|answer| match answer {
        Answer::NoReply(failure) => Some((failure.kind.name(), failure.message.as_str())),
        _ => None,
    });
    let failed = match &op.returned {
        Returned::Failed(Reported { code, message }) => Some((code.as_str(), message.as_str())),
        Returned::Value(_) => None,
    };
    unanswered.or(failed)
}

fn result_of(op: &Operation) -> Option<Value> {
    match &op.returned {
        Returned::Value(text) => Some(text.as_str().into()),
        Returned::Failed(_) => None,
    }
}

/// Where the program stood.
fn stand(place: &Place, attributes: &mut Vec<(&'static str, Value)>) {
    attributes.push(("code.function.name", place.cell.as_str().into()));
    if !place.path.is_empty() {
        attributes.push(("code.file.path", place.path.as_str().into()));
        attributes.push(("code.line.number", Value::Int(place.line.into())));
        attributes.push(("code.column.number", Value::Int(place.column.into())));
    }
}

/// Names of spans: all different, from chance (SplitMix64 of Steele, Lea and Flood).
struct Ids(u64);

impl Ids {
    fn next(&mut self) -> u64 {
        loop {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^= mixed >> 31;
            // Zero is no name.
            if mixed != 0 {
                return mixed;
            }
        }
    }
}

//! What answers calls of tools: the trait, a request and a reply.
//!
//! A provider gets a request that the policy allows, with the limits that it must keep itself: it must return by the
//! deadline, follow no redirect and open no path that the policy does not allow. The conformance test asks for both.

use super::failure::{FailureKind, ToolFailure};
use super::policy::Policy;
use super::threads::Abandoned;
use serde_json::{Map, Value};
use std::time::Duration;

/// A call on its way out.
#[derive(Debug)]
pub struct ToolRequest<'r> {
    /// `llm.chat`.
    pub tool: &'r str,
    /// The arguments, in the order of the call.
    pub args: &'r Map<String, Value>,
    /// JSON Schema of the reply that the program expects.
    pub schema: &'r Value,
    /// What the grants allow.
    pub policy: &'r Policy,
    /// How long it may take.
    pub timeout: Duration,
    /// Whether nobody waits for the reply any more.
    pub abandoned: Abandoned,
}

impl ToolRequest<'_> {
    /// A text argument.
    pub fn text(&self, name: &str) -> Result<&str, ToolFailure> {
        let value = self.args.get(name).and_then(Value::as_str);
        value.ok_or_else(|| ToolFailure::invalid(format!("`{name}` is no text")))
    }
}

/// What a tool gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ToolReply {
    /// The reply.
    pub value: Value,
    /// Tokens that it took, when the provider counts them.
    pub tokens: Option<u64>,
    /// What it cost in US dollars, when the provider knows.
    pub cost_usd: Option<f64>,
}

/// What answers calls of tools.
pub trait ToolProvider: Send {
    /// Whether it understands a constraint that the language does not define.
    fn knows(&self, _constraint: &str) -> bool {
        false
    }

    /// The most that a request may cost in US dollars; nothing when that is not known.
    fn price(&self, _request: &ToolRequest<'_>) -> Option<f64> {
        None
    }

    /// Whether calls wait for something that is not this program: they have a thread of their own then, and nobody waits
    /// for one when the program is stopped ([`ToolRequest::abandoned`]).
    fn waits(&self) -> bool {
        true
    }

    /// Answers a request, by its deadline.
    fn call(&mut self, request: &ToolRequest<'_>) -> Result<ToolReply, ToolFailure>;

    /// Answers `http.open`: the reply is an object, and its body is read piece by piece.
    fn open(
        &mut self,
        request: &ToolRequest<'_>,
    ) -> Result<(ToolReply, Box<dyn ReplyBody>), ToolFailure> {
        let message = format!("its provider does not answer `{}`", request.tool);
        Err(ToolFailure::new(FailureKind::NoProvider, message))
    }
}

/// The body of a reply, read as it comes; dropping it closes the connection.
pub trait ReplyBody: Send {
    /// Whether reading waits for something that is not this program, as [`ToolProvider::waits`] says of calls.
    fn waits(&self) -> bool {
        true
    }

    /// The next bytes, at least one; nothing at the end. It takes at most `timeout`, and ends early when nobody waits.
    fn read(
        &mut self,
        timeout: Duration,
        abandoned: &Abandoned,
    ) -> Result<Option<Vec<u8>>, ToolFailure>;
}

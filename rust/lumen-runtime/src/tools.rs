//! Calls of tools at run time: the one way out.
//!
//! A call → [`validate_tool_policy`] against the grants of the program, `lumen.toml` and the flags → a provider → a reply,
//! or a failure as a value or a runtime error. Whatever reaches outside by a grant goes through [`Tools::dispatch`], so
//! recording and replaying have one place. Invariants: no provider sees a call that the policy does not allow, a retry is
//! checked like a first call, and budgets are counted before a call leaves.

mod address;
mod builtin;
mod checks;
mod config;
mod env;
#[cfg(unix)]
mod exec;
mod failure;
mod fs;
mod http;
mod place;
mod policy;
mod provider;
mod rules;
mod script;
mod sealed;
mod settings;
mod setup;
mod streams;
mod threads;
#[cfg(test)]
mod tests;

pub use address::{Host as UrlHost, HostPattern, is_inside, plain};
pub use builtin::host_providers;
pub use config::ToolConfig;
pub use failure::{FailureKind, ToolFailure};
pub use place::{PlacePattern, place_of};
pub use policy::{Approval, Policy};
pub use provider::{ReplyBody, ToolProvider, ToolReply, ToolRequest};
pub use rules::{Bounds, Rule};
pub use script::ScriptedProvider;
pub use sealed::Sealed;
pub use settings::Settings;
#[cfg(feature = "otel")]
pub(crate) use settings::trusted;
pub use setup::{find_config, recorded_tools_for, tools_for};
pub use threads::Abandoned;

use crate::host::{Host, Pause, Stops, pause};
use crate::trace::Spent;
use lumen_lir::{Grant, ToolCall};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use streams::{Step, Streams};
use threads::Threads;

/// Longest wait before a retry.
const BACKOFF_MAX_MS: u64 = 10_000;
/// First wait before a retry.
const BACKOFF_MS: u64 = 100;
/// Largest request, in bytes of JSON.
const REQUEST_BYTES_MAX: usize = 16 << 20;

/// What a call happens in: the host, and what may stop the code that calls.
pub struct Around<'h> {
    /// The clock, and who approves.
    pub host: &'h mut dyn Host,
    /// What may stop the code that calls.
    pub stops: &'h mut Stops,
}

impl Around<'_> {
    /// Waits.
    fn pause(&mut self, milliseconds: u64) -> Result<(), ToolFailure> {
        pause(self.host, self.stops, milliseconds).map_err(|pause| match pause {
            Pause::Stopped(stop) => ToolFailure::stopped(stop),
            Pause::Failed(message) => ToolFailure::failed(message),
        })
    }
}

/// What has been spent under one grant.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Usage {
    /// Calls that left.
    pub calls: u64,
    /// US dollars.
    pub cost_usd: f64,
    /// Somebody approved a call under `approval "once"`.
    pub approved: bool,
}

/// The providers, the bounds of who runs the program, and what was spent.
#[derive(Default)]
pub struct Tools {
    /// By tool or effect. A call that was given up may still hold one.
    providers: BTreeMap<String, Provider>,
    threads: Threads,
    streams: Streams,
    bounds: Vec<Bounds>,
    /// By index of the grant.
    usage: FxHashMap<u32, Usage>,
    /// What the calls took since somebody asked.
    spent: Spent,
    /// The folder that relative places of files start from.
    folder: PathBuf,
}

impl std::fmt::Debug for Tools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tools").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

impl Tools {
    /// Nothing answers, and nothing is bounded but by the program's grants.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the calls took since this was asked before.
    pub fn take_spent(&mut self) -> Spent {
        std::mem::take(&mut self.spent)
    }

    /// The bounds of who runs the program.
    pub fn bounds(&self) -> &[Bounds] {
        &self.bounds
    }

    /// Adds bounds; all of them hold.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.bounds.push(bounds);
        self
    }

    /// Sets the folder that relative places of files start from.
    #[must_use]
    pub fn in_folder(mut self, folder: PathBuf) -> Self {
        self.folder = folder;
        self
    }

    /// Lets a provider answer a tool, or all tools of an effect that have none of their own.
    #[must_use]
    pub fn with_provider(mut self, subject: &str, provider: Box<dyn ToolProvider>) -> Self {
        self.providers.insert(subject.to_owned(), Arc::new(Mutex::new(provider)));
        self
    }

    /// Whether an effect that needs no grant is denied.
    pub fn denies_effect(&self, effect: &str) -> Option<&str> {
        let found = self.bounds.iter().find(|bounds| bounds.denies_effect(effect));
        found.map(|bounds| bounds.source.as_str())
    }

    /// Calls a tool: the reply, or why there is none.
    pub fn dispatch(
        &mut self,
        around: &mut Around<'_>,
        grants: &[Grant],
        call: &ToolCall,
        args: &Map<String, Value>,
        schema: &Value,
        sealed: &Sealed,
    ) -> Result<Value, ToolFailure> {
        if let Some(step) = Step::of(&call.tool) {
            // The policy was asked when the reply was opened: its key is what lets a program read it.
            return self.streams.step(step, args, around, &mut self.threads);
        }
        let mut tried = 0;
        loop {
            let policy =
                validate_tool_policy(call, grants, &self.bounds, &self.usage, &self.folder, args)?;
            policy.check_trust(sealed)?;
            if tried == 0 {
                self.approve(around.host, call, args, &policy, sealed)?;
            }
            let failure = match self.attempt(around, grants, call, args, schema, &policy) {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if !failure.kind.is_transient() || tried >= policy.max_retries.unwrap_or(0) {
                return Err(failure);
            }
            let wait = match failure.kind {
                FailureKind::RateLimited(after) => after,
                _ => BACKOFF_MS << tried.min(16),
            };
            tried += 1;
            around.pause(wait.min(BACKOFF_MAX_MS))?;
        }
    }

    /// One call that the policy allows.
    fn attempt(
        &mut self,
        around: &mut Around<'_>,
        grants: &[Grant],
        call: &ToolCall,
        args: &Map<String, Value>,
        schema: &Value,
        policy: &Policy,
    ) -> Result<Value, ToolFailure> {
        let Some(shared) = provider_for(&self.providers, call) else {
            let message = format!("no provider answers `{}`", call.tool);
            return Err(ToolFailure::new(FailureKind::NoProvider, message)
                .with_note("`lumen.toml` names providers under `[providers]`"));
        };
        let Ok(mut provider) = shared.try_lock() else {
            let message = "an earlier call, which was given up, has not ended yet";
            return Err(ToolFailure::new(FailureKind::Unavailable, message));
        };
        let unknown = policy.custom.iter().find(|constraint| !provider.knows(&constraint.key));
        if let Some(constraint) = unknown {
            let message = format!("the provider does not know the constraint `{}`", constraint.key);
            return Err(ToolFailure::new(FailureKind::PolicyDenied, message));
        }
        let timeout = policy.timeout();
        let abandoned = Abandoned::default();
        let request = ToolRequest {
            tool: &call.tool,
            args,
            schema,
            policy,
            timeout,
            abandoned: abandoned.clone(),
        };
        let price = provider.price(&request);
        check_cost(call, grants, &self.usage, price)?;
        if call.tool == streams::OPEN {
            self.streams.check_room()?;
        }
        for grant in &call.grants {
            self.usage.entry(*grant).or_default().calls += 1;
        }
        let before = around.host.monotonic_nanos();
        let replied = match provider.waits() {
            false => answer(provider.as_mut(), &request),
            true => {
                drop(provider);
                let work = waiting(shared, &request);
                self.threads.run(around, timeout, &abandoned, work)?
            }
        };
        let took = Duration::from_nanos(
            u64::try_from(around.host.monotonic_nanos().saturating_sub(before)).unwrap_or(0),
        );
        let cost = match &replied {
            Ok((reply, _)) => reply.cost_usd.or(price),
            Err(_) => price,
        };
        for grant in &call.grants {
            self.usage.entry(*grant).or_default().cost_usd += cost.unwrap_or(0.0);
        }
        let tokens = replied.as_ref().ok().and_then(|(reply, _)| reply.tokens);
        self.spent = self.spent.and(Spent { tokens, cost_usd: cost });
        let (mut reply, body) = replied?;
        if took > timeout {
            let message = format!("no reply within {} ms", timeout.as_millis());
            return Err(ToolFailure::new(FailureKind::Timeout, message));
        }
        if let (Some(limit), Some(tokens)) = (policy.max_tokens, reply.tokens)
            && tokens > limit
        {
            let message = format!("the reply took {tokens} tokens of the granted {limit}");
            return Err(ToolFailure::new(FailureKind::BudgetExceeded, message));
        }
        if let Some(body) = body {
            self.streams.add(body, timeout, &mut reply.value);
        }
        Ok(reply.value)
    }

    /// Asks somebody when the policy says so.
    fn approve(
        &mut self,
        host: &mut dyn Host,
        call: &ToolCall,
        args: &Map<String, Value>,
        policy: &Policy,
        sealed: &Sealed,
    ) -> Result<(), ToolFailure> {
        let Some(approval) = policy.approval else { return Ok(()) };
        let asked = |grant: &u32| self.usage.get(grant).is_some_and(|usage| usage.approved);
        if approval == Approval::Once && call.grants.iter().all(asked) {
            return Ok(());
        }
        let question = format!(
            "{} wants to call {} with {}",
            call.name,
            call.tool,
            sealed.scrub_json(Value::Object(args.clone()))
        );
        if !host.approve(&question).map_err(ToolFailure::failed)? {
            let message = "the call was not approved";
            return Err(ToolFailure::new(FailureKind::ApprovalDenied, message));
        }
        for grant in &call.grants {
            self.usage.entry(*grant).or_default().approved = true;
        }
        Ok(())
    }
}

/// A provider, shared with the thread of a call.
type Provider = Arc<Mutex<Box<dyn ToolProvider>>>;

/// A reply, with its body when that is read piece by piece.
type Answered = Result<(ToolReply, Option<Box<dyn ReplyBody>>), ToolFailure>;

/// What a provider answers.
fn answer(provider: &mut dyn ToolProvider, request: &ToolRequest<'_>) -> Answered {
    if request.tool == streams::OPEN {
        return provider.open(request).map(|(reply, body)| (reply, Some(body)));
    }
    provider.call(request).map(|reply| (reply, None))
}

/// The call of a provider, for a thread.
fn waiting(
    provider: Provider,
    request: &ToolRequest<'_>,
) -> impl FnOnce() -> Answered + Send + use<> {
    let tool = request.tool.to_owned();
    let (args, schema) = (request.args.clone(), request.schema.clone());
    let (policy, timeout) = (request.policy.clone(), request.timeout);
    let abandoned = request.abandoned.clone();
    move || {
        let (args, schema, policy) = (&args, &schema, &policy);
        let request = ToolRequest { tool: &tool, args, schema, policy, timeout, abandoned };
        answer(provider.lock().unwrap_or_else(PoisonError::into_inner).as_mut(), &request)
    }
}

fn provider_for(providers: &BTreeMap<String, Provider>, call: &ToolCall) -> Option<Provider> {
    let first = call.tool.split('.').next().unwrap_or_default();
    let keys = [call.tool.as_str(), first];
    keys.into_iter().find_map(|key| providers.get(key)).map(Arc::clone)
}

/// Checks a call against every constraint of every grant that it needs, and against the bounds of who runs the program;
/// gives the policy that its provider must keep.
///
/// The compiler has checked that there is a grant; this does not rely on it.
pub fn validate_tool_policy(
    call: &ToolCall,
    grants: &[Grant],
    bounds: &[Bounds],
    usage: &FxHashMap<u32, Usage>,
    folder: &Path,
    args: &Map<String, Value>,
) -> Result<Policy, ToolFailure> {
    let denied = |why: String| ToolFailure::new(FailureKind::PolicyDenied, why);
    let mut all: Vec<Grant> = Vec::with_capacity(call.grants.len() + bounds.len());
    for index in &call.grants {
        let grant = grants.get(*index as usize);
        let grant = grant.ok_or_else(|| denied("a grant of the call is missing".to_owned()))?;
        let spent = usage.get(index).copied().unwrap_or_default();
        check_calls(grant, spent)?;
        all.push(grant.clone());
    }
    let mut outer = Vec::with_capacity(bounds.len());
    for bounds in bounds {
        outer.extend(bounds.grant(call)?);
    }
    if call.grants.is_empty() && outer.is_empty() {
        return Err(denied(format!("no grant allows `{}`", call.tool)));
    }
    let own = Policy::of(folder, &all)?;
    let whole = bounded(Policy::of(folder, all.iter().chain(&outer))?, call, bounds)?;
    let checked = whole.check_args(call, args);
    checked.and_then(|()| check_variables(call, &own, bounds)).map_err(|failure| {
        // What the program's own grants allow, its bounds do not.
        match call.grants.is_empty() || own.check_args(call, args).is_ok() {
            true => ToolFailure { kind: FailureKind::ConfigurationDenied, ..failure },
            false => failure,
        }
    })?;
    if serde_json::to_string(args).map_or(0, |text| text.len()) > REQUEST_BYTES_MAX {
        return Err(ToolFailure::invalid("the request is larger than 16 MiB"));
    }
    Ok(whole)
}

/// A policy with what bounds deny.
fn bounded(mut policy: Policy, call: &ToolCall, bounds: &[Bounds]) -> Result<Policy, ToolFailure> {
    for bounds in bounds {
        if let Some(denied) = bounds.denied(call) {
            policy.deny(&denied, &bounds.source)?;
        }
    }
    Ok(policy)
}

/// Whether the variables that a program gets may be read at all.
fn check_variables(call: &ToolCall, own: &Policy, bounds: &[Bounds]) -> Result<(), ToolFailure> {
    if call.family() != "exec" {
        return Ok(());
    }
    for name in own.names.iter().flatten() {
        if let Some(bounds) = bounds.iter().find(|bounds| !bounds.allows_variable(name)) {
            let message = format!("{} does not allow the variable `{name}`", bounds.source);
            return Err(ToolFailure::new(FailureKind::PolicyDenied, message));
        }
    }
    Ok(())
}

fn check_calls(grant: &Grant, spent: Usage) -> Result<(), ToolFailure> {
    let limit = grant.constraints.iter().find(|constraint| constraint.key == "max_calls");
    let Some(limit) = limit else { return Ok(()) };
    let limit = policy::count_of(&limit.values);
    if limit.is_some_and(|limit| spent.calls < limit) {
        return Ok(());
    }
    let message = format!("`max_calls` of `{}` is used up", grant.name);
    Err(ToolFailure::new(FailureKind::BudgetExceeded, message))
}

/// Whether the price of a call fits what is left; an unknown price fits nothing.
fn check_cost(
    call: &ToolCall,
    grants: &[Grant],
    usage: &FxHashMap<u32, Usage>,
    price: Option<f64>,
) -> Result<(), ToolFailure> {
    for index in &call.grants {
        let Some(grant) = grants.get(*index as usize) else { continue };
        let limit = grant.constraints.iter().find(|constraint| constraint.key == "max_cost_usd");
        let Some(limit) = limit else { continue };
        let Some(price) = price else {
            let message =
                format!("its price is not known, and `{}` has `max_cost_usd`", grant.name);
            return Err(ToolFailure::new(FailureKind::PolicyDenied, message));
        };
        let spent = usage.get(index).copied().unwrap_or_default().cost_usd;
        let limit = policy::number_of(&limit.values).unwrap_or(0.0);
        // A price that is no number fits nothing either.
        let fits = spent + price <= limit;
        if !fits {
            let message = format!("`max_cost_usd` of `{}` is used up", grant.name);
            return Err(ToolFailure::new(FailureKind::BudgetExceeded, message));
        }
    }
    Ok(())
}

/// What `try` is made of: `{"ok": reply}` or `{"err": …}`.
pub fn outcome(replied: Result<Value, ToolFailure>) -> Value {
    match replied {
        Ok(value) => json!({ "ok": value }),
        Err(failure) => failure.to_outcome(),
    }
}

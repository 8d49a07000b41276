//! Calls of tools: the arguments leave as JSON, the reply comes back as a dynamic value.

#![expect(unsafe_code, reason = "reads arguments from registers")]

use super::instr::instr;
use super::state::{Regs, Step, Vm};
use lumen_lir::ToolCall;
use lumen_runtime::failure::Failure;
use lumen_runtime::tools::{self, Sealed};
use lumen_runtime::trace::Returned;
use lumen_runtime::value::call::reported;
use lumen_runtime::value::json_out::{Seals, mark_of};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Calls the tool of a descriptor with the values from a register on; gives the text of what comes back.
///
/// # Safety
/// The verified-code contract: the window holds values of the types that the descriptor names.
unsafe fn dispatch(vm: &mut Vm, first: u16, index: usize) -> Result<String, Failure> {
    let program = Arc::clone(&vm.program);
    let module = program.module();
    let call = &module.tools[index];
    let prepared = program.tool(index);
    let tape = vm.ctx.outside.tape().cloned();
    let key = tape.as_ref().and_then(|tape| tape.lock().mark_key().copied());
    let mut args = Map::with_capacity(call.args.len());
    let mut sealed = Sealed {
        hides_reply: prepared.hides_reply,
        hidden: prepared.hidden.clone(),
        ..Sealed::default()
    };
    let mut shown = Map::new();
    let mut at = first;
    for ((name, _), arg) in call.args.iter().zip(&prepared.args) {
        let mut value = Value::Null;
        // SAFETY: as the caller promises.
        let is_there = unsafe { !arg.optional || vm.u(at) != 0 };
        at += u16::from(arg.optional);
        if is_there {
            // SAFETY: the register holds a live word of this kind.
            let (text, unsealed) = unsafe {
                let word = vm.u(at);
                vm.heap().to_json_with(arg.slot, word, None, Seals::Open)?
            };
            value = serde_json::from_str(&text)
                .map_err(|error| Failure::argument(format!("`{name}` is no JSON: {error}")))?;
            if unsealed.untrusted {
                sealed.untrusted.push(name.clone());
            }
            if !unsealed.secrets.is_empty() {
                unsealed.secrets.iter().for_each(|json| sealed.add_secret(key.as_ref(), json));
                // SAFETY: as above.
                let (marked, _) = unsafe {
                    let word = vm.u(at);
                    vm.heap().to_json_with(arg.slot, word, None, Seals::Mark(key.as_ref()))?
                };
                shown.insert(name.clone(), serde_json::from_str(&marked).unwrap_or(Value::Null));
            }
        }
        at += 1;
        args.insert(name.clone(), value);
    }
    let Some(tape) = tape else {
        return reply(vm, call, &args, &prepared.schema, &sealed);
    };
    let mut request = args.clone();
    request.iter_mut().for_each(|(name, value)| {
        if let Some(marked) = shown.remove(name) {
            *value = marked;
        }
    });
    let request = sealed.scrub(Value::Object(request).to_string());
    tape.lock().begin(&call.tool, vec![request], vm.calls_of_operation())?;
    let outcome = reply(vm, call, &args, &prepared.schema, &sealed);
    let returned = match &outcome {
        Ok(text) if sealed.hides() => {
            Returned::Value(without_secrets(key.as_ref(), text, call, &sealed))
        }
        Ok(text) => Returned::Value(text.clone()),
        Err(failure) => Returned::Failed(reported(failure)),
    };
    tape.lock().end(returned).and(outcome)
}

/// What a trace holds of a reply that is or has a secret, or of what became of the call.
fn without_secrets(key: Option<&[u8; 32]>, text: &str, call: &ToolCall, sealed: &Sealed) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(mut outcome)) if call.attempt => {
            if let Some(reply) = outcome.get_mut("ok") {
                *reply = sealed.recorded(key, reply);
            }
            Value::Object(outcome).to_string()
        }
        Ok(reply) => sealed.recorded(key, &reply).to_string(),
        Err(_) => Value::String(mark_of(key, text)).to_string(),
    }
}

/// The text of what a call gives: the reply, or for `try` what became of the call.
fn reply(
    vm: &mut Vm,
    call: &ToolCall,
    args: &Map<String, Value>,
    schema: &Value,
    sealed: &Sealed,
) -> Result<String, Failure> {
    let program = Arc::clone(&vm.program);
    let grants = &program.module().grants;
    vm.before_wait();
    match vm.ctx.outside.dispatch(grants, call, args, schema, sealed)? {
        Ok(value) if !call.attempt => Ok(value.to_string()),
        Err(failure) if !call.attempt => Err(failure.into_error(&call.name)),
        replied => Ok(tools::outcome(replied).to_string()),
    }
}

/// Puts what a tool gave into a register.
///
/// # Safety
/// As for [`dispatch`].
unsafe fn call(vm: &mut Vm, target: u16, first: u16, index: usize) -> Step {
    // SAFETY: as the caller promises.
    let text = unsafe { dispatch(vm, first, index)? };
    let reply = vm.heap().json_from_text(&text)?;
    let word = reply.map_err(|message| Failure::argument(format!("a reply: {message}")))?;
    // SAFETY: the target is a register for a dynamic value, which it owns now.
    unsafe { vm.set(target, word) };
    Ok(())
}

instr!(Tool { slow(vm, w) { call(vm, w.a(), w.b(), usize::from(w.c())) } });

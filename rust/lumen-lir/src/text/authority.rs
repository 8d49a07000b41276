//! Parses the rows of tools and grants.

use super::cursor::{Cursor, Read};
use super::parse::{effects, pos, type_id};
use crate::tools::{Constraint, Grant, GrantValue, ToolCall};

/// `"llm.chat" "Chat" ("max_tokens" (int 100)) at 0:1..2`.
pub(super) fn grant(at: &mut Cursor<'_>) -> Read<Grant> {
    let (subject, name) = (at.string()?, at.string()?);
    let constraints =
        at.list(|at| Ok(Constraint { key: at.string()?, values: at.list(value)? }))?;
    at.need("at")?;
    Ok(Grant { subject, name, constraints, at: pos(at)? })
}

fn value(at: &mut Cursor<'_>) -> Read<GrantValue> {
    if at.starts_with("\"") {
        return Ok(GrantValue::Str(at.string()?));
    }
    Ok(match at.word()? {
        "true" => GrantValue::Bool(true),
        "false" => GrantValue::Bool(false),
        "int" => GrantValue::Int(at.number_as()?),
        "float" => GrantValue::Float(at.number_as()?),
        word => return Err(format!("`{word}` is no value of a constraint")),
    })
}

/// `"llm.chat" "Chat" "llm" {named0} ("prompt": t4) -> t4 try grants (0)`.
pub(super) fn tool(at: &mut Cursor<'_>) -> Read<ToolCall> {
    let (tool, name, effect) = (at.string()?, at.string()?, at.string()?);
    let effects = effects(at)?;
    let args = at.list(|at| {
        let name = at.string()?;
        at.need(":")?;
        Ok((name, type_id(at)?))
    })?;
    at.need("->")?;
    let result = type_id(at)?;
    let attempt = at.eat("try");
    at.need("grants")?;
    let grants = at.list(|at| at.number_as())?;
    Ok(ToolCall { tool, name, effects, effect, args, result, attempt, grants })
}

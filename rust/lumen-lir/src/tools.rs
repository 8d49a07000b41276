//! Tools and authority as a module carries them: calls of tools, and the grants under which they happen.
//!
//! Input → output: lowering adds a [`ToolCall`] for each shape of call and a [`Grant`] for each `grant` of the program; the
//! machine dispatches by the one and enforces the other. Nothing here adds authority: a run intersects it with the
//! configuration and the flags.

use crate::effects::{Effect, EffectSet};
use crate::module::Pos;
use crate::typedesc::TypeId;
use serde::{Deserialize, Serialize};

/// What an instruction `tool` calls.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ToolCall {
    /// The tool, as providers know it: `llm.chat`, `fs.read_file`.
    pub tool: String,
    /// Its name in the program: `Chat`, `read_file`.
    pub name: String,
    /// Its effect: one.
    pub effects: EffectSet,
    /// Name of the effect.
    pub effect: String,
    /// Names and types of the arguments.
    pub args: Vec<(String, TypeId)>,
    /// The type that the reply must have.
    pub result: TypeId,
    /// `try`: a failure of the tool is a value.
    pub attempt: bool,
    /// The grants that all must allow the call, as indexes into `Module::grants`. Without any, only flags can allow it.
    pub grants: Vec<u32>,
}

impl ToolCall {
    /// The first part of the tool's name, which decides what answers it and what kind of place it reaches.
    pub fn family(&self) -> &str {
        self.tool.split('.').next().unwrap_or_default()
    }
}

/// What providers call a builtin that needs a grant: `fs.read_file`, and `http.get` for `http_get`.
pub fn host_tool(effect: Effect, name: &str) -> String {
    let family = effect.name();
    let own = name.strip_prefix(family).and_then(|rest| rest.strip_prefix('_'));
    format!("{family}.{}", own.unwrap_or(name))
}

/// A `grant` of the program.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// The tool (`llm.chat`) or the effect (`fs`) that it is for.
    pub subject: String,
    /// Its name in the program: `Chat`, `fs`.
    pub name: String,
    /// What limits it.
    pub constraints: Vec<Constraint>,
    /// Where it stands.
    pub at: Pos,
}

/// `key value, value` of a grant.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Constraint {
    /// The key.
    pub key: String,
    /// Its values; none for a key that stands alone.
    pub values: Vec<GrantValue>,
}

/// A value of a constraint.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum GrantValue {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float, as bits.
    Float(u64),
    /// A text.
    Str(String),
}

/// What the values of a constraint must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueShape {
    /// One or more texts.
    Texts,
    /// One integer that is not negative.
    Count,
    /// One number that is not negative.
    Number,
    /// `"once"` or `"each"`.
    When,
    /// Nothing.
    Nothing,
}

/// A key of constraints that the language defines; providers may know others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConstraintKey {
    /// Its name.
    pub name: &'static str,
    /// Its values.
    pub shape: ValueShape,
    /// Effects that it makes sense for; none for every tool and effect.
    pub effects: &'static [&'static str],
}

const fn key(
    name: &'static str,
    shape: ValueShape,
    effects: &'static [&'static str],
) -> ConstraintKey {
    ConstraintKey { name, shape, effects }
}

/// THE table of constraints.
pub static CONSTRAINTS: &[ConstraintKey] = &[
    key("domain", ValueShape::Texts, &["http", "net"]),
    key("path", ValueShape::Texts, &["fs"]),
    key("name", ValueShape::Texts, &["env", "exec"]),
    key("program", ValueShape::Texts, &["exec"]),
    key("timeout_ms", ValueShape::Count, &[]),
    key("max_calls", ValueShape::Count, &[]),
    key("max_tokens", ValueShape::Count, &[]),
    key("max_cost_usd", ValueShape::Number, &[]),
    key("max_retries", ValueShape::Count, &[]),
    key("model", ValueShape::Texts, &[]),
    key("temperature", ValueShape::Number, &[]),
    key("approval", ValueShape::When, &[]),
    key("no_untrusted", ValueShape::Nothing, &[]),
];

impl ValueShape {
    /// Whether these values are of the shape.
    pub fn fits(self, values: &[GrantValue]) -> bool {
        let is_text = |value: &GrantValue| matches!(value, GrantValue::Str(_));
        match (self, values) {
            (ValueShape::Nothing, []) => true,
            (ValueShape::Texts, [_, ..]) => values.iter().all(is_text),
            (ValueShape::When, [GrantValue::Str(when)]) => matches!(when.as_str(), "once" | "each"),
            (ValueShape::Count, [GrantValue::Int(n)]) => *n >= 0,
            (ValueShape::Number, [GrantValue::Int(n)]) => *n >= 0,
            (ValueShape::Number, [GrantValue::Float(bits)]) => f64::from_bits(*bits) >= 0.0,
            _ => false,
        }
    }

    /// In words.
    pub const fn describe(self) -> &'static str {
        match self {
            ValueShape::Texts => "one or more strings",
            ValueShape::When => "`\"once\"` or `\"each\"`",
            ValueShape::Count => "one integer that is not negative",
            ValueShape::Number => "one number that is not negative",
            ValueShape::Nothing => "no value",
        }
    }
}

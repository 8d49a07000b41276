//! What flags and `lumen.toml` allow and deny: `fs=./data`, `http=api.example.com`, `llm.chat`, `*`.
//!
//! A rule names an effect or a tool, and perhaps what of it. Rules that allow are a grant for a program that has none of
//! its own, and bound one that has; rules that deny win over everything.

use super::failure::{FailureKind, ToolFailure};
use lumen_lir::{Constraint, Grant, GrantValue, Pos, ToolCall};

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// An effect, a tool, or `*`.
    pub subject: String,
    /// A path, domain, variable or program; nothing for all of them.
    pub scope: Option<String>,
}

impl Rule {
    /// The rules of a flag: `fs=./data,http=api.example.com`.
    pub fn list(text: &str) -> Result<Vec<Rule>, String> {
        text.split(',').map(|part| Rule::parse(part.trim())).collect()
    }

    /// One rule.
    pub fn parse(text: &str) -> Result<Rule, String> {
        let (subject, scope) = match text.split_once('=') {
            Some((subject, scope)) => (subject.trim(), Some(scope.trim())),
            None => (text, None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if subject != "*" && (subject.is_empty() || !subject.chars().all(plain)) {
            return Err(format!("`{text}` is no effect or tool with perhaps `=` and a scope"));
        }
        if scope.is_some_and(str::is_empty) {
            return Err(format!("nothing stands behind the `=` of `{text}`"));
        }
        if let Some(scope) = scope
            && key_of(subject).is_none()
        {
            return Err(format!("`{subject}` has no scope such as `{scope}`"));
        }
        Ok(Rule { subject: subject.to_owned(), scope: scope.map(str::to_owned) })
    }

    fn is_for(&self, call: &ToolCall) -> bool {
        self.subject == "*" || self.subject == call.tool || self.subject == call.effect
    }
}

/// The constraint that a scope of an effect is.
fn key_of(subject: &str) -> Option<&'static str> {
    Some(match subject.split('.').next()? {
        "fs" => "path",
        "http" | "net" => "domain",
        "env" => "name",
        "exec" => "program",
        _ => return None,
    })
}

/// What the one who runs the program allows and denies.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bounds {
    /// `--allow`, or nothing when the flag is not given.
    pub allow: Option<Vec<Rule>>,
    /// `--deny`.
    pub deny: Vec<Rule>,
    /// Where the rules come from, for messages.
    pub source: String,
}

impl Bounds {
    /// The grant that these bounds are for a call: nothing when they do not speak of it; an error when they deny it.
    pub fn grant(&self, call: &ToolCall) -> Result<Option<Grant>, ToolFailure> {
        let source = &self.source;
        let denied = |why: String| Err(ToolFailure::new(FailureKind::ConfigurationDenied, why));
        if let Some(rule) = self.deny.iter().find(|rule| rule.scope.is_none() && rule.is_for(call))
        {
            return denied(format!("{source} denies `{}`", rule.subject));
        }
        let Some(allow) = &self.allow else { return Ok(None) };
        let own: Vec<&Rule> = allow.iter().filter(|rule| rule.is_for(call)).collect();
        if own.is_empty() {
            return denied(format!("{source} allows other things, and not `{}`", call.tool));
        }
        let mut constraints = Vec::new();
        if own.iter().all(|rule| rule.scope.is_some()) {
            let scopes = own.iter().filter_map(|rule| rule.scope.clone());
            let key = key_of(&call.effect).unwrap_or("path").to_owned();
            constraints.push(Constraint { key, values: scopes.map(GrantValue::Str).collect() });
        }
        let (subject, name) = (call.effect.clone(), source.clone());
        Ok(Some(Grant { subject, name, constraints, at: Pos::default() }))
    }

    /// The scopes of a call that are denied.
    pub fn denied_scopes<'b>(&'b self, call: &'b ToolCall) -> impl Iterator<Item = &'b str> {
        let rules = self.deny.iter().filter(|rule| rule.is_for(call));
        rules.filter_map(|rule| rule.scope.as_deref())
    }

    /// Whether an effect that needs no grant is denied.
    pub fn denies_effect(&self, effect: &str) -> bool {
        self.deny.iter().any(|rule| rule.subject == effect || rule.subject == "*")
    }
}

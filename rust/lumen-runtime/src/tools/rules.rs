//! What flags and `lumen.toml` allow and deny: `fs=./data`, `http=api.example.com`, `llm.chat`, `*`.
//!
//! A rule names an effect or a tool, and perhaps what of it. Rules that allow are a grant for a program that has none of
//! its own, and bound one that has; rules that deny win over everything.

use super::failure::{FailureKind, ToolFailure};
use super::place::fits_name;
use lumen_lir::{Constraint, Effect, Grant, GrantValue, Pos, ToolCall};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

    /// Whether it names what a call is: the tool, or what answers it.
    fn names(&self, call: &ToolCall) -> bool {
        self.subject == "*" || self.subject == call.tool || self.subject == call.family()
    }

    /// Whether it allows a call: `bind effect` makes no file or program a thing of another name.
    fn allows(&self, call: &ToolCall) -> bool {
        let is_host = Effect::by_name(call.family()).is_some_and(|it| it.properties().granted);
        self.names(call) || (self.subject == call.effect && !is_host)
    }

    /// Whether it denies a call.
    fn denies(&self, call: &ToolCall) -> bool {
        self.names(call) || self.subject == call.effect
    }
}

/// The constraint that a scope of a call is.
fn key_of_call(call: &ToolCall) -> Option<&'static str> {
    key_of(call.family()).or_else(|| key_of(&call.effect))
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
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
        let mut whole = self.deny.iter().filter(|rule| rule.scope.is_none());
        if let Some(rule) = whole.find(|rule| rule.denies(call)) {
            return denied(format!("{source} denies `{}`", rule.subject));
        }
        let Some(allow) = &self.allow else { return Ok(None) };
        let own: Vec<&Rule> = allow.iter().filter(|rule| rule.allows(call)).collect();
        if own.is_empty() {
            return denied(format!("{source} allows other things, and not `{}`", call.tool));
        }
        let mut constraints = Vec::new();
        if own.iter().all(|rule| rule.scope.is_some()) {
            let scopes = own.iter().filter_map(|rule| rule.scope.clone());
            let Some(key) = key_of_call(call) else {
                return denied(format!("{source} allows only a part of `{}`", call.tool));
            };
            let values = scopes.map(GrantValue::Str).collect();
            constraints.push(Constraint { key: key.to_owned(), values });
        }
        let (subject, name) = (call.effect.clone(), source.clone());
        Ok(Some(Grant { subject, name, constraints, at: Pos::default() }))
    }

    /// What of a call is denied, as a constraint.
    pub fn denied(&self, call: &ToolCall) -> Option<Constraint> {
        let rules = self.deny.iter().filter(|rule| rule.denies(call));
        let scopes = rules.filter_map(|rule| rule.scope.clone());
        let values: Vec<GrantValue> = scopes.map(GrantValue::Str).collect();
        let key = key_of_call(call).unwrap_or_default().to_owned();
        (!values.is_empty()).then_some(Constraint { key, values })
    }

    /// Whether a variable of the environment may reach a program that is run.
    pub fn allows_variable(&self, name: &str) -> bool {
        let fits = |rule: &Rule| match (rule.subject.as_str(), rule.scope.as_deref()) {
            ("*", _) | ("env" | "env.get_env" | "env.secret_env", None) => true,
            ("env" | "env.get_env" | "env.secret_env", Some(scope)) => fits_name(scope, name),
            _ => false,
        };
        !self.deny.iter().any(fits) && self.allow.as_ref().is_none_or(|it| it.iter().any(fits))
    }

    /// The same bounds with places below a folder, where they are written as relative ones.
    #[must_use]
    pub fn below(mut self, folder: &Path) -> Self {
        let is_file = |rule: &&mut Rule| rule.subject == "fs" || rule.subject.starts_with("fs.");
        for rule in self.allow.iter_mut().flatten().chain(&mut self.deny).filter(is_file) {
            if let Some(scope) = &mut rule.scope {
                *scope = folder.join(&*scope).to_string_lossy().into_owned();
            }
        }
        self
    }

    /// Whether an effect that needs no grant is denied.
    pub fn denies_effect(&self, effect: &str) -> bool {
        self.deny.iter().any(|rule| rule.subject == effect || rule.subject == "*")
    }
}

//! The constraints of grants, ready to be enforced.
//!
//! The grants that all must allow a call → one [`Policy`]: bounds are the smallest, and every list of patterns must have
//! one that fits. A constraint that is not understood denies everything.

use super::address::{Host, HostPattern};
use super::failure::{FailureKind, ToolFailure};
use lumen_lir::{Constraint, Grant, GrantValue};
use serde_json::{Map, Value};
use std::time::Duration;
use url::Url;

/// How long a call may take when no grant says.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// What the grants of a call allow.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// `domain`: of each list one pattern must fit.
    pub domains: Vec<Vec<HostPattern>>,
    /// `model`: the same.
    pub models: Vec<Vec<String>>,
    /// `timeout_ms`.
    pub timeout: Option<Duration>,
    /// `max_tokens`.
    pub max_tokens: Option<u64>,
    /// `temperature`.
    pub temperature: Option<f64>,
    /// `max_retries`.
    pub max_retries: Option<u64>,
    /// `approval`: `each` before every call, else once.
    pub approval: Option<Approval>,
    /// Constraints of the provider.
    pub custom: Vec<Constraint>,
}

/// When somebody is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Approval {
    /// Before the first call.
    Once,
    /// Before every call.
    Each,
}

impl Policy {
    /// The policy of all these grants together; the error names a constraint that cannot be enforced.
    pub fn of<'g>(grants: impl IntoIterator<Item = &'g Grant>) -> Result<Self, ToolFailure> {
        let mut policy = Policy::default();
        for grant in grants {
            for constraint in &grant.constraints {
                policy.add(grant, constraint)?;
            }
        }
        Ok(policy)
    }

    fn add(&mut self, grant: &Grant, constraint: &Constraint) -> Result<(), ToolFailure> {
        let bad = || {
            let message = format!("the constraint `{}` of `{}`", constraint.key, grant.name);
            ToolFailure::new(FailureKind::PolicyDenied, format!("{message} cannot be enforced"))
        };
        let texts = || texts_of(&constraint.values).ok_or_else(bad);
        let count = || count_of(&constraint.values).ok_or_else(bad);
        match constraint.key.as_str() {
            "domain" => {
                let parse = |text: &String| HostPattern::parse(text).ok_or_else(bad);
                self.domains.push(texts()?.iter().map(parse).collect::<Result<_, _>>()?);
            }
            "model" => self.models.push(texts()?),
            "timeout_ms" => {
                let own = Duration::from_millis(count()?);
                self.timeout = Some(self.timeout.map_or(own, |known| known.min(own)));
            }
            "max_tokens" => least(&mut self.max_tokens, count()?),
            "max_retries" => least(&mut self.max_retries, count()?),
            "temperature" => {
                let own = number_of(&constraint.values).ok_or_else(bad)?;
                self.temperature = Some(self.temperature.map_or(own, |known| known.min(own)));
            }
            "approval" => {
                let own = match texts()?.first().map(String::as_str) {
                    Some("each") => Approval::Each,
                    Some("once") => Approval::Once,
                    _ => return Err(bad()),
                };
                self.approval = self.approval.max(Some(own));
            }
            // Kept by `Usage`, over the whole run.
            "max_calls" | "max_cost_usd" => {}
            // Nothing enforces them yet: a call under them is denied.
            "no_untrusted" | "path" | "name" | "program" => return Err(bad()),
            _ => self.custom.push(constraint.clone()),
        }
        Ok(())
    }

    /// How long a call may take.
    pub fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT_DEFAULT)
    }

    /// Checks a URL: scheme, host and port.
    pub fn check_url(&self, url: &Url) -> Result<(), ToolFailure> {
        let denied = |why: String| Err(ToolFailure::new(FailureKind::PolicyDenied, why));
        if !matches!(url.scheme(), "http" | "https") {
            return denied(format!("the scheme `{}` is not allowed", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return denied("a URL with a user name is not allowed".to_owned());
        }
        let Some(host) = Host::of(url) else {
            return denied("the URL has no host".to_owned());
        };
        for list in &self.domains {
            if !list.iter().any(|pattern| pattern.fits(&host)) {
                return denied(format!("`{host}` fits no `domain` of the grant"));
            }
        }
        if host.is_inside() && !self.names_inside(&host) {
            return denied(format!(
                "`{host}` is not reachable from outside, and not granted by name"
            ));
        }
        Ok(())
    }

    /// Whether every list names a host of the own machine or network, by itself and not by a wildcard.
    pub fn names_inside(&self, host: &Host) -> bool {
        !self.domains.is_empty()
            && self
                .domains
                .iter()
                .all(|list| list.iter().any(|pattern| !pattern.is_wild() && pattern.fits(host)))
    }

    /// Checks what the arguments of a call themselves say: model, tokens, temperature, URL.
    pub fn check_args(&self, args: &Map<String, Value>) -> Result<(), ToolFailure> {
        let denied = |why: String| Err(ToolFailure::new(FailureKind::PolicyDenied, why));
        if let Some(model) = args.get("model") {
            let model = model.as_str().unwrap_or_default();
            if !self.models.iter().all(|list| list.iter().any(|known| known == model)) {
                return denied(format!("the model `{model}` is not granted"));
            }
        }
        if let (Some(limit), Some(asked)) = (self.max_tokens, args.get("max_tokens"))
            && asked.as_u64().is_none_or(|asked| asked > limit)
        {
            return denied(format!("`max_tokens` is more than the granted {limit}"));
        }
        if let (Some(limit), Some(asked)) = (self.temperature, args.get("temperature"))
            && asked.as_f64().is_none_or(|asked| asked > limit)
        {
            return denied(format!("`temperature` is more than the granted {limit}"));
        }
        if self.domains.is_empty() {
            return Ok(());
        }
        match args.get("url").and_then(Value::as_str).map(Url::parse) {
            Some(Ok(url)) => self.check_url(&url),
            Some(Err(error)) => denied(format!("the URL cannot be read: {error}")),
            None => denied("the grant has a `domain`, and the call no `url`".to_owned()),
        }
    }
}

fn least(slot: &mut Option<u64>, own: u64) {
    *slot = Some(slot.map_or(own, |known| known.min(own)));
}

fn texts_of(values: &[GrantValue]) -> Option<Vec<String>> {
    let text = |value: &GrantValue| match value {
        GrantValue::Str(text) => Some(text.clone()),
        _ => None,
    };
    if values.is_empty() { None } else { values.iter().map(text).collect() }
}

/// The one count among values.
pub(super) fn count_of(values: &[GrantValue]) -> Option<u64> {
    match values {
        [GrantValue::Int(n)] => u64::try_from(*n).ok(),
        _ => None,
    }
}

/// The one number among values.
pub(super) fn number_of(values: &[GrantValue]) -> Option<f64> {
    let number = match values {
        [GrantValue::Int(n)] => *n as f64,
        [GrantValue::Float(bits)] => f64::from_bits(*bits),
        _ => return None,
    };
    (number >= 0.0).then_some(number)
}

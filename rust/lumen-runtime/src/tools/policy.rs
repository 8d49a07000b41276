//! The constraints of grants, ready to be enforced.
//!
//! The grants that all must allow a call → one [`Policy`]: bounds are the smallest, and every list of patterns must have
//! one that fits. A constraint that is not understood denies everything.

use super::address::HostPattern;
use super::failure::{FailureKind, ToolFailure};
use super::place::PlacePattern;
use super::sealed::Sealed;
use lumen_lir::{Constraint, Grant, GrantValue};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a call may take when no grant says.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);

/// What the grants of a call allow.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// `domain`: of each list one pattern must fit.
    pub domains: Vec<Vec<HostPattern>>,
    /// `path`: the same.
    pub paths: Vec<Vec<PlacePattern>>,
    /// `name`: variables of the environment, the same.
    pub names: Vec<Vec<String>>,
    /// `program`: the same.
    pub programs: Vec<Vec<String>>,
    /// `model`: the same.
    pub models: Vec<Vec<String>>,
    /// What is denied whatever else is allowed.
    pub denied: Denied,
    /// The folder that relative places start from.
    pub folder: PathBuf,
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
    /// `no_untrusted`.
    pub no_untrusted: bool,
    /// Constraints of the provider.
    pub custom: Vec<Constraint>,
}

/// Hosts, places, variables and programs that are denied.
#[derive(Clone, Debug, Default)]
pub struct Denied {
    /// Hosts.
    pub domains: Vec<HostPattern>,
    /// Places of files.
    pub paths: Vec<PlacePattern>,
    /// Variables of the environment.
    pub names: Vec<String>,
    /// Programs.
    pub programs: Vec<String>,
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
    pub fn of<'g>(
        folder: &Path,
        grants: impl IntoIterator<Item = &'g Grant>,
    ) -> Result<Self, ToolFailure> {
        let mut policy = Policy { folder: folder.to_owned(), ..Policy::default() };
        for grant in grants {
            for constraint in &grant.constraints {
                policy.add(grant, constraint)?;
            }
        }
        Ok(policy)
    }

    fn add(&mut self, grant: &Grant, constraint: &Constraint) -> Result<(), ToolFailure> {
        let bad = || not_enforced(constraint, &grant.name);
        let texts = || texts_of(&constraint.values).ok_or_else(bad);
        let count = || count_of(&constraint.values).ok_or_else(bad);
        match constraint.key.as_str() {
            "domain" => self.domains.push(domains(texts()?).ok_or_else(bad)?),
            "path" => self.paths.push(places(&self.folder, texts()?).ok_or_else(bad)?),
            "name" => self.names.push(texts()?),
            "program" => self.programs.push(texts()?),
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
            "no_untrusted" => self.no_untrusted = true,
            _ => self.custom.push(constraint.clone()),
        }
        Ok(())
    }

    /// Denies what a constraint names.
    pub fn deny(&mut self, constraint: &Constraint, source: &str) -> Result<(), ToolFailure> {
        let bad = || not_enforced(constraint, source);
        let texts = texts_of(&constraint.values).ok_or_else(bad)?;
        match constraint.key.as_str() {
            "domain" => {
                let domains = domains(texts).ok_or_else(bad)?;
                self.denied.domains.extend(domains.into_iter().map(HostPattern::on_any_port));
            }
            "path" => self.denied.paths.extend(places(&self.folder, texts).ok_or_else(bad)?),
            "name" => self.denied.names.extend(texts),
            "program" => self.denied.programs.extend(texts),
            _ => return Err(bad()),
        }
        Ok(())
    }

    /// Checks that nothing untrusted leaves where it must not.
    pub fn check_trust(&self, sealed: &Sealed) -> Result<(), ToolFailure> {
        match sealed.untrusted.first() {
            Some(name) if self.no_untrusted => Err(ToolFailure::new(
                FailureKind::PolicyDenied,
                format!("`{name}` is untrusted, and the grant says `no_untrusted`"),
            )),
            _ => Ok(()),
        }
    }

    /// How long a call may take.
    pub fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT_DEFAULT)
    }
}

fn not_enforced(constraint: &Constraint, owner: &str) -> ToolFailure {
    let message = format!("the constraint `{}` of `{owner}` cannot be enforced", constraint.key);
    ToolFailure::new(FailureKind::PolicyDenied, message)
}

fn domains(texts: Vec<String>) -> Option<Vec<HostPattern>> {
    texts.iter().map(|text| HostPattern::parse(text)).collect()
}

fn places(folder: &Path, texts: Vec<String>) -> Option<Vec<PlacePattern>> {
    texts.iter().map(|text| PlacePattern::parse(folder, text)).collect()
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

//! Variables of the environment: `get_env`, `secret_env`.
//!
//! A name that the policy allows → its value; when it is not set or is no UTF-8, null, or for a secret a failure.

use super::failure::{FailureKind, ToolFailure};
use super::provider::{ToolProvider, ToolReply, ToolRequest};
use lumen_base::System;
use serde_json::json;
use std::sync::Arc;

/// The environment of the process.
pub(super) struct VariableProvider {
    system: Arc<dyn System>,
}

impl VariableProvider {
    /// The environment of a system.
    pub(super) fn new(system: Arc<dyn System>) -> Self {
        Self { system }
    }
}

impl ToolProvider for VariableProvider {
    fn waits(&self) -> bool {
        false
    }

    fn price(&self, _: &ToolRequest<'_>) -> Option<f64> {
        Some(0.0)
    }

    fn call(&mut self, request: &ToolRequest<'_>) -> Result<ToolReply, ToolFailure> {
        let is_secret = match request.tool {
            "env.get_env" => false,
            "env.secret_env" => true,
            tool => {
                let message = format!("the environment has no `{tool}`");
                return Err(ToolFailure::new(FailureKind::NoProvider, message));
            }
        };
        let name = request.text("name")?;
        request.policy.check_variable(name)?;
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(ToolFailure::invalid(format!("`{name}` is no name of a variable")));
        }
        let value = self.system.env(name);
        if is_secret && value.is_none() {
            let message = format!("the variable `{name}` is not set");
            return Err(ToolFailure::new(FailureKind::NotFound, message));
        }
        Ok(ToolReply { value: json!(value), ..ToolReply::default() })
    }
}

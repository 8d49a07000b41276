//! `lumen.toml` as far as it is about tools: providers, their settings, what a program may do.
//!
//! Text → [`ToolConfig`]; what is wrong is said with the key. Secrets do not stand in it: a setting names a variable of the
//! environment.

use super::rules::{Bounds, Rule};
use std::collections::BTreeMap;

/// What `lumen.toml` says about tools.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ToolConfig {
    /// `[providers]`: by tool or effect what answers it: `script:replies.json`, or the name of a builtin provider.
    pub providers: BTreeMap<String, String>,
    /// `[providers.config.NAME]`: settings by provider.
    pub settings: BTreeMap<String, toml::Table>,
    /// `allow` and `deny`.
    pub bounds: Bounds,
}

/// The keys at the top that are meant for packages, which are not built.
const PACKAGES: &[&str] = &["package", "dependencies", "workspace"];

impl ToolConfig {
    /// Reads the text of `lumen.toml`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| e.message().to_owned())?;
        let mut config = Self {
            bounds: Bounds { source: "lumen.toml".to_owned(), ..Bounds::default() },
            ..Self::default()
        };
        for (key, value) in table {
            match (key.as_str(), value) {
                ("providers", toml::Value::Table(table)) => config.providers(table)?,
                ("providers", _) => {
                    return Err("`providers` is a table: `[providers]`".to_owned());
                }
                ("allow", value) => config.bounds.allow = Some(rules("allow", &value)?),
                ("deny", value) => config.bounds.deny = rules("deny", &value)?,
                (key, _) if PACKAGES.contains(&key) => {
                    return Err(format!("`{key}`: packages are not built yet"));
                }
                (key, _) => return Err(format!("there is no setting `{key}`")),
            }
        }
        Ok(config)
    }

    fn providers(&mut self, table: toml::Table) -> Result<(), String> {
        for (tool, value) in table {
            match (tool.as_str(), value) {
                ("config", toml::Value::Table(table)) => {
                    for (name, value) in table {
                        let toml::Value::Table(settings) = value else {
                            return Err(format!("`providers.config.{name}` is no table"));
                        };
                        self.settings.insert(name, settings);
                    }
                }
                (_, toml::Value::String(provider)) => drop(self.providers.insert(tool, provider)),
                _ => return Err(format!("`providers.{tool}` is no text")),
            }
        }
        Ok(())
    }
}

/// A list of rules.
fn rules(key: &str, value: &toml::Value) -> Result<Vec<Rule>, String> {
    let toml::Value::Array(items) = value else { return Err(format!("`{key}` is no list")) };
    let rule = |item: &toml::Value| match item {
        toml::Value::String(text) => Rule::parse(text),
        other => Err(format!("`{key}` has a {}, which is no text", other.type_str())),
    };
    items.iter().map(rule).collect()
}

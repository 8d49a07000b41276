//! The tools of a run: the nearest `lumen.toml` of a document, the flags of who runs it, and the providers they name.

use super::config::ToolConfig;
use super::rules::Bounds;
use super::script::ScriptedProvider;
use super::settings::Settings;
use super::{ToolProvider, Tools};
use lumen_base::System;
use std::path::{Path, PathBuf};

/// The name of the configuration.
const FILE: &str = "lumen.toml";
/// Folders that are searched for it, from the document's upwards.
const FOLDERS_MAX: usize = 64;

/// The configuration that holds for a document, and its folder.
pub fn find_config(
    system: &dyn System,
    document: &Path,
) -> Result<Option<(ToolConfig, PathBuf)>, String> {
    let mut folder = document.parent().unwrap_or(Path::new("")).to_owned();
    for _ in 0..FOLDERS_MAX {
        let file = folder.join(FILE);
        if system.is_file(&file) {
            let shown = file.display();
            let bytes =
                system.read(&file).map_err(|error| format!("cannot read {shown}: {error}"))?;
            let text = String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8"))?;
            let config =
                ToolConfig::parse(&text).map_err(|problem| format!("{shown}: {problem}"))?;
            return Ok(Some((config, folder)));
        }
        // Above a relative path stands the current folder; what is above that is not looked at.
        if !folder.pop() {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The tools for a document: what its `lumen.toml` says, under the bounds of flags. `builtin` makes the providers of the
/// machine under their settings; those that the configuration names win.
pub fn tools_for(
    system: &dyn System,
    document: &Path,
    flags: Option<Bounds>,
    builtin: impl FnOnce(Tools, &Settings) -> Tools,
) -> Result<Tools, String> {
    let found = find_config(system, document)?;
    let settings = match &found {
        Some((config, folder)) => Settings::read(&config.settings, system, folder)
            .map_err(|problem| format!("{}: {problem}", folder.join(FILE).display()))?,
        None => Settings::default(),
    };
    let mut tools = builtin(Tools::new(), &settings);
    if let Some((config, folder)) = &found {
        for (subject, named) in &config.providers {
            let provider = provider(system, folder, subject, named)?;
            tools = tools.with_provider(subject, provider);
        }
    }
    Ok(bounded(tools, found, flags))
}

/// The tools for a document whose calls a recording answers: the bounds are those of [`tools_for`], and no provider is
/// looked for, since none is asked.
pub fn recorded_tools_for(
    system: &dyn System,
    document: &Path,
    flags: Option<Bounds>,
) -> Result<Tools, String> {
    let found = find_config(system, document)?;
    Ok(bounded(Tools::new(), found, flags))
}

/// The tools under the configuration and the flags.
fn bounded(mut tools: Tools, found: Option<(ToolConfig, PathBuf)>, flags: Option<Bounds>) -> Tools {
    if let Some((config, folder)) = found {
        tools = tools.with_bounds(config.bounds.below(&folder));
    }
    match flags {
        Some(bounds) => tools.with_bounds(bounds),
        None => tools,
    }
}

fn provider(
    system: &dyn System,
    folder: &Path,
    subject: &str,
    named: &str,
) -> Result<Box<dyn ToolProvider>, String> {
    let Some(file) = named.strip_prefix("script:") else {
        return Err(format!("lumen.toml: there is no provider `{named}` for `{subject}`"));
    };
    let path = folder.join(file);
    let shown = path.display().to_string();
    let bytes = system.read(&path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8"))?;
    Ok(Box::new(ScriptedProvider::new(&shown, &text)?))
}

//! The tools of a document's tests.
//!
//! What the nearest `lumen.toml` names, the scripts that stand in the document itself, in fences with the info string
//! `json script TOOL`, and `allow` and `deny` of a fence `toml lumen.toml`. Each test starts every script anew; nothing
//! else answers, so that no test reaches outside.

use crate::suite::Document;
use lumen_base::OsSystem;
use lumen_runtime::tools::{ScriptedProvider, ToolConfig, Tools, tools_for};
use std::path::Path;

const SCRIPT: &str = "```json script ";
const CONFIG: &str = "```toml lumen.toml";

/// What an open fence is for.
#[derive(Clone, Copy)]
enum Fence<'d> {
    Script(&'d str),
    Config,
}

/// The fence that a line opens.
fn opened(line: &str) -> Option<Fence<'_>> {
    match line.strip_prefix(SCRIPT) {
        Some(tool) => Some(Fence::Script(tool.trim())),
        None => (line.trim_end() == CONFIG).then_some(Fence::Config),
    }
}

/// The tools for one test of a document.
pub(crate) fn tools_of(document: &Document) -> Result<Tools, String> {
    let mut tools = tools_for(&OsSystem, Path::new(&document.path), None, |tools, _| tools)?;
    let mut open: Option<(Fence<'_>, String)> = None;
    for line in document.text.lines() {
        match &mut open {
            None => open = opened(line).map(|fence| (fence, String::new())),
            Some((_, text)) if !line.starts_with("```") => {
                text.push_str(line);
                text.push('\n');
            }
            Some((fence, text)) => {
                tools = with_fence(tools, *fence, text)?;
                open = None;
            }
        }
    }
    Ok(tools)
}

/// The tools with what a fence says.
fn with_fence(tools: Tools, fence: Fence<'_>, text: &str) -> Result<Tools, String> {
    match fence {
        Fence::Script(tool) => {
            let provider = ScriptedProvider::new(&format!("the script of `{tool}`"), text)?;
            Ok(tools.with_provider(tool, Box::new(provider)))
        }
        Fence::Config => {
            let config = ToolConfig::parse(text)
                .map_err(|problem| format!("the fence `toml lumen.toml`: {problem}"))?;
            if !config.providers.is_empty() || !config.settings.is_empty() {
                return Err("the fence `toml lumen.toml` has `allow` and `deny` only".to_owned());
            }
            // Places start where those of the program start, so that the documents need no folder of their own.
            Ok(tools.with_bounds(config.bounds))
        }
    }
}

//! The tools of a document's tests.
//!
//! What the nearest `lumen.toml` names, and the scripts that stand in the document itself, in fences with the info string
//! `json script TOOL`. Each test starts every script anew; nothing else answers, so that no test reaches outside.

use crate::suite::Document;
use lumen_base::OsSystem;
use lumen_runtime::tools::{ScriptedProvider, Tools, tools_for};
use std::path::Path;

const OPENING: &str = "```json script ";

/// The tools for one test of a document.
pub(crate) fn tools_of(document: &Document) -> Result<Tools, String> {
    let mut tools = tools_for(&OsSystem, Path::new(&document.path), None, |tools| tools)?;
    let mut open: Option<(&str, String)> = None;
    for line in document.text.lines() {
        match &mut open {
            None => open = line.strip_prefix(OPENING).map(|tool| (tool.trim(), String::new())),
            Some((_, script)) if !line.starts_with("```") => {
                script.push_str(line);
                script.push('\n');
            }
            Some((tool, script)) => {
                let name = format!("the script of `{tool}`");
                let provider = ScriptedProvider::new(&name, script)?;
                tools = tools.with_provider(tool, Box::new(provider));
                open = None;
            }
        }
    }
    Ok(tools)
}

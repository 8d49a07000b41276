//! What `lumen run` lets a program do: `--allow`, `--deny`, `--allow-all` and `lumen.toml`.
//!
//! Flags and the configuration near the document → the tools of the run, and what the compiler may take as granted.

use crate::args::Run;
use crate::source::Source;
use crate::{EXIT_DENIED, EXIT_FAILURE};
use lumen_base::{Code, OsSystem, System};
use lumen_runtime::tools::{Bounds, Rule, Tools, host_providers, recorded_tools_for, tools_for};
use std::path::Path;
use std::sync::Arc;

/// The flags of a run.
pub(super) struct Flags {
    /// What bounds the run; nothing when no flag is given.
    pub(super) bounds: Option<Bounds>,
    /// What the compiler may take as granted.
    pub(super) allowed: Vec<String>,
}

/// Reads the flags; the error says what is wrong with one.
pub(super) fn flags(args: &Run) -> Result<Flags, String> {
    let rules = |flag: &str, texts: &[String]| -> Result<Vec<Rule>, String> {
        let mut all = Vec::new();
        for text in texts {
            all.extend(Rule::list(text).map_err(|problem| format!("--{flag}: {problem}"))?);
        }
        Ok(all)
    };
    let mut allow = rules("allow", &args.allow)?;
    let deny = rules("deny", &args.deny)?;
    if args.allow_all {
        allow.push(Rule { subject: "*".to_owned(), scope: None });
    }
    let allowed = allow.iter().map(|rule| rule.subject.clone()).collect();
    if allow.is_empty() && deny.is_empty() {
        return Ok(Flags { bounds: None, allowed });
    }
    let allow = (!allow.is_empty()).then_some(allow);
    let source = "the command line".to_owned();
    Ok(Flags { bounds: Some(Bounds { allow, deny, source }), allowed })
}

/// The tools of a program's run; one that a recording answers has no providers.
pub(super) fn tools(source: &Source, flags: &Flags, is_replay: bool) -> Result<Tools, String> {
    let document = Path::new(source.path.as_deref().unwrap_or_default());
    if is_replay {
        return recorded_tools_for(&OsSystem, document, flags.bounds.clone());
    }
    of_document(document, flags.bounds.clone())
}

/// The tools of a document: those of the machine, and what its `lumen.toml` names.
pub(crate) fn of_document(document: &Path, flags: Option<Bounds>) -> Result<Tools, String> {
    let folder = std::env::current_dir().map_err(|error| format!("no folder: {error}"))?;
    let system: Arc<dyn System> = Arc::new(OsSystem);
    tools_for(&OsSystem, document, flags, |tools, settings| {
        host_providers(tools, &system, folder, settings)
    })
}

/// The exit code of a run that ended with an error.
pub(super) fn exit_code(code: Code) -> u8 {
    match code {
        Code::R1041 | Code::R1042 | Code::R1047 => EXIT_DENIED,
        _ => EXIT_FAILURE,
    }
}

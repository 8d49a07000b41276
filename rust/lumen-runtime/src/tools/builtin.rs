//! What answers the builtins that reach outside: files, environment, programs, requests.

use super::Tools;
use super::env::VariableProvider;
use super::fs::FileProvider;
use super::http::HttpProvider;
use super::settings::Settings;
use lumen_base::System;
use std::path::PathBuf;
use std::sync::Arc;

/// The providers over the machine, for a program that runs in a folder.
pub fn host_providers(
    tools: Tools,
    system: &Arc<dyn System>,
    folder: PathBuf,
    settings: &Settings,
) -> Tools {
    let http = HttpProvider::new(Arc::clone(system), settings.http.clone());
    let tools = tools
        .in_folder(folder)
        .with_provider("fs", Box::new(FileProvider))
        .with_provider("env", Box::new(VariableProvider::new(Arc::clone(system))))
        .with_provider("http", Box::new(http));
    #[cfg(unix)]
    let tools = {
        use super::exec::ProgramProvider;
        tools.with_provider("exec", Box::new(ProgramProvider::new(Arc::clone(system))))
    };
    tools
}

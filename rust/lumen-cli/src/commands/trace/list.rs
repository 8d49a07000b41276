//! `lumen trace list`: a line for each recorded run.

use crate::traces::{self, locate, runs};
use lumen_runtime::trace::spans::time;
use std::path::Path;

/// Name, how it ended, operations, time and program of each run; damaged ones say so.
pub(super) fn list(folder: &Path) -> Result<String, String> {
    let mut text = String::new();
    for name in runs(folder)? {
        let (_, file) = locate(folder, &name)?;
        let line = match traces::read(&file) {
            Err(message) => format!("damaged: {message}"),
            Ok(trace) => {
                let end = match &trace.end {
                    None => "cut off".to_owned(),
                    Some(end) => format!("exit {}  {}", end.exit_code, time(end.took_us)),
                };
                let count = trace.operations.len();
                format!("{end}  {count} operations  {}", trace.header.program)
            }
        };
        text.push_str(&format!("{name}  {line}\n"));
    }
    Ok(text)
}

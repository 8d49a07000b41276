//! `lumen trace list`: a line for each recorded run.

use crate::traces::{self, locate, runs};
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

/// Microseconds as people read them.
pub(super) fn time(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

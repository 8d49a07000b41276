//! `lumen trace`: recorded runs as text, graphs and pages; steps; differences; checks.

mod diff;
mod list;
mod show;
mod step;

use crate::args::{GraphForm, Trace, TraceAction};
use crate::output::{complain, out};
use crate::traces::{self, Recorded};
use crate::{EXIT_FAILURE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::{OsSystem, System};
use lumen_runtime::trace::graph::Graph;
use lumen_runtime::trace::page;
use std::path::Path;

pub(super) fn trace(args: Trace) -> u8 {
    match action(args) {
        Ok(code) => code,
        Err(message) => {
            complain(message);
            EXIT_USAGE
        }
    }
}

fn action(args: Trace) -> Result<u8, String> {
    let folder = args.trace_dir.as_path();
    match args.action {
        TraceAction::List => {
            out(list::list(folder)?.as_bytes());
            Ok(EXIT_SUCCESS)
        }
        TraceAction::Show { run, graph, json, output } => {
            let recorded = Recorded::find(folder, &run)?;
            let text = match graph {
                Some(form) => picture(&recorded, form),
                None if json => show::json(&recorded.trace),
                None => show::text(&recorded.trace),
            };
            write(&text, output.as_deref())
        }
        TraceAction::Step { run, at, back, lines } => {
            let recorded = Recorded::find(folder, &run)?;
            step::step(&recorded, step::Wish { lines, at, back })?;
            Ok(EXIT_SUCCESS)
        }
        TraceAction::Diff { first, second } => {
            let first = Recorded::find(folder, &first)?;
            let second = Recorded::find(folder, &second)?;
            match diff::diff(&first.trace, &second.trace) {
                None => {
                    out(b"no difference\n");
                    Ok(EXIT_SUCCESS)
                }
                Some(text) => {
                    out(text.as_bytes());
                    Ok(EXIT_FAILURE)
                }
            }
        }
        TraceAction::Verify { run } => verify(folder, &run),
    }
}

fn picture(recorded: &Recorded, form: GraphForm) -> String {
    let graph = Graph::of(&recorded.trace);
    match form {
        GraphForm::Dot => graph.dot(),
        GraphForm::Mermaid => graph.mermaid(),
        GraphForm::Svg => graph.svg(),
        GraphForm::Html => page::html(&recorded.trace, &|path| recorded.source(path)),
    }
}

fn write(text: &str, file: Option<&Path>) -> Result<u8, String> {
    match file {
        None => out(text.as_bytes()),
        Some(file) => OsSystem
            .write(file, text.as_bytes())
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?,
    }
    Ok(EXIT_SUCCESS)
}

fn verify(folder: &Path, run: &str) -> Result<u8, String> {
    let (_, file) = traces::locate(folder, run)?;
    match traces::read(&file) {
        Err(message) => {
            complain(message);
            Ok(EXIT_FAILURE)
        }
        Ok(trace) if trace.end.is_none() => {
            complain(format_args!(
                "{} has no end: the run was cut off, or still goes on; its {} operations are in order",
                file.display(),
                trace.operations.len()
            ));
            Ok(EXIT_FAILURE)
        }
        Ok(trace) => {
            let count = trace.operations.len();
            out(format!("{count} operations in order, head {}\n", trace.head).as_bytes());
            Ok(EXIT_SUCCESS)
        }
    }
}

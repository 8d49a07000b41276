//! The documents that the command line names: read, and compiled.

use crate::output::{complain, err};
use crate::{EXIT_COMPILE, EXIT_SUCCESS, EXIT_USAGE};
use lumen_base::diag::render::{Style, render_all};
use lumen_base::{FileId, OsSystem, SourceMap, System};
use lumen_compiler::compilation::{CompileInput, CompileOutput, Goal, Part, form_of};
use lumen_compiler::compiler::resolve::closest;
use lumen_compiler::markdown::{self, Form};
use lumen_compiler::pipeline;
use lumen_mdtest::MachineEvaluator;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A document as it was read.
#[derive(Clone)]
pub(crate) struct Source {
    /// As messages show it.
    pub(crate) name: String,
    /// Imports are looked up from its folder.
    pub(crate) path: Option<String>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) form: Form,
}

/// Reads a file, or standard input for `-`; says why when that fails.
pub(crate) fn read(file: &Path) -> Option<Source> {
    if file == Path::new("-") {
        return match OsSystem.stdin_bytes() {
            Ok(bytes) => {
                let name = "<stdin>".to_owned();
                let form = form_of_text(&bytes);
                // Imports are looked up from the current folder.
                Some(Source { path: Some(name.clone()), name, bytes, form })
            }
            Err(error) => {
                complain(format_args!("cannot read standard input: {error}"));
                None
            }
        };
    }
    let Some(name) = file.to_str().map(str::to_owned) else {
        complain(format_args!("the path {} is not UTF-8", file.display()));
        return None;
    };
    match OsSystem.read(file) {
        Ok(bytes) => {
            let form = form_of(&name);
            Some(Source { path: Some(name.clone()), name, bytes, form })
        }
        Err(error) => {
            match error.kind() {
                ErrorKind::NotFound => {
                    complain(format_args!("there is no file {name}{}", file_meant(file)));
                }
                ErrorKind::IsADirectory => {
                    complain(format_args!("{name} is a folder; name a document in it"));
                }
                _ => complain(format_args!("cannot read {name}: {error}")),
            }
            None
        }
    }
}

/// `; did you mean …?`, when the folder has a document of nearly this name.
fn file_meant(file: &Path) -> String {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(wanted) = file.file_name().and_then(|name| name.to_str()) else {
        return String::new();
    };
    let entries = OsSystem.list_dir(folder).unwrap_or_default();
    let documents = entries.iter().filter(|path| is_document(path) && OsSystem.is_file(path));
    let names: Vec<&str> = documents.filter_map(|path| path.file_name()?.to_str()).collect();
    // Most often it is the ending that is missing.
    let longer = |end: &str| names.iter().find(|name| **name == format!("{wanted}{end}")).copied();
    let found = [".lm.md", ".lm", ".md", "md"].into_iter().find_map(longer);
    let found = found.or_else(|| closest(wanted, names.iter().copied()));
    found.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

/// What comes through a pipe is a document when a `lumen` fence begins on one of its lines, else plain source.
fn form_of_text(bytes: &[u8]) -> Form {
    let fenced = bytes.split(|&b| b == b'\n').any(|line| {
        // Fences may stand in lists and quotes, and be longer than three.
        let at = line.iter().position(|b| !b" \t->*+0123456789.)".contains(b)).unwrap_or(0);
        let line = &line[at..];
        let info = line.iter().position(|b| !b"`~".contains(b)).map_or(&[][..], |at| &line[at..]);
        (line.starts_with(b"```") || line.starts_with(b"~~~"))
            && info.trim_ascii_start().starts_with(b"lumen")
    });
    if fenced { Form::Markdown } else { Form::Plain }
}

/// Does something with each of the named files, folders opened; the worst exit code wins.
pub(crate) fn each(files: &[PathBuf], mut one: impl FnMut(&Path, Source) -> u8) -> u8 {
    let Some(files) = expand(files) else { return EXIT_USAGE };
    let mut worst = EXIT_SUCCESS;
    for file in &files {
        let code = match read(file) {
            Some(source) => one(file, source),
            None => EXIT_USAGE,
        };
        worst = worst.max(code);
    }
    worst
}

/// The bytes of a file as text; otherwise says what is wrong, and gives the exit code.
pub(crate) fn text(name: &str, bytes: Vec<u8>, style: Style) -> Result<String, u8> {
    markdown::decode(bytes, FileId(0)).map_err(|unreadable| {
        let mut sources = SourceMap::default();
        sources.add(name, unreadable.text);
        err(&render_all(&[unreadable.problem], &sources, style));
        EXIT_COMPILE
    })
}

/// Compiles a document's program.
pub(crate) fn compile(source: Source, goal: Goal) -> CompileOutput {
    compile_with(source, goal, &[], &OsSystem)
}

/// Compiles a document's program, whose imports another system reads.
pub(crate) fn compile_with(
    source: Source,
    goal: Goal,
    allowed: &[String],
    system: &dyn System,
) -> CompileOutput {
    pipeline::compile(CompileInput {
        allowed,
        name: &source.name,
        path: source.path.as_deref(),
        source: source.bytes,
        form: source.form,
        part: Part::Program,
        goal,
        system,
        evaluator: Some(&MachineEvaluator),
    })
}

/// The files that the command line names; of a folder, the Markdown and `.lm` files in it and below, in the
/// order of their names.
pub(crate) fn expand(files: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let (found, _, problems) = walk(files);
    match problems.first() {
        Some(problem) => {
            complain(problem);
            None
        }
        None => Some(found),
    }
}

/// The same, and the folders; what cannot be read is left out.
pub(crate) fn expand_quietly(files: &[PathBuf]) -> (Vec<PathBuf>, BTreeSet<PathBuf>) {
    let (found, folders, _) = walk(files);
    (found, folders)
}

/// Files, folders, and what cannot be read.
fn walk(files: &[PathBuf]) -> (Vec<PathBuf>, BTreeSet<PathBuf>, Vec<String>) {
    let (mut out, mut walked, mut problems) = (Vec::new(), BTreeSet::new(), Vec::new());
    for file in files {
        if file == Path::new("-") || OsSystem.is_file(file) {
            out.push(file.clone());
            continue;
        }
        // Folders still to be read, the next one last.
        let mut folders = vec![file.clone()];
        while let Some(folder) = folders.pop() {
            let mut entries = match OsSystem.list_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    if error.kind() == ErrorKind::NotFound {
                        let (shown, meant) = (folder.display(), file_meant(&folder));
                        problems.push(format!("there is no file or folder {shown}{meant}"));
                    } else {
                        problems.push(format!("cannot read {}: {error}", folder.display()));
                    }
                    continue;
                }
            };
            walked.insert(folder);
            entries.retain(|path| !is_hidden(path));
            let (found, below): (Vec<_>, Vec<_>) =
                entries.into_iter().partition(|path| OsSystem.is_file(path));
            out.extend(found.into_iter().filter(|path| is_document(path)));
            folders.extend(below.into_iter().rev());
        }
    }
    (out, walked, problems)
}

/// Whether the name begins with a dot, or the folder holds what tools make.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(".");
    name.starts_with('.') || name == "target" || name == "node_modules"
}

fn is_document(path: &Path) -> bool {
    let name = path.to_str().unwrap_or_default();
    name.ends_with(".md") || name.ends_with(".lm")
}

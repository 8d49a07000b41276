//! Recorded runs on disk: a folder for each run with its trace, its program and its documents.
//!
//! ```text
//! DIR/RUN/trace.jsonl     the trace
//! DIR/RUN/program.lir     the LIR that ran
//! DIR/RUN/look.lir        the same program for `lumen trace step`, which says where locals are
//! DIR/RUN/sources/N       the N-th document that the trace names, when it could be read
//! ```
//!
//! What is read here is held for hostile: a trace is checked line by line, a program is verified and must have the hash
//! that the trace names.

use lumen_base::{EntryKind, OsSystem, System};
use lumen_lir::binary::{self, Packing};
use lumen_lir::{Module, Verified, verify};
use lumen_runtime::tools::{self, Tools};
use lumen_runtime::trace::line::{self, Trace};
use lumen_runtime::trace::{Bounds, Header, SourceFile, Tape};
use lumen_vm::Limits;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const TRACE: &str = "trace.jsonl";
const PROGRAM: &str = "program.lir";
const LOOK: &str = "look.lir";
const SOURCES: &str = "sources";
/// Largest trace that is read, in bytes.
const TRACE_BYTES_MAX: u64 = 1 << 31;

/// A run that is to be recorded.
pub(crate) struct Ran<'r> {
    pub(crate) module: &'r Module,
    /// The same program for looking.
    pub(crate) look: Option<&'r Module>,
    pub(crate) args: &'r [String],
    pub(crate) limits: &'r Limits,
    /// What the flags and `lumen.toml` allow and deny.
    pub(crate) authority: &'r [tools::Bounds],
}

/// The tape of a run that is recorded in a folder of its own inside `folder`; and the name of the run.
pub(crate) fn record_in(
    folder: &Path,
    program: &str,
    ran: &Ran<'_>,
) -> Result<(Tape, String), String> {
    let (mut header, lir) = header(program, ran)?;
    let home = folder.join(&header.run);
    let inside = home.join(SOURCES);
    let cannot = |path: &Path, error: std::io::Error| {
        format!("cannot write the trace {}: {error}", path.display())
    };
    OsSystem.create_folder(&inside).map_err(|error| cannot(&inside, error))?;
    OsSystem.write(&home.join(PROGRAM), &lir).map_err(|error| cannot(&home, error))?;
    if let Some(look) = ran.look {
        let look = encoded(look)?;
        OsSystem.write(&home.join(LOOK), &look).map_err(|error| cannot(&home, error))?;
        header.look = blake3::hash(&look).to_hex().to_string();
    }
    for file in &ran.module.files {
        let Ok(bytes) = OsSystem.read(Path::new(&file.path)) else { continue };
        let path = inside.join(header.sources.len().to_string());
        OsSystem.write(&path, &bytes).map_err(|error| cannot(&path, error))?;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        header.sources.push(SourceFile { path: file.path.clone(), hash });
    }
    let run = header.run.clone();
    Ok((record(&home.join(TRACE), header)?, run))
}

/// The tape of a run that is recorded in one file.
pub(crate) fn record_to(file: &Path, program: &str, ran: &Ran<'_>) -> Result<Tape, String> {
    record(file, header(program, ran)?.0)
}

fn record(file: &Path, header: Header) -> Result<Tape, String> {
    OsSystem
        .create(file)
        .and_then(|out| Tape::record(Arc::new(OsSystem), out, header))
        .map_err(|error| format!("cannot write the trace {}: {error}", file.display()))
}

/// The header of a run that begins now, and the LIR of its program.
fn header(program: &str, ran: &Ran<'_>) -> Result<(Header, Vec<u8>), String> {
    let lir = encoded(ran.module)?;
    let millis = i64::try_from(OsSystem.unix_nanos() / 1_000_000).unwrap_or(i64::MAX);
    let mut chance = [0; 3];
    OsSystem.random(&mut chance).map_err(|error| format!("no chance for a name: {error}"))?;
    let [a, b, c] = chance;
    let header = Header {
        module: blake3::hash(&lir).to_hex().to_string(),
        args: ran.args.to_vec(),
        bounds: bounds(ran.limits),
        authority: ran.authority.to_vec(),
        started_ms: millis,
        ..Header::new(&format!("{}-{a:02x}{b:02x}{c:02x}", stamp(millis)), program)
    };
    Ok((header, lir))
}

fn encoded(module: &Module) -> Result<Vec<u8>, String> {
    binary::encode(module, Packing::Plain)
        .map_err(|error| format!("the program cannot be kept: {error}"))
}

fn bounds(limits: &Limits) -> Bounds {
    let bytes = |n: usize| u64::try_from(n).ok().filter(|_| n != usize::MAX);
    Bounds {
        memory: bytes(limits.memory),
        stack: bytes(limits.stack),
        instructions: limits.instructions,
        output: limits.output,
    }
}

/// The limits of a recorded run.
pub(crate) fn limits(bounds: &Bounds) -> Limits {
    let count = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok());
    let all = Limits::default();
    Limits {
        memory: count(bounds.memory).unwrap_or(all.memory),
        stack: count(bounds.stack).unwrap_or(all.stack),
        instructions: bounds.instructions,
        output: bounds.output,
    }
}

/// Tools that answer nothing, under what the recorded run was allowed and denied.
pub(crate) fn authority(recorded: &[tools::Bounds]) -> Tools {
    recorded.iter().cloned().fold(Tools::new(), Tools::with_bounds)
}

/// `20260131-235959-250` in UTC, from milliseconds since 1970.
///
/// The civil date by the algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub(crate) fn stamp(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let (second, milli) = (second % 60, millis.rem_euclid(1000));
    format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{milli:03}")
}

/// A recorded run, found by name.
#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) trace: Trace,
    /// The folder of the run; none when only a trace file was named.
    home: Option<PathBuf>,
}

impl Recorded {
    /// The run called `name` inside `folder`, the latest one for `last`; or the one in a folder or file of that path.
    pub(crate) fn find(folder: &Path, name: &str) -> Result<Self, String> {
        let (home, file) = locate(folder, name)?;
        Ok(Self { trace: read(&file)?, home })
    }

    /// The program that ran.
    pub(crate) fn program(&self) -> Result<Verified<Module>, String> {
        let Some(home) = &self.home else {
            return Err("a trace file alone has no program; name the folder of a run".to_owned());
        };
        kept(home, PROGRAM, &self.trace.header.module)
    }

    /// The program for looking, when it was kept.
    pub(crate) fn look(&self) -> Result<Option<Verified<Module>>, String> {
        let hash = &self.trace.header.look;
        match &self.home {
            Some(home) if !hash.is_empty() => kept(home, LOOK, hash).map(Some),
            _ => Ok(None),
        }
    }

    /// The text of a document of the program, as it was.
    pub(crate) fn source(&self, path: &str) -> Option<String> {
        let at = self.trace.header.sources.iter().position(|source| source.path == path)?;
        let file = self.home.as_ref()?.join(SOURCES).join(at.to_string());
        let bytes = OsSystem.read(&file).ok()?;
        let hash = blake3::hash(&bytes).to_hex();
        (hash.as_str() == self.trace.header.sources[at].hash)
            .then(|| String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A program in the folder of a run, of the hash that the trace names.
fn kept(home: &Path, name: &str, hash: &str) -> Result<Verified<Module>, String> {
    let path = home.join(name);
    let cannot = |what: &dyn std::fmt::Display| format!("cannot use {}: {what}", path.display());
    let lir = OsSystem.read(&path).map_err(|error| cannot(&error))?;
    if blake3::hash(&lir).to_hex().as_str() != hash {
        return Err(cannot(&"it is not the program that the trace names"));
    }
    let module = binary::decode(&lir).map_err(|error| cannot(&error))?;
    verify(module).map_err(|_| cannot(&"it is no verified LIR"))
}

/// Where the trace of a run is: the folder of the run if it has one, and the file.
pub(crate) fn locate(folder: &Path, name: &str) -> Result<(Option<PathBuf>, PathBuf), String> {
    let found = match name {
        "last" => match runs(folder)?.pop() {
            Some(last) => folder.join(last),
            None => return Err(format!("no run is recorded in {}", folder.display())),
        },
        _ if OsSystem.is_file(&folder.join(name).join(TRACE)) => folder.join(name),
        _ => PathBuf::from(name),
    };
    if OsSystem.is_file(&found.join(TRACE)) {
        let file = found.join(TRACE);
        return Ok((Some(found), file));
    }
    match OsSystem.entry(&found) {
        Ok(entry) if entry.kind == EntryKind::Folder => {
            Err(format!("there is no trace in {}", found.display()))
        }
        Ok(_) => Ok((None, found)),
        Err(_) => Err(format!(
            "there is no run `{name}` in {}, and no such file; `lumen trace list` shows the runs",
            folder.display()
        )),
    }
}

/// The names of the runs that are recorded in a folder, sorted: the latest is the last.
pub(crate) fn runs(folder: &Path) -> Result<Vec<String>, String> {
    let entries = OsSystem
        .list_dir(folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let is_run = |path: &PathBuf| OsSystem.is_file(&path.join(TRACE));
    let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    let mut names: Vec<String> = entries.into_iter().filter(is_run).filter_map(name).collect();
    names.sort();
    Ok(names)
}

/// A trace file, checked.
pub(crate) fn read(file: &Path) -> Result<Trace, String> {
    let cannot = |what: &dyn std::fmt::Display| format!("cannot use {}: {what}", file.display());
    let entry = OsSystem.entry(file).map_err(|error| cannot(&error))?;
    if entry.bytes > TRACE_BYTES_MAX {
        return Err(cannot(&"it is too large"));
    }
    let bytes = OsSystem.read(file).map_err(|error| cannot(&error))?;
    line::read(&bytes).map_err(|damage| cannot(&damage))
}

#[cfg(test)]
mod tests {
    use super::stamp;

    #[test]
    fn dates_are_civil() {
        assert_eq!(stamp(0), "19700101-000000-000");
        assert_eq!(stamp(951_782_399_000), "20000228-235959-000");
        assert_eq!(stamp(951_782_400_000), "20000229-000000-000");
        assert_eq!(stamp(1_798_761_599_999), "20261231-235959-999");
    }
}

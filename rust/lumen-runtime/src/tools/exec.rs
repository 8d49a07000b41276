//! Programs of the operating system: `run_command`.
//!
//! A list of arguments that the policy allows → how the program ended and what it wrote. There is no shell, the
//! environment has the granted variables only, input is empty, output is limited, and when the time is over the program
//! and everything that it started in its process group ends.

use super::failure::{FailureKind, ToolFailure};
use super::provider::{ToolProvider, ToolReply, ToolRequest};
use lumen_base::System;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde_json::{Value, json};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Largest output, both streams together, in bytes.
const OUTPUT_BYTES_MAX: usize = 16 << 20;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 64 << 10;
/// How long output may still come when the program has ended.
const DRAIN: Duration = Duration::from_millis(500);

/// The programs of the machine.
pub(super) struct ProgramProvider {
    system: Arc<dyn System>,
}

/// What happens while a program runs.
enum Event {
    Written(usize, Vec<u8>),
    Closed,
    Ended,
    Abandoned,
}

impl ProgramProvider {
    /// The programs that a system's `PATH` names.
    pub(super) fn new(system: Arc<dyn System>) -> Self {
        Self { system }
    }

    /// The file of a program: by its path, or in the absolute folders of `PATH`.
    fn file_of(&self, program: &str) -> Result<PathBuf, ToolFailure> {
        if program.contains('/') {
            return Ok(PathBuf::from(program));
        }
        let folders = self.system.env("PATH").unwrap_or_default();
        let mut files = folders.split(':').map(|folder| Path::new(folder).join(program));
        let found = files.find(|file| {
            let known = std::fs::metadata(file);
            let runs = |it: std::fs::Metadata| it.is_file() && it.permissions().mode() & 0o111 != 0;
            file.is_absolute() && known.is_ok_and(runs)
        });
        found.ok_or_else(|| {
            let message = format!("there is no program `{program}`");
            ToolFailure::new(FailureKind::NotFound, message)
        })
    }

    fn start(&self, request: &ToolRequest<'_>) -> Result<Child, ToolFailure> {
        let words = request.args.get("command").and_then(Value::as_array);
        let words: Option<Vec<&str>> =
            words.and_then(|words| words.iter().map(Value::as_str).collect());
        let Some([program, args @ ..]) = words.as_deref() else {
            return Err(ToolFailure::invalid("`command` is no list with a program"));
        };
        request.policy.check_program(program)?;
        if let Some(word) = args.iter().find(|word| word.contains('\0')) {
            return Err(ToolFailure::invalid(format!("`{word}` has a NUL character")));
        }
        #[expect(clippy::disallowed_methods, reason = "the one place that runs programs")]
        let mut command = Command::new(self.file_of(program)?);
        command.arg0(program).args(args).env_clear().process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if !request.policy.folder.as_os_str().is_empty() {
            command.current_dir(&request.policy.folder);
        }
        for name in request.policy.names.iter().flatten() {
            if let Some(value) = self.system.env(name) {
                command.env(name, value);
            }
        }
        command
            .spawn()
            .map_err(|error| ToolFailure::failed(format!("cannot run `{program}`: {error}")))
    }
}

impl ToolProvider for ProgramProvider {
    fn price(&self, _: &ToolRequest<'_>) -> Option<f64> {
        Some(0.0)
    }

    fn call(&mut self, request: &ToolRequest<'_>) -> Result<ToolReply, ToolFailure> {
        if request.tool != "exec.run_command" {
            let message = format!("programs have no `{}`", request.tool);
            return Err(ToolFailure::new(FailureKind::NoProvider, message));
        }
        let end = self.system.monotonic_nanos() + request.timeout.as_nanos();
        let mut child = self.start(request)?;
        let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
            return Err(ToolFailure::failed("the program has no number"));
        };
        let events = watch(&mut child, group, request);
        let left = || {
            let nanos = end.saturating_sub(self.system.monotonic_nanos());
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        };
        let output = collect(&events, group, left);
        // Nothing that it started goes on. Until `wait` its number is no other program's.
        let _gone = kill_process_group(group, Signal::KILL);
        let status = child.wait().map_err(|error| ToolFailure::failed(error.to_string()))?;
        let Some([out, err]) = output? else {
            let message =
                format!("the program did not end within {} ms", request.timeout.as_millis());
            return Err(ToolFailure::new(FailureKind::Timeout, message));
        };
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        let [out, err] = [out, err].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let value = json!({ "code": code, "output": out, "errors": err });
        Ok(ToolReply { value, ..ToolReply::default() })
    }
}

/// Reports what a program writes, that it ended (without reaping it), and that nobody waits for it any more.
fn watch(child: &mut Child, group: Pid, request: &ToolRequest<'_>) -> Receiver<Event> {
    let (sender, events) = channel();
    let told = sender.clone();
    request.abandoned.when_set(move || drop(told.send(Event::Abandoned)));
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|it| Box::new(it) as _),
        child.stderr.take().map(|it| Box::new(it) as _),
    ];
    for (at, stream) in streams.into_iter().enumerate() {
        let sender = sender.clone();
        if let Some(stream) = stream {
            std::thread::spawn(move || read(at, stream, &sender));
        }
    }
    std::thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(group), options), Err(rustix::io::Errno::INTR)) {}
        drop(sender.send(Event::Ended));
    });
    events
}

fn read(at: usize, mut stream: Box<dyn Read + Send>, sender: &Sender<Event>) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(count @ 1..) = stream.read(&mut chunk) {
        if sender.send(Event::Written(at, chunk[..count].to_vec())).is_err() {
            return;
        }
    }
    drop(sender.send(Event::Closed));
}

/// The output of a program until its end; nothing when the time was over before.
fn collect(
    events: &Receiver<Event>,
    group: Pid,
    left: impl Fn() -> Duration,
) -> Result<Option<[Vec<u8>; 2]>, ToolFailure> {
    let mut output = [Vec::new(), Vec::new()];
    let (mut open, mut has_ended) = (2, false);
    while open > 0 || !has_ended {
        let wait = if has_ended { DRAIN.min(left()) } else { left() };
        match events.recv_timeout(wait) {
            Ok(Event::Written(at, bytes)) => {
                output[at].extend_from_slice(&bytes);
                if output.iter().map(Vec::len).sum::<usize>() > OUTPUT_BYTES_MAX {
                    return Err(ToolFailure::failed("the program wrote more than 16 MiB"));
                }
            }
            Ok(Event::Closed) => open -= 1,
            Ok(Event::Abandoned) => return Err(ToolFailure::failed("the call was given up")),
            Ok(Event::Ended) => {
                has_ended = true;
                // What it left behind in its group keeps its streams open.
                let _gone = kill_process_group(group, Signal::KILL);
            }
            Err(RecvTimeoutError::Timeout) if !has_ended => return Ok(None),
            Err(_) => break,
        }
    }
    Ok(Some(output))
}

//! `lumen run --otel` in builds with the feature `otel`: what flags and environment ask for, and what is told when the run is over.
//!
//! Builds without it have `no_telemetry.rs` in its place.

use crate::args::Run;
use crate::output::err;
use lumen_base::{OsSystem, System};
use lumen_runtime::trace::Tape;
use lumen_runtime::trace::otel::{self, Export, Settings};
use std::sync::Arc;

/// The export of a run.
pub(super) enum Telemetry {
    Off,
    Asked(Box<Settings>),
    On(Export),
}

impl Telemetry {
    /// What is asked for. Wrong variables are an error for who gave the flag; otherwise they are told, and the run goes on.
    pub(super) fn asked(args: &Run) -> Result<Self, String> {
        // What is replayed did not happen.
        if args.replay.is_some() {
            return Ok(Self::Off);
        }
        match Settings::read(args.otel.as_deref(), &OsSystem) {
            Ok(settings) => Ok(settings.map_or(Self::Off, |all| Self::Asked(Box::new(all)))),
            Err(message) if args.otel.is_some() => Err(message),
            Err(message) => {
                err(&format!("warning: the run is not exported: {message}\n"));
                Ok(Self::Off)
            }
        }
    }

    /// Begins the export: the tape tells of it too, or does nothing else.
    pub(super) fn listen(
        &mut self,
        tape: Option<Tape>,
        args: &Run,
        name: Option<String>,
    ) -> Option<Tape> {
        let settings = match std::mem::replace(self, Self::Off) {
            Self::Asked(settings) => *settings,
            other => {
                *self = other;
                return tape;
            }
        };
        let system: Arc<dyn System> = Arc::new(OsSystem);
        let run = otel::Run { program: args.file.display().to_string(), name };
        match Export::start(&system, settings, run) {
            Ok((export, listener)) => {
                *self = Self::On(export);
                Some(match tape {
                    Some(mut tape) => {
                        tape.listen(listener);
                        tape
                    }
                    None => Tape::listened(system, listener),
                })
            }
            Err(error) => {
                err(&format!("warning: the run is not exported: {error}\n"));
                tape
            }
        }
    }

    /// The run is over: says what did not reach the collector.
    pub(super) fn finish(self) {
        if let Self::On(export) = self
            && let Some(lost) = export.finish()
        {
            err(&format!("warning: {lost}\n"));
        }
    }
}

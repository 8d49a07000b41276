//! Export of a run to a collector of OpenTelemetry, while it goes on.
//!
//! Data path: each complete operation of the [`Tape`](super::Tape) → spans (`spans`) → a bounded queue → batches in the binary form of
//! OTLP (`wire`) → requests of a thread of their own (`sender`). What is exported is what a trace holds, so secrets are marks here
//! too; arguments and results leave only where the environment asks for content.
//!
//! Invariants:
//! - The program never waits for a collector: what does not fit in the queue is counted and dropped.
//! - The end of a run waits at most [`FLUSH`] for what is queued.

mod sender;
mod settings;
mod spans;
mod wire;

pub use sender::FLUSH;
pub use settings::Settings;

use super::event::{End, Operation};
use super::tape::Listener;
use lumen_base::System;
use sender::Sender;
use spans::Spans;
use std::sync::Arc;

/// Which run is exported.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The document, as the command line named it.
    pub program: String,
    /// Name of its trace, when it is recorded too.
    pub name: Option<String>,
}

/// A run that is being exported.
pub struct Export {
    sender: Arc<Sender>,
    endpoint: String,
}

impl Export {
    /// Begins: the export, and what the tape of the run is to tell.
    pub fn start(
        system: &Arc<dyn System>,
        settings: Settings,
        run: Run,
    ) -> std::io::Result<(Self, Box<dyn Listener>)> {
        let spans = Spans::begin(system.as_ref(), run, &settings)?;
        let endpoint = settings.shown_endpoint();
        let sender = Sender::start(Arc::clone(system), settings, spans.trace())?;
        let listener = Box::new(Exporter { spans, sender: Arc::clone(&sender) });
        Ok((Self { sender, endpoint }, listener))
    }

    /// Ends: waits for what is queued, at most [`FLUSH`]. Says what was lost, in one line.
    pub fn finish(self) -> Option<String> {
        let lost = self.sender.finish()?;
        let why = lost.why.map_or(String::new(), |why| format!(": {why}"));
        let (unsent, made) = (lost.unsent, lost.made);
        Some(format!("{unsent} of {made} spans did not reach {}{why}", self.endpoint))
    }
}

/// What the tape tells.
struct Exporter {
    spans: Spans,
    sender: Arc<Sender>,
}

impl Listener for Exporter {
    fn operation(&mut self, op: &Operation) {
        self.spans.operation(op, &mut |span| self.sender.push(span));
    }

    fn end(&mut self, end: &End) {
        self.spans.end(end, &mut |span| self.sender.push(span));
    }
}

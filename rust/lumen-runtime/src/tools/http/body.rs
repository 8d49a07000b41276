//! Bodies of replies: whole, or piece by piece while the program asks.
//!
//! Bytes as they come out of decompression → a buffer, or the next piece. The largest reply holds for both, and is checked
//! with every read; a piece that nobody waits for any more closes the connection.

use super::super::failure::{FailureKind, ToolFailure};
use super::super::provider::ReplyBody;
use super::super::settings::HttpSettings;
use super::super::threads::Abandoned;
use super::Deadline;
use super::exchange::{Answer, failure_of};
use lumen_base::System;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;
use ureq::{Agent, BodyReader, Error};

/// Bytes that are read at once.
const PIECE_BYTES: usize = 16 << 10;

/// The next bytes of a body, of which so many were read; nothing at its end.
fn piece<'p>(
    body: &mut impl Read,
    read: &mut usize,
    bytes_max: usize,
    piece: &'p mut [u8],
    deadline: &Deadline<'_>,
) -> Result<Option<&'p [u8]>, ToolFailure> {
    loop {
        deadline.left()?;
        let count = match body.read(piece) {
            Ok(0) => return Ok(None),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failure_of(Error::from(error), deadline)),
        };
        *read = read.saturating_add(count);
        if *read > bytes_max {
            return Err(ToolFailure::failed(format!("the reply is larger than {bytes_max} bytes")));
        }
        return Ok(Some(&piece[..count]));
    }
}

/// A body, until its end, its limit or the deadline.
pub(super) fn read(
    mut body: impl Read,
    deadline: &Deadline<'_>,
    bytes_max: usize,
) -> Result<Vec<u8>, ToolFailure> {
    let mut bytes = Vec::new();
    let mut count = 0;
    let mut room = vec![0; PIECE_BYTES];
    while let Some(piece) = piece(&mut body, &mut count, bytes_max, &mut room, deadline)? {
        bytes.extend_from_slice(piece);
    }
    Ok(bytes)
}

/// The body of a reply that is open.
pub(super) struct OpenBody {
    body: BodyReader<'static>,
    agent: Agent,
    system: Arc<dyn System>,
    read: usize,
    bytes_max: usize,
    /// When all of it must have come.
    end: u128,
    whole: Duration,
}

impl OpenBody {
    /// The body of an answer; its time begins.
    pub(super) fn new(answer: Answer, system: Arc<dyn System>, settings: &HttpSettings) -> Self {
        let whole = settings.stream_max;
        let end = system.monotonic_nanos() + whole.as_nanos();
        let (body, agent) = (answer.body, answer.agent);
        Self { body, agent, system, read: 0, bytes_max: settings.reply_bytes_max, end, whole }
    }
}

impl ReplyBody for OpenBody {
    fn read(
        &mut self,
        timeout: Duration,
        abandoned: &Abandoned,
    ) -> Result<Option<Vec<u8>>, ToolFailure> {
        let agent = self.agent.clone();
        abandoned.when_set(move || agent.shutdown());
        let now = self.system.monotonic_nanos();
        if now >= self.end {
            let message = format!("the reply is not whole after {} ms", self.whole.as_millis());
            return Err(ToolFailure::new(FailureKind::Timeout, message));
        }
        let end = (now + timeout.as_nanos()).min(self.end);
        let system = self.system.as_ref();
        let deadline = Deadline { system, end, timeout, abandoned };
        let mut room = vec![0; PIECE_BYTES];
        let piece = piece(&mut self.body, &mut self.read, self.bytes_max, &mut room, &deadline)?;
        Ok(piece.map(<[u8]>::to_vec))
    }
}

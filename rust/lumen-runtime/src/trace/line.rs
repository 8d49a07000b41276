//! Lines of a trace: each event is a JSON object whose last member, `hash`, is the BLAKE3 of the line before's hash and
//! of the text of the line up to that member.
//!
//! A changed, moved, missing or added line is found with its number. The hash says nothing of who wrote the file: the
//! last one is what an owner keeps elsewhere to know that the whole file is theirs.

use super::event::{End, Event, FORMAT_VERSION, Header, Operation};
use std::fmt;

/// What stands before the hash.
const MEMBER: &str = ",\"hash\":\"";
/// Hex digits of a hash.
const DIGITS: usize = 64;
/// What a chain begins with.
const SEED: &[u8] = b"lumen trace 2";
/// Longest line, in bytes.
const LINE_BYTES_MAX: usize = 1 << 26;

/// The end of a chain of lines.
#[derive(Clone, Debug)]
pub struct Chain(blake3::Hash);

impl Default for Chain {
    fn default() -> Self {
        Self(blake3::hash(SEED))
    }
}

impl Chain {
    /// The line of an event, with its newline; the chain is longer by it.
    pub fn line(&mut self, event: &Event) -> String {
        let mut text = event.json();
        text.pop();
        let hash = self.advance(text.as_bytes());
        text.push_str(MEMBER);
        text.push_str(&hash);
        text.push_str("\"}\n");
        text
    }

    /// The hash of the last line, in hex.
    pub fn head(&self) -> String {
        self.0.to_hex().to_string()
    }

    fn advance(&mut self, body: &[u8]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.0.as_bytes()).update(body);
        self.0 = hasher.finalize();
        self.head()
    }
}

/// A whole trace that was read and is in order.
#[derive(Clone, PartialEq, Debug)]
pub struct Trace {
    /// Which run.
    pub header: Header,
    /// What it did.
    pub operations: Vec<Operation>,
    /// How it ended; absent when the run was cut off, or still goes on.
    pub end: Option<End>,
    /// Hash of the last line.
    pub head: String,
}

/// Why a trace is not accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Reads a trace and checks that nothing in it was changed.
///
/// A last line without its newline is the trace of a write that was cut off: it is left out when the run has no end.
pub fn read(bytes: &[u8]) -> Result<Trace, Damage> {
    let mut reader = Reader::default();
    for (at, line) in bytes.split_inclusive(|&b| b == b'\n').enumerate() {
        let damage = |what: &str| Damage { line: at + 1, what: what.to_owned() };
        let Some(line) = line.strip_suffix(b"\n") else {
            if reader.end.is_some() || reader.header.is_none() {
                return Err(damage("it is cut off"));
            }
            break;
        };
        reader.take(line).map_err(|what| Damage { line: at + 1, what })?;
    }
    let Some(header) = reader.header else {
        return Err(Damage { line: 1, what: "this is no trace: it is empty".to_owned() });
    };
    let head = reader.chain.head();
    Ok(Trace { header, operations: reader.operations, end: reader.end, head })
}

#[derive(Default)]
struct Reader {
    chain: Chain,
    header: Option<Header>,
    operations: Vec<Operation>,
    end: Option<End>,
    /// Calls that the last operation was in.
    open: u32,
}

impl Reader {
    fn operation(&mut self, op: Operation) -> Result<(), String> {
        let entered = u32::try_from(op.entered.len()).unwrap_or(u32::MAX);
        let open = self.open.checked_sub(op.left).and_then(|kept| kept.checked_add(entered));
        self.open = open.ok_or("more calls have ended than there were")?;
        self.operations.push(op);
        Ok(())
    }

    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        if self.end.is_some() {
            return Err("it stands behind the end of the run".to_owned());
        }
        let body = self.body(line)?;
        let event = serde_json::from_slice(&body);
        match event.map_err(|error| format!("this is no event of a trace: {error}"))? {
            Event::Run(header) if self.header.is_none() => self.header = Some(header),
            _ if self.header.is_none() => return Err("the run is missing before it".to_owned()),
            Event::Run(_) => return Err("a second run begins".to_owned()),
            Event::Op(op) if op.seq == self.operations.len() as u64 + 1 => self.operation(op)?,
            Event::Op(op) => return Err(format!("operation {} stands out of order", op.seq)),
            Event::End(end) if end.operations == self.operations.len() as u64 => {
                self.end = Some(end)
            }
            Event::End(_) => return Err("operations are missing before the end".to_owned()),
        }
        Ok(())
    }

    /// The object without its hash, which is the right one.
    fn body(&mut self, line: &[u8]) -> Result<Vec<u8>, String> {
        if line.len() > LINE_BYTES_MAX {
            return Err(format!("it is longer than {LINE_BYTES_MAX} bytes"));
        }
        let tail = MEMBER.len() + DIGITS + "\"}".len();
        let no_trace = || "this is no line of a trace".to_owned();
        let at = line.len().checked_sub(tail).ok_or_else(no_trace)?;
        let (body, rest) = line.split_at(at);
        let hash = rest.strip_prefix(MEMBER.as_bytes()).and_then(|rest| rest.strip_suffix(b"\"}"));
        let hash = hash.ok_or_else(no_trace)?;
        let mut body = body.to_vec();
        if self.header.is_none() {
            // A later version may hash otherwise: say that, and not that the file was changed.
            other_version(&body)?;
        }
        if self.chain.advance(&body).as_bytes() != hash {
            return Err("it was changed, or lines before it are missing".to_owned());
        }
        body.push(b'}');
        Ok(body)
    }
}

fn other_version(body: &[u8]) -> Result<(), String> {
    const START: &[u8] = b"{\"run\":{\"version\":";
    let digits: Vec<u8> = match body.strip_prefix(START) {
        Some(rest) => rest.iter().copied().take_while(u8::is_ascii_digit).take(9).collect(),
        None => return Ok(()),
    };
    let text = String::from_utf8_lossy(&digits).into_owned();
    if text == FORMAT_VERSION.to_string() {
        return Ok(());
    }
    Err(format!("its format is version {text}; this program reads version {FORMAT_VERSION}"))
}

//! Spans in the binary form of OTLP: the message `ExportTraceServiceRequest` of opentelemetry-proto 1.
//!
//! The messages are written by hand: a field is a tag and a number, eight bytes, or bytes with their length. Only what is sent is
//! here, and of the answer the one number that matters.

use super::spans::{Span, TraceId, Value};

/// `SPAN_KIND_INTERNAL`.
const INTERNAL: u64 = 1;
/// `STATUS_CODE_ERROR`.
const ERROR: u64 = 2;
/// Wire types.
const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const FIXED32: u64 = 5;

/// A message that is being written.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push((n as u8) | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn number(&mut self, field: u64, n: u64) {
        self.varint(field << 3 | VARINT);
        self.varint(n);
    }

    fn fixed(&mut self, field: u64, n: u64) {
        self.varint(field << 3 | FIXED64);
        self.0.extend(n.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | BYTES);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn message(&mut self, field: u64, write: impl FnOnce(&mut Message)) {
        let mut inner = Message::default();
        write(&mut inner);
        self.bytes(field, &inner.0);
    }

    fn attribute(&mut self, field: u64, key: &str, value: &Value) {
        self.message(field, |pair| {
            pair.bytes(1, key.as_bytes());
            pair.message(2, |any| match value {
                Value::Text(text) => any.bytes(1, text.as_bytes()),
                Value::Int(n) => any.number(3, n.cast_unsigned()),
                Value::Float(n) => any.fixed(4, n.to_bits()),
            });
        });
    }

    fn span(&mut self, trace: TraceId, span: &Span) {
        self.bytes(1, &trace.0);
        self.bytes(2, &span.id.to_be_bytes());
        if let Some(parent) = span.parent {
            self.bytes(4, &parent.to_be_bytes());
        }
        self.bytes(5, span.name.as_bytes());
        self.number(6, INTERNAL);
        self.fixed(7, span.nanos[0]);
        self.fixed(8, span.nanos[1]);
        for (key, value) in &span.attributes {
            self.attribute(9, key, value);
        }
        if let Some(error) = &span.error {
            self.message(15, |status| {
                status.bytes(2, error.as_bytes());
                status.number(3, ERROR);
            });
        }
    }
}

/// A request with spans; `resource` is what they are all about.
pub(super) fn request(resource: &[(String, String)], trace: TraceId, spans: &[Span]) -> Vec<u8> {
    let mut request = Message::default();
    request.message(1, |all| {
        all.message(1, |about| {
            for (key, value) in resource {
                about.attribute(1, key, &Value::Text(value.clone()));
            }
        });
        all.message(2, |scoped| {
            scoped.message(1, |scope| {
                scope.bytes(1, b"lumen");
                scope.bytes(2, env!("CARGO_PKG_VERSION").as_bytes());
            });
            for span in spans {
                scoped.message(2, |message| message.span(trace, span));
            }
        });
    });
    request.0
}

/// How many spans a collector has not taken, as its answer says (`partial_success.rejected_spans`).
pub(super) fn rejected(answer: &[u8]) -> u64 {
    let Some(Found::Bytes(partial)) = field(answer, 1) else { return 0 };
    match field(partial, 1) {
        Some(Found::Number(n)) => n,
        _ => 0,
    }
}

enum Found<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Other,
}

/// The first field of this number in a message; nothing when there is none, or it is no message.
fn field(mut message: &[u8], wanted: u64) -> Option<Found<'_>> {
    while !message.is_empty() {
        let tag = read_varint(&mut message)?;
        let found = match tag & 7 {
            VARINT => Found::Number(read_varint(&mut message)?),
            BYTES => {
                let count = usize::try_from(read_varint(&mut message)?).ok()?;
                Found::Bytes(message.split_off(..count)?)
            }
            FIXED64 => message.split_off(..8).map(|_| Found::Other)?,
            FIXED32 => message.split_off(..4).map(|_| Found::Other)?,
            _ => return None,
        };
        if tag >> 3 == wanted {
            return Some(found);
        }
    }
    None
}

fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        n |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_the_message_that_the_schema_says() {
        let span = Span {
            id: 1,
            parent: None,
            name: "a".into(),
            nanos: [1, 300],
            attributes: vec![("n", Value::Int(300))],
            error: Some("no".into()),
        };
        let mut message = Message::default();
        message.span(TraceId([7; 16]), &span);
        let mut expected = vec![0x0A, 16];
        expected.extend([7; 16]);
        expected.extend([0x12, 8, 0, 0, 0, 0, 0, 0, 0, 1]);
        expected.extend([0x2A, 1, b'a', 0x30, 1]);
        expected.extend([0x39, 1, 0, 0, 0, 0, 0, 0, 0, 0x41, 44, 1, 0, 0, 0, 0, 0, 0]);
        expected.extend([0x4A, 8, 0x0A, 1, b'n', 0x12, 3, 0x18, 0xAC, 2]);
        expected.extend([0x7A, 6, 0x12, 2, b'n', b'o', 0x18, 2]);
        assert_eq!(message.0, expected);
    }

    #[test]
    fn an_answer_says_how_many_were_rejected() {
        assert_eq!(rejected(&[]), 0);
        assert_eq!(rejected(&[0x0A, 7, 0x08, 0xAC, 2, 0x12, 2, b'n', b'o']), 300);
        assert_eq!(rejected(&[0x12, 1, 9, 0x0A, 2, 0x08, 5]), 5);
        for garbage in [&[0xFF; 12][..], &[0x0A, 200, 1], &[0x0F], b"{}", &[0x0A, 1, 0x09]] {
            assert_eq!(rejected(garbage), 0);
        }
    }
}

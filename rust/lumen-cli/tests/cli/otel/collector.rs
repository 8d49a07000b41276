//! A collector on the own machine: takes requests in the binary form of OTLP, and shows the spans in them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request: the first line and the headers, and the body.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

/// What answers.
pub(super) struct Collector {
    pub(super) endpoint: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A span as it arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Span {
    pub(super) trace: Vec<u8>,
    pub(super) id: Vec<u8>,
    pub(super) parent: Vec<u8>,
    pub(super) name: String,
    pub(super) nanos: [u64; 2],
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) error: Option<String>,
}

impl Span {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

impl Collector {
    /// A collector that answers every request with this status and body.
    pub(super) fn answering(status: &'static str, body: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(stream, &kept, status, body));
            }
        });
        Self { endpoint, requests }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no panic").clone()
    }

    /// All spans that came.
    pub(super) fn spans(&self) -> Vec<Span> {
        let requests = self.requests();
        let scoped = requests.iter().flat_map(|r| inner(&r.body, 1)).flat_map(|r| inner(&r, 2));
        scoped.flat_map(|scope| inner(&scope, 2)).map(|span| span_of(&span)).collect()
    }

    /// What all spans are about.
    pub(super) fn resource(&self) -> BTreeMap<String, String> {
        let requests = self.requests();
        let about = requests.iter().flat_map(|r| inner(&r.body, 1)).flat_map(|r| inner(&r, 1));
        about.flat_map(|resource| inner(&resource, 1)).map(|pair| attribute(&pair)).collect()
    }
}

/// Answers the requests of one connection.
fn serve(stream: TcpStream, kept: &Mutex<Vec<Request>>, status: &str, body: &[u8]) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        let mut sent = vec![0; length.expect("a length")];
        reader.read_exact(&mut sent).expect("the body");
        kept.lock().expect("no panic").push(Request { head, body: sent });
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        let answered = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        if answered.is_err() {
            return;
        }
    }
}

/// A field of a message.
enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

/// The fields of a message, with their numbers.
fn fields(mut message: &[u8]) -> Vec<(u64, Field)> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut message)),
            1 => {
                let (bytes, rest) = message.split_first_chunk::<8>().expect("eight bytes");
                message = rest;
                Field::Number(u64::from_le_bytes(*bytes))
            }
            2 => {
                let length = varint(&mut message) as usize;
                let (bytes, rest) = message.split_at(length);
                message = rest;
                Field::Bytes(bytes.to_vec())
            }
            other => panic!("a field of type {other}"),
        };
        found.push((tag >> 3, field));
    }
    found
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().expect("a number ends");
        *bytes = rest;
        n |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    n
}

/// The messages in fields of this number.
fn inner(message: &[u8], number: u64) -> Vec<Vec<u8>> {
    let bytes = |(n, field)| match field {
        Field::Bytes(bytes) if n == number => Some(bytes),
        _ => None,
    };
    fields(message).into_iter().filter_map(bytes).collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

fn attribute(pair: &[u8]) -> (String, String) {
    let key = text(inner(pair, 1).remove(0));
    let value = match fields(&inner(pair, 2).remove(0)).remove(0) {
        (1, Field::Bytes(value)) => text(value),
        (3, Field::Number(n)) => n.to_string(),
        (4, Field::Number(bits)) => f64::from_bits(bits).to_string(),
        (other, _) => panic!("a value of kind {other}"),
    };
    (key, value)
}

fn span_of(message: &[u8]) -> Span {
    let mut span = Span::default();
    for (number, field) in fields(message) {
        match (number, field) {
            (1, Field::Bytes(id)) => span.trace = id,
            (2, Field::Bytes(id)) => span.id = id,
            (4, Field::Bytes(id)) => span.parent = id,
            (5, Field::Bytes(name)) => span.name = text(name),
            (6, Field::Number(kind)) => assert_eq!(kind, 1),
            (7, Field::Number(nanos)) => span.nanos[0] = nanos,
            (8, Field::Number(nanos)) => span.nanos[1] = nanos,
            (9, Field::Bytes(pair)) => {
                let (key, value) = attribute(&pair);
                assert!(span.attributes.insert(key, value).is_none(), "an attribute comes once");
            }
            (15, Field::Bytes(status)) => {
                assert!(fields(&status).iter().any(|f| matches!(f, (3, Field::Number(2)))));
                span.error = Some(text(inner(&status, 2).remove(0)));
            }
            (other, _) => panic!("a field {other} of a span"),
        }
    }
    span
}

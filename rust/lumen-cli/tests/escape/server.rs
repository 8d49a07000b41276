//! A server of the own machine whose replies do what replies should not.

use crate::SECRET;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

/// Bytes of zeros in the body that is small on its way.
const BOMB_ROUNDS: usize = 300_000;

/// Starts a server that lives as long as the test, and gives its port.
pub(crate) fn start() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let left = Arc::new(AtomicUsize::new(0));
        for stream in listener.incoming().flatten() {
            let left = Arc::clone(&left);
            std::thread::spawn(move || {
                if answer(stream, port, &left).is_err() {
                    left.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    port
}

/// Starts a server that speaks TLS under the certificate of `localhost`, and gives its port.
pub(crate) fn start_tls() -> u16 {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.expect("a certificate")], key.expect("a key"))
        .expect("a server");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || {
                let mut session = rustls::ServerConnection::new(config).expect("a session");
                let mut stream = rustls::Stream::new(&mut session, &mut socket);
                if let Ok(request) = request(&mut stream) {
                    let length = request.len();
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
                    let _sent = stream.write_all(&[head.as_bytes(), &request].concat());
                }
            });
        }
    });
    port
}

/// The head of a request and the beginning of its body: all of a short one.
fn request(stream: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk)?;
        bytes.extend_from_slice(&chunk[..count]);
        let head = bytes.windows(4).position(|end| end == b"\r\n\r\n");
        let is_whole = head.is_some_and(|at| bytes.len() >= at + 4 + length(&bytes[..at]));
        if count == 0 || is_whole {
            return Ok(bytes);
        }
    }
}

/// How long a body the head of a request says that it has.
fn length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    let line = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    line.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}

fn wait(milliseconds: u64) {
    let (sender, never) = channel::<()>();
    let _timeout = never.recv_timeout(Duration::from_millis(milliseconds));
    drop(sender);
}

/// Answers one request; an error when the other side goes away. `left` counts those.
fn answer(mut stream: TcpStream, port: u16, left: &AtomicUsize) -> std::io::Result<()> {
    let request = request(&mut stream)?;
    let head = String::from_utf8_lossy(&request).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let mut say = |status: &str, headers: &str, body: &[u8]| -> std::io::Result<()> {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    };
    let to = |place: &str| format!("location: {place}\r\n");
    match path {
        "/ok" => say("200 OK", "", b"fine"),
        "/secret" => say("200 OK", "", SECRET.as_bytes()),
        "/echo" => say("200 OK", "", &request),
        "/gone" => say("404 Not Found", "", b"gone"),
        "/here" => say("302 Found", &to("/ok"), b""),
        "/echoed" => say("302 Found", &to("/echo"), b""),
        "/loop" => say("302 Found", &to("/loop"), b""),
        "/local" => say("302 Found", &to(&format!("http://localhost:{port}/secret")), b""),
        "/other" => say("302 Found", &to(&format!("http://localhost:{port}/echo")), b""),
        "/hex" => say("302 Found", &to(&format!("http://0x7f.1:{port}/ok")), b""),
        "/user" => say("302 Found", &to(&format!("http://a:b@127.0.0.1:{port}/secret")), b""),
        "/file" => say("302 Found", &to("file:///etc/hostname"), b""),
        "/port" => say("307 Temporary Redirect", &to("http://127.0.0.1:1/secret"), b""),
        "/metadata" => say("301 Moved Permanently", &to("http://169.254.169.254/latest"), b""),
        "/strange" => say("302 Found", &to("http://[::1"), b""),
        "/large" => say("200 OK", "", &vec![b'x'; 17 << 20]),
        "/bomb" => say("200 OK", "content-encoding: gzip\r\n", &bomb()),
        "/heads" => say("200 OK", &format!("x: {}\r\n", "y".repeat(200_000)), b""),
        "/left" => say("200 OK", "", left.load(Ordering::Relaxed).to_string().as_bytes()),
        "/binary" => say("200 OK", "", &[0xff, 0x00, 0xfe, b'x']),
        "/mixed" => say("200 OK", "", b"fine\n\xff\xfe\n"),
        "/bytes" => say("200 OK", &format!("x-got: {}\r\n", hex(&request)), b"\x00\xff"),
        "/lines" => pieces(&mut stream, &[b"one\ntw", b"o\r\nthree"], 20),
        "/events" => pieces(
            &mut stream,
            &[b": hi\nid: 7\ndata: a", b"\ndata: b\n\nevent: end\ndata\n\ndata: lost"],
            20,
        ),
        "/drip" => pieces(&mut stream, &[b"z".as_slice(); 200], 50),
        "/clock" => pieces(&mut stream, &[b"tick\n".as_slice(); 400], 50),
        "/flood" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            let lines = b"x\n".repeat(50_000);
            loop {
                stream.write_all(&lines)?;
            }
        }
        "/cut" => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\none\ntwo"),
        "/silent" => {
            wait(5000);
            Ok(())
        }
        "/slow" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
            for _ in 0..100 {
                stream.write_all(b"z")?;
                wait(50);
            }
            Ok(())
        }
        _ => say("500 No", "", b""),
    }
}

/// A reply of chunks with waits between them.
fn pieces(stream: &mut TcpStream, pieces: &[&[u8]], milliseconds: u64) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
    for piece in pieces {
        stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
        stream.write_all(piece)?;
        stream.write_all(b"\r\n")?;
        wait(milliseconds);
    }
    stream.write_all(b"0\r\n\r\n")
}

/// The body of a request, in hexadecimal, as far as it came with the head.
fn hex(request: &[u8]) -> String {
    let end = request.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
    request[end..].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Zeros, packed by gzip by a factor of 150: a literal zero, then copies of 258 bytes from one byte before.
fn bomb() -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut push = |text: &str| bits.extend(text.chars().map(|c| c == '1'));
    // The last block, of fixed codes.
    push("110");
    push("00110000");
    for _ in 0..BOMB_ROUNDS {
        push("1100010100000");
    }
    push("0000000");
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    for eight in bits.chunks(8) {
        bytes.push(eight.iter().enumerate().map(|(at, &bit)| u8::from(bit) << at).sum());
    }
    bytes.extend_from_slice(&[0; 8]);
    bytes
}

//! A server of the own machine whose replies do what replies should not.

use crate::SECRET;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Bytes of zeros in the body that is small on its way.
const BOMB_ROUNDS: usize = 300_000;

/// Starts a server that lives as long as the test, and gives its port.
pub(crate) fn start() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(answer(stream, port)));
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
                    let _sent = stream.write_all(format!("{head}{request}").as_bytes());
                }
            });
        }
    });
    port
}

/// The head of a request and the beginning of its body.
fn request(stream: &mut impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk)?;
        bytes.extend_from_slice(&chunk[..count]);
        if count == 0 || bytes.windows(4).any(|end| end == b"\r\n\r\n") {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

fn wait(milliseconds: u64) {
    let (sender, never) = channel::<()>();
    let _timeout = never.recv_timeout(Duration::from_millis(milliseconds));
    drop(sender);
}

fn answer(mut stream: TcpStream, port: u16) -> std::io::Result<()> {
    let request = request(&mut stream)?;
    let path = request.split(' ').nth(1).unwrap_or_default();
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
        "/echo" => say("200 OK", "", request.as_bytes()),
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

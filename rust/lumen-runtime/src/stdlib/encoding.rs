//! Texts for bytes and back, and hashes. Decoders give a `result` whose error says where.

use super::Builtin;
use crate::failure::Outcome;
use crate::value::call::Call;
use data_encoding::{BASE64, DecodeError, HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};

pub(super) const ROWS: &[(&str, Builtin)] = &[
    ("base64_encode", |c| c.ret_str(&BASE64.encode(c.bytes(0)))),
    ("base64_decode", |c| decoded(c, BASE64.decode(c.str(0).as_bytes()), "base64")),
    ("hex_encode", |c| c.ret_str(&HEXLOWER.encode(c.bytes(0)))),
    ("hex_decode", |c| decoded(c, HEXLOWER_PERMISSIVE.decode(c.str(0).as_bytes()), "hexadecimal")),
    ("url_encode", url_encode),
    ("url_decode", url_decode),
    ("sha256", |c| c.ret_str(&HEXLOWER.encode(&Sha256::digest(c.bytes(0))))),
    ("blake3", |c| c.ret_str(&HEXLOWER.encode(blake3::hash(c.bytes(0)).as_bytes()))),
];

fn decoded(c: &mut Call<'_>, decoded: Result<Vec<u8>, DecodeError>, name: &str) -> Outcome<()> {
    match decoded {
        Ok(bytes) => {
            let bytes = c.new_bytes(&bytes)?;
            c.ret_ok_temp(bytes)
        }
        Err(error) => c.ret_err(&format!("no {name} at position {}", error.position)),
    }
}

fn url_encode(c: &mut Call<'_>) -> Outcome<()> {
    let mut out = String::new();
    for byte in c.str(0).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    c.ret_str(&out)
}

fn url_decode(c: &mut Call<'_>) -> Outcome<()> {
    let text = c.str(0).as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'%' => {
                let digits = text.get(at + 1..at + 3);
                let byte = digits.and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits).ok());
                let Some(byte) = byte else {
                    return c.ret_err(&format!("no two hexadecimal digits after the % at {at}"));
                };
                out.extend(byte);
                at += 3;
            }
            b'+' => {
                out.push(b' ');
                at += 1;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    match String::from_utf8(out) {
        Ok(text) => {
            let text = c.new_str(&text)?;
            c.ret_ok_temp(text)
        }
        Err(_) => c.ret_err("the decoded bytes are no UTF-8"),
    }
}

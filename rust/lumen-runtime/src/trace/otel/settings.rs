//! What the environment says about the export, by the names of the specification of OpenTelemetry.
//!
//! Input → output: `--otel` and the variables → nothing, settings, or what is wrong with them. A variable that asks for something
//! that is not there is an error: nothing is taken for something else. Values of headers are in no message.

use super::spans::TraceId;
use crate::tools::trusted;
use lumen_base::System;
use std::path::Path;
use std::time::Duration;
use ureq::http::{HeaderName, HeaderValue};
use ureq::tls::TlsConfig;
use url::Url;

/// Longest time that may be asked for, in milliseconds.
const MILLIS_MAX: u64 = 600_000;
/// Most spans of a queue.
const QUEUE_MAX: u64 = 1 << 20;

/// How a run is exported.
pub struct Settings {
    pub(super) endpoint: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// How long a request may take.
    pub(super) timeout: Duration,
    pub(super) tls: Option<TlsConfig>,
    /// What all spans are about.
    pub(super) resource: Vec<(String, String)>,
    /// The span that the run is in.
    pub(super) parent: Option<Parent>,
    /// Whether arguments and results leave.
    pub(super) captures: bool,
    pub(super) batches: Batches,
}

/// A span of the program that started this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Parent {
    pub(super) trace: TraceId,
    pub(super) span: u64,
}

/// How spans are collected before they leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Batches {
    /// Most spans that wait.
    pub(super) queue: usize,
    /// Most spans of a request.
    pub(super) batch: usize,
    /// How long the first one waits for others.
    pub(super) delay: Duration,
}

impl Settings {
    /// The settings, when a flag or the environment asks for an export and nothing turns it off.
    pub fn read(flag: Option<&str>, system: &dyn System) -> Result<Option<Self>, String> {
        let env = Env(system);
        let Some(endpoint) = endpoint(flag, &env)? else { return Ok(None) };
        let is_true = |text: &str| text.eq_ignore_ascii_case("true");
        if env.get("OTEL_SDK_DISABLED").is_some_and(|text| is_true(&text)) {
            return Ok(None);
        }
        if env.one_of("OTEL_TRACES_EXPORTER", &["otlp", "none"])? == Some("none") {
            return Ok(None);
        }
        let parent = env.get("TRACEPARENT").and_then(|text| parent(&text));
        let samplers =
            ["parentbased_always_on", "always_on", "always_off", "parentbased_always_off"];
        let is_sampled = match env.one_of("OTEL_TRACES_SAMPLER", &samplers)? {
            Some("always_on") => true,
            Some("always_off") => false,
            Some("parentbased_always_off") => parent.is_some_and(|(_, is_sampled)| is_sampled),
            _ => parent.is_none_or(|(_, is_sampled)| is_sampled),
        };
        if !is_sampled {
            return Ok(None);
        }
        env.one_of_exporter("PROTOCOL", &["http/protobuf"])?;
        env.one_of_exporter("COMPRESSION", &["none"])?;
        env.one_of_exporter("CLIENT_KEY", &[])?;
        env.one_of_exporter("CLIENT_CERTIFICATE", &[])?;
        let content = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
        let contents = ["true", "span_only", "span_and_event", "false", "no_content", "event_only"];
        let captures = env.one_of(content, &contents)?;
        Ok(Some(Self {
            endpoint,
            headers: headers(&env)?,
            timeout: env.exporter_millis("TIMEOUT", 10_000)?,
            tls: certificate(&env)?,
            resource: resource(&env)?,
            parent: parent.map(|(parent, _)| parent),
            captures: captures.is_some_and(|value| contents[..3].contains(&value)),
            batches: batches(&env)?,
        }))
    }

    /// The endpoint without what it may hold of secrets.
    pub(super) fn shown_endpoint(&self) -> String {
        let mut shown = self.endpoint.clone();
        // A URL that cannot have these has none to hide.
        _ = shown.set_username("");
        _ = shown.set_password(None);
        shown.set_query(None);
        shown.into()
    }
}

/// Variables: empty ones count as absent.
struct Env<'s>(&'s dyn System);

impl Env<'_> {
    fn get(&self, name: &str) -> Option<String> {
        self.0.env(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A variable of the exporter with its name: the one for traces goes before the one for everything.
    fn exporter(&self, part: &str) -> Option<(String, String)> {
        [format!("OTEL_EXPORTER_OTLP_TRACES_{part}"), format!("OTEL_EXPORTER_OTLP_{part}")]
            .into_iter()
            .find_map(|name| self.get(&name).map(|text| (name, text)))
    }

    fn one_of<'w>(&self, name: &str, words: &[&'w str]) -> Result<Option<&'w str>, String> {
        self.get(name).map(|text| chosen(name, &text, words)).transpose()
    }

    fn one_of_exporter(&self, part: &str, words: &[&str]) -> Result<(), String> {
        let Some((name, text)) = self.exporter(part) else { return Ok(()) };
        chosen(&name, &text, words).map(|_| ())
    }

    fn exporter_millis(&self, part: &str, default: u64) -> Result<Duration, String> {
        let Some((name, text)) = self.exporter(part) else {
            return Ok(Duration::from_millis(default));
        };
        number(&name, &text, MILLIS_MAX).map(Duration::from_millis)
    }

    fn number(&self, name: &str, most: u64, default: u64) -> Result<u64, String> {
        self.get(name).map_or(Ok(default), |text| number(name, &text, most))
    }
}

fn chosen<'w>(name: &str, text: &str, words: &[&'w str]) -> Result<&'w str, String> {
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied();
    found.ok_or_else(|| match words {
        [] => format!("`{name}` is set, and there is no such thing here"),
        words => format!("`{name}` is `{text}`; what there is: {}", words.join(", ")),
    })
}

fn number(name: &str, text: &str, most: u64) -> Result<u64, String> {
    let n = text.parse().ok().filter(|n| (1..=most).contains(n));
    n.ok_or_else(|| format!("`{name}` is `{text}`, which is no number from 1 to {most}"))
}

/// Where spans go: the flag and the general variable name a base, the variable for traces the whole.
fn endpoint(flag: Option<&str>, env: &Env<'_>) -> Result<Option<Url>, String> {
    const WHOLE: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const BASE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let (name, text, is_base) = if let Some(text) = flag {
        ("--otel", text.to_owned(), true)
    } else if let Some(text) = env.get(WHOLE) {
        (WHOLE, text, false)
    } else if let Some(text) = env.get(BASE) {
        (BASE, text, true)
    } else {
        return Ok(None);
    };
    let wrong = || format!("`{name}` is no URL like `http://localhost:4318`");
    let mut url = Url::parse(&text).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    url.set_fragment(None);
    if is_base {
        let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
        url.set_path(&path);
    } else if url.path().is_empty() {
        url.set_path("/");
    }
    Ok(Some(url))
}

fn headers(env: &Env<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let Some((name, text)) = env.exporter("HEADERS") else { return Ok(Vec::new()) };
    let wrong = || format!("`{name}` is no list of headers: `name=value,name=value`");
    let mut headers = Vec::new();
    for (key, value) in pairs(&text).ok_or_else(wrong)? {
        let key = HeaderName::from_bytes(key.as_bytes()).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(&value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.push((key, value));
    }
    Ok(headers)
}

fn certificate(env: &Env<'_>) -> Result<Option<TlsConfig>, String> {
    let Some((name, file)) = env.exporter("CERTIFICATE") else { return Ok(None) };
    trusted(env.0, Path::new(&file)).map(Some).map_err(|why| format!("`{name}` {why}"))
}

fn resource(env: &Env<'_>) -> Result<Vec<(String, String)>, String> {
    const NAME: &str = "OTEL_RESOURCE_ATTRIBUTES";
    let given = env.get(NAME).unwrap_or_default();
    let mut all = pairs(&given).ok_or_else(|| format!("`{NAME}` is no list of `name=value`"))?;
    let mut set = |key: &str, value: String| {
        all.retain(|(name, _)| name != key);
        all.push((key.to_owned(), value));
    };
    set("telemetry.sdk.name", "lumen".to_owned());
    set("telemetry.sdk.language", "rust".to_owned());
    set("telemetry.sdk.version", env!("CARGO_PKG_VERSION").to_owned());
    if let Some(name) = env.get("OTEL_SERVICE_NAME") {
        set("service.name", name);
    }
    if all.iter().all(|(name, _)| name != "service.name") {
        all.push(("service.name".to_owned(), "unknown_service:lumen".to_owned()));
    }
    Ok(all)
}

fn batches(env: &Env<'_>) -> Result<Batches, String> {
    let queue = env.number("OTEL_BSP_MAX_QUEUE_SIZE", QUEUE_MAX, 2048)?;
    let batch = env.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", QUEUE_MAX, 512)?;
    let delay = env.number("OTEL_BSP_SCHEDULE_DELAY", MILLIS_MAX, 5000)?;
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let delay = Duration::from_millis(delay);
    Ok(Batches { queue: size(queue), batch: size(batch.min(queue)), delay })
}

/// `name=value,name=value`, with `%20` for a space.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let name = decoded(name.trim())?;
        Some((name, decoded(value.trim())?)).filter(|(name, _)| !name.is_empty())
    };
    parts.map(pair).collect()
}

/// A text with percent signs, decoded.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// `00-TRACE-SPAN-FLAGS` of the W3C, and whether that trace is recorded; nothing when it is something else.
fn parent(text: &str) -> Option<(Parent, bool)> {
    let mut parts = text.split('-');
    let mut hex = |digits: usize| {
        let part = parts.next()?;
        let is_hex = part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let n = u128::from_str_radix(part, 16).ok()?;
        (part.len() == digits && is_hex).then_some(n)
    };
    let (version, trace, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
    let is_whole = version != 0 || parts.next().is_none();
    if version == 0xFF || trace == 0 || span == 0 || !is_whole {
        return None;
    }
    let parent = Parent { trace: TraceId(trace.to_be_bytes()), span: u64::try_from(span).ok()? };
    Some((parent, flags & 1 == 1))
}

#[cfg(test)]
mod tests;

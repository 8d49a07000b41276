//! Requests by HTTP: `http_get`, `http_post`, `http_put`, `http_delete`.
//!
//! A request that the policy allows → status, headers and body. Where a redirect leads is checked as the first URL was, and
//! so is every address that a name resolves to; the connection goes to a checked address. Headers that a redirect to another
//! host must not see stay behind. Statuses are no failures: the program looks at them.

mod exchange;

use super::failure::{FailureKind, ToolFailure};
use super::provider::{ToolProvider, ToolReply, ToolRequest};
use super::settings::HttpSettings;
use super::threads::Abandoned;
use exchange::{Hop, exchange};
use lumen_base::System;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use url::{Position, Url};

/// Most redirects that are followed.
const REDIRECTS_MAX: usize = 10;
/// Headers that belong to the connection, not to the program.
const OWN_HEADERS: [&str; 10] = [
    "host",
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "accept-encoding",
];
/// Headers that another host may see too.
const OPEN_HEADERS: [&str; 4] = ["accept", "accept-language", "content-type", "user-agent"];

/// The web.
pub(super) struct HttpProvider {
    system: Arc<dyn System>,
    settings: HttpSettings,
}

/// When a request must be over.
pub(super) struct Deadline<'s> {
    system: &'s dyn System,
    end: u128,
    timeout: Duration,
    abandoned: &'s Abandoned,
}

impl Deadline<'_> {
    /// How long there is; none when nobody waits any more.
    pub(super) fn left(&self) -> Result<Duration, ToolFailure> {
        if self.abandoned.is_set() {
            return Err(ToolFailure::failed("the call was given up"));
        }
        let nanos = self.end.saturating_sub(self.system.monotonic_nanos());
        match u64::try_from(nanos).unwrap_or(u64::MAX) {
            0 => Err(self.over()),
            nanos => Ok(Duration::from_nanos(nanos)),
        }
    }

    /// The failure when there is no time left.
    pub(super) fn over(&self) -> ToolFailure {
        let message = format!("no reply within {} ms", self.timeout.as_millis());
        ToolFailure::new(FailureKind::Timeout, message)
    }
}

impl HttpProvider {
    /// The web as a system's clock sees it, under the settings of `lumen.toml`.
    pub(super) fn new(system: Arc<dyn System>, settings: HttpSettings) -> Self {
        Self { system, settings }
    }
}

impl ToolProvider for HttpProvider {
    fn call(&mut self, request: &ToolRequest<'_>) -> Result<ToolReply, ToolFailure> {
        let mut hop = first_hop(request)?;
        let timeout = request.timeout;
        let end = self.system.monotonic_nanos() + timeout.as_nanos();
        let abandoned = &request.abandoned;
        let deadline = Deadline { system: self.system.as_ref(), end, timeout, abandoned };
        for _ in 0..=REDIRECTS_MAX {
            request.policy.check_url(&hop.url)?;
            let mut headers = hop.headers.clone();
            self.settings.add_headers(self.system.as_ref(), &hop.url, &mut headers)?;
            let answer = exchange(&hop, headers, request.policy, &deadline, &self.settings)?;
            match answer.status.is_redirection().then(|| location(&hop.url, &answer.headers)) {
                Some(Some(url)) => hop = next_hop(hop, url?, answer.status)?,
                _ => {
                    let value = json!({
                        "status": answer.status.as_u16(),
                        "headers": headers_of(&answer.headers),
                        "body": String::from_utf8_lossy(&answer.body),
                    });
                    return Ok(ToolReply { value, ..ToolReply::default() });
                }
            }
        }
        Err(ToolFailure::failed(format!("more than {REDIRECTS_MAX} redirects")))
    }
}

/// The request as the program wants it.
fn first_hop(request: &ToolRequest<'_>) -> Result<Hop, ToolFailure> {
    let method = match request.tool {
        "http.get" => Method::GET,
        "http.post" => Method::POST,
        "http.put" => Method::PUT,
        "http.delete" => Method::DELETE,
        other => {
            let message = format!("requests have no `{other}`");
            return Err(ToolFailure::new(FailureKind::NoProvider, message));
        }
    };
    let takes_body = matches!(method, Method::POST | Method::PUT);
    let known = |name: &str| matches!(name, "url" | "headers") || (name == "body" && takes_body);
    if let Some(other) = request.args.keys().find(|name| !known(name)) {
        return Err(ToolFailure::invalid(format!("`{}` takes no `{other}`", request.tool)));
    }
    let url = Url::parse(request.text("url")?);
    let url =
        url.map_err(|error| ToolFailure::invalid(format!("the URL cannot be read: {error}")))?;
    let body = takes_body.then(|| request.text("body")).transpose()?.map(str::to_owned);
    let mut headers = HeaderMap::new();
    match request.args.get("headers") {
        None | Some(Value::Null) => {}
        Some(Value::Object(given)) => {
            for (name, value) in given {
                let (name, value) = header_of(name, value)?;
                headers.insert(name, value);
            }
        }
        Some(_) => return Err(ToolFailure::invalid("`headers` is no map of texts")),
    }
    if body.is_some() && !headers.contains_key(header::CONTENT_TYPE) {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, plain);
    }
    Ok(Hop { method, url, headers, body })
}

fn header_of(name: &str, value: &Value) -> Result<(HeaderName, HeaderValue), ToolFailure> {
    let bad =
        |why: &str| ToolFailure::invalid(format!("the header `{}` {why}", name.escape_debug()));
    let key =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("has a name that is none"))?;
    if OWN_HEADERS.contains(&key.as_str()) || key.as_str().starts_with("proxy-") {
        return Err(bad("belongs to the connection"));
    }
    let text = value.as_str().ok_or_else(|| bad("is no text"))?;
    let value =
        HeaderValue::from_str(text).map_err(|_| bad("has characters that headers cannot have"))?;
    Ok((key, value))
}

/// Where a redirect leads; nothing when it says no place.
fn location(from: &Url, headers: &HeaderMap) -> Option<Result<Url, ToolFailure>> {
    let text = headers.get(header::LOCATION)?;
    let url = text.to_str().ok().and_then(|text| from.join(text).ok());
    Some(url.ok_or_else(|| ToolFailure::failed("the place of a redirect cannot be read")))
}

/// The request that a redirect asks for.
fn next_hop(hop: Hop, url: Url, status: StatusCode) -> Result<Hop, ToolFailure> {
    if hop.url.scheme() == "https" && url.scheme() != "https" {
        let message = "a redirect leads from `https` to another scheme";
        return Err(ToolFailure::new(FailureKind::PolicyDenied, message));
    }
    let is_same = hop.url[..Position::BeforePath] == url[..Position::BeforePath];
    let becomes_get = match status {
        StatusCode::SEE_OTHER => true,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => hop.method == Method::POST,
        _ => false,
    };
    let Hop { mut method, mut headers, mut body, .. } = hop;
    if becomes_get {
        (method, body) = (Method::GET, None);
        headers.remove(header::CONTENT_TYPE);
    }
    if !is_same {
        let kept = |(name, value): (&HeaderName, &HeaderValue)| {
            OPEN_HEADERS.contains(&name.as_str()).then(|| (name.clone(), value.clone()))
        };
        headers = headers.iter().filter_map(kept).collect();
    }
    Ok(Hop { method, url, headers, body })
}

/// Headers by lower-case name; several of one name are one text.
fn headers_of(headers: &HeaderMap) -> Value {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let joined = |name: &HeaderName| {
        let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
        (name.as_str().to_owned(), json!(values.join(", ")))
    };
    Value::Object(headers.keys().map(joined).collect())
}

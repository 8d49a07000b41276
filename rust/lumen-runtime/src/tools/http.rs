//! Requests by HTTP: `http_get`, `http_post`, `http_put`, `http_delete`, those of bytes, and `http_open`.
//!
//! A request that the policy allows → status, headers and body, whole or read piece by piece ([`body`]). Where a redirect
//! leads is checked as the first URL was, and so is every address that a name resolves to; the connection goes to a checked
//! address. Headers that a redirect to another host must not see stay behind. Statuses are no failures: the program looks
//! at them.

mod body;
mod exchange;

use super::failure::{FailureKind, ToolFailure};
use super::provider::{ReplyBody, ToolProvider, ToolReply, ToolRequest};
use super::settings::HttpSettings;
use super::threads::Abandoned;

use body::{OpenBody, read};
use data_encoding::BASE64;
use exchange::{Answer, Hop, Reading, exchange};
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

impl HttpProvider {
    /// Sends a request and those that redirects ask for; the reply's body is not read yet.
    fn send(
        &self,
        request: &ToolRequest<'_>,
        deadline: &Deadline<'_>,
        reading: Reading,
    ) -> Result<Answer, ToolFailure> {
        let mut hop = first_hop(request)?;
        for _ in 0..=REDIRECTS_MAX {
            request.policy.check_url(&hop.url)?;
            let mut headers = hop.headers.clone();
            self.settings.add_headers(self.system.as_ref(), &hop.url, &mut headers)?;
            let answer =
                exchange(&hop, headers, request.policy, deadline, &self.settings, reading)?;
            match answer.status.is_redirection().then(|| location(&hop.url, &answer.headers)) {
                Some(Some(url)) => hop = next_hop(hop, url?, answer.status)?,
                _ => return Ok(answer),
            }
        }
        Err(ToolFailure::failed(format!("more than {REDIRECTS_MAX} redirects")))
    }

    fn deadline<'s>(&'s self, request: &'s ToolRequest<'_>) -> Deadline<'s> {
        let (system, timeout) = (self.system.as_ref(), request.timeout);
        let end = system.monotonic_nanos() + timeout.as_nanos();
        Deadline { system, end, timeout, abandoned: &request.abandoned }
    }
}

impl ToolProvider for HttpProvider {
    fn call(&mut self, request: &ToolRequest<'_>) -> Result<ToolReply, ToolFailure> {
        let deadline = self.deadline(request);
        let answer = self.send(request, &deadline, Reading::Whole)?;
        let bytes = read(answer.body, &deadline, self.settings.reply_bytes_max)?;
        let body = match request.tool.ends_with("_bytes") {
            true => BASE64.encode(&bytes),
            false => String::from_utf8(bytes).map_err(|error| no_text(request.tool, &error))?,
        };
        let value = json!({
            "status": answer.status.as_u16(),
            "headers": headers_of(&answer.headers),
            "body": body,
        });
        Ok(ToolReply { value, ..ToolReply::default() })
    }

    fn open(
        &mut self,
        request: &ToolRequest<'_>,
    ) -> Result<(ToolReply, Box<dyn ReplyBody>), ToolFailure> {
        let answer = self.send(request, &self.deadline(request), Reading::Pieces)?;
        let value =
            json!({ "status": answer.status.as_u16(), "headers": headers_of(&answer.headers) });
        let body = OpenBody::new(answer, Arc::clone(&self.system), &self.settings);
        Ok((ToolReply { value, ..ToolReply::default() }, Box::new(body)))
    }
}

/// The body of a reply is wanted as a text and is none.
fn no_text(tool: &str, error: &std::string::FromUtf8Error) -> ToolFailure {
    let at = error.utf8_error().valid_up_to();
    let better = match tool {
        "http.get" => "http_get_bytes",
        "http.post" => "http_post_bytes",
        "http.put" => "http_put_bytes",
        _ => "http_open",
    };
    ToolFailure::failed(format!("the body of the reply is no UTF-8 text, from its byte {at} on"))
        .with_note(format!("`{better}` gives the bytes of a reply"))
}

/// The request as the program wants it.
fn first_hop(request: &ToolRequest<'_>) -> Result<Hop, ToolFailure> {
    let method = match request.tool {
        "http.get" | "http.get_bytes" => Method::GET,
        "http.post" | "http.post_bytes" => Method::POST,
        "http.put" | "http.put_bytes" => Method::PUT,
        "http.delete" => Method::DELETE,
        "http.open" => method_of(request)?,
        other => {
            let message = format!("requests have no `{other}`");
            return Err(ToolFailure::new(FailureKind::NoProvider, message));
        }
    };
    let is_open = request.tool == "http.open";
    let takes_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
    let known = |name: &str| match name {
        "url" | "headers" => true,
        "method" => is_open,
        "body" => takes_body || is_open,
        _ => false,
    };
    if let Some(other) = request.args.keys().find(|name| !known(name)) {
        return Err(ToolFailure::invalid(format!("`{}` takes no `{other}`", request.tool)));
    }
    let url = Url::parse(request.text("url")?);
    let url =
        url.map_err(|error| ToolFailure::invalid(format!("the URL cannot be read: {error}")))?;
    let body = body_of(request, takes_body, is_open)?;
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
        let kind = match request.tool.ends_with("_bytes") {
            true => "application/octet-stream",
            false => "text/plain; charset=utf-8",
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Ok(Hop { method, url, headers, body })
}

/// The method that a call names.
fn method_of(request: &ToolRequest<'_>) -> Result<Method, ToolFailure> {
    match request.args.get("method").map_or(Some("GET"), Value::as_str) {
        Some("GET") => Ok(Method::GET),
        Some("POST") => Ok(Method::POST),
        Some("PUT") => Ok(Method::PUT),
        Some("PATCH") => Ok(Method::PATCH),
        Some("DELETE") => Ok(Method::DELETE),
        _ => Err(ToolFailure::invalid("`method` is none of GET, POST, PUT, PATCH and DELETE")),
    }
}

/// What is sent behind the headers.
fn body_of(
    request: &ToolRequest<'_>,
    takes_body: bool,
    is_open: bool,
) -> Result<Option<Vec<u8>>, ToolFailure> {
    let given = request.args.get("body").is_some_and(|body| !body.is_null());
    match (takes_body, given) {
        (false, true) => Err(ToolFailure::invalid("a request of this method has no `body`")),
        (false, false) => Ok(None),
        (true, false) if is_open => Ok(Some(Vec::new())),
        (true, _) => {
            let text = request.text("body")?;
            if !request.tool.ends_with("_bytes") {
                return Ok(Some(text.as_bytes().to_vec()));
            }
            let bytes = BASE64.decode(text.as_bytes());
            bytes.map(Some).map_err(|_| ToolFailure::invalid("`body` is no base64"))
        }
    }
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

//! Settings of the builtin providers: `[providers.config.http]` of `lumen.toml`.
//!
//! Tables of settings → typed settings, every key known. Secrets do not stand in them: a header names the variable of the
//! environment that holds its value, and neither the program nor its trace sees it.

use super::address::{Host, HostPattern};
use super::failure::{FailureKind, ToolFailure};
use lumen_base::System;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use url::Url;

/// Largest reply, decompressed, in bytes, when nothing else is set.
const REPLY_BYTES_DEFAULT: usize = 16 << 20;
/// The most that may be set.
const REPLY_BYTES_MAX: usize = 1 << 30;
/// How long an open reply is read, in milliseconds, when nothing else is set.
const STREAM_MS_DEFAULT: u64 = 10 * 60 * 1000;
/// The most that may be set: a day.
const STREAM_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// Settings of all builtin providers.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `[providers.config.http]`.
    pub http: HttpSettings,
}

/// Settings of requests.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// What a request says of its sender.
    pub(super) user_agent: String,
    /// Largest reply, decompressed, in bytes.
    pub(super) reply_bytes_max: usize,
    /// How long an open reply is read.
    pub(super) stream_max: Duration,
    /// Certificates that are trusted in place of the builtin ones.
    pub(super) tls: Option<TlsConfig>,
    /// Headers that requests to a host get.
    headers: Vec<(HostPattern, Vec<SecretHeader>)>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            user_agent: concat!("lumen/", env!("CARGO_PKG_VERSION")).to_owned(),
            reply_bytes_max: REPLY_BYTES_DEFAULT,
            stream_max: Duration::from_millis(STREAM_MS_DEFAULT),
            tls: None,
            headers: Vec::new(),
        }
    }
}

/// A header whose value stands in the environment.
#[derive(Clone, Debug)]
struct SecretHeader {
    name: HeaderName,
    /// The variable.
    variable: String,
    prefix: String,
}

/// The table as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpTable {
    user_agent: Option<String>,
    max_reply_bytes: Option<usize>,
    max_stream_ms: Option<u64>,
    ca_file: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, BTreeMap<String, HeaderTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderTable {
    env: String,
    #[serde(default)]
    prefix: String,
}

impl Settings {
    /// Reads the tables of `[providers.config]`; files are those of a folder. Errors say which key is wrong.
    pub fn read(
        tables: &BTreeMap<String, toml::Table>,
        system: &dyn System,
        folder: &Path,
    ) -> Result<Self, String> {
        let mut settings = Self::default();
        for (name, table) in tables {
            let key = format!("providers.config.{name}");
            match name.as_str() {
                "http" => {
                    let table = table.clone().try_into::<HttpTable>();
                    let table = table.map_err(|error| format!("`{key}`: {}", error.message()))?;
                    settings.http = http(table, system, folder)
                        .map_err(|(part, why)| format!("`{key}.{part}` {why}"))?;
                }
                _ => return Err(format!("`{key}`: the provider `{name}` has no settings")),
            }
        }
        Ok(settings)
    }
}

/// A key below the table's, and what is wrong with it.
type Wrong = (String, String);

fn http(table: HttpTable, system: &dyn System, folder: &Path) -> Result<HttpSettings, Wrong> {
    let mut settings = HttpSettings::default();
    if let Some(text) = table.user_agent {
        if HeaderValue::from_str(&text).is_err() {
            return Err(("user_agent".into(), "has characters that headers cannot have".into()));
        }
        settings.user_agent = text;
    }
    if let Some(bytes) = table.max_reply_bytes {
        if !(1..=REPLY_BYTES_MAX).contains(&bytes) {
            return Err(("max_reply_bytes".into(), "is not between 1 and 1073741824".into()));
        }
        settings.reply_bytes_max = bytes;
    }
    if let Some(milliseconds) = table.max_stream_ms {
        if !(1..=STREAM_MS_MAX).contains(&milliseconds) {
            return Err(("max_stream_ms".into(), "is not between 1 and 86400000".into()));
        }
        settings.stream_max = Duration::from_millis(milliseconds);
    }
    if let Some(file) = table.ca_file {
        let tls = trusted(system, &folder.join(file));
        settings.tls = Some(tls.map_err(|why| ("ca_file".into(), why))?);
    }
    for (host, headers) in table.headers {
        let wrong = |why: &str| (format!("headers.\"{host}\""), why.to_owned());
        let pattern = HostPattern::parse(&host).filter(|pattern| !pattern.is_wild());
        let pattern = pattern.ok_or_else(|| wrong("is no host without a wildcard"))?;
        let mut named = Vec::new();
        for (name, value) in headers {
            let header = HeaderName::from_bytes(name.as_bytes());
            named.push(SecretHeader {
                name: header.map_err(|_| wrong(&format!("has `{name}`, which is no header")))?,
                variable: value.env,
                prefix: value.prefix,
            });
        }
        settings.headers.push((pattern, named));
    }
    Ok(settings)
}

/// Trust in the certificates of a file, and in no others.
pub(crate) fn trusted(system: &dyn System, file: &Path) -> Result<TlsConfig, String> {
    let shown = file.display();
    let bytes = system.read(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let mut roots: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&bytes) {
        match item {
            Ok(PemItem::Certificate(certificate)) => roots.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("cannot read {shown}: {error}")),
        }
    }
    if roots.is_empty() {
        return Err(format!("names {shown}, which has no certificates"));
    }
    Ok(TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(roots))).build())
}

impl HttpSettings {
    /// Puts the headers that are set for the host of a URL into a request, over those that the program gave. They go out
    /// encrypted or to the own machine only.
    pub(super) fn add_headers(
        &self,
        system: &dyn System,
        url: &Url,
        headers: &mut HeaderMap,
    ) -> Result<(), ToolFailure> {
        let Some(host) = Host::of(url) else { return Ok(()) };
        let fitting = self.headers.iter().filter(|(pattern, _)| pattern.fits(&host));
        for header in fitting.flat_map(|(_, headers)| headers) {
            let failed = |why: String| ToolFailure::new(FailureKind::AuthFailed, why);
            if url.scheme() != "https" && !host.is_inside() {
                let message = format!("the header `{}` goes out by `https` only", header.name);
                return Err(failed(message));
            }
            let text = system.env(&header.variable).ok_or_else(|| {
                let (variable, name) = (&header.variable, &header.name);
                failed(format!("the variable `{variable}` of the header `{name}` is not set"))
            })?;
            let value = HeaderValue::from_str(&format!("{}{text}", header.prefix));
            let mut value = value.map_err(|_| {
                failed(format!("the variable `{}` has no text of a header", header.variable))
            })?;
            value.set_sensitive(true);
            headers.insert(header.name.clone(), value);
        }
        Ok(())
    }
}

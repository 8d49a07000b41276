//! One request and its reply, to an address that was checked.
//!
//! The name is resolved here, once; the connection is made to what came out and passed the policy, and no proxy is asked.
//! A request that nobody waits for any more loses its connection.

use super::super::address::Host;
use super::super::failure::{FailureKind, ToolFailure};
use super::super::policy::Policy;
use super::super::settings::HttpSettings;
use super::Deadline;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::channel;
use std::time::Duration;
use ureq::config::Config;
use ureq::http::response::Parts;
use ureq::http::{HeaderMap, Method, Request, StatusCode, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, BodyReader, Error};
use url::Url;

/// Largest headers of a reply, in bytes.
const HEADER_BYTES_MAX: usize = 64 << 10;
/// Most addresses of a name that are tried.
const ADDRESSES_MAX: usize = 8;

/// A request to one place.
pub(super) struct Hop {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
}

/// How the body of a reply is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// Within the time of the request.
    Whole,
    /// Piece by piece, each within that time.
    Pieces,
}

/// What came back, up to the body.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: BodyReader<'static>,
    /// What closes the connection from another thread.
    pub(super) agent: Agent,
}

/// Gives the addresses that were checked, whatever is asked.
#[derive(Debug)]
struct Checked(Vec<SocketAddr>);

impl Resolver for Checked {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        self.0.iter().for_each(|&address| addresses.push(address));
        Ok(addresses)
    }
}

/// Sends a request to a URL that the policy allows; `headers` are the hop's and those of the settings.
pub(super) fn exchange(
    hop: &Hop,
    headers: HeaderMap,
    policy: &Policy,
    deadline: &Deadline<'_>,
    settings: &HttpSettings,
    reading: Reading,
) -> Result<Answer, ToolFailure> {
    let addresses = addresses(&hop.url, policy, deadline)?;
    let left = deadline.left()?;
    let mut config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .max_idle_connections(0)
        .max_response_header_size(HEADER_BYTES_MAX)
        .user_agent(settings.user_agent.as_str())
        .timeout_connect(Some(left))
        .timeout_send_request(Some(left))
        .timeout_send_body(Some(left))
        .timeout_recv_response(Some(left));
    config = match reading {
        Reading::Whole => config.timeout_global(Some(left)),
        Reading::Pieces => config.timeout_per_read(Some(deadline.timeout)),
    };
    if let Some(tls) = &settings.tls {
        config = config.tls_config(tls.clone());
    }
    let agent = Agent::with_parts(config.build(), DefaultConnector::default(), Checked(addresses));
    let closing = agent.clone();
    deadline.abandoned.when_set(move || closing.shutdown());
    let mut url = hop.url.clone();
    url.set_fragment(None);
    let mut request = Request::builder().method(hop.method.clone()).uri(url.as_str());
    if let Some(own) = request.headers_mut() {
        own.extend(headers);
    }
    let invalid = |error: ureq::http::Error| ToolFailure::invalid(error.to_string());
    let sent = match &hop.body {
        Some(body) => agent.run(request.body(body.as_slice()).map_err(invalid)?),
        None => agent.run(request.body(()).map_err(invalid)?),
    };
    let (parts, body) = sent.map_err(|error| failure_of(error, deadline))?.into_parts();
    let Parts { status, headers, .. } = parts;
    Ok(Answer { status, headers, body: body.into_reader(), agent })
}

/// The addresses of a URL's host, all of which the policy allows.
fn addresses(
    url: &Url,
    policy: &Policy,
    deadline: &Deadline<'_>,
) -> Result<Vec<SocketAddr>, ToolFailure> {
    let no_host = || ToolFailure::invalid("the URL has no host");
    let host = Host::of(url).ok_or_else(no_host)?;
    let port = host.port();
    let found = match url.host().ok_or_else(no_host)? {
        url::Host::Ipv4(address) => vec![SocketAddr::new(IpAddr::V4(address), port)],
        url::Host::Ipv6(address) => vec![SocketAddr::new(IpAddr::V6(address), port)],
        url::Host::Domain(name) => resolve(name.to_owned(), port, deadline)?,
    };
    for address in &found {
        policy.check_address(&host, address.ip())?;
    }
    if found.is_empty() {
        return Err(unknown_host(&host.to_string()));
    }
    Ok(found.into_iter().take(ADDRESSES_MAX).collect())
}

fn unknown_host(host: &str) -> ToolFailure {
    ToolFailure::new(FailureKind::Unavailable, format!("there is no host `{host}`"))
}

/// Asks the system for the addresses of a name, in a thread that may be left behind.
fn resolve(
    name: String,
    port: u16,
    deadline: &Deadline<'_>,
) -> Result<Vec<SocketAddr>, ToolFailure> {
    let (sender, found) = channel();
    let left: Duration = deadline.left()?;
    let asked = name.clone();
    std::thread::spawn(move || {
        let addresses = (asked.as_str(), port).to_socket_addrs();
        drop(sender.send(addresses.map(Iterator::collect::<Vec<_>>)));
    });
    match found.recv_timeout(left) {
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(_)) => Err(unknown_host(&name)),
        Err(_) => Err(deadline.over()),
    }
}

/// What an error of a connection means.
pub(super) fn failure_of(error: Error, deadline: &Deadline<'_>) -> ToolFailure {
    match error {
        Error::Timeout(_) => deadline.over(),
        Error::HostNotFound | Error::ConnectionFailed => {
            ToolFailure::new(FailureKind::Unavailable, "no connection")
        }
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => deadline.over(),
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            ToolFailure::new(FailureKind::Unavailable, "the connection is refused")
        }
        error => ToolFailure::failed(error.to_string()),
    }
}

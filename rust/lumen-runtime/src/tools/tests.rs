//! Policies: what they allow, and what gets past them.

#[cfg(unix)]
mod conformance;

use super::address::{Host, HostPattern, is_inside};
use url::Url;

fn host(url: &str) -> Option<Host> {
    Host::of(&Url::parse(url).ok()?)
}

fn fits(pattern: &str, url: &str) -> bool {
    let pattern = HostPattern::parse(pattern).expect("a pattern");
    host(url).is_some_and(|host| pattern.fits(&host))
}

#[test]
fn patterns_fit_what_they_name_and_nothing_else() {
    for (pattern, url) in [
        ("api.example.com", "https://api.example.com/x"),
        ("API.example.com", "https://api.EXAMPLE.com./x"),
        ("*.example.com", "http://a.b.example.com"),
        ("localhost:8080", "http://localhost:8080/"),
        ("127.0.0.1:*", "http://0x7f.1:99/"),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/"),
        ("bücher.example", "https://xn--bcher-kva.example/"),
        ("*", "http://anything.at.all/"),
    ] {
        assert!(fits(pattern, url), "{pattern} {url}");
    }
    for (pattern, url) in [
        ("good.com", "http://good.com.evil.com/"),
        ("good.com", "http://evilgood.com/"),
        ("good.com", "http://good.com:8080/"),
        ("good.com", "http://evil.com#good.com"),
        ("good.com", "http://evil.com/good.com"),
        ("good.com", "http://good.com@evil.com/"),
        ("*.good.com", "http://good.com/"),
        ("*.good.com", "http://.good.com/"),
        ("*.good.com", "http://agood.com/"),
        ("good.com", "http://gооd.com/"),
        ("*.1", "http://127.0.0.1/"),
    ] {
        let Some(pattern) = HostPattern::parse(pattern) else { continue };
        assert!(!host(url).is_some_and(|host| pattern.fits(&host)), "{pattern:?} {url}");
    }
}

#[test]
fn texts_that_are_no_pattern() {
    for text in [
        "",
        "a/b",
        "*.*.com",
        "a*b.com",
        "a b",
        "user@host",
        "host:99999",
        "*.127.0.0.1",
        "%61.com",
    ] {
        assert_eq!(HostPattern::parse(text), None, "{text}");
    }
}

#[test]
fn addresses_of_the_own_machine_and_network() {
    for address in [
        "127.0.0.1",
        "127.9.9.9",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
        "::7f00:1",
    ] {
        assert!(is_inside(address.parse().expect("an address")), "{address}");
    }
    for address in ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "172.32.0.1", "::ffff:8.8.8.8"] {
        assert!(!is_inside(address.parse().expect("an address")), "{address}");
    }
}

/// The page of the configuration shows what is read as one.
#[test]
fn the_examples_of_the_reference_are_configurations() {
    let page = include_str!("../../../../docs/reference/lumen-toml.md");
    let fences = page.split("```toml\n").skip(1);
    let examples: Vec<&str> = fences.filter_map(|it| Some(it.split_once("```")?.0)).collect();
    assert!(examples.len() > 1, "the page has examples");
    for example in examples {
        super::ToolConfig::parse(example).expect(example);
    }
    let scripts = page.split("```json\n").skip(1);
    for script in scripts.filter_map(|it| Some(it.split_once("```")?.0)) {
        super::ScriptedProvider::new("the page", script).expect(script);
    }
}

//! Settings from the environment: what is taken, what turns the export off, and what is refused.

use super::*;
use lumen_base::MemorySystem;

fn read(flag: Option<&str>, env: &[(&str, &str)]) -> Result<Option<Settings>, String> {
    let system = MemorySystem::default();
    env.iter().for_each(|(name, value)| system.set_env(name, value));
    Settings::read(flag, &system)
}

fn settings(env: &[(&str, &str)]) -> Settings {
    let all = [&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:1/base/")], env].concat();
    read(None, &all).expect("settings").expect("an export")
}

fn refused(env: &[(&str, &str)]) -> String {
    read(Some("http://h:1"), env).err().expect("an error")
}

#[test]
fn nobody_asks() {
    assert!(read(None, &[]).expect("no error").is_none());
    assert!(read(None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]).expect("no error").is_none());
}

#[test]
fn an_endpoint_is_a_base_or_the_whole() {
    let whole = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://u:p@h/x?k=v")];
    assert_eq!(settings(&[]).endpoint.as_str(), "http://h:1/base/v1/traces");
    assert_eq!(settings(&whole).endpoint.as_str(), "https://u:p@h/x?k=v");
    assert_eq!(settings(&whole).shown_endpoint(), "https://h/x");
    let flag = read(Some("http://f:2"), &whole).expect("settings").expect("an export");
    assert_eq!(flag.endpoint.as_str(), "http://f:2/v1/traces");
    for wrong in ["localhost:4318", "ftp://h", "", "http://"] {
        assert!(read(Some(wrong), &[]).is_err(), "{wrong}");
    }
}

#[test]
fn variables_turn_it_off() {
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    for env in [
        &[("OTEL_SDK_DISABLED", "TRUE")][..],
        &[("OTEL_TRACES_EXPORTER", "none")],
        &[("OTEL_TRACES_SAMPLER", "always_off")],
        &[("OTEL_TRACES_SAMPLER", "parentbased_always_off")],
        &[("TRACEPARENT", parent)],
    ] {
        assert!(read(Some("http://h:1"), env).expect("no error").is_none(), "{env:?}");
    }
}

#[test]
fn what_is_not_there_is_refused_without_telling_values() {
    for (name, value) in [
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "key.pem"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "none.pem"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a"),
    ] {
        assert!(refused(&[(name, value)]).contains(name), "{name}");
    }
    for headers in ["api-key", "a b=hidden", "k=hidden%0", "k=hidden%00"] {
        let message = refused(&[("OTEL_EXPORTER_OTLP_HEADERS", headers)]);
        assert!(!message.contains("hidden") && message.contains("HEADERS"), "{message}");
    }
}

#[test]
fn lists_are_decoded() {
    let set = settings(&[
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20abc, x=1,"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=a%2Cb"),
        ("OTEL_SERVICE_NAME", "shop"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "250"),
    ]);
    assert_eq!(set.headers[0].1.as_bytes(), b"Basic abc");
    assert_eq!(set.headers.len(), 2);
    let of = |name: &str| {
        set.resource.iter().filter(|(key, _)| key == name).map(|(_, v)| v.as_str()).collect()
    };
    let (services, environments): (Vec<_>, Vec<_>) =
        (of("service.name"), of("deployment.environment.name"));
    assert_eq!((services, environments), (vec!["shop"], vec!["a,b"]));
    assert_eq!(set.timeout, Duration::from_millis(250));
}

#[test]
fn a_parent_is_of_the_form_of_the_w3c() {
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let found = settings(&[("TRACEPARENT", text)]).parent.expect("a parent");
    assert_eq!((found.trace.0[0], found.span), (0x0A, 0xB7AD_6B71_6920_3331));
    for wrong in [
        "",
        "00",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ] {
        assert_eq!(parent(wrong), None, "{wrong}");
    }
}

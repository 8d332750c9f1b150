//! The test vectors: what the service's own signer made, and ours. `tests/vectors/README.md` tells their rules.

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use mobiscroll_connect::{Error, WebhookDelivery, WebhookKeys, WebhookOptions, verify_webhook_signature};
use serde_json::Value;

fn vectors(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn options(now: &Value, tolerance: &Value) -> WebhookOptions {
    let now = Timestamp::from_second(now.as_i64().unwrap()).unwrap();
    WebhookOptions::new().now(now).tolerance(Duration::from_secs(tolerance.as_u64().unwrap()))
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn outcome(result: &Result<WebhookDelivery, Error>) -> &'static str {
    match result {
        Ok(_) => "accepted",
        Err(Error::WebhookVerification(failure)) => failure.kind().as_str(),
        Err(_) => "another error",
    }
}

#[test]
fn the_cases_of_the_services_own_signer_are_decided_as_written() {
    let vectors = vectors("vendor.json");
    let cases = vectors["cases"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let header = |(name, value): (&String, &Value)| {
            (HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value.as_str().unwrap()).unwrap())
        };
        let headers: HeaderMap = case["headers"].as_object().unwrap().iter().map(header).collect();
        let keys = WebhookKeys::from_iter(texts(&case["publicKeys"]));
        let body = case["body"].as_str().unwrap().as_bytes();
        let options = options(&case["now"], &vectors["toleranceSeconds"]);
        let verified = verify_webhook_signature(body, &headers, &keys, &options);
        assert_eq!(verified.is_ok(), case["valid"].as_bool().unwrap(), "{name}: {}", outcome(&verified));
        if let Ok(delivery) = verified {
            assert_eq!(delivery.id, case["headers"]["webhook-id"].as_str().unwrap());
            assert_eq!(delivery.user_id.as_deref(), Some("user_42"), "{name}");
            assert!(delivery.events[0].title.as_deref().unwrap().contains("Café"), "{name}");
        }
    }
    assert_eq!(cases.len(), 22);

    let document = vectors["keysResponse"].to_string();
    assert_eq!(WebhookKeys::from_document(document.as_bytes()).unwrap().len(), 2);
}

#[test]
fn our_own_cases_are_decided_as_written() {
    let vectors = vectors("own.json");
    let cases = vectors["cases"].as_array().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let keys = match case.get("keysResponse") {
            Some(document) => WebhookKeys::from_document(document.to_string().as_bytes()).unwrap_or_default(),
            None => WebhookKeys::from_iter(texts(&case["keys"])),
        };
        let options = options(&case["now"], &case["toleranceSeconds"]);
        let outcome = outcome(&verify_webhook_signature(&body(case), &headers(case), &keys, &options));
        if outcome != case["expected"] {
            wrong.push(format!("{}: {}: {outcome} instead of {}", case["group"], case["name"], case["expected"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases.len() >= 400, "{} cases", cases.len());
}

fn headers(case: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for header in case["headers"].as_array().unwrap() {
        let [name, value] = &texts(header)[..] else { panic!("not a pair: {header}") };
        let value: Vec<u8> = value.chars().map(|byte| u8::try_from(byte).unwrap()).collect();
        headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(&value).unwrap());
    }
    headers
}

fn body(case: &Value) -> Vec<u8> {
    if let Some(body) = case["body"].as_str() {
        return body.into();
    }
    if let Some(body) = case["bodyBase64"].as_str() {
        return STANDARD.decode(body).unwrap();
    }
    let part = |name: &str| case["bodyRepeated"][name].as_str().unwrap().to_owned();
    let times = case["bodyRepeated"]["times"].as_u64().unwrap();
    [part("before"), part("unit").repeat(times.try_into().unwrap()), part("after")].concat().into()
}

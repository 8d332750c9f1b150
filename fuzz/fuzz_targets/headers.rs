//! Headers of any bytes, a line each: none is accepted, and nothing panics.

#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use mobiscroll_connect::{WebhookKeys, WebhookOptions, verify_webhook_signature};

fuzz_target!(|data: &[u8]| {
    let keys = WebhookKeys::from_iter(["whpk_0r0+Z02Sv1SRb1QjsKUnil6t2oqtAyhn5HHfKgbTXFs="]);
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let mut headers = HeaderMap::new();
    for (value, name) in data.split(|byte| *byte == b'\n').zip(names.into_iter().cycle()) {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    let options = WebhookOptions::new().now(Timestamp::UNIX_EPOCH);
    assert!(verify_webhook_signature(b"{}", &headers, &keys, &options).is_err());
});

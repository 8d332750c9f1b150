//! Bodies of any bytes, signed as the service would: a delivery, or `invalid_payload`.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use mobiscroll_connect::{Error, WebhookKeys, WebhookKind, WebhookOptions, verify_webhook_signature};

fuzz_target!(|body: &[u8]| {
    let signer = SigningKey::from_bytes(&[9; 32]);
    let keys = WebhookKeys::from_iter([STANDARD.encode(signer.verifying_key().as_bytes())]);
    let signature = STANDARD.encode(signer.sign(&[b"msg.0.", body].concat()).to_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("msg"));
    headers.insert("webhook-timestamp", HeaderValue::from_static("0"));
    headers.insert("webhook-signature", format!("v1a,{signature}").try_into().expect("base64"));
    let options = WebhookOptions::new().now(Timestamp::UNIX_EPOCH).max_body(usize::MAX);
    match verify_webhook_signature(body, &headers, &keys, &options) {
        Ok(delivery) => {
            let text = std::str::from_utf8(body).expect("JSON");
            assert_eq!(delivery.raw.get(), text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii());
        }
        Err(Error::WebhookVerification(failure)) => {
            assert_eq!(failure.kind(), WebhookKind::InvalidPayload);
        }
        Err(error) => panic!("{error:?}"),
    }
});

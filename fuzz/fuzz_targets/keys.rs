//! Key documents of any bytes, and key texts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mobiscroll_connect::WebhookKeys;

fuzz_target!(|data: &[u8]| {
    if let Ok(keys) = WebhookKeys::from_document(data) {
        assert!((1..=16).contains(&keys.len()));
    }
    let texts = String::from_utf8_lossy(data);
    assert!(WebhookKeys::from_iter(texts.lines()).len() <= 16);
});

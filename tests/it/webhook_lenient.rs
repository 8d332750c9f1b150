//! Genuine deliveries whose body is malformed in part.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use mobiscroll_connect::{
    ChangeType, Error, WebhookDelivery, WebhookKeys, WebhookKind, WebhookOptions, verify_webhook_signature,
};
use serde_json::Value;

use crate::support::instant;

fn read(body: &[u8]) -> WebhookDelivery {
    let key = SigningKey::from_bytes(&[9; 32]);
    let signature = STANDARD.encode(key.sign(&[b"msg.0.", body].concat()).to_bytes());
    let headers =
        [("webhook-id", "msg"), ("webhook-timestamp", "0"), ("webhook-signature", &format!("v1a,{signature}"))];
    let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let options = WebhookOptions::new().now(jiff::Timestamp::UNIX_EPOCH);
    let keys = WebhookKeys::from_iter([STANDARD.encode(key.verifying_key().as_bytes())]);
    verify_webhook_signature(body, &headers.into_iter().collect(), &keys, &options).unwrap()
}

#[test]
fn an_unpaired_surrogate_loses_neither_the_event_nor_the_delivery() {
    let delivery = read(br#"{"provider":"google","userId":"ada\ud83c","events":[{"id":"e","title":"Party \ud83c"}]}"#);
    assert_eq!((delivery.user_id.as_deref(), delivery.malformed.len()), (Some("ada\u{fffd}"), 0));
    assert_eq!(delivery.events[0].title.as_deref(), Some("Party \u{fffd}"));
    let delivery = read(br#"{"\ud83c":1,"events":[{"id":"e","\udf89":"x"}]}"#);
    assert_eq!(delivery.events[0].unknown_members["\u{fffd}"].get(), "\"x\"");
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let delivery = read(b"\xef\xbb\xbf{\"events\":[{\"id\":\"e\"}]}");
    assert_eq!((delivery.events.len(), delivery.raw.get()), (1, "{\"events\":[{\"id\":\"e\"}]}"));
}

#[test]
fn epoch_numbers_are_instants_in_a_delivery_too() {
    let delivery = read(br#"{"timestamp":1795426200000,"events":[{"id":"e","start":"1795426200","end":1795426200}]}"#);
    let expected = Some(instant("2026-11-23T09:30:00Z"));
    assert_eq!((delivery.timestamp, delivery.events[0].start, delivery.events[0].end), (expected, expected, expected));
}

#[test]
fn a_delivery_keeps_unknown_members_malformed_events_and_unknown_change_types() {
    let body = br#"{"origin":"push","changeType":"moved","metadata":{"attempt":2,"isInitialSync":true},
        "events":[{"id":"a","rank":1,"changeType":"archived"},{"id":"b","start":"soon"},7]}"#;
    let delivery = read(body);
    assert!(matches!(&delivery.change_type, Some(ChangeType::Unknown(value)) if value.as_str() == "moved"));
    assert_eq!(delivery.events[0].unknown_members["rank"].get(), "1");
    assert!(
        matches!(&delivery.events[0].change_type, Some(ChangeType::Unknown(value)) if value.as_str() == "archived")
    );
    assert_eq!(
        delivery.malformed.iter().map(|item| item.raw.get()).collect::<Vec<_>>(),
        [r#"{"id":"b","start":"soon"}"#, "7"]
    );
    assert_eq!(delivery.metadata.unknown_members["attempt"].get(), "2");
    assert_eq!(delivery.metadata.is_initial_sync, Some(true));
    assert_eq!(delivery.raw.parse::<Value>().unwrap()["origin"], "push");
}

#[test]
fn what_a_forged_delivery_has_hashed_is_limited() {
    let key = |seed| SigningKey::from_bytes(&[seed; 32]);
    let keys = WebhookKeys::from_iter([1, 2].map(|seed| STANDARD.encode(key(seed).verifying_key().as_bytes())));
    let verify = |mebibytes: usize, signatures: usize, options: WebhookOptions| {
        let body = vec![b'x'; mebibytes * 1024 * 1024];
        let entry = format!("v1a,{}", STANDARD.encode(key(3).sign(b"another").to_bytes()));
        let headers = [
            ("webhook-id", "msg"),
            ("webhook-timestamp", "0"),
            ("webhook-signature", &vec![&*entry; signatures].join(" ")),
        ];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let options = options.now(jiff::Timestamp::UNIX_EPOCH);
        match verify_webhook_signature(&body, &headers.into_iter().collect(), &keys, &options).unwrap_err() {
            Error::WebhookVerification(failure) => failure.kind(),
            other => panic!("{other:?}"),
        }
    };
    let options = WebhookOptions::new;
    assert_eq!(verify(4, 2, options()), WebhookKind::NoMatchingSignature, "as during key rotation");
    assert_eq!(verify(1, 8, options()), WebhookKind::NoMatchingSignature);
    assert_eq!(verify(4, 3, options()), WebhookKind::TooLarge);
    assert_eq!(verify(4, 8, options()), WebhookKind::TooLarge, "64 MiB");
    assert_eq!(verify(4, 8, options().max_hashed(usize::MAX)), WebhookKind::NoMatchingSignature);
}

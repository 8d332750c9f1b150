//! What holds of every header, key document and delivery, tried with many made by chance from seeds that are told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use mobiscroll_connect::{Error, WebhookKeys, WebhookOptions, verify_webhook_signature};
use serde_json::{Map, Value, json};

const NAMES: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const NOW: i64 = 1_790_000_000;

/// Runs a property for so many seeds; a failure tells the seed.
fn for_seeds(seeds: u64, property: impl Fn(&mut Rng)) {
    for seed in 0..seeds {
        println!("seed {seed}");
        property(&mut Rng::with_seed(seed));
    }
}

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn text_of(key: &SigningKey) -> String {
    format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()))
}

fn options() -> WebhookOptions {
    WebhookOptions::new().now(Timestamp::from_second(NOW).unwrap())
}

fn genuine(body: &[u8]) -> [Vec<u8>; 3] {
    let (id, timestamp) = (b"msg_1".to_vec(), NOW.to_string().into_bytes());
    let signature = signer().sign(&[&id[..], b".", &timestamp, b".", body].concat());
    [id, timestamp, format!("v1a,{}", STANDARD.encode(signature.to_bytes())).into_bytes()]
}

fn headers(values: &[Vec<u8>; 3]) -> Option<HeaderMap> {
    let pair = |(name, value): (&'static str, &Vec<u8>)| {
        Some((HeaderName::from_static(name), HeaderValue::from_bytes(value).ok()?))
    };
    NAMES.into_iter().zip(values).map(pair).collect()
}

fn any_bytes(rng: &mut Rng, most: usize) -> Vec<u8> {
    (0..rng.usize(..=most)).map(|_| rng.u8(..)).collect()
}

/// Bytes that are close to what a parser looks for.
fn near_bytes(rng: &mut Rng) -> Vec<u8> {
    let pieces: [&[u8]; 10] = [b"v1a", b",", b" ", b"v1,", b"=", b"AAAA", b"1790000000", b"-", b"\t", b"\xff"];
    (0..rng.usize(..=12)).flat_map(|_| pieces[rng.usize(..pieces.len())].to_vec()).collect()
}

fn any_json(rng: &mut Rng, depth: u32) -> Value {
    let texts = ["", "google", "2026-11-24T00:00:00Z", "whpk_", "e", "\u{0}☕", "created"];
    let members = ["id", "key", "alg", "events", "start", "provider", "conference", "attendees", "custom", "userId"];
    match rng.u32(..if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => rng.bool().into(),
        2 => rng.i64(..).into(),
        3 => rng.f64().into(),
        4 => texts[rng.usize(..texts.len())].into(),
        5 => (0..rng.usize(..5)).map(|_| any_json(rng, depth - 1)).collect(),
        _ => {
            let member = |rng: &mut Rng| (members[rng.usize(..members.len())].to_owned(), any_json(rng, depth - 1));
            (0..rng.usize(..5)).map(|_| member(rng)).collect::<Map<_, _>>().into()
        }
    }
}

#[test]
fn no_headers_without_a_signature_are_accepted_whatever_they_hold() {
    let keys = WebhookKeys::from_iter([text_of(&signer())]);
    for_seeds(2_000, |rng| {
        let values = std::array::from_fn(|part| match rng.u32(..3) {
            0 => any_bytes(rng, 200),
            1 => near_bytes(rng),
            _ => genuine(b"{}")[part].clone(),
        });
        if values == genuine(b"{}") {
            return;
        }
        if let Some(mut headers) = headers(&values) {
            if rng.u32(..10) == 0 {
                headers.append(NAMES[rng.usize(..3)], HeaderValue::from_static("v1a,AAAA"));
            }
            let error = verify_webhook_signature(b"{}", &headers, &keys, &options()).unwrap_err();
            assert!(matches!(error, Error::WebhookVerification(_)));
        }
    });
}

#[test]
fn one_byte_changed_anywhere_ends_acceptance() {
    let (key, body) = (signer(), br#"{"userId":"ada"}"#.to_vec());
    let keys = WebhookKeys::from_iter([text_of(&key)]);
    let verify = |values: &[Vec<u8>; 3], body: &[u8]| {
        headers(values).map(|headers| verify_webhook_signature(body, &headers, &keys, &options()).is_ok())
    };
    let good = genuine(&body);
    assert_eq!(verify(&good, &body), Some(true));
    for part in 0..4 {
        let length = good.get(part).unwrap_or(&body).len();
        for (index, bit) in (0..length).flat_map(|index| (0..8).map(move |bit| (index, 1 << bit))) {
            let (mut values, mut body) = (good.clone(), body.clone());
            values.get_mut(part).unwrap_or(&mut body)[index] ^= bit;
            assert_ne!(verify(&values, &body), Some(true), "part {part}, byte {index}, bit {bit}");
        }
    }
}

#[test]
fn any_document_is_read_and_the_good_key_in_it_is_found() {
    let good = json!({ "id": "active", "alg": "ed25519", "key": text_of(&signer()) });
    let (headers, body) = (headers(&genuine(b"{}")).unwrap(), b"{}");
    for_seeds(200, |rng| {
        let junk = any_json(rng, 4);
        // Nothing to assert but that it comes to an end: chance makes no key.
        assert!(WebhookKeys::from_document(junk.to_string().as_bytes()).is_err());
        assert!(WebhookKeys::from_document(&any_bytes(rng, 300)).is_err());
        let mut entries: Vec<_> = (0..rng.usize(..20)).map(|_| any_json(rng, 3)).collect();
        entries.insert(rng.usize(..=entries.len()), good.clone());
        let keys = WebhookKeys::from_document(json!({ "keys": entries }).to_string().as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        verify_webhook_signature(body, &headers, &keys, &options()).unwrap();
    });
}

#[test]
fn any_object_that_is_signed_is_a_delivery_and_none_of_its_events_is_lost() {
    let keys = WebhookKeys::from_iter([text_of(&signer())]);
    for_seeds(200, |rng| {
        let mut body = json!({ "novelty": any_json(rng, 3) });
        for name in ["provider", "userId", "calendarId", "changeType", "timestamp", "metadata", "events"] {
            body[name] = any_json(rng, 3);
        }
        if rng.bool() {
            body["events"] = (0..rng.usize(..6)).map(|_| any_json(rng, 4)).collect();
        }
        let text = body.to_string();
        let headers = headers(&genuine(text.as_bytes())).unwrap();
        let delivery = verify_webhook_signature(text.as_bytes(), &headers, &keys, &options()).unwrap();
        let listed = match &body["events"] {
            Value::Null => 0,
            Value::Array(events) => events.len(),
            _ => 1,
        };
        assert_eq!(delivery.events.len() + delivery.malformed.len(), listed, "{text}");
        assert_eq!(delivery.raw.get(), text);
    });
}

#[test]
fn a_body_of_any_bytes_that_is_signed_is_an_object_or_refused() {
    let keys = WebhookKeys::from_iter([text_of(&signer())]);
    for_seeds(200, |rng| {
        let mut body = any_json(rng, 4).to_string().into_bytes();
        for _ in 0..rng.usize(..4) {
            let index = rng.usize(..body.len());
            body[index] = rng.u8(..);
        }
        let headers = headers(&genuine(&body)).unwrap();
        let is_object = serde_json::from_slice::<Map<String, Value>>(&body).is_ok();
        let verified = verify_webhook_signature(&body, &headers, &keys, &options());
        assert!(verified.is_ok() || !is_object, "{}", String::from_utf8_lossy(&body));
    });
}

use std::time::Duration;

use mobiscroll_connect_sandbox::{Fault, KeyStatus, Operation, Sandbox, Signing};
use serde_json::{Value, json};

use crate::{
    receiver::signers,
    support::{Api, answer, send},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn published(api: &Api) -> Vec<(String, String)> {
    let (status, keys) = answer(api.http.get(format!("{}/.well-known/webhook-keys", api.sandbox.origin()))).await;
    assert_eq!(status, 200);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    keys["keys"].as_array().expect("keys").iter().map(|key| (text(&key["id"]), text(&key["status"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned())).collect()
}

/// Tells which keys sign, by the position in the list of all.
fn signing(sandbox: &Sandbox, signing: Signing) -> Vec<usize> {
    let signed = sandbox.sign_webhook_with("{}", signing).expect("known keys");
    let keys: Vec<String> = sandbox.webhook_keys().into_iter().map(|key| key.public_key).collect();
    let [id, timestamp, signature] = signed.headers().map(|(_, value)| value);
    signers(&keys, [id, timestamp, signature], &signed.body)
}

#[tokio::test]
async fn a_rotation_overlaps_until_its_cutover() {
    let api = Api::empty().await;
    assert_eq!(published(&api).await, pairs(&[("sandbox-key-1", "active")]));
    assert_eq!(api.sandbox.rotate_webhook_key().id, "sandbox-key-2");
    let both = pairs(&[("sandbox-key-2", "active"), ("sandbox-key-1", "previous")]);
    assert_eq!(published(&api).await, both);
    assert_eq!(signing(&api.sandbox, Signing::new()), [0, 1]);

    assert_eq!(api.sandbox.retire_webhook_keys(), 1);
    assert_eq!(published(&api).await, pairs(&[("sandbox-key-2", "active")]));
    assert_eq!(signing(&api.sandbox, Signing::new()), [0]);
    assert_eq!(api.sandbox.webhook_keys()[1].status, KeyStatus::Retired);
    assert_eq!(api.sandbox.retire_webhook_keys(), 0);
}

#[tokio::test]
async fn an_overlap_ends_by_the_clock() {
    let api = Api::with(Sandbox::builder().webhook_key_overlap(7 * DAY).start().await.expect("a sandbox"));
    api.sandbox.rotate_webhook_key();
    api.sandbox.advance(6 * DAY);
    api.sandbox.rotate_webhook_key();
    assert_eq!(published(&api).await.len(), 3);
    assert_eq!(signing(&api.sandbox, Signing::new()), [0, 1, 2]);
    api.sandbox.advance(2 * DAY);
    assert_eq!(published(&api).await, pairs(&[("sandbox-key-3", "active"), ("sandbox-key-2", "previous")]));
}

#[tokio::test]
async fn a_revoked_key_is_gone_at_once() {
    let api = Api::empty().await;
    assert!(api.sandbox.revoke_webhook_key("sandbox-key-1"));
    assert!(!api.sandbox.revoke_webhook_key("sandbox-key-9"));
    assert_eq!(published(&api).await, pairs(&[("sandbox-key-2", "active")]));
    assert_eq!(signing(&api.sandbox, Signing::new()), [0]);
    // Whoever stole it can still sign.
    assert_eq!(signing(&api.sandbox, Signing::new().key("sandbox-key-1")), [1]);
    api.sandbox.rotate_webhook_key();
    assert!(api.sandbox.revoke_webhook_key("sandbox-key-2"), "the previous one");
    assert_eq!(published(&api).await, pairs(&[("sandbox-key-3", "active")]));
}

#[tokio::test]
async fn keys_are_random_or_made_from_a_number() {
    let first = |sandbox: &Sandbox| sandbox.webhook_keys()[0].public_key.clone();
    let seeded = |seed| Sandbox::builder().webhook_key_seed(seed).start_blocking().expect("a sandbox");
    let (one, other) = (Sandbox::start_blocking().expect("a sandbox"), Sandbox::start_blocking().expect("a sandbox"));
    assert_ne!(first(&one), first(&other));
    let (seven, again, eight) = (seeded(7), seeded(7), seeded(8));
    assert_eq!(first(&seven), first(&again));
    assert_eq!(seven.rotate_webhook_key().public_key, again.rotate_webhook_key().public_key);
    assert_ne!(first(&seven), first(&eight));
    let before = seven.webhook_keys();
    seven.reset();
    assert_eq!(first(&seven), before[1].public_key);
}

#[tokio::test]
async fn anything_is_signed_for_a_test() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let signed = sandbox.sign_webhook(&b"\xff\x00"[..]);
    assert!(signed.id.starts_with("msg_") && signed.body == b"\xff\x00"[..]);
    let now = sandbox.now().as_second();
    assert!(signed.timestamp.parse::<i64>().is_ok_and(|at| (now - 5..=now).contains(&at)));

    let signing = Signing::new().id("odd id").timestamp("007").key("sandbox-key-1").foreign_key();
    let odd = sandbox.sign_webhook_with("", signing).expect("a known key");
    assert_eq!((odd.id.as_str(), odd.timestamp.as_str()), ("odd id", "007"));
    let keys = [sandbox.webhook_keys()[0].public_key.clone()];
    let headers = odd.headers().map(|(_, value)| value);
    assert_eq!((odd.signature.split(' ').count(), signers(&keys, headers, b"").len()), (2, 1));
    assert!(sandbox.sign_webhook_with("", Signing::new().key("nobody's")).is_none());
}

#[tokio::test]
async fn the_keys_are_cached_counted_and_broken_as_a_test_wants() {
    let api = Api::with(Sandbox::builder().webhook_keys_cache_control("Max-Age=60").start().await.expect("a sandbox"));
    let url = format!("{}/.well-known/webhook-keys", api.sandbox.origin());
    assert_eq!(send(api.http.get(&url)).await.headers()["cache-control"], "Max-Age=60");
    api.sandbox.set_webhook_keys_cache_control(None);
    assert!(!send(api.http.get(&url)).await.headers().contains_key("cache-control"));
    api.sandbox.inject(Fault::on(Operation::WebhookKeys).status(503));
    assert_eq!(send(api.http.get(&url)).await.status(), 503);
    api.sandbox.inject(Fault::on(Operation::WebhookKeys).json(&json!({ "keys": [{ "key": "whpk_x" }] })));
    let (status, keys) = answer(api.http.get(&url)).await;
    assert_eq!((status, &keys["keys"][0]["key"]), (200, &"whpk_x".into()));
    assert_eq!(api.sandbox.count(Operation::WebhookKeys), 4);
}

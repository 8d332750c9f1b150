//! Deliveries verified with the keys that the service publishes.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use mobiscroll_connect::{Client, Error, WebhookDelivery, WebhookKind as Reason, WebhookOptions};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed, SignedDelivery, Signing};
use tokio::time::{advance, pause, resume};

use crate::support::{ADA, builder, client, client_of};

const BODY: &str = r#"{"provider":"google","userId":"ada","calendarId":"primary","events":[{"id":"e"}]}"#;

async fn sandbox() -> Sandbox {
    Sandbox::builder().seed(Seed::Empty).start().await.unwrap()
}

pub(crate) fn headers(delivery: &SignedDelivery) -> HeaderMap {
    let pair =
        |(name, value): (&'static str, &str)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    delivery.headers().map(pair).into_iter().collect()
}

async fn verify(client: &Client, delivery: &SignedDelivery) -> Result<WebhookDelivery, Error> {
    client.webhooks().verify_webhook(&delivery.body, &headers(delivery)).await
}

fn forged(sandbox: &Sandbox) -> SignedDelivery {
    sandbox.sign_webhook_with(BODY, Signing::new().foreign_key()).unwrap()
}

/// Why a delivery was refused, and whether it may come again.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (Reason, bool) {
    let error = result.unwrap_err();
    assert_eq!(error.code(), "WEBHOOK_VERIFICATION_ERROR");
    let Error::WebhookVerification(failure) = &error else { panic!("{error:?}") };
    assert_eq!(failure.is_retryable(), error.is_retryable());
    (failure.kind(), error.is_retryable())
}

fn fetches(sandbox: &Sandbox) -> usize {
    sandbox.requests_of(Operation::WebhookKeys).len()
}

/// Lets the client's clock go ahead, without waiting and without skewing what is under way.
async fn jump(by: Duration) {
    pause();
    advance(by).await;
    resume();
}

const MINUTE: Duration = Duration::from_secs(61);
const MISMATCH_FINAL: (Reason, bool) = (Reason::NoMatchingSignature, false);
const MISMATCH_FOR_NOW: (Reason, bool) = (Reason::NoMatchingSignature, true);
const NO_KEYS: (Reason, bool) = (Reason::NoPublicKeys, true);

#[tokio::test]
async fn keys_are_fetched_once_for_all_clients_and_without_credentials() {
    let sandbox = sandbox().await;
    let one = client_of(&sandbox, ADA);
    let delivery = verify(&one, &sandbox.sign_webhook(BODY)).await.unwrap();
    assert_eq!((delivery.user_id.as_deref(), delivery.events.len()), (Some("ada"), 1));
    verify(&client(&sandbox), &sandbox.sign_webhook(BODY)).await.unwrap();
    verify(&one.for_user("bob"), &sandbox.sign_webhook(BODY)).await.unwrap();
    let requests = sandbox.requests_of(Operation::WebhookKeys);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/.well-known/webhook-keys");
    assert!(requests[0].headers.iter().all(|(name, _)| name != "authorization" && name != "client_id"));
}

#[tokio::test]
async fn what_fails_before_the_keys_fetches_none() {
    let sandbox = sandbox().await;
    let client = builder(&sandbox).webhook_options(WebhookOptions::new().max_body(100)).build().unwrap();
    let webhooks = client.webhooks();
    let good = sandbox.sign_webhook(BODY);
    let headers = headers(&good);
    let with = |name: &'static str, value: &'static str| {
        let mut headers = headers.clone();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    };
    let refused = async |headers: &HeaderMap, body: &[u8]| refusal(webhooks.verify_webhook(body, headers).await);
    assert_eq!(refused(&headers, &[b' '; 101]).await, (Reason::TooLarge, false));
    assert_eq!(refused(&HeaderMap::new(), b"{}").await, (Reason::MissingHeaders, false));
    assert_eq!(refused(&with("webhook-id", ""), b"{}").await, (Reason::MissingHeaders, false));
    assert_eq!(refused(&with("webhook-timestamp", "+1"), b"{}").await, (Reason::InvalidTimestamp, false));
    assert_eq!(refused(&with("webhook-timestamp", "1"), b"{}").await, (Reason::TimestampOutOfTolerance, false));
    assert_eq!(refused(&with("webhook-signature", "a a a a a a a a a"), b"{}").await, (Reason::TooLarge, false));
    let mut twice = headers.clone();
    twice.append("webhook-signature", HeaderValue::from_static("v1a,x"));
    assert_eq!(refused(&twice, b"{}").await, (Reason::MissingHeaders, false));
    assert_eq!(fetches(&sandbox), 0);
}

#[tokio::test]
async fn a_flood_of_forged_deliveries_fetches_once_a_minute_and_turns_away_nothing_genuine() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    assert_eq!(refusal(verify(&client, &forged(&sandbox)).await), MISMATCH_FINAL);
    for _ in 0..100 {
        assert_eq!(refusal(verify(&client, &forged(&sandbox)).await), MISMATCH_FOR_NOW);
        verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    }
    assert_eq!(fetches(&sandbox), 1);
    // The allowance is spent when the service changes its key at once.
    sandbox.revoke_webhook_key(&sandbox.webhook_keys()[0].id);
    let genuine = sandbox.sign_webhook(BODY);
    assert_eq!(refusal(verify(&client, &genuine).await), MISMATCH_FOR_NOW);
    jump(MINUTE).await;
    verify(&client, &genuine).await.unwrap();
    assert_eq!(fetches(&sandbox), 2);
}

#[tokio::test]
async fn keys_are_renewed_ahead_of_their_age_and_nobody_waits() {
    let sandbox = Sandbox::builder().webhook_keys_cache_control("max-age=1000").start().await.unwrap();
    let client = client(&sandbox);
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    jump(Duration::from_secs(899)).await;
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    assert_eq!(fetches(&sandbox), 1);

    jump(Duration::from_secs(10)).await;
    let stall = sandbox.inject(Fault::on(Operation::WebhookKeys).delay(Duration::from_millis(300)));
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    crate::support::until(|| stall.fired() == 1 && fetches(&sandbox) == 2).await;
}

#[tokio::test]
async fn a_revoked_key_ends_with_the_age_of_the_keys() {
    let sandbox = Sandbox::builder().webhook_keys_cache_control("max-age=300").start().await.unwrap();
    let client = client(&sandbox);
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    let leaked = sandbox.webhook_keys()[0].id.clone();
    sandbox.revoke_webhook_key(&leaked);
    let by_leaked = || sandbox.sign_webhook_with(BODY, Signing::new().key(&leaked)).unwrap();
    jump(Duration::from_secs(301)).await;
    assert_eq!(refusal(verify(&client, &by_leaked()).await), MISMATCH_FINAL);
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    assert_eq!(fetches(&sandbox), 2);
}

#[tokio::test]
async fn keys_that_may_not_be_kept_are_fetched_once_a_minute() {
    let sandbox = Sandbox::builder().webhook_keys_cache_control("no-store, max-age=0").start().await.unwrap();
    let client = client(&sandbox);
    for expected in 1..=3 {
        for _ in 0..5 {
            verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
        }
        assert_eq!(fetches(&sandbox), expected);
        jump(MINUTE).await;
    }
}

#[tokio::test]
async fn the_last_good_keys_stay_whatever_the_service_answers() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    let on_keys = || Fault::on(Operation::WebhookKeys).status(200);
    let elsewhere = "http://127.0.0.1:1/keys";
    let odd: Vec<Fault> = vec![
        on_keys().status(500).json(&serde_json::json!({ "error": "x" })),
        on_keys().html(),
        on_keys().empty(),
        on_keys().disconnect(),
        on_keys().huge(3 * 1024 * 1024),
        on_keys().half_body(),
        on_keys().redirect(elsewhere),
        on_keys().json(&serde_json::json!([])),
        on_keys().json(&serde_json::json!({ "keys": [] })),
        on_keys().json(&serde_json::json!({ "keys": "none" })),
        on_keys().json(&serde_json::json!({ "keys": [null, 1, {}, { "key": 5 }, { "key": "whpk_AAAA" }] })),
    ];
    for fault in odd {
        jump(Duration::from_secs(3601)).await;
        let fault = sandbox.inject(fault);
        verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
        assert_eq!(fault.fired(), 1, "{}", fault.description());
        assert_eq!(refusal(verify(&client, &forged(&sandbox)).await), MISMATCH_FOR_NOW);
    }
}

#[tokio::test]
async fn one_bad_key_does_not_hide_the_good_one_beside_it() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let good = &sandbox.webhook_keys()[0].public_key;
    let weak = "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let document = serde_json::json!({ "keys": [
        { "key": weak }, { "alg": "rsa", "key": good }, "text", { "key": "whpk_?" },
        { "id": 7, "alg": "ED25519", "key": good, "status": "retired", "activated_at": false, "more": [] },
    ] });
    sandbox.inject(Fault::on(Operation::WebhookKeys).status(200).json(&document));
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
}

#[tokio::test]
async fn a_redirect_is_followed() {
    let sandbox = sandbox().await;
    let elsewhere = self::sandbox().await;
    let to = format!("{}/.well-known/webhook-keys", elsewhere.origin());
    sandbox.inject(Fault::on(Operation::WebhookKeys).redirect(&to));
    let client = client(&sandbox);
    verify(&client, &elsewhere.sign_webhook(BODY)).await.unwrap();
    assert_eq!(fetches(&elsewhere), 1);
}

#[tokio::test]
async fn the_first_fetch_is_tried_again_soon_as_long_as_there_are_no_keys() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let down = sandbox.inject(Fault::on(Operation::WebhookKeys).status(503).always());
    let mut waited = Duration::ZERO;
    for tries in 1..=10 {
        assert_eq!(refusal(verify(&client, &sandbox.sign_webhook(BODY)).await), NO_KEYS);
        // Deliveries in the pause do not fetch.
        assert_eq!(refusal(verify(&client, &sandbox.sign_webhook(BODY)).await), NO_KEYS);
        assert_eq!(fetches(&sandbox), tries);
        let pause = Duration::from_millis(500 << (tries - 1)).min(MINUTE);
        waited += pause;
        jump(pause).await;
    }
    assert!(waited < Duration::from_secs(300), "{waited:?}");
    down.remove();
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
}

#[tokio::test]
async fn a_pinned_key_counts_until_keys_were_fetched() {
    let sandbox = sandbox().await;
    let pinned = sandbox.webhook_keys()[0].clone();
    let client = builder(&sandbox).webhook_public_key(&pinned.public_key).build().unwrap();
    let down = sandbox.inject(Fault::on(Operation::WebhookKeys).status(503).always());
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
    assert_eq!(refusal(verify(&client, &forged(&sandbox)).await), MISMATCH_FOR_NOW);
    assert_eq!(fetches(&sandbox), 1);

    down.remove();
    sandbox.revoke_webhook_key(&pinned.id);
    jump(MINUTE).await;
    let retired = sandbox.sign_webhook_with(BODY, Signing::new().key(&pinned.id)).unwrap();
    assert_eq!(refusal(verify(&client, &retired).await), MISMATCH_FINAL);
    verify(&client, &sandbox.sign_webhook(BODY)).await.unwrap();
}

#[tokio::test]
async fn a_pinned_key_that_is_none_is_a_configuration_error() {
    let sandbox = sandbox().await;
    for key in ["", "whpk_", "whpk_AAAA", "secret", "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        let error = builder(&sandbox).webhook_public_key(key).build().unwrap_err();
        assert!(matches!(error, Error::Configuration(_)), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_deliveries_at_once_share_one_fetch_and_cancelled_ones_cancel_nothing() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let slow = sandbox.inject(Fault::on(Operation::WebhookKeys).delay(Duration::from_millis(500)));
    let deliver = |wait: Duration| {
        let (client, delivery) = (client.clone(), sandbox.sign_webhook(BODY));
        tokio::spawn(async move { tokio::time::timeout(wait, verify(&client, &delivery)).await })
    };
    // The one that begins the fetch gives up first.
    let cancelled = deliver(Duration::from_millis(50));
    assert!(cancelled.await.unwrap().is_err());
    let waiting: Vec<_> = (0..1000).map(|_| deliver(Duration::from_secs(60))).collect();
    for verified in waiting {
        verified.await.unwrap().unwrap().unwrap();
    }
    assert_eq!((slow.fired(), fetches(&sandbox)), (1, 1));
}

#[test]
fn a_fetch_that_ended_with_its_runtime_is_started_again() {
    let sandbox = Sandbox::start_blocking().unwrap();
    let client = client(&sandbox);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    sandbox.inject(Fault::on(Operation::WebhookKeys).stall());
    runtime().block_on(async {
        let delivery = sandbox.sign_webhook(BODY);
        let verified = tokio::time::timeout(Duration::from_millis(200), verify(&client, &delivery));
        assert!(verified.await.is_err());
    });
    std::thread::sleep(Duration::from_millis(500));
    runtime().block_on(verify(&client, &sandbox.sign_webhook(BODY))).unwrap();
}

#[tokio::test]
async fn a_refusal_shows_nothing_of_the_delivery_or_the_keys() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let forged = forged(&sandbox);
    let error = verify(&client, &forged).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    for hidden in [&forged.id, &forged.signature[4..20], "primary", &sandbox.webhook_keys()[0].public_key] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[tokio::test]
async fn a_delivery_is_read_whatever_its_members_are() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let body = r#"{"provider":"proton","userId":42,"calendarId":"cal","changeType":"moved","timestamp":"2026-11-24T00:00:00",
        "metadata":{"channelId":null,"eventCount":"many","isInitialSync":true},"novelty":{"deep":[1]},
        "events":[{"id":"a","changeType":"created","conference":{"url":"https://meet.example/x","provider":"zoom"}},
            {"id":"b","provider":"google","calendarId":"own","changeType":"renamed","conference":"https://meet.example/y"},
            "text",{"id":"c","start":"tomorrow"},{"title":"no id","start":null}]}"#;
    let delivery = verify(&client, &sandbox.sign_webhook(body.to_owned())).await.unwrap();
    assert_eq!(delivery.provider.as_ref().map(|provider| provider.as_str()), Some("proton"));
    assert_eq!(delivery.user_id.as_deref(), Some("42"));
    assert_eq!(delivery.change_type.as_ref().map(|change| change.as_str()), Some("moved"));
    assert_eq!(delivery.timestamp, Some("2026-11-24T00:00:00Z".parse().unwrap()));
    assert_eq!((delivery.metadata.event_count, delivery.metadata.is_initial_sync), (None, Some(true)));
    assert!(delivery.sent_at.duration_since(Timestamp::now()).abs().as_secs() < 300);

    let [a, b, nameless] = &delivery.events[..] else { panic!("{delivery:?}") };
    assert_eq!((a.provider.as_ref().unwrap().as_str(), a.calendar_id.as_deref()), ("proton", Some("cal")));
    assert_eq!(a.conference.as_ref().unwrap().url.as_deref(), Some("https://meet.example/x"));
    assert_eq!((b.provider.as_ref().unwrap().as_str(), b.calendar_id.as_deref()), ("google", Some("own")));
    assert_eq!(b.change_type.as_ref().unwrap().as_str(), "renamed");
    assert_eq!(b.conference.as_ref().unwrap().url.as_deref(), Some("https://meet.example/y"));
    assert_eq!((nameless.id.as_deref(), nameless.start), (None, None));
    assert_eq!(delivery.malformed.iter().map(|item| item.index).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(delivery.raw.parse::<serde_json::Value>().unwrap()["novelty"]["deep"][0], 1);
}

#[tokio::test]
async fn odd_bodies_of_genuine_deliveries_lose_nothing() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let (open, close) = (r#"{"a":"#.repeat(500), "}".repeat(500));
    let deep = format!(r#"{{"novelty":{open}1{close},"events":[{{"id":"a","custom":{open}1{close}}},{{"id":"b"}}]}}"#);
    for (body, events, malformed) in [
        (deep.as_str(), 1, 1),
        ("{}", 0, 0),
        (r#"{"events":null,"metadata":7}"#, 0, 0),
        (r#"{"events":{"id":"a"}}"#, 0, 1),
        (r#"{"events":"none"}"#, 0, 1),
        (r#"{"provider":1,"provider":"google","events":[{"id":"a"}]}"#, 1, 0),
        (
            r#"{"provider":{},"userId":[],"calendarId":true,"events":[{"id":7,"attendees":[null,"x@example.com"]}]}"#,
            1,
            0,
        ),
    ] {
        let delivery = verify(&client, &sandbox.sign_webhook(body.to_owned())).await.unwrap();
        assert_eq!((delivery.events.len(), delivery.malformed.len()), (events, malformed), "{body}");
    }
}

//! Measures the effect of forged and replayed deliveries and of key rotation on a receiver, and fails if it is harmful.
//!
//! ```sh
//! cargo run --release --example webhook_flood --features axum,webhooks
//! ```
//!
//! The argument is the number of forged deliveries. Default: 1,000,000.

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use http::{HeaderMap, HeaderName, HeaderValue};
use mobiscroll_connect::{Client, LocalReplayMemory, WebhookDelivery, WebhookReceiver};
use mobiscroll_connect_sandbox::{Operation, Sandbox, SignedDelivery, Signing};

const BODY: &str = r#"{"provider":"google","userId":"ada","calendarId":"primary","changeType":"updated",
    "events":[{"id":"evt_1","title":"Team meeting","changeType":"updated"}],"metadata":{"eventCount":1}}"#;
/// The number of forged deliveries between two genuine ones
const FORGED_EACH: usize = 1000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let forged = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse())?;
    flood(forged).await?;
    rotation(10_000).await?;
    replays(10_000).await
}

fn client(sandbox: &Sandbox) -> Result<Client, Box<dyn Error>> {
    let builder = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    Ok(builder.base_url(sandbox.base_url()).build()?)
}

fn headers(delivery: &SignedDelivery) -> Result<HeaderMap, Box<dyn Error>> {
    let pairs =
        delivery.headers().map(|(name, value)| Ok((HeaderName::from_static(name), HeaderValue::try_from(value)?)));
    pairs.into_iter().collect()
}

async fn verify(client: &Client, delivery: &SignedDelivery) -> Result<WebhookDelivery, Box<dyn Error>> {
    Ok(client.webhooks().verify_webhook(&delivery.body, &headers(delivery)?).await?)
}

/// Sends forged deliveries, each with an id and a signature of its own, and genuine ones in between.
async fn flood(forged: usize) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let client = client(&sandbox)?;
    verify(&client, &sandbox.sign_webhook(BODY)).await?;
    let memory = LocalReplayMemory::new();
    let receiver = WebhookReceiver::new(client.clone(), |_| async { Ok::<_, ()>(()) }).replay_memory(memory.clone());
    let samples =
        (0..64).map(|_| headers(&sandbox.sign_webhook_with(BODY, Signing::new().foreign_key()).ok_or("no key")?));
    let samples = samples.collect::<Result<Vec<_>, _>>()?;
    let bare = bare_verification();

    let (before, begun) = (resident_kib()?, Instant::now());
    let (mut accepted, mut genuine, mut refused, mut rejecting) = (0, 0, 0, Duration::ZERO);
    for number in 0..forged {
        if number % FORGED_EACH == 0 {
            genuine += 1;
            let delivery = sandbox.sign_webhook(BODY);
            accepted += usize::from(receiver.receive(&headers(&delivery)?, delivery.body).await.status() == 204);
        }
        let mut headers = samples[number % samples.len()].clone();
        headers.insert("webhook-id", HeaderValue::try_from(format!("msg_{number:032x}"))?);
        headers.insert("webhook-timestamp", jiff::Timestamp::now().as_second().into());
        let begun = Instant::now();
        refused += usize::from(!receiver.receive(&headers, BODY.as_bytes()).await.status().is_success());
        rejecting += begun.elapsed();
    }
    let (elapsed, growth) = (begun.elapsed(), resident_kib()?.saturating_sub(before));
    let fetches = sandbox.requests_of(Operation::WebhookKeys).len();
    let evictions = accepted - memory.len();
    let reject = rejecting / u32::try_from(forged.max(1))?;
    println!("flood: {refused} of {forged} forged deliveries rejected in {elapsed:.1?}");
    println!("  genuine ones accepted: {accepted} of {genuine}");
    println!("  key fetches: {fetches}; evictions: {evictions}; memory: +{growth} KiB");
    println!(
        "  a reject: {reject:.1?}; a bare Ed25519 verification: {bare:.1?}; ratio {:.2}",
        reject.as_secs_f64() / bare.as_secs_f64()
    );
    check(refused == forged && accepted == genuine, "each was decided rightly")?;
    check(fetches as u64 <= 2 + elapsed.as_secs() / 60, "at most one fetch a minute")?;
    check(evictions == 0 && growth < 64 * 1024, "nothing evicted, nothing grown")
}

/// Measures how long strict Ed25519 verification takes to reject a signature of the same message.
fn bare_verification() -> Duration {
    let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
    let message = [&[b'x'; 50], BODY.as_bytes()].concat();
    let forged = SigningKey::from_bytes(&[8; 32]).sign(&message);
    let begun = Instant::now();
    for _ in 0..5_000 {
        let _ = black_box(black_box(&key).verify_strict(black_box(&message), black_box(&forged)));
    }
    begun.elapsed() / 5_000
}

/// Rotates keys with overlap, by cutover and by emergency revocation, with time that passes between deliveries.
async fn rotation(deliveries: usize) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().webhook_keys_cache_control("max-age=300").start().await?;
    let client = client(&sandbox)?;
    let (mut false_rejects, mut after_revoke, mut revoked, mut tried) = (0, 0, None::<(String, usize)>, 0);
    for number in 0..deliveries {
        match number % 1000 {
            250 => drop(sandbox.rotate_webhook_key()),
            500 => drop(sandbox.retire_webhook_keys()),
            750 => {
                let key = sandbox.webhook_keys().swap_remove(0).id;
                sandbox.revoke_webhook_key(&key);
                revoked = Some((key, number));
            }
            _ => {}
        }
        pass(Duration::from_secs(2)).await;
        let genuine = sandbox.sign_webhook(BODY);
        let mut verified = verify(&client, &genuine).await;
        // A retryable response is not a rejection: the service sends the delivery again.
        for _ in 0..3 {
            if !verified.as_ref().is_err_and(|error| is_retryable(error.as_ref())) {
                break;
            }
            pass(Duration::from_secs(61)).await;
            verified = verify(&client, &genuine).await;
        }
        false_rejects += usize::from(verified.is_err());
        // A revoked key is accepted until the cached keys expire: five minutes here.
        if let Some((key, _)) = revoked.as_ref().filter(|(_, since)| number > since + 151) {
            let by_revoked = sandbox.sign_webhook_with(BODY, Signing::new().key(key)).ok_or("no key")?;
            after_revoke += usize::from(verify(&client, &by_revoked).await.is_ok());
            tried += 1;
        }
    }
    let fetches = sandbox.requests_of(Operation::WebhookKeys).len();
    println!("rotation: {deliveries} deliveries, {fetches} key fetches, {} keys", sandbox.webhook_keys().len());
    println!("  false rejects: {false_rejects}; accepts after revoke: {after_revoke} of {tried}");
    check(false_rejects == 0 && after_revoke == 0 && tried > 0, "no false reject, nothing by a revoked key")
}

fn is_retryable(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<mobiscroll_connect::Error>().is_some_and(|error| error.is_retryable())
}

/// Advances the receiver's clock.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Replays each delivery, with a replay memory that is smaller than the number of deliveries.
async fn replays(deliveries: usize) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let client = client(&sandbox)?;
    let cap = deliveries / 2;
    let (memory, handled) = (LocalReplayMemory::with_capacity(cap), Arc::new(AtomicUsize::new(0)));
    let counter = handled.clone();
    let handler = move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Ok::<_, ()>(()))
    };
    let receiver = WebhookReceiver::new(client, handler).replay_memory(memory.clone());
    let (mut refused, mut again) = (0, 0);
    for number in 1..=deliveries {
        let delivery = sandbox.sign_webhook(BODY);
        for _ in 0..3 {
            let outcome = receiver.receive(&headers(&delivery)?, delivery.body.clone()).await;
            refused += usize::from(outcome.status() != 204);
        }
        again += handled.load(Ordering::SeqCst) - number;
    }
    let grown = memory.len();
    pass(Duration::from_secs(11 * 60)).await;
    let delivery = sandbox.sign_webhook(BODY);
    receiver.receive(&headers(&delivery)?, delivery.body).await;
    println!("replays: {deliveries} deliveries, each three times, with a replay memory for {cap} ids");
    println!("  refused: {refused}; replays handled: {again}; ids: {grown}, and {} eleven minutes later", memory.len());
    check(refused == 0 && again == 0 && memory.len() == cap, "no replay, and the memory within its cap again")
}

fn check(holds: bool, promise: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("broken: {promise}").into()) }
}

/// Returns the memory of this process, if the system reports it.
fn resident_kib() -> Result<u64, Box<dyn Error>> {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return Ok(0) };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?.parse()?)
}

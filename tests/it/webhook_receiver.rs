//! The receiver without a framework.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use mobiscroll_connect::{
    LocalReplayMemory, ReplayClaim, ReplayFuture, ReplayMemory, Retention, WebhookKind, WebhookOptions, WebhookOutcome,
    WebhookReceiver,
};
use mobiscroll_connect_sandbox::{Sandbox, SignedDelivery, Signing};
use tokio::sync::Notify;
use tokio::time::{Instant, advance, timeout};

use crate::support::{builder, client, until};

const RETENTION: Retention =
    Retention { replayable: Duration::from_secs(600), remember: Duration::from_secs(24 * 60 * 60) };

fn headers(delivery: &SignedDelivery) -> HeaderMap {
    delivery.headers().iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

async fn receive(receiver: &WebhookReceiver, delivery: &SignedDelivery) -> u16 {
    receiver.receive(&headers(delivery), delivery.body.clone()).await.status().as_u16()
}

/// Has the webhook keys fetched, so that the time of the fetch, or virtual time, is not that of the test.
async fn fetch_keys(sandbox: &Sandbox, receiver: &WebhookReceiver, handled: &AtomicUsize) {
    assert_eq!(receive(receiver, &sandbox.sign_webhook("{}")).await, 204);
    handled.store(0, Ordering::SeqCst);
}

/// A receiver whose handler succeeds, and how often it did.
fn counting(sandbox: &Sandbox) -> (WebhookReceiver, Arc<AtomicUsize>) {
    let handled = Arc::new(AtomicUsize::new(0));
    let counter = handled.clone();
    let receiver = WebhookReceiver::new(client(sandbox), move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Ok::<_, ()>(()))
    });
    (receiver, handled)
}

#[tokio::test]
async fn a_handler_that_panics_before_it_returns_its_future_is_retried_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let tries = Arc::new(AtomicUsize::new(0));
    let counter = tries.clone();
    let receiver = WebhookReceiver::new(client(&sandbox), move |_| {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        assert!(number > 1, "a handler that panics");
        async move {
            assert!(number > 2, "a handler whose future panics");
            Ok::<_, ()>(())
        }
    });
    let delivery = sandbox.sign_webhook("{}");
    for expected in [500, 500, 500, 204, 204] {
        assert_eq!(receive(&receiver, &delivery).await, expected);
    }
    assert_eq!(tries.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_handler_that_hangs_is_ended_and_its_delivery_retried() {
    let sandbox = Sandbox::start().await.unwrap();
    let (tries, dropped) = (Arc::new(AtomicUsize::new(0)), Arc::new(()));
    let (counter, held) = (tries.clone(), dropped.clone());
    let receiver = WebhookReceiver::new(client(&sandbox), move |_| {
        let (number, held) = (counter.fetch_add(1, Ordering::SeqCst), held.clone());
        async move {
            if number == 0 {
                std::future::pending::<()>().await;
            }
            drop(held);
            Ok::<_, ()>(())
        }
    });
    let receiver = receiver.handler_timeout(Duration::from_millis(50));
    let delivery = sandbox.sign_webhook("{}");
    let outcome = receiver.receive(&headers(&delivery), delivery.body.clone()).await;
    assert!(matches!(outcome, WebhookOutcome::TimedOut), "{outcome:?}");
    assert_eq!(outcome.status(), 500);
    until(|| Arc::strong_count(&dropped) == 2).await;
    let mut status = 503;
    while status == 503 {
        status = receive(&receiver, &delivery).await;
    }
    assert_eq!((status, tries.load(Ordering::SeqCst)), (204, 2));
}

/// A memory whose claims wait, and of which some responses get lost.
#[derive(Clone, Default)]
struct Flaky {
    memory: LocalReplayMemory,
    gate: Arc<Notify>,
    /// How many claims fail after they have been granted.
    lost_claims: Arc<AtomicUsize>,
    /// How many ids cannot be kept or forgotten.
    lost_writes: Arc<AtomicUsize>,
}

fn fail_if(left: &AtomicUsize) -> Result<(), &'static str> {
    let failed = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if failed.is_ok() { Err("the connection to the database broke") } else { Ok(()) }
}

impl ReplayMemory for Flaky {
    fn claim<'a>(&'a self, id: &'a str, fence: u64, ttl: Duration) -> ReplayFuture<'a, ReplayClaim> {
        Box::pin(async move {
            let claim = self.memory.claim(id, fence, ttl).await?;
            self.gate.notified().await;
            fail_if(&self.lost_claims)?;
            Ok(claim)
        })
    }

    fn keep<'a>(&'a self, id: &'a str, fence: u64, retention: Retention) -> ReplayFuture<'a, ()> {
        Box::pin(async move {
            fail_if(&self.lost_writes)?;
            self.memory.keep(id, fence, retention).await
        })
    }

    fn forget<'a>(&'a self, id: &'a str, fence: u64) -> ReplayFuture<'a, ()> {
        Box::pin(async move {
            fail_if(&self.lost_writes)?;
            self.memory.forget(id, fence).await
        })
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_during_the_claim_leaves_no_claim_behind() {
    let sandbox = Sandbox::start().await.unwrap();
    let memory = Flaky::default();
    let (receiver, handled) = counting(&sandbox);
    fetch_keys(&sandbox, &receiver, &handled).await;
    let receiver = receiver.replay_memory(memory.clone());
    let delivery = sandbox.sign_webhook("{}");
    let given_up = timeout(Duration::from_millis(50), receive(&receiver, &delivery)).await;
    assert!(given_up.is_err() && handled.load(Ordering::SeqCst) == 0);
    memory.gate.notify_one();
    until(|| handled.load(Ordering::SeqCst) == 1).await;
    memory.gate.notify_one();
    assert_eq!(receive(&receiver, &delivery).await, 204);
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_claim_whose_response_got_lost_is_forgotten() {
    let sandbox = Sandbox::start().await.unwrap();
    let memory = Flaky::default();
    let (receiver, handled) = counting(&sandbox);
    let receiver = receiver.replay_memory(memory.clone());
    let delivery = sandbox.sign_webhook("{}");
    memory.lost_claims.store(1, Ordering::SeqCst);
    memory.lost_writes.store(1, Ordering::SeqCst);
    memory.gate.notify_one();
    assert_eq!(receive(&receiver, &delivery).await, 503);
    // Forgetting it fails once, too.
    until(|| memory.memory.is_empty()).await;
    memory.gate.notify_one();
    assert_eq!(receive(&receiver, &delivery).await, 204);
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_success_that_could_not_be_kept_is_kept_later() {
    let sandbox = Sandbox::start().await.unwrap();
    let memory = Flaky::default();
    let (receiver, handled) = counting(&sandbox);
    let receiver = receiver.replay_memory(memory.clone());
    let delivery = sandbox.sign_webhook("{}");
    memory.lost_writes.store(1, Ordering::SeqCst);
    memory.gate.notify_one();
    assert_eq!(receive(&receiver, &delivery).await, 204);
    let is_kept = async || memory.memory.claim(&delivery.id, 0, Duration::ZERO).await.unwrap() == ReplayClaim::Done;
    assert!(!is_kept().await);
    while !is_kept().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_late_failure_does_not_remove_its_successors_claim_and_a_late_success_is_kept() {
    let memory = LocalReplayMemory::new();
    let minute = Duration::from_secs(60);
    assert_eq!(memory.claim("a", 1, Duration::ZERO).await.unwrap(), ReplayClaim::Granted);
    assert_eq!(memory.claim("a", 2, minute).await.unwrap(), ReplayClaim::Granted);
    memory.forget("a", 1).await.unwrap();
    assert_eq!(memory.claim("a", 3, minute).await.unwrap(), ReplayClaim::Pending);
    assert_eq!(memory.claim("a", 2, minute).await.unwrap(), ReplayClaim::Granted, "the same claim again");
    memory.keep("a", 1, RETENTION).await.unwrap();
    memory.forget("a", 2).await.unwrap();
    assert_eq!(memory.claim("a", 2, minute).await.unwrap(), ReplayClaim::Done);
}

#[tokio::test]
async fn a_delivery_with_a_new_signature_an_hour_later_is_not_handled_again() {
    let sandbox = Sandbox::start().await.unwrap();
    let (receiver, handled) = counting(&sandbox);
    let delivery = sandbox.sign_webhook("{}");
    assert_eq!(receive(&receiver, &delivery).await, 204);
    tokio::time::pause();
    for hours in [1, 22] {
        advance(Duration::from_secs(hours * 60 * 60)).await;
        let again = sandbox.sign_webhook_with("{}", Signing::new().id(&delivery.id)).unwrap();
        assert_eq!(receive(&receiver, &again).await, 204, "{hours}");
        assert_eq!(handled.load(Ordering::SeqCst), 1, "{hours}");
    }
    advance(Duration::from_secs(2 * 60 * 60)).await;
    assert_eq!(
        receive(&receiver, &sandbox.sign_webhook_with("{}", Signing::new().id(&delivery.id)).unwrap()).await,
        204
    );
    assert_eq!(handled.load(Ordering::SeqCst), 2, "a day is over");

    let (receiver, handled) = counting(&sandbox);
    let receiver = receiver.remember(Duration::ZERO);
    for _ in 0..3 {
        assert_eq!(receive(&receiver, &delivery).await, 204);
    }
    advance(Duration::from_secs(500)).await;
    assert_eq!(receive(&receiver, &delivery).await, 204);
    assert_eq!(handled.load(Ordering::SeqCst), 1, "its signature has not expired");
}

#[tokio::test(start_paused = true)]
async fn a_full_memory_forgets_the_oldest_ids_but_none_that_can_be_replayed() {
    let memory = LocalReplayMemory::with_capacity(3);
    let handle = async |id: &str| {
        assert_eq!(memory.claim(id, 7, Duration::from_secs(60)).await.unwrap(), ReplayClaim::Granted, "{id}");
        memory.keep(id, 7, RETENTION).await.unwrap();
    };
    let is_known = async |id: &str| {
        let claim = memory.claim(id, 8, Duration::ZERO).await.unwrap();
        claim == ReplayClaim::Done
    };
    for id in ["a", "b", "c", "d", "e"] {
        handle(id).await;
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!(memory.len(), 5, "none is refused, and none evicted");
    assert!(is_known("a").await);
    advance(Duration::from_secs(597)).await;
    handle("f").await;
    assert_eq!(memory.len(), 3);
    for (id, known) in [("a", false), ("b", false), ("c", false), ("d", true), ("e", true), ("f", true)] {
        assert_eq!(is_known(id).await, known, "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn ids_are_remembered_for_their_time_and_claims_end_by_themselves() {
    let memory = LocalReplayMemory::with_capacity(10);
    let claim = async |id: &str, fence| memory.claim(id, fence, Duration::from_secs(60)).await.unwrap();
    let retention = Retention { remember: Duration::from_secs(600), ..RETENTION };
    for round in 0..1000 {
        assert_eq!(claim("kept", 1).await, ReplayClaim::Granted, "{round}");
        assert_eq!(claim("kept", 2).await, ReplayClaim::Pending);
        memory.keep("kept", 1, retention).await.unwrap();
        memory.forget("kept", 1).await.unwrap();
        assert_eq!(claim("kept", 1).await, ReplayClaim::Done);
        assert_eq!(claim("failed", 1).await, ReplayClaim::Granted);
        memory.forget("failed", 1).await.unwrap();
        assert_eq!(claim("failed", 2).await, ReplayClaim::Granted);
        advance(Duration::from_secs(61)).await;
        assert_eq!(claim("failed", 3).await, ReplayClaim::Granted, "its process died");
        assert_eq!(claim("kept", 3).await, ReplayClaim::Done);
        advance(Duration::from_secs(600)).await;
        assert!(memory.is_empty());
    }
}

#[tokio::test]
async fn a_memory_that_fails_or_panics_makes_the_service_try_again() {
    struct Broken(bool);
    impl ReplayMemory for Broken {
        fn claim<'a>(&'a self, _: &'a str, _: u64, _: Duration) -> ReplayFuture<'a, ReplayClaim> {
            assert!(self.0, "a memory that panics");
            Box::pin(async { Err("the database is gone".into()) })
        }
        fn keep<'a>(&'a self, _: &'a str, _: u64, _: Retention) -> ReplayFuture<'a, ()> {
            unreachable!("nothing was claimed")
        }
        fn forget<'a>(&'a self, _: &'a str, _: u64) -> ReplayFuture<'a, ()> {
            Box::pin(async { Ok(()) })
        }
    }
    let sandbox = Sandbox::start().await.unwrap();
    for memory in [Broken(true), Broken(false)] {
        let (receiver, handled) = counting(&sandbox);
        assert_eq!(receive(&receiver.replay_memory(memory), &sandbox.sign_webhook("{}")).await, 503);
        assert_eq!(handled.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn operators_are_told_of_rejections_and_senders_are_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let options = WebhookOptions::new().max_body(100);
    let client = builder(&sandbox).webhook_options(options).build().unwrap();
    let heard = told.clone();
    let receiver = WebhookReceiver::new(client, |_| async { Ok::<_, ()>(()) }).on_rejected(move |rejection| {
        let kind = rejection.error().map(|error| match error {
            mobiscroll_connect::Error::WebhookVerification(failure) => failure.kind(),
            other => panic!("{other:?}"),
        });
        let offset = rejection.clock_offset().map(|offset| offset.as_secs() / 60);
        heard.lock().unwrap().push((rejection.status().as_u16(), kind, offset));
    });
    assert_eq!(receive(&receiver, &sandbox.sign_webhook("{}")).await, 204);
    let wrong_key = sandbox.sign_webhook_with("{}", Signing::new().foreign_key()).unwrap();
    let now = jiff::Timestamp::now();
    let at = |minutes: i64| {
        let at = (now + jiff::SignedDuration::from_mins(minutes)).as_second();
        sandbox.sign_webhook_with("{}", Signing::new().timestamp(at.to_string())).unwrap()
    };
    let mut bare = sandbox.sign_webhook("{}");
    bare.signature = String::new();
    let large = sandbox.sign_webhook(format!("{{\"a\":\"{}\"}}", "x".repeat(100)));
    for (delivery, status) in [(wrong_key, 503), (at(-30), 401), (at(90), 401), (bare, 401), (large, 413)] {
        let outcome = receiver.receive(&headers(&delivery), delivery.body.clone()).await;
        assert_eq!(outcome.status(), status);
    }
    let expected = [
        // The allowance to look for a newer key is spent.
        (503, Some(WebhookKind::NoMatchingSignature), None),
        (401, Some(WebhookKind::TimestampOutOfTolerance), Some(-30)),
        (401, Some(WebhookKind::TimestampOutOfTolerance), Some(90)),
        (401, Some(WebhookKind::MissingHeaders), None),
        (413, Some(WebhookKind::TooLarge), None),
    ];
    let told = told.lock().unwrap();
    assert_eq!(told.len(), expected.len());
    for (told, expected) in told.iter().zip(expected) {
        let near = |a: Option<i64>, b: Option<i64>| a.zip(b).is_none_or(|(a, b)| (a - b).abs() <= 1);
        assert_eq!((told.0, told.1), (expected.0, expected.1));
        assert!(told.2.is_some() == expected.2.is_some() && near(told.2, expected.2), "{told:?}");
    }
}

#[tokio::test]
async fn a_body_that_ends_early_or_never_is_rejected() {
    let sandbox = Sandbox::start().await.unwrap();
    let (receiver, _) = counting(&sandbox);
    let delivery = sandbox.sign_webhook("{}");
    let broken = reqwest::Body::wrap_stream(futures_util::stream::iter([Ok("{"), Err("the connection broke")]));
    assert_eq!(receiver.receive_body(&headers(&delivery), broken).await.status(), 400);
    assert_eq!(receiver.receive_body(&headers(&delivery), reqwest::Body::from("{}")).await.status(), 204);
    tokio::time::pause();
    let begun = Instant::now();
    let endless = reqwest::Body::wrap_stream(futures_util::stream::pending::<Result<&str, &str>>());
    assert_eq!(receiver.receive_body(&headers(&delivery), endless).await.status(), 408);
    assert!(begun.elapsed() < Duration::from_secs(31), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_hook_that_panics_leaves_the_response_as_it_is() {
    let sandbox = Sandbox::start().await.unwrap();
    let receiver = counting(&sandbox).0.on_rejected(|_| panic!("the hook"));
    assert_eq!(receiver.receive(&HeaderMap::new(), "{}").await.status().as_u16(), 401);
}

/// Grants a claim only after a while, and panics in the first `keep`.
#[derive(Default)]
struct Late {
    inner: LocalReplayMemory,
    delay: Duration,
    kept: AtomicUsize,
}

impl ReplayMemory for Late {
    fn claim<'a>(&'a self, id: &'a str, fence: u64, ttl: Duration) -> ReplayFuture<'a, ReplayClaim> {
        Box::pin(async move {
            tokio::time::sleep(self.delay).await;
            self.inner.claim(id, fence, ttl).await
        })
    }

    fn keep<'a>(&'a self, id: &'a str, fence: u64, retention: Retention) -> ReplayFuture<'a, ()> {
        assert!(self.kept.fetch_add(1, Ordering::SeqCst) > 0, "the first one");
        self.inner.keep(id, fence, retention)
    }

    fn forget<'a>(&'a self, id: &'a str, fence: u64) -> ReplayFuture<'a, ()> {
        self.inner.forget(id, fence)
    }
}

#[tokio::test]
async fn a_claim_that_is_granted_too_late_is_forgotten() {
    let sandbox = Sandbox::start().await.unwrap();
    let inner = LocalReplayMemory::new();
    let (receiver, handled) = counting(&sandbox);
    let slow = Late { inner: inner.clone(), delay: Duration::from_secs(33), kept: AtomicUsize::new(1) };
    fetch_keys(&sandbox, &receiver, &handled).await;
    tokio::time::pause();
    let receiver = receiver.replay_memory(slow);
    let delivery = sandbox.sign_webhook("{}");
    assert_eq!(receive(&receiver, &delivery).await, 503);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(inner.is_empty(), "the claim of a request that got its response is in the way of the next one");
    assert_eq!(handled.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_memory_that_panics_once_does_not_have_a_delivery_handled_twice() {
    let sandbox = Sandbox::start().await.unwrap();
    let (receiver, handled) = counting(&sandbox);
    fetch_keys(&sandbox, &receiver, &handled).await;
    tokio::time::pause();
    let receiver = receiver.replay_memory(Late::default());
    let delivery = sandbox.sign_webhook("{}");
    receive(&receiver, &delivery).await;
    tokio::time::sleep(Duration::from_secs(150)).await;
    assert_eq!(receive(&receiver, &delivery).await, 204);
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_id_of_any_length_is_remembered() {
    let sandbox = Sandbox::start().await.unwrap();
    let (receiver, handled) = counting(&sandbox);
    let delivery = sandbox.sign_webhook_with("{}", Signing::new().id("x".repeat(3_000))).unwrap();
    assert_eq!(receive(&receiver, &delivery).await, 204);
    assert_eq!(receive(&receiver, &delivery).await, 204);
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

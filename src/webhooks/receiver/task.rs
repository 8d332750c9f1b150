//! The task that owns a delivery: it claims the id, runs the handler, and keeps or forgets the id.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::{Handler, WebhookOutcome, WebhookReceiver, trace};
use crate::backoff::{Backoff, Jitter};
use crate::error::BoxError;
use crate::sync::in_span;
use crate::transport::runtime;
use crate::webhooks::delivery::WebhookDelivery;
use crate::webhooks::replay::{ReplayClaim, ReplayMemory, Retention};

/// How much longer than its handler a claim lasts: for keeping or forgetting the id.
const MARGIN: Duration = Duration::from_secs(60);

/// The longest id that is remembered as it is.
const LONGEST_ID: usize = 255;

/// The timeout of one step of the replay memory.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// The delays before a step of the replay memory is retried.
const RETRY: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));

/// Handles a delivery on a task of its own, and waits for the outcome.
pub(super) async fn start(receiver: &WebhookReceiver, delivery: WebhookDelivery) -> WebhookOutcome {
    let Ok(runtime) = runtime() else { return WebhookOutcome::Unavailable };
    let (answer, answered) = oneshot::channel();
    let task = Task {
        id: remembered(&delivery.id),
        fence: fence(),
        memory: receiver.memory.clone(),
        limit: receiver.handler_timeout,
        retention: Retention { replayable: receiver.replayable(), remember: receiver.remember },
        answer: Some(answer),
    };
    runtime.spawn(in_span(task.run(receiver.handler.clone(), delivery)));
    // The memory panicked, or the runtime is shut down.
    answered.await.unwrap_or(WebhookOutcome::Unavailable)
}

struct Task {
    id: String,
    /// Tells this claim from an earlier or a later one of the same id.
    fence: u64,
    memory: Arc<dyn ReplayMemory>,
    limit: Duration,
    retention: Retention,
    /// Where the outcome goes, until it is known.
    answer: Option<oneshot::Sender<WebhookOutcome>>,
}

impl Task {
    async fn run(mut self, handler: Handler, delivery: WebhookDelivery) {
        let (memory, id, fence, ttl) = (self.memory.clone(), self.id.clone(), self.fence, self.claim());
        let mut claiming = tokio::spawn(in_span(async move { memory.claim(&id, fence, ttl).await }));
        match within_step(&mut claiming).await {
            Ok(ReplayClaim::Granted) => {}
            Ok(ReplayClaim::Done) => return self.answer(WebhookOutcome::Repeated),
            Ok(ReplayClaim::Pending) => return self.answer(WebhookOutcome::Pending),
            Err(error) => {
                trace::memory_failed(&error);
                self.answer(WebhookOutcome::Unavailable);
                // It may have been granted, and its response lost; or it waits for a lock, and is granted later.
                if !claiming.is_finished() {
                    let _ = timeout(self.claim(), claiming).await;
                }
                return self.forget().await;
            }
        }
        if self.handle(handler, delivery).await { self.keep().await } else { self.forget().await }
    }

    /// Runs the handler, and reports whether it succeeded.
    async fn handle(&mut self, handler: Handler, delivery: WebhookDelivery) -> bool {
        let mut handled = tokio::spawn(in_span(async move { handler(delivery).await }));
        let outcome = match timeout(self.limit, &mut handled).await {
            Ok(outcome) => outcome,
            Err(_) => {
                handled.abort();
                self.answer(WebhookOutcome::TimedOut);
                // One that does not await goes on: until it ends, nobody else may handle the delivery.
                handled.await
            }
        };
        matches!(outcome, Ok(true))
    }

    async fn keep(mut self) {
        let (memory, id, fence, retention) = (self.memory.clone(), self.id.clone(), self.fence, self.retention);
        let keep = move || {
            let (memory, id) = (memory.clone(), id.clone());
            tokio::spawn(in_span(async move { memory.keep(&id, fence, retention).await }))
        };
        self.settle(WebhookOutcome::Handled, keep).await;
    }

    async fn forget(mut self) {
        let (memory, id, fence) = (self.memory.clone(), self.id.clone(), self.fence);
        let forget = move || {
            let (memory, id) = (memory.clone(), id.clone());
            tokio::spawn(in_span(async move { memory.forget(&id, fence).await }))
        };
        self.settle(WebhookOutcome::Failed, forget).await;
    }

    /// Answers after the first attempt of a step, and retries it until the claim expires.
    async fn settle(&mut self, outcome: WebhookOutcome, step: impl Fn() -> Step<()>) {
        let end = Instant::now() + self.claim();
        let settle = async || within_step(&mut step()).await.inspect_err(trace::memory_failed).is_ok();
        let mut done = settle().await;
        self.answer(outcome);
        for failures in 0.. {
            let delay = Jitter::Lower.apply(RETRY.delay(failures));
            if done || Instant::now() + delay >= end {
                return;
            }
            sleep(delay).await;
            done = settle().await;
        }
    }

    /// How long a claim lasts.
    fn claim(&self) -> Duration {
        self.limit + MARGIN
    }

    fn answer(&mut self, outcome: WebhookOutcome) {
        if let Some(answer) = self.answer.take() {
            trace::handled(&self.id, &outcome);
            // The caller may have given up.
            let _ = answer.send(outcome);
        }
    }
}

/// A step of the replay memory, on a task of its own: it goes on if it takes too long, and may panic.
type Step<T> = JoinHandle<Result<T, BoxError>>;

async fn within_step<T>(step: &mut Step<T>) -> Result<T, BoxError> {
    match timeout(STEP_TIMEOUT, step).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err("the replay memory panicked".into()),
        Err(_) => Err("the replay memory did not respond in time".into()),
    }
}

/// The id as the memory has it: databases index no text of any length.
fn remembered(id: &str) -> String {
    match id.len() {
        0..=LONGEST_ID => id.to_owned(),
        _ => Sha256::digest(id).iter().fold("sha256:".to_owned(), |hash, byte| hash + &format!("{byte:02x}")),
    }
}

/// A random number that no application can seed.
fn fence() -> u64 {
    RandomState::new().hash_one(fastrand::u64(..))
}

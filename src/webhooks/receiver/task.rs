//! The task that owns a delivery: it claims the id, runs the handler, and keeps or forgets the id.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::{Handler, WebhookOutcome, WebhookReceiver, trace};
use crate::backoff::{Backoff, Jitter};
use crate::error::BoxError;
use crate::sync::in_span;
use crate::transport::runtime;
use crate::webhooks::delivery::WebhookDelivery;
use crate::webhooks::replay::{ReplayClaim, ReplayFuture, ReplayMemory, Retention};

/// How much longer than its handler a claim lasts: for keeping or forgetting the id.
const MARGIN: Duration = Duration::from_secs(60);

/// The timeout of one step of the replay memory.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// The delays before a step of the replay memory is retried.
const RETRY: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));

/// Handles a delivery on a task of its own, and waits for the outcome.
pub(super) async fn start(receiver: &WebhookReceiver, delivery: WebhookDelivery) -> WebhookOutcome {
    let Ok(runtime) = runtime() else { return WebhookOutcome::Unavailable };
    let (answer, answered) = oneshot::channel();
    let task = Task {
        id: delivery.id.clone(),
        fence: fastrand::u64(..),
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
        match within_step(self.memory.claim(&self.id, self.fence, self.claim())).await {
            Ok(ReplayClaim::Granted) => {}
            Ok(ReplayClaim::Done) => return self.answer(WebhookOutcome::Repeated),
            Ok(ReplayClaim::Pending) => return self.answer(WebhookOutcome::Pending),
            Err(_) => {
                self.answer(WebhookOutcome::Unavailable);
                // It may have been granted, and its response lost.
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
        self.settle(WebhookOutcome::Handled, || memory.keep(&id, fence, retention)).await;
    }

    async fn forget(mut self) {
        let (memory, id, fence) = (self.memory.clone(), self.id.clone(), self.fence);
        self.settle(WebhookOutcome::Failed, || memory.forget(&id, fence)).await;
    }

    /// Answers after the first attempt of a step, and retries it until the claim expires.
    async fn settle<'a>(&mut self, outcome: WebhookOutcome, mut step: impl FnMut() -> ReplayFuture<'a, ()>) {
        let end = Instant::now() + self.claim();
        let mut done = within_step(step()).await.is_ok();
        self.answer(outcome);
        for failures in 0.. {
            let delay = Jitter::Lower.apply(RETRY.delay(failures));
            if done || Instant::now() + delay >= end {
                return;
            }
            sleep(delay).await;
            done = within_step(step()).await.is_ok();
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

async fn within_step<T>(step: ReplayFuture<'_, T>) -> Result<T, BoxError> {
    timeout(STEP_TIMEOUT, step).await.unwrap_or_else(|_| Err("the replay memory did not respond in time".into()))
}

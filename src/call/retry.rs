//! The attempts of a call.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::budget::Budget;
use super::options::Settings;
use super::trace;
use crate::error::{Error, SendStatus};
use crate::metrics::Counters;
use crate::operation::Operation;

/// Reports whether a failed call may be retried: the table above.
fn may_retry(operation: &Operation, error: &Error) -> bool {
    let idempotent = operation.is_idempotent;
    match (error, error.status()) {
        (Error::Network(_), _) => idempotent || error.send_status() == SendStatus::NotSent,
        (Error::RateLimit(_), _) | (_, Some(429)) => true,
        (_, Some(503)) => idempotent || error.retry_after().is_some(),
        (_, Some(408 | 502 | 504)) => idempotent,
        _ => false,
    }
}

/// The attempts of one call.
pub(crate) struct Attempts<'a> {
    operation: &'static Operation,
    settings: &'a Settings,
    budget: &'a Budget,
    counters: &'a Counters,
    deadline: Instant,
    failed: u32,
}

impl<'a> Attempts<'a> {
    pub(crate) fn start(
        operation: &'static Operation,
        settings: &'a Settings,
        budget: &'a Budget,
        counters: &'a Counters,
        deadline: Instant,
    ) -> Self {
        budget.call();
        Self { operation, settings, budget, counters, deadline, failed: 0 }
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Returns the timeout of the next attempt.
    pub(crate) fn timeout(&self) -> Duration {
        self.settings.http.timeout.min(self.deadline.saturating_duration_since(Instant::now()))
    }

    /// Waits until the next attempt is due, and returns the error that led to it. Fails with the error if there is none.
    pub(crate) async fn back_off(&mut self, error: Error) -> Result<Error, Error> {
        let policy = &self.settings.retry;
        self.failed += 1;
        if self.failed >= policy.max_attempts || !may_retry(self.operation, &error) {
            return Err(error);
        }
        let delay = policy.delay(self.failed).max(error.retry_after().unwrap_or_default());
        let Some(then) = Instant::now().checked_add(delay).filter(|then| *then < self.deadline) else {
            return Err(error);
        };
        if !self.budget.retry() {
            self.counters.denied_retries.count();
            trace::budget_spent(self.operation, &error);
            return Err(error);
        }
        trace::retry(self.operation, &error, delay, self.failed);
        sleep_until(then).await;
        self.counters.retries.count();
        Ok(error)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use http::StatusCode;
    use tokio::task::LocalSet;

    use super::*;
    use crate::error::ApiFailure;
    use crate::raw::operations;

    const CLIENTS: usize = 1000;
    const OUTAGE: std::ops::Range<usize> = 30..90;
    const SECONDS: usize = 150;

    /// A service that refuses everything for a minute, and then bears little more than it is usually asked for.
    struct Service {
        begun: Instant,
        /// Requests and refusals, by the second
        seen: RefCell<Vec<(usize, usize)>>,
    }

    impl Service {
        fn answer(&self) -> Result<(), Error> {
            let second = self.begun.elapsed().as_secs() as usize;
            let seen = &mut self.seen.borrow_mut()[second.min(SECONDS)];
            seen.0 += 1;
            if !OUTAGE.contains(&second) && seen.0 <= CLIENTS * 21 / 20 {
                return Ok(());
            }
            seen.1 += 1;
            let mut failure = ApiFailure::without_response("list_calendars", "the service is down");
            failure.status = Some(StatusCode::SERVICE_UNAVAILABLE);
            Err(Error::Server(failure))
        }
    }

    fn started<'a>(settings: &'a Settings, budget: &'a Budget, counters: &'a Counters) -> Attempts<'a> {
        let deadline = Instant::now() + settings.deadline;
        Attempts::start(&operations::LIST_CALENDARS, settings, budget, counters, deadline)
    }

    /// Calls once a second, if the last call has ended.
    async fn client(service: Rc<Service>, budget: u32) {
        let (settings, budget, counters) = (Settings::default(), Budget::new(budget), Counters::default());
        tokio::time::sleep(Duration::from_secs(1).mul_f64(fastrand::f64())).await;
        let mut clock = tokio::time::interval(Duration::from_secs(1));
        while service.begun.elapsed() < Duration::from_secs(SECONDS as u64) {
            clock.tick().await;
            let mut attempts = started(&settings, &budget, &counters);
            loop {
                let Err(error) = service.answer() else { break };
                if attempts.back_off(error).await.is_err() {
                    break;
                }
            }
        }
    }

    /// The requests of each second, and how long after the outage the last call was refused.
    async fn outage(budget: u32) -> (Vec<usize>, usize) {
        let seen = RefCell::new(vec![(0, 0); SECONDS + 1]);
        let service = Rc::new(Service { begun: Instant::now(), seen });
        let clients = LocalSet::new();
        for _ in 0..CLIENTS {
            clients.spawn_local(client(service.clone(), budget));
        }
        clients.await;
        let seen = service.seen.borrow();
        let recovered =
            (OUTAGE.end..SECONDS).rev().find(|second| seen[*second].1 > 0).map_or(0, |last| last + 1 - OUTAGE.end);
        (seen.iter().map(|second| second.0).collect(), recovered)
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_fail_once_a_minute_have_all_of_their_attempts() {
        let (settings, budget, counters) = (Settings::default(), Budget::new(20), Counters::default());
        for minute in 0..10 {
            let mut attempts = started(&settings, &budget, &counters);
            let mut made = 1;
            let begun = Instant::now();
            loop {
                let mut failure = ApiFailure::without_response("list_calendars", "the service is down");
                failure.status = Some(StatusCode::SERVICE_UNAVAILABLE);
                match attempts.back_off(Error::Server(failure)).await {
                    Ok(_) => made += 1,
                    Err(_) => break,
                }
            }
            assert_eq!(made, 3, "minute {minute}");
            sleep_until(begun + Duration::from_secs(60)).await;
        }
    }

    fn percent_more(requests: &[usize]) -> f64 {
        let usual = requests.len() * CLIENTS;
        (requests.iter().sum::<usize>() as f64 / usual as f64 - 1.0) * 100.0
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_of_a_thousand_clients_is_not_made_worse_and_ends_soon() {
        fastrand::seed(7);
        let mut extra = Vec::new();
        for (name, budget) in [("no retries", 0), ("a budget of 20 %", 20), ("no budget", u32::MAX / 2)] {
            let (requests, recovered) = outage(budget).await;
            let (all, late) = (percent_more(&requests[OUTAGE]), percent_more(&requests[OUTAGE.start + 20..OUTAGE.end]));
            println!(
                "{name}: {all:.1} % more requests in the outage, {late:.1} % after 20 s; recovered after {recovered} s"
            );
            extra.push((all, late, recovered));
        }
        let [(none, ..), (all, late, recovered), (unbounded, ..)] = extra[..] else { unreachable!() };
        assert!(none < 0.5 && unbounded > 50.0, "the model shows nothing");
        assert!(all < 20.0 && late < 20.5, "{all} {late}");
        assert!(recovered <= 5, "{recovered}");
    }
}

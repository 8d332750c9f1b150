//! Which failed calls are made again, and when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Method;
use tokio::time::{Instant, sleep_until};

use crate::call::Operation;
use crate::error::{Delivery, Error};
use crate::options::Settings;
use crate::trace;

/// How often a failed call is made again, and after which pause.
///
/// What is made again depends on what the call does, and on what is known of its request:
///
/// | what happened | reading, deleting | creating, updating and the rest |
/// |---|---|---|
/// | no connection came about: the request was surely not sent | again | again |
/// | 429 | again | again |
/// | 503 with `Retry-After` | again | again |
/// | 503 without, 408, 502, 504 | again | error |
/// | time-out, broken connection, answer that broke off | again | error: it may have been done |
/// | any other answer | error | error |
///
/// A delete that was made again may find its event gone, which is [`Error::NotFound`]. Refreshes have
/// rules of their own, and the repeat of a call after a refresh is not counted here.
///
/// The pause before the n-th repeat is chosen by chance up to `base_delay` x 2^(n-1), at most `max_delay`. Where the service
/// asks for more by `Retry-After`, it is given that. A pause that would pass the call's
/// [deadline](crate::RequestOptions::deadline) is not begun: the error comes at once, with its
/// [`retry_after`](Error::retry_after). So that an outage is not made worse, a client makes at most a fifth more requests
/// by repeating, or ten where that is more; [`ClientBuilder::retry_budget`](crate::ClientBuilder::retry_budget) sets how
/// many.
///
/// Each try sends the same bytes.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect::RetryPolicy;
///
/// let patient = RetryPolicy::new().max_attempts(5).base_delay(Duration::from_millis(500));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
}

impl RetryPolicy {
    /// Makes the default policy: three attempts, pauses of up to 0.3 and 0.6 seconds.
    pub fn new() -> Self {
        Self { max_attempts: 3, base_delay: Duration::from_millis(300), max_delay: Duration::from_secs(10) }
    }

    /// Makes a policy that never makes a call again.
    pub fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// Sets how often a call is made in all. Default: 3. 0 counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the longest pause before the first repeat; it doubles with each. Default: 300 milliseconds.
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets what no pause exceeds, unless the service asks for more. Default: 10 seconds.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Picks the pause after so many failures: full jitter.
    fn pause(&self, failures: u32) -> Duration {
        let longest = self.base_delay.saturating_mul(1 << (failures - 1).min(30)).min(self.max_delay);
        longest.mul_f64(fastrand::f64())
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Tells whether a call that failed so may be made again: the table above.
fn may_repeat(operation: &Operation, error: &Error) -> bool {
    let harmless = matches!(operation.method, Method::GET | Method::DELETE);
    match (error, error.status()) {
        (Error::Network(_), _) => harmless || error.delivery() == Delivery::NotSent,
        (_, Some(429)) => true,
        (_, Some(503)) => harmless || error.retry_after().is_some(),
        (_, Some(408 | 502 | 504)) => harmless,
        _ => false,
    }
}

/// The attempts of one call.
pub(crate) struct Attempts<'a> {
    operation: &'static Operation,
    settings: &'a Settings,
    budget: &'a Budget,
    deadline: Instant,
    failed: u32,
}

impl<'a> Attempts<'a> {
    pub(crate) fn begin(operation: &'static Operation, settings: &'a Settings, budget: &'a Budget) -> Self {
        budget.call();
        Self { operation, settings, budget, deadline: Instant::now() + settings.deadline, failed: 0 }
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Returns how long the next attempt may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.settings.timeout.min(self.deadline.saturating_duration_since(Instant::now()))
    }

    /// Ends them with an answer.
    pub(crate) fn answered(self) {
        self.budget.success();
    }

    /// Waits for the time of the next attempt, or gives the error back if there is none.
    pub(crate) async fn pause(&mut self, error: Error) -> Result<(), Error> {
        let policy = &self.settings.retry;
        self.failed += 1;
        if self.failed >= policy.max_attempts || !may_repeat(self.operation, &error) {
            return Err(error);
        }
        let pause = policy.pause(self.failed).max(error.retry_after().unwrap_or_default());
        match Instant::now().checked_add(pause).filter(|then| *then < self.deadline) {
            Some(then) if self.budget.repeat() => {
                trace::repeat(self.operation, &error, pause);
                sleep_until(then).await;
                Ok(())
            }
            _ => Err(error),
        }
    }
}

/// Repeats that a client may make while calls fail: a share of the calls of that time, or a few where that is more.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u64,
    /// Of the time in which calls fail: since its first repeat
    calls: AtomicU64,
    repeats: AtomicU64,
}

impl Budget {
    /// So that a client with few calls may repeat, too.
    const AT_LEAST: u64 = 10;

    pub(crate) fn new(percent: u32) -> Self {
        Self { percent: percent.into(), calls: AtomicU64::new(0), repeats: AtomicU64::new(0) }
    }

    fn share(&self) -> u64 {
        self.calls.load(Ordering::Relaxed).saturating_mul(self.percent) / 100
    }

    fn call(&self) {
        if self.repeats.load(Ordering::Relaxed) > 0 {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn repeat(&self) -> bool {
        let most = if self.percent == 0 { 0 } else { self.share().max(Self::AT_LEAST) };
        let one_more = |repeats| (repeats < most).then_some(repeats + 1);
        self.repeats.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    fn success(&self) {
        let repeats = self.repeats.load(Ordering::Relaxed);
        // Not before the share has covered them: else each success amid failures would give the least anew.
        if repeats > 0 && repeats <= self.share() {
            self.repeats.store(0, Ordering::Relaxed);
            self.calls.store(0, Ordering::Relaxed);
        }
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
            let mut failure = ApiFailure::without_answer("list_calendars", "the service is down");
            failure.status = Some(StatusCode::SERVICE_UNAVAILABLE);
            Err(Error::Server(failure))
        }
    }

    /// Calls once a second, if the last call has ended.
    async fn client(service: Rc<Service>, budget: u32) {
        let (settings, budget) = (Settings::default(), Budget::new(budget));
        tokio::time::sleep(Duration::from_secs(1).mul_f64(fastrand::f64())).await;
        let mut clock = tokio::time::interval(Duration::from_secs(1));
        while service.begun.elapsed() < Duration::from_secs(SECONDS as u64) {
            clock.tick().await;
            let mut attempts = Attempts::begin(&operations::LIST_CALENDARS, &settings, &budget);
            loop {
                let Err(error) = service.answer() else {
                    attempts.answered();
                    break;
                };
                if attempts.pause(error).await.is_err() {
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

    #[test]
    fn pauses_are_chosen_up_to_a_bound_that_doubles() {
        fastrand::seed(7);
        let policy = RetryPolicy::new();
        for (failures, longest) in [(1, 300), (2, 600), (3, 1_200), (6, 9_600), (7, 10_000), (u32::MAX, 10_000)] {
            let pauses: Vec<_> = (0..1_000).map(|_| policy.pause(failures).as_millis()).collect();
            let (shortest, most) = (*pauses.iter().min().unwrap(), *pauses.iter().max().unwrap());
            assert!(shortest < longest / 20 && (longest * 19 / 20..=longest).contains(&most), "{failures}: {most}");
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
        for (name, budget) in [("no repeats", 0), ("a budget of 20 %", 20), ("no budget", u32::MAX / 2)] {
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

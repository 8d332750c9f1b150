//! The retry budget of a client.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::sync::lock;

/// The retry budget: the number of retries that a client may make within a minute. It is a percentage of the calls in that
/// minute, with a floor. Retries that are older count no more, so that it refills by time as well as by calls.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u64,
    /// Whether there were retries within the last minute. Without any, calls are not counted.
    counts: AtomicBool,
    window: Mutex<Window>,
}

/// How long a step of the window is.
const STEP: Duration = Duration::from_secs(6);

/// The last minute, in steps.
#[derive(Debug, Default)]
struct Window {
    steps: [Step; 10],
    /// The newest step.
    at: usize,
    /// When it began.
    begun: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Step {
    calls: u64,
    retries: u64,
}

impl Window {
    /// Moves on to the present.
    fn advance(&mut self) {
        let now = Instant::now();
        let begun = *self.begun.get_or_insert(now);
        let steps = now.saturating_duration_since(begun).as_nanos() / STEP.as_nanos();
        for _ in 0..steps.min(self.steps.len() as u128) {
            self.at = (self.at + 1) % self.steps.len();
            self.steps[self.at] = Step::default();
        }
        if steps > 0 {
            let past = STEP * u32::try_from(steps).unwrap_or(u32::MAX);
            self.begun = Some(begun.checked_add(past).unwrap_or(now));
        }
    }

    fn sum(&self, of: impl Fn(&Step) -> u64) -> u64 {
        self.steps.iter().map(of).sum()
    }
}

impl Budget {
    /// The floor, so that a client with few calls can retry, too.
    const FLOOR: u64 = 10;

    pub(crate) fn new(percent: u32) -> Self {
        Self { percent: percent.into(), counts: AtomicBool::new(false), window: Mutex::default() }
    }

    pub(super) fn call(&self) {
        if self.counts.load(Ordering::Relaxed) {
            let mut window = lock(&self.window);
            window.advance();
            let at = window.at;
            window.steps[at].calls += 1;
            self.counts.store(window.sum(|step| step.retries) > 0, Ordering::Relaxed);
        }
    }

    /// Takes a retry from the budget, if there is one left.
    pub(super) fn retry(&self) -> bool {
        if self.percent == 0 {
            return false;
        }
        let mut window = lock(&self.window);
        window.advance();
        let share = window.sum(|step| step.calls).saturating_mul(self.percent) / 100;
        let is_left = window.sum(|step| step.retries) < share.max(Self::FLOOR);
        if is_left {
            let at = window.at;
            window.steps[at].retries += 1;
            self.counts.store(true, Ordering::Relaxed);
        }
        is_left
    }
}

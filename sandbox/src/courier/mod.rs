//! The task that sends deliveries, one after another.

mod flood;
mod post;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use self::post::{Line, Outcome, Post, Target};
use crate::{
    app::App,
    service::Service,
    settings::DateDialect,
    webhooks::{Attempt, Cause, DeliveryState, Flood, Parcel, Ticket, sign},
};

/// What is to be done next.
enum Task {
    Send(Box<Job>),
    Flood(u64, Flood),
    /// Nothing, for this long or until something happens.
    Rest(Option<Duration>),
}

/// One attempt to send a delivery.
struct Job {
    ticket: Ticket,
    post: Post,
    /// Whether the contract is to hold for it, and was not looked at before
    #[cfg_attr(not(feature = "contract"), allow(dead_code))]
    is_checked: bool,
}

/// Sends what is due until the sandbox ends.
pub(crate) async fn run(app: Arc<App>) {
    let mut line = Line::default();
    let wake = Arc::clone(&app.service().outbox.wake);
    loop {
        let task = app.service().next_task();
        match task {
            Task::Send(job) => {
                #[cfg(feature = "contract")]
                if job.is_checked {
                    app.monitor.delivery(job.post.target.path(), &job.post.headers, &job.post.body);
                }
                let outcome = line.send(&job.post).await;
                app.service().attempted(*job, outcome);
            }
            Task::Flood(era, flood) => flood::spawn(&app, flood, era),
            Task::Rest(rest) => {
                // A receiver that wants to end must not wait for a connection on which nothing comes.
                line.close();
                match rest {
                    Some(rest) => drop(timeout(rest, wake.notified()).await),
                    None => wake.notified().await,
                }
            }
        }
    }
}

impl Service {
    fn next_task(&mut self) -> Task {
        let now = self.now();
        self.deliver_polled(now);
        loop {
            if let Some((era, flood)) = self.outbox.next_flood() {
                return Task::Flood(era, flood);
            }
            let Some(parcel) = self.outbox.next_due(now) else {
                // A clock that stands still brings nothing on.
                let next = self.outbox.next_instant().filter(|_| !self.clock.is_frozen());
                return Task::Rest(next.map(|due| until(due, now)));
            };
            if let Some(job) = self.address(parcel, now) {
                return Task::Send(Box::new(job));
            }
        }
    }

    /// Makes an attempt of a delivery, unless it is not to be sent at all.
    fn address(&mut self, parcel: Parcel, now: Timestamp) -> Option<Job> {
        if let Some((user, channel)) = &parcel.channel
            && self.live_channel(user, channel, now).is_none()
        {
            self.outbox.end(parcel.ticket, DeliveryState::Ended);
            return None;
        }
        let settings = &self.settings.webhooks;
        let Ok(target) = Target::of(settings.url.as_deref().unwrap_or_default(), settings.anywhere) else {
            self.outbox.end(parcel.ticket, DeliveryState::Unsendable);
            return None;
        };
        let is_checked = matches!(parcel.cause, Cause::Change | Cause::InitialSync)
            && parcel.is_first_attempt
            && parcel.tampered.is_none()
            // Dates as numbers depart from the contract.
            && self.settings.date_dialect == DateDialect::Text;
        let (headers, body) = match parcel.headers {
            Some(headers) => (headers, parcel.body),
            None => {
                let keys: Vec<_> = self.keys.signing(now).collect();
                let mut signed = sign(parcel.id, now.as_second().to_string(), parcel.body, &keys);
                if let Some(tamper) = parcel.tampered {
                    tamper.spoil(&mut signed, &self.delivery_ids);
                }
                (signed.to_headers(), signed.body)
            }
        };
        let post = Post { target, headers, body, timeout: settings.timeout };
        Some(Job { ticket: parcel.ticket, post, is_checked })
    }

    fn attempted(&mut self, job: Job, outcome: Outcome) {
        let (status, error) = outcome.map_or_else(|error| (None, Some(error)), |status| (Some(status), None));
        let Post { headers, body, .. } = job.post;
        let attempt = Attempt { at: SystemTime::now(), headers, body, status, error };
        let now = self.now();
        self.outbox.attempted(job.ticket, attempt, &self.settings.webhooks.retries, now);
    }
}

fn until(due: Timestamp, now: Timestamp) -> Duration {
    due.duration_since(now).max(SignedDuration::ZERO).unsigned_abs()
}

//! Work on a user's credentials that outlives whoever asked for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::{Session, State};
use crate::call;
use crate::error::{Error, NetworkFailure, NetworkKind};
use crate::raw::operations;
use crate::tokens::Tokens;

/// What a flight is to bring about.
#[derive(Clone)]
pub(super) enum Goal {
    /// There are tokens, if the store has any.
    Load,
    /// The tokens that came from outside are in the store.
    Save,
    /// There are newer tokens than these.
    Renew(Arc<Tokens>),
}

/// A flight under way. Nothing arrives on it but its outcome.
#[derive(Clone)]
pub(super) struct Flight {
    epoch: u64,
    number: u64,
    outcome: watch::Receiver<Option<Result<(), Error>>>,
}

impl Session {
    /// Joins the flight under way, whatever its goal, or begins one. Whoever waits for it looks again afterwards.
    pub(super) fn join(self: &Arc<Self>, state: &mut State, goal: Goal) -> Result<Flight, Error> {
        // A flight whose sender is gone was lost with its runtime, and will never land.
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.outcome.has_changed().is_ok()) {
            return Ok(flight.clone());
        }
        let runtime = call::runtime()?;
        let (sender, outcome) = watch::channel(None);
        let number = state.flight.as_ref().map_or(0, |flight| flight.number) + 1;
        let flight = Flight { epoch: state.epoch, number, outcome };
        state.flight = Some(flight.clone());

        let (session, epoch, under_way) = (self.clone(), state.epoch, self.app.under_way.begin());
        runtime.spawn(async move {
            let landed = match goal {
                Goal::Load => session.load(epoch).await,
                Goal::Save => session.settle(epoch).await,
                Goal::Renew(tokens) => session.renew_tokens(tokens, epoch).await,
            };
            session.end_flight(epoch, number);
            sender.send_replace(Some(landed));
            drop(under_way);
        });
        Ok(flight)
    }

    /// Waits for a flight to land.
    pub(super) async fn landing(&self, mut flight: Flight) -> Result<(), Error> {
        match timeout(self.longest_flight(), flight.outcome.wait_for(Option::is_some)).await {
            Ok(Ok(landed)) => landed.clone().unwrap_or(Ok(())),
            Ok(Err(_)) => Err(interrupted()),
            // Its runtime lives, but nobody drives it: let others begin anew.
            Err(_) => {
                self.end_flight(flight.epoch, flight.number);
                Err(stalled())
            }
        }
    }

    fn end_flight(&self, epoch: u64, number: u64) {
        let mut state = self.state();
        if state.epoch == epoch && state.flight.as_ref().is_some_and(|flight| flight.number == number) {
            state.flight = None;
        }
    }

    /// Every step of a flight has its own limit; this is more than all of them together.
    fn longest_flight(&self) -> Duration {
        self.app.refresh_lease * 3 + self.app.save_timeout * 10
    }
}

/// Counts the flights of all users, for those who wait for the end of all.
#[derive(Debug, Default)]
pub(crate) struct UnderWay(watch::Sender<usize>);

impl UnderWay {
    pub(crate) fn begin(&self) -> Departure {
        self.0.send_modify(|flights| *flights += 1);
        Departure(self.0.clone())
    }

    /// Waits until none is under way.
    pub(crate) async fn none(&self) {
        // Cannot fail: the sender is at hand.
        let _ = self.0.subscribe().wait_for(|flights| *flights == 0).await;
    }
}

/// A flight that counts until it is dropped, be it with its runtime.
pub(crate) struct Departure(watch::Sender<usize>);

impl Drop for Departure {
    fn drop(&mut self) {
        self.0.send_modify(|flights| *flights -= 1);
    }
}

/// The runtime was shut down around the flight.
pub(crate) fn interrupted() -> Error {
    network(NetworkKind::Broken)
}

fn stalled() -> Error {
    network(NetworkKind::Timeout)
}

fn network(kind: NetworkKind) -> Error {
    NetworkFailure::error(operations::TOKEN.id, kind, None)
}

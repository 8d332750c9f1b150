//! The way of every request: recorded, maybe hit by a fault, answered.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{Response, body::Incoming};

#[cfg(feature = "contract")]
use crate::contract::Monitor;
use crate::{
    fault::{Ending, Fault, Faults},
    http::{Answer, BodyCut, Request},
    record::Log,
    routes,
    state::State,
};

/// What the server thread and the handle share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    #[cfg(feature = "contract")]
    pub(crate) monitor: Monitor,
    state: Mutex<State>,
}

impl App {
    pub(crate) fn new(state: State) -> Self {
        Self {
            faults: Faults::default(),
            log: Log::default(),
            #[cfg(feature = "contract")]
            monitor: Monitor::new(state.settings.contract.clone()),
            state: Mutex::new(state),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn serve(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<Response<UnsyncBoxBody<Bytes, BodyCut>>, HungUp> {
        let request = match Request::read(request).await {
            Ok(request) => request,
            Err(error) => return Ok(Answer::from(error).into_response()),
        };
        let ticket = self.log.open(&request);
        #[cfg(feature = "contract")]
        let arrival = self.monitor.arrival(&request);
        let answer = match self.faults.next(request.operation) {
            None => self.answer(&request),
            Some(fault) => self.answer_with(&fault, &request).await?,
        };
        #[cfg(feature = "contract")]
        arrival.answered(&answer);
        self.log.close(ticket, answer.status);
        Ok(answer.into_response())
    }

    async fn answer_with(&self, fault: &Fault, request: &Request) -> Result<Answer, HungUp> {
        let committed = fault.after_commit.then(|| self.answer(request));
        if !fault.delay.is_zero() {
            tokio::time::sleep(fault.delay).await;
        }
        if fault.ending == Ending::Disconnected {
            return Err(HungUp);
        }
        let answer = fault.canned_answer().or(committed).unwrap_or_else(|| self.answer(request));
        Ok(if fault.ending == Ending::Truncated { answer.cut() } else { answer })
    }

    fn answer(&self, request: &Request) -> Answer {
        routes::answer(&mut self.state(), request).unwrap_or_else(Answer::from)
    }
}

/// The reason why a connection is closed without an answer.
#[derive(Debug)]
pub(crate) struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up on purpose")
    }
}

impl std::error::Error for HungUp {}

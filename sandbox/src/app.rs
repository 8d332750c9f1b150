//! The way of every request: recorded, maybe hit by a fault, answered.

use std::{
    convert::Infallible,
    future::pending,
    sync::{Mutex, MutexGuard, PoisonError},
};

use hyper::{
    Response,
    body::Incoming,
    header::{CONNECTION, DATE},
};
use jiff::fmt::rfc2822::DateTimePrinter;

#[cfg(feature = "contract")]
use crate::contract::{Monitor, Options};
use crate::{
    body::Body,
    fault::{Fault, Faults},
    http::Answer,
    journal::Notes,
    record::Log,
    request::Request,
    routes,
    script::Script,
    service::Service,
    snapshot::State,
    wire::{Action, Connections, Origin},
};

/// What the server thread and the handle share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) journal: Notes,
    pub(crate) connections: Connections,
    #[cfg(feature = "contract")]
    pub(crate) monitor: Monitor,
    service: Mutex<Service>,
    /// What a reset goes back to, if not to nothing
    reset_state: Mutex<Option<State>>,
}

impl App {
    pub(crate) fn new(service: Service) -> Self {
        Self {
            faults: Faults::default(),
            log: Log::default(),
            journal: Notes::default(),
            connections: Connections::default(),
            #[cfg(feature = "contract")]
            monitor: Monitor::new(Options::default()),
            service: Mutex::new(service),
            reset_state: Mutex::default(),
        }
    }

    /// Holds the traffic against the contract in this way.
    #[cfg(feature = "contract")]
    pub(crate) fn checked(self, options: Options) -> Self {
        Self { monitor: Monitor::new(options), ..self }
    }

    pub(crate) fn service(&self) -> MutexGuard<'_, Service> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset_state(&self) -> Option<State> {
        self.reset_state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_reset_state(&self, state: Option<State>) {
        *self.reset_state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Answers a request, or gives what is to be played on the socket instead.
    pub(crate) async fn serve(
        &self,
        request: hyper::Request<Incoming>,
        origin: &Origin,
    ) -> Result<Response<Body>, Script> {
        let is_reused = origin.connection.count_request();
        origin.connection.answers(origin.stream).await;
        let request = match Request::read(request).await {
            Ok(request) => request,
            Err(error) => return Ok(self.dated(error.into()).into_response()),
        };
        let ticket = self.log.open(&request, origin.connection.id());
        #[cfg(feature = "contract")]
        let arrival = self.monitor.arrival(&request);
        // The contract is about what the service says, not about what a fault makes of it on the way.
        let watched = move |answer: Answer| {
            #[cfg(feature = "contract")]
            arrival.answered(&answer);
            answer
        };
        let outcome = match self.faults.next(&request, is_reused) {
            None => Ok(self.dated(watched(self.answer(&request)))),
            Some(fault) => self.answer_with(&fault, &request, origin, watched).await,
        };
        let latency = self.service().next_latency(request.operation);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let status = outcome.as_ref().map_or_else(|script| script.status, |answer| Some(answer.status));
        self.log.close(ticket, status);
        outcome.map(Answer::into_response)
    }

    async fn answer_with(
        &self,
        fault: &Fault,
        request: &Request,
        origin: &Origin,
        watched: impl FnOnce(Answer) -> Answer,
    ) -> Result<Answer, Script> {
        let request = &Self::misread(fault, request);
        let committed = fault.after_commit.then(|| self.answer(request));
        if !fault.delay.is_zero() {
            tokio::time::sleep(fault.delay).await;
        }
        if let Some(script) = fault.silence() {
            return Err(script);
        }
        if let Some(action) = fault.action() {
            origin.connection.act(action, origin.stream, fault.after_commit);
            if fault.is_unanswered() {
                drop(watched);
                match pending::<Infallible>().await {}
            }
        }
        let answer = fault.canned_answer().or(committed).unwrap_or_else(|| self.answer(request));
        let answer = fault.spoil(self.dated(watched(answer)))?;
        let is_last = matches!(fault.action(), Some(Action::GoAway { .. })) && !origin.connection.is_http2();
        Ok(if is_last { answer.with_header(CONNECTION, "close") } else { answer })
    }

    /// Gives the request as the routes are to understand it.
    fn misread(fault: &Fault, request: &Request) -> Request {
        let mut request = request.clone();
        if fault.ignores_filter {
            request = request.without("calendarIds");
        }
        request.circles = fault.circles;
        request
    }

    fn answer(&self, request: &Request) -> Answer {
        let answer = routes::answer(&mut self.service(), request).unwrap_or_else(Answer::from);
        self.journal.note(request, &answer);
        answer
    }

    /// Adds the date by the sandbox's clock; an instant that HTTP cannot write is left out.
    fn dated(&self, answer: Answer) -> Answer {
        match DateTimePrinter::new().timestamp_to_rfc9110_string(&self.service().now()) {
            Ok(date) => answer.with_header(DATE, &date),
            Err(_) => answer,
        }
    }
}

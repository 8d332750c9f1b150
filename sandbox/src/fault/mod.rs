#[cfg(feature = "compression")]
mod compress;
mod connection;
mod garble;
mod large;
mod lists;
mod mislead;
mod queue;
mod sending;

use std::{fmt, time::Duration};

use bytes::Bytes;
use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderName, LOCATION},
};
use serde_json::Value;

use garble::Garble;
use large::Large;
use mislead::Mislead;
pub use queue::FaultHandle;
pub(crate) use queue::Faults;
use sending::{Sending, Stall};

#[cfg(feature = "compression")]
use crate::compress::Coding;
use crate::{http::Answer, operation::Operation, request::Request, script::Script};

/// Describes something that goes wrong with the requests of an operation.
///
/// A fault fires once unless [`times`](Self::times) or [`always`](Self::always) says otherwise. Faults for the same
/// operation queue up: a request gets the first one that has not run out.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect_sandbox::{Fault, Operation};
///
/// // Two consecutive calls get a 429 with `Retry-After`.
/// Fault::on(Operation::ListEvents).times(2).status(429).header("retry-after", "1");
/// // The event is created, but the response gets lost.
/// Fault::on(Operation::CreateEvent).after_commit().disconnect();
/// // A real response, slowly.
/// Fault::on(Operation::RefreshToken).delay(Duration::from_millis(200));
/// // The tokens are rotated, and half of the response arrives.
/// Fault::on(Operation::RefreshToken).stall();
/// ```
///
/// What goes wrong has four parts, and each may be left out:
///
/// - **Which response.** A canned one ([`status`](Self::status), [`header`](Self::header), [`body`](Self::body),
///   [`json`](Self::json), [`html`](Self::html), [`empty`](Self::empty), [`redirect`](Self::redirect),
///   [`huge`](Self::huge), and with the feature `compression` `bomb`), and then the request has no effect unless
///   [`after_commit`](Self::after_commit) gives it one; else the real response.
/// - **What it says**, in good HTTP and well-formed JSON unless it says otherwise: [`lost_event`](Self::lost_event),
///   [`vanished_calendar`](Self::vanished_calendar), [`ignored_filter`](Self::ignored_filter),
///   [`token_circle`](Self::token_circle), [`no_addresses`](Self::no_addresses),
///   [`unknown_members`](Self::unknown_members), [`lone_surrogate`](Self::lone_surrogate),
///   [`byte_order_mark`](Self::byte_order_mark). Any of them go together.
/// - **What becomes of its body**, in good HTTP: [`half_body`](Self::half_body), [`gzip_garbage`](Self::gzip_garbage),
///   [`gzip_truncated`](Self::gzip_truncated), and with the feature `compression` also `compress` and
///   `compress_unasked`.
/// - **How it is sent**: [`disconnect`](Self::disconnect), [`reset`](Self::reset), [`no_answer`](Self::no_answer),
///   which keep the request from having any effect unless [`after_commit`](Self::after_commit) gives it one;
///   [`truncate`](Self::truncate), [`reset_after`](Self::reset_after), [`stall`](Self::stall),
///   [`stall_after`](Self::stall_after), [`stall_for`](Self::stall_for), [`content_length`](Self::content_length),
///   [`trickle`](Self::trickle). Or what becomes of the whole connection: [`freeze`](Self::freeze),
///   [`half_close`](Self::half_close), [`reset_connection`](Self::reset_connection), [`go_away`](Self::go_away),
///   [`go_away_abruptly`](Self::go_away_abruptly), which leave the request unanswered too;
///   [`stop_reading`](Self::stop_reading), [`rate`](Self::rate). The last one named counts.
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    trigger: Trigger,
    is_on_reuse: bool,
    /// The coding that a request must ask for
    #[cfg(feature = "compression")]
    asked_coding: Option<Coding>,
    remaining: usize,
    skip: usize,
    pub(crate) after_commit: bool,
    pub(crate) delay: Duration,
    canned: Option<Answer>,
    /// Whether a test named the status of the canned response
    has_status: bool,
    checked: bool,
    /// Whether the request's filter counts for nothing
    pub(crate) ignores_filter: bool,
    /// Whether page tokens lead back to the first page
    pub(crate) circles: bool,
    misleads: Vec<Mislead>,
    garble: Option<Garble>,
    sending: Sending,
}

/// What a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Any,
    Operation(Operation),
    Connection,
}

impl Fault {
    /// Starts a fault for the requests of one operation.
    pub fn on(operation: Operation) -> Self {
        Self { trigger: Trigger::Operation(operation), ..Self::on_any() }
    }

    /// Starts a fault for every request, those to unknown paths included.
    pub fn on_any() -> Self {
        Self {
            trigger: Trigger::Any,
            is_on_reuse: false,
            #[cfg(feature = "compression")]
            asked_coding: None,
            remaining: 1,
            skip: 0,
            after_commit: false,
            delay: Duration::ZERO,
            canned: None,
            has_status: false,
            checked: false,
            ignores_filter: false,
            circles: false,
            misleads: Vec::new(),
            garble: None,
            sending: Sending::Whole,
        }
    }

    /// Fires for this many requests instead of one.
    pub fn times(self, times: usize) -> Self {
        Self { remaining: times, ..self }
    }

    /// Fires for every request, until [`FaultHandle::remove`].
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// Lets this many requests pass before the first one that fails.
    pub fn skip(self, requests: usize) -> Self {
        Self { skip: requests, ..self }
    }

    /// Lets the request take effect first, so that only its answer is delayed, replaced or lost.
    ///
    /// Without this, a canned response, a disconnect, a reset or silence keeps the request from having any effect.
    pub fn after_commit(self) -> Self {
        Self { after_commit: true, ..self }
    }

    /// Checks the canned response against the API's contract, which it is exempt from otherwise.
    #[cfg(feature = "contract")]
    pub fn checked(self) -> Self {
        Self { checked: true, ..self }
    }

    /// Waits before it goes on: with the canned response if there is one, else with the real one.
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Responds with this status; an impossible one counts as 500.
    ///
    /// Without it, a canned response with a [`json`](Self::json) or [`body`](Self::body) has the status 200, and any other
    /// has 500.
    pub fn status(self, status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let fault = Self { has_status: true, ..self };
        fault.canned(|answer| answer.with_status(status))
    }

    /// Sets the status unless the test did.
    fn default_status(self, status: StatusCode) -> Self {
        if self.has_status { self } else { self.canned(|answer| answer.with_status(status)) }
    }

    /// Adds a header to the canned response; one that HTTP does not allow is left out.
    pub fn header(self, name: &str, value: &str) -> Self {
        match HeaderName::try_from(name) {
            Ok(name) => self.canned(|answer| answer.with_header(name, value)),
            Err(_) => self.canned(|answer| answer),
        }
    }

    /// Responds with these bytes as the body, and 200 unless a [`status`](Self::status) is named.
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.default_status(StatusCode::OK).canned(|answer| answer.with_body(body.into()))
    }

    /// Responds with this JSON as the body, and 200 unless a [`status`](Self::status) is named.
    pub fn json(self, body: &Value) -> Self {
        self.default_status(StatusCode::OK)
            .canned(|answer| answer.with_header(CONTENT_TYPE, "application/json").with_body(body.to_string().into()))
    }

    /// Responds with a page of HTML, as a proxy does that cannot reach the service, and 500 unless a
    /// [`status`](Self::status) is named.
    pub fn html(self) -> Self {
        const PAGE: &str = "<!doctype html><title>Error</title><h1>The service cannot be reached</h1>";
        let fault = self.default_status(StatusCode::INTERNAL_SERVER_ERROR);
        fault.canned(|answer| answer.with_header(CONTENT_TYPE, "text/html").with_body(PAGE.into()))
    }

    /// Responds with 200 without a body.
    pub fn empty(self) -> Self {
        self.status(200).body("")
    }

    /// Responds with 302 and sends the client to another address.
    pub fn redirect(self, to: &str) -> Self {
        self.status(302).header(LOCATION.as_str(), to)
    }

    /// Responds with 200 and sends that many spaces as the body, without ever holding them all.
    pub fn huge(self, bytes: u64) -> Self {
        let json = self.status(200).header(CONTENT_TYPE.as_str(), "application/json");
        Self { sending: Sending::Large(Large::Spaces(bytes)), ..json }
    }

    /// Sends the first half of the body as if it were the whole: good HTTP around broken JSON.
    pub fn half_body(self) -> Self {
        Self { garble: Some(Garble::Half), ..self }
    }

    /// Says that the body is gzip, which it is not.
    pub fn gzip_garbage(self) -> Self {
        Self { garble: Some(Garble::NotGzip), ..self }
    }

    /// Sends the body as gzip that ends too early, in a response that is whole as far as HTTP can see.
    pub fn gzip_truncated(self) -> Self {
        Self { garble: Some(Garble::CutGzip), ..self }
    }

    /// Closes the connection without a response.
    pub fn disconnect(self) -> Self {
        Self { sending: Sending::Disconnect, ..self }
    }

    /// Resets the connection (TCP RST) without a response.
    pub fn reset(self) -> Self {
        Self { sending: Sending::Reset, ..self }
    }

    /// Says nothing, and keeps the connection open until the client goes away.
    pub fn no_answer(self) -> Self {
        Self { sending: Sending::NoAnswer, ..self }
    }

    /// Promises the whole body, sends half of it and closes the connection.
    pub fn truncate(self) -> Self {
        Self { sending: Sending::Truncate, ..self }
    }

    /// Promises the whole body, sends at most this many bytes of it and resets the connection (TCP RST).
    pub fn reset_after(self, bytes: usize) -> Self {
        Self { sending: Sending::ResetAfter(bytes), ..self }
    }

    /// Sends the head and half of the body, then nothing until the client goes away.
    pub fn stall(self) -> Self {
        self.stalling(|stall| Stall { after: None, ..stall })
    }

    /// Sends the head and this many bytes of the body, then nothing until the client goes away.
    pub fn stall_after(self, bytes: usize) -> Self {
        self.stalling(|stall| Stall { after: Some(bytes), ..stall })
    }

    /// Ends a stall after this long: the rest of the body follows. Without another stall, it is one after half.
    pub fn stall_for(self, pause: Duration) -> Self {
        self.stalling(|stall| Stall { pause: Some(pause), ..stall })
    }

    /// Promises a body of this many bytes, sends the one there is, whole, and closes the connection.
    pub fn content_length(self, bytes: u64) -> Self {
        Self { sending: Sending::ContentLength(bytes), ..self }
    }

    /// Sends the body byte by byte, with a pause after each.
    pub fn trickle(self, pause: Duration) -> Self {
        Self { sending: Sending::Trickle(pause), ..self }
    }

    fn canned(mut self, change: impl FnOnce(Answer) -> Answer) -> Self {
        let answer = self.canned.take().unwrap_or_else(|| Answer::empty(StatusCode::INTERNAL_SERVER_ERROR));
        Self { canned: Some(change(answer)), ..self }
    }

    fn stalling(self, change: impl FnOnce(Stall) -> Stall) -> Self {
        let so_far = if let Sending::Stall(stall) = self.sending { stall } else { Stall::default() };
        Self { sending: Sending::Stall(change(so_far)), ..self }
    }

    /// Tells whether the fault is one for such a request.
    fn fits(&self, request: &Request, is_reused: bool) -> bool {
        let fits = match self.trigger {
            Trigger::Any => true,
            Trigger::Operation(operation) => request.operation == Some(operation),
            Trigger::Connection => false,
        };
        #[cfg(feature = "compression")]
        let fits = fits && self.asked_coding.is_none_or(|coding| coding.is_accepted(&request.headers));
        fits && (is_reused || !self.is_on_reuse)
    }

    /// Takes the fault's turn, if it has one.
    fn take_turn(&mut self) -> bool {
        if self.remaining == 0 {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        // An endless fault does not count down.
        if self.remaining != usize::MAX {
            self.remaining -= 1;
        }
        true
    }

    pub(crate) fn canned_answer(&self) -> Option<Answer> {
        self.canned.clone().map(|answer| answer.exempt(!self.checked))
    }

    /// Gives what happens in the place of a response, when none is called for.
    pub(crate) fn silence(&self) -> Option<Script> {
        self.sending.silence()
    }

    /// Spoils a response, which stays one if it can be sent as HTTP is meant to be.
    pub(crate) fn spoil(&self, mut answer: Answer) -> Result<Answer, Script> {
        for mislead in &self.misleads {
            let body = mislead.apply(answer.body().clone());
            answer = answer.with_body(body);
        }
        if let Some(garble) = self.garble {
            answer = garble.apply(answer);
        }
        self.sending.send(answer)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.trigger {
            Trigger::Any => "any",
            Trigger::Operation(operation) => operation.as_str(),
            Trigger::Connection => "connection",
        })?;
        let mut separator = ": ";
        let mut say = |what: fmt::Arguments<'_>| {
            f.write_str(separator)?;
            separator = ", ";
            f.write_fmt(what)
        };
        if self.is_on_reuse {
            say(format_args!("on reuse"))?;
        }
        if self.after_commit {
            say(format_args!("after commit"))?;
        }
        if !self.delay.is_zero() {
            say(format_args!("delay {:?}", self.delay))?;
        }
        if let Some(answer) = &self.canned {
            say(format_args!("status {}", answer.status.as_u16()))?;
        }
        if self.ignores_filter {
            say(format_args!("the filter ignored"))?;
        }
        if self.circles {
            say(format_args!("page tokens in a circle"))?;
        }
        for mislead in &self.misleads {
            say(format_args!("{mislead}"))?;
        }
        #[cfg(feature = "compression")]
        if let Some(coding) = self.asked_coding {
            say(format_args!("asked for {coding}"))?;
        }
        if let Some(garble) = self.garble {
            say(format_args!("{garble}"))?;
        }
        if self.sending != Sending::Whole {
            say(format_args!("{}", self.sending))?;
        }
        Ok(())
    }
}

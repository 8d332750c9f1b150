//! The pipeline that every call takes: credentials, attempts, retries, the response or an error.

mod budget;
mod options;
mod pace;
mod policy;
mod request;
mod response;
mod retry;
mod trace;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout_at};

pub(crate) use budget::Budget;
pub use options::RequestOptions;
pub(crate) use options::Settings;
pub(crate) use pace::Pace;
pub use pace::RateLimitScope;
pub use policy::RetryPolicy;
pub(crate) use request::sealed::Sealed;
pub use request::{Endpoint, Handle, Request};
pub(crate) use request::{RawCall, check_filled, json_text, resource};
#[allow(unused_imports, reason = "for contracts with parameters in paths")]
pub(crate) use request::{check_path, comma_separated};
pub use response::ApiResponse;

use crate::error::{ApiFailure, Error, NetworkFailure, NetworkKind, SendStatus};
use crate::operation::{Operation, Scheme};
use crate::raw;
use crate::secret::Secret;
use crate::session::{Access, Renewal, Session};
use crate::sync::lock;
use crate::tokens::Tokens;
pub(crate) use crate::transport::BuildError;
use crate::transport::{AccessToken, Exchange, Failure, Head, Reply, Requested, Response, Transport, runtime, traced};
use retry::Attempts;

/// What calls are made with: for one application, one user, and one set of options. Cheap to clone.
#[derive(Clone)]
#[expect(unnameable_types, reason = "seen by the sealed trait `Handle` alone")]
pub struct Caller {
    pub(crate) transport: Arc<Transport>,
    pub(crate) session: Arc<Session>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) pace: Arc<Pace>,
    /// When the call ends of which this one is a step.
    pub(crate) deadline: Option<Instant>,
    /// Where the head of the newest response goes, if the user wants it.
    pub(crate) recorder: Option<Arc<Mutex<Option<Head>>>>,
}

/// Builds the request of an attempt, the same one each time.
type Build<'a> = &'a (dyn Fn(&raw::Client) -> Result<reqwest::Request, BuildError> + Sync);

/// How a call differs from the plain one.
#[derive(Clone, Copy, Default)]
pub(crate) struct CallOptions<'a> {
    /// The secrets in the request's body, which the response may repeat.
    pub(crate) secrets: &'a [&'a Secret],
    /// Whether a response that does not match its model is left to the caller.
    pub(crate) strict: bool,
}

impl Caller {
    /// Makes a call, and reads its response leniently unless it is to be read strictly.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        options: CallOptions<'_>,
        build: impl Fn(&raw::Client) -> Result<reqwest::Request, BuildError> + Sync,
    ) -> Result<Reply<T>, Failure> {
        read(self.respond(operation, &build, options.secrets).await?, options.strict)
    }

    /// Makes a call, and leaves its response unread.
    async fn respond(
        &self,
        operation: &'static Operation,
        build: Build<'_>,
        secrets: &[&Secret],
    ) -> Result<Response, Error> {
        self.settings.check().map_err(|failure| failure.of(operation))?;
        let first = self.request(operation, build)?;
        let attempts = self.attempts(operation, first, build, secrets);
        let outcome = traced(operation, &self.transport, self.session.traced_user(), attempts).await;
        let counters = self.transport.counters();
        counters.calls.count();
        let response = outcome.inspect_err(|_| counters.failed_calls.count())?;
        if let Some(recorder) = &self.recorder {
            *lock(recorder) = Some(response.head.clone());
        }
        Ok(response)
    }

    /// Carries an operation out, and keeps the head of its response.
    pub(crate) async fn call_with_response<P: Endpoint>(&self, params: P) -> Result<ApiResponse<P::Output>, Error> {
        let recorder: Arc<Mutex<Option<Head>>> = Arc::default();
        let value = params.call(Self { recorder: Some(Arc::clone(&recorder)), ..self.clone() }).await?;
        let head = lock(&recorder).take();
        Ok(ApiResponse::new(value, head))
    }

    /// Makes the plain call of an operation.
    #[allow(dead_code, reason = "for contracts with operations without handwritten code")]
    pub(crate) async fn send<P: RawCall>(&self, params: P) -> Result<P::Response, Failure> {
        let response = self.respond(P::OPERATION, &|api| params.clone().build(api), &[]).await?;
        Ok(read(response, false)?.value)
    }

    /// Makes the plain call of an operation without a value.
    #[allow(dead_code, reason = "for contracts with such operations")]
    pub(crate) async fn done<P: RawCall<Response = ()>>(&self, params: P) -> Result<(), Error> {
        self.respond(P::OPERATION, &|api| params.clone().build(api), &[]).await.map(drop)
    }

    /// Makes the call of an operation, with the head of its response.
    pub(crate) async fn reply<P: RawCall>(
        &self,
        params: P,
        options: CallOptions<'_>,
    ) -> Result<Reply<P::Response>, Failure> {
        self.call(P::OPERATION, options, |api| params.clone().build(api)).await
    }

    /// Makes the call of an operation at the path of another one, which has the same parameters and response.
    pub(crate) async fn reply_at<P: RawCall>(
        &self,
        other: &'static Operation,
        params: P,
    ) -> Result<Reply<P::Response>, Failure> {
        let moved = |api: &raw::Client| {
            let mut request = params.clone().build(api)?;
            if let Some(base) = request.url().path().strip_suffix(P::OPERATION.path) {
                let path = format!("{base}{}", other.path);
                request.url_mut().set_path(&path);
            }
            Ok(request)
        };
        self.call(other, CallOptions::default(), moved).await
    }

    /// Begins a call of several steps, which share its deadline.
    pub(crate) fn begin(self) -> Self {
        Self { deadline: Some(self.deadline()), ..self }
    }

    /// Returns when a call that begins now, or the one of which it is a step, ends.
    fn deadline(&self) -> Instant {
        self.deadline.unwrap_or_else(|| Instant::now() + self.settings.deadline)
    }

    /// Builds the request of an attempt.
    fn request(&self, operation: &'static Operation, build: Build<'_>) -> Result<reqwest::Request, Error> {
        self.transport.complete(operation, build(self.transport.requests()), &self.settings.http)
    }

    /// Makes the attempts of a call, as many as the [policy](RetryPolicy) allows. Each sends the same bytes.
    async fn attempts(
        &self,
        operation: &'static Operation,
        first: reqwest::Request,
        build: Build<'_>,
        secrets: &[&Secret],
    ) -> Result<Response, Error> {
        runtime().map_err(|error| error.of_call(operation))?;
        let counters = self.transport.counters();
        let mut attempts = Attempts::start(operation, &self.settings, &self.budget, counters, self.deadline());
        self.unpaused(operation, attempts.deadline()).await?;
        let mut credentials = self.credentials(operation, attempts.deadline()).await?;
        // Why there was another attempt.
        let mut last = None;
        // Most calls take one attempt, so that a copy for the next one is made when it is needed.
        let mut first = Some(first);
        loop {
            let request = first.take().map_or_else(|| self.request(operation, build), Ok)?;
            let place = match self.place(operation, attempts.deadline()).await {
                Ok(place) => place,
                Err(error) => return Err(last.unwrap_or(error)),
            };
            let exchange = self.exchange(operation, &credentials, secrets, attempts.timeout());
            let outcome = self.transport.exchange(request, exchange).await;
            drop(place);
            if let Err(error) = &outcome
                && operation.auth == Scheme::Bearer
            {
                self.pace.pause(self.session.user(), error);
            }
            match (outcome, &credentials) {
                (
                    Err(Error::Authentication(refusal)),
                    Credentials::First(access) | Credentials::Adopted { access, .. },
                ) => {
                    let renewal = timeout_at(attempts.deadline(), self.session.renew(access));
                    let renewed = renewal.await.unwrap_or_else(|_| Err(timed_out(operation)));
                    last = Some(timed_out(operation).with_send_status(SendStatus::Answered));
                    match renewed.map_err(|error| error.with_send_status(SendStatus::Answered))? {
                        Renewal::Access(renewed) => {
                            let refused = access.tokens.clone();
                            credentials = match credentials {
                                Credentials::First(_) if renewed.adopted => {
                                    Credentials::Adopted { access: renewed, refused }
                                }
                                _ => Credentials::Renewed { tokens: renewed.tokens, refused },
                            };
                        }
                        Renewal::None => return Err(Error::Authentication(refusal)),
                        Renewal::Replaced => return Err(Error::CredentialsChanged(refusal)),
                    }
                }
                (Err(Error::PermissionDenied(denial)), Credentials::First(access)) => {
                    // Another process may have been granted more. A store that fails says nothing about the denial.
                    let other = timeout_at(attempts.deadline(), self.session.other(access)).await;
                    let Ok(Ok(Some(other))) = other else { return Err(Error::PermissionDenied(denial)) };
                    credentials = Credentials::Adopted { refused: access.tokens.clone(), access: other };
                }
                (Err(error), _) => last = Some(attempts.back_off(error).await?),
                (Ok(response), _) => return Ok(response),
            }
        }
    }

    /// Waits while a rate limit holds the user's calls back, unless that lasts longer than the call may.
    async fn unpaused(&self, operation: &'static Operation, deadline: Instant) -> Result<(), Error> {
        while let Some(until) = self.paused(operation) {
            self.transport.counters().rate_limit_waits.count();
            let left = until.saturating_duration_since(Instant::now());
            if until >= deadline {
                return Err(held_back(operation, left));
            }
            trace::held_back(operation, left);
            self.pace.wait(until, deadline).await;
        }
        Ok(())
    }

    /// Returns until when a rate limit holds the user's calls back. Those without a user are not concerned.
    fn paused(&self, operation: &Operation) -> Option<Instant> {
        if operation.auth == Scheme::Bearer { self.pace.paused(self.session.user()) } else { None }
    }

    /// Waits until the next attempt may be sent: for a rate limit, and for a place among the calls in flight.
    async fn place(
        &self,
        operation: &'static Operation,
        deadline: Instant,
    ) -> Result<Option<SemaphorePermit<'_>>, Error> {
        loop {
            self.unpaused(operation, deadline).await?;
            let place = timeout_at(deadline, self.pace.enter()).await;
            let Some(place) = place.ok().filter(|_| Instant::now() < deadline) else {
                return Err(timed_out(operation).with_send_status(SendStatus::NotSent));
            };
            // The calls before may have met a limit meanwhile.
            if self.paused(operation).is_none() {
                return Ok(place);
            }
        }
    }

    fn exchange<'a>(
        &self,
        operation: &'static Operation,
        credentials: &'a Credentials,
        secrets: &[&Secret],
        timeout: Duration,
    ) -> Exchange<'a> {
        let tokens = credentials.tokens();
        let redacted = tokens.map(|tokens| tokens.map(|tokens| tokens.clone() as Arc<dyn AccessToken>));
        Exchange {
            operation,
            requested: Requested::Operation,
            access_token: tokens[0].map(|tokens| tokens.access_token()),
            timeout,
            max_body: self.settings.http.max_body,
            secrets: self.transport.secrets(redacted, secrets),
        }
    }

    /// Ends waiting for a step of a call that is not an attempt at the deadline.
    pub(crate) async fn within_deadline<T>(
        &self,
        operation: &'static Operation,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.settings.check().map_err(|failure| failure.of(operation))?;
        timeout_at(self.deadline(), step).await.unwrap_or_else(|_| Err(timed_out(operation)))
    }

    /// Returns what a call is made with, refreshed if it is about to expire.
    async fn credentials(&self, operation: &'static Operation, deadline: Instant) -> Result<Credentials, Error> {
        if operation.auth != Scheme::Bearer {
            return Ok(Credentials::None);
        }
        let access = timeout_at(deadline, self.session.access()).await.unwrap_or_else(|_| Err(timed_out(operation)));
        match access.map_err(|error| error.with_send_status(SendStatus::NotSent))? {
            Some(access) => Ok(Credentials::First(access)),
            None => Err(no_credentials(operation)),
        }
    }
}

/// The error of a call that a rate limit holds back for longer than the call may take.
fn held_back(operation: &'static Operation, left: Duration) -> Error {
    let message = "not sent: the Retry-After of an earlier response has not passed";
    let failure = ApiFailure::without_response(operation.id, message);
    Error::RateLimit(Box::new(ApiFailure { retry_after: Some(left), ..*failure }))
}

/// Reads a response, leniently unless it is to be read strictly.
fn read<T: DeserializeOwned>(response: Response, strict: bool) -> Result<Reply<T>, Failure> {
    match response.decode() {
        Err(failure) if !strict => failure.decode_leniently(),
        reply => reply,
    }
}

/// The user's credentials in the course of a call.
enum Credentials {
    None,
    First(Access),
    /// After a 401, the tokens of another process, which may have expired since: a 401 on them is handled once, too.
    Adopted {
        access: Access,
        refused: Arc<Tokens>,
    },
    /// After the last 401 that is handled.
    Renewed {
        tokens: Arc<Tokens>,
        refused: Arc<Tokens>,
    },
}

impl Credentials {
    /// The tokens of the attempt, and those that were refused before it.
    fn tokens(&self) -> [Option<&Arc<Tokens>>; 2] {
        match self {
            Self::None => [None, None],
            Self::First(Access { tokens, .. }) => [Some(tokens), None],
            Self::Adopted { access, refused } => [Some(&access.tokens), Some(refused)],
            Self::Renewed { tokens, refused } => [Some(tokens), Some(refused)],
        }
    }
}

/// The error of a call for a user without credentials.
pub(crate) fn no_credentials(operation: &'static Operation) -> Error {
    Error::Authentication(ApiFailure::without_response(operation.id, "there are no credentials"))
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("session", &self.session).finish_non_exhaustive()
    }
}

fn timed_out(operation: &'static Operation) -> Error {
    NetworkFailure::error(operation.id, NetworkKind::Timeout, None)
}

//! The closure that hears of new tokens.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

#[cfg(feature = "blocking")]
use tokio::{runtime::Handle, task::spawn_blocking};

use super::Session;
use crate::error::BoxError;
use crate::tokens::Tokens;

pub(crate) type Hook = Box<dyn Fn(String, Tokens) -> HookFuture + Send + Sync>;
type HookFuture = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// A closure for [`ClientBuilder::on_tokens_refreshed`](crate::ClientBuilder::on_tokens_refreshed).
///
/// Closures from [`Tokens`] are hooks, and so are closures from the user's id (a [`String`]) and [`Tokens`]; both those
/// that return a [`HookOutcome`] and those that return a future of one. `Marker` tells them apart and is always
/// inferred.
pub trait TokensHook<Marker>: Send + Sync + 'static {
    #[doc(hidden)]
    fn boxed(self) -> Hook;
}

/// What a hook returns: nothing, or a [`Result`] whose error tells why the tokens could not be kept.
pub trait HookOutcome: Send + 'static {
    #[doc(hidden)]
    fn into_result(self) -> Result<(), BoxError>;
}

impl HookOutcome for () {
    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError> + Send + 'static> HookOutcome for Result<(), E> {
    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// Marks hooks that return their outcome.
#[derive(Debug)]
#[expect(unnameable_types, reason = "always inferred")]
pub enum Immediate {}

/// Marks hooks that return a future.
#[derive(Debug)]
#[expect(unnameable_types, reason = "always inferred")]
pub enum Deferred {}

/// Marks hooks that are told the user's id too.
#[derive(Debug)]
#[expect(unnameable_types, reason = "always inferred")]
pub struct OfUser<Marker>(Marker);

impl<F, R> TokensHook<Immediate> for F
where
    F: Fn(Tokens) -> R + Send + Sync + 'static,
    R: HookOutcome,
{
    fn boxed(self) -> Hook {
        Box::new(move |_, tokens| immediate(self(tokens)))
    }
}

impl<F, R> TokensHook<OfUser<Immediate>> for F
where
    F: Fn(String, Tokens) -> R + Send + Sync + 'static,
    R: HookOutcome,
{
    fn boxed(self) -> Hook {
        Box::new(move |user, tokens| immediate(self(user, tokens)))
    }
}

impl<F, Fut> TokensHook<Deferred> for F
where
    F: Fn(Tokens) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: HookOutcome> + Send + 'static,
{
    fn boxed(self) -> Hook {
        Box::new(move |_, tokens| deferred(self(tokens)))
    }
}

impl<F, Fut> TokensHook<OfUser<Deferred>> for F
where
    F: Fn(String, Tokens) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: HookOutcome> + Send + 'static,
{
    fn boxed(self) -> Hook {
        Box::new(move |user, tokens| deferred(self(user, tokens)))
    }
}

fn immediate(outcome: impl HookOutcome) -> HookFuture {
    Box::pin(std::future::ready(outcome.into_result()))
}

fn deferred(outcome: impl Future<Output: HookOutcome> + Send + 'static) -> HookFuture {
    Box::pin(async move { outcome.await.into_result() })
}

tokio::task_local! {
    /// What the hook that runs on this task has been told.
    static TOLD: Told;
}

#[derive(Clone)]
struct Told {
    /// The address of the session, which lives as long as the hook runs.
    session: usize,
    tokens: Arc<Tokens>,
}

/// Runs a hook so that the calls it makes know where they come from.
pub(super) fn telling<F: Future>(
    session: &Arc<Session>,
    tokens: Arc<Tokens>,
    hook: F,
) -> impl Future<Output = F::Output> + use<F> {
    TOLD.scope(Told { session: address(session), tokens }, hook)
}

/// Returns the new tokens, if it is the hook of this session that asks. It is what the session's refresh waits for, so it
/// must not wait for the refresh.
pub(super) fn told(session: &Arc<Session>) -> Option<Arc<Tokens>> {
    let tokens = TOLD.try_with(|told| (told.session == address(session)).then(|| told.tokens.clone()));
    tokens.ok().flatten()
}

/// Takes along to another task what the hook on this one has been told.
#[cfg(feature = "blocking")]
pub(crate) fn retelling<F: Future>(work: F) -> impl Future<Output = F::Output> + use<F> {
    let told = TOLD.try_with(Told::clone).ok();
    async move {
        match told {
            Some(told) => TOLD.scope(told, work).await,
            None => work.await,
        }
    }
}

/// Lets a hook run on a thread of its own, where it may wait for what it likes.
#[cfg(feature = "blocking")]
pub(crate) fn apart(hook: Hook) -> Hook {
    let hook = Arc::new(hook);
    Box::new(move |user, tokens| {
        let hook = hook.clone();
        Box::pin(async move {
            let runtime = Handle::current();
            let work = retelling(async move { hook(user, tokens).await });
            // The panic's text is not ours to show.
            let outcome = spawn_blocking(move || runtime.block_on(work)).await;
            outcome.unwrap_or_else(|_| Err("the hook panicked".into()))
        })
    })
}

fn address(session: &Arc<Session>) -> usize {
    Arc::as_ptr(session).addr()
}

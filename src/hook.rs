//! The closure that hears of new tokens.

use std::future::Future;
use std::pin::Pin;

use crate::error::BoxError;
use crate::tokens::Tokens;

pub(crate) type Hook = Box<dyn Fn(Tokens) -> HookFuture + Send + Sync>;
type HookFuture = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// A closure for [`ClientBuilder::on_tokens_refreshed`](crate::ClientBuilder::on_tokens_refreshed).
///
/// Closures from [`Tokens`] are hooks, both those that return a [`HookOutcome`] and those that return a future of
/// one. `Marker` tells the two apart and is always inferred.
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

impl<F, R> TokensHook<Immediate> for F
where
    F: Fn(Tokens) -> R + Send + Sync + 'static,
    R: HookOutcome,
{
    fn boxed(self) -> Hook {
        Box::new(move |tokens| {
            let outcome = self(tokens).into_result();
            Box::pin(std::future::ready(outcome))
        })
    }
}

impl<F, Fut> TokensHook<Deferred> for F
where
    F: Fn(Tokens) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: HookOutcome> + Send + 'static,
{
    fn boxed(self) -> Hook {
        Box::new(move |tokens| {
            let outcome = self(tokens);
            Box::pin(async move { outcome.await.into_result() })
        })
    }
}

//! The hook that is called with new tokens.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;
#[cfg(feature = "blocking")]
use tokio::{runtime::Handle, task::spawn_blocking};

use super::Session;
use crate::error::BoxError;
use crate::sync::BoxFuture;
use crate::tokens::Tokens;

pub(crate) type Hook = Box<dyn Fn(TokenRotation) -> HookFuture + Send + Sync>;
type HookFuture = BoxFuture<'static, Result<(), BoxError>>;

/// A hook for [`ClientBuilder::on_tokens_refreshed`](crate::ClientBuilder::on_tokens_refreshed).
///
/// Closures from [`Tokens`] are hooks, and so are closures from the user's id (a [`String`]) and [`Tokens`], and closures
/// from a [`TokenRotation`]; both those that return a [`HookOutcome`] and those that return a future of one. `Marker`
/// distinguishes them and is always inferred.
pub trait TokensHook<Marker>: Send + Sync + 'static {
    #[doc(hidden)]
    fn boxed(self) -> Hook;
}

/// New tokens, and what they replace: the argument of a hook that updates a record only where it still has the old pair.
///
/// ```
/// # fn update_where(_: &str, _: Option<&mobiscroll_connect::Tokens>, _: &mobiscroll_connect::Tokens) {}
/// # use mobiscroll_connect::{Client, TokenRotation};
/// # let builder = Client::builder("id", "secret", "https://app.example.com/callback");
/// builder.on_tokens_refreshed(|rotation: TokenRotation| {
///     update_where(rotation.user(), rotation.replaces(), rotation.tokens());
/// });
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRotation {
    user: String,
    tokens: Tokens,
    replaces: Option<Tokens>,
    superseded: bool,
}

impl TokenRotation {
    pub(super) fn new(user: &str, tokens: Tokens, replaces: Option<Tokens>, superseded: bool) -> Self {
        Self { user: user.to_owned(), tokens, replaces, superseded }
    }

    /// Returns the user's id.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Returns the new tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Returns the new tokens by value.
    pub fn into_tokens(self) -> Tokens {
        self.tokens
    }

    /// Returns the tokens that they replace: those that were refreshed, or those that were active before a code exchange.
    pub fn replaces(&self) -> Option<&Tokens> {
        self.replaces.as_ref()
    }

    /// Reports whether other credentials were set while these were requested.
    ///
    /// They are then not the user's newest, unless your storage still has the pair that they
    /// [replace](Self::replaces). Hooks that take tokens alone are not called with them.
    pub fn is_superseded(&self) -> bool {
        self.superseded
    }
}

/// What a hook returns: nothing, or a [`Result`] whose error says why the tokens could not be persisted.
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

/// Marks hooks that take the user's id, too.
#[derive(Debug)]
#[expect(unnameable_types, reason = "always inferred")]
pub struct OfUser<Marker>(Marker);

/// Marks hooks that take a [`TokenRotation`].
#[derive(Debug)]
#[expect(unnameable_types, reason = "always inferred")]
pub struct OfRotation<Marker>(Marker);

impl<F, R> TokensHook<Immediate> for F
where
    F: Fn(Tokens) -> R + Send + Sync + 'static,
    R: HookOutcome,
{
    fn boxed(self) -> Hook {
        newest(move |_, tokens| immediate(self(tokens)))
    }
}

impl<F, R> TokensHook<OfUser<Immediate>> for F
where
    F: Fn(String, Tokens) -> R + Send + Sync + 'static,
    R: HookOutcome,
{
    fn boxed(self) -> Hook {
        newest(move |user, tokens| immediate(self(user, tokens)))
    }
}

impl<F, Fut> TokensHook<Deferred> for F
where
    F: Fn(Tokens) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: HookOutcome> + Send + 'static,
{
    fn boxed(self) -> Hook {
        newest(move |_, tokens| deferred(self(tokens)))
    }
}

impl<F, Fut> TokensHook<OfUser<Deferred>> for F
where
    F: Fn(String, Tokens) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: HookOutcome> + Send + 'static,
{
    fn boxed(self) -> Hook {
        newest(move |user, tokens| deferred(self(user, tokens)))
    }
}

impl<F, R> TokensHook<OfRotation<Immediate>> for F
where
    F: Fn(TokenRotation) -> R + Send + Sync + 'static,
    R: HookOutcome,
{
    fn boxed(self) -> Hook {
        Box::new(move |rotation| immediate(self(rotation)))
    }
}

impl<F, Fut> TokensHook<OfRotation<Deferred>> for F
where
    F: Fn(TokenRotation) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: HookOutcome> + Send + 'static,
{
    fn boxed(self) -> Hook {
        Box::new(move |rotation| deferred(self(rotation)))
    }
}

/// Makes a hook of one that stores whatever it is called with as the newest tokens.
fn newest(hook: impl Fn(String, Tokens) -> HookFuture + Send + Sync + 'static) -> Hook {
    Box::new(move |TokenRotation { user, tokens, superseded, .. }| match superseded {
        true => immediate(()),
        false => hook(user, tokens),
    })
}

fn immediate(outcome: impl HookOutcome) -> HookFuture {
    Box::pin(std::future::ready(outcome.into_result()))
}

fn deferred(outcome: impl Future<Output: HookOutcome> + Send + 'static) -> HookFuture {
    Box::pin(async move { outcome.await.into_result() })
}

tokio::task_local! {
    /// The hook that runs on this task, if one does.
    static HOOK_SCOPE: HookScope;
}

#[derive(Clone)]
struct HookScope {
    /// The id of the session.
    session: u64,
    tokens: Option<Arc<Tokens>>,
    /// Keeps other hooks of the user waiting while this one runs, also on another thread after it was given up.
    _alone: Option<Arc<OwnedMutexGuard<()>>>,
}

/// Runs a hook so that the calls it makes know that they come from it.
pub(super) fn in_hook_scope<F: Future>(
    session: &Arc<Session>,
    tokens: Option<Arc<Tokens>>,
    alone: Option<OwnedMutexGuard<()>>,
    hook: F,
) -> impl Future<Output = F::Output> + use<F> {
    HOOK_SCOPE.scope(HookScope { session: session.id, tokens, _alone: alone.map(Arc::new) }, hook)
}

/// Returns the new tokens, if this session's hook makes the call. The session's refresh waits for the hook, so the hook
/// must not wait for the refresh.
pub(super) fn hook_tokens(session: &Arc<Session>) -> Option<Arc<Tokens>> {
    HOOK_SCOPE.try_with(|scope| scope.tokens.clone().filter(|_| scope.session == session.id)).ok().flatten()
}

/// Returns the id of the session whose hook makes the call, if one does.
pub(super) fn hook_session() -> Option<u64> {
    HOOK_SCOPE.try_with(|scope| scope.session).ok()
}

/// Carries the hook scope of this task over to another.
#[cfg(feature = "blocking")]
pub(crate) fn carry_hook_scope<F: Future>(work: F) -> impl Future<Output = F::Output> + use<F> {
    let scope = HOOK_SCOPE.try_with(HookScope::clone).ok();
    async move {
        match scope {
            Some(scope) => HOOK_SCOPE.scope(scope, work).await,
            None => work.await,
        }
    }
}

/// Runs a hook on a thread of its own, where it may block.
#[cfg(feature = "blocking")]
pub(crate) fn on_blocking_thread(hook: Hook) -> Hook {
    let hook = Arc::new(hook);
    Box::new(move |rotation| {
        let hook = hook.clone();
        Box::pin(async move {
            let runtime = Handle::current();
            let work = carry_hook_scope(async move { hook(rotation).await });
            // The panic's message may contain tokens.
            let outcome = spawn_blocking(move || runtime.block_on(work)).await;
            outcome.unwrap_or_else(|_| Err("the hook panicked".into()))
        })
    })
}

//! Settings of tokens: their store, their hook, refreshes and logins.

use std::sync::Arc;
use std::time::Duration;

use super::builder::ClientBuilder;
#[cfg(feature = "blocking")]
use crate::session::Hook;
use crate::session::TokensHook;
use crate::tokens::TokenStore;

impl ClientBuilder {
    /// Sets the hook that persists new tokens, from a code exchange or a refresh.
    ///
    /// It has finished before the first request is sent with them, and runs after they are saved to the
    /// [store](Self::token_store). Annotate the arguments: the tokens, or the [user's id](crate::Client::for_user) and the
    /// tokens. The hook may return nothing or a `Result`, at once or as a future:
    ///
    /// ```
    /// # fn write(_: &mobiscroll_connect::Tokens) -> std::io::Result<()> { Ok(()) }
    /// # async fn insert(_: mobiscroll_connect::Tokens) -> std::io::Result<()> { Ok(()) }
    /// # use mobiscroll_connect::{Client, Tokens};
    /// # let builder = || Client::builder("id", "secret", "https://app.example.com/callback");
    /// builder().on_tokens_refreshed(|tokens: Tokens| write(&tokens));
    /// builder().on_tokens_refreshed(|tokens: Tokens| async move { insert(tokens).await });
    /// builder().on_tokens_refreshed(|user: String, _: Tokens| println!("new tokens: {user}"));
    /// ```
    ///
    /// A hook that takes a [`TokenRotation`](crate::TokenRotation) learns which tokens the new ones replace, and is also
    /// called with those that were superseded while they were requested.
    ///
    /// If it fails, panics, or exceeds the [save timeout](Self::save_timeout), the caller gets
    /// [`Error::TokenStore`](crate::Error::TokenStore). The new tokens are active all the same: the old ones are
    /// retired. The hook is retried with exponential backoff, before the next refresh, and by
    /// [`Client::close`](crate::Client::close), until it succeeds. Calls that it makes itself for the same user are
    /// made with the new tokens.
    pub fn on_tokens_refreshed<Marker>(mut self, hook: impl TokensHook<Marker>) -> Self {
        self.hook = Some(hook.boxed());
        self
    }

    /// Replaces the hook by what becomes of it.
    #[cfg(feature = "blocking")]
    pub(crate) fn map_hook(mut self, change: impl FnOnce(Hook) -> Hook) -> Self {
        self.hook = self.hook.map(change);
        self
    }

    /// Sets the token store. Default: a [`MemoryTokenStore`](crate::MemoryTokenStore), which loses the tokens with the
    /// process.
    ///
    /// It is consulted when a user's tokens are not cached, its leases keep refreshes single-flight across processes,
    /// and new tokens are saved to it before they are used.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Sets how long before expiry an access token is refreshed. Default: 60 seconds.
    ///
    /// Up to 50 % random jitter is added so that many clients do not refresh at once; capped at 3/8 of the token's
    /// lifetime.
    pub fn refresh_ahead(mut self, ahead: Duration) -> Self {
        self.refresh_ahead = ahead;
        self
    }

    /// Sets the duration of the lease under which one process refreshes a user's tokens. Default: 10 seconds.
    ///
    /// It is extended while the refresh is in flight. If a process dies during a refresh, others wait until the lease
    /// expires. No request is sent after three quarters of a lease that could not be extended.
    pub fn refresh_lease(mut self, lease: Duration) -> Self {
        self.refresh_lease = lease;
        self
    }

    /// Sets the timeout of one step of the [store](Self::token_store), and of the [hook](Self::on_tokens_refreshed).
    /// Default: 30 seconds.
    pub fn save_timeout(mut self, timeout: Duration) -> Self {
        self.save_timeout = timeout;
        self
    }

    /// Sets the delay before a refresh token whose presentations had no result is presented again. Default: 1 minute.
    ///
    /// If a request to the token endpoint got no response, the outcome is unknown: the refresh token may be retired.
    /// The service accepts a token that was retired by the last rotation, and revokes the user's authorization for an
    /// older one. So a token is presented a second time immediately, and then, if the store has no newer one, once
    /// after each interval, which doubles up to 15 times this delay. The count is stored beside the lease, for all
    /// processes that share the store, and across restarts.
    ///
    /// The trade-off: if the token endpoint rotates tokens and then fails, repeatedly, a later presentation may revoke
    /// the authorization. Without another presentation, it would certainly be lost.
    pub fn presentation_interval(mut self, interval: Duration) -> Self {
        self.presentation_interval = interval;
        self
    }

    /// Sets how many refreshes, loads and saves of users run at the same time. Default: 64.
    ///
    /// Others wait, first in, first out. Hooks do not count. This backpressure protects the connection pool of the
    /// [store](Self::token_store), and the token endpoint.
    pub fn max_concurrent_refreshes(mut self, max: usize) -> Self {
        self.max_refreshes = max;
        self
    }

    /// Sets how long the tokens of a user without a handle stay loaded after the last call. Default: 5 minutes. Zero: they
    /// are loaded from the store for each new handle.
    ///
    /// So a handle for each request costs no load from the store, and valid tokens are used while the store is down.
    /// Tokens that another process saves in the meantime are used once these expire or are refused.
    pub fn idle_time(mut self, time: Duration) -> Self {
        self.idle_time = time;
        self
    }

    /// Sets for how many users without a handle tokens stay loaded. Default: 10,000.
    pub fn max_idle_users(mut self, max: usize) -> Self {
        self.max_idle_users = max;
        self
    }

    /// Sets the timeout of a login, from [`Auth::begin_login`](crate::Auth::begin_login) to its callback. Default: 10
    /// minutes.
    ///
    /// In this time, the user agrees to the consent of each provider. The service itself gives up after two hours.
    pub fn login_timeout(mut self, timeout: Duration) -> Self {
        self.login_timeout = timeout;
        self
    }

    /// Sets whether the tokens for a code are refused if they are another user's than the handle's. Default: `true`.
    ///
    /// It compares the claim `sub` of the tokens with the [user's id](crate::Client::for_user); tokens without the
    /// claim, and a client without a user, are not checked. The service is described as putting your own id for the
    /// user there. If a deployment puts another id there, each login fails with
    /// [`TokensOfAnotherUser`](crate::AuthCallbackKind::TokensOfAnotherUser): turn the check off.
    pub fn verify_subject(mut self, verify: bool) -> Self {
        self.verify_subject = verify;
        self
    }
}

use std::{io, sync::Arc, time::Duration};

use serde_json::Value;

#[cfg(feature = "contract")]
use crate::contract::Violation;
use crate::{
    app::App,
    builder::SandboxBuilder,
    fault::{Fault, FaultHandle},
    operation::Operation,
    provider::Provider,
    record::RecordedRequest,
    scope::Scope,
    server::Server,
    settings::{Consent, Settings},
    state::{IssuedTokens, State, SyncState, WebhookChannel},
};

/// A running imitation of the API; dropping it closes its port and its connections.
///
/// It serves from a thread of its own, so tests may block, or pause the time of their runtime. Users come into being
/// when they authorize or when a method first names them, with an account at every provider.
///
/// # Panics
///
/// Dropping it panics when the traffic departed from the API's contract; see the crate's page.
#[derive(Debug)]
pub struct Sandbox {
    base_url: String,
    origin: String,
    settings: Settings,
    app: Arc<App>,
    _server: Server,
}

impl Sandbox {
    /// Starts on a free port of the loopback interface, with the default settings.
    ///
    /// # Errors
    ///
    /// When the system has no socket or thread to give.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Starts as [`start`](Self::start) does, from outside an async runtime.
    ///
    /// # Errors
    ///
    /// When the system has no socket or thread to give.
    pub fn start_blocking() -> io::Result<Self> {
        Self::builder().start_blocking()
    }

    /// Configures a sandbox.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    pub(crate) fn with(port: u16, settings: Settings) -> io::Result<Self> {
        let app = Arc::new(App::new(State::new(settings.clone())));
        let server = Server::start(port, Arc::clone(&app))?;
        let origin = format!("http://{}", server.address());
        Ok(Self { base_url: format!("{origin}/api"), origin, settings, app, _server: server })
    }

    /// Gives the base URL for the client, such as `http://127.0.0.1:4010/api`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Gives the origin, such as `http://127.0.0.1:4010`, under which the webhook keys are served.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Gives the id of the one registered application.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// Gives the secret of the one registered application.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.settings.client_secret
    }

    /// Gives the redirect URI of the one registered application.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.settings.redirect_uri
    }

    /// Gives an authorization code, as if the user had consented to reading and writing at every provider.
    #[must_use]
    pub fn authorize(&self, user_id: &str) -> String {
        self.authorize_with(user_id, Scope::ReadWrite)
    }

    /// Gives an authorization code for tokens of this scope.
    #[must_use]
    pub fn authorize_with(&self, user_id: &str, scope: Scope) -> String {
        self.app.state().authorize(user_id, scope, &Provider::ALL)
    }

    /// Gives tokens for reading and writing, as if a code had been exchanged.
    #[must_use]
    pub fn issue_tokens(&self, user_id: &str) -> IssuedTokens {
        self.issue_tokens_with(user_id, Scope::ReadWrite)
    }

    /// Gives tokens of this scope, as if a code had been exchanged.
    #[must_use]
    pub fn issue_tokens_with(&self, user_id: &str, scope: Scope) -> IssuedTokens {
        let mut state = self.app.state();
        state.connect(user_id, &Provider::ALL);
        let (ttl, now) = (state.settings.access_token_ttl, state.now());
        state.tokens.begin(user_id, scope, ttl, now)
    }

    /// Expires every access token issued so far.
    pub fn expire_access_tokens(&self) {
        self.app.state().tokens.expire_access(None);
    }

    /// Expires the user's access tokens issued so far.
    pub fn expire_access_token(&self, user_id: &str) {
        self.app.state().tokens.expire_access(Some(user_id));
    }

    /// Revokes all codes and tokens of the user.
    pub fn revoke_grant(&self, user_id: &str) {
        self.app.state().tokens.revoke_user(user_id);
    }

    /// Counts the user's successful refreshes.
    #[must_use]
    pub fn refreshes(&self, user_id: &str) -> usize {
        self.app.state().tokens.rotations(user_id)
    }

    /// Moves the sandbox's clock ahead; codes and access tokens age with it.
    pub fn advance(&self, by: Duration) {
        self.app.state().clock.advance(by);
    }

    /// Decides what users answer from now on when asked for consent.
    pub fn set_consent(&self, consent: Consent) {
        self.app.state().settings.consent = consent;
    }

    /// Connects an account without calendars, unless it is connected already.
    pub fn add_account(&self, user_id: &str, provider: Provider, account_id: &str) {
        self.app.state().user(user_id).account(provider, account_id);
    }

    /// Grants or withholds an account's calendar permission, connecting the account if it was unknown.
    pub fn set_calendar_permission(&self, user_id: &str, provider: Provider, account_id: &str, granted: bool) {
        self.app.state().user(user_id).account(provider, account_id).calendar_permission = Some(granted);
    }

    /// Sets what connection status says of an account's credentials, connecting the account if it was unknown.
    pub fn set_sync_state(&self, user_id: &str, provider: Provider, account_id: &str, sync_state: SyncState) {
        let mut state = self.app.state();
        let now = state.now();
        let account = state.user(user_id).account(provider, account_id);
        account.sync_state = sync_state;
        account.sync_state_updated_at = Some(now);
    }

    /// Lists the ids of the user's accounts, in the order in which they were connected.
    #[must_use]
    pub fn accounts(&self, user_id: &str) -> Vec<(Provider, String)> {
        let mut state = self.app.state();
        state.user(user_id).accounts.iter().map(|account| (account.provider, account.id.clone())).collect()
    }

    /// Puts any JSON into the user's listings, exactly as it is.
    ///
    /// An event whose `start` or `end` cannot be read is in every listing, before all others. One without a known
    /// `provider` and `calendarId` is left out when a listing is limited to certain calendars.
    pub fn add_event(&self, user_id: &str, event: Value) {
        #[cfg(feature = "contract")]
        self.app.monitor.exempt(&event);
        self.app.state().user(user_id).add_raw(event);
    }

    /// Lists the user's events as they are stored: a series once, without its instances.
    #[must_use]
    pub fn events(&self, user_id: &str) -> Vec<Value> {
        self.app.state().user(user_id).events.iter().map(|event| event.to_json()).collect()
    }

    /// Lists the user's webhook subscriptions.
    #[must_use]
    pub fn webhook_channels(&self, user_id: &str) -> Vec<WebhookChannel> {
        self.app.state().user(user_id).channels.clone()
    }

    /// Lists the requests seen so far, oldest first; of very many only the newest 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.app.log.all()
    }

    /// Lists the requests of one operation, oldest first.
    #[must_use]
    pub fn requests_of(&self, operation: Operation) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.operation == Some(operation));
        requests
    }

    /// Forgets the requests seen so far.
    pub fn clear_requests(&self) {
        self.app.log.clear();
    }

    /// Makes something go wrong; the handle tells how often it did.
    pub fn inject(&self, fault: Fault) -> FaultHandle {
        self.app.faults.inject(fault)
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.app.faults.clear();
    }

    /// Lists the departures from the API's contract seen so far, oldest first.
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.app.monitor.violations()
    }

    /// Takes the departures from the API's contract seen so far, so that dropping the sandbox does not complain.
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn take_violations(&self) -> Vec<Violation> {
        self.app.monitor.take()
    }
}

#[cfg(feature = "contract")]
impl Drop for Sandbox {
    /// Panics when the traffic departed from the API's contract, unless [`ContractChecks`] or
    /// [`take_violations`](Sandbox::take_violations) forbids it.
    ///
    /// [`ContractChecks`]: crate::ContractChecks
    fn drop(&mut self) {
        // A second panic would abort the process and hide the first.
        if !std::thread::panicking()
            && let Some(complaint) = self.app.monitor.complaint()
        {
            panic!("{complaint}");
        }
    }
}

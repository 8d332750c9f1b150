use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
};

use serde_json::Value;

#[cfg(feature = "contract")]
use crate::contract::Violation;
use crate::{
    admin::Admin,
    app::App,
    builder::SandboxBuilder,
    connection::Site,
    evidence::RevocationReason,
    fault::{Fault, FaultHandle},
    operation::Operation,
    provider::Provider,
    record::RecordedRequest,
    scope::Scope,
    server::Server,
    settings::Settings,
    state::{IssuedTokens, State, SyncState, WebhookChannel},
    webhooks::{Author, Touched},
};

/// A running imitation of the API; dropping it closes its port and its connections.
///
/// It serves from a thread of its own, so tests may block, or pause the time of their runtime. Users come into being
/// when they authorize or when a method first names them, with an account at every provider. With
/// [`Consent::Ask`](crate::Consent::Ask),
/// authorizing gives them only the accounts that are chosen on the consent page.
///
/// # Panics
///
/// Dropping it panics when the traffic departed from the API's contract; see the crate's page.
#[derive(Debug)]
pub struct Sandbox {
    base_url: String,
    origin: String,
    pub(crate) settings: Settings,
    pub(crate) app: Arc<App>,
    /// Stops when dropped; the admin API works through a handle without it.
    _server: Option<Server>,
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
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let origin = format!("http://{}", listener.local_addr()?);
        let app = Arc::new(App::new(State::new(settings.clone())));
        let handle = |server| Self {
            base_url: format!("{origin}/api"),
            origin: origin.clone(),
            settings: settings.clone(),
            app: Arc::clone(&app),
            _server: server,
        };
        let admin = settings.admin.then(|| Admin::new(handle(None)));
        let server = Server::start(listener, Site { app: Arc::clone(&app), admin })?;
        Ok(handle(Some(server)))
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
        let mut state = self.app.state();
        let now = state.now();
        state.tokens.revoke_user(user_id, RevocationReason::Test, now);
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
    ///
    /// While an account has to be connected again, its calendars and events are still listed as they were last known,
    /// and writes to them fail with 500: nothing reaches the provider.
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
    /// `provider` and `calendarId` is left out when a listing is limited to certain calendars, and is in no delivery.
    pub fn add_event(&self, user_id: &str, event: Value) {
        #[cfg(feature = "contract")]
        self.app.monitor.exempt(&event);
        let mut state = self.app.state();
        let spot = state.user(user_id).add_raw(event);
        state.announce(user_id, Author::User, &[Touched::Created(spot)]);
    }

    /// Changes members of an event or a whole series, as if the user had done it at the provider; `null` removes one.
    ///
    /// Tells whether it was done: not without such an event, nor if it would end before it begins, nor if the members
    /// are no JSON object.
    pub fn change_event(&self, user_id: &str, event_id: &str, members: Value) -> bool {
        let Value::Object(members) = members else { return false };
        let mut state = self.app.state();
        let now = state.now();
        let spot = state.user(user_id).change_stored(event_id, members, now);
        state.announce(user_id, Author::User, spot.map(Touched::Updated).as_slice());
        spot.is_some()
    }

    /// Removes an event or a whole series, as if the user had done it at the provider; tells whether there was one.
    pub fn remove_event(&self, user_id: &str, event_id: &str) -> bool {
        let mut state = self.app.state();
        let gone = state.user(user_id).remove_stored(event_id);
        let is_gone = gone.is_some();
        state.announce(user_id, Author::User, gone.map(Touched::Deleted).as_slice());
        is_gone
    }

    /// Lists the users that anything is known of.
    #[must_use]
    pub fn users(&self) -> Vec<String> {
        self.app.state().user_ids()
    }

    /// Lists the user's events as they are stored: a series once, without its instances.
    #[must_use]
    pub fn events(&self, user_id: &str) -> Vec<Value> {
        self.app.state().user(user_id).stored()
    }

    /// Lists the user's webhook subscriptions that have not expired.
    #[must_use]
    pub fn webhook_channels(&self, user_id: &str) -> Vec<WebhookChannel> {
        let mut state = self.app.state();
        let now = state.now();
        state.user(user_id).channels.iter().filter(|channel| channel.is_live(now)).cloned().collect()
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

    /// Forgets the requests seen so far, and counts anew.
    pub fn clear_requests(&self) {
        self.app.log.clear();
    }

    /// Makes something go wrong; the handle tells how often it did.
    pub fn inject(&self, fault: Fault) -> FaultHandle {
        self.app.faults.inject(fault)
    }

    /// Lists the faults injected so far, oldest first; of those that ran out, the last 1,000.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultHandle> {
        self.app.faults.all()
    }

    /// Ends and forgets all faults.
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
        // The admin API's handle has no server. A second panic would abort the process and hide the first.
        if self._server.is_some()
            && !std::thread::panicking()
            && let Some(complaint) = self.app.monitor.complaint()
        {
            panic!("{complaint}");
        }
    }
}

#[cfg(feature = "contract")]
use std::sync::Arc;
use std::{net::IpAddr, time::Duration};

use jiff::{SignedDuration, Timestamp};

#[cfg(feature = "contract")]
use crate::contract::{self, ContractChecks, Hook, Violation};
use crate::{
    clock::StartTime,
    latency::Latency,
    operation::Operation,
    rate_limit::RateLimit,
    settings::{
        AccessTokenDialect, CalendarIdDialect, ChannelDialect, ConferenceDialect, Consent, CreateStatus, DateDialect,
        DeleteDialect, ExpiresInDialect, InitialSyncDialect, RedirectUriRule, RefreshDialect, RefreshRefusal,
        ReuseRule, ScopeDenial, Seed, Settings, WebhookEcho, WriteDialect,
    },
    snapshot::State,
};

/// Configures a [`Sandbox`](crate::Sandbox) before it starts; made by [`Sandbox::builder`](crate::Sandbox::builder).
#[derive(Debug, Clone, Default)]
#[must_use = "nothing runs until `start`"]
pub struct SandboxBuilder {
    pub(crate) port: u16,
    pub(crate) settings: Settings,
    pub(crate) state: Option<State>,
    /// Whether it was opened beside another sandbox
    pub(crate) is_application: bool,
    #[cfg(feature = "contract")]
    pub(crate) contract: contract::Options,
}

impl SandboxBuilder {
    /// Listens on this port; the default, 0, takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Listens on this address instead of 127.0.0.1; 0.0.0.0 and :: are all addresses of this machine.
    ///
    /// The admin API needs no credentials: on other addresses than those of loopback, other machines can use it.
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.settings.listen = address;
        self
    }

    /// Lets pages of this origin, such as `http://localhost:3000`, read responses (CORS).
    ///
    /// `*` is any origin, but not for the admin API. May be called several times.
    pub fn cors(mut self, origin: impl Into<String>) -> Self {
        self.settings.access.origins.push(origin.into());
        self
    }

    /// Serves the admin API under this host name as well.
    ///
    /// It is served under addresses, `localhost` and names without dots; under other names it refuses requests with
    /// 403, since a web page can have a name of its own resolve to this machine (DNS rebinding).
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.settings.access.hosts.push(name.into());
        self
    }

    /// Starts with this state; see also [`Sandbox::import_state`](crate::Sandbox::import_state).
    ///
    /// What the state says of settings and time replaces what the builder says.
    pub fn state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// Fills each new user with this; the default is [`Seed::Demo`].
    pub fn seed(mut self, seed: Seed) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Registers the application under this client id instead of `sandbox-client`.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.settings.client_id = client_id.into();
        self
    }

    /// Registers the application with this secret instead of `sandbox-secret`.
    pub fn client_secret(mut self, client_secret: impl Into<String>) -> Self {
        self.settings.client_secret = client_secret.into();
        self
    }

    /// Registers the application with this redirect URI instead of `https://app.example/oauth/callback`.
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.settings.redirect_uri = redirect_uri.into();
        self
    }

    /// Registers the application with this webhook URL instead of `https://app.example/webhooks/connect`.
    ///
    /// Deliveries are sent to it if it is one of this machine, with `http`; see
    /// [`webhooks_anywhere`](Self::webhooks_anywhere).
    pub fn webhook_url(mut self, webhook_url: impl Into<String>) -> Self {
        self.settings.webhooks.url = Some(webhook_url.into());
        self
    }

    /// Registers no webhook URL, so that subscriptions are refused.
    pub fn no_webhook_url(mut self) -> Self {
        self.settings.webhooks.url = None;
        self
    }

    /// Sends deliveries to webhook URLs on other machines, too, still by `http`.
    pub fn webhooks_anywhere(mut self, anywhere: bool) -> Self {
        self.settings.webhooks.anywhere = anywhere;
        self
    }

    /// Gives the application this long to answer a delivery instead of 15 seconds, by the system's clock.
    pub fn webhook_timeout(mut self, timeout: Duration) -> Self {
        self.settings.webhooks.timeout = timeout;
        self
    }

    /// Retries a delivery without a 2xx or 4xx response after these delays by the sandbox's clock.
    ///
    /// The service does not document its schedule. The default is what Standard Webhooks suggests for the first day: 5
    /// seconds, 5 minutes, half an hour, 2 hours, 5 hours, 10 hours.
    pub fn webhook_retries(mut self, pauses: impl IntoIterator<Item = Duration>) -> Self {
        self.settings.webhooks.retries = pauses.into_iter().collect();
        self
    }

    /// Looks for changes at Apple and CalDAV this often instead of every 5 minutes by the sandbox's clock; zero is at
    /// once.
    ///
    /// What changed in between is delivered together, so long after the first change.
    pub fn webhook_poll(mut self, interval: Duration) -> Self {
        self.settings.webhooks.poll = interval;
        self
    }

    /// Decides whether what the application changed through the API comes back to it in deliveries.
    pub fn webhook_echo(mut self, echo: WebhookEcho) -> Self {
        self.settings.webhooks.echo = echo;
        self
    }

    /// Delivers what a calendar holds when a channel is established, up to 250 events, as it does by default.
    pub fn webhook_initial_sync(mut self, initial_sync: bool) -> Self {
        self.settings.webhooks.initial_sync = initial_sync;
        self
    }

    /// Decides which channels begin with a delivery of what their calendar holds.
    pub fn initial_sync_dialect(mut self, dialect: InitialSyncDialect) -> Self {
        self.settings.webhooks.initial_sync_dialect = dialect;
        self
    }

    /// Chooses the form of an event's conference in deliveries.
    ///
    /// The default is the text that the vendor's SDKs for Go, Java, .NET and PHP read; its documentation shows an
    /// object.
    pub fn webhook_conference_dialect(mut self, dialect: ConferenceDialect) -> Self {
        self.settings.webhooks.conference = dialect;
        self
    }

    /// Decides how several channels of one calendar are treated.
    pub fn channel_dialect(mut self, dialect: ChannelDialect) -> Self {
        self.settings.webhooks.channels = dialect;
        self
    }

    /// Chooses the form of a subscription's `expiration` in responses.
    pub fn expiration_dialect(mut self, dialect: DateDialect) -> Self {
        self.settings.webhooks.expiration = dialect;
        self
    }

    /// Derives the webhook keys from this number instead of from [`random_seed`](Self::random_seed).
    pub fn webhook_key_seed(mut self, seed: u64) -> Self {
        self.settings.webhooks.key_seed = Some(seed);
        self
    }

    /// Lets a key sign beside its successor this long instead of 90 days.
    pub fn webhook_key_overlap(mut self, overlap: Duration) -> Self {
        self.settings.webhooks.key_overlap = overlap;
        self
    }

    /// Publishes the webhook keys with this `Cache-Control` instead of `public, max-age=300`; see also
    /// [`Sandbox::set_webhook_keys_cache_control`](crate::Sandbox::set_webhook_keys_cache_control).
    pub fn webhook_keys_cache_control(mut self, value: impl Into<String>) -> Self {
        self.settings.webhooks.cache_control = Some(value.into());
        self
    }

    /// Lets access tokens live this long instead of an hour; see also [`Sandbox::set_access_token_ttl`](crate::Sandbox::set_access_token_ttl).
    ///
    /// The server refuses them to the millisecond. What it says of them, `expires_in` and the claim `exp`, comes in
    /// whole seconds and is rounded up.
    pub fn access_token_ttl(mut self, ttl: Duration) -> Self {
        self.settings.access_token_ttl = ttl;
        self
    }

    /// Decides how users respond to a consent request; see also [`Sandbox::set_consent`](crate::Sandbox::set_consent).
    pub fn consent(mut self, consent: Consent) -> Self {
        self.settings.consent = consent;
        self
    }

    /// Gives the application this name on the consent page instead of `Demo App`.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.settings.app_name = name.into();
        self
    }

    /// Lets consent connect at most this many accounts to each user; there is no limit by default.
    ///
    /// Connection status then carries the `limit`. [`Sandbox::add_account`](crate::Sandbox::add_account) goes beyond it all the same.
    pub fn connection_limit(mut self, accounts: usize) -> Self {
        self.settings.connection_limit = Some(accounts);
        self
    }

    /// Serves connection status and disconnect only without `/oauth`, as old deployments do.
    pub fn legacy_paths_only(mut self, legacy_paths_only: bool) -> Self {
        self.settings.legacy_paths_only = legacy_paths_only;
        self
    }

    /// Chooses the form of the response to a created or updated event.
    pub fn write_dialect(mut self, dialect: WriteDialect) -> Self {
        self.settings.write_dialect = dialect;
        self
    }

    /// Chooses the form of the response to a deleted event.
    pub fn delete_dialect(mut self, dialect: DeleteDialect) -> Self {
        self.settings.delete_dialect = dialect;
        self
    }

    /// Chooses the status of the response to a created event.
    pub fn create_status(mut self, status: CreateStatus) -> Self {
        self.settings.create_status = status;
        self
    }

    /// Decides whether the response to a created or updated event names the calendar.
    pub fn calendar_id_dialect(mut self, dialect: CalendarIdDialect) -> Self {
        self.settings.calendar_id_dialect = dialect;
        self
    }

    /// Chooses the form of an event's conference in responses.
    pub fn conference_dialect(mut self, dialect: ConferenceDialect) -> Self {
        self.settings.conference_dialect = dialect;
        self
    }

    /// Chooses the form of dates in responses and deliveries: an event's `start`, `end` and `lastModified`, an account's
    /// `syncStateUpdatedAt`, a delivery's `timestamp`.
    ///
    /// Numbers violate the API's contract, so responses and deliveries with them are not checked against it.
    pub fn date_dialect(mut self, dialect: DateDialect) -> Self {
        self.settings.date_dialect = dialect;
        self
    }

    /// Decides whether access tokens of the same second can be equal.
    pub fn access_token_dialect(mut self, dialect: AccessTokenDialect) -> Self {
        self.settings.oauth.access_token = dialect;
        self
    }

    /// Decides which access token a refresh returns.
    pub fn refresh_dialect(mut self, dialect: RefreshDialect) -> Self {
        self.settings.oauth.refresh = dialect;
        self
    }

    /// Decides which token responses have `expires_in`.
    pub fn expires_in_dialect(mut self, dialect: ExpiresInDialect) -> Self {
        self.settings.oauth.expires_in = dialect;
        self
    }

    /// Chooses the response to an invalid refresh token.
    pub fn refresh_refusal(mut self, refusal: RefreshRefusal) -> Self {
        self.settings.oauth.refusal = refusal;
        self
    }

    /// Decides whether exchanging a code needs the redirect URI.
    pub fn redirect_uri_rule(mut self, rule: RedirectUriRule) -> Self {
        self.settings.oauth.redirect_uri = rule;
        self
    }

    /// Sets the latency of every operation; see also [`Sandbox::set_latency`](crate::Sandbox::set_latency).
    pub fn latency(mut self, latency: Latency) -> Self {
        self.settings.latencies.insert(None, latency);
        self
    }

    /// Sets the latency of one operation; it takes precedence over [`latency`](Self::latency).
    pub fn latency_of(mut self, operation: Operation, latency: Latency) -> Self {
        self.settings.latencies.insert(Some(operation), latency);
        self
    }

    /// Sets the rate limit of all operations together; see also
    /// [`Sandbox::set_rate_limit`](crate::Sandbox::set_rate_limit).
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.settings.rate_limits.insert(None, limit);
        self
    }

    /// Sets the rate limit of one operation, in addition to [`rate_limit`](Self::rate_limit).
    pub fn rate_limit_of(mut self, operation: Operation, limit: RateLimit) -> Self {
        self.settings.rate_limits.insert(Some(operation), limit);
        self
    }

    /// Starts with a clock that is ahead of the system's by this offset, or behind it if negative; see also
    /// [`Sandbox::advance`](crate::Sandbox::advance).
    pub fn clock_offset(mut self, offset: SignedDuration) -> Self {
        self.settings.start_time = StartTime::Offset(offset);
        self
    }

    /// Starts with this time; the clock runs on from there unless it is [frozen](Self::freeze_time).
    ///
    /// It replaces [`clock_offset`](Self::clock_offset). See also [`Sandbox::set_time`](crate::Sandbox::set_time).
    pub fn time(mut self, now: Timestamp) -> Self {
        self.settings.start_time = StartTime::At(now);
        self
    }

    /// Starts with a clock that stands still until [`Sandbox::advance`](crate::Sandbox::advance) and the like move it.
    pub fn freeze_time(mut self) -> Self {
        self.settings.is_clock_frozen = true;
        self
    }

    /// Derives ids, tokens, codes and webhook keys from this number; they are unpredictable by default.
    ///
    /// With the same number and a [fixed](Self::freeze_time) [time](Self::time), the same requests in the same order
    /// get the same responses, byte for byte. [`Sandbox::reset`](crate::Sandbox::reset) starts over.
    ///
    /// ```
    /// use mobiscroll_connect_sandbox::Sandbox;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let start = || Sandbox::builder().random_seed(42).time("2026-03-01T09:00:00Z".parse().unwrap()).freeze_time();
    /// let (one, other) = (start().start_blocking()?, start().start_blocking()?);
    /// assert_eq!(one.issue_tokens("alice"), other.issue_tokens("alice"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn random_seed(mut self, seed: u64) -> Self {
        self.settings.random_seed = Some(seed);
        self
    }

    /// Chooses the status that refuses a write because of its scope.
    pub fn scope_denial(mut self, denial: ScopeDenial) -> Self {
        self.settings.scope_denial = denial;
        self
    }

    /// Decides how refreshing with a token that was already retired counts.
    pub fn reuse_rule(mut self, rule: ReuseRule) -> Self {
        self.settings.reuse_rule = rule;
        self
    }

    /// Serves the admin API under `/_sandbox/` as well, as it does by default.
    ///
    /// It needs no credentials: any process that reaches the port can use it.
    pub fn admin(mut self, admin: bool) -> Self {
        self.settings.admin = admin;
        self
    }

    /// Decides what comes of traffic that violates the API's contract.
    #[cfg(feature = "contract")]
    pub fn contract_checks(mut self, checks: ContractChecks) -> Self {
        self.contract.checks = checks;
        self
    }

    /// Calls this with each violation of the API's contract, as it is found.
    #[cfg(feature = "contract")]
    pub fn on_violation(mut self, hook: impl Fn(&Violation) + Send + Sync + 'static) -> Self {
        self.contract.hook = Some(Hook(Arc::new(hook)));
        self
    }
}

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use mobiscroll_connect_sandbox::{
    AccessTokenDialect, CalendarIdDialect, ChannelDialect, ConferenceDialect, Consent, CreateStatus, DateDialect,
    DeleteDialect, ExpiresInDialect, InitialSyncDialect, Latency, RateLimit, RedirectUriRule, RefreshDialect,
    RefreshRefusal, ReuseRule, Sandbox, SandboxBuilder, ScopeDenial, State, WebhookEcho, WriteDialect,
};

use crate::parse;

/// A local, in-memory server with the API of Mobiscroll Connect, for tests
///
/// It prints its address and the credentials of the registered application. Ctrl-C or SIGTERM stops it; nothing is
/// persisted.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 4010)]
    pub(crate) port: u16,
    /// Address to listen on; with any but a loopback address, other machines can use the sandbox
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    listen: IpAddr,
    /// Origin whose pages may read responses (CORS), such as http://localhost:3000; * is any, but not for the admin API
    #[arg(long, value_name = "ORIGIN")]
    cors: Vec<String>,
    /// Host name under which the admin API is served, besides addresses, localhost and names without dots
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Print one line of JSON at the start instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Write that line of JSON to a file once the sandbox accepts connections, and remove it at the end
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Client id of the registered application
    #[arg(long, value_name = "ID", default_value = "sandbox-client")]
    client_id: String,
    /// Client secret of the registered application
    #[arg(long, value_name = "SECRET", default_value = "sandbox-secret")]
    client_secret: String,
    /// Redirect URI of the registered application
    #[arg(long, value_name = "URI", default_value = "https://app.example/oauth/callback")]
    redirect_uri: String,
    /// Webhook URL of the registered application
    #[arg(long, value_name = "URL", default_value = "https://app.example/webhooks/connect")]
    webhook_url: String,
    /// Register no webhook URL, so that subscriptions are refused
    #[arg(long, conflicts_with = "webhook_url")]
    no_webhook_url: bool,
    /// Send deliveries to webhook URLs on other machines as well
    #[arg(long)]
    webhooks_anywhere: bool,
    /// Timeout of a delivery
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = parse::duration)]
    webhook_timeout: Duration,
    /// Delays before the retries of a delivery, separated by commas, or never
    #[arg(long, value_name = "TIMES", default_value = "5s,5m,30m,2h,5h,10h", value_parser = parse::durations)]
    webhook_retries: parse::Pauses,
    /// How often Apple and CalDAV are polled for changes; 0 is immediately
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse::duration)]
    webhook_poll: Duration,
    /// Whether the application's own changes are delivered to it: delivered or withheld
    #[arg(long, value_name = "RULE", default_value_t)]
    webhook_echo: WebhookEcho,
    /// Do not deliver the existing events when a channel is created
    #[arg(long)]
    no_webhook_initial_sync: bool,
    /// Number to derive the webhook keys from, instead of --seed
    #[arg(long, value_name = "NUMBER")]
    webhook_key_seed: Option<u64>,
    /// How long a rotated webhook key also signs
    #[arg(long, value_name = "TIME", default_value = "2160h", value_parser = parse::duration)]
    webhook_key_overlap: Duration,
    /// Cache-Control header of the published webhook keys
    #[arg(long, value_name = "VALUE", default_value = "public, max-age=300")]
    webhook_keys_cache_control: String,
    /// A number to derive ids, tokens and keys from, or the data of new users: small (default), empty, busy-year, large
    /// (10,000 events) or awkward. Both may be given: --seed 42 --seed empty
    #[arg(long, value_name = "NUMBER|NAME", value_parser = parse::seed)]
    seed: Vec<parse::SeedOption>,
    /// File with the state to start with, as GET /_sandbox/state writes it
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Time at the start, such as 2026-03-01T09:00:00Z; the clock runs on from there
    #[arg(long, value_name = "INSTANT", conflicts_with = "clock_offset")]
    time: Option<Timestamp>,
    /// Stop the clock: it moves only when the admin API moves it
    #[arg(long)]
    freeze_time: bool,
    /// Name of the application on the consent page
    #[arg(long, value_name = "NAME", default_value = "Demo App")]
    app_name: String,
    /// Maximum number of accounts of a user; unlimited by default
    #[arg(long, value_name = "ACCOUNTS")]
    connection_limit: Option<usize>,
    /// How users respond to a consent request: approve, deny or ask (shows a page)
    #[arg(long, value_name = "RESPONSE", default_value_t)]
    consent: Consent,
    /// Lifetime of access tokens: seconds, or a duration such as 500ms, 15m or 1h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse::duration)]
    access_token_ttl: Duration,
    /// Form of responses to created and updated events: root, or nested under "event"
    #[arg(long, value_name = "FORM", default_value_t)]
    write_dialect: WriteDialect,
    /// Response to a deletion: json (200) or no-content (204)
    #[arg(long, value_name = "FORM", default_value_t)]
    delete_dialect: DeleteDialect,
    /// Status of the response to a creation: ok (200) or created (201)
    #[arg(long, value_name = "STATUS", default_value_t)]
    create_status: CreateStatus,
    /// Whether responses to writes have a calendarId: present or absent-in-writes
    #[arg(long, value_name = "FORM", default_value_t)]
    calendar_id_dialect: CalendarIdDialect,
    /// Form of conferences: text (a URL) or object
    #[arg(long, value_name = "FORM", default_value_t)]
    conference_dialect: ConferenceDialect,
    /// Form of conferences in deliveries: text (a URL) or object
    #[arg(long, value_name = "FORM", default_value_t)]
    webhook_conference_dialect: ConferenceDialect,
    /// Form of dates in responses and deliveries: text, milliseconds or seconds (Unix time)
    #[arg(long, value_name = "FORM", default_value_t)]
    date_dialect: DateDialect,
    /// Form of a subscription's expiration: text, milliseconds or seconds
    #[arg(long, value_name = "FORM", default_value_t)]
    expiration_dialect: DateDialect,
    /// Several channels of one calendar: separate, or shared (the newest replaces the others)
    #[arg(long, value_name = "RULE", default_value_t)]
    channel_dialect: ChannelDialect,
    /// Which new channels get the existing events: per-channel (each) or per-calendar (the first)
    #[arg(long, value_name = "RULE", default_value_t)]
    initial_sync_dialect: InitialSyncDialect,
    /// Whether access tokens of the same second differ: unique or bare (without jti and iat)
    #[arg(long, value_name = "FORM", default_value_t)]
    access_token_dialect: AccessTokenDialect,
    /// Access token in the response to a refresh: new-access-token or same-access-token
    #[arg(long, value_name = "FORM", default_value_t)]
    refresh_dialect: RefreshDialect,
    /// Which token responses have expires_in: present, absent-in-refreshes or absent
    #[arg(long, value_name = "FORM", default_value_t)]
    expires_in_dialect: ExpiresInDialect,
    /// Response to an invalid refresh token: invalid-grant (400) or unauthorized (401 without an OAuth code)
    #[arg(long, value_name = "FORM", default_value_t)]
    refresh_refusal: RefreshRefusal,
    /// redirect_uri in a code exchange: required or optional
    #[arg(long, value_name = "RULE", default_value_t)]
    redirect_uri_rule: RedirectUriRule,
    /// Response latency: median and 99th percentile, such as 80ms,2s
    #[arg(long, value_name = "TIMES", value_parser = parse::latency)]
    latency: Option<Latency>,
    /// Seed of the latencies
    #[arg(long, value_name = "NUMBER", default_value_t)]
    latency_seed: u64,
    /// Rate limit: requests per period, such as 100/1m
    #[arg(long, value_name = "REQUESTS/TIME", value_parser = parse::rate_limit)]
    rate_limit: Option<RateLimit>,
    /// Offset of the clock at the start: a duration, ahead of the system's clock or (if negative) behind
    #[arg(long, value_name = "TIME", default_value = "0s", allow_hyphen_values = true)]
    clock_offset: SignedDuration,
    /// Status for writes with insufficient scope: unauthorized (401) or forbidden (403)
    #[arg(long, value_name = "STATUS", default_value_t)]
    scope_denial: ScopeDenial,
    /// Several refreshes with one token: side-by-side (one rotation) or every-refresh-counts
    #[arg(long, value_name = "RULE", default_value_t)]
    reuse_rule: ReuseRule,
    /// Serve connection status and disconnect only at their legacy paths, without /oauth
    #[arg(long)]
    legacy_paths_only: bool,
    /// Do not serve the admin API under /_sandbox/
    #[arg(long)]
    pub(crate) no_admin: bool,
}

impl Options {
    pub(crate) fn into_builder(self) -> Result<SandboxBuilder, String> {
        let builder = warning(Sandbox::builder())
            .port(self.port)
            .listen(self.listen)
            .client_id(self.client_id)
            .client_secret(self.client_secret)
            .redirect_uri(self.redirect_uri)
            .webhook_url(self.webhook_url)
            .webhooks_anywhere(self.webhooks_anywhere)
            .webhook_timeout(self.webhook_timeout)
            .webhook_retries(self.webhook_retries.0)
            .webhook_poll(self.webhook_poll)
            .webhook_echo(self.webhook_echo)
            .webhook_initial_sync(!self.no_webhook_initial_sync)
            .webhook_key_overlap(self.webhook_key_overlap)
            .webhook_keys_cache_control(self.webhook_keys_cache_control)
            .consent(self.consent)
            .app_name(self.app_name)
            .access_token_ttl(self.access_token_ttl)
            .write_dialect(self.write_dialect)
            .delete_dialect(self.delete_dialect)
            .create_status(self.create_status)
            .calendar_id_dialect(self.calendar_id_dialect)
            .conference_dialect(self.conference_dialect)
            .webhook_conference_dialect(self.webhook_conference_dialect)
            .date_dialect(self.date_dialect)
            .expiration_dialect(self.expiration_dialect)
            .channel_dialect(self.channel_dialect)
            .initial_sync_dialect(self.initial_sync_dialect)
            .access_token_dialect(self.access_token_dialect)
            .refresh_dialect(self.refresh_dialect)
            .expires_in_dialect(self.expires_in_dialect)
            .refresh_refusal(self.refresh_refusal)
            .redirect_uri_rule(self.redirect_uri_rule)
            .clock_offset(self.clock_offset)
            .scope_denial(self.scope_denial)
            .reuse_rule(self.reuse_rule)
            .legacy_paths_only(self.legacy_paths_only)
            .admin(!self.no_admin);
        let latency = self.latency.map(|latency| latency.seed(self.latency_seed));
        let builder = latency.into_iter().fold(builder, SandboxBuilder::latency);
        let builder = self.rate_limit.into_iter().fold(builder, SandboxBuilder::rate_limit);
        let builder = self.connection_limit.into_iter().fold(builder, SandboxBuilder::connection_limit);
        let builder = self.seed.into_iter().fold(builder, |builder, seed| match seed {
            parse::SeedOption::Number(seed) => builder.random_seed(seed),
            parse::SeedOption::Data(seed) => builder.seed(seed),
        });
        let builder = self.time.into_iter().fold(builder, SandboxBuilder::time);
        let builder = if self.freeze_time { builder.freeze_time() } else { builder };
        let builder = self.webhook_key_seed.into_iter().fold(builder, SandboxBuilder::webhook_key_seed);
        let builder = self.cors.into_iter().fold(builder, SandboxBuilder::cors);
        let builder = self.allow_host.into_iter().fold(builder, SandboxBuilder::allow_host);
        let state = self.state.map(State::load).transpose().map_err(|error| error.to_string())?;
        let builder = state.into_iter().fold(builder, SandboxBuilder::state);
        Ok(if self.no_webhook_url { builder.no_webhook_url() } else { builder })
    }
}

/// Has departures from the API's contract printed as they happen.
#[cfg(feature = "contract")]
fn warning(builder: SandboxBuilder) -> SandboxBuilder {
    use std::io::{self, Write};

    use mobiscroll_connect_sandbox::ContractChecks;

    builder.contract_checks(ContractChecks::Record).on_violation(|violation| {
        // A closed standard error is no reason to stop serving.
        let _ = writeln!(io::stderr(), "warning: {violation}");
    })
}

#[cfg(not(feature = "contract"))]
fn warning(builder: SandboxBuilder) -> SandboxBuilder {
    builder
}

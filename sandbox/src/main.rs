//! Runs the sandbox from the command line, until Ctrl-C or SIGTERM.
#![forbid(unsafe_code)]

use std::{
    future::{self, Future},
    io::{self, Write},
    process::ExitCode,
    task::Poll,
    time::Duration,
};

use clap::Parser;
use jiff::SignedDuration;
use mobiscroll_connect_sandbox::{
    AccessTokenDialect, CalendarIdDialect, ChannelDialect, ConferenceDialect, Consent, CreateStatus, DateDialect,
    DeleteDialect, ExpiresInDialect, InitialSyncDialect, Latency, RateLimit, RedirectUriRule, RefreshDialect,
    RefreshRefusal, ReuseRule, Sandbox, SandboxBuilder, ScopeDenial, Seed, WebhookEcho, WriteDialect,
};

/// A local, in-memory imitation of the Mobiscroll Connect API
///
/// It listens on 127.0.0.1 and prints where, with the credentials of the one registered application. Ctrl-C or
/// SIGTERM stops it; nothing is kept.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 4010)]
    port: u16,
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
    /// Send deliveries to webhook URLs on other machines, too
    #[arg(long)]
    webhooks_anywhere: bool,
    /// How long the application may take to answer a delivery
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = duration)]
    webhook_timeout: Duration,
    /// When a delivery is tried again: pauses, separated by commas, or never
    #[arg(long, value_name = "TIMES", default_value = "5s,5m,30m,2h,5h,10h", value_parser = durations)]
    webhook_retries: Pauses,
    /// How often changes are looked for at Apple and CalDAV; 0 is at once
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    webhook_poll: Duration,
    /// Whether changes made through the API come back in deliveries: delivered or withheld
    #[arg(long, value_name = "ANSWER", default_value_t)]
    webhook_echo: WebhookEcho,
    /// Deliver nothing when a channel is established
    #[arg(long)]
    no_webhook_initial_sync: bool,
    /// Number to make the webhook keys from; they are random without it
    #[arg(long, value_name = "NUMBER")]
    webhook_key_seed: Option<u64>,
    /// How long a webhook key signs beside its successor
    #[arg(long, value_name = "TIME", default_value = "2160h", value_parser = duration)]
    webhook_key_overlap: Duration,
    /// The Cache-Control with which the webhook keys are published
    #[arg(long, value_name = "VALUE", default_value = "public, max-age=300")]
    webhook_keys_cache_control: String,
    /// What new users find: small, empty, busy-year, large (10,000 events) or awkward
    #[arg(long, value_name = "NAME", default_value_t)]
    seed: Seed,
    /// Name of the application, as the consent page shows it
    #[arg(long, value_name = "NAME", default_value = "Demo App")]
    app_name: String,
    /// How many accounts a user may connect; as many as there are without it
    #[arg(long, value_name = "ACCOUNTS")]
    connection_limit: Option<usize>,
    /// What users answer when asked for consent: ask (shows a page), approve or deny
    #[arg(long, value_name = "ANSWER", default_value_t)]
    consent: Consent,
    /// Life of access tokens: seconds, or a duration such as 500ms, 15m or 1h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    access_token_ttl: Duration,
    /// Where created and updated events stand in the answer: root, or nested under "event"
    #[arg(long, value_name = "FORM", default_value_t)]
    write_dialect: WriteDialect,
    /// How deletions are answered: json (200) or no-content (204)
    #[arg(long, value_name = "FORM", default_value_t)]
    delete_dialect: DeleteDialect,
    /// How creations are answered: ok (200) or created (201)
    #[arg(long, value_name = "STATUS", default_value_t)]
    create_status: CreateStatus,
    /// Whether answers to writes name the calendar: present or absent-in-writes
    #[arg(long, value_name = "FORM", default_value_t)]
    calendar_id_dialect: CalendarIdDialect,
    /// What conferences are: text (a URL) or object
    #[arg(long, value_name = "FORM", default_value_t)]
    conference_dialect: ConferenceDialect,
    /// What conferences are in deliveries: text (a URL) or object
    #[arg(long, value_name = "FORM", default_value_t)]
    webhook_conference_dialect: ConferenceDialect,
    /// What dates are in answers and deliveries: text, milliseconds or seconds (numbers since 1970)
    #[arg(long, value_name = "FORM", default_value_t)]
    date_dialect: DateDialect,
    /// What a subscription's expiration is in answers: text, milliseconds or seconds
    #[arg(long, value_name = "FORM", default_value_t)]
    expiration_dialect: DateDialect,
    /// How several channels of one calendar are treated: separate or shared
    #[arg(long, value_name = "RULE", default_value_t)]
    channel_dialect: ChannelDialect,
    /// Which channels begin with what their calendar holds: per-channel (each) or per-calendar (the first)
    #[arg(long, value_name = "RULE", default_value_t)]
    initial_sync_dialect: InitialSyncDialect,
    /// Whether access tokens of one second differ: unique or bare (without jti and iat)
    #[arg(long, value_name = "FORM", default_value_t)]
    access_token_dialect: AccessTokenDialect,
    /// Which access token refreshes return: new-access-token or same-access-token
    #[arg(long, value_name = "FORM", default_value_t)]
    refresh_dialect: RefreshDialect,
    /// Which token responses have expires_in: present, absent-in-refreshes or absent
    #[arg(long, value_name = "FORM", default_value_t)]
    expires_in_dialect: ExpiresInDialect,
    /// How invalid refresh tokens are refused: invalid-grant (400) or unauthorized (401 without an OAuth code)
    #[arg(long, value_name = "FORM", default_value_t)]
    refresh_refusal: RefreshRefusal,
    /// Whether exchanging a code needs the redirect URI: required or optional
    #[arg(long, value_name = "RULE", default_value_t)]
    redirect_uri_rule: RedirectUriRule,
    /// Response latency: median and 99th percentile, such as 80ms,2s
    #[arg(long, value_name = "TIMES", value_parser = latency)]
    latency: Option<Latency>,
    /// Number to draw the latencies from
    #[arg(long, value_name = "NUMBER", default_value_t)]
    latency_seed: u64,
    /// Rate limit: requests per period, such as 100/1m
    #[arg(long, value_name = "REQUESTS/TIME", value_parser = rate_limit)]
    rate_limit: Option<RateLimit>,
    /// How far the clock is off at the start: a duration, ahead or (if negative) behind
    #[arg(long, value_name = "TIME", default_value = "0s", allow_hyphen_values = true)]
    clock_offset: SignedDuration,
    /// How writes without the scope are refused: unauthorized (401) or forbidden (403)
    #[arg(long, value_name = "STATUS", default_value_t)]
    scope_denial: ScopeDenial,
    /// How refreshing with a retired token counts: side-by-side or every-refresh-counts
    #[arg(long, value_name = "RULE", default_value_t)]
    reuse_rule: ReuseRule,
    /// Serve connection status and disconnect only without /oauth, as old deployments do
    #[arg(long)]
    legacy_paths_only: bool,
    /// Do not serve the admin API under /_sandbox/
    #[arg(long)]
    no_admin: bool,
}

impl Options {
    fn into_builder(self) -> SandboxBuilder {
        let builder = warning(Sandbox::builder())
            .port(self.port)
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
            .seed(self.seed)
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
        let builder = self.webhook_key_seed.into_iter().fold(builder, SandboxBuilder::webhook_key_seed);
        if self.no_webhook_url { builder.no_webhook_url() } else { builder }
    }
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Where errors cannot be written, the exit code has to do.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), String> {
    let (port, admin) = (options.port, !options.no_admin);
    let sandbox = options.into_builder().start_blocking().map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!("port {port} is in use; choose another with --port"),
        _ => format!("cannot listen on port {port}: {error}"),
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(|error| format!("cannot wait for signals: {error}"))?;
    runtime.block_on(async {
        let stopped = stop_signal().map_err(|error| format!("cannot wait for signals: {error}"))?;
        // Only now, since a reader of the lines may send the signal. Nobody has to read them.
        let _ = announce(&sandbox, admin);
        stopped.await;
        Ok(())
    })
}

/// Says where the sandbox is; programs read these lines, so they stay as they are.
fn announce(sandbox: &Sandbox, admin: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "Connect sandbox is running. Stop it with Ctrl-C.")?;
    writeln!(out, "base URL       {}", sandbox.base_url())?;
    writeln!(out, "client id      {}", sandbox.client_id())?;
    writeln!(out, "client secret  {}", sandbox.client_secret())?;
    writeln!(out, "redirect URI   {}", sandbox.redirect_uri())?;
    if admin {
        writeln!(out, "admin API      {}/_sandbox/", sandbox.origin())?;
    }
    out.flush()
}

/// Begins to listen for the signals that stop the program, and gives what waits for one.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    Ok(future::poll_fn(move |context| {
        let any = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if any { Poll::Ready(()) } else { Poll::Pending }
    }))
}

/// Begins to listen for Ctrl-C, and gives what waits for it.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { interrupt.recv().await })
}

/// Reads a number of seconds, or a duration with units.
fn duration(text: &str) -> Result<Duration, &'static str> {
    let read = match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => text.parse::<SignedDuration>().ok().and_then(|duration| duration.try_into().ok()),
    };
    read.ok_or("expected seconds, or a duration such as 500ms, 15m or 1h")
}

/// Reads a median and a tail.
fn latency(text: &str) -> Result<Latency, &'static str> {
    let (median, tail) = text.split_once(',').ok_or("expected a median and a tail, such as 80ms,2s")?;
    Ok(Latency::new(duration(median.trim())?, duration(tail.trim())?))
}

/// Reads a number of requests and a time.
fn rate_limit(text: &str) -> Result<RateLimit, &'static str> {
    const EXPECTED: &str = "expected a number of requests and a time, such as 100/1m";
    let (requests, per) = text.split_once('/').ok_or(EXPECTED)?;
    Ok(RateLimit::new(requests.trim().parse().map_err(|_| EXPECTED)?, duration(per.trim())?))
}

/// When something is tried again.
#[derive(Debug, Clone)]
struct Pauses(Vec<Duration>);

/// Reads durations separated by commas, or none.
fn durations(text: &str) -> Result<Pauses, &'static str> {
    if text == "never" {
        return Ok(Pauses(Vec::new()));
    }
    text.split(',').map(|pause| duration(pause.trim())).collect::<Result<_, _>>().map(Pauses)
}

/// Has departures from the API's contract printed as they happen.
#[cfg(feature = "contract")]
fn warning(builder: SandboxBuilder) -> SandboxBuilder {
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

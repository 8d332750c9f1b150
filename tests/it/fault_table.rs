//! What each fault of connections costs: the table in BENCHMARKS.md. `cargo test --test it fault_table -- --nocapture` prints
//! it.

use std::time::{Duration, Instant};

use mobiscroll_connect::{Client, ClientBuilder, RetryPolicy};
use mobiscroll_connect_sandbox::{Fault, Freeze, Operation, Sandbox, Seed, SwallowedHandshakes};

use crate::events_write::meeting;
use crate::support::{ADA, builder, with_tokens};

const ATTEMPT: Duration = Duration::from_millis(400);
const CONNECT: Duration = Duration::from_millis(200);
/// For so long handshakes are swallowed.
const SWALLOWED: Duration = Duration::from_millis(900);
/// After so many lost calls, the next one counts as lost, too.
const PATIENCE: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    FrozenHttp2,
    FrozenPool,
    SwallowedHandshakes,
    ResetOnReuse,
    GoAway,
    AbruptGoAway,
    HalfClosed,
}

impl Trouble {
    const ALL: [(Self, &str); 7] = [
        (Self::FrozenHttp2, "a frozen HTTP/2 connection"),
        (Self::FrozenPool, "a pool of 4 frozen HTTP/1.1 connections"),
        (Self::SwallowedHandshakes, "handshakes swallowed for 0.9 s"),
        (Self::ResetOnReuse, "a reset by the next request"),
        (Self::GoAway, "GOAWAY"),
        (Self::AbruptGoAway, "GOAWAY without a response to any stream"),
        (Self::HalfClosed, "half-closed by the server"),
    ];

    fn is_http2(self) -> bool {
        matches!(self, Self::FrozenHttp2 | Self::GoAway | Self::AbruptGoAway)
    }

    /// Has it happen now, or to the next request of the operation.
    fn cause(self, sandbox: &Sandbox, operation: Operation) -> Option<SwallowedHandshakes> {
        let freeze =
            || sandbox.tcp_connections().iter().filter(|c| sandbox.freeze_connection(c.id, Freeze::Ignored)).count();
        // The worst for a creation: it was done, and its response is lost.
        let is_write = operation == Operation::CreateEvent;
        let fault = Fault::on(operation);
        let fault = if is_write && self != Self::GoAway { fault.after_commit() } else { fault };
        match self {
            Self::FrozenHttp2 => assert_eq!(freeze(), 1),
            Self::FrozenPool => assert!(freeze() >= 1),
            Self::SwallowedHandshakes => {
                for connection in sandbox.tcp_connections() {
                    sandbox.reset_connection(connection.id);
                }
                return sandbox.swallow_handshakes_for(SWALLOWED).ok();
            }
            Self::ResetOnReuse => drop(sandbox.inject(fault.on_reuse().reset_connection())),
            Self::GoAway => drop(sandbox.inject(fault.go_away())),
            Self::AbruptGoAway => drop(sandbox.inject(fault.go_away_abruptly())),
            Self::HalfClosed => drop(sandbox.inject(fault.half_close())),
        }
        None
    }
}

fn http(trouble: Trouble) -> reqwest::ClientBuilder {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    if trouble.is_http2() { http.http2_prior_knowledge() } else { http }
}

/// As it was before connections were abandoned: one HTTP client for all time, without a timeout for connecting.
fn before(builder: ClientBuilder, trouble: Trouble) -> ClientBuilder {
    builder.http_client(http(trouble).build().unwrap())
}

fn now(builder: ClientBuilder, trouble: Trouble) -> ClientBuilder {
    match trouble.is_http2() {
        true => builder.http_client_factory(move || http(trouble).connect_timeout(CONNECT).build()),
        false => builder.connect_timeout(CONNECT),
    }
}

#[derive(Debug, Default)]
struct Cost {
    lost: usize,
    /// Until the next call succeeded.
    time: Duration,
    opened: usize,
    /// Events beyond one, of one call that creates one.
    duplicates: usize,
}

async fn warmed_up(trouble: Trouble, settings: fn(ClientBuilder, Trouble) -> ClientBuilder) -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let retry = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let client = settings(builder(&sandbox), trouble).retry(retry).timeout(ATTEMPT);
    let client = with_tokens(client, sandbox.issue_tokens(ADA));
    let warmer = sandbox.inject(Fault::on(Operation::ListCalendars).times(4).delay(Duration::from_millis(100)));
    let list = || client.calendars().list().send();
    let (a, b, c, d) = tokio::join!(list(), list(), list(), list());
    a.and(b).and(c).and(d).unwrap();
    warmer.remove();
    (sandbox, client)
}

async fn cost(trouble: Trouble, settings: fn(ClientBuilder, Trouble) -> ClientBuilder) -> Cost {
    let (sandbox, client) = warmed_up(trouble, settings).await;
    let (opened, swallowed) =
        (sandbox.tcp_connection_counts().opened, trouble.cause(&sandbox, Operation::ListCalendars));
    let (begun, mut cost) = (Instant::now(), Cost::default());
    while cost.lost < PATIENCE && client.calendars().list().await.is_err() {
        cost.lost += 1;
    }
    cost.time = begun.elapsed();
    cost.opened = sandbox.tcp_connection_counts().opened - opened;
    drop(swallowed);

    let (sandbox, client) = warmed_up(trouble, settings).await;
    let swallowed = trouble.cause(&sandbox, Operation::CreateEvent);
    let _ = client.events().create(meeting()).await;
    drop(swallowed);
    // What is on its way may still arrive.
    tokio::time::sleep(Duration::from_millis(100)).await;
    cost.duplicates = sandbox.events(ADA).len().saturating_sub(1);
    cost
}

#[tokio::test]
async fn each_fault_of_connections_costs_no_call_and_creates_nothing_twice() {
    println!("| fault | lost calls before | now | time before | now | connections before | now | duplicates |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for (trouble, name) in Trouble::ALL {
        let (before, now) = (cost(trouble, before).await, cost(trouble, now).await);
        let time = |cost: &Cost| match cost.lost {
            PATIENCE => "never".to_owned(),
            _ => format!("{:.2} s", cost.time.as_secs_f64()),
        };
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} |",
            before.lost,
            now.lost,
            time(&before),
            time(&now),
            before.opened,
            now.opened,
            before.duplicates + now.duplicates
        );
        assert_eq!(before.duplicates + now.duplicates, 0, "{name}");
        let lost = usize::from(trouble == Trouble::SwallowedHandshakes) * 2;
        assert!(now.lost <= lost, "{name}: {now:?}");
        assert!(now.time < SWALLOWED + 2 * ATTEMPT, "{name}: {now:?}");
        assert!(now.opened <= 4, "{name}: {now:?}");
    }
}

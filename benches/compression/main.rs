//! Measures what compressed responses save: `cargo bench --bench compression --features brotli,zstd`.
//!
//! One client reads a page of 250 events in each content coding, from a server that sends at a limited rate: bytes of the
//! body, CPU time of the client's thread, and time from the call to the last event. `-- --quick` is a smoke test.

mod page;
mod server;

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use http::header::ACCEPT_ENCODING;
use mobiscroll_connect::{Client, RequestOptions, RetryPolicy, Tokens};
use mobiscroll_connect_sandbox::{Coding, Fault, Operation, Sandbox};
use server::Server;
use tokio::runtime::Builder;

/// In bit/s.
const RATES: [(&str, Option<u64>); 3] =
    [("10 Mbit/s", Some(10_000_000)), ("100 Mbit/s", Some(100_000_000)), ("loopback", None)];
const EVENTS: usize = 250;

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if is_quick { 1 } else { 15 };
    let codings = [
        (None, true),
        (Some(Coding::Gzip), cfg!(feature = "gzip")),
        (Some(Coding::Brotli), cfg!(feature = "brotli")),
        (Some(Coding::Zstd), cfg!(feature = "zstd")),
    ];
    println!("| a page of {EVENTS} events | body | CPU | {} | {} | {} |", RATES[0].0, RATES[1].0, RATES[2].0);
    println!("|---|---:|---:|---:|---:|---:|");
    for coding in codings.into_iter().filter(|(_, is_decoded)| *is_decoded).map(|(coding, _)| coding) {
        let body = encoded(page::page(EVENTS), coding);
        let bytes = body.len();
        let server = Server::start(coding.map(Coding::as_str), body);
        let timed = RATES.map(|(_, rate)| {
            server.limit(rate);
            read(&server, coding, rounds)
        });
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        let [slow, fast, (cpu, wall)] = timed;
        let name = coding.map_or("not compressed", Coding::as_str);
        println!(
            "| {name} | {:.1} kB | {} | {} | {} | {} |",
            bytes as f64 / 1e3,
            ms(cpu),
            ms(slow.1),
            ms(fast.1),
            ms(wall)
        );
    }
}

/// Reads the page a number of times. Returns the medians of CPU time and time.
fn read(server: &Server, coding: Option<Coding>, rounds: usize) -> (Duration, Duration) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let accepted = coding.map_or("identity", Coding::as_str).parse().expect("a header");
    let options = RequestOptions::new().header(ACCEPT_ENCODING, accepted).expect("a header of the caller");
    let client = Client::builder("client-id", "client-secret", "https://app.example/oauth/callback");
    let client =
        client.base_url(&server.base_url).retry(RetryPolicy::none()).options(options).build().expect("settings");
    client.set_credentials(Tokens::new("ACCESS_TOKEN"));
    let mut times = Vec::new();
    // The first one connects.
    for _ in 0..=rounds {
        let (cpu, wall) = (ThreadTime::now(), Instant::now());
        let page = runtime.block_on(async { client.events().list().await }).expect("a page");
        times.push((cpu.elapsed(), wall.elapsed()));
        assert_eq!(page.events.len(), EVENTS);
    }
    times.remove(0);
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    (median(times.iter().map(|time| time.0).collect()), median(times.iter().map(|time| time.1).collect()))
}

/// Compresses a body as the sandbox does.
fn encoded(body: String, coding: Option<Coding>) -> Vec<u8> {
    let Some(coding) = coding else { return body.into() };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        sandbox.inject(Fault::on(Operation::ListEvents).status(200).body(body).compress_unasked(coding));
        let plain = reqwest::Client::builder().no_gzip().no_brotli().no_zstd().build().expect("a client");
        let request = plain.get(format!("{}/events", sandbox.base_url()));
        let request = request.bearer_auth(sandbox.issue_tokens("ada").access_token);
        let response = request.send().await.expect("a response");
        assert_eq!(response.headers()["content-encoding"], coding.as_str());
        response.bytes().await.expect("a body").to_vec()
    })
}

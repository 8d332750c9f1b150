//! Measures the CPU time of calls, each compared with its baseline: `cargo bench --bench cost --features webhooks`.
//!
//! Times are CPU times of this process alone. The works of a comparison alternate, and the ratio is the median over the
//! rounds. `-- --quick` is a smoke test. `-- once NAME COUNT` runs one work `COUNT` times, for a profiler.

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cpu_time::ProcessTime;
use ed25519_dalek::{Signature, Signer, SigningKey};
use http::HeaderMap;
use jiff::Timestamp;
use mobiscroll_connect::raw::types::EventsListResponse;
use mobiscroll_connect::{Calendar, Client, RawJson, Tokens, WebhookKeys, WebhookOptions, verify_webhook_signature};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use support::server::{PAGES, SLOW, Server};
use support::{ACCESS_TOKEN, bare, client, data, rounds, runtime};
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

fn main() {
    support::server::serve_if_told();
    let server = Server::start();
    let runtime = runtime();
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [once, name, count] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        assert_eq!(once, "once");
        return self::once(&runtime, &server, name, count.parse().expect("a number"));
    }
    calls(&runtime, &server);
    pages(&runtime, &server);
    decoding();
    refreshes(&runtime, &server);
    webhooks();
    largest_forgery();
    paging(&runtime, &server);
}

/// The times of one work, over the rounds.
struct Timed {
    name: String,
    /// CPU time of each round
    cpu: Vec<Duration>,
    wall: Vec<Duration>,
}

/// A named work, and a function that runs it a number of times.
type Work<'a> = (&'a str, &'a mut dyn FnMut(usize));

/// Runs the works alternately, and prints each in comparison with the first.
fn compare(title: &str, rounds: usize, times: usize, works: &mut [Work<'_>]) {
    let mut timed: Vec<_> =
        works.iter().map(|(name, _)| Timed { name: (*name).to_owned(), cpu: Vec::new(), wall: Vec::new() }).collect();
    for (_, work) in &mut *works {
        work(times);
    }
    for round in 0..rounds.max(3) {
        // The order rotates, because the first work of a round finds cold caches.
        let order: Vec<_> = (0..works.len()).map(|place| (place + round) % works.len()).collect();
        for place in order {
            let (wall, cpu) = (Instant::now(), ProcessTime::now());
            works[place].1(times);
            timed[place].cpu.push(cpu.elapsed() / u32::try_from(times).expect("a number"));
            timed[place].wall.push(wall.elapsed() / u32::try_from(times).expect("a number"));
        }
    }
    println!("\n{title}");
    println!("| | CPU | ratio | per second |");
    println!("|---|---:|---:|---:|");
    let first = timed[0].cpu.clone();
    for Timed { name, cpu, wall } in timed {
        let ratios = cpu.iter().zip(&first).map(|(cpu, first)| cpu.as_secs_f64() / first.as_secs_f64());
        let ratio = median(ratios.collect());
        let cpu = median(cpu.iter().map(|cpu| cpu.as_secs_f64() * 1e6).collect());
        let wall = median(wall.iter().map(Duration::as_secs_f64).collect());
        println!("| {name} | {cpu:.2} µs | {ratio:.3} | {:.0} |", 1.0 / wall);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn calendars(client: &Client) {
    assert_eq!(client.calendars().list().await.expect("calendars").calendars.len(), 20);
}

async fn bare_calendars(client: &reqwest::Client, url: &str) {
    let answer = client.get(url).bearer_auth(ACCESS_TOKEN).send().await.expect("an answer");
    assert!(answer.status().is_success());
    let calendars: Vec<Calendar> = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("calendars");
    assert_eq!(calendars.len(), 20);
}

async fn page(client: &Client, events: u16) {
    let page = client.events().list().page_size(events.into()).send().await.expect("a page");
    assert_eq!(page.events.len(), usize::from(events));
}

async fn bare_page(client: &reqwest::Client, base_url: &str, events: u16) {
    let url = format!("{base_url}/events?pageSize={events}");
    let answer = client.get(url).bearer_auth(ACCESS_TOKEN).send().await.expect("an answer");
    let page: EventsListResponse = serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("a page");
    assert_eq!(page.events.len(), usize::from(events));
}

/// Runs something a number of times, with a number of them concurrently.
fn at_once<F: Future<Output = ()> + 'static>(
    runtime: &Runtime,
    many: usize,
    times: usize,
    work: impl Fn() -> F + Clone + 'static,
) {
    let tasks = LocalSet::new();
    for _ in 0..many {
        let work = work.clone();
        tasks.spawn_local(async move {
            for _ in 0..times / many {
                work().await;
            }
        });
    }
    runtime.block_on(tasks);
}

fn calls(runtime: &Runtime, server: &Server) {
    let (client, bare, url) = (client(&server.base_url()), bare(), format!("{}/calendars", server.base_url()));
    for many in [1, 64] {
        compare(
            &format!("`calendars().list()`, {many} concurrent"),
            rounds(31),
            rounds(2048).next_multiple_of(64),
            &mut [
                ("bare reqwest and serde_json", &mut |times| {
                    let (bare, url) = (bare.clone(), url.clone());
                    at_once(runtime, many, times, move || {
                        let (bare, url) = (bare.clone(), url.clone());
                        async move { bare_calendars(&bare, &url).await }
                    });
                }),
                ("this crate", &mut |times| {
                    let client = client.clone();
                    at_once(runtime, many, times, move || {
                        let client = client.clone();
                        async move { calendars(&client).await }
                    });
                }),
            ],
        );
    }
}

fn pages(runtime: &Runtime, server: &Server) {
    let (client, bare, base_url) = (client(&server.base_url()), bare(), server.base_url());
    for events in [250, 1000] {
        compare(
            &format!("`events().list()`, a page of {events}"),
            rounds(31),
            rounds(20),
            &mut [
                ("bare reqwest and serde_json", &mut |times| {
                    runtime.block_on(async {
                        for _ in 0..times {
                            bare_page(&bare, &base_url, events).await;
                        }
                    });
                }),
                ("this crate", &mut |times| {
                    runtime.block_on(async {
                        for _ in 0..times {
                            page(&client, events).await;
                        }
                    });
                }),
            ],
        );
    }
}

/// The baseline: an event as users would define it themselves, with serde's derives.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is only read into")]
struct PlainEvent {
    provider: String,
    id: String,
    calendar_id: Option<String>,
    title: Option<String>,
    description: Option<String>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    #[serde(default)]
    all_day: bool,
    recurring_event_id: Option<String>,
    color: Option<String>,
    location: Option<String>,
    #[serde(default)]
    attendees: Vec<PlainAttendee>,
    conference: Option<String>,
    availability: Option<String>,
    privacy: Option<String>,
    status: Option<String>,
    link: Option<String>,
    last_modified: Option<Timestamp>,
    original: Option<RawJson>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct PlainAttendee {
    email: String,
    status: Option<String>,
    organizer: Option<bool>,
}

#[derive(Deserialize)]
struct PlainPage {
    events: Vec<PlainEvent>,
}

fn decoding() {
    for events in [250, 1000] {
        let body = data::page(events, None);
        let text = body.as_str();
        println!("\n{events} events are {} KiB, {} bytes each", text.len() / 1024, text.len() / events);
        compare(
            &format!("Decoding a page of {events} events"),
            rounds(51),
            rounds(10),
            &mut [
                (
                    "serde_json, typed",
                    &mut repeat(|| {
                        let page: PlainPage = serde_json::from_slice(text.as_bytes()).expect("a page");
                        assert_eq!(black_box(page).events.len(), events);
                    }),
                ),
                (
                    "this crate",
                    &mut repeat(|| {
                        let page: EventsListResponse = serde_json::from_slice(text.as_bytes()).expect("a page");
                        assert_eq!(black_box(page).events.len(), events);
                    }),
                ),
                (
                    "`serde_json::Value`",
                    &mut repeat(|| {
                        black_box(serde_json::from_slice::<Value>(text.as_bytes()).expect("a page"));
                    }),
                ),
                (
                    "serde_json, skipping the bytes",
                    &mut repeat(|| {
                        serde_json::from_slice::<IgnoredAny>(text.as_bytes()).expect("a page");
                    }),
                ),
                (
                    "UTF-8 validation alone",
                    &mut repeat(|| {
                        black_box(std::str::from_utf8(black_box(text.as_bytes())).expect("a text"));
                    }),
                ),
            ],
        );
    }
}

fn repeat(mut work: impl FnMut()) -> impl FnMut(usize) {
    move |times| (0..times).for_each(|_| work())
}

fn refreshes(runtime: &Runtime, server: &Server) {
    const WAITERS: usize = 10_000;
    let waiters = rounds(WAITERS);
    let client = client(&server.base_url());
    let tokens = || Tokens::new("old").with_refresh_token("older");
    println!("\nRefreshes");
    let mut took = Vec::new();
    for _ in 0..rounds(21) {
        client.set_credentials(tokens());
        let cpu = ProcessTime::now();
        runtime.block_on(async {
            let waiting: Vec<_> = (0..waiters)
                .map(|_| {
                    let client = client.clone();
                    tokio::spawn(async move { client.auth().refresh().await })
                })
                .collect();
            for refresh in waiting {
                assert_eq!(refresh.await.expect("a task").expect("tokens").access_token().expose(), "new");
            }
        });
        took.push(cpu.elapsed().as_secs_f64() * 1e6 / waiters as f64);
    }
    println!("{waiters} waiters for one refresh: {:.2} µs of CPU each, their tasks included", median(took));

    client.set_credentials(Tokens::new(ACCESS_TOKEN));
    runtime.block_on(client.calendars().list().send()).expect("calendars");
    compare(
        "The active tokens",
        rounds(31),
        rounds(100_000),
        &mut [
            ("a lock, a clock, a copy of the token", &mut {
                let state = std::sync::Mutex::new(ACCESS_TOKEN.to_owned());
                repeat(move || {
                    let now = Instant::now();
                    black_box((state.lock().expect("no panic").clone(), now));
                })
            }),
            (
                "`auth().credentials()`",
                &mut repeat(|| {
                    black_box(client.auth().credentials());
                }),
            ),
            (
                "`for_user` of a known user",
                &mut repeat(|| {
                    black_box(client.for_user(""));
                }),
            ),
        ],
    );
}

/// Builds the body of a webhook delivery, of about `bytes` bytes.
fn delivery(bytes: usize) -> String {
    let delivery = |events: usize| {
        let events: Vec<_> = (0..events)
            .map(|n| {
                let mut event = data::event(n);
                event["changeType"] = "updated".into();
                if let Some(members) = event.as_object_mut() {
                    members.remove("original");
                }
                event
            })
            .collect();
        json!({
            "provider": "google",
            "userId": "ada",
            "calendarId": "calendar-1@group.calendar.google.com",
            "changeType": "updated",
            "timestamp": "2026-11-20T12:00:00.000Z",
            "metadata": { "eventCount": events.len() },
            "events": events,
        })
        .to_string()
    };
    (1..).map(delivery).find(|text| text.len() >= bytes).unwrap_or_default()
}

/// Signs a delivery, with the genuine key or with another one.
fn signed(body: &str, key: &SigningKey) -> (HeaderMap, Signature) {
    let signature = key.sign(format!("msg.0.{body}").as_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", "msg".parse().expect("a header"));
    headers.insert("webhook-timestamp", "0".parse().expect("a header"));
    let text = format!("v1a,{}", STANDARD.encode(signature.to_bytes()));
    headers.insert("webhook-signature", text.parse().expect("a header"));
    (headers, signature)
}

fn webhooks() {
    let key = SigningKey::from_bytes(&[9; 32]);
    let verifying = key.verifying_key();
    let keys = WebhookKeys::from_iter([STANDARD.encode(verifying.as_bytes())]);
    let options = WebhookOptions::new().now(Timestamp::UNIX_EPOCH).max_body(usize::MAX);
    for kilobytes in [2, 100] {
        let body = delivery(kilobytes * 1000);
        let (headers, signature) = signed(&body, &key);
        let (forged, _) = signed(&body, &SigningKey::from_bytes(&[8; 32]));
        let message = format!("msg.0.{body}").into_bytes();
        let parsed = |body: &str| {
            let delivery: PlainDelivery = serde_json::from_str(body).expect("a delivery");
            assert!(!black_box(delivery).events.is_empty());
        };
        compare(
            &format!("A delivery of {kilobytes} KB"),
            rounds(31),
            rounds(400),
            &mut [
                (
                    "a bare Ed25519 verification",
                    &mut repeat(|| {
                        verifying.verify_strict(black_box(&message), &signature).expect("genuine");
                    }),
                ),
                (
                    "the same and parsing",
                    &mut repeat(|| {
                        verifying.verify_strict(black_box(&message), &signature).expect("genuine");
                        parsed(&body);
                    }),
                ),
                (
                    "`verify_webhook_signature`",
                    &mut repeat(|| {
                        let delivery = verify_webhook_signature(body.as_bytes(), &headers, &keys, &options);
                        assert!(!delivery.expect("genuine").events.is_empty());
                    }),
                ),
                (
                    "`verify_webhook_signature`, forged",
                    &mut repeat(|| {
                        verify_webhook_signature(body.as_bytes(), &forged, &keys, &options).expect_err("forged");
                    }),
                ),
            ],
        );
    }
}

/// A forged delivery of the largest size, with as many signatures and keys as the limits allow.
fn largest_forgery() {
    let key = |seed| SigningKey::from_bytes(&[seed; 32]);
    let keys = WebhookKeys::from_iter([1, 2].map(|seed| STANDARD.encode(key(seed).verifying_key().as_bytes())));
    let body = "x".repeat(4 * 1024 * 1024);
    let (mut headers, first) = signed(&body, &key(3));
    let (_, second) = signed(&body, &key(4));
    let entries = [first, second].map(|signature| format!("v1a,{}", STANDARD.encode(signature.to_bytes())));
    headers.insert("webhook-signature", entries.join(" ").parse().expect("a header"));
    let options = WebhookOptions::new().now(Timestamp::UNIX_EPOCH);
    let mut small = headers.clone();
    small.insert("webhook-signature", entries[0].parse().expect("a header"));
    compare(
        "A forged delivery of 4 MiB, rejected",
        rounds(11),
        rounds(3),
        &mut [
            (
                "one signature",
                &mut repeat(|| {
                    verify_webhook_signature(body.as_bytes(), &small, &keys, &options).expect_err("forged");
                }),
            ),
            (
                "two signatures, two keys: 16 MiB hashed",
                &mut repeat(|| {
                    verify_webhook_signature(body.as_bytes(), &headers, &keys, &options).expect_err("forged");
                }),
            ),
        ],
    );
}

#[derive(Deserialize)]
struct PlainDelivery {
    events: Vec<mobiscroll_connect::WebhookEvent>,
}

fn paging(runtime: &Runtime, server: &Server) {
    println!("\n{PAGES} pages, each {SLOW:?} on the way and {SLOW:?} with its reader");
    let client = client(&format!("{}/slow/api", server.origin));
    let read = |ahead: bool| {
        let begun = Instant::now();
        runtime.block_on(async {
            let mut items = client.events().list().stream().read_ahead(ahead);
            let mut read = 0;
            while let Some(item) =
                std::future::poll_fn(|context| futures_core::Stream::poll_next(std::pin::Pin::new(&mut items), context))
                    .await
            {
                item.expect("an event").into_event().expect("an event");
                read += 1;
                if read % 50 == 0 {
                    tokio::time::sleep(SLOW).await;
                }
            }
            assert_eq!(read, PAGES * 50);
        });
        begun.elapsed()
    };
    let (with, without) = (read(true), read(false));
    println!(
        "a page ahead: {with:.2?}; without: {without:.2?}; ratio {:.2}",
        with.as_secs_f64() / without.as_secs_f64()
    );
}

/// Runs one work, for a profiler that counts instructions.
fn once(runtime: &Runtime, server: &Server, name: &str, count: usize) {
    let (client, bare, url) = (client(&server.base_url()), bare(), format!("{}/calendars", server.base_url()));
    let body = data::page(1000, None);
    let mut begun = None;
    for done in 0..count + count / 10 {
        if done == count / 10 {
            begun = Some(ProcessTime::now());
        }
        match name {
            "call" => runtime.block_on(calendars(&client)),
            "bare-call" => runtime.block_on(bare_calendars(&bare, &url)),
            "page" => runtime.block_on(page(&client, 1000)),
            "bare-page" => runtime.block_on(bare_page(&bare, &server.base_url(), 1000)),
            "credentials" => drop(black_box(client.auth().credentials())),
            "decode" => drop(serde_json::from_str::<EventsListResponse>(&body).expect("a page")),
            "plain-decode" => drop(serde_json::from_str::<PlainPage>(&body).expect("a page")),
            "skip" => drop(serde_json::from_str::<IgnoredAny>(&body).expect("a page")),
            other => panic!("there is no {other}"),
        }
    }
    let took = begun.map(|begun| begun.elapsed()).unwrap_or_default();
    println!("{name}: {:.3} µs of CPU each", took.as_secs_f64() * 1e6 / count as f64);
}

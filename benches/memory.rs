//! Measures the memory use of calls, each compared with its baseline: `cargo bench --bench memory`.

mod support;

use std::pin::Pin;

use futures_core::Stream;
use mobiscroll_connect::raw::types::EventsListResponse;
use mobiscroll_connect::{Calendar, Client, Tokens};
use serde_json::Value;
use support::server::{EVENTS, Server};
use support::{ACCESS_TOKEN, bare, client, data, rounds, runtime};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// The allocations of one work.
struct Allocated {
    blocks: u64,
    bytes: u64,
    /// The maximum number of bytes allocated at the same time
    peak: usize,
    /// The number of bytes that remain allocated
    kept: usize,
}

fn allocated<T>(work: impl FnOnce() -> T) -> Allocated {
    let before = dhat::HeapStats::get();
    let result = work();
    let after = dhat::HeapStats::get();
    drop(result);
    Allocated {
        blocks: after.total_blocks - before.total_blocks,
        bytes: after.total_bytes - before.total_bytes,
        peak: after.max_bytes - before.curr_bytes,
        kept: after.curr_bytes.saturating_sub(before.curr_bytes),
    }
}

/// As [`allocated`], with a profiler of its own, so that the peak is that of this work.
fn from_nothing<T>(work: impl FnOnce() -> T) -> Allocated {
    let profiler = dhat::Profiler::builder().testing().build();
    let allocated = allocated(work);
    drop(profiler);
    allocated
}

/// Reads a number of events, one after the other.
async fn stream(client: &Client, events: usize) {
    let mut items = client.events().list().stream();
    for _ in 0..events {
        let item = std::future::poll_fn(|context| Pin::new(&mut items).poll_next(context)).await;
        item.expect("no end").expect("a page").into_event().expect("an event");
    }
}

fn main() {
    support::server::serve_if_told();
    let server = Server::start();
    let runtime = runtime();
    let (facade, bare, url) = (client(&server.base_url()), bare(), format!("{}/calendars", server.base_url()));

    println!("\nAllocations of a call of `calendars().list()`");
    println!("| | blocks | bytes |");
    println!("|---|---:|---:|");
    let calls = rounds(500);
    let mut blocks = Vec::new();
    let mut print = |name: &str, work: &dyn Fn()| {
        (0..10).for_each(|_| work());
        let Allocated { blocks: count, bytes, .. } = from_nothing(|| (0..calls).for_each(|_| work()));
        let each = |sum: u64| sum as f64 / calls as f64;
        println!("| {name} | {:.1} | {:.0} |", each(count), each(bytes));
        blocks.push(each(count));
    };
    print("bare reqwest and serde_json", &|| {
        runtime.block_on(async {
            let answer = bare.get(&url).bearer_auth(ACCESS_TOKEN).send().await.expect("an answer");
            let body = answer.bytes().await.expect("a body");
            assert_eq!(serde_json::from_slice::<Vec<Calendar>>(&body).expect("calendars").len(), 20);
        });
    });
    print("this crate", &|| {
        let calendars = runtime.block_on(facade.calendars().list().send()).expect("calendars");
        assert_eq!(calendars.calendars.len(), 20);
    });
    println!("difference: {:.1} blocks", blocks[1] - blocks[0]);

    println!("\nMemory of a decoded page, as multiples of its body");
    println!("| | blocks | peak | kept |");
    println!("|---|---:|---:|---:|");
    for events in [250_usize, 1000] {
        let body = data::page(events, None);
        let print = |name: &str, Allocated { blocks, peak, kept, .. }: Allocated| {
            let share = |bytes: usize| bytes as f64 / body.len() as f64;
            println!("| {events} events, {name} | {blocks} | {:.2} | {:.2} |", share(peak), share(kept));
        };
        let decoded = from_nothing(|| serde_json::from_str::<EventsListResponse>(&body).expect("a page"));
        print("this crate's models, beside the body", decoded);
        print(
            "`serde_json::Value`, beside the body",
            from_nothing(|| serde_json::from_str::<Value>(&body).expect("a page")),
        );
        let url = format!("{}/events?pageSize={events}", server.base_url());
        let bare_call = || {
            runtime.block_on(async {
                let answer = bare.get(&url).bearer_auth(ACCESS_TOKEN).send().await.expect("an answer");
                serde_json::from_slice::<EventsListResponse>(&answer.bytes().await.expect("a body")).expect("a page")
            })
        };
        print("the whole call, bare reqwest", from_nothing(bare_call));
        let list = || {
            runtime
                .block_on(facade.events().list().page_size(events.try_into().expect("a size")).send())
                .expect("a page")
        };
        print("the whole call, this crate", from_nothing(list));
    }

    println!("\nMemory of a stream, as multiples of a page's body");
    println!("| pages | events | peak |");
    println!("|---|---:|---:|");
    let body = data::page(EVENTS, None).len();
    let endless = client(&format!("{}/endless/api", server.origin));
    for pages in [10, rounds(1000)] {
        let Allocated { peak, .. } = from_nothing(|| runtime.block_on(stream(&endless, pages * EVENTS)));
        println!("| {pages} | {} | {:.2} |", pages * EVENTS, peak as f64 / body as f64);
    }

    let users = rounds(100_000);
    let handles = from_nothing(|| {
        let user = |number: usize| {
            let handle = facade.for_user(format!("user-{number:08}"));
            handle.set_credentials(
                Tokens::new(ACCESS_TOKEN).with_refresh_token("refresh-token-of-forty-characters-or-so"),
            );
            handle
        };
        (0..users).map(user).collect::<Vec<Client>>()
    });
    println!("\n{users} handles for users with tokens: {} bytes each", handles.kept / users);
}

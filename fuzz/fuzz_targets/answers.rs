//! Bodies of any bytes behind any status: an answer, or an error that tells the status. The first two bytes choose the call
//! and the status.

#![no_main]

mod stage;

use std::error::Error as _;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use mobiscroll_connect::{Client, Error, EventCreate, EventDelete, Provider};
use mobiscroll_connect_sandbox::{Fault, Operation};

use crate::stage::{ACCESS_TOKEN, Stage, stage};

const OPERATIONS: [Operation; 6] = [
    Operation::ListEvents,
    Operation::ListCalendars,
    Operation::ConnectionStatus,
    Operation::CreateEvent,
    Operation::DeleteEvent,
    Operation::SubscribeWebhook,
];
const STATUSES: [u16; 12] = [200, 201, 400, 401, 403, 404, 409, 422, 429, 500, 503, 599];

async fn call(client: &Client, operation: Operation) -> Result<usize, Error> {
    match operation {
        Operation::ListEvents => {
            client.events().list().send().await.map(|page| page.events.len() + page.malformed.len())
        }
        Operation::ListCalendars => {
            client.calendars().list().await.map(|list| list.calendars.len() + list.malformed.len())
        }
        Operation::ConnectionStatus => client.auth().get_connection_status().await.map(|_| 0),
        Operation::CreateEvent => {
            let (start, end) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
            client.events().create(EventCreate::new(Provider::Google, "primary", "T", start, end)).await.map(|_| 0)
        }
        Operation::DeleteEvent => {
            client.events().delete(EventDelete::new(Provider::Google, "primary", "e")).await.map(|_| 0)
        }
        _ => client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.map(|_| 0),
    }
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let operation = OPERATIONS[usize::from(input.0) % OPERATIONS.len()];
    let status = STATUSES[usize::from(input.1) % STATUSES.len()];
    let Stage { runtime, sandbox, client } = stage();
    sandbox.inject(Fault::on_any().always().status(status).body(input.2.to_vec()));
    match runtime.block_on(call(client, operation)) {
        Ok(items) => {
            assert!(status < 300);
            let sent: serde_json::Value = serde_json::from_slice(input.2).unwrap_or_default();
            let list = sent.as_array().or(sent["events"].as_array());
            assert!(items == 0 || list.is_some_and(|list| list.len() == items));
        }
        Err(error) => {
            assert_eq!(error.status(), Some(status), "{error:?}");
            assert!(error.api().is_none_or(|failure| failure.body().len() <= 4096));
            let printed = format!("{error} {error:?} {:?}", error.source().map(ToString::to_string));
            assert!(!printed.contains(ACCESS_TOKEN));
        }
    }
});

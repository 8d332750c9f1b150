//! Values of `Retry-After`: a time, or none.

#![no_main]

mod stage;

use std::time::Duration;

use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use mobiscroll_connect_sandbox::{Fault, Operation};

use crate::stage::{Stage, stage};

fuzz_target!(|value: &str| {
    if !HeaderValue::from_str(value).is_ok_and(|value| value.to_str().is_ok()) {
        return;
    }
    let Stage { runtime, sandbox, client } = stage();
    sandbox.inject(Fault::on(Operation::ListCalendars).status(429).header("retry-after", value));
    let error = runtime.block_on(client.calendars().list().send()).expect_err("429 is an error");
    let told = error.retry_after();
    match value.trim().parse() {
        Ok(seconds) if !value.contains('+') => assert_eq!(told, Some(Duration::from_secs(u32::into(seconds)))),
        _ => assert!(told.is_none_or(|told| told < Duration::from_secs(10_000 * 366 * 24 * 60 * 60))),
    }
});

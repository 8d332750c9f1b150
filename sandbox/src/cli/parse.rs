//! Reading the values of options.

use std::time::Duration;

use jiff::SignedDuration;
use mobiscroll_connect_sandbox::{Latency, RateLimit, Seed, UnknownName};

/// Reads a number of seconds, or a duration with units.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    let read = match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => text.parse::<SignedDuration>().ok().and_then(|duration| duration.try_into().ok()),
    };
    read.ok_or("expected seconds, or a duration such as 500ms, 15m or 1h")
}

/// What `--seed` may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SeedOption {
    Number(u64),
    Data(Seed),
}

pub(crate) fn seed(text: &str) -> Result<SeedOption, String> {
    if let Ok(number) = text.parse() {
        return Ok(SeedOption::Number(number));
    }
    text.parse().map(SeedOption::Data).map_err(|error: UnknownName| format!("{error}, or a number"))
}

/// Reads a median and a tail.
pub(crate) fn latency(text: &str) -> Result<Latency, &'static str> {
    let (median, tail) = text.split_once(',').ok_or("expected a median and a tail, such as 80ms,2s")?;
    Ok(Latency::new(duration(median.trim())?, duration(tail.trim())?))
}

/// Reads a number of requests and a time.
pub(crate) fn rate_limit(text: &str) -> Result<RateLimit, &'static str> {
    const EXPECTED: &str = "expected a number of requests and a time, such as 100/1m";
    let (requests, per) = text.split_once('/').ok_or(EXPECTED)?;
    Ok(RateLimit::new(requests.trim().parse().map_err(|_| EXPECTED)?, duration(per.trim())?))
}

/// When something is retried.
#[derive(Debug, Clone)]
pub(crate) struct Pauses(pub(crate) Vec<Duration>);

/// Reads durations separated by commas, or none.
pub(crate) fn durations(text: &str) -> Result<Pauses, &'static str> {
    if text == "never" {
        return Ok(Pauses(Vec::new()));
    }
    text.split(',').map(|pause| duration(pause.trim())).collect::<Result<_, _>>().map(Pauses)
}

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

pub(super) fn done() -> Value {
    json!({ "success": true })
}

/// Gives the Unix time in milliseconds.
pub(super) fn millis(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

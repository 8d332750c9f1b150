use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// The events that tests put in as they are: no contract holds for them.
#[derive(Debug, Default)]
pub(super) struct RawEvents(Mutex<Vec<Value>>);

impl RawEvents {
    pub(super) fn add(&self, event: &Value) {
        self.lock().push(mark(event));
    }

    /// Takes the raw events out of a response, to a list or to a write.
    pub(super) fn leave_out(&self, body: &mut Value) {
        let raw = self.lock();
        if raw.is_empty() {
            return;
        }
        let is_raw = |event: &Value| raw.contains(&mark(event));
        if let Some(events) = body.get_mut("events").and_then(Value::as_array_mut) {
            events.retain(|event| !is_raw(event));
        }
        if body.get("event").is_some_and(is_raw) {
            body["event"] = harmless();
        } else if body.get("id").is_some() && is_raw(body) {
            *body = harmless();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What tells an event from others even after a change, or with a `free-busy` token.
fn mark(event: &Value) -> Value {
    match event.get("id") {
        Some(id) => id.clone(),
        None => ["provider", "calendarId", "start", "end"].map(|name| event[name].clone()).to_vec().into(),
    }
}

fn harmless() -> Value {
    json!({ "provider": "google", "id": "raw" })
}

use serde_json::{Value, json};

use crate::provider::Provider;

/// What is known of an event, or an instance of a series, that is no more.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) provider: Provider,
    pub(crate) calendar_id: String,
    pub(crate) id: String,
    pub(crate) series_id: Option<String>,
}

impl Gone {
    // The providers tell no more of what is gone.
    pub(crate) fn to_json(&self) -> Value {
        let mut event = json!({ "provider": self.provider.as_str(), "calendarId": self.calendar_id, "id": self.id });
        if let Some(series_id) = &self.series_id {
            event["recurringEventId"] = series_id.as_str().into();
        }
        event
    }
}

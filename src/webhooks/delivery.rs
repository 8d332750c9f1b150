//! A verified delivery.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::json::{self, MalformedItem, Object, RawJson, null_as_default, optional_instant};
use crate::models::{ChangeType, Provider, WebhookDeliveryMetadata, WebhookEvent};

/// Changes in a calendar, as the service delivered them.
///
/// It is authentic: only [`Webhooks::verify_webhook`](crate::Webhooks::verify_webhook) and
/// [`verify_webhook_signature`](crate::verify_webhook_signature) create one, from a delivery that is genuine. Any
/// member may be missing, and one of a wrong type counts as missing. Deliveries arrive at least once and in any order:
/// use an event's `last_modified` for ordering, and [`id`](Self::id) for deduplication.
///
/// ```compile_fail
/// let forged: mobiscroll_connect::WebhookDelivery = serde_json::from_str("{}").unwrap();
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The header `webhook-id`, the same for every attempt to deliver it.
    pub id: String,
    /// The header `webhook-timestamp`: when this attempt was signed.
    pub sent_at: Timestamp,
    /// Provider of the calendar.
    pub provider: Option<Provider>,
    /// Your own id for the user, as given when the OAuth flow started.
    pub user_id: Option<String>,
    /// Id of the calendar that changed.
    pub calendar_id: Option<String>,
    /// What happened to the events.
    pub change_type: Option<ChangeType>,
    /// Kind of the delivery, such as `event.updated`. Usually absent.
    pub event_type: Option<String>,
    /// When the service processed the changes.
    pub timestamp: Option<Timestamp>,
    /// Metadata of the delivery itself.
    pub metadata: WebhookDeliveryMetadata,
    /// The events that changed. Provider and calendar are those of the delivery where the event does not say.
    pub events: Vec<WebhookEvent>,
    /// Malformed events, as they arrived. If the list itself is malformed, it is the only item.
    pub malformed: Vec<MalformedItem>,
    /// The whole body, including unknown members.
    pub raw: RawJson,
}

/// A well-formed body, which is parsed in one pass.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    provider: Option<Provider>,
    user_id: Option<String>,
    calendar_id: Option<String>,
    change_type: Option<ChangeType>,
    event_type: Option<String>,
    #[serde(default, deserialize_with = "optional_instant")]
    timestamp: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_as_default")]
    metadata: WebhookDeliveryMetadata,
    #[serde(default, deserialize_with = "null_as_default")]
    events: Vec<WebhookEvent>,
    #[serde(skip)]
    malformed: Vec<MalformedItem>,
}

impl Body {
    fn read(text: &str) -> Option<Self> {
        let mut json = serde_json::Deserializer::from_str(text);
        let body = Self::deserialize(Object(&mut json)).ok()?;
        json.end().ok()?;
        Some(body)
    }
}

#[derive(Deserialize)]
struct Instant(#[serde(deserialize_with = "optional_instant")] Option<Timestamp>);

impl WebhookDelivery {
    /// Reads a genuine body; `None` if it is not a JSON object.
    pub(super) fn read(id: String, sent_at: Timestamp, body: &[u8]) -> Option<Self> {
        let text = str::from_utf8(body).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let body = Body::read(text).or_else(|| Members::read_all(text))?;
        let Body { provider, user_id, calendar_id, change_type, event_type, timestamp, metadata, events, malformed } =
            body;
        let raw = RawJson::from_valid(text);
        let mut delivery = Self {
            id,
            sent_at,
            provider,
            user_id,
            calendar_id,
            change_type,
            event_type,
            timestamp,
            metadata,
            events,
            malformed,
            raw,
        };
        for event in &mut delivery.events {
            event.provider = event.provider.take().or_else(|| delivery.provider.clone());
            event.calendar_id = event.calendar_id.take().or_else(|| delivery.calendar_id.clone());
        }
        Some(delivery)
    }
}

/// The members of the body, each parsed separately, so that a malformed one does not affect the others. Of a repeated
/// member, the last one counts.
struct Members(BTreeMap<String, RawJson>);

impl Members {
    fn read_all(text: &str) -> Option<Body> {
        let members = serde_json::from_str(text).or_else(|_| serde_json::from_str(&json::clean(text)));
        let members = Self(members.ok()?);
        let (events, malformed) = members.events();
        Some(Body {
            provider: members.read("provider"),
            user_id: members.read("userId"),
            calendar_id: members.read("calendarId"),
            change_type: members.read("changeType"),
            event_type: members.read("eventType"),
            timestamp: members.read("timestamp").and_then(|Instant(instant)| instant),
            metadata: members.read("metadata").unwrap_or_default(),
            events,
            malformed,
        })
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        json::read(self.0.get(name)?.get(), &[]).ok()?
    }

    fn events(&self) -> (Vec<WebhookEvent>, Vec<MalformedItem>) {
        let Some(list) = self.0.get("events") else { return Default::default() };
        match list.parse::<Option<Vec<RawJson>>>() {
            Ok(events) => json::items(events.unwrap_or_default()),
            Err(_) => {
                let reason = "not a list of events".to_owned();
                (Vec::new(), vec![MalformedItem { index: 0, reason, raw: list.clone() }])
            }
        }
    }
}

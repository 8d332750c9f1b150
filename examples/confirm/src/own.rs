//! The events of the run: creating, listing and deleting them, and no others.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::Outcome;
use crate::context::Context;
use crate::wire::{self, Response};

/// The seconds between attempts to find an event in a listing.
const PATIENCE: [u64; 6] = [0, 1, 2, 4, 8, 8];
/// How many pages a listing may have.
const MAX_PAGES: usize = 50;

/// The two shapes of a response to a write, and what is in it.
pub(crate) fn written(body: &Value) -> (&'static str, &Value) {
    match &body["event"] {
        event @ Value::Object(_) => ("nested", event),
        _ if body["id"].is_string() => ("root", body),
        _ => ("neither", &Value::Null),
    }
}

impl Context {
    /// Creates an event whose title has the marker of the run.
    pub(crate) async fn create(&self, name: &str, members: Value) -> Outcome<Response> {
        let token = self.access_token()?;
        self.create_as(&token, name, members).await
    }

    /// Creates an event with an access token.
    pub(crate) async fn create_as(&self, token: &str, name: &str, members: Value) -> Outcome<Response> {
        let calendar = self.calendar()?;
        let mut event = Map::new();
        event.insert("provider".to_owned(), calendar.provider.as_str().into());
        event.insert("calendarId".to_owned(), calendar.id.as_str().into());
        event.insert("title".to_owned(), self.title(name).into());
        if let Value::Object(members) = members {
            // `null` leaves a member out.
            members.into_iter().for_each(|(name, value)| match value {
                Value::Null => drop(event.remove(&name)),
                value => drop(event.insert(name, value)),
            });
        }
        let request = wire::json(self.wire.request(Method::POST, "/event", Some(token)), &Value::Object(event));
        let response = self.wire.send(request).await?;
        if let Some(id) = written(&response.body).1["id"].as_str() {
            self.state().events.push(id.to_owned());
        }
        Ok(response)
    }

    /// Creates an event of an hour on the first day; fails unless that works. Returns its id.
    pub(crate) async fn create_at(&self, name: &str, hour: i8) -> Outcome<String> {
        let times = json!({ "start": self.at(0, hour, 0)?, "end": self.at(0, hour + 1, 0)? });
        let response = self.create(name, times).await?.ok("creating an event")?;
        let id = written(&response.body).1["id"].as_str();
        Ok(id.ok_or("the response to a created event has no id")?.to_owned())
    }

    pub(crate) fn title(&self, name: &str) -> String {
        format!("{} {name}", self.marker)
    }

    /// Changes members of an event.
    pub(crate) async fn update(&self, id: &str, members: Value) -> Outcome<Response> {
        let calendar = self.calendar()?;
        let mut update = json!({ "provider": calendar.provider, "calendarId": calendar.id, "eventId": id });
        if let (Value::Object(update), Value::Object(members)) = (&mut update, members) {
            update.extend(members);
        }
        let token = self.access_token()?;
        self.wire.send(wire::json(self.wire.request(Method::PUT, "/event", Some(&token)), &update)).await
    }

    /// Deletes an event by query parameters, as the SDK does.
    pub(crate) async fn delete(&self, id: &str, more: &[(&str, &str)]) -> Outcome<Response> {
        let (calendar, token) = (self.calendar()?, self.access_token()?);
        let query = [("provider", calendar.provider.as_str()), ("calendarId", &calendar.id), ("eventId", id)];
        let request = self.wire.request(Method::DELETE, "/event", Some(&token)).query(&query).query(more);
        let response = self.wire.send(request).await?;
        if response.is_success() {
            self.forget(id);
        }
        Ok(response)
    }

    /// Forgets an event that is deleted: to delete it again may fail, and mean nothing.
    pub(crate) fn forget(&self, id: &str) {
        self.state().events.retain(|other| other != id);
    }

    /// Lists a page with these parameters alone.
    pub(crate) async fn list(&self, parameters: &[(&str, &str)]) -> Outcome<Response> {
        let token = self.access_token()?;
        self.wire.send(self.wire.request(Method::GET, "/events", Some(&token)).query(parameters)).await
    }

    /// Writes the parameter `calendarIds` for the calendar of the run.
    pub(crate) fn calendar_ids(&self) -> Outcome<String> {
        let calendar = self.calendar()?;
        Ok(json!({ calendar.provider.as_str(): [calendar.id] }).to_string())
    }

    /// Lists the events with this beginning of the title in a piece of time, over all pages.
    pub(crate) async fn list_all(&self, from: &str, to: &str, single: &str, title: &str) -> Outcome<Vec<Value>> {
        let ids = self.calendar_ids()?;
        let filters = [("start", from), ("end", to), ("calendarIds", &*ids), ("singleEvents", single)];
        let (mut found, mut token) = (Vec::new(), None::<String>);
        for _ in 0..MAX_PAGES {
            let mut parameters = filters.to_vec();
            parameters.extend(token.as_deref().map(|token| ("nextPageToken", token)));
            let response = self.list(&parameters).await?.ok("listing the events of the run")?;
            found.extend(titled(&response.body, title).cloned());
            match response.body["nextPageToken"].as_str() {
                Some(next) if !next.is_empty() && token.as_deref() != Some(next) => token = Some(next.to_owned()),
                _ => break,
            }
        }
        Ok(found)
    }

    /// Lists the events of the run on one day, until there are so many or time is up.
    pub(crate) async fn list_day(&self, day: i32, single: &str, wanted: usize) -> Outcome<Vec<Value>> {
        self.list_days(day, day + 1, single, wanted).await
    }

    /// Lists the events of the run from one day to another, until there are so many or time is up.
    pub(crate) async fn list_days(&self, from: i32, to: i32, single: &str, wanted: usize) -> Outcome<Vec<Value>> {
        let (from, to) = (self.at(from, 0, 0)?, self.at(to, 0, 0)?);
        let mut events = Vec::new();
        for pause in PATIENCE {
            sleep(Duration::from_secs(pause)).await;
            events = self.list_all(&from, &to, single, &self.marker).await?;
            if events.len() >= wanted {
                break;
            }
        }
        Ok(events)
    }

    /// Picks the events of the run out of a page.
    pub(crate) fn own<'a>(&self, page: &'a Value) -> Vec<&'a Value> {
        titled(page, &self.marker).collect()
    }
}

fn titled<'a>(page: &'a Value, title: &str) -> impl Iterator<Item = &'a Value> {
    let events = page["events"].as_array().into_iter().flatten();
    events.filter(move |event| event["title"].as_str().is_some_and(|text| text.starts_with(title)))
}

/// Finds the event with this id.
pub(crate) fn with_id<'a>(events: &'a [Value], id: &str) -> Option<&'a Value> {
    events.iter().find(|event| event["id"] == id)
}

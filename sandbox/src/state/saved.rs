//! Users as a saved state holds them.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    accounts::{Account, Calendar, SyncState},
    channels::WebhookChannel,
    draft::{Draft, Problems},
    event::Event,
    ids,
    recurrence::Rule,
    series::Series,
    span,
    users::User,
    zone::Zone,
};
use crate::{
    instant,
    provider::Provider,
    snapshot::{Reader, StateError},
};

/// A user as it was read.
#[derive(Debug, Clone)]
pub(crate) struct SavedUser {
    accounts: Vec<Account>,
    events: Vec<SavedEvent>,
    channels: Vec<WebhookChannel>,
    superseded: Vec<WebhookChannel>,
}

/// What each new user has, instead of the data of a seed.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    json: Arc<Value>,
    user: SavedUser,
}

#[derive(Debug, Clone)]
struct SavedEvent {
    number: u64,
    body: Value,
    series: Option<Series>,
    raw: bool,
}

impl User {
    /// Writes the user down.
    pub(crate) fn save(&self) -> Value {
        json!({
            "accounts": self.accounts.iter().map(save_account).collect::<Vec<_>>(),
            "events": self.events.iter().map(save_event).collect::<Vec<_>>(),
            "channels": self.channels.iter().map(save_channel).collect::<Vec<_>>(),
            "supersededChannels": self.superseded.iter().map(save_channel).collect::<Vec<_>>(),
        })
    }

    /// Takes over what was read; the user must be new.
    pub(crate) fn restore(&mut self, saved: SavedUser, now: Timestamp) {
        self.is_restored = true;
        let SavedUser { accounts, events, channels, superseded } = saved;
        (self.accounts, self.channels, self.superseded) = (accounts, channels, superseded);
        for SavedEvent { number, mut body, series, raw } in events {
            let place = Provider::parse(body["provider"].as_str().unwrap_or_default())
                .zip(body["calendarId"].as_str().map(str::to_owned));
            let zone = place.as_ref().map_or(Zone::UTC, |(provider, calendar)| self.zone_of(*provider, calendar));
            if let (false, Some((provider, calendar)), Some(members)) = (raw, &place, body.as_object_mut()) {
                members.entry("id").or_insert_with(|| ids::new(&self.random, *provider, calendar).into());
                members.entry("lastModified").or_insert_with(|| instant::format(now).into());
            }
            let span = body.as_object().and_then(span::of);
            self.next_event = number + 1;
            self.events.push(Event { number, body: Arc::new(body), span, series, zone, raw });
        }
        self.note_seeded(now);
    }
}

impl SavedUser {
    pub(crate) fn read(user: Reader<'_>) -> Result<Self, StateError> {
        let mut members = user.members()?;
        let accounts = members.optional("accounts", |list| list.list(read_account))?.unwrap_or_default();
        let mut events: Vec<SavedEvent> = Vec::new();
        members.optional("events", |list| {
            list.list(Ok)?.into_iter().try_for_each(|event| {
                let next = events.last().map_or(0, |last| last.number + 1);
                events.push(read_event(event, next, &accounts)?);
                Ok(())
            })
        })?;
        let mut channels = |name| members.optional(name, |list| list.list(read_channel)).map(Option::unwrap_or_default);
        let (channels, superseded) = (channels("channels")?, channels("supersededChannels")?);
        members.finish()?;
        Ok(Self { accounts, events, channels, superseded })
    }

    #[cfg(feature = "contract")]
    pub(crate) fn raw_events(&self) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(|event| event.raw).map(|event| &event.body)
    }
}

impl Template {
    pub(crate) fn read(template: Reader<'_>) -> Result<Self, StateError> {
        let json = Arc::new(template.value().clone());
        Ok(Self { json, user: SavedUser::read(template)? })
    }

    pub(crate) fn to_json(&self) -> Value {
        (*self.json).clone()
    }

    /// Gives what the user of this id has: in the ids of accounts, `{user}` is that id.
    pub(crate) fn of_user(&self, id: &str) -> SavedUser {
        let mut user = self.user.clone();
        for account in &mut user.accounts {
            account.id = account.id.replace("{user}", id);
        }
        user
    }

    #[cfg(feature = "contract")]
    pub(crate) fn raw_events(&self) -> impl Iterator<Item = &Value> {
        self.user.raw_events()
    }
}

fn save_account(account: &Account) -> Value {
    let calendars: Vec<Value> = account
        .calendars
        .iter()
        .map(|calendar| {
            json!({
                "id": calendar.id,
                "title": calendar.title,
                "timeZone": calendar.time_zone,
                "color": calendar.color,
                "description": calendar.description,
            })
        })
        .collect();
    json!({
        "provider": account.provider.as_str(),
        "id": account.id,
        "calendars": calendars,
        "calendarPermission": account.calendar_permission,
        "syncState": account.sync_state.as_str(),
        "syncStateUpdatedAt": account.sync_state_updated_at.map(instant::exact),
    })
}

fn read_account(account: Reader<'_>) -> Result<Account, StateError> {
    let mut members = account.members()?;
    let provider = read_provider(&members.required("provider")?)?;
    let id = members.required("id")?.name()?;
    let calendars = members.optional("calendars", |list| list.list(read_calendar))?.unwrap_or_default();
    let mut account = Account::new(provider, id, calendars);
    if let Some(permission) = members.optional("calendarPermission", |value| value.flag())? {
        account.calendar_permission = Some(permission);
    }
    if let Some(sync_state) = members.optional("syncState", |value| value.parsed(str::parse::<SyncState>))? {
        account.sync_state = sync_state;
    }
    account.sync_state_updated_at = members.optional("syncStateUpdatedAt", |value| value.instant())?;
    members.finish()?;
    Ok(account)
}

fn read_calendar(calendar: Reader<'_>) -> Result<Calendar, StateError> {
    let mut members = calendar.members()?;
    let id = members.required("id")?.name()?;
    let calendar = Calendar {
        title: members.optional("title", |value| value.name())?.unwrap_or_else(|| id.clone()),
        time_zone: members
            .optional("timeZone", |value| {
                let name = value.name()?;
                if Zone::is_known(&name) { Ok(name) } else { Err(value.error("is not an IANA time zone")) }
            })?
            .unwrap_or_else(|| "UTC".into()),
        color: members.optional("color", |value| value.name())?,
        description: members.optional("description", |value| value.text())?.unwrap_or_default().to_owned(),
        id,
    };
    members.finish()?;
    Ok(calendar)
}

fn save_event(event: &Event) -> Value {
    let mut saved = json!({ "number": event.number, "event": *event.body });
    if event.raw {
        saved["raw"] = true.into();
    }
    if let Some(series) = &event.series {
        saved["recurrence"] = series.rule.to_json();
        saved["exceptions"] = series.save_exceptions();
    }
    saved
}

fn read_event(event: Reader<'_>, next: u64, accounts: &[Account]) -> Result<SavedEvent, StateError> {
    let mut members = event.clone().members()?;
    let raw = members.optional("raw", |raw| raw.flag())?.unwrap_or_default();
    let number = members.optional("number", |number| {
        let given = number.count()?;
        // One more must still be a number.
        if given < next || given == u64::MAX {
            Err(number.error("must be larger than those before"))
        } else {
            Ok(given)
        }
    })?;
    let shown = members.required("event")?;
    let body = if raw { shown.value().clone() } else { read_body(&shown)?.into() };
    let rule =
        members.optional("recurrence", |rule| Rule::parse(rule.value()).map_err(|problem| rule.error(problem)))?;
    let zone = || {
        let calendars = accounts.iter().filter(|account| body["provider"] == account.provider.as_str());
        let calendar =
            calendars.flat_map(|account| &account.calendars).find(|one| body["calendarId"] == one.id.as_str());
        calendar.map_or(Zone::UTC, |calendar| Zone::named(&calendar.time_zone))
    };
    let mut series = match (rule, body.as_object()) {
        (Some(rule), Some(master)) => {
            Some(Series::new(rule, master, zone()).map_err(|problem| event.error_at("recurrence", problem))?)
        }
        (Some(_), None) => return Err(event.error_at("recurrence", "needs an event that is an object")),
        (None, _) => None,
    };
    members.optional("exceptions", |exceptions| {
        let Some(series) = &mut series else { return Err(exceptions.error("needs a recurrence")) };
        for (name, members) in exceptions.entries(Ok)? {
            let start = instant::parse(&name).filter(|start| series.places(*start));
            let start = start.ok_or_else(|| exceptions.error_at(&name, "is not the start of an instance"))?;
            match members.value() {
                Value::Null => series.cancel(start),
                _ => series.change(start, members.object()?.clone()),
            }
        }
        Ok(())
    })?;
    members.finish()?;
    Ok(SavedEvent { number: number.unwrap_or(next), body, series, raw })
}

/// Reads an event as a listing shows it; what the sandbox knows how to add may be missing.
fn read_body(event: &Reader<'_>) -> Result<Map<String, Value>, StateError> {
    let given = event.object()?;
    let mut problems = Problems::default();
    problems.provider(given);
    problems.text(given, "calendarId");
    problems.optional_text(given, "id");
    let draft = Draft::of_new(given, &mut problems);
    if let Some((field, problem)) = problems.into_first() {
        return Err(event.error_at(&field, problem));
    }
    let mut body = given.clone();
    body.remove("original");
    body.extend(draft.members);
    body.retain(|_, value| !value.is_null());
    for (name, value) in [
        ("allDay", json!(false)),
        ("availability", json!("busy")),
        ("privacy", json!("public")),
        ("status", json!("confirmed")),
    ] {
        body.entry(name).or_insert(value);
    }
    span::settle(&mut body);
    Ok(body)
}

fn save_channel(channel: &WebhookChannel) -> Value {
    json!({
        "provider": channel.provider.as_str(),
        "calendarId": channel.calendar_id,
        "channelId": channel.channel_id,
        "resourceId": channel.resource_id,
        "expiration": channel.expiration.map(instant::exact),
    })
}

fn read_channel(channel: Reader<'_>) -> Result<WebhookChannel, StateError> {
    let mut members = channel.members()?;
    let channel = WebhookChannel {
        provider: read_provider(&members.required("provider")?)?,
        calendar_id: members.required("calendarId")?.name()?,
        channel_id: members.required("channelId")?.name()?,
        resource_id: members.optional("resourceId", |value| value.name())?,
        expiration: members.optional("expiration", |value| value.instant())?,
    };
    members.finish()?;
    Ok(channel)
}

fn read_provider(provider: &Reader<'_>) -> Result<Provider, StateError> {
    provider.parsed(|name| {
        Provider::parse(name).ok_or_else(|| format!("expected {}", Provider::ALL.map(Provider::as_str).join(", ")))
    })
}

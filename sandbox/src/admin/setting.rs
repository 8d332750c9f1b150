use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::input::{Input, Refusal, count};
use crate::{instant, sandbox::Sandbox, settings::Settings};

/// A setting that may change while the sandbox runs: its name, and how it is read and written.
struct Setting {
    name: &'static str,
    read: fn(&Settings) -> Value,
    write: fn(&mut Settings, &mut Input) -> Result<(), Refusal>,
}

/// Describes a setting whose type has names.
macro_rules! choice {
    ($name:literal, $($field:ident).+) => {
        Setting {
            name: $name,
            read: |settings| settings.$($field).+.as_str().into(),
            write: |settings, input| keep(&mut settings.$($field).+, input.named($name)?),
        }
    };
}

const SETTINGS: &[Setting] = &[
    choice!("seed", seed),
    choice!("consent", consent),
    choice!("writeDialect", write_dialect),
    choice!("deleteDialect", delete_dialect),
    choice!("createStatus", create_status),
    choice!("calendarIdDialect", calendar_id_dialect),
    choice!("conferenceDialect", conference_dialect),
    choice!("dateDialect", date_dialect),
    choice!("scopeDenial", scope_denial),
    choice!("accessTokenDialect", oauth.access_token),
    choice!("refreshDialect", oauth.refresh),
    choice!("expiresInDialect", oauth.expires_in),
    choice!("refreshRefusal", oauth.refusal),
    choice!("redirectUriRule", oauth.redirect_uri),
    choice!("reuseRule", reuse_rule),
    Setting {
        name: "legacyPathsOnly",
        read: |settings| settings.legacy_paths_only.into(),
        write: |settings, input| keep(&mut settings.legacy_paths_only, input.flag("legacyPathsOnly")?),
    },
    Setting {
        name: "accessTokenTtlMs",
        read: |settings| to_millis(settings.access_token_ttl),
        write: |settings, input| keep(&mut settings.access_token_ttl, input.millis("accessTokenTtlMs")?),
    },
    Setting {
        name: "webhookUrl",
        read: |settings| settings.webhooks.url.clone().into(),
        write: |settings, input| {
            let given = input.text_or_null("webhookUrl")?;
            keep(&mut settings.webhooks.url, given)
        },
    },
    Setting {
        name: "webhookTimeoutMs",
        read: |settings| to_millis(settings.webhooks.timeout),
        write: |settings, input| keep(&mut settings.webhooks.timeout, input.millis("webhookTimeoutMs")?),
    },
    Setting {
        name: "webhookRetriesMs",
        read: |settings| settings.webhooks.retries.iter().map(|pause| to_millis(*pause)).collect(),
        write: |settings, input| {
            let given = input.optional("webhookRetriesMs", "must be an array of whole numbers", |value| {
                let pauses = value.as_array()?.iter();
                pauses.map(|pause| count(pause).map(Duration::from_millis)).collect::<Option<Vec<_>>>()
            })?;
            keep(&mut settings.webhooks.retries, given)
        },
    },
    Setting {
        name: "webhookPollMs",
        read: |settings| to_millis(settings.webhooks.poll),
        write: |settings, input| keep(&mut settings.webhooks.poll, input.millis("webhookPollMs")?),
    },
    choice!("webhookEcho", webhooks.echo),
    choice!("webhookConferenceDialect", webhooks.conference),
    choice!("channelDialect", webhooks.channels),
    choice!("expirationDialect", webhooks.expiration),
    choice!("initialSyncDialect", webhooks.initial_sync_dialect),
    Setting {
        name: "webhookInitialSync",
        read: |settings| settings.webhooks.initial_sync.into(),
        write: |settings, input| keep(&mut settings.webhooks.initial_sync, input.flag("webhookInitialSync")?),
    },
    Setting {
        name: "webhookKeyOverlapMs",
        read: |settings| to_millis(settings.webhooks.key_overlap),
        write: |settings, input| keep(&mut settings.webhooks.key_overlap, input.millis("webhookKeyOverlapMs")?),
    },
    Setting {
        name: "webhookKeysCacheControl",
        read: |settings| settings.webhooks.cache_control.clone().into(),
        write: |settings, input| {
            let given = input.text_or_null("webhookKeysCacheControl")?;
            keep(&mut settings.webhooks.cache_control, given)
        },
    },
];

pub(super) fn list(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(sandbox.with_settings(|settings| settings_to_json(settings)))
}

/// Changes all the settings given, or none if one of them is wrong.
pub(super) fn change(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    sandbox.with_settings(|settings| {
        write(settings, input)?;
        Ok(settings_to_json(settings))
    })
}

/// Changes the settings named in a JSON object, or none of them; an error names the field.
pub(crate) fn change_settings(
    settings: &mut Settings,
    fields: Map<String, Value>,
) -> Result<(), (Option<String>, String)> {
    write(settings, &mut Input::new(fields)).map_err(Refusal::into_parts)
}

fn write(settings: &mut Settings, input: &mut Input) -> Result<(), Refusal> {
    let mut changed = settings.clone();
    for setting in SETTINGS {
        (setting.write)(&mut changed, input)?;
    }
    input.finish()?;
    *settings = changed;
    Ok(())
}

pub(super) fn clock(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(tell_time(sandbox))
}

/// Freezes the clock or lets it run, then sets it, then moves it.
pub(super) fn set_clock(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let now = input.optional("now", "must be an ISO 8601 date", |value| instant::parse(value.as_str()?))?;
    let (advance, rewind) = (input.millis("advanceMs")?, input.millis("rewindMs")?);
    let frozen = input.flag("frozen")?;
    input.finish()?;
    match frozen {
        Some(true) => sandbox.freeze_time(),
        Some(false) => sandbox.unfreeze_time(),
        None => {}
    }
    if let Some(now) = now {
        sandbox.set_time(now);
    }
    sandbox.advance(advance.unwrap_or_default());
    sandbox.rewind(rewind.unwrap_or_default());
    Ok(tell_time(sandbox))
}

fn tell_time(sandbox: &Sandbox) -> Value {
    let now = sandbox.now();
    let is_frozen = sandbox.is_time_frozen();
    // How far a clock that stands still is ahead changes all the time.
    let ahead = (!is_frozen).then(|| now.as_millisecond().saturating_sub(Timestamp::now().as_millisecond()));
    json!({ "now": instant::format(now), "aheadMs": ahead, "frozen": is_frozen })
}

/// Writes the settings as [`change_settings`] reads them.
pub(crate) fn settings_to_json(settings: &Settings) -> Value {
    let settings: Map<String, Value> =
        SETTINGS.iter().map(|setting| (setting.name.to_owned(), (setting.read)(settings))).collect();
    settings.into()
}

fn to_millis(duration: Duration) -> Value {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).into()
}

fn keep<T>(setting: &mut T, given: Option<T>) -> Result<(), Refusal> {
    if let Some(given) = given {
        *setting = given;
    }
    Ok(())
}

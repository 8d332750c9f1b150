//! Recurring events.

use serde_json::{Value, json};

use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::own::written;

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("until-basic", "Is until accepted in the basic format?", &["accepted"], "openapi.yaml"),
    dispute("until-bound", "Is an instance at until part of the series?", &["inclusive"], "sandbox/src/state/recurrence.rs"),
    dispute("single-events-default", "Does a listing expand a series by default?", &["expanded"], "openapi.yaml"),
    dispute("single-events-false", "Does singleEvents=false return the series alone?", &["series"], "src/events/once.rs"),
    dispute("instance-series-id", "Has an instance the id of the created series?", &["series-id"], "openapi.yaml"),
    dispute("update-this", "Does updateMode=this change one instance?", &["one-instance"], "openapi.yaml"),
    dispute("delete-this", "Does deleteMode=this delete one instance?", &["one-instance"], "openapi.yaml"),
    dispute("delete-series", "Does deleting a series without a mode delete all of it?", &["all-instances"], "openapi.yaml"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let until = context.at(8, 9, 0)?.replace(['-', ':'], "").replace(".000", "");
    let members = json!({
        "start": context.at(6, 9, 0)?, "end": context.at(6, 10, 0)?,
        "recurrence": { "frequency": "DAILY", "until": until },
    });
    let created = context.create("series", members).await?;
    context.note("until-basic", created.outcome());
    let created = created.ok("creating a series")?;
    let id = written(&created.body).1["id"].as_str().ok_or("the response to a created series has no id")?;

    let instances = context.list_days(6, 9, "true", 3).await?;
    context.note("until-bound", if instances.len() >= 3 { "inclusive" } else { "exclusive" });
    let (from, to, ids) = (context.at(6, 0, 0)?, context.at(9, 0, 0)?, context.calendar_ids()?);
    let page = context.list(&[("start", &from), ("end", &to), ("calendarIds", &ids)]).await?.ok("listing a series")?;
    let count = context.own(&page.body).len();
    context.note("single-events-default", if count > 1 { "expanded" } else { "not-expanded" });
    let count = context.list_days(6, 9, "false", 1).await?.len();
    context.note("single-events-false", if count == 1 { "series".to_owned() } else { format!("{count}-events") });

    let instance = instances.get(1).ok_or("the series has no second instance")?;
    let observed = match &instance["recurringEventId"] {
        Value::Null => "absent",
        series if series == id => "series-id",
        _ => "another-id",
    };
    context.note("instance-series-id", observed);
    change(context, id, &instances).await?;

    context.delete(id, &[]).await?.ok("deleting a series")?;
    let left = context.list_days(6, 9, "true", 0).await?.len();
    context.note("delete-series", if left == 0 { "all-instances".to_owned() } else { format!("{left}-left") });
    Ok(())
}

/// Changes the second instance, and deletes the third.
async fn change(context: &Context, series: &str, instances: &[Value]) -> Outcome {
    let id = |at: usize| instances.get(at).and_then(|instance| instance["id"].as_str()).ok_or("an instance has no id");
    let title = context.title("series, one instance");
    let members = json!({ "title": title, "recurringEventId": series, "updateMode": "this" });
    let updated = context.update(id(1)?, members).await?;
    let changed = context.list_days(6, 9, "true", instances.len()).await?;
    let changed = changed.iter().filter(|event| event["title"] == title.as_str()).count();
    context.note("update-this", if updated.is_success() { instances_of(changed) } else { updated.refusal() });

    let last = id(instances.len() - 1)?;
    let deleted = context.delete(last, &[("recurringEventId", series), ("deleteMode", "this")]).await?;
    let left = context.list_days(6, 9, "true", 0).await?.len();
    let gone = instances.len().saturating_sub(left);
    context.note("delete-this", if deleted.is_success() { instances_of(gone) } else { deleted.refusal() });
    Ok(())
}

fn instances_of(count: usize) -> String {
    if count == 1 { "one-instance".to_owned() } else { format!("{count}-instances") }
}

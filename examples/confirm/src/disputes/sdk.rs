//! The SDK itself, from end to end: what it makes of the service's responses.

use jiff::Timestamp;
use mobiscroll_connect::{EventCreate, EventDelete, EventUpdate, Provider};

use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("sdk-health", "Does the SDK read the health?", &["yes"], "src/health.rs"),
    dispute("sdk-status", "Does the SDK read the connection status?", &["yes"], "src/auth/accounts.rs"),
    dispute("sdk-calendars", "Does the SDK find the calendar?", &["yes"], "src/calendars.rs"),
    dispute("sdk-create", "Does the SDK read a created event, with its id and start?", &["yes"], "src/events/write.rs"),
    dispute("sdk-update", "Does the SDK read an updated event, with its title?", &["yes"], "src/events/write.rs"),
    dispute("sdk-list", "Does the SDK find a created event in a listing?", &["yes"], "src/events/list.rs"),
    dispute("sdk-create-once", "Does the SDK find an event by its idempotency key?", &["yes"], "src/events/once.rs"),
    dispute("sdk-delete", "Does the SDK read the response to a deletion?", &["yes"], "src/events/write.rs"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let client = &context.client;
    note(context, "sdk-health", client.health().await.map(|_| true));
    note(context, "sdk-status", client.auth().get_connection_status().await.map(|_| true));
    let calendar = context.calendar()?;
    let found = client.calendars().list().await.map(|all| all.calendars.iter().any(|other| other.id == calendar.id));
    note(context, "sdk-calendars", found);

    let provider = Provider::from(calendar.provider.clone());
    let (start, end): (Timestamp, Timestamp) = (context.at(1, 20, 0)?.parse()?, context.at(1, 21, 0)?.parse()?);
    let key = context.marker.clone();
    let draft = EventCreate::new(provider.clone(), &calendar.id, context.title("sdk"), start, end);
    let event = match client.events().create_once(draft.clone(), &key).await {
        Ok(event) => event,
        Err(error) => {
            note(context, "sdk-create", Err(error));
            return Err("the other questions need an event".into());
        }
    };
    context.state().events.push(event.id.clone());
    note(context, "sdk-create", Ok(event.start == Some(start)));

    let title = context.title("sdk, changed");
    let update = EventUpdate::new(provider.clone(), &calendar.id, &event.id).title(title.as_str());
    let updated = client.events().update(update).await;
    note(context, "sdk-update", updated.map(|updated| updated.title.as_deref() == Some(&title)));

    // Waits until it is listed.
    context.list_day(1, "true", 1).await?;
    let ids = [(provider.clone(), [&calendar.id])];
    let page = client.events().list().start(start).end(end).calendar_ids(ids).await;
    note(context, "sdk-list", page.map(|page| page.events.iter().any(|other| other.id == event.id)));
    note(context, "sdk-create-once", client.events().find_created(&draft, &key).await.map(|found| found.is_some()));
    let deleted = client.events().delete(EventDelete::new(provider, &calendar.id, &event.id)).await;
    if deleted.is_ok() {
        context.forget(&event.id);
    }
    note(context, "sdk-delete", deleted.map(|_| true));
    Ok(())
}

/// Notes whether something worked; of an error, its code and status, since its text may quote the user's data.
fn note(context: &Context, id: &str, outcome: Result<bool, mobiscroll_connect::Error>) {
    let observed = match outcome {
        Ok(true) => "yes".to_owned(),
        Ok(false) => "no".to_owned(),
        Err(error) => match error.status() {
            Some(status) => format!("{} with status {status}", error.code()),
            None => error.code().to_owned(),
        },
    };
    context.note(id, observed);
}

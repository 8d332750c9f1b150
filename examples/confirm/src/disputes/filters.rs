//! The bounds and the calendars of a listing.

use serde_json::json;

use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::wire::Response;

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("end-bound", "Does a listing include an event that starts at its end?", &["exclusive"], "sandbox/src/state/span.rs"),
    dispute("start-bound", "Does a listing include an event that ends at its start?", &["exclusive"], "sandbox/src/state/span.rs"),
    dispute("overlap", "Does a listing include an event that only overlaps it?", &["listed"], "src/events/once.rs"),
    dispute("no-bounds", "May a listing leave out start and end?", &["accepted"], "openapi.yaml"),
    dispute("calendar-ids", "Does calendarIds as an object of providers limit a listing?", &["filters"], "openapi.yaml"),
    dispute("calendar-ids-array", "Does calendarIds as an array of ids limit a listing?", &["filters"], "sandbox/src/state/query.rs"),
    dispute("calendar-ids-foreign", "What does a listing of an unknown calendar return?", &["no-events"], "openapi.yaml"),
    dispute("calendar-ids-empty-list", "What does an empty list in calendarIds mean?", &["all"], "sandbox/src/state/query.rs"),
    dispute("calendar-ids-empty-object", "What does an empty object as calendarIds mean?", &["all"], "sandbox/src/state/query.rs"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let id = context.create_at("bounds", 12).await?;
    context.list_day(0, "true", 1).await?;
    let ids = context.calendar_ids()?;
    let lists = async |from: (i8, i8), to: (i8, i8), calendars: Option<&str>| -> Outcome<(bool, Response)> {
        let (from, to) = (context.at(0, from.0, from.1)?, context.at(0, to.0, to.1)?);
        let mut parameters = vec![("start", &*from), ("end", &*to), ("pageSize", "250")];
        parameters.extend(calendars.map(|ids| ("calendarIds", ids)));
        let page = context.list(&parameters).await?;
        let is_listed = context.own(&page.body).iter().any(|event| event["id"] == *id);
        Ok((is_listed, page))
    };

    let bound = |is_listed: bool| if is_listed { "inclusive" } else { "exclusive" };
    let (is_listed, page) = lists((11, 30), (12, 0), Some(&ids)).await?;
    page.ok("listing by calendar")?;
    context.note("end-bound", bound(is_listed));
    context.note("start-bound", bound(lists((13, 0), (13, 30), Some(&ids)).await?.0));
    let (is_listed, _) = lists((12, 15), (12, 30), Some(&ids)).await?;
    context.note("overlap", if is_listed { "listed" } else { "left-out" });
    context.note("no-bounds", context.list(&[("pageSize", "1")]).await?.outcome());

    let provider = &context.calendar()?.provider;
    let unknown = json!({ provider.as_str(): ["no-such-calendar"] }).to_string();
    let (own, _) = lists((11, 30), (13, 30), Some(&ids)).await?;
    let (others, foreign) = lists((11, 30), (13, 30), Some(&unknown)).await?;
    context.note("calendar-ids", filter(own, others, &foreign));
    context.note("calendar-ids-foreign", meaning(others, &foreign).replace("none", "no-events"));

    let array = json!([context.calendar()?.id]).to_string();
    let (own, page) = lists((11, 30), (13, 30), Some(&array)).await?;
    let (others, foreign) = lists((11, 30), (13, 30), Some(r#"["no-such-calendar"]"#)).await?;
    let observed = if page.is_success() { filter(own, others, &foreign) } else { page.refusal() };
    context.note("calendar-ids-array", observed);

    let empty = json!({ provider.as_str(): [] }).to_string();
    for (id, calendars) in [("calendar-ids-empty-list", empty.as_str()), ("calendar-ids-empty-object", "{}")] {
        let (is_listed, page) = lists((11, 30), (13, 30), Some(calendars)).await?;
        context.note(id, meaning(is_listed, &page));
    }
    Ok(())
}

fn filter(own: bool, others: bool, foreign: &Response) -> String {
    match (own, others) {
        (true, true) => "ignored".to_owned(),
        // A refusal of an unknown calendar is a filter too.
        (true, false) if foreign.is_success() || foreign.status < 500 => "filters".to_owned(),
        (true, false) => foreign.refusal(),
        (false, _) => "hides-the-calendar".to_owned(),
    }
}

fn meaning(is_listed: bool, page: &Response) -> String {
    match (page.is_success(), is_listed) {
        (false, _) => page.refusal(),
        (true, true) => "all".to_owned(),
        (true, false) => "none".to_owned(),
    }
}

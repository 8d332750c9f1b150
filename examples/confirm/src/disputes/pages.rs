//! Pages of a listing: sizes, order and tokens.

use serde_json::Value;

use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::disputes::dates::instant;

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("sort-order", "Are events sorted by start?", &["by-start"], "openapi.yaml"),
    dispute("page-size-default", "What is the default page size?", &["250", "not-reported"], "openapi.yaml"),
    dispute("page-size-cap", "What becomes of a page size of 5000?", &["1000", "not-reported"], "openapi.yaml"),
    dispute("page-size-zero", "What becomes of a page size of 0?", &["refused-400"], "sandbox/src/routes/events.rs"),
    dispute("paging", "Do pages of one event return each event once?", &["complete"], "src/events/stream.rs"),
    dispute("last-page", "Which token has the last page?", &["absent", "null", "empty"], "src/events/stream.rs"),
    dispute("token-alone", "Does a page token work without the filters of the first page?", &[], "src/events/stream.rs"),
    dispute("unknown-page-token", "How is an unknown page token refused?", &["refused-400"], "src/transport/failure.rs"),
];

/// How many pages a listing may have.
const MAX_PAGES: usize = 50;

pub(crate) async fn probe(context: &Context) -> Outcome {
    // The ids, in the order in which they start; created in another one.
    let (second, third) = (context.create_at("second", 9).await?, context.create_at("third", 10).await?);
    let expected = [context.create_at("first", 8).await?, second, third];
    context.list_day(0, "true", expected.len()).await?;
    let (from, to, ids) = (context.at(0, 7, 0)?, context.at(0, 11, 30)?, context.calendar_ids()?);
    let filters = [("start", &*from), ("end", &*to), ("calendarIds", &*ids)];

    let page = context.list(&filters).await?.ok("listing events")?;
    let starts: Vec<_> =
        page.body["events"].as_array().into_iter().flatten().map(|event| instant(&event["start"])).collect();
    context.note("sort-order", if starts.is_sorted() { "by-start" } else { "unsorted" });
    context.note("page-size-default", size(&page.body));
    let sized = |size| [&filters[..], &[("pageSize", size)]].concat();
    let capped = context.list(&sized("5000")).await?;
    context.note("page-size-cap", if capped.is_success() { size(&capped.body) } else { capped.refusal() });
    let zero = context.list(&sized("0")).await?;
    context.note("page-size-zero", if zero.is_success() { size(&zero.body) } else { zero.refusal() });
    let unknown = [&filters[..], &[("nextPageToken", "unknown")]].concat();
    context.note("unknown-page-token", context.list(&unknown).await?.outcome());

    walk(context, &sized("1"), &expected).await
}

/// Reads the pages to the end.
async fn walk(context: &Context, filters: &[(&str, &str)], expected: &[String]) -> Outcome {
    let mut token: Option<String> = None;
    let mut found = Vec::new();
    for _ in 0..MAX_PAGES {
        let mut parameters = filters.to_vec();
        parameters.extend(token.as_deref().map(|token| ("nextPageToken", token)));
        let page = context.list(&parameters).await?.ok("listing a page")?.body;
        let own: Vec<String> = context.own(&page).iter().map(|event| event["id"].to_string()).collect();
        if let Some(token) = token.as_deref().filter(|_| found.len() == 1) {
            let alone = context.list(&[("pageSize", "1"), ("nextPageToken", token)]).await?;
            let same: Vec<String> = context.own(&alone.body).iter().map(|event| event["id"].to_string()).collect();
            let observed = match (alone.is_success(), same == own) {
                (true, true) => "same-page".to_owned(),
                (true, false) => "another-page".to_owned(),
                (false, _) => alone.refusal(),
            };
            context.note("token-alone", observed);
        }
        found.extend(own);
        let last = match &page["nextPageToken"] {
            Value::String(next) if token.as_ref() == Some(next) => "circular",
            Value::String(next) if !next.is_empty() => {
                token = Some(next.clone());
                continue;
            }
            Value::String(_) => "empty",
            Value::Null if page.get("nextPageToken").is_some() => "null",
            _ => "absent",
        };
        context.note("last-page", last);
        let expected: Vec<String> = expected.iter().map(|id| Value::from(id.as_str()).to_string()).collect();
        context.note("paging", if found == expected { "complete" } else { "incomplete" });
        return Ok(());
    }
    context.note("paging", "endless");
    Ok(())
}

fn size(page: &Value) -> String {
    page["pageSize"].as_u64().map_or("not-reported".to_owned(), |size| size.to_string())
}

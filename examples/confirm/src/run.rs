//! A run from its beginning to its end.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use crate::context::{Calendar, Context, Pair};
use crate::dispute::Dispute;
use crate::disputes::{
    consent, dates, ending, filters, pages, refresh, reuse, scopes, sdk, series, service, unreachable, webhooks, writes,
};
use crate::login::{Person, pair};
use crate::{Outcome, Report, Settings, cleanup};

/// How long a run may take, the person's logins included.
const LIMIT: Duration = Duration::from_secs(20 * 60);
/// How long the removal of what it created may take.
const CLEANUP_LIMIT: Duration = Duration::from_secs(3 * 60);

/// Asks the service, removes what that has created, and reports.
///
/// When `interrupt` is ready, the questions end, and the removal begins. What goes wrong is in the report.
///
/// # Errors
///
/// The settings are no good, so that nothing was sent.
pub async fn run<P: Person>(settings: Settings, person: &P, interrupt: impl Future<Output = ()>) -> Outcome<Report> {
    let context = Context::new(settings)?;
    let mut interrupt = pin!(interrupt);
    let problem = tokio::select! {
        outcome = timeout(LIMIT, questions(&context, person)) => failure(outcome),
        () = &mut interrupt => Some("the run was interrupted".to_owned()),
    };
    let is_complete = problem.is_none();
    context.report().problems.extend(problem);

    if timeout(CLEANUP_LIMIT, cleanup::all(&context)).await.is_err() {
        context.report().leftovers.push("some events of the run, perhaps: use --sweep".to_owned());
    }

    // An interrupt has made it incomplete.
    if is_complete && !context.settings.sweep {
        let problem = tokio::select! {
            outcome = timeout(LIMIT, endings(&context, person)) => failure(outcome),
            () = &mut interrupt => Some("the run was interrupted".to_owned()),
        };
        context.report().problems.extend(problem);
    }
    Ok(context.into_report())
}

fn failure(outcome: Result<Outcome, tokio::time::error::Elapsed>) -> Option<String> {
    match outcome {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(chain(&*error)),
        Err(_) => Some(format!("the run took more than {} minutes", LIMIT.as_secs() / 60)),
    }
}

async fn questions<P: Person>(context: &Context, person: &P) -> Outcome {
    unreachable::explain(context);
    begin(context, person).await?;
    let calendar = choose_calendar(context).await?;
    context.set_calendar(calendar);
    if !context.settings.yes && !person.agrees(&question(context)?).await? {
        return Err("nothing was written".into());
    }
    if context.settings.sweep {
        let swept = cleanup::sweep(context).await?;
        context.report().swept = Some(swept);
        return Ok(());
    }

    group(context, service::DISPUTES, service::probe(context)).await;
    if context.settings.access_token.is_none() {
        group(context, consent::DISPUTES, consent::probe(context)).await;
        group(context, refresh::DISPUTES, refresh::probe(context)).await;
    } else {
        context.report().pass_rest(consent::DISPUTES, "needs a login");
        context.report().pass_rest(refresh::DISPUTES, "needs a login");
    }
    group(context, sdk::DISPUTES, sdk::probe(context)).await;
    group(context, writes::DISPUTES, writes::probe(context)).await;
    group(context, dates::DISPUTES, dates::probe(context)).await;
    group(context, filters::DISPUTES, filters::probe(context)).await;
    group(context, pages::DISPUTES, pages::probe(context)).await;
    group(context, series::DISPUTES, series::probe(context)).await;
    group(context, &[], scopes::probe_default(context)).await;
    if context.settings.scopes {
        group(context, scopes::DISPUTES, scopes::probe(context, person)).await;
    }
    context.report().pass_rest(scopes::DISPUTES, "needs --scopes");
    if context.settings.webhooks {
        group(context, webhooks::DISPUTES, webhooks::probe(context)).await;
    }
    context.report().pass_rest(webhooks::DISPUTES, "needs --webhooks");
    Ok(())
}

/// The questions whose answers cost something: after the removal, which needs the account and the tokens.
async fn endings<P: Person>(context: &Context, person: &P) -> Outcome {
    match &context.settings.disconnect {
        Some((provider, account)) => {
            group(context, &[], ending::disconnect(context, provider, account)).await;
        }
        None => ending::DISCONNECT.into_iter().for_each(|id| context.report().pass(id, "needs --disconnect")),
    }
    if context.settings.end_authorization {
        group(context, reuse::DISPUTES, reuse::probe(context, person)).await;
        group(context, ending::DISPUTES, ending::revoke(context, person)).await;
    } else {
        let rest: Vec<_> = ending::DISPUTES.iter().chain(reuse::DISPUTES).map(|dispute| dispute.id).collect();
        let rest = rest.into_iter().filter(|id| !ending::DISCONNECT.contains(id));
        rest.for_each(|id| context.report().pass(id, "needs --end-authorization"));
    }
    Ok(())
}

/// Asks the questions of a group. If that fails, those that are open have the failure as the reason.
async fn group(context: &Context, disputes: &[Dispute], probe: impl Future<Output = Outcome>) {
    if let Err(error) = probe.await {
        let reason = chain(&*error);
        let mut report = context.report();
        report.pass_rest(disputes, &reason);
        report.problems.push(reason);
    }
}

async fn begin<P: Person>(context: &Context, person: &P) -> Outcome {
    if let Some(access) = context.settings.access_token.clone() {
        context.report().pass("exchange-expires-in", "needs a login");
        context.set_tokens(Pair { access, refresh: None });
        return Ok(());
    }
    let exchanged = context.log_in(person, None).await?;
    refresh::note_exchange(context, &exchanged);
    let pair = pair(&exchanged)?;
    refresh::note_claims(context, &pair.access);
    context.set_tokens(pair);
    Ok(())
}

async fn choose_calendar(context: &Context) -> Outcome<Calendar> {
    let request = context.wire.request(reqwest::Method::GET, "/calendars", Some(&context.access_token()?));
    let calendars = context.wire.send(request).await?.ok("listing the calendars")?.body;
    let text = |calendar: &Value, name: &str| calendar[name].as_str().unwrap_or_default().to_owned();
    let all = calendars.as_array().into_iter().flatten();
    let mut all = all.map(|calendar| Calendar { provider: text(calendar, "provider"), id: text(calendar, "id") });
    let settings = &context.settings;
    let chosen = all.find(|calendar| {
        settings.provider.as_ref().is_none_or(|provider| *provider == calendar.provider)
            && settings.calendar.as_ref().is_none_or(|id| *id == calendar.id)
    });
    chosen.ok_or_else(|| "the user has no such calendar".into())
}

fn question(context: &Context) -> Outcome<String> {
    let Calendar { provider, id } = context.calendar()?;
    if context.settings.sweep {
        let days = cleanup::swept_days(context)?;
        return Ok(format!("Delete what earlier runs have left in the calendar {id} of {provider}, {days}?"));
    }
    let mut question =
        format!("Create some 20 events in the calendar {id} of {provider}, around {}, and delete them", context.day);
    if let Some((provider, account)) = &context.settings.disconnect {
        question += &format!("; then disconnect {account} of {provider}");
    }
    if context.settings.end_authorization {
        question += &format!("; then end the authorization of the user {}", context.settings.user_id);
    }
    Ok(question + "?")
}

/// Writes an error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

//! The parts of the page.

use hyper::StatusCode;
use serde_json::Value;

use super::{
    super::input::PREFIX,
    STYLE,
    markup::{actions, button, code, form, hidden, link, section, table},
};
use crate::{html::Html, instant, operation::Operation, provider::Provider, sandbox::Sandbox, state::SyncState};

/// No list on the page is longer.
const ROWS: usize = 100;

/// What the page is to show.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) user: Option<&'a str>,
    /// What was done, or what was wrong
    pub(super) message: Option<&'a str>,
}

pub(super) fn page(sandbox: &Sandbox, view: &View<'_>) -> Html {
    let message = view
        .message
        .map(|text| Html::fill("<p class=\"message\" role=\"status\">{{text}}</p>", &[("text", Html::text(text))]));
    // Asking for a user that is not there would make one.
    let user = view.user.filter(|user| sandbox.users().iter().any(|known| known == user));
    let sections = [
        clock(sandbox, view.user),
        users(sandbox),
        user.map(|user| of_user(sandbox, user)).unwrap_or_default(),
        faults(sandbox, view.user),
        journal(sandbox, view.user),
        requests(sandbox, view.user),
        deliveries(sandbox),
        applications(sandbox),
    ];
    Html::fill(
        include_str!("page.html"),
        &[
            ("style", Html::text(&format!("{PREFIX}{STYLE}"))),
            ("version", Html::literal(env!("CARGO_PKG_VERSION"))),
            ("base", code(sandbox.base_url())),
            ("client", code(sandbox.client_id())),
            ("secret", code(sandbox.client_secret())),
            ("redirect", code(sandbox.redirect_uri())),
            ("message", message.unwrap_or_default()),
            ("sections", sections.into_iter().collect()),
            ("reset", button("reset", "Reset the sandbox", &[])),
        ],
    )
}

fn clock(sandbox: &Sandbox, user: Option<&str>) -> Html {
    let user = user.unwrap_or_default();
    let now = instant::format(sandbox.now());
    let (state, toggle) = if sandbox.is_time_frozen() {
        ("stands still", button("unfreeze", "Let it run", &[("user", user)]))
    } else {
        ("runs", button("freeze", "Stop it", &[("user", user)]))
    };
    let ahead = |label, seconds| button("advance", label, &[("seconds", seconds), ("user", user)]);
    let told = Html::fill(
        "<p><time>{{now}}</time> <span class=\"quiet\">({{state}})</span></p>",
        &[("now", Html::text(&now)), ("state", Html::literal(state))],
    );
    let buttons = [ahead("+ 1 minute", "60"), ahead("+ 1 hour", "3600"), ahead("+ 1 day", "86400"), toggle];
    section("clock", "Clock", [told, actions(buttons)].into_iter().collect())
}

fn users(sandbox: &Sandbox) -> Html {
    let users = sandbox.users();
    let rows = users.iter().take(ROWS).map(|user| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("user", user).finish();
        vec![
            link(&format!("{PREFIX}?{query}#user"), user),
            number(sandbox.accounts(user).len()),
            number(sandbox.events(user).len()),
            number(sandbox.refreshes(user)),
        ]
    });
    let list = table(&["User", "Accounts", "Events", "Refreshes"], rows.collect(), "No user has authorized yet.");
    let name = Html::literal("<label>New user <input name=\"user\" required autocomplete=\"off\"></label>");
    section("users", "Users", [list, form("add-user", "Add", name), more(users.len())].into_iter().collect())
}

fn of_user(sandbox: &Sandbox, user: &str) -> Html {
    let title = Html::fill("<h3>{{user}}</h3>", &[("user", Html::text(user))]);
    let own = actions([
        button("expire-tokens", "Expire access tokens", &[("user", user)]),
        button("revoke-grant", "Revoke all tokens", &[("user", user)]),
    ]);
    let parts =
        [title, own, accounts(sandbox, user), calendars(sandbox, user), events(sandbox, user), channels(sandbox, user)];
    section("user", "One user", parts.into_iter().collect())
}

fn accounts(sandbox: &Sandbox, user: &str) -> Html {
    let listed: Vec<(Provider, String, Option<bool>, SyncState)> = {
        let mut service = sandbox.app.service();
        let accounts = service.user(user).accounts.iter();
        accounts.map(|one| (one.provider, one.id.clone(), one.calendar_permission, one.sync_state)).collect()
    };
    let rows = listed.iter().map(|(provider, account, permission, state)| {
        let fields = |name, value| {
            [("user", user), ("provider", provider.as_str()), ("account", account.as_str()), (name, value)]
        };
        let permission = match permission {
            None => Html::literal("not asked for"),
            Some(true) => button("permission", "Withdraw", &fields("granted", "false")),
            Some(false) => button("permission", "Grant", &fields("granted", "true")),
        };
        let change = match state {
            SyncState::Active => button("sync-state", "Require reauthorization", &fields("state", "reauth_required")),
            SyncState::ReauthRequired => button("sync-state", "Make active", &fields("state", "active")),
        };
        let state = [code(state.as_str()), Html::literal(" "), change].into_iter().collect();
        vec![Html::text(provider.as_str()), Html::text(account), permission, state]
    });
    let columns = ["Provider", "Account", "Calendar permission", "Sync state"];
    titled("Accounts", table(&columns, rows.collect(), "No account is connected."))
}

fn calendars(sandbox: &Sandbox, user: &str) -> Html {
    let calendars = sandbox.app.service().user(user).calendars();
    let text = |calendar: &Value, name: &str| Html::text(calendar[name].as_str().unwrap_or_default());
    let rows = calendars.iter().map(|one| {
        vec![
            text(one, "provider"),
            text(one, "title"),
            text(one, "timeZone"),
            code(one["id"].as_str().unwrap_or_default()),
        ]
    });
    titled("Calendars", table(&["Provider", "Title", "Time zone", "Id"], rows.collect(), "There are no calendars."))
}

fn events(sandbox: &Sandbox, user: &str) -> Html {
    let mut events = sandbox.events(user);
    let total = events.len();
    events.sort_by(|one, other| one["start"].as_str().cmp(&other["start"].as_str()));
    let rows = events.iter().take(ROWS).map(|event| {
        let text = |name: &str| match &event[name] {
            Value::String(text) => Html::text(text),
            Value::Null => Html::default(),
            other => Html::text(&other.to_string()),
        };
        let id = event["id"].as_str().unwrap_or_default();
        let remove = match id {
            "" => Html::default(),
            id => button("remove-event", "Remove", &[("user", user), ("id", id)]),
        };
        vec![text("start"), text("end"), text("title"), text("provider"), text("calendarId"), remove]
    });
    let columns = ["Start", "End", "Title", "Provider", "Calendar", "Action"];
    let list = table(&columns, rows.collect(), "There are no events.");
    titled("Events", [list, more(total)].into_iter().collect())
}

fn channels(sandbox: &Sandbox, user: &str) -> Html {
    let channels = sandbox.webhook_channels(user);
    let rows = channels.iter().map(|channel| {
        let end = channel.expiration.map(instant::format).unwrap_or_else(|| "never".into());
        vec![
            Html::text(channel.provider.as_str()),
            Html::text(&channel.calendar_id),
            code(&channel.channel_id),
            Html::text(&end),
        ]
    });
    titled(
        "Webhook channels",
        table(&["Provider", "Calendar", "Channel", "Expires"], rows.collect(), "There are no channels."),
    )
}

fn faults(sandbox: &Sandbox, user: Option<&str>) -> Html {
    let user = user.unwrap_or_default();
    let faults = sandbox.faults();
    let rows = faults.iter().rev().take(ROWS).map(|fault| {
        let remaining = match fault.remaining() {
            usize::MAX => Html::literal("always"),
            remaining => number(remaining),
        };
        let remove = match fault.remaining() {
            0 => Html::default(),
            _ => button("remove-fault", "Remove", &[("id", &fault.id().to_string()), ("user", user)]),
        };
        vec![Html::text(&fault.description()), number(fault.fired()), remaining, remove]
    });
    let list = table(&["Fault", "Fired", "Remaining", "Action"], rows.collect(), "No fault was injected.");
    let operation =
        |operation: &Operation| Html::fill("<option>{{name}}</option>", &[("name", Html::literal(operation.as_str()))]);
    let fields = Html::fill(
        concat!(
            "{{hidden}}<label>Operation <select name=\"operation\"><option>any</option>{{operations}}</select></label>",
            "<label>Status <input name=\"status\" inputmode=\"numeric\" value=\"503\" required></label>",
            "<label>Times <input name=\"times\" inputmode=\"numeric\" value=\"1\" required></label>",
        ),
        &[("hidden", hidden(&[("user", user)])), ("operations", Operation::ALL.iter().map(operation).collect())],
    );
    let inject = form("inject", "Inject", fields);
    let clear = actions([button("clear-faults", "Remove all", &[("user", user)])]);
    section("faults", "Faults", [list, inject, clear].into_iter().collect())
}

fn journal(sandbox: &Sandbox, user: Option<&str>) -> Html {
    let report = Html::fill("<pre>{{report}}</pre>", &[("report", Html::text(&sandbox.journal().to_string()))]);
    let clear = actions([button("clear-journal", "Clear", &[("user", user.unwrap_or_default())])]);
    section("journal", "Journal: what was not understood", [report, clear].into_iter().collect())
}

fn requests(sandbox: &Sandbox, user: Option<&str>) -> Html {
    let requests = sandbox.requests();
    let rows = requests.iter().rev().take(ROWS).map(|request| {
        let status = request.status.map(|status| status.to_string()).unwrap_or_else(|| "none".into());
        let reason = request.status.and_then(|status| StatusCode::from_u16(status).ok()?.canonical_reason());
        vec![
            Html::text(&request.method),
            code(&request.path),
            Html::text(request.operation.map_or("unknown", Operation::as_str)),
            Html::text(&format!("{status} {}", reason.unwrap_or_default())),
        ]
    });
    let list = table(&["Method", "Path", "Operation", "Response"], rows.collect(), "There were no requests.");
    let clear = actions([button("clear-requests", "Clear", &[("user", user.unwrap_or_default())])]);
    section("requests", "Requests, newest first", [list, more(requests.len()), clear].into_iter().collect())
}

fn deliveries(sandbox: &Sandbox) -> Html {
    let deliveries = sandbox.deliveries();
    let rows = deliveries.iter().rev().take(ROWS).map(|delivery| {
        let last = delivery.attempts.last();
        let outcome = last.map(|last| match (last.status, &last.error) {
            (Some(status), _) => status.to_string(),
            (None, error) => error.clone().unwrap_or_default(),
        });
        vec![
            code(&delivery.id),
            Html::text(delivery.user.as_deref().unwrap_or_default()),
            Html::text(delivery.cause.as_str()),
            Html::text(delivery.state.as_str()),
            number(delivery.attempts.len()),
            Html::text(&outcome.unwrap_or_default()),
        ]
    });
    let columns = ["Id", "User", "Cause", "State", "Attempts", "Last outcome"];
    let list = table(&columns, rows.collect(), "There were no deliveries.");
    let rotate = actions([button("rotate-key", "Rotate the webhook key", &[])]);
    section(
        "deliveries",
        "Webhook deliveries, newest first",
        [list, more(deliveries.len()), rotate].into_iter().collect(),
    )
}

fn applications(sandbox: &Sandbox) -> Html {
    let Some(applications) = &sandbox.applications else { return Html::default() };
    let rows = applications.list(|application| {
        let page = format!("{}{PREFIX}", application.sandbox.origin());
        vec![Html::text(&application.name), link(&page, &page), number(application.sandbox.users().len())]
    });
    let total = rows.len();
    let rows = rows.into_iter().take(ROWS).collect();
    let list = table(&["Name", "Page", "Users"], rows, "No other application is open.");
    section("applications", "Applications", [list, more(total)].into_iter().collect())
}

fn titled(title: &'static str, content: Html) -> Html {
    [Html::fill("<h4>{{title}}</h4>", &[("title", Html::literal(title))]), content].into_iter().collect()
}

fn number(number: usize) -> Html {
    Html::text(&number.to_string())
}

/// Says how many of a list are not shown.
fn more(total: usize) -> Html {
    if total <= ROWS {
        return Html::default();
    }
    Html::fill("<p class=\"quiet\">… and {{more}} more</p>", &[("more", number(total - ROWS))])
}

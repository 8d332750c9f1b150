//! Calendars of the connected accounts.

use mobiscroll_connect::Provider;
use mobiscroll_connect_sandbox::{Operation, Provider as At, Scope, seed};

use crate::support::{ADA, builder, category, only, signed_in, with_tokens};

#[tokio::test]
async fn the_calendars_of_all_accounts_are_listed() {
    let (sandbox, client) = signed_in().await;
    let list = client.calendars().list().await.unwrap();

    let ids: Vec<_> = list.calendars.iter().map(|calendar| (&calendar.provider, calendar.id.as_str())).collect();
    assert!(ids.contains(&(&Provider::Google, seed::GOOGLE_PRIMARY)), "{ids:?}");
    assert!(ids.contains(&(&Provider::CalDav, seed::CALDAV_WORK)), "{ids:?}");
    assert_eq!(list.blocked_accounts, []);
    let team = list.calendars.iter().find(|calendar| calendar.id == seed::GOOGLE_TEAM).unwrap();
    assert_eq!(team.title.as_deref(), Some("Team"));
    assert_eq!(team.time_zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(team.color.as_deref(), Some("#f83a22"));
    assert!(team.original.as_ref().unwrap().parse::<serde_json::Value>().unwrap().is_object());
    assert_eq!((&list).into_iter().count(), list.into_iter().count());

    let request = only(&sandbox, Operation::ListCalendars);
    assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("GET", "/api/calendars", ""));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn accounts_without_calendar_permission_are_named() {
    let (sandbox, client) = signed_in().await;
    sandbox.set_calendar_permission(ADA, At::Google, "ada@gmail.example", false);
    let list = client.calendars().list().await.unwrap();

    assert!(list.calendars.iter().all(|calendar| calendar.provider != Provider::Google));
    let [blocked] = &list.blocked_accounts[..] else { panic!("{:?}", list.blocked_accounts) };
    assert_eq!(blocked.provider, Some(Provider::Google));
    assert_eq!(blocked.account.as_deref(), Some("ada@gmail.example"));
}

#[tokio::test]
async fn no_account_with_calendar_permission_is_an_error_that_names_the_accounts() {
    let (sandbox, client) = signed_in().await;
    for (provider, account) in sandbox.accounts(ADA) {
        sandbox.set_calendar_permission(ADA, provider, &account, false);
    }
    let error = client.calendars().list().await.unwrap_err();

    assert_eq!(category(&error), "CalendarPermissionRequired");
    let accounts = error.api().unwrap().accounts();
    assert_eq!(accounts.len(), sandbox.accounts(ADA).len());
    assert_eq!(accounts[0].account.as_deref(), Some("ada@gmail.example"));
    assert_eq!(sandbox.refreshes(ADA), 0);
}

#[tokio::test]
async fn the_free_busy_scope_lists_no_calendars() {
    let (sandbox, _) = signed_in().await;
    let client = with_tokens(builder(&sandbox), sandbox.issue_tokens_with(ADA, Scope::FreeBusy));
    let error = client.calendars().list().await.unwrap_err();

    assert_eq!((category(&error), error.status()), ("PermissionDenied", Some(403)));
    assert_eq!(error.api().unwrap().message(), "Listing calendars is forbidden for the free-busy scope");
    assert_eq!(sandbox.refreshes(ADA), 0);
}

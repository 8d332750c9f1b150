//! The newest pair wins: what credentials from outside do to those that are active.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mobiscroll_connect::{AuthEvent, Client, Error, TokenRotation, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, ReuseRule, Sandbox, Seed};
use serde_json::json;
use tokio::sync::Notify;

use crate::flaky::{FlakyStore, Step};
use crate::support::{ADA, builder, category, expired, only, signed_in, tokens, until};

use Operation::{ListCalendars, RefreshToken};

async fn sandbox() -> Sandbox {
    Sandbox::builder().seed(Seed::Empty).start().await.unwrap()
}

fn list_calendars(client: &Client) -> tokio::task::JoinHandle<Result<(), Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.calendars().list().await.map(drop) })
}

#[tokio::test]
async fn setting_the_stored_pair_before_each_call_loses_no_rotation() {
    for rule in [ReuseRule::SideBySide, ReuseRule::EveryRefreshCounts] {
        let sandbox = Sandbox::builder().seed(Seed::Empty).reuse_rule(rule).start().await.unwrap();
        let stored = Arc::new(Mutex::new((tokens(sandbox.issue_tokens(ADA)), 0)));
        let storing = stored.clone();
        let client = builder(&sandbox).on_tokens_refreshed(move |tokens: Tokens| {
            let mut stored = storing.lock().unwrap();
            *stored = (tokens, stored.1 + 1);
        });
        let client = client.build().unwrap();
        for _ in 0..10 {
            sandbox.expire_access_token(ADA);
            sandbox.inject(Fault::on(RefreshToken).after_commit().delay(Duration::from_millis(50)));
            let mut calls = Vec::new();
            for request in 0..5 {
                let ada = client.for_user(ADA);
                ada.set_credentials(stored.lock().unwrap().0.clone());
                calls.push(list_calendars(&ada));
                if request == 0 {
                    let refreshes = sandbox.count(RefreshToken);
                    until(|| sandbox.count(RefreshToken) > refreshes || calls[0].is_finished()).await;
                }
            }
            for call in calls {
                call.await.unwrap().unwrap();
            }
        }
        assert_eq!((sandbox.count(RefreshToken), stored.lock().unwrap().1), (10, 10), "{rule:?}");
        assert_eq!(sandbox.total_token_counts().grants_revoked, 0);
    }
}

#[tokio::test]
async fn a_retired_pair_from_outside_changes_nothing() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    let mut retired = Vec::new();
    for _ in 0..8 {
        retired.push(client.auth().credentials().unwrap());
        client.auth().refresh().await.unwrap();
    }
    let newest = client.auth().credentials();
    for pair in retired {
        client.set_credentials(pair);
        assert_eq!(client.auth().credentials(), newest);
    }
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 8);
}

#[tokio::test]
async fn a_hook_that_sets_the_pair_it_was_given_fails_no_call() {
    let sandbox = sandbox().await;
    let own = Arc::new(Mutex::new(None::<Client>));
    let within = own.clone();
    let client = builder(&sandbox).on_tokens_refreshed(move |tokens: Tokens| {
        within.lock().unwrap().as_ref().unwrap().set_credentials(tokens);
    });
    let client = expired(&sandbox, client);
    *own.lock().unwrap() = Some(client.clone());
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
    *own.lock().unwrap() = None;
}

#[tokio::test]
async fn a_call_whose_credentials_were_replaced_is_told_so_and_may_be_retried() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(RefreshToken).after_commit().delay(Duration::from_millis(200)));
    let call = list_calendars(&client);
    until(|| sandbox.refreshes(ADA) == 1).await;
    client.set_credentials(tokens(sandbox.issue_tokens("bob")));
    let error = call.await.unwrap().unwrap_err();
    assert!(!error.needs_reauthorization() && error.is_retryable(), "{}", category(&error));
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_server_that_keeps_the_access_token_costs_one_rotation_per_refusal() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    let access = client.auth().credentials().unwrap().access_token().expose().to_owned();
    for refresh_token in ["r2", "r3", "r4", "r5"] {
        let body = json!({ "access_token": access, "refresh_token": refresh_token, "expires_in": 3600 });
        sandbox.inject(Fault::on(RefreshToken).status(200).json(&body));
    }
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), sandbox.count(RefreshToken)), ("Authentication", 1));
    assert_eq!(sandbox.count(ListCalendars), 2);
}

#[tokio::test]
async fn a_slow_hook_does_not_delay_the_credentials_of_another_user() {
    let sandbox = sandbox().await;
    let release = Arc::new(Notify::new());
    let (entered, waiting) = (Arc::new(Notify::new()), release.clone());
    let enter = entered.clone();
    let client = builder(&sandbox).on_tokens_refreshed(move |_: Tokens| {
        let (enter, waiting) = (enter.clone(), waiting.clone());
        async move {
            enter.notify_one();
            waiting.notified().await;
        }
    });
    let client = expired(&sandbox, client);
    let call = list_calendars(&client);
    entered.notified().await;
    client.set_credentials(tokens(sandbox.issue_tokens("bob")));
    client.calendars().list().await.unwrap();
    release.notify_one();
    let error = call.await.unwrap().unwrap_err();
    assert!(!error.needs_reauthorization(), "{error}");
}

#[tokio::test]
async fn the_rotated_pair_of_replaced_credentials_is_handed_over_as_superseded() {
    let sandbox = sandbox().await;
    let rotations = Arc::new(Mutex::new(Vec::new()));
    let seeing = rotations.clone();
    let client = builder(&sandbox).on_tokens_refreshed(move |rotation: TokenRotation| {
        seeing.lock().unwrap().push(rotation);
    });
    let client = expired(&sandbox, client);
    let mut events = client.auth_events();
    let old = client.auth().credentials();
    sandbox.inject(Fault::on(RefreshToken).after_commit().delay(Duration::from_millis(200)));
    let call = list_calendars(&client);
    until(|| sandbox.refreshes(ADA) == 1).await;
    let bob = tokens(sandbox.issue_tokens("bob"));
    client.set_credentials(bob.clone());
    call.await.unwrap().unwrap_err();
    while !matches!(events.next().await.unwrap(), AuthEvent::Superseded { error: None, .. }) {}
    let rotation = rotations.lock().unwrap().remove(0);
    assert_eq!((rotation.is_superseded(), rotation.replaces(), rotation.user()), (true, old.as_ref(), ""));

    client.auth().refresh().await.unwrap();
    let newest = rotations.lock().unwrap().remove(0);
    assert_eq!((newest.is_superseded(), newest.replaces()), (false, Some(&bob)));
    assert_eq!(Some(newest.into_tokens()), client.auth().credentials());
    // The pair that was handed over refreshes.
    client.set_credentials(rotation.into_tokens());
    client.auth().refresh().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 2);
}

#[tokio::test]
async fn an_unsaved_pair_is_handed_over_when_other_credentials_are_set() {
    let sandbox = sandbox().await;
    let (store, rotations) = (FlakyStore::new(), Arc::new(Mutex::new(Vec::new())));
    let seeing = rotations.clone();
    let client = builder(&sandbox).token_store(store.clone()).on_tokens_refreshed(move |rotation: TokenRotation| {
        seeing.lock().unwrap().push(rotation);
    });
    let client = expired(&sandbox, client);
    client.auth().get_connection_status().await.unwrap();
    rotations.lock().unwrap().clear();
    store.fail(&[Step::Save]);
    client.auth().refresh().await.unwrap_err();
    let unsaved = client.auth().credentials();
    let mut events = client.auth_events();
    client.set_credentials(tokens(sandbox.issue_tokens("bob")));
    assert!(matches!(events.next().await, Some(AuthEvent::Superseded { error: None, .. })));
    let rotation = rotations.lock().unwrap().remove(0);
    assert_eq!((rotation.is_superseded(), Some(rotation.into_tokens())), (true, unsaved));
}

#[tokio::test]
async fn a_refusal_of_an_adopted_pair_deserves_its_one_refresh() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    let [one, other] = [(); 2].map(|()| builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA));
    one.calendars().list().await.unwrap();
    other.calendars().list().await.unwrap();
    one.auth().refresh().await.unwrap();
    sandbox.expire_access_token(ADA);
    other.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 2);
}

#[tokio::test]
async fn a_revocation_ends_the_newest_pair() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    let [one, other] = [(); 2].map(|()| builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA));
    other.calendars().list().await.unwrap();
    let newest = one.auth().refresh().await.unwrap();
    other.auth().revoke().await.unwrap();
    let revoked = only(&sandbox, Operation::Revoke).json().unwrap()["token"].clone();
    assert_eq!(revoked, newest.refresh_token().unwrap().expose());
    assert_eq!((store.tokens(ADA).await, other.auth().credentials()), (None, None));
}

#[tokio::test]
async fn a_revocation_that_the_service_denies_is_an_error_and_the_tokens_are_kept() {
    let (sandbox, client) = signed_in().await;
    let tokens = client.auth().credentials();
    let denial = json!({ "success": false, "message": "not today" });
    sandbox.inject(Fault::on(Operation::Revoke).status(200).json(&denial));
    let error = client.auth().revoke().await.unwrap_err();
    assert_eq!((category(&error), client.auth().credentials()), ("Server", tokens));
    client.auth().revoke().await.unwrap();
    assert_eq!(client.auth().credentials(), None);
}

#[tokio::test]
async fn a_lease_that_could_not_be_released_ends_with_the_late_save() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    let [one, other] = [(); 2].map(|()| builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA));
    other.calendars().list().await.unwrap();
    store.fail(&[Step::Save, Step::Release]);
    one.auth().refresh().await.unwrap_err();
    let mut events = one.auth_events();
    store.fail(&[]);
    assert!(matches!(events.next().await, Some(AuthEvent::Refreshed { .. })));
    for _ in 0..2 {
        // The first adopts the pair of the other process, and the second needs the lease.
        tokio::time::timeout(Duration::from_secs(10), other.auth().refresh()).await.unwrap().unwrap();
    }
    assert_eq!(sandbox.refreshes(ADA), 2);
}

#[tokio::test]
async fn close_releases_a_lease_that_could_not_be_released() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    let [one, other] = [(); 2].map(|()| builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA));
    store.fail(&[Step::Release]);
    one.auth().refresh().await.unwrap();
    store.fail(&[]);
    one.close().await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), other.auth().refresh()).await.unwrap().unwrap();
    assert_eq!(sandbox.refreshes(ADA), 2);
}

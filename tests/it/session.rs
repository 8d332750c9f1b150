//! What the session promises about tokens: refreshed ahead of time, saved before they are used, never lost.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::{
    AuthEvent, Client, ClientBuilder, Error, MemoryTokenStore, SendStatus, StoreKind, TokenStore, Tokens,
};
use mobiscroll_connect_sandbox::{ContractChecks, Fault, Operation, Sandbox, Seed};
use serde_json::json;

use crate::flaky::{FlakyStore, LosableStore, Step};
use crate::support::{ADA, builder, category, client, expired, layers, only, seen, tokens, until};

use Operation::{ListCalendars, RefreshToken};

async fn sandbox() -> Arc<Sandbox> {
    Arc::new(Sandbox::builder().seed(Seed::Empty).start().await.unwrap())
}

/// A client whose living access token ends in half a minute.
fn about_to_expire(sandbox: &Sandbox, builder: ClientBuilder) -> Client {
    let client = builder.build().unwrap();
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() + 30.seconds()));
    client
}

/// A client of Ada's, whose tokens are in the store and have expired.
async fn stored(sandbox: &Sandbox, builder: ClientBuilder) -> Client {
    let client = builder.build().unwrap().for_user(ADA);
    client.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
    sandbox.expire_access_token(ADA);
    sandbox.clear_requests();
    client
}

fn failure(error: &Error) -> StoreKind {
    let Error::TokenStore(failure) = error else { panic!("{error:?}") };
    assert_eq!(error.code(), "TOKEN_STORE_ERROR");
    failure.kind()
}

// Ahead of time.

#[tokio::test]
async fn a_token_about_to_expire_is_refreshed_before_the_call() {
    let sandbox = sandbox().await;
    let client = about_to_expire(&sandbox, builder(&sandbox));
    for _ in 0..3 {
        client.calendars().list().await.unwrap();
    }
    let calls = [(ListCalendars, Some(200)); 3];
    assert_eq!(seen(&sandbox), [&[(RefreshToken, Some(200))], &calls[..]].concat());
}

#[tokio::test]
async fn a_jwt_that_is_about_to_expire_is_refreshed_before_the_call() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let claims = json!({ "exp": Timestamp::now().as_second() + 30 }).to_string();
    let jwt = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
    client.set_credentials(Tokens::new(jwt).with_refresh_token(sandbox.issue_tokens(ADA).refresh_token));
    client.calendars().list().await.unwrap();
    assert_eq!(seen(&sandbox), [(RefreshToken, Some(200)), (ListCalendars, Some(200))]);
}

#[tokio::test]
async fn how_far_ahead_can_be_set() {
    let sandbox = sandbox().await;
    let client = about_to_expire(&sandbox, builder(&sandbox).refresh_ahead(Duration::from_secs(5)));
    client.calendars().list().await.unwrap();
    assert_eq!(seen(&sandbox), [(ListCalendars, Some(200))]);
}

#[tokio::test]
async fn settings_for_ever_do_no_harm() {
    let sandbox = sandbox().await;
    let builder =
        builder(&sandbox).refresh_ahead(Duration::MAX).refresh_lease(Duration::MAX).save_timeout(Duration::MAX);
    let client = about_to_expire(&sandbox, builder);
    client.calendars().list().await.unwrap();
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
    let too_short = crate::support::builder(&sandbox).refresh_lease(Duration::from_millis(99)).build();
    assert_eq!(category(&too_short.unwrap_err()), "Configuration");
}

#[tokio::test]
async fn a_refresh_ahead_that_fails_leaves_the_living_token_in_use() {
    let sandbox = sandbox().await;
    let client = about_to_expire(&sandbox, builder(&sandbox));
    let mut events = client.auth_events();
    let outage = sandbox.inject(Fault::on(RefreshToken).always().status(503));
    for _ in 0..3 {
        client.calendars().list().await.unwrap();
    }
    assert_eq!(outage.fired(), 1, "it is not tried again at once");
    assert!(matches!(events.next().await, Some(AuthEvent::CredentialsSet { .. })));
    let Some(AuthEvent::RefreshFailed { error, next_try, .. }) = events.next().await else { panic!() };
    assert_eq!((category(&error), next_try), ("Server", Duration::from_secs(1)));
    tokio::time::sleep(next_try).await;
    client.calendars().list().await.unwrap();
    let Some(AuthEvent::RefreshFailed { next_try, .. }) = events.next().await else { panic!() };
    assert_eq!((next_try, outage.fired()), (Duration::from_secs(2), 2));
}

#[tokio::test]
async fn a_refusal_ahead_of_time_is_no_reason_to_stop_using_the_living_token() {
    let sandbox = sandbox().await;
    let client = about_to_expire(&sandbox, builder(&sandbox));
    let mut events = client.auth_events();
    sandbox.inject(Fault::on(RefreshToken).always().status(400).json(&json!({ "error": "invalid_grant" })));
    client.calendars().list().await.unwrap();
    assert!(matches!(events.next().await, Some(AuthEvent::CredentialsSet { .. })));
    let Some(AuthEvent::ReauthorizationNeeded { error, .. }) = events.next().await else { panic!() };
    assert!(error.needs_reauthorization());
}

#[tokio::test]
async fn a_refresh_ahead_that_hangs_does_not_hold_up_calls_for_long() {
    let sandbox = sandbox().await;
    let client = about_to_expire(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(RefreshToken).delay(Duration::from_secs(60)));
    client.calendars().list().await.unwrap();
    assert_eq!(seen(&sandbox), [(RefreshToken, None), (ListCalendars, Some(200))]);
}

#[tokio::test]
async fn tokens_out_of_the_store_are_refreshed_ahead_of_the_first_call() {
    let sandbox = sandbox().await;
    for left in [-1, 30] {
        let store = FlakyStore::new();
        let due = tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() + left.seconds());
        store.put(ADA, &due).await;
        sandbox.clear_requests();
        let client = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
        client.calendars().list().await.unwrap();
        assert_eq!(seen(&sandbox), [(RefreshToken, Some(200)), (ListCalendars, Some(200))]);
    }
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_sent_however_long_its_refresh_takes() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let ended = tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() - 1.seconds());
    client.set_credentials(ended);
    sandbox.inject(Fault::on(RefreshToken).delay(Duration::from_millis(2_500)));
    client.calendars().list().await.unwrap();
    assert_eq!(seen(&sandbox), [(RefreshToken, Some(200)), (ListCalendars, Some(200))]);
}

#[tokio::test]
async fn new_tokens_that_a_refresh_ahead_cannot_save_are_an_error() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let due = tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() + 30.seconds());
    store.put(ADA, &due).await;
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
    store.fail(&[Step::Save]);
    assert_eq!(failure(&client.calendars().list().await.unwrap_err()), StoreKind::Save);
    assert_eq!(seen(&sandbox), [(RefreshToken, Some(200))]);
    store.fail(&[]);
    client.close().await.unwrap();
    assert_eq!(store.tokens(ADA).await, client.auth().credentials());
}

#[tokio::test]
async fn a_refresh_that_failed_is_not_repeated_for_the_401_of_the_same_call() {
    let sandbox = sandbox().await;
    let client = about_to_expire(&sandbox, builder(&sandbox));
    sandbox.expire_access_token(ADA);
    sandbox.inject(Fault::on(RefreshToken).status(503));
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "Server");
    assert_eq!(seen(&sandbox), [(RefreshToken, Some(503)), (ListCalendars, Some(401))]);
    let left = client.calendars().list().await.unwrap_err().retry_after().unwrap();
    tokio::time::sleep(left).await;
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn clocks_that_disagree_cost_no_loop_of_refreshes() {
    let long_ago = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"iat":1000,"exp":4600}"#));
    for expires_in in [json!(null), json!(0), json!(-5), json!(1), json!("soon")] {
        let sandbox = sandbox().await;
        let client = about_to_expire(&sandbox, builder(&sandbox));
        let body = json!({ "access_token": long_ago, "refresh_token": "r", "expires_in": expires_in });
        sandbox.inject(Fault::on(RefreshToken).always().status(200).json(&body));
        sandbox.inject(Fault::on(ListCalendars).always().status(200).json(&json!([])));
        for _ in 0..5 {
            client.calendars().list().await.unwrap();
        }
        assert_eq!(sandbox.requests_of(RefreshToken).len(), 1, "{expires_in}");
    }
}

// Saved before used.

#[tokio::test]
async fn new_tokens_are_in_the_store_then_told_to_the_hook_then_used() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let (server, within) = (sandbox.clone(), store.clone());
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = told.clone();
    let builder = builder(&sandbox).token_store(store.clone()).on_tokens_refreshed(move |user: String, new: Tokens| {
        let (store, server, telling) = (within.clone(), server.clone(), telling.clone());
        async move {
            assert_eq!(store.tokens(&user).await, Some(new.clone()));
            telling.lock().unwrap().push((user, new, server.requests_of(ListCalendars).len()));
        }
    });
    let client = stored(&sandbox, builder).await;
    told.lock().unwrap().clear();
    client.calendars().list().await.unwrap();
    let new = client.auth().credentials().unwrap();
    assert_eq!(*told.lock().unwrap(), [(ADA.to_owned(), new, 1)]);
}

#[tokio::test]
async fn tokens_outlive_the_client_in_the_store() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    drop(stored(&sandbox, builder(&sandbox).token_store(store.clone())).await);
    let later = builder(&sandbox).token_store(store.clone()).build().unwrap();
    later.for_user(ADA).calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
    let error = later.for_user("nobody").calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.status()), ("Authentication", None));
}

#[tokio::test]
async fn a_save_that_fails_is_an_error_and_is_made_up_for() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let mut events = client.auth_events();
    let old = store.tokens(ADA).await;
    store.fail(&[Step::Save]);
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!(failure(&error), StoreKind::Save);
    assert!(error.is_retryable() && !error.needs_reauthorization());
    assert_eq!(layers(&error), ["the refreshed tokens could not be saved", "the store is down: Save"]);
    assert_eq!(sandbox.requests_of(ListCalendars).len(), 1, "nothing was sent with tokens that are not saved");
    let new = client.auth().credentials();
    assert_ne!(new, old);
    assert_eq!(store.tokens(ADA).await, old);
    assert!(matches!(events.next().await, Some(AuthEvent::SavePending { user, .. }) if user == ADA));

    store.fail(&[]);
    until(|| store.steps().iter().filter(|step| **step == Step::Save).count() >= 3).await;
    client.close().await.unwrap();
    assert_eq!(store.tokens(ADA).await, new);
    assert!(matches!(events.next().await, Some(AuthEvent::Refreshed { .. })));
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_save_whose_answer_got_lost_is_found_to_have_been_made() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let told = Arc::new(AtomicUsize::new(0));
    let telling = told.clone();
    let builder = builder(&sandbox).token_store(store.clone()).on_tokens_refreshed(move |_: Tokens| {
        telling.fetch_add(1, Ordering::SeqCst);
    });
    let client = stored(&sandbox, builder).await;
    store.lose_answers(&[Step::Save]);
    assert_eq!(failure(&client.calendars().list().await.unwrap_err()), StoreKind::Save);
    assert_eq!(told.load(Ordering::SeqCst), 1, "of the first tokens");
    store.lose_answers(&[]);
    client.close().await.unwrap();
    assert_eq!(told.load(Ordering::SeqCst), 2, "the hook comes after the store");
    assert_eq!(store.tokens(ADA).await, client.auth().credentials());
    sandbox.expire_access_token(ADA);
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 2);
}

#[tokio::test]
async fn nothing_is_refreshed_before_the_last_pair_is_saved() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    store.fail(&[Step::Save]);
    client.calendars().list().await.unwrap_err();
    sandbox.expire_access_token(ADA);
    for _ in 0..3 {
        assert_eq!(failure(&client.calendars().list().await.unwrap_err()), StoreKind::Save);
    }
    assert_eq!(sandbox.refreshes(ADA), 1, "the store is one step behind, and must not be two");
    store.fail(&[]);
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 2);
}

#[tokio::test]
async fn without_the_store_nobody_refreshes_and_a_living_token_serves() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let due = tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() + 30.seconds());
    store.put(ADA, &due).await;
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
    store.fail(&[Step::Lease]);
    client.calendars().list().await.unwrap();
    store.fail(&[Step::Load, Step::Save, Step::Lease, Step::Release]);
    client.calendars().list().await.unwrap();
    sandbox.expire_access_token(ADA);
    assert_eq!(failure(&client.calendars().list().await.unwrap_err()), StoreKind::Lease);
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 0);
    store.fail(&[]);
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_store_that_cannot_tell_is_not_a_store_without_tokens() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    drop(client);
    let later = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
    store.fail(&[Step::Load]);
    let error = later.calendars().list().await.unwrap_err();
    assert_eq!((failure(&error), error.needs_reauthorization()), (StoreKind::Load, false));
    store.fail(&[]);
    store.put_text(ADA, "{ broken").await;
    let error = later.calendars().list().await.unwrap_err();
    assert_eq!((failure(&error), error.needs_reauthorization()), (StoreKind::Load, false));
}

#[tokio::test]
async fn a_call_that_waits_for_a_save_is_not_failed_by_the_refresh_behind_it() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap();
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    let refusal =
        sandbox.inject(Fault::on(RefreshToken).always().status(400).json(&json!({ "error": "invalid_grant" })));
    store.hang(&[Step::Save]);
    let refreshing = client.clone();
    let refresh = tokio::spawn(async move { refreshing.auth().refresh().await });
    until(|| store.steps().contains(&Step::Save)).await;
    let calling = client.clone();
    let call = tokio::spawn(async move { calling.calendars().list().await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    store.hang(&[]);
    assert_eq!(category(&refresh.await.unwrap().unwrap_err()), "Authentication");
    call.await.unwrap().unwrap();
    assert_eq!(refusal.fired(), 1);
}

#[tokio::test]
async fn tokens_at_hand_outlive_a_store_that_lost_everything() {
    let sandbox = sandbox().await;
    let store = Arc::new(LosableStore::default());
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    store.lose_everything();
    client.calendars().list().await.unwrap();
    let text = store.load(ADA).await.unwrap().tokens.unwrap();
    assert_eq!(Tokens::from_json(text.expose()).ok(), client.auth().credentials());
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_store_that_hangs_ends_in_an_error() {
    let sandbox = sandbox().await;
    for step in [Step::Save, Step::Lease] {
        let store = FlakyStore::new();
        let builder = builder(&sandbox).token_store(store.clone()).save_timeout(Duration::from_millis(300));
        let client = stored(&sandbox, builder).await;
        store.hang(&[step]);
        failure(&client.calendars().list().await.unwrap_err());
        store.hang(&[]);
        client.calendars().list().await.unwrap();
    }
}

#[tokio::test]
async fn credentials_from_outside_are_in_the_store_before_they_are_used() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap();
    let given = tokens(sandbox.issue_tokens(ADA));
    client.for_user(ADA).set_credentials(given.clone());
    assert_eq!(store.tokens(ADA).await, None);
    // The handle is gone, and the tokens are not.
    client.for_user(ADA).calendars().list().await.unwrap();
    assert_eq!(store.tokens(ADA).await, Some(given));
}

#[tokio::test]
async fn credentials_from_outside_that_cannot_be_saved_are_an_error_once() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap();
    store.fail(&[Step::Save]);
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    assert_eq!(failure(&client.calendars().list().await.unwrap_err()), StoreKind::Save);
    assert_eq!(seen(&sandbox), []);
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_revocation_empties_the_store() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    drop(client);
    let later = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
    later.auth().revoke().await.unwrap();
    assert_eq!((store.tokens(ADA).await, later.auth().credentials()), (None, None));
}

// The hook.

#[tokio::test]
async fn a_hook_that_calls_the_api_itself_does_so_with_the_new_tokens() {
    let sandbox = sandbox().await;
    let own = Arc::new(OnceLock::<Client>::new());
    let within = own.clone();
    let client = builder(&sandbox).on_tokens_refreshed(move |_: Tokens| {
        let client = within.get().unwrap().clone();
        async move {
            client.calendars().list().await?;
            client.auth().refresh().await.map(drop)
        }
    });
    let client = expired(&sandbox, client);
    own.set(client.clone()).unwrap();
    client.calendars().list().await.unwrap();
    let statuses: Vec<_> = sandbox.requests_of(ListCalendars).iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(401), Some(200), Some(200)]);
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_hook_that_acts_for_another_user_does_so_with_that_users_tokens() {
    const BOB: &str = "bob";
    let sandbox = sandbox().await;
    let own = Arc::new(OnceLock::<Client>::new());
    let within = own.clone();
    let client = builder(&sandbox).on_tokens_refreshed(move |user: String, _: Tokens| {
        let client = within.get().unwrap().clone();
        async move {
            assert_eq!(user, ADA);
            client.for_user(BOB).calendars().list().await.map(drop)
        }
    });
    let client = client.build().unwrap();
    own.set(client.clone()).unwrap();
    client.for_user(ADA).set_credentials(tokens(sandbox.issue_tokens(ADA)));
    let of_bob = tokens(sandbox.issue_tokens(BOB));
    client.for_user(BOB).set_credentials(of_bob.clone());
    client.for_user(ADA).auth().refresh().await.unwrap();
    let bearer = format!("Bearer {}", of_bob.access_token().expose());
    assert_eq!(only(&sandbox, ListCalendars).header("authorization"), Some(&*bearer));
}

#[tokio::test]
async fn a_hook_whose_own_call_meets_a_401_does_not_wait_for_itself() {
    let sandbox = sandbox().await;
    let own = Arc::new(OnceLock::<Client>::new());
    let within = own.clone();
    let client = builder(&sandbox).on_tokens_refreshed(move |_: Tokens| {
        let client = within.get().unwrap().clone();
        async move { client.calendars().list().await.map(drop) }
    });
    let client = expired(&sandbox, client);
    own.set(client.clone()).unwrap();
    sandbox.inject(Fault::on(ListCalendars).always().status(401));
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!(failure(&error), StoreKind::Hook);
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_hook_that_waits_for_a_call_on_another_task_is_given_up() {
    let sandbox = sandbox().await;
    let own = Arc::new(OnceLock::<Client>::new());
    let within = own.clone();
    let client = builder(&sandbox).save_timeout(Duration::from_millis(300)).on_tokens_refreshed(move |_: Tokens| {
        let client = within.get().unwrap().clone();
        // The call's token has expired, and it waits for the refresh that waits for the hook.
        let call = tokio::spawn(async move { client.calendars().list().await.map(drop) });
        async move { call.await.unwrap() }
    });
    let client = expired(&sandbox, client);
    own.set(client.clone()).unwrap();
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!(failure(&error), StoreKind::Hook);
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_hook_that_failed_is_called_again_until_it_succeeds() {
    let sandbox = sandbox().await;
    let (store, calls) = (FlakyStore::new(), Arc::new(AtomicUsize::new(0)));
    let counting = calls.clone();
    let client = builder(&sandbox).token_store(store.clone());
    let client = client.on_tokens_refreshed(move |_: Tokens| match counting.fetch_add(1, Ordering::SeqCst) {
        0 => Err("not yet"),
        _ => Ok(()),
    });
    let client = expired(&sandbox, client);
    assert_eq!(failure(&client.calendars().list().await.unwrap_err()), StoreKind::Hook);
    client.calendars().list().await.unwrap();
    until(|| calls.load(Ordering::SeqCst) == 2).await;
    client.close().await.unwrap();
    assert_eq!((calls.load(Ordering::SeqCst), sandbox.refreshes(ADA)), (2, 1));
    let saves = store.steps().iter().filter(|step| **step == Step::Save).count();
    assert_eq!(saves, 2, "what was given, and the new pair: once each");
}

// Closing.

#[tokio::test]
async fn close_waits_for_a_refresh_under_way() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let old = store.tokens(ADA).await;
    sandbox.inject(Fault::on(RefreshToken).after_commit().delay(Duration::from_millis(200)));
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.calendars().list().await.map(drop) }
    });
    until(|| sandbox.refreshes(ADA) == 1).await;
    call.abort();
    client.close().await.unwrap();
    assert_ne!(store.tokens(ADA).await, old);
    assert_eq!(store.tokens(ADA).await, client.auth().credentials());
}

#[tokio::test]
async fn close_saves_what_could_not_be_saved_or_says_so() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let mut events = client.auth_events();
    store.fail(&[Step::Save]);
    client.calendars().list().await.unwrap_err();
    assert_eq!(failure(&client.close().await.unwrap_err()), StoreKind::Save);
    for seconds in [1, 2] {
        let Some(AuthEvent::SavePending { next_try, .. }) = events.next().await else { panic!() };
        assert_eq!(next_try, Duration::from_secs(seconds));
    }
    store.fail(&[]);
    client.close().await.unwrap();
    assert_eq!(store.tokens(ADA).await, client.auth().credentials());
}

// Several processes: clients that share nothing but the store.

#[tokio::test]
async fn clients_that_share_a_store_refresh_once() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let clients: Vec<_> =
        (0..8).map(|_| builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA)).collect();
    let calls: Vec<_> = clients
        .iter()
        .flat_map(|client| std::iter::repeat_n(client, 4))
        .map(|client| {
            let client = client.clone();
            tokio::spawn(async move { client.calendars().list().await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 1);
}

#[tokio::test]
async fn a_newer_token_in_the_store_ends_the_need_to_authorize() {
    let sandbox = sandbox().await;
    let store = Arc::new(MemoryTokenStore::new());
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    sandbox.revoke_grant(ADA);
    for _ in 0..2 {
        assert!(client.calendars().list().await.unwrap_err().needs_reauthorization());
    }
    let elsewhere = builder(&sandbox).token_store(store).build().unwrap().for_user(ADA);
    elsewhere.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_refusal_counts_only_after_a_fresh_look_into_the_store() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let newer = tokens(sandbox.issue_tokens(ADA));
    // Somebody saves newer tokens without a lease, just when this client has got one.
    let (within, saved) = (store.clone(), newer.clone());
    store.listen(move |step| {
        if step == Step::Lease {
            within.put_now(ADA, &saved);
        }
    });
    sandbox.inject(Fault::on(RefreshToken).status(400).json(&json!({ "error": "invalid_grant" })));
    client.calendars().list().await.unwrap();
    assert_eq!((client.auth().credentials(), sandbox.refreshes(ADA)), (Some(newer), 0));
}

#[tokio::test]
async fn a_pair_that_lost_the_race_to_the_store_gives_way() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let newer = tokens(sandbox.issue_tokens(ADA));
    let (within, saved) = (store.clone(), newer.clone());
    store.listen(move |step| {
        if step == Step::Lease {
            within.put_now(ADA, &saved);
        }
    });
    client.calendars().list().await.unwrap();
    assert_eq!((store.tokens(ADA).await, client.auth().credentials()), (Some(newer.clone()), Some(newer)));
    assert_eq!(store.steps().iter().filter(|step| **step == Step::Lease).count(), 1, "the newer ones serve at once");
}

#[tokio::test]
async fn a_pair_whose_lease_went_to_somebody_who_died_is_saved_all_the_same() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let (within, taken) = (store.clone(), AtomicUsize::new(0));
    store.listen(move |step| {
        if step == Step::Lease && taken.fetch_add(1, Ordering::SeqCst) == 0 {
            within.take_first_lease_over(ADA);
        }
    });
    client.calendars().list().await.unwrap();
    assert_eq!((store.tokens(ADA).await, sandbox.refreshes(ADA)), (client.auth().credentials(), 1));
}

#[tokio::test]
async fn a_lease_that_somebody_never_gives_back_ends_in_an_error_and_then_by_itself() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let builder = builder(&sandbox).token_store(store.clone()).refresh_lease(Duration::from_millis(200));
    let client = stored(&sandbox, builder).await;
    store.hold_lease(ADA, Duration::from_secs(4));
    assert_eq!(failure(&client.calendars().list().await.unwrap_err()), StoreKind::Lease);
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 0);
    let begun = std::time::Instant::now();
    while client.calendars().list().await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the lease never ended");
    }
}

#[tokio::test]
async fn a_lease_that_cannot_be_extended_is_sent_under_for_three_quarters_of_its_time() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    store.fail(&[Step::Extend]);
    let builder = || builder(&sandbox).token_store(store.clone()).refresh_lease(Duration::from_secs(1));
    let client = stored(&sandbox, builder()).await;
    sandbox.inject(Fault::on(RefreshToken).delay(Duration::from_millis(400)));
    client.calendars().list().await.unwrap();

    let client = stored(&sandbox, builder()).await;
    // Else it would be presented a second time.
    let late = sandbox.inject(Fault::on(RefreshToken).always().delay(Duration::from_millis(900)).disconnect());
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "Network");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(late.fired(), 1);
}

#[tokio::test]
async fn a_lease_is_extended_while_its_refresh_lasts() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let builder = || builder(&sandbox).token_store(store.clone()).refresh_lease(Duration::from_millis(600));
    let client = stored(&sandbox, builder()).await;
    let other = builder().build().unwrap().for_user(ADA);
    sandbox.inject(Fault::on(RefreshToken).after_commit().delay(Duration::from_secs(2)));
    let (one, two) = tokio::join!(client.auth().refresh(), async {
        until(|| sandbox.count(RefreshToken) == 1).await;
        other.calendars().list().await
    });
    one.unwrap();
    two.unwrap();
    assert_eq!(sandbox.count(RefreshToken), 1);
    assert!(store.steps().iter().filter(|step| **step == Step::Extend).count() >= 5);
}

#[tokio::test]
async fn deleted_tokens_are_not_brought_back_by_a_refresh() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    client.auth().get_connection_status().await.unwrap();
    sandbox.expire_access_token(ADA);
    store.delete_tokens(ADA).await;
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.status()), ("Authentication", None));
    assert_eq!(error.send_status(), SendStatus::Answered, "the call had its 401");
    assert_eq!(store.tokens(ADA).await, None);
}

#[tokio::test]
async fn a_lease_that_was_lost_with_its_runtime_holds_up_nobody() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let hanging = sandbox.inject(Fault::on(RefreshToken).delay(Duration::from_secs(60)));
    let lost = client.clone();
    let elsewhere = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let call = async { tokio::time::timeout(Duration::from_millis(300), lost.calendars().list()).await };
        runtime.block_on(call).unwrap_err();
    });
    tokio::task::spawn_blocking(|| elsewhere.join().unwrap()).await.unwrap();
    assert_eq!(hanging.fired(), 1, "the refresh was under way");
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    sandbox.expire_access_token(ADA);
    // The lease is good for half a minute more.
    tokio::time::timeout(Duration::from_secs(10), client.calendars().list()).await.unwrap().unwrap();
    assert_eq!(store.tokens(ADA).await, client.auth().credentials());
}

#[tokio::test]
async fn a_refresh_gives_its_lease_back_once_and_the_next_one_has_its_own() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = stored(&sandbox, builder(&sandbox).token_store(store.clone())).await;
    let before = store.steps().len();
    client.auth().refresh().await.unwrap();
    client.auth().refresh().await.unwrap();
    let refresh = [Step::Lease, Step::Save, Step::Release];
    assert_eq!(store.steps()[before..], [refresh, refresh].concat());
}

// Many users.

#[tokio::test]
async fn a_user_without_a_handle_is_looked_up_in_the_store_again() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    let client = builder(&sandbox).token_store(store.clone()).idle_time(Duration::ZERO).build().unwrap();
    let [given, newer] = [(); 2].map(|()| tokens(sandbox.issue_tokens(ADA)));
    let ada = client.for_user(ADA);
    ada.set_credentials(given);
    ada.calendars().list().await.unwrap();
    drop(ada);
    store.put(ADA, &newer).await;
    let ada = client.for_user(ADA);
    ada.calendars().list().await.unwrap();
    assert_eq!(ada.auth().credentials(), Some(newer));
}

#[tokio::test]
async fn handles_for_a_user_share_one_refresh_and_users_share_none() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    for user in ["ada", "grace"] {
        client.for_user(user).set_credentials(tokens(sandbox.issue_tokens(user)));
    }
    sandbox.expire_access_token("ada");
    let (one, other, grace) = (client.for_user("ada"), client.for_user("ada"), client.for_user("grace"));
    assert_eq!((one.user(), client.user()), ("ada", ""));
    let (a, b, c) = tokio::join!(one.calendars().list(), other.calendars().list(), grace.calendars().list());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!((sandbox.refreshes("ada"), sandbox.refreshes("grace")), (1, 0));
    assert_eq!(client.auth().credentials(), None);
}

#[tokio::test]
async fn a_slow_refresh_of_one_user_delays_no_other() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    for user in ["ada", "grace"] {
        client.for_user(user).auth().get_token(&sandbox.authorize(user).into()).await.unwrap();
        sandbox.expire_access_token(user);
    }
    sandbox.inject(Fault::on(RefreshToken).delay(Duration::from_secs(60)));
    let slow = tokio::spawn({
        let ada = client.for_user("ada");
        async move { ada.calendars().list().await.map(drop) }
    });
    until(|| sandbox.requests_of(RefreshToken).len() == 1).await;
    client.for_user("grace").calendars().list().await.unwrap();
    assert!(!slow.is_finished());
    slow.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_users_with_ten_calls_each_make_a_thousand_rotations() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    let users: Vec<_> = (0..1000).map(|number| format!("user-{number}")).collect();
    for user in &users {
        client.for_user(user).set_credentials(tokens(sandbox.issue_tokens(user)));
    }
    sandbox.expire_access_tokens();
    // Every call has a connection of its own, of which a machine has so many.
    for group in users.chunks(50) {
        let calls: Vec<_> = group
            .iter()
            .flat_map(|user| std::iter::repeat_n(client.for_user(user), 10))
            .map(|handle| tokio::spawn(async move { handle.calendars().list().await.map(drop) }))
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    }
    let counts = sandbox.total_token_counts();
    assert_eq!((counts.refreshed_current, counts.refreshes(), counts.grants_revoked), (1000, 1000, 0));
    assert!(users.iter().all(|user| sandbox.refreshes(user) == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_on_one_expired_token_make_one_rotation() {
    const CALLS: usize = 10_000;
    // Checking twenty thousand answers takes longer than giving them.
    let sandbox = Sandbox::builder().seed(Seed::Empty).contract_checks(ContractChecks::Off).start().await.unwrap();
    // They share a connection: no machine has a socket for each.
    let http = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let store = FlakyStore::new();
    let patient = builder(&sandbox).http_client(http).token_store(store.clone());
    let patient = patient.timeout(Duration::from_secs(120)).deadline(Duration::from_secs(120));
    let client = expired(&sandbox, patient.save_timeout(Duration::from_secs(120)));

    // Nobody refreshes before every call has met its 401.
    store.hang(&[Step::Lease]);
    let calls: Vec<_> = (0..CALLS)
        .map(|_| client.clone())
        .map(|client| tokio::spawn(async move { client.calendars().list().await.map(drop) }))
        .collect();
    until(|| sandbox.count_answered(Operation::ListCalendars, 401) == CALLS).await;
    store.hang(&[]);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.count_answered(Operation::ListCalendars, 200), CALLS);
    assert_eq!((sandbox.refreshes(ADA), sandbox.count(Operation::RefreshToken)), (1, 1));
}

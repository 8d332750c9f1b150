//! The refresh that calls make by themselves.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mobiscroll_connect::{Client, Error, EventCreate, Provider, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{
    ADA, access_token, answer, back_off, builder, category, client, expired, instant, layers, only, seen, signed_in,
    tokens, until,
};

use Operation::{CreateEvent, ExchangeCode, Health, ListCalendars, ListEvents, RefreshToken};

async fn sandbox() -> Arc<Sandbox> {
    Arc::new(Sandbox::builder().seed(Seed::Empty).start().await.unwrap())
}

/// A hook that keeps what it hears.
fn keeping(kept: &Arc<Mutex<Vec<Tokens>>>) -> impl Fn(Tokens) + Send + Sync + 'static {
    let kept = kept.clone();
    move |tokens: Tokens| kept.lock().unwrap().push(tokens)
}

/// A client on an expired token whose hook, once `entered`, waits to be `released`.
struct Gated {
    client: Client,
    entered: Arc<Notify>,
    release: Arc<Notify>,
}

fn gated(sandbox: &Sandbox) -> Gated {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (enter, wait) = (entered.clone(), release.clone());
    let builder = builder(sandbox).on_tokens_refreshed(move |_: Tokens| {
        let (enter, wait) = (enter.clone(), wait.clone());
        async move {
            enter.notify_one();
            wait.notified().await;
        }
    });
    Gated { client: expired(sandbox, builder), entered, release }
}

fn list_calendars(client: &Client) -> tokio::task::JoinHandle<Result<(), Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.calendars().list().await.map(drop) })
}

#[tokio::test]
async fn a_call_on_an_expired_token_refreshes_once_and_repeats_once() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    let old = client.auth().credentials().unwrap();
    client.calendars().list().await.unwrap();

    assert_eq!(seen(&sandbox), [(ListCalendars, Some(401)), (RefreshToken, Some(200)), (ListCalendars, Some(200))]);
    let new = client.auth().credentials().unwrap();
    assert_ne!(new.access_token(), old.access_token());
    assert_ne!(new.refresh_token(), old.refresh_token());
    assert!(new.expires_at().is_some());
    let repeat = &sandbox.requests()[2];
    assert_eq!(repeat.header("authorization"), Some(&*format!("Bearer {}", new.access_token().expose())));
}

#[tokio::test]
async fn the_repeat_is_the_same_request() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    let (start, end) = (instant("2026-11-24T09:00:00Z"), instant("2026-11-24T10:00:00Z"));
    client.events().create(EventCreate::new(Provider::Google, "primary", "T", start, end)).await.unwrap();

    let [first, repeat] = &sandbox.requests_of(CreateEvent)[..] else { panic!() };
    assert_eq!((first.json(), &first.query), (repeat.json(), &repeat.query));
    assert_eq!(sandbox.events(ADA).len(), 1);
}

#[tokio::test]
async fn the_refreshed_tokens_refresh_again() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    for refreshes in 1..=4 {
        sandbox.expire_access_tokens();
        client.calendars().list().await.unwrap();
        assert_eq!(sandbox.refreshes(ADA), refreshes);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_calls_on_one_expired_token_make_one_refresh() {
    let sandbox = sandbox().await;
    let server = sandbox.clone();
    // The refresh is not over before every call has met its 401.
    let builder = builder(&sandbox).on_tokens_refreshed(move |_: Tokens| {
        let server = server.clone();
        async move {
            until(|| server.requests_of(ListCalendars).iter().filter(|r| r.status == Some(401)).count() == 50).await;
        }
    });
    let client = expired(&sandbox, builder);
    let calls: Vec<_> = (0..50).map(|_| list_calendars(&client)).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 1);
    assert_eq!(sandbox.requests_of(ListCalendars).len(), 100);
}

#[tokio::test]
async fn a_call_whose_token_was_renewed_meanwhile_takes_the_new_one() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    // The first call learns of its 401 only when the second has long refreshed.
    sandbox.inject(Fault::on(ListCalendars).after_commit().delay(Duration::from_millis(300)));
    let slow = list_calendars(&client);
    until(|| sandbox.requests_of(ListCalendars).len() == 1).await;
    client.events().list().send().await.unwrap();
    slow.await.unwrap().unwrap();
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 1);
}

#[tokio::test]
async fn concurrent_explicit_refreshes_are_one() {
    let (sandbox, client) = signed_in().await;
    let (a, b, c) = tokio::join!(client.auth().refresh(), client.auth().refresh(), client.auth().refresh());
    let tokens = a.unwrap();
    assert_eq!((tokens.clone(), tokens.clone()), (b.unwrap(), c.unwrap()));
    assert_eq!(client.auth().credentials(), Some(tokens));
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 1);
    client.auth().refresh().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 2);
}

#[tokio::test]
async fn a_closure_has_kept_the_tokens_before_the_repeat_goes_out() {
    let sandbox = sandbox().await;
    let (server, seen_by_hook) = (sandbox.clone(), Arc::new(Mutex::new(Vec::new())));
    let seen_within = seen_by_hook.clone();
    let builder =
        builder(&sandbox).on_tokens_refreshed(move |_: Tokens| seen_within.lock().unwrap().push(seen(&server)));
    expired(&sandbox, builder).calendars().list().await.unwrap();

    let expected = vec![(ListCalendars, Some(401)), (RefreshToken, Some(200))];
    assert_eq!(*seen_by_hook.lock().unwrap(), [expected]);
    assert_eq!(sandbox.requests().len(), 3);
}

#[tokio::test]
async fn an_async_closure_has_kept_the_tokens_before_the_repeat_goes_out() {
    let sandbox = sandbox().await;
    let storage = client(&sandbox);
    // The hook's own request stands for its writing, and takes its place in what the server saw.
    let builder = builder(&sandbox).on_tokens_refreshed(move |_: Tokens| {
        let storage = storage.clone();
        async move { storage.health().await.map(drop) }
    });
    expired(&sandbox, builder).calendars().list().await.unwrap();
    assert_eq!(
        seen(&sandbox),
        [(ListCalendars, Some(401)), (RefreshToken, Some(200)), (Health, Some(200)), (ListCalendars, Some(200))]
    );
}

#[tokio::test]
async fn no_call_uses_the_new_tokens_before_they_are_kept() {
    let sandbox = sandbox().await;
    let Gated { client, entered, release } = gated(&sandbox);
    let old = client.auth().credentials();
    let first = list_calendars(&client);
    entered.notified().await;
    assert_eq!(client.auth().credentials(), old);
    let second = client.clone();
    let second = tokio::spawn(async move { second.events().list().send().await });
    until(|| sandbox.requests_of(ListEvents).iter().any(|request| request.status.is_some())).await;
    assert_eq!(sandbox.requests_of(ListEvents)[0].status, Some(401), "it went out with the old token");

    release.notify_one();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn the_hook_hears_of_every_new_token_and_of_no_other() {
    let sandbox = sandbox().await;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let client = builder(&sandbox).on_tokens_refreshed(keeping(&kept)).build().unwrap();
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    assert_eq!(kept.lock().unwrap().len(), 0, "tokens from the caller's own storage are no news");

    let exchanged = client.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
    let refreshed = client.auth().refresh().await.unwrap();
    sandbox.expire_access_tokens();
    client.calendars().list().await.unwrap();
    let renewed = client.auth().credentials().unwrap();
    assert_eq!(*kept.lock().unwrap(), [exchanged, refreshed, renewed]);
}

#[tokio::test]
async fn a_hook_that_fails_is_an_error_and_the_new_tokens_stay_in_force() {
    let sandbox = sandbox().await;
    let failing = builder(&sandbox).on_tokens_refreshed(|_: Tokens| Err::<(), _>(io::Error::other("disk full")));
    let client = expired(&sandbox, failing);
    let old = access_token(&client);
    let error = client.calendars().list().await.unwrap_err();

    assert_eq!((category(&error), error.code(), error.status()), ("TokenStore", "TOKEN_STORE_ERROR", None));
    assert_eq!(layers(&error), ["the hook for refreshed tokens failed", "disk full"]);
    assert_eq!(sandbox.requests_of(ListCalendars).len(), 1, "nothing was sent with tokens that are not kept");
    assert_ne!(access_token(&client), old);
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn an_async_hook_that_fails_reaches_every_call_that_waits() {
    let sandbox = sandbox().await;
    let failing = builder(&sandbox).on_tokens_refreshed(|_: Tokens| async { Err::<(), _>("no database") });
    let client = expired(&sandbox, failing);
    let (a, b) = tokio::join!(client.auth().refresh(), client.auth().refresh());
    for error in [a.unwrap_err(), b.unwrap_err()] {
        assert_eq!((category(&error), layers(&error)[1].as_str()), ("TokenStore", "no database"));
    }
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_hook_that_fails_after_an_exchange_leaves_the_tokens_in_force() {
    let sandbox = sandbox().await;
    let failing = builder(&sandbox).on_tokens_refreshed(|_: Tokens| Err::<(), _>("no database"));
    let client = failing.build().unwrap();
    let error = client.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap_err();
    assert_eq!(category(&error), "TokenStore");
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_caller_that_gives_up_loses_no_tokens() {
    let sandbox = sandbox().await;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let client = expired(&sandbox, builder(&sandbox).on_tokens_refreshed(keeping(&kept)));
    let slow = Fault::on(RefreshToken).after_commit().delay(Duration::from_millis(200));
    sandbox.inject(slow);
    let call = list_calendars(&client);
    until(|| sandbox.refreshes(ADA) == 1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(kept.lock().unwrap().len(), 0, "the refresh was under way when its caller went");

    until(|| !kept.lock().unwrap().is_empty()).await;
    client.calendars().list().await.unwrap();
    assert_eq!(client.auth().credentials(), Some(kept.lock().unwrap()[0].clone()));
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 1);
}

#[tokio::test]
async fn a_401_on_a_fresh_token_is_final() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(ListCalendars).always().status(401).json(&json!({ "message": "No" })));
    let error = client.calendars().list().await.unwrap_err();

    assert_eq!((category(&error), error.status()), ("Authentication", Some(401)));
    assert_eq!(error.api().unwrap().message(), "No");
    assert!(error.needs_reauthorization());
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 1);
    assert_eq!(sandbox.requests_of(ListCalendars).len(), 2);
}

#[tokio::test]
async fn a_403_is_never_refreshed() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, ListCalendars, 403, r#"{"error":"Forbidden"}"#);
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "PermissionDenied");
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn a_refresh_that_failed_in_passing_keeps_the_tokens_and_is_tried_again() {
    for (fault, expected) in [
        (Fault::on(RefreshToken).status(503), "Server"),
        (Fault::on(RefreshToken).times(2).status(500).body("<html>"), "Server"),
        (Fault::on(RefreshToken).status(429).header("retry-after", "1"), "RateLimit"),
        (Fault::on(RefreshToken).times(2).disconnect(), "Network"),
        (Fault::on(RefreshToken).times(2).status(200).body(r#"{"access_token":"x"}"#).truncate(), "Network"),
        (Fault::on(RefreshToken).times(2).status(200).body("<html>"), "Decode"),
    ] {
        let sandbox = sandbox().await;
        let kept = Arc::new(Mutex::new(Vec::new()));
        let client = expired(&sandbox, builder(&sandbox).on_tokens_refreshed(keeping(&kept)));
        let old = client.auth().credentials();
        sandbox.inject(fault);
        let error = client.calendars().list().await.unwrap_err();

        assert_eq!(category(&error), expected);
        assert!(!error.needs_reauthorization() && !error.is_auth());
        assert_eq!(client.auth().credentials(), old, "{expected}");
        assert_eq!(kept.lock().unwrap().len(), 0);
        back_off(&client).await;
        client.calendars().list().await.unwrap();
        assert_eq!(sandbox.refreshes(ADA), 1, "{expected}");
    }
}

#[tokio::test]
async fn a_refresh_whose_answer_got_lost_is_presented_once_more_and_no_oftener() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(RefreshToken).after_commit().disconnect());
    client.calendars().list().await.unwrap();
    let [lost, again] = &sandbox.requests_of(RefreshToken)[..] else { panic!() };
    assert_eq!(lost.form_field("refresh_token"), again.form_field("refresh_token"));

    sandbox.expire_access_tokens();
    sandbox.clear_requests();
    sandbox.inject(Fault::on(RefreshToken).after_commit().times(2).disconnect());
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "Network");
    assert_eq!(sandbox.requests_of(RefreshToken).len(), 2);
    back_off(&client).await;
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_refused_refresh_means_that_the_user_must_authorize_again() {
    let (sandbox, client) = signed_in().await;
    sandbox.revoke_grant(ADA);
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.status(), error.code()), ("Authentication", Some(400), "AUTHENTICATION_ERROR"));
    assert!(error.needs_reauthorization() && !error.is_retryable());
    assert_eq!(error.api().unwrap().error(), Some("invalid_grant"));
    assert_eq!(sandbox.requests_of(ListCalendars).len(), 1);
}

#[tokio::test]
async fn a_refused_client_secret_does_not_send_the_user_to_authorize() {
    let sandbox = sandbox().await;
    let client = Client::builder(sandbox.client_id(), "wrong", sandbox.redirect_uri()).base_url(sandbox.base_url());
    let client = expired(&sandbox, client);
    let old = client.auth().credentials();
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.needs_reauthorization()), ("InvalidClient", false));
    assert_eq!(client.auth().credentials(), old);
}

#[tokio::test]
async fn a_refresh_without_a_new_refresh_token_keeps_the_old_one() {
    let sandbox = sandbox().await;
    for refresh_token in [json!(null), json!("")] {
        let client = expired(&sandbox, builder(&sandbox));
        let old = client.auth().credentials().unwrap();
        let access = sandbox.issue_tokens(ADA).access_token;
        let body = json!({ "access_token": access, "refresh_token": refresh_token, "expires_in": 60 });
        answer(&sandbox, RefreshToken, 200, body.to_string());
        client.calendars().list().await.unwrap();
        let new = client.auth().credentials().unwrap();
        assert_eq!(new.access_token().expose(), access);
        assert_eq!(new.refresh_token(), old.refresh_token());
    }
}

#[tokio::test]
async fn without_a_refresh_token_a_401_goes_to_the_caller() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    client.set_credentials(Tokens::new(sandbox.issue_tokens(ADA).access_token));
    sandbox.expire_access_tokens();
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.status(), sandbox.requests().len()), ("Authentication", Some(401), 1));
    let error = client.auth().refresh().await.unwrap_err();
    assert_eq!((category(&error), error.status(), sandbox.requests().len()), ("Authentication", None, 1));
    assert!(error.needs_reauthorization());
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let sandbox = sandbox().await;
    let client = client(&sandbox);
    for error in [client.calendars().list().await.unwrap_err(), client.auth().refresh().await.unwrap_err()] {
        assert_eq!((category(&error), error.status()), ("Authentication", None));
        assert!(error.to_string().contains("there are no credentials"), "{error}");
    }
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_an_invalid_input_and_nothing_is_sent() {
    let (sandbox, client) = signed_in().await;
    client.set_credentials(Tokens::new("line\nbreak").with_refresh_token("unused"));
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "InvalidInput");
    client.raw().list_calendars().send().await.unwrap_err();
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test]
async fn a_hook_that_panics_is_an_error_and_the_new_tokens_stay_in_force() {
    fn panicking(_: Tokens) {
        panic!("on purpose");
    }
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox).on_tokens_refreshed(panicking));
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), layers(&error).len()), ("TokenStore", 2));
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_caller_that_gives_up_on_an_exchange_loses_no_tokens() {
    let sandbox = sandbox().await;
    let kept = Arc::new(Mutex::new(Vec::new()));
    let client = builder(&sandbox).on_tokens_refreshed(keeping(&kept)).build().unwrap();
    sandbox.inject(Fault::on(ExchangeCode).after_commit().delay(Duration::from_millis(200)));
    let (exchanging, code) = (client.clone(), sandbox.authorize(ADA).into());
    let call = tokio::spawn(async move { exchanging.auth().get_token(&code).await });
    until(|| sandbox.requests_of(ExchangeCode).len() == 1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());

    until(|| client.auth().credentials().is_some()).await;
    assert_eq!(client.auth().credentials(), Some(kept.lock().unwrap()[0].clone()));
    client.calendars().list().await.unwrap();
}

#[test]
fn a_refresh_that_was_lost_with_its_runtime_does_not_block_the_next() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = Sandbox::builder().seed(Seed::Empty).start_blocking().unwrap();
    let client = expired(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(RefreshToken).delay(Duration::from_secs(60)));
    let first = runtime();
    first.spawn({
        let client = client.clone();
        async move { client.calendars().list().await }
    });
    first.block_on(until(|| sandbox.requests_of(RefreshToken).len() == 1));
    drop(first);
    runtime().block_on(client.calendars().list().send()).unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn credentials_set_while_a_refresh_is_under_way_are_not_overwritten() {
    let sandbox = sandbox().await;
    let Gated { client, entered, release } = gated(&sandbox);
    let call = list_calendars(&client);
    entered.notified().await;
    let grace = tokens(sandbox.issue_tokens("grace"));
    client.set_credentials(grace.clone());
    release.notify_one();
    let _ = call.await.unwrap();

    assert_eq!(client.auth().credentials(), Some(grace));
    sandbox.clear_requests();
    client.calendars().list().await.unwrap();
    let sent = only(&sandbox, ListCalendars).header("authorization").map(str::to_owned);
    assert_eq!(sent, Some(format!("Bearer {}", access_token(&client))));
}

#[tokio::test]
async fn a_revocation_while_a_refresh_is_under_way_is_not_undone() {
    let sandbox = sandbox().await;
    let Gated { client, entered, release } = gated(&sandbox);
    let call = list_calendars(&client);
    entered.notified().await;
    client.auth().revoke().await.unwrap();
    release.notify_one();
    let _ = call.await.unwrap();
    assert_eq!(client.auth().credentials(), None);
}

#[tokio::test]
async fn users_of_one_server_do_not_share_a_refresh() {
    let sandbox = sandbox().await;
    let ada = expired(&sandbox, builder(&sandbox));
    let grace = crate::support::client_of(&sandbox, "grace");
    grace.calendars().list().await.unwrap();
    ada.calendars().list().await.unwrap();
    assert_eq!((sandbox.refreshes(ADA), sandbox.refreshes("grace")), (1, 0));
}

#[tokio::test]
async fn an_oddity_beside_the_new_tokens_does_not_lose_them() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    let fresh = sandbox.issue_tokens(ADA);
    let odd = json!({
        "access_token": fresh.access_token, "refresh_token": fresh.refresh_token, "expires_in": "3600", "scope": [],
    });
    sandbox.inject(Fault::on(RefreshToken).status(200).json(&odd));
    client.calendars().list().await.unwrap();
    let kept = client.auth().credentials().unwrap();
    assert_eq!(kept.refresh_token().unwrap().expose(), fresh.refresh_token);
    assert!(kept.expires_at().is_some());
}

#[tokio::test]
async fn a_call_does_not_change_hands() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    let bob = tokens(sandbox.issue_tokens("bob"));
    sandbox.inject(Fault::on(CreateEvent).delay(Duration::from_millis(200)));
    let call = {
        let client = client.clone();
        let start = jiff::Timestamp::UNIX_EPOCH;
        let event = EventCreate::new(Provider::Google, "primary", "For Ada", start, start);
        tokio::spawn(async move { client.events().create(event).await })
    };
    until(|| !sandbox.requests_of(CreateEvent).is_empty()).await;
    client.set_credentials(bob.clone());
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((category(&error), error.status()), ("CredentialsChanged", Some(401)));
    assert_eq!(sandbox.requests_of(CreateEvent).len(), 1, "it was not repeated with Bob's token");
    assert_eq!(client.auth().credentials(), Some(bob));
}

#[tokio::test]
async fn a_revocation_forgets_no_credentials_that_came_meanwhile() {
    let sandbox = sandbox().await;
    let client = builder(&sandbox).build().unwrap();
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    sandbox.inject(Fault::on(Operation::Revoke).delay(Duration::from_millis(200)));
    let revocation = {
        let client = client.clone();
        tokio::spawn(async move { client.auth().revoke().await })
    };
    until(|| !sandbox.requests_of(Operation::Revoke).is_empty()).await;
    let bob = tokens(sandbox.issue_tokens("bob"));
    client.set_credentials(bob.clone());
    revocation.await.unwrap().unwrap();
    assert_eq!(client.auth().credentials(), Some(bob));
}

#[tokio::test]
async fn an_invalid_grant_is_one_whatever_the_status() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(RefreshToken).status(401).json(&json!({ "error": "invalid_grant" })));
    assert!(client.calendars().list().await.unwrap_err().needs_reauthorization());
}

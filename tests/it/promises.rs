//! What survives restarts, evictions, backups and idle runtimes: the promises that the store's record carries.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::{AuthEvent, Client, MemoryTokenStore, TokenRotation, TokenStore, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, ReuseRule, Sandbox, Seed};
use serde_json::json;
use tokio::sync::Notify;

use crate::flaky::{FlakyStore, LosableStore, Step};
use crate::support::{ADA, builder, category, tokens, until};

use Operation::{ListCalendars, RefreshToken};

async fn sandbox() -> Sandbox {
    Sandbox::builder().seed(Seed::Empty).start().await.unwrap()
}

/// A process of its own, which shares nothing with others but the store.
fn process(sandbox: &Sandbox, store: &Arc<FlakyStore>) -> Client {
    builder(sandbox).token_store(store.clone()).build().unwrap().for_user(ADA)
}

// The lineage in the record.

#[tokio::test]
async fn a_retired_pair_changes_nothing_after_a_restart() {
    let sandbox = Sandbox::builder().seed(Seed::Empty).reuse_rule(ReuseRule::EveryRefreshCounts).start().await.unwrap();
    let (store, first) = (FlakyStore::new(), tokens(sandbox.issue_tokens(ADA)));
    store.put(ADA, &first).await;
    for _ in 0..7 {
        process(&sandbox, &store).auth().refresh().await.unwrap();
    }
    let newest = store.tokens(ADA).await;
    let client = process(&sandbox, &store);
    let mut events = client.auth_events();
    client.set_credentials(first.clone());
    client.calendars().list().await.unwrap();
    assert!(matches!(events.next().await, Some(AuthEvent::CredentialsRetired { user, .. }) if user == ADA));
    assert_eq!((client.auth().credentials(), store.tokens(ADA).await), (newest.clone(), newest));
    client.auth().refresh().await.unwrap();
    assert_eq!(sandbox.total_token_counts().grants_revoked, 0);

    // Forced, it is presented, and is too old.
    client.replace_credentials(first.clone());
    client.calendars().list().await.unwrap();
    assert_eq!(store.tokens(ADA).await, Some(first));
    assert!(matches!(events.next().await, Some(AuthEvent::Refreshed { .. })));
    assert!(matches!(events.next().await, Some(AuthEvent::CredentialsSet { .. })));
}

#[tokio::test]
async fn a_record_of_an_older_release_is_read_and_gets_a_lineage() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    let first = tokens(sandbox.issue_tokens(ADA));
    store.put_text(ADA, first.to_json().expose()).await;
    process(&sandbox, &store).auth().refresh().await.unwrap();
    let text = store.inner.load(ADA).await.unwrap().tokens.unwrap();
    let record: serde_json::Value = serde_json::from_str(text.expose()).unwrap();
    assert_eq!(record["_lineage"]["generation"], 1);
    assert_eq!(record["_lineage"]["retired"].as_array().unwrap().len(), 1);
    assert_eq!(record["_lineage"]["retired"][0], record["_lineage"]["root"]);
}

#[tokio::test]
async fn a_store_that_went_back_does_not_beat_the_newer_pair_in_memory() {
    for rule in [ReuseRule::SideBySide, ReuseRule::EveryRefreshCounts] {
        let sandbox = Sandbox::builder().seed(Seed::Empty).reuse_rule(rule).start().await.unwrap();
        let store = Arc::new(LosableStore::default());
        let process = || builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
        let (one, other) = (process(), process());
        one.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
        let backup = store.backup(ADA).await;
        one.auth().refresh().await.unwrap();
        one.auth().refresh().await.unwrap();
        other.calendars().list().await.unwrap();
        store.restore(backup);
        sandbox.expire_access_token(ADA);
        one.calendars().list().await.unwrap();
        // The version is still behind what the other has seen, and the pair is ahead.
        other.calendars().list().await.unwrap();
        sandbox.expire_access_token(ADA);
        other.calendars().list().await.unwrap();
        let counts = sandbox.total_token_counts();
        assert_eq!((sandbox.refreshes(ADA), counts.grants_revoked), (4, 0), "{rule:?}");
    }
}

#[tokio::test]
async fn a_save_that_was_given_up_on_does_not_replace_a_newer_pair() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    let [old, newer] = [(); 2].map(|()| tokens(sandbox.issue_tokens(ADA)));
    let client = builder(&sandbox).token_store(store.clone()).save_timeout(Duration::from_millis(300));
    let client = client.build().unwrap().for_user(ADA);
    client.set_credentials(old);
    store.hang(&[Step::Save]);
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "TokenStore");
    // Another process saves a new authorization; the one given up on is retried after that.
    store.put(ADA, &newer).await;
    store.hang(&[]);
    client.close().await.unwrap();
    assert_eq!((store.tokens(ADA).await, client.auth().credentials()), (Some(newer.clone()), Some(newer)));
}

// Presentations.

#[tokio::test]
async fn an_unknown_outcome_costs_two_presentations_and_then_a_minute() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    sandbox.expire_access_token(ADA);
    sandbox.inject(Fault::on(RefreshToken).after_commit().always().status(502));
    // Restarts share the count.
    for _ in 0..3 {
        let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
        let client = client.base_url(sandbox.base_url()).token_store(store.clone()).build().unwrap().for_user(ADA);
        for _ in 0..3 {
            let error = client.calendars().list().await.unwrap_err();
            let left = error.retry_after().unwrap();
            assert!(left > Duration::from_secs(50) && left <= Duration::from_secs(60), "{left:?}: {error}");
            assert!(!error.needs_reauthorization() && error.is_retryable());
        }
    }
    assert_eq!(sandbox.count(RefreshToken), 2);
    // Another process has refreshed: the count is of the token, and the pair serves.
    sandbox.clear_faults();
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    process(&sandbox, &store).calendars().list().await.unwrap();
    process(&sandbox, &store).auth().refresh().await.unwrap();
    assert_eq!(sandbox.count(RefreshToken), 3);
}

#[tokio::test]
async fn after_the_interval_a_token_is_presented_once_and_the_interval_doubles() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    sandbox.expire_access_token(ADA);
    sandbox.inject(Fault::on(RefreshToken).always().status(502));
    for (presented, seconds) in [(2, 1), (3, 2), (4, 4)] {
        let error = process(&sandbox, &store).calendars().list().await.unwrap_err();
        let left = error.retry_after().unwrap();
        assert_eq!((sandbox.count(RefreshToken), left.as_secs_f64().ceil() as u64), (presented, seconds));
        tokio::time::sleep(left).await;
    }
    sandbox.clear_faults();
    process(&sandbox, &store).calendars().list().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn a_process_that_died_in_a_refresh_counts_as_a_presentation() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    sandbox.expire_access_token(ADA);
    sandbox.inject(Fault::on(RefreshToken).always().status(502));
    store.hold_lease(ADA, Duration::from_millis(100));
    process(&sandbox, &store).calendars().list().await.unwrap_err();
    assert_eq!(sandbox.count(RefreshToken), 1, "the one that died may have presented it once");
}

#[tokio::test]
async fn what_was_definitely_not_processed_does_not_count() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    sandbox.expire_access_token(ADA);
    sandbox.inject(Fault::on(RefreshToken).times(4).status(503));
    for _ in 0..4 {
        process(&sandbox, &store).calendars().list().await.unwrap_err();
    }
    process(&sandbox, &store).calendars().list().await.unwrap();
    assert_eq!(sandbox.count(RefreshToken), 5);
}

// Clocks.

#[tokio::test]
async fn a_service_whose_clock_is_a_day_behind_costs_no_refresh_per_handle() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let then = (Timestamp::now() - 24.hours()).as_second();
    for claims in [json!({ "exp": then + 3600 }), json!({ "iat": then, "exp": then + 3600 })] {
        let sandbox = sandbox().await;
        let behind = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let body = json!({ "access_token": behind, "refresh_token": "r2" });
        sandbox.inject(Fault::on(RefreshToken).always().status(200).json(&body));
        sandbox.inject(Fault::on(ListCalendars).always().status(200).json(&json!([])));
        let store = FlakyStore::new();
        let due = tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() - 1.seconds());
        store.put(ADA, &due).await;
        for _ in 0..20 {
            process(&sandbox, &store).calendars().list().await.unwrap();
        }
        assert_eq!(sandbox.count(RefreshToken), 1, "{claims}");
    }
}

// Idle runtimes and idle users.

#[test]
fn a_refresh_on_a_runtime_that_nobody_drives_is_taken_over() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = Sandbox::builder().seed(Seed::Empty).start_blocking().unwrap();
    let store = FlakyStore::new();
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
    let idle = runtime();
    idle.block_on(store.put(ADA, &tokens(sandbox.issue_tokens(ADA))));
    sandbox.expire_access_token(ADA);
    let slow = sandbox.inject(Fault::on(RefreshToken).after_commit().delay(Duration::from_millis(500)));
    idle.spawn({
        let client = client.clone();
        async move { client.calendars().list().await }
    });
    idle.block_on(until(|| slow.fired() == 1));
    // From here on the runtime is there, and does nothing.
    let begun = Instant::now();
    runtime().block_on(client.calendars().list().send()).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(sandbox.count(RefreshToken), 2);
    // When it goes on, nothing is undone.
    let newest = client.auth().credentials();
    idle.block_on(async { tokio::time::sleep(Duration::from_secs(2)).await });
    assert_eq!((client.auth().credentials(), idle.block_on(store.tokens(ADA))), (newest.clone(), newest));
    idle.block_on(client.close()).unwrap();
    idle.block_on(client.auth().refresh().send()).unwrap();
    assert_eq!(sandbox.total_token_counts().grants_revoked, 0);
}

#[tokio::test]
async fn a_handle_per_request_loads_once_and_a_living_token_serves_without_the_store() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap();
    for _ in 0..10 {
        client.for_user(ADA).calendars().list().await.unwrap();
    }
    assert_eq!(store.steps(), [Step::Load]);
    store.fail(&[Step::Load, Step::Lease, Step::Save]);
    client.for_user(ADA).calendars().list().await.unwrap();
    assert_eq!(store.steps(), [Step::Load]);
}

#[tokio::test]
async fn idle_users_are_unloaded_after_their_time_and_beyond_their_number() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    for user in ["ada", "bob", "eve"] {
        store.put(user, &tokens(sandbox.issue_tokens(user))).await;
    }
    let call = async |client: &Client, user: &str| client.for_user(user).calendars().list().await.map(drop).unwrap();
    let loads = || store.steps().len();
    let client = builder(&sandbox).token_store(store.clone()).idle_time(Duration::from_millis(300)).build().unwrap();
    call(&client, ADA).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    call(&client, ADA).await;
    assert_eq!(loads(), 2);

    let client = builder(&sandbox).token_store(store.clone()).max_idle_users(2).build().unwrap();
    for user in ["ada", "bob", "ada", "bob"] {
        call(&client, user).await;
    }
    assert_eq!(loads(), 4);
    for user in ["eve", "ada", "bob"] {
        call(&client, user).await;
    }
    assert!(loads() > 5, "one of three has to go: {}", loads());
}

// Hooks.

#[tokio::test]
async fn hooks_of_one_user_run_one_at_a_time_and_in_order() {
    let sandbox = sandbox().await;
    let (told, running) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let client = builder(&sandbox).on_tokens_refreshed({
        let (told, running, entered, release) = (told.clone(), running.clone(), entered.clone(), release.clone());
        move |rotation: TokenRotation| {
            let (told, running, entered, release) = (told.clone(), running.clone(), entered.clone(), release.clone());
            async move {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "hooks overlap");
                if told.lock().unwrap().is_empty() {
                    entered.notify_one();
                    release.notified().await;
                }
                told.lock().unwrap().push(rotation.into_tokens());
                running.fetch_sub(1, Ordering::SeqCst);
            }
        }
    });
    let client = crate::support::expired(&sandbox, client);
    let calling = client.clone();
    let call = tokio::spawn(async move { calling.calendars().list().await.map(drop) });
    entered.notified().await;
    let (exchanging, code) = (client.clone(), sandbox.authorize(ADA).into());
    let exchange = tokio::spawn(async move { exchanging.auth().get_token(&code).await });
    until(|| sandbox.count(Operation::ExchangeCode) == 1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!exchange.is_finished(), "its hook has its turn after the other");
    release.notify_one();
    let newest = exchange.await.unwrap().unwrap();
    let _ = call.await.unwrap();
    assert_eq!(told.lock().unwrap().last(), Some(&newest));
    assert_eq!(client.auth().credentials(), Some(newest));
}

#[tokio::test]
async fn a_hook_that_exchanges_a_code_for_its_own_user_does_not_wait_for_itself() {
    let sandbox = sandbox().await;
    let (own, calls) = (Arc::new(OnceLock::<Client>::new()), Arc::new(AtomicUsize::new(0)));
    let code = sandbox.authorize(ADA);
    let client = builder(&sandbox).on_tokens_refreshed({
        let (own, calls) = (own.clone(), calls.clone());
        move |_: Tokens| {
            let (client, code, first) =
                (own.get().unwrap().clone(), code.clone(), calls.fetch_add(1, Ordering::SeqCst) == 0);
            async move {
                if first {
                    client.auth().get_token(&code.into()).await.map(drop).unwrap();
                }
            }
        }
    });
    let client = crate::support::expired(&sandbox, client);
    own.set(client.clone()).unwrap();
    let begun = Instant::now();
    let _ = client.calendars().list().await;
    client.calendars().list().await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

// Leases.

#[tokio::test]
async fn a_lease_that_is_granted_after_it_was_given_up_on_is_released() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    let client = builder(&sandbox).token_store(store.clone()).save_timeout(Duration::from_millis(200));
    let client = client.build().unwrap().for_user(ADA);
    store.hang(&[Step::Lease]);
    assert_eq!(category(&client.auth().refresh().await.unwrap_err()), "TokenStore");
    store.hang(&[]);
    until(|| store.steps().contains(&Step::Release)).await;
    let begun = Instant::now();
    process(&sandbox, &store).auth().refresh().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_process_that_was_killed_in_a_refresh_costs_others_one_short_lease() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    sandbox.expire_access_token(ADA);
    // What it left behind, by the default of the setting.
    store.hold_lease(ADA, Duration::from_secs(10));
    let client = process(&sandbox, &store);
    let mut events = client.auth_events();
    let begun = Instant::now();
    client.calendars().list().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    let Some(AuthEvent::WaitingForLease { user, remaining, .. }) = events.next().await else { panic!() };
    assert!(user == ADA && remaining.is_some_and(|remaining| remaining <= Duration::from_secs(10)));
}

// Users.

#[tokio::test]
async fn users_are_listed_and_deleted_for_good() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap();
    for user in ["ada", "bob", "eve"] {
        client.for_user(user).auth().get_token(&sandbox.authorize(user).into()).await.unwrap();
    }
    client.for_user("bob").auth().revoke().await.unwrap();
    let users = client.auth().list_stored_users(None, 2).await.unwrap();
    let named: Vec<_> = users.iter().map(|user| (user.user.as_str(), user.has_tokens)).collect();
    assert_eq!(named, [("ada", true), ("bob", false)]);
    let users = client.auth().list_stored_users(Some("bob"), 2).await.unwrap();
    assert_eq!(users.iter().map(|user| user.user.as_str()).collect::<Vec<_>>(), ["eve"]);
    assert_eq!(client.auth().list_stored_users(Some("eve"), 2).await.unwrap(), []);

    let bob = client.for_user("bob");
    bob.auth().delete_credentials().await.unwrap();
    client.for_user("eve").auth().delete_credentials().await.unwrap();
    assert_eq!(client.for_user("eve").auth().load_credentials().await.unwrap(), None);
    assert_eq!(client.auth().list_stored_users(None, 10).await.unwrap().len(), 1);
    assert_eq!(store.version("bob").await, 0);
    assert!(bob.auth().seed_credentials(tokens(sandbox.issue_tokens("bob"))).await.unwrap(), "nothing is known of Bob");
    store.fail(&[Step::List, Step::Delete]);
    assert_eq!(category(&client.auth().list_stored_users(None, 1).await.unwrap_err()), "TokenStore");
    assert_eq!(category(&bob.auth().delete_credentials().await.unwrap_err()), "TokenStore");
}

#[tokio::test]
async fn a_scope_denial_tries_the_wider_pair_of_another_process_once() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    let client = process(&sandbox, &store);
    client.calendars().list().await.unwrap();
    let deny = || Fault::on(ListCalendars).status(403).json(&json!({ "error": "insufficient_scope" }));
    sandbox.inject(deny());
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "PermissionDenied");
    let wider = tokens(sandbox.issue_tokens(ADA));
    store.put(ADA, &wider).await;
    sandbox.inject(deny());
    client.calendars().list().await.unwrap();
    assert_eq!(client.auth().credentials(), Some(wider));
    sandbox.inject(deny().times(2));
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "PermissionDenied");
    assert_eq!((sandbox.count(RefreshToken), sandbox.count(ListCalendars)), (0, 5));
    store.fail(&[Step::Load]);
    assert_eq!(category(&client.calendars().list().await.unwrap_err()), "PermissionDenied");
}

// Admission.

#[tokio::test]
async fn a_retry_after_of_the_token_endpoint_is_obeyed_for_all_users() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    let users = ["ada", "bob", "eve"];
    for user in users {
        store.put(user, &tokens(sandbox.issue_tokens(user))).await;
    }
    sandbox.expire_access_tokens();
    sandbox.inject(Fault::on(RefreshToken).status(429).header("retry-after", "2"));
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap();
    for user in users {
        let error = client.for_user(user).calendars().list().await.unwrap_err();
        assert_eq!((category(&error), error.retry_after().is_some()), ("RateLimit", true));
    }
    assert_eq!(sandbox.count(RefreshToken), 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    for user in users {
        client.for_user(user).calendars().list().await.unwrap();
    }
}

/// What the store and the token endpoint had to do at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_users_that_expire_at_once_are_admitted_in_turn() {
    const USERS: usize = 300;
    let sandbox = sandbox().await;
    let store = Arc::new(Counting::default());
    for user in 0..USERS {
        let text = tokens(sandbox.issue_tokens(&user.to_string())).to_json();
        store.inner.save(&user.to_string(), Some(&text), mobiscroll_connect::SaveIf::Version(0)).await.unwrap();
    }
    sandbox.expire_access_tokens();
    let hook = |user: String, _: Tokens| async move { drop(user) };
    let client = builder(&sandbox).token_store(store.clone()).max_concurrent_refreshes(5).on_tokens_refreshed(hook);
    let client = client.build().unwrap();
    let calls: Vec<_> = (0..USERS)
        .map(|user| client.for_user(user.to_string()))
        .map(|client| tokio::spawn(async move { client.calendars().list().await.map(drop) }))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.total_token_counts().refreshes(), USERS);
    let most = store.most.load(Ordering::SeqCst);
    assert!((2..=5).contains(&most), "{most} steps at the same time");
}

#[tokio::test]
async fn a_hook_that_calls_for_another_user_needs_no_permit() {
    let (sandbox, store) = (sandbox().await, FlakyStore::new());
    for user in ["ada", "bob"] {
        store.put(user, &tokens(sandbox.issue_tokens(user))).await;
    }
    sandbox.expire_access_tokens();
    let own = Arc::new(OnceLock::<Client>::new());
    let within = own.clone();
    let client = builder(&sandbox).token_store(store).max_concurrent_refreshes(1);
    let client = client.on_tokens_refreshed(move |user: String, _: Tokens| {
        let client = within.get().unwrap().clone();
        async move {
            if user == ADA {
                client.for_user("bob").calendars().list().await.unwrap();
            }
        }
    });
    let client = client.build().unwrap();
    own.set(client.clone()).unwrap();
    client.for_user(ADA).calendars().list().await.unwrap();
    assert_eq!(sandbox.total_token_counts().refreshes(), 2);
}

#[tokio::test]
async fn close_saves_many_users_in_turn() {
    const USERS: usize = 300;
    let sandbox = sandbox().await;
    let store = Arc::new(Counting::default());
    let client = builder(&sandbox).token_store(store.clone()).max_concurrent_refreshes(5).build().unwrap();
    for user in 0..USERS {
        client.for_user(user.to_string()).set_credentials(Tokens::new(format!("token {user}")));
    }
    client.close().await.unwrap();
    let most = store.most.load(Ordering::SeqCst);
    assert!(most <= 5, "{most} steps at the same time");
    assert_eq!(store.inner.list(None, 1000).await.unwrap().len(), USERS);
}

/// A store that counts the steps that run at the same time.
#[derive(Default)]
struct Counting {
    inner: MemoryTokenStore,
    running: AtomicUsize,
    most: AtomicUsize,
}

mod counting {
    use mobiscroll_connect::{
        LeaseOutcome, SaveIf, SaveOutcome, Secret, StoreFuture, StoredTokens, StoredUser, TokenStore,
    };

    use super::{Counting, Duration, Ordering};

    impl Counting {
        fn step<'a, T: Send + 'a>(&'a self, step: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
            Box::pin(async move {
                let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
                self.most.fetch_max(running, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(1)).await;
                let done = step.await;
                self.running.fetch_sub(1, Ordering::SeqCst);
                done
            })
        }
    }

    impl TokenStore for Counting {
        fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
            self.step(self.inner.load(user))
        }

        fn save<'a>(&'a self, user: &'a str, text: Option<&'a Secret>, when: SaveIf) -> StoreFuture<'a, SaveOutcome> {
            self.step(self.inner.save(user, text, when))
        }

        fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
            self.step(self.inner.lease(user, ttl))
        }

        fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
            self.step(self.inner.extend(user, fence, ttl))
        }

        fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
            self.step(self.inner.release(user, fence, presented))
        }

        fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
            self.step(self.inner.list(after, limit))
        }

        fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
            self.step(self.inner.delete(user))
        }
    }
}

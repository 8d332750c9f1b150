//! What the session promises about tokens, kept for callers on plain threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use mobiscroll_connect::blocking::Client;
use mobiscroll_connect::{AuthEvent, Error, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation};

use crate::support::{ADA, SlowStore, builder, expired, sandbox, signed_in, tokens, until};

fn assert_shareable<T: Send + Sync + Clone + 'static>(_: &T) {}

#[test]
fn fifty_threads_with_one_expired_token_make_one_refresh() {
    let sandbox = sandbox();
    let client = expired(&sandbox, builder(&sandbox));
    assert_shareable(&client);
    let start = Arc::new(Barrier::new(50));
    let threads: Vec<_> = (0..50)
        .map(|_| (client.clone(), start.clone()))
        .map(|(client, start)| {
            thread::spawn(move || {
                start.wait();
                client.calendars().list().send().map(drop)
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[test]
fn a_refresh_that_its_caller_did_not_wait_for_is_saved_before_the_client_is_gone() {
    let sandbox = sandbox();
    let store = SlowStore { pause: Duration::from_millis(20), ..SlowStore::default() };
    let client = builder(&sandbox).blocking_token_store(store.clone()).build().unwrap().for_user(ADA);
    let old = tokens(&sandbox);
    // About to expire, so the call refreshes ahead, and goes on with the living token when that takes too long.
    client.set_credentials(old.clone().with_expires_at(jiff::Timestamp::now() + Duration::from_secs(20)));
    sandbox.inject(Fault::on(Operation::RefreshToken).after_commit().delay(Duration::from_secs(4)));
    client.calendars().list().send().unwrap();
    assert_eq!(store.tokens(ADA).unwrap().access_token(), old.access_token(), "the call did not wait for the save");

    drop(client);
    assert_eq!(sandbox.refreshes(ADA), 1);
    assert_ne!(store.tokens(ADA).unwrap().access_token(), old.access_token());
}

#[test]
fn a_hook_may_block_and_call_the_client() {
    let sandbox = sandbox();
    let told = Arc::new(Mutex::new(Vec::new()));
    let own: Arc<OnceLock<Client>> = Arc::default();
    let hook = {
        let (told, own) = (told.clone(), own.clone());
        move |tokens: Tokens| {
            thread::sleep(Duration::from_millis(20));
            // Made with the new tokens, which nobody else has yet.
            let calendars = own.get().unwrap().calendars().list().send();
            told.lock().unwrap().push((tokens, calendars.is_ok()));
        }
    };
    let client = expired(&sandbox, builder(&sandbox).on_tokens_refreshed(hook));
    own.set(client.clone()).unwrap();
    client.calendars().list().send().unwrap();
    assert_eq!(*told.lock().unwrap(), [(client.auth().credentials().unwrap(), true)]);
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[test]
fn a_hook_that_panics_or_fails_is_an_error_and_loses_nothing() {
    let sandbox = sandbox();
    let panicking = |_: Tokens| -> () { panic!("of the hook") };
    let failing = |_: Tokens| Err::<(), _>("the disk is full");
    for builder in [builder(&sandbox).on_tokens_refreshed(panicking), builder(&sandbox).on_tokens_refreshed(failing)] {
        let client = expired(&sandbox, builder);
        let old = client.auth().credentials().unwrap();
        assert!(matches!(client.calendars().list().send(), Err(Error::TokenStore(_))));
        assert_ne!(client.auth().credentials().unwrap(), old);
        client.calendars().list().send().unwrap();
        assert!(matches!(client.close(), Err(Error::TokenStore(_))));
    }
}

#[test]
fn events_of_authorizations_are_an_iterator_that_ends_with_the_client() {
    let sandbox = sandbox();
    let client = expired(&sandbox, builder(&sandbox));
    let mut events = client.auth_events();
    client.calendars().list().send().unwrap();
    assert!(matches!(events.next(), Some(AuthEvent::CredentialsSet { .. })));
    assert!(matches!(events.next(), Some(AuthEvent::Refreshed { .. })));
    let watcher = thread::spawn(move || events.next().is_none());
    drop(client);
    assert!(watcher.join().unwrap());
}

#[test]
fn a_store_that_waits_serves_two_clients() {
    let sandbox = sandbox();
    let store = SlowStore::default();
    let first = signed_in(&sandbox, builder(&sandbox).blocking_token_store(store.clone()));
    first.calendars().list().send().unwrap();
    let second = builder(&sandbox).blocking_token_store(store).build().unwrap();
    second.calendars().list().send().unwrap();
    until(|| sandbox.count(Operation::ListCalendars) == 2);
}

#[test]
fn a_hook_that_hangs_does_not_end_the_hooks_of_its_user() {
    let sandbox = sandbox();
    let calls = Arc::new(AtomicUsize::new(0));
    let counting = calls.clone();
    let builder = builder(&sandbox).save_timeout(Duration::from_millis(200));
    let client = expired(
        &sandbox,
        builder.on_tokens_refreshed(move |_: Tokens| {
            if counting.fetch_add(1, Ordering::SeqCst) == 0 {
                thread::sleep(Duration::from_secs(20));
            }
        }),
    );
    assert!(matches!(client.calendars().list().send(), Err(Error::TokenStore(_))));
    let begun = Instant::now();
    client.close().unwrap();
    client.auth().refresh().send().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

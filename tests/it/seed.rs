//! Credentials from a configuration, set at each start.

#[cfg(feature = "blocking")]
use mobiscroll_connect::blocking;
use mobiscroll_connect_sandbox::{Sandbox, Seed};

use crate::flaky::{FlakyStore, Step};
use crate::support::{ADA, builder, category, tokens};

#[tokio::test]
async fn credentials_from_a_configuration_do_not_replace_what_became_of_them() {
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let (store, configured) = (FlakyStore::new(), tokens(sandbox.issue_tokens(ADA)));
    for start in 0..4 {
        let client = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
        assert_eq!(client.auth().seed_credentials(configured.clone()).await.unwrap(), start == 0);
        client.auth().refresh().await.unwrap();
        client.calendars().list().await.unwrap();
    }
    let counts = sandbox.total_token_counts();
    assert_eq!((sandbox.refreshes(ADA), counts.grants_revoked), (4, 0));

    let client = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
    client.auth().revoke().await.unwrap();
    assert!(!client.auth().seed_credentials(configured).await.unwrap(), "revoked credentials stay away");
    assert_eq!(client.auth().load_credentials().await.unwrap(), None);
}

#[tokio::test]
async fn whether_a_user_has_credentials_is_asked_of_the_store() {
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let (store, stored) = (FlakyStore::new(), tokens(sandbox.issue_tokens(ADA)));
    store.put(ADA, &stored).await;
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap();
    let ada = client.for_user(ADA);
    assert_eq!(ada.auth().credentials(), None);
    assert_eq!(ada.auth().load_credentials().await.unwrap().as_ref(), Some(&stored));
    assert_eq!(ada.auth().credentials(), Some(stored.clone()));
    let bob = client.for_user("bob");
    assert_eq!(bob.auth().load_credentials().await.unwrap(), None);

    store.fail(&[Step::Load]);
    assert_eq!(category(&bob.auth().load_credentials().await.unwrap_err()), "TokenStore");
    assert_eq!(category(&bob.auth().seed_credentials(stored.clone()).await.unwrap_err()), "TokenStore");
    store.fail(&[]);
    assert!(bob.auth().seed_credentials(stored.clone()).await.unwrap());
    assert_eq!((bob.auth().credentials(), store.tokens("bob").await), (Some(stored.clone()), Some(stored)));
    assert_eq!(sandbox.requests().len(), 0);
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_client_seeds_and_loads_alike() {
    let store = std::sync::Arc::new(mobiscroll_connect::MemoryTokenStore::new());
    let client = || {
        let client = blocking::Client::builder("id", "secret", "https://app.example/cb");
        client.token_store(store.clone()).build().unwrap()
    };
    let configured = mobiscroll_connect::Tokens::new("access");
    assert!(client().auth().seed_credentials(configured.clone()).send().unwrap());
    assert!(!client().auth().seed_credentials(configured.clone()).send().unwrap());
    assert_eq!(client().auth().load_credentials().send().unwrap(), Some(configured));
}

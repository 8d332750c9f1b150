//! Many users at once over a small pool of connections.

use std::time::{Duration, Instant};

use mobiscroll_connect::sqlx::postgres::PgPoolOptions;
use mobiscroll_connect::{Client, ClientBuilder, SaveIf, SqlTokenStore, TokenStore, Tokens};
use mobiscroll_connect_sandbox::{ContractChecks, Sandbox, Seed};

use crate::database::Postgres;

const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_users_that_expire_at_once_over_a_pool_of_five_are_all_served() {
    served(500).await;
}

/// The same as above, with figures: about a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute"]
async fn ten_thousand_users_that_expire_at_once_over_a_pool_of_five_are_all_served() {
    served(10_000).await;
}

async fn served(users: usize) {
    Postgres::test(|postgres| async move {
        let sandbox = Sandbox::builder().seed(Seed::Empty).contract_checks(ContractChecks::Off).start().await.unwrap();
        let store = store(&postgres).await;
        for user in 0..users {
            let issued = sandbox.issue_tokens(&user.to_string());
            let tokens = Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token).to_json();
            store.save(&user.to_string(), Some(&tokens), SaveIf::Version(0)).await.unwrap();
        }
        sandbox.expire_access_tokens();
        let client = builder(&sandbox).token_store(store).build().unwrap();
        let begun = Instant::now();
        let calls: Vec<_> = (0..users)
            .map(|user| client.for_user(user.to_string()))
            .map(|client| tokio::spawn(async move { client.calendars().list().await.map(drop) }))
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        println!("{users} users expired at once over 5 connections: {:.1?}", begun.elapsed());
        let counts = sandbox.total_token_counts();
        assert_eq!((counts.refreshes(), counts.grants_revoked), (users, 0));

        let store = self::store(&postgres).await;
        let client = builder(&sandbox).token_store(store).build().unwrap();
        for user in 0..users {
            client.for_user(format!("unsaved {user}")).set_credentials(Tokens::new("access"));
        }
        let begun = Instant::now();
        client.close().await.unwrap();
        println!("closed with {users} unsaved users: {:.1?}", begun.elapsed());
    })
    .await;
}

async fn store(postgres: &Postgres) -> SqlTokenStore {
    let pool = PgPoolOptions::new().max_connections(5).acquire_timeout(Duration::from_secs(5));
    let store = postgres.store_over(pool.connect_lazy_with(postgres.options.clone()));
    store.migrate().await.unwrap();
    store
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    // They share a connection: no machine has a socket for each.
    let http = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri())
        .base_url(sandbox.base_url())
        .http_client(http)
        .timeout(PATIENCE)
        .deadline(PATIENCE)
}

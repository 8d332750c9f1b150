//! Connections that die: what a call loses, and what follows it.

use std::time::Duration;

use mobiscroll_connect::{Client, ClientBuilder, NetworkKind, RetryPolicy, SendStatus, Tokens};
use mobiscroll_connect_sandbox::{Fault, Freeze, Operation, Sandbox};

use crate::events_write::meeting;
use crate::support::{ADA, builder, category};

const ATTEMPT: Duration = Duration::from_millis(400);

fn ready(sandbox: &Sandbox, builder: ClientBuilder) -> Client {
    let client = builder.retry(RetryPolicy::new().base_delay(Duration::from_millis(1))).timeout(ATTEMPT).build();
    let (client, issued) = (client.unwrap(), sandbox.issue_tokens(ADA));
    client.set_credentials(Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token));
    client
}

fn http2() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).http2_prior_knowledge().build()
}

fn freeze_all(sandbox: &Sandbox, freeze: Freeze) -> usize {
    let connections = sandbox.tcp_connections();
    connections.iter().filter(|connection| sandbox.freeze_connection(connection.id, freeze)).count()
}

#[tokio::test]
async fn a_frozen_http2_connection_is_left_after_one_timeout() {
    for freeze in [Freeze::Unread, Freeze::Ignored, Freeze::Unanswered] {
        let sandbox = Sandbox::start().await.unwrap();
        let client = ready(&sandbox, builder(&sandbox).http_client_factory(http2));
        client.calendars().list().await.unwrap();
        assert_eq!(freeze_all(&sandbox, freeze), 1);
        client.calendars().list().await.unwrap();
        assert_eq!(sandbox.tcp_connection_counts().opened, 2, "{freeze:?}");
    }
}

#[tokio::test]
async fn a_client_without_a_factory_stays_on_its_connection() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = ready(&sandbox, builder(&sandbox).http_client(http2().unwrap()));
    client.calendars().list().await.unwrap();
    freeze_all(&sandbox, Freeze::Ignored);
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), sandbox.tcp_connection_counts().opened), ("Network", 1));
}

/// A client whose four pooled connections have died.
async fn with_frozen_pool(freeze: Freeze) -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = ready(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(Operation::ListCalendars).times(4).delay(Duration::from_millis(100)));
    let list = || client.calendars().list().send();
    let (a, b, c, d) = tokio::join!(list(), list(), list(), list());
    a.and(b).and(c).and(d).unwrap();
    assert_eq!(freeze_all(&sandbox, freeze), 4);
    (sandbox, client)
}

#[tokio::test]
async fn a_pool_of_frozen_connections_costs_one_attempt() {
    for freeze in [Freeze::Unread, Freeze::Ignored, Freeze::Unanswered] {
        let (sandbox, client) = with_frozen_pool(freeze).await;
        client.calendars().list().await.unwrap();
        assert_eq!(sandbox.tcp_connection_counts().opened, 5, "{freeze:?}");
    }
}

#[tokio::test]
async fn connections_that_were_reset_cost_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = ready(&sandbox, builder(&sandbox));
    for _ in 0..5 {
        client.calendars().list().await.unwrap();
        for connection in sandbox.tcp_connections() {
            sandbox.reset_connection(connection.id);
        }
    }
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_swallowed_handshake_ends_at_the_connect_timeout_and_nothing_was_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).connect_timeout(Duration::from_millis(200)).retry(RetryPolicy::none());
    let client = client.build().unwrap();
    client.set_credentials(Tokens::new(sandbox.issue_tokens(ADA).access_token));
    let Ok(swallowed) = sandbox.swallow_handshakes() else { return };
    let error = client.events().create(meeting()).await.unwrap_err();
    drop(swallowed);
    let mobiscroll_connect::Error::Network(failure) = &error else { panic!("{error:?}") };
    assert_eq!((failure.kind(), error.send_status()), (NetworkKind::Connect, SendStatus::NotSent));
    assert_eq!(sandbox.count(Operation::CreateEvent), 0);
    sandbox.accept_handshakes();
    client.events().create(meeting()).await.unwrap();
}

#[tokio::test]
async fn a_create_is_never_repeated_on_a_guess() {
    for freeze in [Freeze::Unread, Freeze::Ignored, Freeze::Unanswered] {
        let sandbox = Sandbox::start().await.unwrap();
        let client = ready(&sandbox, builder(&sandbox));
        client.calendars().list().await.unwrap();
        freeze_all(&sandbox, freeze);
        let error = client.events().create(meeting()).await.unwrap_err();
        assert_eq!(error.send_status(), SendStatus::MaybeSent, "{freeze:?}");
        // The next call is not on that connection any more.
        client.events().create(meeting()).await.unwrap();
        assert_eq!(sandbox.tcp_connection_counts().opened, 2, "{freeze:?}");
        assert!(sandbox.count(Operation::CreateEvent) <= 2, "{freeze:?}");
    }
}

#[tokio::test]
async fn a_code_exchange_survives_a_pool_of_dead_connections() {
    for freeze in [Freeze::Unread, Freeze::Ignored, Freeze::Unanswered] {
        let (sandbox, client) = with_frozen_pool(freeze).await;
        let outcome = client.for_user("bob").auth().get_token(&sandbox.authorize("bob").into()).await;
        match (freeze, outcome) {
            // The first request was carried out, and its response lost: the code is used up.
            (Freeze::Unanswered, Err(error)) => assert_eq!(category(&error), "Authentication"),
            (_, outcome) => drop(outcome.unwrap_or_else(|error| panic!("{freeze:?}: {error:?}"))),
        }
        assert_eq!(sandbox.tcp_connection_counts().opened, 5, "{freeze:?}");
    }
}

#[tokio::test]
async fn a_code_is_presented_twice_at_most_and_once_if_there_was_a_response() {
    for (fault, requests) in [
        (Fault::on(Operation::ExchangeCode).reset().times(9), 2),
        (Fault::on(Operation::ExchangeCode).no_answer().times(9), 2),
        (Fault::on(Operation::ExchangeCode).half_body().times(9), 1),
        (Fault::on(Operation::ExchangeCode).status(500).times(9), 1),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        let client = ready(&sandbox, builder(&sandbox));
        sandbox.inject(fault);
        client.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap_err();
        assert_eq!(sandbox.count(Operation::ExchangeCode), requests);
    }
}

//! One deadline for a call, with everything that it does.

use std::time::{Duration, Instant};

use mobiscroll_connect::{Client, RequestOptions, RetryPolicy, SendStatus};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};

use crate::events_write::meeting;
use crate::support::{ADA, category, client_of, signed_in};

const STEP: Duration = Duration::from_millis(400);
const DEADLINE: Duration = Duration::from_millis(600);
/// Less than two steps and a deadline.
const LATE: Duration = Duration::from_millis(950);

fn hasty(client: &Client) -> Client {
    client.with_options(RequestOptions::new().deadline(DEADLINE))
}

fn slow(sandbox: &Sandbox, operations: &[Operation]) {
    for operation in operations {
        sandbox.inject(Fault::on(*operation).delay(STEP).times(9));
    }
}

#[tokio::test]
async fn the_fallback_to_the_legacy_path_has_what_is_left() {
    let sandbox = Sandbox::builder().legacy_paths_only(true).seed(Seed::Empty).start().await.unwrap();
    slow(&sandbox, &[Operation::ConnectionStatus, Operation::Disconnect]);
    let (client, begun) = (hasty(&client_of(&sandbox, ADA)), Instant::now());
    let error = client.auth().get_connection_status().await.unwrap_err();
    assert!(begun.elapsed() < STEP + LATE - DEADLINE + Duration::from_millis(100), "{:?}", begun.elapsed());
    assert_eq!(category(&error), "Network");

    let begun = Instant::now();
    let error = client.auth().disconnect(mobiscroll_connect::Provider::Google).await.unwrap_err();
    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
    assert_eq!(category(&error), "Network");
}

#[tokio::test]
async fn the_search_for_a_created_event_and_the_second_creation_have_what_is_left() {
    let (sandbox, client) = signed_in().await;
    // The response to the creation is lost after a step; then the search takes another one.
    sandbox.inject(Fault::on(Operation::CreateEvent).delay(STEP).disconnect());
    slow(&sandbox, &[Operation::ListEvents]);
    let begun = Instant::now();
    let error = hasty(&client).events().create_once(meeting(), "key").await.unwrap_err();
    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
    // What is known about the creation is what counts.
    assert_eq!((error.operation(), error.send_status()), (Some("create_event"), SendStatus::MaybeSent));
}

#[tokio::test]
async fn all_pages_of_a_search_share_the_deadline() {
    let (sandbox, client) = signed_in().await;
    let page = r#"{"events": [], "pageSize": 1, "nextPageToken": "TOKEN"}"#;
    for n in 0..9 {
        let page = page.replace("TOKEN", &n.to_string());
        let page = Fault::on(Operation::ListEvents).status(200).header("content-type", "application/json").body(page);
        sandbox.inject(page.delay(STEP / 2));
    }
    let begun = Instant::now();
    let error = hasty(&client).events().find_created(&meeting(), "key").await.unwrap_err();
    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
    assert_eq!(category(&error), "Network");
}

#[tokio::test]
async fn a_stream_has_a_deadline_for_each_page() {
    let (sandbox, client) = signed_in().await;
    let page = |next: &str| {
        let page = format!(r#"{{"events": [], "pageSize": 1, "nextPageToken": {next}}}"#);
        let page = Fault::on(Operation::ListEvents).status(200).header("content-type", "application/json").body(page);
        sandbox.inject(page.delay(STEP));
    };
    page("\"a\"");
    page("\"b\"");
    page("null");
    let mut stream = hasty(&client).events().list().stream();
    let next = futures_util::StreamExt::next(&mut stream).await;
    assert!(next.is_none(), "{next:?}");
}

#[tokio::test]
async fn renewing_a_subscription_has_one_deadline() {
    let (sandbox, client) = signed_in().await;
    let subscribed =
        client.webhooks().subscribe_webhook(mobiscroll_connect::Provider::Google, "primary").await.unwrap();
    slow(&sandbox, &[Operation::SubscribeWebhook, Operation::UnsubscribeWebhook]);
    let begun = Instant::now();
    let renewal = hasty(&client).webhooks().renew(&subscribed).await.unwrap();
    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
    assert_eq!(category(&renewal.old_error.unwrap()), "Network");
}

#[tokio::test]
async fn an_attempt_that_cannot_begin_in_time_is_not_sent() {
    let (sandbox, client) = signed_in().await;
    sandbox
        .inject(Fault::on(Operation::ListCalendars).status(503).delay(DEADLINE - Duration::from_millis(50)).times(5));
    let options = RequestOptions::new().deadline(DEADLINE).retry(RetryPolicy::new().base_delay(Duration::from_secs(2)));
    let begun = Instant::now();
    let error = client.with_options(options).calendars().list().await.unwrap_err();
    assert!(begun.elapsed() < LATE, "{:?}", begun.elapsed());
    assert!(sandbox.count(Operation::ListCalendars) <= 2);
    assert!(["Server", "Network"].contains(&category(&error)), "{error:?}");
}

//! Spans and events of calls.

use std::time::Duration;

use futures_util::Stream;
use mobiscroll_connect::{Client, RetryPolicy, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};
use tracing_subscriber::layer::SubscriberExt;

use crate::capture::Capture;
use crate::tree::Tree;

#[tokio::test]
async fn a_call_is_a_span_and_each_attempt_an_event() {
    let capture = Capture::default();
    let _tracing = tracing::subscriber::set_default(capture.subscriber());
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let retry = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    let client = client.base_url(sandbox.base_url()).retry(retry).trace_user_ids(true).build().unwrap().for_user("ada");
    let issued = sandbox.issue_tokens("ada");
    client.set_credentials(Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token));
    sandbox.expire_access_tokens();
    sandbox.inject(Fault::on(Operation::ListEvents).status(503));
    client.events().list().page_size(7).send().await.unwrap();
    sandbox.inject(Fault::on(Operation::ListEvents).status(400));
    client.events().list().send().await.unwrap_err();

    let attempts = capture.lines_with("response received");
    let statuses: Vec<_> = ["503", "401", "200", "200", "400"].map(|s| format!("http.response.status_code={s}")).into();
    assert_eq!(attempts.len(), statuses.len(), "{attempts:#?}");
    assert!(attempts.iter().zip(&statuses).all(|(line, status)| line.contains(status)), "{attempts:#?}");
    assert!(attempts[0].contains("/api/events?REDACTED"), "{}", attempts[0]);
    assert!(attempts[2].contains("/api/oauth/token"), "{}", attempts[2]);
    assert_eq!(capture.lines_with("retrying after a delay").len(), 1);
    assert_eq!(capture.lines_with("tokens refreshed").len(), 1);

    // The refresh has a span of its own, within that of the call that needed it, although it is on another task.
    let closed = capture.lines_with("close");
    let [token, good, bad] = &closed[..] else { panic!("{closed:#?}") };
    assert!(token.contains("otel.name=GET /events") && token.contains("otel.name=POST /oauth/token"), "{token}");
    assert!(closed.iter().all(|line| line.contains(" mobiscroll_connect: ")), "{closed:#?}");
    for part in [
        "connect.call",
        "otel.name=GET /events",
        "otel.kind=\"client\"",
        "http.request.method=\"GET\"",
        "url.template=\"/events\"",
        "server.address=\"127.0.0.1\"",
        "server.port=",
        "http.response.status_code=200",
        "enduser.id=\"ada\"",
    ] {
        assert!(good.contains(part), "{part}: {good}");
    }
    assert!(bad.contains("error.type=\"VALIDATION_ERROR\"") && bad.contains("http.response.status_code=400"), "{bad}");
    assert!(!capture.text().contains("pageSize"), "queries are not shown");
}

#[cfg(feature = "webhooks")]
#[tokio::test]
async fn a_rejected_delivery_is_an_event_with_its_reason_and_the_clock_offset() {
    let capture = Capture::default();
    let _tracing = tracing::subscriber::set_default(capture.subscriber());
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    let client = client.base_url(sandbox.base_url()).build().unwrap();
    let receiver = mobiscroll_connect::WebhookReceiver::new(client, |_| async { Err::<(), _>("not now") });
    let hour_ago = (jiff::Timestamp::now().as_second() - 3600).to_string();
    let late = sandbox.sign_webhook_with("{}", mobiscroll_connect_sandbox::Signing::new().timestamp(hour_ago)).unwrap();
    for (delivery, status) in [(late, 401), (sandbox.sign_webhook(r#"{"userId":"eve"}"#), 500)] {
        let headers = delivery.headers().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let outcome = receiver.receive(&headers.into_iter().collect(), delivery.body).await;
        assert_eq!(outcome.status(), status);
    }
    let rejected = capture.lines_with("webhook delivery rejected");
    let [rejected] = &rejected[..] else { panic!("{rejected:#?}") };
    for part in ["WARN", "http.response.status_code=401", "clock_offset=-36", "timestamp is outside the tolerance"] {
        assert!(rejected.contains(part), "{part}: {rejected}");
    }
    let failed = capture.lines_with("webhook delivery not handled");
    assert!(failed.len() == 1 && failed[0].contains("outcome=Failed"), "{failed:#?}");
    assert!(!capture.text().contains("eve"), "bodies are not shown");
}

#[tokio::test]
async fn a_refreshed_repeated_and_paged_read_is_one_tree() {
    let capture = Capture::default();
    let _tracing = tracing::subscriber::set_default(capture.subscriber());
    let sandbox = Sandbox::builder().seed(Seed::Demo).start().await.unwrap();
    let retry = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    let client = client.base_url(sandbox.base_url()).retry(retry).build().unwrap().for_user("ada");
    let issued = sandbox.issue_tokens("ada");
    client.set_credentials(Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token));
    sandbox.expire_access_tokens();
    sandbox.inject(Fault::on(Operation::ListEvents).status(503));
    let agenda = tracing::info_span!("agenda");
    let items = async {
        let mut stream = client.events().list().page_size(3).stream();
        let mut items = 0;
        while std::future::poll_fn(|context| std::pin::Pin::new(&mut stream).poll_next(context)).await.is_some() {
            items += 1;
        }
        items
    };
    let items = tracing::Instrument::instrument(items, agenda).await;
    assert!(items > 3, "{items} events are no second page");

    let ours = capture.lines_with(" mobiscroll_connect: ");
    let outside: Vec<_> = ours.iter().filter(|line| !line.contains("agenda")).collect();
    assert!(outside.is_empty(), "{outside:#?}");
    let pages = capture.lines_with("close").iter().filter(|line| !line.contains("/oauth/token")).count();
    assert!(pages > 2, "{pages} spans");
    assert!(capture.lines_with("retrying after a delay")[0].contains("attempt=2"));
    assert!(!capture.text().contains("enduser.id"), "ids of users are personal data");
}

#[tokio::test]
async fn the_documented_tree_is_that_of_a_refreshed_repeated_and_paged_read() {
    let tree = Tree::default();
    let _tracing = tracing::subscriber::set_default(tracing_subscriber::registry().with(tree.clone()));
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    for refusal in [503, 401] {
        sandbox.inject(Fault::on(Operation::ListEvents).status(refusal));
    }
    for next in ["\"next\"", "null"] {
        let page = format!(r#"{{"events": [], "pageSize": 1, "nextPageToken": {next}}}"#);
        let page = Fault::on(Operation::ListEvents).status(200).header("content-type", "application/json").body(page);
        sandbox.inject(page);
    }
    let retry = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    let client = client.base_url(sandbox.base_url()).retry(retry).build().unwrap().for_user("ada");
    let issued = sandbox.issue_tokens("ada");
    client.set_credentials(Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token));
    let items = async {
        let mut stream = client.events().list().page_size(3).stream();
        while std::future::poll_fn(|context| std::pin::Pin::new(&mut stream).poll_next(context)).await.is_some() {}
    };
    tracing::Instrument::instrument(items, tracing::info_span!("agenda")).await;
    let (printed, docs) = (tree.print(), include_str!("../../src/lib.rs"));
    let documented: Vec<_> =
        docs.lines().map(|line| line.trim_start_matches("//!").strip_prefix(' ').unwrap_or("")).collect();
    assert!(documented.join("\n").contains(&format!("```text\n{printed}```")), "{printed}");
}

#[tokio::test]
async fn errors_are_traced_with_their_causes_and_a_login_is_no_refresh() {
    let capture = Capture::default();
    let _tracing = tracing::subscriber::set_default(capture.subscriber());
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri())
        .base_url(sandbox.base_url())
        .on_tokens_refreshed(|_: Tokens| Err::<(), _>(std::io::Error::other("the disk is full")))
        .build()
        .unwrap();
    client.auth().get_token(&sandbox.authorize("ada").into()).await.unwrap_err();
    let pending = capture.lines_with("new tokens are not saved yet");
    assert!(pending[0].contains("the disk is full"), "{pending:#?}");

    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    let client = client.base_url(sandbox.base_url()).build().unwrap();
    client.auth().get_token(&sandbox.authorize("ada").into()).await.unwrap();
    assert_eq!(capture.lines_with("tokens received for a code").len(), 1);
    assert!(capture.lines_with("tokens refreshed").is_empty());
}

//! Spans and events of calls.

use std::time::Duration;

use mobiscroll_connect::{Client, RetryPolicy, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};

use crate::capture::Capture;

#[tokio::test]
async fn a_call_is_a_span_and_each_attempt_an_event() {
    let capture = Capture::default();
    let _tracing = tracing::subscriber::set_default(capture.subscriber());
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let retry = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    let client = client.base_url(sandbox.base_url()).retry(retry).build().unwrap().for_user("ada");
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

    let closed = capture.lines_with("close");
    let [good, bad] = &closed[..] else { panic!("{closed:#?}") };
    for part in [
        "connect.call",
        "otel.name=GET /events",
        "otel.kind=\"client\"",
        "http.request.method=\"GET\"",
        "url.template=\"/events\"",
        "server.address=\"127.0.0.1\"",
        "server.port=",
        "http.response.status_code=200",
    ] {
        assert!(good.contains(part), "{part}: {good}");
    }
    assert!(bad.contains("error.type=\"VALIDATION_ERROR\"") && bad.contains("http.response.status_code=400"), "{bad}");
    assert!(!capture.text().contains("pageSize"), "queries are not shown");
}

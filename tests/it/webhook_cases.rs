//! Requests to a webhook URL, and the status that each gets, whatever the web framework.

use mobiscroll_connect::{Client, WebhookOptions, WebhookReceiver};
use mobiscroll_connect_sandbox::{Sandbox, SignedDelivery, Signing};

/// The limit of bodies.
pub(crate) const MAX_BODY: usize = 10_000;

/// A receiver whose handler fails once, panics once and hangs once for the deliveries that say so.
pub(crate) fn receiver(sandbox: &Sandbox) -> WebhookReceiver {
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
    let client = client.base_url(sandbox.base_url()).webhook_options(WebhookOptions::new().max_body(MAX_BODY));
    let troubles = std::sync::Arc::new(std::sync::Mutex::new(vec!["fail", "panic", "hang"]));
    let handler = move |delivery: mobiscroll_connect::WebhookDelivery| {
        let user = delivery.user_id.unwrap_or_default();
        let mut troubles = troubles.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_due = troubles.iter().any(|trouble| *trouble == user);
        troubles.retain(|trouble| *trouble != user);
        drop(troubles);
        async move {
            match &*user {
                "fail" if is_due => Err("not now"),
                "panic" if is_due => panic!("a handler that panics"),
                "hang" if is_due => std::future::pending().await,
                _ => Ok(()),
            }
        }
    };
    let receiver = WebhookReceiver::new(client.build().unwrap(), handler);
    receiver.handler_timeout(std::time::Duration::from_millis(200))
}

/// Posts the requests of all cases one after the other, and compares the statuses.
pub(crate) async fn check(framework: &str, sandbox: &Sandbox, url: &str) {
    let user = |user: &str| sandbox.sign_webhook(format!(r#"{{"userId":"{user}","events":[]}}"#));
    let (good, fails, panics, hangs) = (user("ada"), user("fail"), user("panic"), user("hang"));
    let signed_again = sandbox.sign_webhook_with(good.body.clone(), Signing::new().id(&good.id)).unwrap();
    let old = sandbox.sign_webhook_with("{}", Signing::new().timestamp("1000000000")).unwrap();
    let mut unsigned = sandbox.sign_webhook("{}");
    unsigned.signature = "v1,abc".to_owned();
    let mut tampered = sandbox.sign_webhook("{}");
    tampered.body = "{ }".into();
    let mut repeated = Vec::from(headers(&good));
    repeated.push(("webhook-id", good.id.clone()));
    let at_limit = sandbox.sign_webhook(padded(MAX_BODY));
    let too_long = sandbox.sign_webhook(padded(MAX_BODY + 1));
    let cases: Vec<(&str, &SignedDelivery, u16)> = vec![
        ("genuine", &good, 204),
        ("repeated", &good, 204),
        ("repeated, with a new signature", &signed_again, 204),
        ("as long as the limit", &at_limit, 204),
        ("too long", &too_long, 413),
        ("too old", &old, 401),
        ("without a signature of the known version", &unsigned, 503),
        ("tampered with", &tampered, 503),
        ("a handler that fails", &fails, 500),
        ("the same again", &fails, 204),
        ("a handler that panics", &panics, 500),
        ("the same again", &panics, 204),
        ("a handler that hangs", &hangs, 500),
        ("the same again", &hangs, 204),
    ];
    let list = sandbox.sign_webhook("[]");
    for (case, delivery, expected) in cases.into_iter().chain([("not an object", &list, 401)]) {
        assert_eq!(post(url, &headers(delivery), &delivery.body).await, expected, "{framework}: {case}");
    }
    assert_eq!(post(url, &[], b"{}").await, 401, "{framework}: no headers");
    assert_eq!(post(url, &repeated, &good.body).await, 401, "{framework}: a header twice");
    assert_eq!(post(url, &headers(&good), b"").await, 503, "{framework}: no body");
}

fn headers(delivery: &SignedDelivery) -> [(&'static str, String); 3] {
    delivery.headers().map(|(name, value)| (name, value.to_owned()))
}

fn padded(length: usize) -> String {
    format!(r#"{{"a":"{}"}}"#, "x".repeat(length - 8))
}

/// Posts a body, and returns the status; the body of the response is empty.
async fn post(url: &str, headers: &[(&'static str, String)], body: &[u8]) -> u16 {
    let request = reqwest::Client::new().post(url).body(body.to_owned());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if status != 413 {
        assert_eq!(response.bytes().await.unwrap().len(), 0);
    }
    status
}

//! What the documentation says: where a search leads, and what the guide says of the sandbox.

use std::fs;
use std::time::Duration;

use mobiscroll_connect::{
    AuthCallback, Client, Error, EventUpdate, Provider, RateLimitScope, RequestOptions, RetryPolicy, SendStatus,
};
use mobiscroll_connect_sandbox::{Fault, Operation, RateLimit, Sandbox, Scope};

use crate::support::{builder, client};

/// What a reader searches for, and the page of the guide that answers it.
const SEARCHES: [(&str, &str); 20] = [
    ("retry", "errors"),
    ("transient", "errors"),
    ("backoff", "operation"),
    ("jitter", "operation"),
    ("timeout", "operation"),
    ("idempotency", "errors"),
    ("single-flight", "token_stores"),
    ("rate limit", "operation"),
    ("webhook renewal", "webhooks"),
    ("time zone", "events"),
    ("test", "testing"),
    ("mock", "testing"),
    ("multi-tenant", "web_application"),
    ("Postgres", "token_stores"),
    ("graceful shutdown", "operation"),
    ("refresh token rotation", "token_stores"),
    ("CSRF", "web_application"),
    ("pagination", "events"),
    ("all-day", "events"),
    ("recurrence", "events"),
];

#[test]
fn a_search_for_a_standard_term_leads_to_a_page_of_the_guide() {
    let read = |path: &str| fs::read_to_string(format!("{}/src/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let modules = read("guide.rs");
    for (term, page) in SEARCHES {
        let text = read(&format!("guide/{page}.md")).to_lowercase();
        assert!(text.contains(&term.to_lowercase()), "{page}.md does not mention {term}");
        // rustdoc's search finds names and aliases, and no text.
        let attributes = modules.split(&format!("pub mod {page} {{}}")).next().unwrap();
        let aliases = attributes.rsplit("#[doc = include_str!").next().unwrap();
        assert!(aliases.contains(&format!("\"{term}\"")), "{page} has no alias {term}");
    }
}

/// A client that retries nothing and is held back by no 429, and calls of the user "ada".
async fn impatient() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let options = RequestOptions::new().retry(RetryPolicy::none()).timeout(Duration::from_millis(500));
    let client = builder(&sandbox).rate_limit_scope(RateLimitScope::Call).build().unwrap();
    let ada = client.with_options(options).for_user("ada");
    ada.auth().get_token(&sandbox.authorize("ada").into()).await.unwrap();
    (sandbox, ada)
}

#[tokio::test]
async fn each_error_is_provoked_as_the_guide_says() {
    let (sandbox, ada) = impatient().await;
    let list = || ada.calendars().list();
    let on_list = || Fault::on(Operation::ListCalendars);
    let unknown = || ada.events().update(EventUpdate::new(Provider::Google, "primary", "evt-0").title("x"));

    for (fault, code) in [
        (on_list().status(400).json(&serde_json::json!({ "message": "no" })), "VALIDATION_ERROR"),
        (on_list().status(429), "RATE_LIMIT_ERROR"),
        (on_list().status(500), "SERVER_ERROR"),
        (on_list().status(502).html(), "SERVER_ERROR"),
        (on_list().status(418), "UNKNOWN_ERROR"),
        (on_list().reset(), "NETWORK_ERROR"),
        (on_list().disconnect(), "NETWORK_ERROR"),
        (on_list().truncate(), "NETWORK_ERROR"),
        (on_list().no_answer(), "NETWORK_ERROR"),
    ] {
        let fault = sandbox.inject(fault);
        assert_eq!(list().await.unwrap_err().code(), code, "{}", fault.description());
    }
    sandbox.inject(on_list().half_body());
    assert!(matches!(list().await, Err(Error::Decode(_))));
    let page = ada.events().list().next_page_token("of my own").await;
    assert!(matches!(page, Err(Error::Validation(_))));
    assert!(matches!(unknown().await, Err(Error::NotFound(_))));

    sandbox.inject(Fault::on(Operation::UpdateEvent).after_commit().no_answer());
    assert_eq!(unknown().await.unwrap_err().send_status(), SendStatus::MaybeSent);

    sandbox.set_rate_limit(Some(RateLimit::new(1, Duration::from_secs(3600))));
    let _ = list().await;
    assert!(matches!(list().await, Err(Error::RateLimit(_))));
    sandbox.set_rate_limit(None);

    for (provider, account) in sandbox.accounts("ada") {
        sandbox.set_calendar_permission("ada", provider, &account, false);
    }
    assert!(matches!(list().await, Err(Error::CalendarPermissionRequired(_))));

    sandbox.revoke_grant("ada");
    assert!(matches!(list().await, Err(Error::Authentication(_))));
    let declined = AuthCallback::parse("?error=access_denied&state=s", "s");
    assert!(matches!(declined, Err(Error::AuthCallback(_))));
    let _ = sandbox.take_violations();
}

#[tokio::test]
async fn errors_of_scopes_secrets_and_hooks_are_provoked_as_the_guide_says() {
    let (sandbox, _) = impatient().await;
    let reader = client(&sandbox).for_user("bob");
    reader.auth().get_token(&sandbox.authorize_with("bob", Scope::Read).into()).await.unwrap();
    let update = EventUpdate::new(Provider::Google, "primary", "evt-0").title("x");
    assert!(matches!(reader.events().update(update).await, Err(Error::PermissionDenied(_))));

    let wrong = Client::builder(sandbox.client_id(), "wrong", sandbox.redirect_uri()).base_url(sandbox.base_url());
    let exchange = wrong.build().unwrap().auth().get_token(&sandbox.authorize("eve").into()).await;
    assert!(matches!(exchange, Err(Error::InvalidClient(_))));

    let failing =
        builder(&sandbox).on_tokens_refreshed(|_: mobiscroll_connect::Tokens| Err::<(), _>("the disk is full"));
    let exchange = failing.build().unwrap().auth().get_token(&sandbox.authorize("eve").into()).await;
    assert!(matches!(exchange, Err(Error::TokenStore(_))));
}

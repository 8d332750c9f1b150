//! From the consent page to tokens, and back to none.

use mobiscroll_connect::{AuthCallback, AuthCallbackKind, Client, Error, Provider, Scope, SyncState, Theme};
use mobiscroll_connect_sandbox::{
    Consent, Fault, Operation, Provider as At, Sandbox, Scope as Granted, Seed, SyncState as State,
};
use url::Url;

use crate::support::{
    ADA, access_token, answer, builder, category, client, client_of, expired, location, only, signed_in, with_tokens,
};

#[tokio::test]
async fn a_user_goes_from_the_consent_page_to_the_first_call() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    let url = client.auth().generate_auth_url(ADA).scope(Scope::Read).state("st&te").build().unwrap();
    let callback = AuthCallback::parse(&location(&url).await, "st&te").unwrap();
    let tokens = client.auth().get_token(&callback.code).await.unwrap();

    assert_eq!(client.auth().credentials(), Some(tokens.clone()));
    assert!(tokens.refresh_token().is_some());
    assert_eq!(tokens.token_type(), "Bearer");
    let lifetime = tokens.expires_at().unwrap().duration_since(jiff::Timestamp::now());
    assert!((3500..=3600).contains(&lifetime.as_secs()), "{lifetime:?}");
    assert!(!client.calendars().list().await.unwrap().calendars.is_empty());
    assert_eq!(sandbox.refreshes(ADA), 0);
}

#[tokio::test]
async fn a_user_who_declines_comes_back_with_a_refusal() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.set_consent(Consent::Deny);
    let url = client(&sandbox).auth().generate_auth_url(ADA).state("s").build().unwrap();
    let Err(Error::AuthCallback(failure)) = AuthCallback::parse(&location(&url).await, "s") else { panic!() };
    assert!(matches!(failure.kind(), AuthCallbackKind::Refused { error, .. } if error == "access_denied"));
}

#[tokio::test]
async fn the_consent_page_is_told_everything_that_was_set() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = client(&sandbox)
        .auth()
        .generate_auth_url("user 1&2")
        .scope(Scope::FreeBusy)
        .state("a+b/c=")
        .providers([Provider::Apple, Provider::CalDav])
        .lng("pt-BR")
        .theme(Theme::Dark)
        .build()
        .unwrap();
    location(&url).await;

    let request = only(&sandbox, Operation::Authorize);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", sandbox.client_id()),
        ("user_id", "user 1&2"),
        ("redirect_uri", sandbox.redirect_uri()),
        ("scope", "free-busy"),
        ("state", "a+b/c="),
        ("providers", "apple,caldav"),
        ("lng", "pt-BR"),
        ("theme", "dark"),
    ] {
        assert_eq!(request.param(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(sandbox.accounts("user 1&2").len(), 2);
}

#[tokio::test]
async fn the_consent_page_is_told_nothing_that_was_not_set() {
    let sandbox = Sandbox::start().await.unwrap();
    let url =
        Url::parse(&client(&sandbox).auth().generate_auth_url(ADA).providers(Vec::<Provider>::new()).build().unwrap())
            .unwrap();
    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "redirect_uri", "response_type", "user_id"]);
}

#[tokio::test]
async fn a_code_works_once_and_the_oauth_error_of_the_second_time_is_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    let code = sandbox.authorize(ADA).into();
    let tokens = client.auth().get_token(&code).await.unwrap();
    let error = client.auth().get_token(&code).await.unwrap_err();

    assert_eq!((category(&error), error.status()), ("Authentication", Some(400)));
    assert!(error.needs_reauthorization());
    let failure = error.api().unwrap();
    assert_eq!(failure.error(), Some("invalid_grant"));
    assert_eq!(failure.error_description(), Some("The code is unknown or was used before"));
    assert_eq!(client.auth().credentials(), Some(tokens), "a failed exchange leaves the tokens alone");
}

#[tokio::test]
async fn a_wrong_client_secret_is_not_the_users_fault() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::builder(sandbox.client_id(), "wrong", sandbox.redirect_uri()).base_url(sandbox.base_url());
    let error = client.build().unwrap().auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap_err();

    assert_eq!((category(&error), error.status(), error.code()), ("InvalidClient", Some(401), "AUTHENTICATION_ERROR"));
    assert!(!error.needs_reauthorization());
    assert_eq!(error.api().unwrap().error(), Some("invalid_client"));
}

#[tokio::test]
async fn another_redirect_uri_than_the_registered_one_spoils_the_code() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), "https://other.example/cb");
    let client = client.base_url(sandbox.base_url()).build().unwrap();
    let error = client.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap_err();
    assert_eq!(crate::support::category(&error), "Configuration");
    assert!(crate::support::layers(&error).len() > 1, "the response is kept");
}

#[tokio::test]
async fn a_token_answer_without_the_optional_members_is_enough() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    for body in [
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"a","refresh_token":null,"token_type":null,"expires_in":null,"scope":null}"#,
        r#"{"access_token":"a","refresh_token":"","token_type":"","unheard_of":[]}"#,
    ] {
        answer(&sandbox, Operation::ExchangeCode, 200, body);
        let tokens = client.auth().get_token(&"c".into()).await.unwrap();
        assert_eq!(tokens.access_token().expose(), "a");
        assert_eq!(
            (tokens.refresh_token(), tokens.token_type(), tokens.expires_at()),
            (None, "Bearer", None),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_token_answer_without_an_access_token_is_an_error() {
    let (sandbox, client) = signed_in().await;
    let before = client.auth().credentials();
    answer(&sandbox, Operation::ExchangeCode, 200, r#"{"token_type":"Bearer","refresh_token":"r"}"#);
    let error = client.auth().get_token(&"c".into()).await.unwrap_err();
    assert_eq!((category(&error), error.code()), ("Decode", "MOBISCROLL_ERROR"));
    assert_eq!(client.auth().credentials(), before);
}

#[tokio::test]
async fn connection_status_tells_the_state_of_each_account() {
    let (sandbox, client) = signed_in().await;
    sandbox.set_sync_state(ADA, At::Microsoft, "ada@outlook.example", State::ReauthRequired);
    sandbox.set_calendar_permission(ADA, At::Google, "ada@gmail.example", false);
    let status = client.auth().get_connection_status().await.unwrap();

    let account = |provider: &str| &status.connections[provider][0];
    assert_eq!(account("microsoft").sync_state, Some(SyncState::ReauthRequired));
    assert!(account("microsoft").sync_state_updated_at.is_some());
    assert_eq!(account("google").id, "ada@gmail.example");
    assert_eq!(account("google").calendar_permission_granted, Some(false));
    assert_eq!(account("google").granted_scopes, ["openid", "email"]);
    assert_eq!(account("google").sync_state, Some(SyncState::Active));
    assert_eq!(account("caldav").calendar_permission_granted, None);
    assert!(!status.limit_reached);
    let request = only(&sandbox, Operation::ConnectionStatus);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/api/oauth/connection-status"));
}

#[tokio::test]
async fn one_account_is_disconnected() {
    let (sandbox, client) = signed_in().await;
    sandbox.add_account(ADA, At::Google, "second+1@gmail.example");
    let answer = client.auth().disconnect(Provider::Google).account("second+1@gmail.example").send().await.unwrap();

    assert!(answer.success);
    let left: Vec<_> = sandbox.accounts(ADA).into_iter().filter(|(at, _)| *at == At::Google).collect();
    assert_eq!(left, [(At::Google, "ada@gmail.example".to_owned())]);
    let request = only(&sandbox, Operation::Disconnect);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/oauth/disconnect"));
    assert_eq!(request.query, "account=second%2B1%40gmail.example&provider=google");
}

#[tokio::test]
async fn all_accounts_of_a_provider_are_disconnected() {
    let (sandbox, client) = signed_in().await;
    sandbox.add_account(ADA, At::Google, "second@gmail.example");
    client.auth().disconnect(Provider::Google).send().await.unwrap();
    assert!(sandbox.accounts(ADA).iter().all(|(at, _)| *at != At::Google));
    assert_eq!(only(&sandbox, Operation::Disconnect).query, "provider=google");
}

#[tokio::test]
async fn an_empty_answer_to_a_disconnect_is_a_success() {
    let (sandbox, client) = signed_in().await;
    for (status, body) in [(200, ""), (204, ""), (200, " \r\n")] {
        answer(&sandbox, Operation::Disconnect, status, body);
        let answer = client.auth().disconnect(Provider::Apple).send().await.unwrap();
        assert!(answer.success);
        assert_eq!(answer.message, None);
    }
}

/// The paths that the server saw.
fn paths(sandbox: &Sandbox) -> Vec<String> {
    sandbox.requests().into_iter().map(|request| request.path).collect()
}

#[tokio::test]
async fn older_deployments_are_reached_by_their_paths_after_a_404() {
    let sandbox = Sandbox::builder().legacy_paths_only(true).seed(Seed::Empty).start().await.unwrap();
    let client = client_of(&sandbox, ADA);
    let status = client.auth().get_connection_status().await.unwrap();
    let answer = client.auth().disconnect(Provider::Google).account("ada@gmail.example").send().await.unwrap();

    assert_eq!(status.connections["google"].len(), 1);
    assert!(answer.success);
    assert_eq!(
        paths(&sandbox),
        ["/api/oauth/connection-status", "/api/connection-status", "/api/oauth/disconnect", "/api/disconnect"]
    );
    let [.., current, legacy] = &sandbox.requests()[..] else { panic!() };
    assert_eq!((&current.query, &current.body), (&legacy.query, &legacy.body));
    assert!(sandbox.accounts(ADA).iter().all(|(at, _)| *at != At::Google));
}

#[tokio::test]
async fn an_expired_token_is_refreshed_on_the_legacy_path_too() {
    let sandbox = Sandbox::builder().legacy_paths_only(true).seed(Seed::Empty).start().await.unwrap();
    let client = expired(&sandbox, builder(&sandbox));
    client.auth().get_connection_status().await.unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[tokio::test]
async fn when_both_paths_are_not_found_the_first_error_is_returned() {
    let (sandbox, client) = signed_in().await;
    for operation in [Operation::ConnectionStatus, Operation::Disconnect] {
        answer(&sandbox, operation, 404, r#"{"message":"first"}"#);
        answer(&sandbox, operation, 404, r#"{"message":"second"}"#);
    }
    let status = client.auth().get_connection_status().await.unwrap_err();
    let disconnect = client.auth().disconnect(Provider::Google).send().await.unwrap_err();
    for error in [status, disconnect] {
        assert_eq!((category(&error), error.api().unwrap().message()), ("NotFound", "first"));
    }
    assert_eq!(sandbox.requests().len(), 4);
}

#[tokio::test]
async fn when_the_legacy_path_fails_otherwise_its_error_is_returned() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::ConnectionStatus, 404, "");
    answer(&sandbox, Operation::ConnectionStatus, 503, r#"{"message":"second"}"#);
    let error = client.auth().get_connection_status().await.unwrap_err();
    assert_eq!((category(&error), error.api().unwrap().message()), ("Server", "second"));
}

#[tokio::test]
async fn other_errors_than_404_do_not_lead_to_the_legacy_path() {
    let (sandbox, client) = signed_in().await;
    for status in [400, 403, 410, 429, 500, 503] {
        sandbox.clear_requests();
        answer(&sandbox, Operation::ConnectionStatus, status, "");
        answer(&sandbox, Operation::Disconnect, status, "");
        client.auth().get_connection_status().await.unwrap_err();
        client.auth().disconnect(Provider::Google).send().await.unwrap_err();
        assert_eq!(paths(&sandbox), ["/api/oauth/connection-status", "/api/oauth/disconnect"], "{status}");
    }
    sandbox.clear_requests();
    sandbox.inject(Fault::on(Operation::ConnectionStatus).disconnect());
    client.auth().get_connection_status().await.unwrap_err();
    assert_eq!(paths(&sandbox), ["/api/oauth/connection-status"]);
}

#[tokio::test]
async fn revoking_ends_the_authorization_and_forgets_the_tokens() {
    let (sandbox, client) = signed_in().await;
    let tokens = client.auth().credentials().unwrap();
    client.auth().revoke().await.unwrap();

    let request = only(&sandbox, Operation::Revoke);
    let token = tokens.refresh_token().unwrap().expose();
    assert_eq!(request.json(), Some(serde_json::json!({ "token": token })));
    assert_eq!(client.auth().credentials(), None);
    client.set_credentials(tokens);
    let error = client.calendars().list().await.unwrap_err();
    assert!(error.needs_reauthorization(), "{error:?}");
}

#[tokio::test]
async fn a_lone_access_token_is_revoked_by_itself() {
    let (sandbox, client) = signed_in().await;
    let token = access_token(&client);
    client.set_credentials(mobiscroll_connect::Tokens::new(token.clone()));
    answer(&sandbox, Operation::Revoke, 204, "");
    client.auth().revoke().await.unwrap();
    assert_eq!(only(&sandbox, Operation::Revoke).json(), Some(serde_json::json!({ "token": token })));
}

#[tokio::test]
async fn a_revocation_that_failed_keeps_the_tokens() {
    let (sandbox, client) = signed_in().await;
    let tokens = client.auth().credentials();
    answer(&sandbox, Operation::Revoke, 500, "");
    let error = client.auth().revoke().await.unwrap_err();
    assert_eq!(category(&error), "Server");
    assert_eq!(client.auth().credentials(), tokens);
}

#[tokio::test]
async fn revoking_without_credentials_sends_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let error = client(&sandbox).auth().revoke().await.unwrap_err();
    assert_eq!(category(&error), "Authentication");
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test]
async fn health_needs_no_credentials() {
    let sandbox = Sandbox::start().await.unwrap();
    let health = client(&sandbox).health().await.unwrap();
    assert_eq!(health.status.as_deref(), Some("ok"));
    assert_eq!(only(&sandbox, Operation::Health).path, "/api/health");
}

#[tokio::test]
async fn clones_share_the_credentials_and_clients_do_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let first = client(&sandbox);
    let clone = first.clone();
    clone.auth().set_credentials(mobiscroll_connect::Tokens::new("shared"));
    assert_eq!(access_token(&first), "shared");
    assert_eq!(client(&sandbox).auth().credentials(), None);
}

#[tokio::test]
async fn the_scope_of_consent_is_the_scope_of_the_tokens() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = client(&sandbox).auth().generate_auth_url(ADA).scope(Scope::FreeBusy).state("s").build().unwrap();
    let callback = AuthCallback::parse(&location(&url).await, "s").unwrap();
    let busy = client(&sandbox);
    busy.auth().get_token(&callback.code).await.unwrap();
    assert_eq!(category(&busy.calendars().list().await.unwrap_err()), "PermissionDenied");

    let reader = with_tokens(builder(&sandbox), sandbox.issue_tokens_with(ADA, Granted::Read));
    assert!(reader.calendars().list().await.is_ok());
}

#[tokio::test]
async fn a_disconnect_sends_an_empty_object_beside_its_query() {
    let (sandbox, client) = signed_in().await;
    client.auth().disconnect(Provider::Apple).send().await.unwrap();
    let request = only(&sandbox, Operation::Disconnect);
    assert_eq!(&request.body[..], b"{}");
    assert_eq!(request.header("content-type"), Some("application/json"));
}

#[test]
fn values_of_open_enums_are_read_from_text_known_or_not() {
    assert_eq!(Provider::from("caldav"), Provider::CalDav);
    assert_eq!(Provider::from("proton".to_owned()).as_str(), "proton");
    assert_eq!(Scope::from("calendar").as_str(), "calendar");
}

//! Logging users in without mixing them up.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mobiscroll_connect::{AuthCallbackKind, CallbackParams, Client, Error, Login, Scope, Secret};
use mobiscroll_connect_sandbox::{Consent, Operation, Sandbox};

use crate::support::{access_token, builder, category, client, location};

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    (sandbox, client)
}

fn begin(client: &Client, user: &str) -> Login {
    client.auth().begin_login(user).start().unwrap()
}

/// Why a callback was refused.
fn kind(error: Error) -> AuthCallbackKind {
    category(&error);
    let Error::AuthCallback(failure) = error else { panic!("{error:?}") };
    failure.kind().clone()
}

/// Why a login was not completed. The code must not have been sent, and nothing saved.
async fn refused(sandbox: &Sandbox, client: &Client, callback: &str, sealed: impl Into<Secret>) -> AuthCallbackKind {
    let error = client.auth().complete_login(callback, sealed).await.unwrap_err();
    assert_eq!(sandbox.count(Operation::ExchangeCode), 0);
    assert_eq!(stored(client).await, [""; 0]);
    kind(error)
}

async fn stored(client: &Client) -> Vec<String> {
    let users = client.auth().list_stored_users(None, 100).await.unwrap();
    users.into_iter().map(|user| user.user).collect()
}

/// The state in a login's URL.
fn state(login: &Login) -> String {
    let url = url::Url::parse(login.url()).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[tokio::test]
async fn tokens_go_to_the_user_for_whom_the_login_was_begun() {
    let (sandbox, client) = start().await;
    let login = client.auth().begin_login("alice").scope(Scope::Read).lng("es").start().unwrap();
    let bobs = begin(&client, "bob");
    let callback = location(login.url()).await;
    let bobs_callback = location(bobs.url()).await;

    let bob = client.auth().complete_login(bobs_callback, bobs.seal().clone()).await.unwrap();
    let alice = client.auth().complete_login(callback, login.seal().expose()).await.unwrap();
    assert_eq!((alice.user(), bob.user()), ("alice", "bob"));
    assert_ne!(access_token(&alice), access_token(&bob));
    assert_eq!(access_token(&alice), access_token(&client.for_user("alice")));
    assert_eq!(stored(&client).await, ["alice", "bob"]);
    assert_eq!(client.auth().load_credentials().await.unwrap(), None, "the nameless user has no part in it");
    let requests = sandbox.requests_of(Operation::Authorize);
    let asked: Vec<_> = requests.iter().map(|request| (request.param("user_id"), request.param("scope"))).collect();
    let text = |text: &str| Some(text.into());
    assert_eq!(asked, [(text("alice"), text("read")), (text("bob"), None)]);
}

#[tokio::test]
async fn a_code_of_alice_is_not_completed_for_bob() {
    let (sandbox, client) = start().await;
    let login = begin(&client, "bob");
    let callback = format!("code={}&state={}", sandbox.authorize("alice"), state(&login));
    let error = client.auth().complete_login(callback, login.seal().clone()).await.unwrap_err();

    assert_eq!(kind(error), AuthCallbackKind::TokensOfAnotherUser);
    assert_eq!(stored(&client).await, [""; 0]);
    assert_eq!(client.for_user("bob").auth().credentials(), None);
    assert_eq!(sandbox.grants_revoked("alice").len(), 0, "her own authorization goes on");
}

#[tokio::test]
async fn a_code_of_alice_is_refused_by_a_handle_for_bob_and_nothing_is_saved() {
    let (sandbox, client) = start().await;
    let bob = client.for_user("bob");
    let first = bob.auth().get_token(&sandbox.authorize("bob").into()).await.unwrap();
    let error = bob.auth().get_token(&sandbox.authorize("alice").into()).await.unwrap_err();

    assert_eq!(kind(error), AuthCallbackKind::TokensOfAnotherUser);
    assert_eq!(bob.auth().load_credentials().await.unwrap(), Some(first));
    assert_eq!(stored(&client).await, ["bob"]);
}

#[tokio::test]
async fn the_check_of_the_subject_can_be_turned_off() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).verify_subject(false).build().unwrap();
    client.for_user("internal-7").auth().get_token(&sandbox.authorize("bob").into()).await.unwrap();
    assert_eq!(stored(&client).await, ["internal-7"]);
}

#[tokio::test]
async fn a_login_of_alice_is_not_completed_in_a_session_of_bob() {
    let (sandbox, client) = start().await;
    let login = begin(&client, "alice");
    let callback = location(login.url()).await;
    let bob = client.for_user("bob");
    let seal = || login.seal().clone();
    assert_eq!(refused(&sandbox, &bob, &callback, seal()).await, AuthCallbackKind::PendingOfAnotherUser);
    assert_eq!(kind(bob.auth().open_login(seal()).unwrap_err()), AuthCallbackKind::PendingOfAnotherUser);
    assert_eq!(client.for_user("alice").auth().complete_login(callback, seal()).await.unwrap().user(), "alice");
}

#[tokio::test]
async fn the_callback_of_one_login_does_not_complete_another() {
    let (sandbox, client) = start().await;
    let (alice, bob) = (begin(&client, "alice"), begin(&client, "bob"));
    let again = begin(&client, "alice");
    assert_ne!(state(&alice), state(&again));
    let callback = location(alice.url()).await;
    for other in [bob, again] {
        let kind = refused(&sandbox, &client, &callback, other.seal().clone()).await;
        assert_eq!(kind, AuthCallbackKind::StateMismatch);
    }
    let (code, _) = callback.split_once("&state").unwrap();
    assert_eq!(refused(&sandbox, &client, code, alice.seal().clone()).await, AuthCallbackKind::MissingState);
    assert_eq!(refused(&sandbox, &client, &callback, "").await, AuthCallbackKind::NothingSent);
}

#[tokio::test]
async fn a_forged_or_damaged_login_is_refused() {
    let (sandbox, client) = start().await;
    let login = begin(&client, "mallory");
    let callback = location(login.url()).await;
    let sealed = login.seal().expose();
    let [format, payload, tag] = sealed.split('.').collect::<Vec<_>>()[..] else { panic!("{sealed}") };
    let json = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);

    let mut forged = vec![
        format!("{format}.{}.{tag}", encode(&json.replace("mallory", "alice"))),
        format!("{format}.{payload}.{}", URL_SAFE_NO_PAD.encode([0; 32])),
        format!("{format}.{payload}."),
        format!("{format}.{payload}"),
        format!("login2.{payload}.{tag}"),
        format!("{format}.{}.{tag}", encode("[]")),
        format!("{format}.!!.{tag}"),
        format!(" {sealed}"),
        format!("{sealed}."),
        "..".into(),
        "x".repeat(1_000_000),
        "login1.é.é".into(),
        json.clone(),
    ];
    for at in (0..sealed.len()).step_by(7) {
        let mut bytes = sealed.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        forged.push(String::from_utf8(bytes).unwrap());
        forged.push(sealed[..at].to_owned());
    }
    for sealed in forged.into_iter().filter(|sealed| !sealed.is_empty()) {
        let kind = refused(&sandbox, &client, &callback, &*sealed).await;
        let expected = [AuthCallbackKind::PendingInvalid, AuthCallbackKind::PendingOfAnotherClient];
        assert!(expected.contains(&kind), "{kind:?} {sealed}");
    }
    client.auth().complete_login(callback, sealed).await.unwrap();
}

#[tokio::test]
async fn a_login_is_of_one_client_id_and_one_client_secret() {
    let (sandbox, client) = start().await;
    let callback = location(begin(&client, "alice").url()).await;
    let other = |id: &str, secret: &str| {
        let client = Client::builder(id, secret, sandbox.redirect_uri()).base_url(sandbox.base_url());
        begin(&client.build().unwrap(), "alice").seal().clone()
    };
    let of_id = other("other-app", sandbox.client_secret());
    assert_eq!(refused(&sandbox, &client, &callback, of_id).await, AuthCallbackKind::PendingOfAnotherClient);
    let of_secret = other(sandbox.client_id(), "other-secret");
    assert_eq!(refused(&sandbox, &client, &callback, of_secret).await, AuthCallbackKind::PendingInvalid);
}

#[tokio::test]
async fn a_login_expires() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).login_timeout(Duration::from_millis(30)).build().unwrap();
    let login = begin(&client, "alice");
    let callback = location(login.url()).await;
    tokio::time::sleep(Duration::from_millis(40)).await;
    let kind = refused(&sandbox, &client, &callback, login.seal().clone()).await;
    assert_eq!(kind, AuthCallbackKind::PendingExpired);

    let by_default = crate::support::client(&sandbox);
    let pending = by_default.auth().open_login(begin(&by_default, "alice").seal().clone()).unwrap();
    let left = pending.expires_at().duration_since(jiff::Timestamp::now());
    assert!((590..=600).contains(&left.as_secs()), "{left:?}");
}

#[tokio::test]
async fn a_user_who_declines_is_told_from_a_callback_without_a_code() {
    let (sandbox, client) = start().await;
    sandbox.set_consent(Consent::Deny);
    let login = begin(&client, "alice");
    let callback = location(login.url()).await;
    let kind = refused(&sandbox, &client, &callback, login.seal().clone()).await;
    assert!(matches!(kind, AuthCallbackKind::Refused { error, .. } if error == "access_denied"));
    let forged = refused(&sandbox, &client, "error=access_denied&state=x", login.seal().clone()).await;
    assert_eq!(forged, AuthCallbackKind::StateMismatch);
    let callback = format!("state={}", state(&login));
    assert_eq!(refused(&sandbox, &client, &callback, login.seal().clone()).await, AuthCallbackKind::MissingCode);
}

#[tokio::test]
async fn a_replayed_callback_is_an_authentication_error_and_leaves_the_tokens_alone() {
    let (sandbox, client) = start().await;
    let login = begin(&client, "alice");
    let callback = location(login.url()).await;
    let alice = client.auth().complete_login(&callback, login.seal().clone()).await.unwrap();
    let tokens = alice.auth().credentials();
    let error = client.auth().complete_login(&callback, login.seal().clone()).await.unwrap_err();
    assert_eq!((category(&error), error.api().unwrap().error()), ("Authentication", Some("invalid_grant")));
    assert_eq!(alice.auth().credentials(), tokens);
    assert!(alice.calendars().list().await.is_ok());
    assert_eq!(sandbox.refreshes("alice"), 0);
}

#[tokio::test]
async fn a_login_is_begun_for_one_named_user_with_a_state_of_its_own() {
    let (sandbox, client) = start().await;
    let bob = client.for_user("bob");
    assert_eq!(begin(&bob, "bob").url().split("user_id=").nth(1), Some("bob"));
    assert!(bob.auth().generate_auth_url("bob").build().is_ok());
    let long = "x".repeat(4000);
    for refused in [
        client.auth().begin_login("").start(),
        client.auth().begin_login(" ").start(),
        bob.auth().begin_login("alice").start(),
        bob.auth().begin_login("").start(),
        client.auth().begin_login("alice").state("mine").start(),
        client.auth().begin_login("alice").lng("").start(),
        client.auth().begin_login("alice").start_with(long.as_str()),
        client.auth().begin_login(long).start(),
    ] {
        assert_eq!(category(&refused.unwrap_err()), "InvalidInput");
    }
    assert_eq!(category(&bob.auth().generate_auth_url("alice").build().unwrap_err()), "InvalidInput");
    assert_eq!(sandbox.requests().len(), 0);
}

#[tokio::test]
async fn what_came_with_a_login_comes_back_and_only_the_user_can_be_read() {
    let (_sandbox, client) = start().await;
    let login = client.auth().begin_login("zoë & co").scope(Scope::FreeBusy).start_with("/calendar?week=48").unwrap();
    let stored = serde_json::to_string(&login).unwrap();
    let login: Login = serde_json::from_str(&stored).unwrap();
    assert!(login.seal().expose().len() < 400, "it fits into a cookie beside others");
    assert!(login.seal().expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    let pending = client.auth().open_login(login.seal().clone()).unwrap();
    assert_eq!((pending.user(), pending.context()), ("zoë & co", Some("/calendar?week=48")));
    assert_eq!(pending.scope(), Some(&Scope::FreeBusy));
    let secret = state(&login);
    for shown in [format!("{login:?}"), format!("{pending:?}"), format!("{:?}", client.auth().complete_login("", ""))] {
        assert!(!shown.contains(&secret) && !shown.contains(login.seal().expose()), "{shown}");
    }
}

#[tokio::test]
async fn a_callback_is_taken_as_parsed_parameters_too() {
    let (_sandbox, client) = start().await;
    let login = begin(&client, "alice");
    let callback = location(login.url()).await;
    let parsed: Vec<(String, String)> = url::Url::parse(&callback).unwrap().query_pairs().into_owned().collect();
    let members: serde_json::Map<_, _> = parsed.into_iter().map(|(name, value)| (name, value.into())).collect();
    let params: CallbackParams = serde_json::from_value(members.into()).unwrap();
    assert_eq!(params, CallbackParams::from(&callback));
    client.auth().complete_login(params, login.seal().clone()).await.unwrap();
}

//! Hostile browsers and users: logins that they may not break.

use mobiscroll_connect::{AuthCallbackKind, CallbackParams, Client, Error};
use reqwest::header::LOCATION;

use crate::oauth_axum::App;

#[tokio::test]
async fn a_cookie_in_other_bytes_than_ascii_does_not_hide_the_login() {
    let app = App::start().await;
    for (before, after) in [("city=Zürich; ", ""), ("", "; city=Zürich"), ("a=\u{a0}\t; ", "; b=\"é\"")] {
        let (cookie, callback) = app.consent("/oauth/login", "alice").await;
        let response = app.get(&callback, "alice", &format!("{before}{cookie}{after}")).await;
        assert_eq!(response.status(), 303, "{before}{after}");
        assert_eq!(response.headers()[LOCATION], "/");
    }
}

#[tokio::test]
async fn an_error_shows_a_description_on_one_line_and_not_without_end() {
    let client = Client::new("id", "secret", "https://app.example/cb").unwrap();
    let login = client.auth().begin_login("alice").start().unwrap();
    let url = url::Url::parse(login.url()).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let forged = "no%0D%0A2026-01-01%20ERROR%20all%20is%20lost%1B%5B2J%E2%80%A8".to_owned() + &"x".repeat(30_000);
    for callback in [
        format!("?error=access_denied&error_description={forged}&state={state}"),
        format!("?error={forged}&state={state}"),
    ] {
        let error = client.auth().complete_login(callback, login.seal().clone()).await.unwrap_err();
        let shown = error.to_string();
        assert!(!shown.contains(|letter: char| letter.is_control() || letter == '\u{2028}'), "{shown:.200}");
        assert!(shown.len() < 2000, "{}", shown.len());
        assert!(shown.contains("all is lost"), "{shown:.200}");
        let Error::AuthCallback(failure) = &error else { panic!("{error:?}") };
        // What the application reads is as it came.
        assert!(format!("{:?}", failure.kind()).contains("no\\r\\n2026"));
    }
}

#[tokio::test]
async fn a_seal_in_another_form_is_refused_as_a_whole() {
    let client = Client::new("id", "secret", "https://app.example/cb").unwrap();
    let sealed = client.auth().begin_login("alice").start().unwrap().seal().expose().to_owned();
    let [format, payload, tag] = sealed.split('.').collect::<Vec<_>>()[..] else { panic!("{sealed}") };
    for forged in [
        format!(".{sealed}"),
        format!("{sealed}."),
        format!("{sealed}="),
        format!("{sealed} "),
        format!("\"{sealed}\""),
        format!("{format}.{payload}."),
        format!("{format}.{payload}"),
        format!("{format}..{tag}"),
        format!("{format}.{payload}.{payload}.{tag}"),
        format!("{format}.{payload}.{}", &tag[..tag.len() - 1]),
        format!("{format}.{payload}.{tag}{tag}"),
        format!("{}.{payload}.{tag}", format.to_uppercase()),
        format!("login2.{payload}.{tag}"),
        format!("{format}.{payload}AAAA.{tag}"),
        format!("{format}.{}.{tag}", payload.to_lowercase()),
        format!("{format}.{}.{tag}", "A".repeat(1 << 20)),
        format!("{format}.{}.{tag}", "W1tb".repeat(1500)),
        "\u{0}".to_owned(),
        "ä.ö.ü".to_owned(),
    ] {
        let error = client.auth().open_login(forged.clone()).unwrap_err();
        let Error::AuthCallback(failure) = &error else { panic!("{error:?}") };
        assert_eq!(*failure.kind(), AuthCallbackKind::PendingInvalid, "{forged:.300}");
    }
    // The last letter of base64 has bits that nothing depends on.
    for letter in ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']) {
        let other = format!("{}{letter}", &sealed[..sealed.len() - 1]);
        assert_eq!(client.auth().open_login(other.clone()).is_ok(), other == sealed, "{letter}");
    }
}

#[tokio::test]
async fn ids_of_users_in_any_letters_and_lengths_come_back_or_are_refused() {
    let client = Client::new("id", "secret", "https://app.example/cb").unwrap();
    for user in ["a;b, c=\"d\"\\", "\r\nset-cookie: a=b", "\u{0}", "𝕬lice\u{202e}", "__Host-", &"ü".repeat(1000)] {
        let login = client.auth().begin_login(user).start().unwrap();
        let sealed = login.seal().expose();
        assert!(sealed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{user:.40}");
        assert_eq!(client.auth().open_login(sealed).unwrap().user(), user);
        url::Url::parse(login.url()).unwrap();
    }
    let error = client.auth().begin_login("x".repeat(4000)).start().unwrap_err();
    assert!(matches!(error, Error::InvalidInput(_)), "{error:?}");
}

#[tokio::test]
async fn nothing_shows_the_state_the_seal_or_the_code_of_a_login() {
    let client = Client::new("id", "secret", "https://app.example/cb").unwrap();
    let asked = client.auth().begin_login("alice");
    let login = asked.start_with("/calendar").unwrap();
    let url = url::Url::parse(login.url()).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let sealed = login.seal().expose().to_owned();
    let pending = client.auth().open_login(sealed.as_str()).unwrap();
    let callback = CallbackParams::from(format!("?code=c0de-of-alice&state={state}x"));
    let request = client.auth().complete_login(callback.clone(), sealed.as_str());
    let printed =
        format!("{login:?} {pending:?} {callback:?} {request:?} {:?} {:?}", request.params(), request.params().clone());
    let error = request.send().await.unwrap_err();
    let printed = format!("{printed} {error:?} {error} {:#?}", error);
    for secret in [&state, &sealed, "c0de-of-alice"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

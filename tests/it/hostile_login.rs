//! Hostile browsers and users: logins that they may not break.

use mobiscroll_connect::Error;
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
    let client = mobiscroll_connect::Client::new("id", "secret", "https://app.example/cb").unwrap();
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

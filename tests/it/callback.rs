//! The user's way back from the consent page.

use mobiscroll_connect::{AuthCallback, AuthCallbackKind, Error};

/// The code, or the kind of failure in words.
fn parse(callback: &str) -> Result<String, String> {
    match AuthCallback::parse(callback, "st&te") {
        Ok(callback) => Ok(callback.code.expose().to_owned()),
        Err(Error::AuthCallback(failure)) => Err(match failure.kind() {
            AuthCallbackKind::Refused { error, description, .. } => format!("refused {error} {description:?}"),
            AuthCallbackKind::StateMismatch => "mismatch".into(),
            AuthCallbackKind::MissingState => "no state".into(),
            AuthCallbackKind::NothingSent => "nothing sent".into(),
            AuthCallbackKind::MissingCode => "no code".into(),
            other => format!("{other:?}"),
        }),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_code_is_read_from_every_form_of_the_callback() {
    for callback in [
        "https://app.example/oauth/callback?code=c0de&state=st%26te",
        "https://app.example/oauth/callback?tenant=7&state=st%26te&code=c0de#fragment",
        "/oauth/callback?code=c0de&state=st%26te",
        "?code=c0de&state=st%26te",
        "code=c0de&state=st%26te",
        "state=st%26te&code=c0de#_=_",
        "%63ode=%63%30de&st%61te=st%26te",
    ] {
        assert_eq!(parse(callback), Ok("c0de".into()), "{callback}");
    }
}

#[test]
fn a_code_is_percent_decoded_once() {
    assert_eq!(parse("code=a%2Bb+c%2525&state=st%26te"), Ok("a+b c%25".into()));
}

#[test]
fn a_callback_with_another_state_than_the_one_that_was_sent_is_refused() {
    for callback in [
        "code=c0de&state=st",
        "code=c0de&state=ST%26TE",
        "code=c0de&state=st%26te+",
        "code=c0de&state=st&te",
        "error=access_denied&state=forged",
        "code=c0de&state=forged&state=st%26te",
    ] {
        assert_eq!(parse(callback), Err("mismatch".into()), "{callback:?}");
    }
}

#[test]
fn a_callback_without_a_state_is_told_from_one_with_another_state() {
    for callback in [
        "code=c0de",
        "code=c0de&state=",
        "code=c0de#state=st%26te",
        "error=access_denied",
        "",
        "?",
        "#",
        "https://app.example/oauth/callback",
        "\u{0}%%%zz%=&&&==?\u{1F600}",
    ] {
        assert_eq!(parse(callback), Err("no state".into()), "{callback:?}");
    }
}

#[test]
fn a_lost_cookie_is_told_from_a_callback_without_a_state() {
    for callback in ["code=c0de&state=", "code=c0de", "code=c0de&state=x", "error=access_denied&state=x", ""] {
        let error = AuthCallback::parse(callback, "").unwrap_err();
        let Error::AuthCallback(failure) = &error else { panic!("{error:?}") };
        assert_eq!(failure.kind(), &AuthCallbackKind::NothingSent, "{callback}");
    }
}

#[test]
fn no_failed_callback_shows_its_code_or_a_state() {
    for (callback, state) in
        [("code=c0de-s3cr3t&state=st4te", ""), ("code=c0de-s3cr3t", "st4te"), ("code=c0de-s3cr3t&state=st4te", "st5te")]
    {
        let error = AuthCallback::parse(callback, state).unwrap_err();
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("s3cr3t") && !printed.contains("st4te") && !printed.contains("st5te"), "{printed}");
    }
}

#[test]
fn a_refusal_tells_the_oauth_error_and_its_description() {
    assert_eq!(parse("error=access_denied&state=st%26te"), Err("refused access_denied None".into()));
    assert_eq!(
        parse("state=st%26te&error=server_error&error_description=Try+again%21&code=c0de"),
        Err("refused server_error Some(\"Try again!\")".into())
    );
}

#[test]
fn a_callback_with_neither_code_nor_error_is_refused() {
    assert_eq!(parse("state=st%26te"), Err("no code".into()));
    assert_eq!(parse("state=st%26te&code="), Err("no code".into()));
}

#[test]
fn of_a_parameter_that_comes_twice_the_first_counts() {
    assert_eq!(parse("code=first&code=second&state=st%26te&state=forged"), Ok("first".into()));
}

#[test]
fn a_failed_callback_is_an_authentication_error_without_a_status() {
    let error = AuthCallback::parse("error=access_denied&state=s", "s").unwrap_err();
    assert_eq!((error.code(), error.status(), error.is_retryable()), ("AUTHENTICATION_ERROR", None, false));
    assert_eq!(error.to_string(), "authorization failed: access_denied");
}

//! Compressed responses: those that were asked for, those that were not, and bombs.

use mobiscroll_connect::{Error, RequestOptions};
use mobiscroll_connect_sandbox::{Coding, Fault, Operation};

use crate::support::{ADA, builder, category, only, signed_in, with_tokens};

/// The codings that this build decodes.
fn decoded() -> Vec<Coding> {
    let codings = [
        (Coding::Gzip, cfg!(feature = "gzip")),
        (Coding::Brotli, cfg!(feature = "brotli")),
        (Coding::Zstd, cfg!(feature = "zstd")),
    ];
    codings.into_iter().filter(|(_, is_decoded)| *is_decoded).map(|(coding, _)| coding).collect()
}

#[tokio::test]
async fn responses_are_asked_for_in_the_codings_of_the_features_and_decoded() {
    for coding in decoded() {
        let (sandbox, client) = signed_in().await;
        let fault = sandbox.inject(Fault::on(Operation::ListCalendars).compress(coding));
        let calendars = client.calendars().list().send_with_response().await.unwrap();
        assert_eq!(fault.fired(), 1, "{coding}: not asked for");
        assert!(!calendars.value.calendars.is_empty(), "{coding}");
        assert_eq!(calendars.headers.get("content-encoding"), None, "{coding}");
    }
}

#[tokio::test]
async fn a_request_may_decline_compression() {
    let (sandbox, client) = signed_in().await;
    let fault = sandbox.inject(Fault::on(Operation::ListCalendars).compress(Coding::Gzip));
    let plain = RequestOptions::new().header(http::header::ACCEPT_ENCODING, "identity".parse().unwrap()).unwrap();
    client.with_options(plain).calendars().list().await.unwrap();
    assert_eq!(fault.fired(), 0);
    assert_eq!(only(&sandbox, Operation::ListCalendars).header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn the_limit_of_a_body_counts_decoded_bytes_so_that_a_bomb_ends_there() {
    for coding in decoded() {
        let (sandbox, client) = signed_in().await;
        // 1 GiB.
        sandbox.inject(Fault::on(Operation::ListCalendars).bomb(coding, 1 << 30));
        let small = client.with_options(RequestOptions::new().max_body(1 << 20));
        let error = small.calendars().list().await.unwrap_err();
        assert_eq!(category(&error), "Decode", "{coding}: {error:?}");
        assert!(error.to_string().contains("max_body"), "{coding}: {error}");
        // As many encoded bytes are no matter.
        client.calendars().list().await.unwrap();
    }
}

#[tokio::test]
async fn a_bomb_in_the_body_of_an_error_leaves_its_status() {
    for coding in decoded() {
        let (sandbox, client) = signed_in().await;
        sandbox.inject(Fault::on(Operation::ListCalendars).bomb(coding, 1 << 30).status(500));
        let error = client.calendars().list().await.unwrap_err();
        assert_eq!((category(&error), error.status()), ("Server", Some(500)), "{coding}");
    }
}

#[tokio::test]
async fn a_coding_that_was_not_asked_for_is_named() {
    for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
        let (sandbox, client) = signed_in().await;
        sandbox.inject(Fault::on(Operation::ListCalendars).compress_unasked(coding));
        match client.calendars().list().await {
            Ok(calendars) => assert!(decoded().contains(&coding) && !calendars.calendars.is_empty()),
            Err(error) => {
                assert!(!decoded().contains(&coding), "{coding}: {error}");
                let Error::Decode(failure) = &error else { panic!("{coding}: {error:?}") };
                let named = format!("in the content coding {coding}, which was not asked for");
                assert!(error.to_string().contains(&named), "{coding}: {error}");
                assert_eq!(failure.body(), "", "{coding}");
            }
        }
    }
}

#[tokio::test]
async fn a_coding_of_an_error_response_is_named_beside_its_status() {
    let (sandbox, client) = signed_in().await;
    let error = Fault::on(Operation::ListCalendars).status(500).header("content-encoding", "compress").body("\u{1f}?");
    sandbox.inject(error);
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.status()), ("Server", Some(500)));
    assert!(error.to_string().contains("with a body in the content coding compress"), "{error}");
}

#[tokio::test]
async fn identity_is_no_coding() {
    let (sandbox, client) = signed_in().await;
    let plain = Fault::on(Operation::ListCalendars).status(200).header("content-encoding", "Identity");
    sandbox.inject(plain.header("content-type", "application/json").body("[]"));
    assert!(client.calendars().list().await.unwrap().calendars.is_empty());
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn corrupt_compression_is_a_broken_response_which_a_read_retries() {
    for garbage in [Fault::gzip_garbage as fn(Fault) -> Fault, Fault::gzip_truncated] {
        let (sandbox, client) = signed_in().await;
        sandbox.inject(garbage(Fault::on(Operation::ListCalendars)));
        let error = client.calendars().list().await.unwrap_err();
        assert_eq!(category(&error), "Network", "{error:?}");
        sandbox.inject(garbage(Fault::on(Operation::ListCalendars)));
        let retrying = client.with_options(RequestOptions::new().retry(mobiscroll_connect::RetryPolicy::new()));
        retrying.calendars().list().await.unwrap();
    }
}

#[tokio::test]
async fn new_tokens_arrive_compressed() {
    for coding in decoded() {
        let (sandbox, client) = signed_in().await;
        let before = client.auth().credentials().unwrap();
        sandbox.expire_access_token(ADA);
        let fault = sandbox.inject(Fault::on(Operation::RefreshToken).compress(coding));
        client.calendars().list().await.unwrap();
        assert_eq!(fault.fired(), 1, "{coding}");
        assert_ne!(client.auth().credentials().unwrap().access_token(), before.access_token());
    }
}

#[tokio::test]
async fn a_client_of_ones_own_decodes_what_it_is_set_to() {
    let (sandbox, _) = signed_in().await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_gzip();
    let client = with_tokens(builder(&sandbox).http_client(http.build().unwrap()), sandbox.issue_tokens(ADA));
    sandbox.inject(Fault::on(Operation::ListCalendars).compress_unasked(Coding::Gzip));
    let error = client.calendars().list().await.unwrap_err();
    assert!(error.to_string().contains("gzip"), "{error}");
}

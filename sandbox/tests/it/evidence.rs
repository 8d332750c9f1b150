use mobiscroll_connect_sandbox::{Fault, Operation, RevocationReason};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Api, answer, send};

fn refresh_token(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn the_age_of_every_presented_token_is_known() {
    let api = Api::empty().await;
    let first = api.sandbox.issue_tokens("alice").refresh_token;
    let second = refresh_token(&api.refresh(&first).await.1);
    api.refresh(&first).await;
    let third = refresh_token(&api.refresh(&second).await.1);
    assert_eq!(api.refresh(&first).await.0, 400, "two rotations late");
    assert_eq!(api.refresh(&third).await.0, 400, "the grant is gone");
    api.refresh("nonsense").await;
    api.refresh(&api.sandbox.issue_tokens("alice").access_token).await;
    api.refresh(&Api::empty().await.sandbox.issue_tokens("alice").refresh_token).await;

    let log = api.sandbox.refresh_log("alice");
    let seen: Vec<_> = log.iter().map(|token| (token.age, token.accepted)).collect();
    assert_eq!(seen, [(0, true), (1, true), (0, true), (2, false), (0, false)]);
    assert!(log.is_sorted_by_key(|token| token.at));

    let counts = api.sandbox.token_counts("alice");
    assert_eq!((counts.refreshed_current, counts.refreshed_retired), (2, 1));
    assert_eq!((counts.refused_too_old, counts.refused_revoked, counts.refused_unknown), (1, 1, 0));
    assert_eq!((counts.refreshes(), api.sandbox.refreshes("alice")), (3, 3));
    let total = api.sandbox.total_token_counts();
    assert_eq!((total.refreshes(), total.refused_unknown), (3, 3));
    assert!(api.sandbox.refresh_log("bob").is_empty());
}

#[tokio::test]
async fn a_revoked_grant_is_noted_once_with_its_reason() {
    let api = Api::empty().await;
    let reasons = || api.sandbox.grants_revoked("alice").iter().map(|grant| grant.reason).collect::<Vec<_>>();
    api.sandbox.revoke_grant("alice");
    assert!(reasons().is_empty(), "there was nothing to revoke");

    let token = api.sandbox.issue_tokens("alice").access_token;
    for _ in 0..2 {
        answer(api.post("/oauth/revoke").json(&json!({ "token": token }))).await;
    }
    let old = api.sandbox.issue_tokens("alice").refresh_token;
    let new = refresh_token(&api.refresh(&old).await.1);
    api.refresh(&new).await;
    api.refresh(&old).await;
    let _code = api.sandbox.authorize("alice");
    api.sandbox.revoke_grant("alice");
    let expected = [RevocationReason::RevokeEndpoint, RevocationReason::TokenTooOld, RevocationReason::Test];
    assert_eq!(reasons(), expected);
    assert_eq!(api.sandbox.token_counts("alice").grants_revoked, 3);
    assert_eq!(api.sandbox.total_token_counts().grants_revoked, 3);
}

#[tokio::test]
async fn a_code_used_twice_is_counted() {
    let api = Api::empty().await;
    let code = api.sandbox.authorize("alice");
    for _ in 0..3 {
        api.exchange(&code).await;
    }
    let revoked = api.sandbox.authorize("alice");
    api.sandbox.revoke_grant("alice");
    assert_eq!(api.exchange(&revoked).await.1["error"], "invalid_grant");
    let counts = api.sandbox.token_counts("alice");
    assert_eq!((counts.codes_exchanged, counts.codes_reused), (1, 2));
}

#[tokio::test]
async fn an_altered_token_is_unknown() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    let (message, signature) = tokens.refresh_token.rsplit_once('.').expect("a signature");
    let (header, _) = message.split_once('.').expect("claims");
    let (_, others) = tokens.access_token.split_once('.').expect("claims");
    let (claims, _) = others.split_once('.').expect("claims");
    for forged in [message.to_owned(), format!("{message}."), format!("{header}.{claims}.{signature}"), "..".into()] {
        assert_eq!(api.refresh(&forged).await.1["error"], "invalid_grant");
        assert_eq!(api.try_access(&forged).await, 401);
    }
    assert_eq!(api.try_access(&tokens.refresh_token).await, 401, "only an access token gives access");
    assert_eq!(api.refresh(&tokens.refresh_token).await.0, 200);
}

#[tokio::test]
async fn counts_stay_exact_when_the_log_forgets() {
    const REQUESTS: usize = 10_050;
    let api = Api::empty().await;
    api.sandbox.inject(Fault::on(Operation::Health).times(3).status(503));
    let stream = TcpStream::connect(api.sandbox.origin().trim_start_matches("http://")).await.expect("a connection");
    let (mut reader, mut writer) = stream.into_split();
    let (mut answers, request) = (Vec::new(), "GET /api/health HTTP/1.1\r\nhost: sandbox\r\n");
    let requests = format!("{request}\r\n").repeat(REQUESTS - 1) + request + "connection: close\r\n\r\n";
    let (sent, read) = tokio::join!(writer.write_all(requests.as_bytes()), reader.read_to_end(&mut answers));
    assert!(sent.is_ok() && read.is_ok());

    let sandbox = &api.sandbox;
    assert_eq!(sandbox.requests().len(), 10_000);
    assert_eq!(sandbox.count(Operation::Health), REQUESTS);
    assert_eq!(sandbox.count_answered(Operation::Health, 200), REQUESTS - 3);
    assert_eq!(sandbox.count_answered(Operation::Health, 503), 3);
    assert_eq!(sandbox.count(Operation::ListEvents), 0);
    sandbox.clear_requests();
    assert_eq!(sandbox.count(Operation::Health), 0);
    send(api.get("/nowhere")).await;
    let unknown = &sandbox.request_counts()[&None];
    assert_eq!((unknown.requests, unknown.answers.get(&404)), (1, Some(&1)));
}

#[tokio::test]
async fn large_bodies_push_older_requests_out_of_the_log() {
    let api = Api::empty().await;
    let body = vec![b' '; 1024 * 1024];
    for _ in 0..66 {
        send(api.post("/event").body(body.clone())).await;
    }
    assert_eq!(api.sandbox.requests().len(), 64);
    assert_eq!(api.sandbox.count_answered(Operation::CreateEvent, 401), 66);
}

//! Compressed answers, and small ones that decode to large ones.

use std::io::{self, Read};

use flate2::read::GzDecoder;
use mobiscroll_connect_sandbox::{Coding, Fault, FaultHandle, Operation, Sandbox};
use reqwest::{Method, header::HeaderMap};
use ruzstd::decoding::StreamingDecoder;
use serde_json::{Value, json};

use crate::support::{Api, answer, plain, send};

fn decoder<'a>(coding: &str, body: &'a [u8]) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match coding {
        "gzip" => Box::new(GzDecoder::new(body)),
        "br" => Box::new(brotli::Decompressor::new(body, 4096)),
        "zstd" => Box::new(StreamingDecoder::new(body).map_err(io::Error::other)?),
        _ => return Err(io::ErrorKind::Unsupported.into()),
    })
}

pub(crate) fn decode(coding: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    decoder(coding, body)?.read_to_end(&mut decoded)?;
    Ok(decoded)
}

/// Counts what a body decodes to, all of which must be spaces.
fn count_spaces(coding: Coding, body: &[u8]) -> u64 {
    let mut decoder = decoder(coding.as_str(), body).expect("a coding");
    let mut buffer = [0; 64 * 1024];
    let mut count = 0;
    loop {
        let read = decoder.read(&mut buffer).expect("good data");
        if read == 0 {
            return count;
        }
        assert!(buffer[..read].iter().all(|byte| *byte == b' '));
        count += read as u64;
    }
}

/// Lists calendars, and gives the answer's headers and body as they came.
async fn calendars(api: &Api, accept_encoding: Option<&str>) -> (HeaderMap, Vec<u8>) {
    let token = api.sandbox.issue_tokens("alice").access_token;
    let mut request = api.get("/calendars").bearer_auth(token);
    if let Some(codings) = accept_encoding {
        request = request.header("accept-encoding", codings);
    }
    let answer = send(request).await;
    (answer.headers().clone(), answer.bytes().await.expect("a body").to_vec())
}

#[tokio::test]
async fn answers_are_compressed_when_asked_for() {
    let api = Api::empty().await;
    let (_, plain) = calendars(&api, None).await;
    for coding in Coding::ALL {
        let fault: FaultHandle = api.sandbox.inject(Fault::on(Operation::ListCalendars).compress(*coding).always());
        let (headers, body) = calendars(&api, None).await;
        assert!(!headers.contains_key("content-encoding") && body == plain);
        let (headers, body) = calendars(&api, Some("identity")).await;
        assert!(!headers.contains_key("content-encoding") && body == plain);
        assert_eq!(fault.fired(), 0, "nobody asked for it");

        let (headers, body) = calendars(&api, Some("gzip, br, zstd")).await;
        assert_eq!(headers["content-encoding"], coding.as_str());
        assert_eq!(headers["vary"], "accept-encoding");
        assert_eq!(headers["content-type"], "application/json; charset=utf-8");
        assert!(body.len() < plain.len() / 2, "{coding}: {} of {}", body.len(), plain.len());
        assert_eq!(decode(coding.as_str(), &body).expect("good data"), plain);
        assert_eq!(fault.fired(), 1);
        fault.remove();
    }
}

#[tokio::test]
async fn answers_are_compressed_unasked() {
    let api = Api::empty().await;
    let (_, plain) = calendars(&api, None).await;
    for coding in Coding::ALL {
        let fault = api.sandbox.inject(Fault::on(Operation::ListCalendars).compress_unasked(*coding));
        let (headers, body) = calendars(&api, None).await;
        assert_eq!(headers["content-encoding"], coding.as_str());
        assert_eq!(fault.fired(), 1);
        assert_eq!(decode(coding.as_str(), &body).expect("good data"), plain);
    }
}

#[tokio::test]
async fn a_bomb_decodes_to_what_was_stated() {
    const MIB: u64 = 1024 * 1024;
    for http2 in [false, true] {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let client = plain();
        let client = if http2 { client.http2_prior_knowledge() } else { client }.build().expect("a client");
        for coding in Coding::ALL {
            for decoded in [0, 1, 2118, 2119, 70_000, MIB, 3 * MIB + 5, 33 * MIB] {
                let bomb = sandbox.inject(Fault::on(Operation::Health).bomb(*coding, decoded));
                let answer = send(client.get(format!("{}/health", sandbox.base_url()))).await;
                assert_eq!(answer.headers()["content-encoding"], coding.as_str());
                let body = answer.bytes().await.expect("a body");
                assert_eq!(count_spaces(*coding, &body), decoded, "{coding}");
                assert!(body.len() as u64 <= 2_200 + decoded / 900, "{coding}: {} for {decoded}", body.len());
                assert_eq!(bomb.fired(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_bomb_of_any_size_begins_at_once() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    for coding in Coding::ALL {
        let bomb = sandbox.inject(Fault::on(Operation::Health).bomb(*coding, u64::MAX));
        let mut answer = send(plain().build().expect("a client").get(format!("{}/health", sandbox.base_url()))).await;
        let mut begin = Vec::new();
        while begin.len() < 64 * 1024 {
            begin.extend(answer.chunk().await.expect("bytes").expect("more"));
        }
        let mut decoded = [0; 4096];
        decoder(coding.as_str(), &begin).expect("a coding").read_exact(&mut decoded).expect("good data");
        assert_eq!((decoded, bomb.fired()), ([b' '; 4096], 1));
        assert!(answer.content_length().is_some_and(|length| length > 1 << 40));
    }
}

#[tokio::test]
async fn a_huge_body_is_sent_over_http2_too() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    sandbox.inject(Fault::on(Operation::Health).huge(3_000_001));
    let client = plain().http2_prior_knowledge().build().expect("a client");
    let body = send(client.get(format!("{}/health", sandbox.base_url()))).await.bytes().await.expect("a body");
    assert!(body.len() == 3_000_001 && body.iter().all(|byte| *byte == b' '));
}

#[tokio::test]
async fn the_admin_api_compresses_and_sends_bombs() {
    let api = Api::empty().await;
    let post = |fault: Value| {
        answer(api.http.request(Method::POST, format!("{}/_sandbox/faults", api.sandbox.origin())).json(&fault))
    };
    for (fault, description) in [
        (json!({ "compress": "br" }), "any: asked for br, in br"),
        (json!({ "compressUnasked": "zstd" }), "any: in zstd"),
        (json!({ "bomb": { "coding": "gzip", "bytes": 5 } }), "any: status 200, 5 spaces in gzip"),
    ] {
        assert_eq!(post(fault).await.1["description"], description);
    }
    for (fault, field) in [
        (json!({ "compress": "lzma" }), "compress"),
        (json!({ "bomb": { "coding": "gzip" } }), "bomb"),
        (json!({ "compress": "br", "halfBody": true }), "compress"),
    ] {
        let (status, answer) = post(fault).await;
        assert_eq!((status, &answer["field"]), (400, &json!(field)));
    }
}

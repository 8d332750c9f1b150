//! Pages of other origins cannot use the admin API; CORS is an option.

use mobiscroll_connect_sandbox::{Sandbox, Seed};
use reqwest::{Method, header::HeaderMap};
use serde_json::json;

use crate::support::{Api, answer};

async fn with(
    configure: impl FnOnce(mobiscroll_connect_sandbox::SandboxBuilder) -> mobiscroll_connect_sandbox::SandboxBuilder,
) -> Api {
    Api::with(configure(Sandbox::builder().seed(Seed::Empty)).start().await.expect("a sandbox"))
}

async fn reset(api: &Api, headers: &[(&'static str, String)]) -> u16 {
    let url = format!("{}/_sandbox/reset", api.sandbox.origin());
    let request = api.http.post(url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    answer(request).await.0
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let api = Api::empty().await;
    let own = api.sandbox.origin().to_owned();
    let port = own.rsplit(':').next().expect("a port").to_owned();
    assert_eq!(reset(&api, &[]).await, 200, "programs send no Origin");
    assert_eq!(reset(&api, &[("origin", own)]).await, 200);
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1", &format!("http://localhost:{port}"), ""] {
        assert_eq!(reset(&api, &[("origin", origin.to_owned())]).await, 403, "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(reset(&api, &[("sec-fetch-site", site.to_owned())]).await, 403, "{site}");
    }
}

#[tokio::test]
async fn names_that_others_can_have_are_refused() {
    let api = with(|builder| builder.allow_host("ci.example")).await;
    let url = format!("{}/_sandbox/users", api.sandbox.origin());
    for (host, expected) in [
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("a b", 403),
        ("localhost:99", 200),
        ("sandbox:4010", 200),
        ("ci.example", 200),
        ("[::1]:4010", 200),
    ] {
        assert_eq!(answer(api.http.get(&url).header("host", host)).await.0, expected, "{host}");
    }
    // The API itself is served under every name.
    let health = format!("{}/health", api.sandbox.base_url());
    assert_eq!(answer(api.http.get(health).header("host", "evil.example")).await.0, 200);
}

#[tokio::test]
async fn the_checks_hold_over_http2() {
    let api = Api::empty().await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let url = format!("{}/_sandbox/reset", api.sandbox.origin());
    assert_eq!(answer(client.post(&url)).await.0, 200);
    assert_eq!(answer(client.post(&url).header("origin", api.sandbox.origin())).await.0, 200);
    assert_eq!(answer(client.post(&url).header("origin", "https://evil.example")).await.0, 403);
}

async fn headers_of(api: &Api, method: Method, url: &str, origin: &str) -> (u16, HeaderMap) {
    let request = api.http.request(method, url).header("origin", origin);
    let request = request.header("access-control-request-method", "GET");
    let response = request.header("access-control-request-headers", "authorization").send().await.expect("an answer");
    (response.status().as_u16(), response.headers().clone())
}

#[tokio::test]
async fn cors_is_off_unless_it_is_asked_for() {
    const APP: &str = "http://localhost:3000";
    let closed = Api::empty().await;
    let any = with(|builder| builder.cors("*")).await;
    let listed = with(|builder| builder.cors(APP).cors("https://other.example")).await;
    for (api, origin, on_api, on_admin) in [
        (&closed, APP, false, false),
        (&any, APP, true, false),
        (&listed, APP, true, true),
        (&listed, "https://other.example", true, true),
        (&listed, "https://evil.example", false, false),
    ] {
        for (url, expected) in [
            (format!("{}/health", api.sandbox.base_url()), on_api),
            (format!("{}/_sandbox/users", api.sandbox.origin()), on_admin),
        ] {
            let (status, asked) = headers_of(api, Method::OPTIONS, &url, origin).await;
            let (_, answered) = headers_of(api, Method::GET, &url, origin).await;
            assert_eq!(status == 204, expected, "{url} {origin}");
            for headers in [&asked, &answered] {
                let allowed = headers.get("access-control-allow-origin").and_then(|value| value.to_str().ok());
                assert_eq!(allowed, expected.then_some(origin), "{url} {origin}");
            }
            if expected {
                assert_eq!(asked["access-control-allow-headers"], "authorization");
            }
        }
        api.departures();
    }
    let url = format!("{}/_sandbox/codes", listed.sandbox.origin());
    let request = listed.http.post(url).header("origin", APP).json(&json!({ "user": "alice" }));
    assert_eq!(answer(request).await.0, 200);
}

#[tokio::test]
async fn another_address_is_listened_on_if_it_is_asked_for() {
    let api = with(|builder| builder.listen("0.0.0.0".parse().expect("an address"))).await;
    assert!(api.sandbox.local_addr().ip().is_unspecified());
    assert!(api.sandbox.origin().starts_with("http://127.0.0.1:"));
    assert_eq!(answer(api.get("/health")).await.0, 200);
    api.sandbox.swallow_handshakes().expect("a socket").end();
    assert_eq!(answer(api.get("/health")).await.0, 200);
    let six = with(|builder| builder.listen("::1".parse().expect("an address"))).await;
    assert!(six.sandbox.origin().starts_with("http://[::1]:"));
    assert_eq!(answer(six.get("/health")).await.0, 200);
}

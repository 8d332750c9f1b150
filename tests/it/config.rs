//! Settings.

use std::process::Command;
use std::time::Duration;

use mobiscroll_connect::{Client, Error, RequestOptions, Tokens};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::category;

const REDIRECT: &str = "https://app.example/cb";

/// The message of a configuration error.
fn refused(outcome: Result<Client, Error>) -> String {
    let error = outcome.unwrap_err();
    let Error::Configuration(failure) = &error else { panic!("{error:?}") };
    assert_eq!((error.code(), error.status(), error.is_retryable()), ("MOBISCROLL_ERROR", None, false));
    assert_eq!(failure.message(), error.to_string());
    error.to_string()
}

#[test]
fn empty_settings_are_refused_by_name() {
    for empty in ["", " ", "\t\n"] {
        assert_eq!(refused(Client::new(empty, "secret", REDIRECT)), "the client id is empty");
        assert_eq!(refused(Client::new("id", empty, REDIRECT)), "the client secret is empty");
        assert_eq!(refused(Client::new("id", "secret", empty)), "the redirect URI is empty");
    }
}

#[test]
fn a_redirect_uri_that_is_not_absolute_is_refused() {
    for uri in ["/cb", "app.example/cb", "::"] {
        assert_eq!(refused(Client::new("id", "secret", uri)), "the redirect URI is not an absolute URL");
    }
}

#[test]
fn a_redirect_uri_to_which_nobody_returns_is_refused() {
    for uri in ["https://app.example/cb#top", "https://app.example/cb#", "my-app:/callback#x"] {
        assert_eq!(refused(Client::new("id", "secret", uri)), "the redirect URI has a fragment");
    }
    for scheme in ["ftp", "file", "javascript", "data", "mailto", "ws", "wss"] {
        let problem = format!("the scheme {scheme} is not allowed in a redirect URI");
        assert_eq!(refused(Client::new("id", "secret", format!("{scheme}://app.example/cb"))), problem);
    }
    for uri in ["com.example.app:/oauth", "http://localhost:8080/cb", "http://127.0.0.1/cb?a=1"] {
        assert!(Client::builder("id", "secret", uri).base_url("http://localhost").build().is_ok(), "{uri}");
    }
}

#[tokio::test]
async fn a_timeout_or_deadline_of_zero_is_refused() {
    let builder = || Client::builder("id", "secret", REDIRECT).base_url("http://localhost");
    assert_eq!(refused(builder().timeout(Duration::ZERO).build()), "the timeout is zero");
    assert_eq!(refused(builder().deadline(Duration::ZERO).build()), "the deadline is zero");
    let client = builder().build().unwrap();
    client.set_credentials(Tokens::new("a").with_refresh_token("r"));
    for (options, problem) in [
        (RequestOptions::new().timeout(Duration::ZERO), "the timeout is zero"),
        (RequestOptions::new().deadline(Duration::ZERO), "the deadline is zero"),
    ] {
        let client = client.with_options(options);
        for error in [
            client.calendars().list().await.unwrap_err(),
            client.auth().refresh().await.unwrap_err(),
            client.auth().get_token(&"code".into()).await.unwrap_err(),
        ] {
            let Error::InvalidInput(failure) = &error else { panic!("{error:?}") };
            assert_eq!((failure.message(), error.operation()), (problem, failure.operation()));
            assert!(error.operation().is_some() && error.to_string().ends_with(problem), "{error}");
        }
    }
}

#[test]
fn a_redirect_uri_of_an_own_scheme_is_taken() {
    let client = Client::builder("id", "secret", "my-app:/callback").base_url("http://localhost").build();
    let page = client.unwrap().auth().generate_auth_url("ada").build().unwrap();
    assert!(page.contains("&redirect_uri=my-app%3A%2Fcallback&"), "{page}");
}

#[test]
fn unusable_base_urls_are_refused() {
    for (url, problem) in [
        ("", "the base URL is not an absolute URL"),
        ("/api", "the base URL is not an absolute URL"),
        ("localhost", "the base URL is not an absolute URL"),
        ("http://", "the base URL is not an absolute URL"),
        ("localhost:4010/api", "the base URL is neither https nor http"),
        ("ftp://connect.example", "the base URL is neither https nor http"),
        ("file:///api", "the base URL is neither https nor http"),
        ("https://me@connect.example", "the base URL carries credentials"),
        ("https://:pass@connect.example", "the base URL carries credentials"),
        ("https://connect.example/api?x=1", "the base URL carries a query or a fragment"),
        ("https://connect.example/api#x", "the base URL carries a query or a fragment"),
        ("http://connect.example/api", CLEAR_TEXT),
        ("http://10.0.0.7/api", CLEAR_TEXT),
        ("http://localhost.example/api", CLEAR_TEXT),
    ] {
        assert_eq!(refused(Client::builder("id", "secret", REDIRECT).base_url(url).build()), problem, "{url}");
    }
}

const CLEAR_TEXT: &str =
    "the base URL is http: tokens and the client secret would be sent in clear text; `allow_http` allows it";

#[test]
fn clear_text_is_for_this_machine_unless_it_is_allowed() {
    for url in ["http://localhost:1", "http://app.localhost", "http://127.0.0.9", "http://[::1]:4010/api"] {
        assert!(Client::builder("id", "secret", REDIRECT).base_url(url).build().is_ok(), "{url}");
    }
    let builder = Client::builder("id", "secret", REDIRECT).base_url("http://connect.example/api");
    assert!(builder.allow_http(true).build().is_ok());
}

#[test]
fn credentials_that_fit_no_header_are_refused() {
    for id in ["line\nbreak", "nul\0", "return\r", "a:b"] {
        let reason = refused(Client::new(id, "secret", REDIRECT));
        assert_eq!(reason, "the client id contains a colon, or characters that are not allowed in a header", "{id}");
    }
    for secret in ["secret\n", "sec\rret"] {
        let reason = refused(Client::new("id", secret, REDIRECT));
        assert!(reason.starts_with("the client secret has a line break"), "{reason}");
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn the_default_base_url_is_that_of_the_service() {
    let page = Client::new("id", "secret", REDIRECT).unwrap().auth().generate_auth_url("ada").build().unwrap();
    assert!(page.starts_with("https://connect.mobiscroll.com/api/oauth/authorize?"), "{page}");
}

#[tokio::test]
async fn a_call_outside_of_tokio_is_not_needed_to_make_a_client() {
    let build = || Client::builder("id", "secret", REDIRECT).base_url("http://localhost").build().is_ok();
    assert!(std::thread::spawn(build).join().unwrap());
}

/// Set in the process that [`from_env`] starts.
const CHILD: &str = "MOBISCROLL_TEST_CHILD";

/// Runs [`the_environment_gives_all_settings`] in a process with these variables, and returns what it prints there.
fn from_env(variables: &[(&str, &std::ffi::OsStr)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["config::the_environment_gives_all_settings", "--exact", "--nocapture"]).env(CHILD, "yes");
    for name in ["CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI", "BASE_URL"] {
        child.env_remove(format!("MOBISCROLL_{name}"));
    }
    let output = child.envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let (_, from) = printed.split_once("<<").unwrap_or_else(|| panic!("{printed}"));
    from.split_once(">>").unwrap().0.to_owned()
}

fn print_client_from_env() {
    let printed = match Client::from_env() {
        Ok(client) => client.auth().generate_auth_url("ada").build().unwrap(),
        Err(error) => format!("{error}\n{error:?}\n{}", crate::support::layers(&error).join("\n")),
    };
    println!("<<{printed}>>");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn an_empty_base_url_in_the_environment_counts_as_none() {
    let page = from_env(&[
        ("MOBISCROLL_CLIENT_ID", "env-id".as_ref()),
        ("MOBISCROLL_CLIENT_SECRET", "env-secret".as_ref()),
        ("MOBISCROLL_REDIRECT_URI", REDIRECT.as_ref()),
        ("MOBISCROLL_BASE_URL", "".as_ref()),
    ]);
    assert!(page.starts_with("https://connect.mobiscroll.com/api/oauth/authorize?"), "{page}");
}

#[test]
fn a_call_outside_of_tokio_is_an_invalid_input() {
    let client = Client::builder("id", "secret", REDIRECT).base_url("http://localhost").build().unwrap();
    let call = std::pin::pin!(client.health().send());
    let polled = call.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    let std::task::Poll::Ready(Err(error)) = polled else { panic!("{polled:?}") };
    assert_eq!(crate::support::category(&error), "InvalidInput");
}

#[test]
fn the_environment_gives_all_settings() {
    if std::env::var_os(CHILD).is_some() {
        return print_client_from_env();
    }
    let page = from_env(&[
        ("MOBISCROLL_CLIENT_ID", "env-id".as_ref()),
        ("MOBISCROLL_CLIENT_SECRET", "env-secret".as_ref()),
        ("MOBISCROLL_REDIRECT_URI", REDIRECT.as_ref()),
        ("MOBISCROLL_BASE_URL", "http://localhost:4010/api".as_ref()),
    ]);
    assert!(page.starts_with("http://localhost:4010/api/oauth/authorize?client_id=env-id&"), "{page}");
    assert!(page.contains("&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&"), "{page}");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn the_environment_may_leave_the_base_url_out() {
    let page = from_env(&[
        ("MOBISCROLL_CLIENT_ID", "env-id".as_ref()),
        ("MOBISCROLL_CLIENT_SECRET", "env-secret".as_ref()),
        ("MOBISCROLL_REDIRECT_URI", REDIRECT.as_ref()),
    ]);
    assert!(page.starts_with("https://connect.mobiscroll.com/api/oauth/authorize?"), "{page}");
}

#[test]
fn a_missing_variable_is_named() {
    let all = [
        ("MOBISCROLL_CLIENT_ID", "env-id".as_ref()),
        ("MOBISCROLL_CLIENT_SECRET", "env-secret".as_ref()),
        ("MOBISCROLL_REDIRECT_URI", REDIRECT.as_ref()),
    ];
    for missing in 0..all.len() {
        let mut some = all.to_vec();
        let (name, _) = some.remove(missing);
        let printed = from_env(&some);
        assert!(printed.starts_with(&format!("{name}: not set\n")), "{printed}");
        assert!(!printed.contains("env-secret"), "{printed}");
    }
}

#[test]
fn an_empty_variable_is_refused() {
    let printed = from_env(&[
        ("MOBISCROLL_CLIENT_ID", "".as_ref()),
        ("MOBISCROLL_CLIENT_SECRET", "env-secret".as_ref()),
        ("MOBISCROLL_REDIRECT_URI", REDIRECT.as_ref()),
    ]);
    assert!(printed.starts_with("the client id is empty\n"), "{printed}");
}

#[cfg(unix)]
#[test]
fn a_secret_that_is_not_unicode_is_refused_and_not_shown() {
    use std::os::unix::ffi::OsStrExt;
    let printed = from_env(&[
        ("MOBISCROLL_CLIENT_ID", "env-id".as_ref()),
        ("MOBISCROLL_CLIENT_SECRET", std::ffi::OsStr::from_bytes(b"s3cr3t\xff")),
        ("MOBISCROLL_REDIRECT_URI", REDIRECT.as_ref()),
    ]);
    assert!(printed.starts_with("MOBISCROLL_CLIENT_SECRET: not Unicode\n"), "{printed}");
    assert!(!printed.contains("s3cr3t"), "{printed}");
}

#[tokio::test]
async fn requests_go_through_the_proxy_that_is_set() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = reqwest::Proxy::all(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let client = Client::builder("id", "secret", "https://app.example/cb").base_url("http://connect.example/api");
    let client = client.allow_http(true).proxy(proxy).build().unwrap();
    let health = tokio::spawn(async move { client.health().await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = [0; 1024];
    let read = stream.read(&mut request).await.unwrap();
    assert!(request[..read].starts_with(b"GET http://connect.example/api/health HTTP/1.1\r\n"));
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"status\":\"ok\"}").await.unwrap();
    assert_eq!(health.await.unwrap().unwrap().status.as_deref(), Some("ok"));
}

#[test]
fn proxies_and_a_client_of_ones_own_exclude_each_other() {
    let builder = Client::builder("id", "secret", "https://app.example/cb").http_client(reqwest::Client::new());
    let builder = builder.proxy(reqwest::Proxy::all("http://127.0.0.1:9").unwrap());
    assert_eq!(category(&builder.build().unwrap_err()), "Configuration");
    let factory = || Client::builder("id", "secret", REDIRECT).http_client_factory(|| Ok(reqwest::Client::new()));
    assert_eq!(
        refused(factory().connect_timeout(Duration::from_secs(1)).build()),
        "`connect_timeout` cannot be combined with `http_client_factory`; configure it on that client"
    );
    assert_eq!(
        refused(factory().http_client(reqwest::Client::new()).build()),
        "`http_client` and `http_client_factory` cannot be combined"
    );
}

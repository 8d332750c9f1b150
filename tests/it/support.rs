//! What the tests share.

use std::error::Error as _;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use mobiscroll_connect::{Client, ClientBuilder, Error, RetryPolicy, Tokens};
use mobiscroll_connect_sandbox::{Fault, FaultHandle, IssuedTokens, Operation, RecordedRequest, Sandbox, Seed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::watch;

/// The user that most tests act for.
pub(crate) const ADA: &str = "ada";

/// A server without events, and a client that acts for [`ADA`].
pub(crate) async fn signed_in() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let client = client_of(&sandbox, ADA);
    (sandbox, client)
}

/// Settings for a client that makes each call once, so that tests see what they have provoked.
pub(crate) fn builder(sandbox: &Sandbox) -> ClientBuilder {
    watch::begin();
    Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri())
        .base_url(sandbox.base_url())
        .retry(RetryPolicy::none())
        // Nobody waits for minutes.
        .presentation_interval(Duration::from_secs(1))
}

/// A client without credentials.
pub(crate) fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

pub(crate) fn client_of(sandbox: &Sandbox, user: &str) -> Client {
    with_tokens(builder(sandbox), sandbox.issue_tokens(user))
}

/// A client whose access token has expired.
pub(crate) fn expired(sandbox: &Sandbox, builder: ClientBuilder) -> Client {
    let client = with_tokens(builder, sandbox.issue_tokens(ADA));
    sandbox.expire_access_token(ADA);
    client
}

pub(crate) fn with_tokens(builder: ClientBuilder, issued: IssuedTokens) -> Client {
    let client = builder.build().unwrap();
    client.set_credentials(tokens(issued));
    client
}

pub(crate) fn tokens(issued: IssuedTokens) -> Tokens {
    Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token)
}

pub(crate) fn access_token(client: &Client) -> String {
    client.auth().credentials().unwrap().access_token().expose().to_owned()
}

/// Has the next request of an operation answered with these bytes.
pub(crate) fn answer(sandbox: &Sandbox, operation: Operation, status: u16, body: impl Into<String>) -> FaultHandle {
    let body: String = body.into();
    sandbox.inject(Fault::on(operation).status(status).header("content-type", "application/json").body(body))
}

/// The one request of an operation that the server saw.
pub(crate) fn only(sandbox: &Sandbox, operation: Operation) -> RecordedRequest {
    let mut requests = sandbox.requests_of(operation);
    assert_eq!(requests.len(), 1, "requests of {operation}");
    requests.remove(0)
}

/// What the server saw, in order.
pub(crate) fn seen(sandbox: &Sandbox) -> Vec<(Operation, Option<u16>)> {
    sandbox.requests().into_iter().map(|request| (request.operation.unwrap(), request.status)).collect()
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The name of an error's category.
pub(crate) fn category(error: &Error) -> &'static str {
    show(error);
    match error {
        Error::Authentication(_) => "Authentication",
        Error::CredentialsChanged(_) => "CredentialsChanged",
        Error::InvalidClient(_) => "InvalidClient",
        Error::PermissionDenied(_) => "PermissionDenied",
        Error::CalendarPermissionRequired(_) => "CalendarPermissionRequired",
        Error::Validation(_) => "Validation",
        Error::NotFound(_) => "NotFound",
        Error::RateLimit(_) => "RateLimit",
        Error::Server(_) => "Server",
        Error::Unexpected(_) => "Unexpected",
        Error::Network(_) => "Network",
        Error::Decode(_) => "Decode",
        Error::TokenStore(_) => "TokenStore",
        Error::AuthCallback(_) => "Callback",
        Error::WebhookVerification(_) => "WebhookVerification",
        Error::Configuration(_) => "Configuration",
        Error::InvalidInput(_) => "InvalidInput",
        _ => "a new category",
    }
}

/// Puts an error and its causes, as they print, to what is looked through for secrets.
pub(crate) fn show(error: &Error) {
    #[cfg(feature = "tracing")]
    {
        tracing::error!("{error} {error:?} {error:#?} {:?}", error.headers());
        let mut source = error.source();
        while let Some(cause) = source {
            tracing::error!("{cause} {cause:?}");
            source = cause.source();
        }
    }
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// The error and its causes, as they print.
pub(crate) fn layers(error: &Error) -> Vec<String> {
    let mut layers = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        layers.push(cause.to_string());
        source = cause.source();
    }
    layers
}

/// Waits until a client whose refresh failed refreshes again.
pub(crate) async fn back_off(client: &Client) {
    let error = client.calendars().list().await.unwrap_err();
    tokio::time::sleep(error.retry_after().unwrap_or(Duration::from_secs(1))).await;
}

/// Waits for something that is bound to happen.
pub(crate) async fn until(mut happened: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never happened");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Follows a link as a browser does, up to the redirect, and returns where that leads.
pub(crate) async fn location(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    let mut stream = TcpStream::connect(url.socket_addrs(|| None).unwrap()[0]).await.unwrap();
    let target = &url[url::Position::BeforePath..];
    let request = format!("GET {target} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let header = answer.lines().find_map(|line| line.strip_prefix("location: "));
    header.unwrap_or_else(|| panic!("no redirect: {answer}")).to_owned()
}

/// A server that answers whatever is asked with these bytes, `repeat` times over, and leaves the connection open.
pub(crate) async fn bytes_server(bytes: &'static [u8], repeat: usize, timeout: Duration) -> Client {
    watch::begin();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            for _ in 0..repeat {
                // The client may have heard enough.
                let _ = stream.write_all(bytes).await;
            }
            open.push(stream);
        }
    });
    let client = Client::builder("id", "secret", "https://app.example/cb").base_url(base_url);
    let client = client.timeout(timeout).build().unwrap();
    client.set_credentials(Tokens::new("access"));
    client
}

//! The user's part: a browser that opens the consent page and returns to the redirect URI.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::timeout;
use url::Url;

use crate::Outcome;

/// Opens the sandbox's consent page, which grants consent automatically, and returns the callback URL.
pub(crate) async fn agree(url: &str) -> Outcome<String> {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = browser.get(url).send().await?;
    let location = answer.headers().get("location").ok_or("the consent page led nowhere")?;
    Ok(location.to_str()?.to_owned())
}

/// Asks the user to log in with a browser, and waits at the redirect URI for the callback.
pub(crate) async fn in_the_browser(url: &str, redirect_uri: &str) -> Outcome<String> {
    let here = Url::parse(redirect_uri)?;
    let port = here.port_or_known_default().ok_or("the redirect URI has no port")?;
    if here.scheme() != "http" || !matches!(here.host_str(), Some("localhost" | "127.0.0.1")) {
        return Err("for this example, register a redirect URI such as http://localhost:8080/callback".into());
    }
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("\nPlease open this page in your browser and agree:\n  {url}");
    loop {
        let (stream, _) = listener.accept().await?;
        let mut stream = BufReader::new(stream);
        let mut request = String::new();
        // Browsers open connections speculatively, and may send nothing on them.
        if timeout(Duration::from_secs(2), stream.read_line(&mut request)).await.is_err() {
            continue;
        }
        let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
        // Browsers also request an icon.
        let (status, text) = match target.starts_with(here.path()) && target.contains('?') {
            true => ("200 OK", "Thank you. Continue in the terminal."),
            false => ("404 Not Found", "Nothing here."),
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len());
        stream.get_mut().write_all(answer.as_bytes()).await?;
        if status.starts_with("200") {
            return Ok(target);
        }
    }
}

//! The user's part: a browser that goes to the consent page and comes back to the redirect URI.

use std::fmt::Write;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::timeout;
use url::Url;

use crate::Outcome;

/// A value that nobody can guess.
pub(crate) fn random_state() -> Outcome<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

/// Goes to the sandbox's consent page, which agrees by itself, and returns where it leads.
pub(crate) async fn agree(url: &str) -> Outcome<String> {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = browser.get(url).send().await?;
    let location = answer.headers().get("location").ok_or("the consent page led nowhere")?;
    Ok(location.to_str()?.to_owned())
}

/// Asks for a login in the browser, and waits at the redirect URI for its return.
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
        // Browsers open connections ahead of need, and may leave them silent.
        if timeout(Duration::from_secs(2), stream.read_line(&mut request)).await.is_err() {
            continue;
        }
        let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
        // Browsers ask for an icon, too.
        let (status, text) = match target.starts_with(here.path()) && target.contains('?') {
            true => ("200 OK", "Thank you. The story goes on in the terminal."),
            false => ("404 Not Found", "Nothing here."),
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len());
        stream.get_mut().write_all(answer.as_bytes()).await?;
        if status.starts_with("200") {
            return Ok(target);
        }
    }
}

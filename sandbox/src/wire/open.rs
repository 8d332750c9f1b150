//! What can be told from the first bytes of a connection, before they are read.

use std::time::Duration;

use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

/// Enough for the longest method and the begin of a path.
const BEGIN: usize = 64;
/// How long the rest of a begin is waited for.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Looks whether the client begins as one does that knows the server to speak HTTP/2.
pub(crate) async fn begins_as_http2(socket: &TcpStream) -> bool {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0";
    begins(socket, |begin| match begin.len() < PREFACE.len() {
        true if PREFACE.starts_with(begin) => None,
        _ => Some(begin.starts_with(PREFACE)),
    })
    .await
}

/// Looks whether the first request is one of HTTP/1.1 to a path with this prefix.
pub(crate) async fn begins_with_path(socket: &TcpStream, prefix: &str) -> bool {
    let prefix = prefix.as_bytes();
    begins(socket, |begin| {
        let space = begin.iter().position(|byte| *byte == b' ');
        match space.map(|space| &begin[space + 1..]) {
            None if begin.len() < BEGIN => None,
            None => Some(false),
            Some(path) if path.len() < prefix.len() && prefix.starts_with(path) => None,
            Some(path) => Some(path.starts_with(prefix)),
        }
    })
    .await
}

/// Shows the first bytes until something can be told from them; `false` when there are no more, or none for too long.
async fn begins(socket: &TcpStream, tell: impl Fn(&[u8]) -> Option<bool>) -> bool {
    let told = async {
        let mut begin = [0; BEGIN];
        loop {
            match socket.peek(&mut begin).await {
                Ok(0) | Err(_) => return false,
                Ok(read) => {
                    if let Some(told) = tell(&begin[..read]) {
                        return told;
                    }
                }
            }
            // What is there already keeps the socket readable, so there is nothing to wait for but time.
            sleep(Duration::from_millis(1)).await;
        }
    };
    // An idle connection may stay one.
    if socket.readable().await.is_err() {
        return false;
    }
    // That a client has closed its side cannot be seen as long as bytes are left.
    timeout(TIMEOUT, told).await.unwrap_or(false)
}

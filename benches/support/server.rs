//! A server with prepared responses, in a process of its own, so that its cost is not measured.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{data, runtime};

/// The response time of a page under `/slow`.
pub(crate) const SLOW: Duration = Duration::from_millis(5);
/// The number of pages under `/slow`.
pub(crate) const PAGES: usize = 100;
/// The number of events on each page under `/endless`.
pub(crate) const EVENTS: usize = 1000;

/// The server process. Dropping it ends the process.
pub(crate) struct Server {
    process: Child,
    pub(crate) origin: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program).arg("serve").stdout(Stdio::piped()).spawn().expect("this program");
        let mut origin = String::new();
        let output = process.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut origin).expect("the server says where it is");
        Self { process, origin: origin.trim().to_owned() }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("{}/api", self.origin)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the server, if this is the server process; then it does not return.
pub(crate) fn serve_if_told() {
    if std::env::args().nth(1).as_deref() != Some("serve") {
        return;
    }
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("http://{}", listener.local_addr().expect("an address"));
        let answers = Arc::new(Answers::new());
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            tokio::spawn(serve(stream, answers.clone()));
        }
    })
}

/// The prepared responses.
struct Answers {
    /// By path
    whole: HashMap<String, Vec<u8>>,
    /// The parts of a page before and after the number of the next page
    endless: (String, String),
}

impl Answers {
    fn new() -> Self {
        let page = data::page(EVENTS, Some(0));
        let (before, after) = page.split_once(r#""nextPageToken":"0""#).expect("a token");
        let endless = (format!(r#"{before}"nextPageToken":""#), format!(r#""{after}"#));
        Self { whole: answers(), endless }
    }

    fn get(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        let Some(query) = path.strip_prefix("/endless/api/events") else {
            return self.whole.get(path).map(|answer| answer.as_slice().into());
        };
        let page: u32 = query.strip_prefix("?nextPageToken=").map_or(Some(0), |page| page.parse().ok())?;
        let (before, after) = &self.endless;
        let body = format!("{before}{}{after}", page + 1);
        Some(answer("", body).1.into())
    }
}

fn answer(path: &str, body: String) -> (String, Vec<u8>) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    (path.to_owned(), format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

fn answers() -> HashMap<String, Vec<u8>> {
    let token = r#"{"access_token":"new","refresh_token":"newer","token_type":"Bearer","expires_in":3600}"#;
    let pages = (0..PAGES).map(|page| {
        let token = if page == 0 { String::new() } else { format!("?nextPageToken={page}") };
        let next = (page + 1 < PAGES).then_some(page + 1);
        answer(&format!("/slow/api/events{token}"), data::page(50, next))
    });
    let others = [
        answer("/api/calendars", data::calendars()),
        answer("/api/events?pageSize=250", data::page(250, None)),
        answer("/api/events?pageSize=1000", data::page(1000, None)),
        answer("/api/oauth/token", token.to_owned()),
    ];
    pages.chain(others).collect()
}

async fn serve(mut stream: TcpStream, answers: Arc<Answers>) {
    stream.set_nodelay(true).expect("a socket");
    let mut request = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut request).await.is_ok_and(|read| read == 0) {
                return;
            }
        };
        let text = String::from_utf8_lossy(&request[..head]).into_owned();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        while request.len() < head + length {
            if stream.read_buf(&mut request).await.is_ok_and(|read| read == 0) {
                return;
            }
        }
        request.drain(..head + length);
        let path = text.split(' ').nth(1).unwrap_or_default();
        if path.starts_with("/slow/") {
            tokio::time::sleep(SLOW).await;
        }
        let missing = &b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"[..];
        let answer = answers.get(path).unwrap_or(missing.into());
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

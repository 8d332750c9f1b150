//! A server with one response, which it sends at a limited rate.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How much of the response is sent at once, in time.
const STEP: Duration = Duration::from_millis(2);

pub(crate) struct Server {
    pub(crate) base_url: String,
    /// In bit/s; zero for no limit.
    rate: Arc<AtomicU64>,
}

impl Server {
    pub(crate) fn start(coding: Option<&str>, body: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let rate = Arc::new(AtomicU64::new(0));
        let coding = coding.map(|coding| format!("content-encoding: {coding}\r\n")).unwrap_or_default();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{coding}content-length: {}\r\n\r\n",
            body.len()
        );
        let (response, limit) = (Arc::new([head.into_bytes(), body].concat()), rate.clone());
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (response, limit) = (response.clone(), limit.clone());
                thread::spawn(move || serve(stream, &response, &limit));
            }
        });
        Self { base_url, rate }
    }

    pub(crate) fn limit(&self, rate: Option<u64>) {
        self.rate.store(rate.unwrap_or_default(), Ordering::Relaxed);
    }
}

/// Responds to each request of a connection. A client's request fits into one read.
fn serve(mut stream: TcpStream, response: &[u8], rate: &AtomicU64) {
    let mut request = [0; 16 * 1024];
    stream.set_nodelay(true).expect("a socket");
    while stream.read(&mut request).is_ok_and(|read| read > 0) {
        let sent = match rate.load(Ordering::Relaxed) {
            0 => stream.write_all(response),
            rate => send_at(&mut stream, response, rate),
        };
        if sent.is_err() {
            return;
        }
    }
}

fn send_at(stream: &mut TcpStream, response: &[u8], rate: u64) -> std::io::Result<()> {
    let (begun, bytes_per_second) = (Instant::now(), rate as f64 / 8.0);
    let step = (bytes_per_second * STEP.as_secs_f64()) as usize;
    let mut sent = 0;
    for part in response.chunks(step) {
        sent += part.len();
        // It arrives when its last bit does.
        let due = begun + Duration::from_secs_f64(sent as f64 / bytes_per_second);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        stream.write_all(part)?;
    }
    Ok(())
}

//! A sandbox that is dropped leaves nothing behind. A program of its own, so that no other test disturbs the figures.
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use mobiscroll_connect_sandbox::{Disturbance, Fault, FaultHandle, Forgery, Freeze, Operation, Sandbox, Seed};

const WARM_UP: usize = 200;
const MEASURED: usize = 1000;
/// What the allocator may keep for itself: 4 KiB for each sandbox, less than any of them takes.
const SLACK_KIB: u64 = 4 * MEASURED as u64;

/// What the process holds of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    threads: usize,
    files: usize,
    sockets: usize,
    memory_kib: u64,
}

impl Held {
    fn now() -> Self {
        let links = || fs::read_dir("/proc/self/fd").expect("a folder").flatten();
        let is_socket = |link: &fs::DirEntry| {
            fs::read_link(link.path()).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
        };
        let status = fs::read_to_string("/proc/self/status").expect("a file");
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        Self {
            threads: fs::read_dir("/proc/self/task").expect("a folder").count(),
            files: links().count(),
            sockets: links().filter(is_socket).count(),
            memory_kib: memory.trim().trim_end_matches(" kB").parse().expect("a number"),
        }
    }

    fn but_memory(self) -> Self {
        Self { memory_kib: 0, ..self }
    }
}

/// The kernel lists a thread for an instant longer than it can be joined.
fn settled(expected: Option<Held>) -> Held {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let held = Held::now();
        let is_settled = expected.is_none_or(|expected| held.but_memory() == expected.but_memory());
        if is_settled || Instant::now() > deadline {
            return held;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a request, and leaves the connection open.
fn send(sandbox: &Sandbox, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(sandbox.origin().trim_start_matches("http://")).expect("a connection");
    let token = sandbox.issue_tokens("alice").access_token;
    let request = format!("GET /api{path} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    stream
}

/// Reads until the end of the head and of what follows it at once.
fn read_some(stream: &mut TcpStream) {
    let mut answer: Vec<u8> = Vec::new();
    while !answer.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).expect("an answer");
        assert_ne!(read, 0, "the connection stays open");
        answer.extend(&buffer[..read]);
    }
}

/// Has something sent to the webhook URL, and takes the connection without an answer.
fn delivering(sandbox: &Sandbox, deliver: impl FnOnce()) -> TcpStream {
    let receiver = TcpListener::bind("127.0.0.1:0").expect("a port");
    sandbox.set_webhook_url(Some(&format!("http://{}/", receiver.local_addr().expect("an address"))));
    deliver();
    let (mut stream, _) = receiver.accept().expect("a connection");
    read_some(&mut stream);
    stream
}

fn fired(fault: &FaultHandle) {
    while fault.fired() == 0 {
        thread::yield_now();
    }
}

/// Starts a sandbox, and drops it in the middle of something else each time.
fn live_and_die(number: usize) {
    let seed = if number.is_multiple_of(2) { Seed::Demo } else { Seed::Empty };
    let sandbox = Sandbox::builder().seed(seed).start_blocking().expect("a sandbox");
    let open = match number % 12 {
        0 => None,
        1 => {
            let mut idle = send(&sandbox, "/health");
            read_some(&mut idle);
            Some(idle)
        }
        2 => {
            sandbox.inject(Fault::on(Operation::ListCalendars).stall());
            let mut stalled = send(&sandbox, "/calendars");
            read_some(&mut stalled);
            Some(stalled)
        }
        3 => {
            sandbox.inject(Fault::on_any().delay(Duration::from_secs(3600)));
            let pending = send(&sandbox, "/events");
            while sandbox.count(Operation::ListEvents) == 0 {
                thread::yield_now();
            }
            Some(pending)
        }
        4 => {
            sandbox.disturb_deliveries(Disturbance::new().delay(Duration::from_secs(3600)));
            sandbox.deliver_webhook("never due");
            Some(delivering(&sandbox, || drop(sandbox.deliver_webhook("never answered"))))
        }
        5 => Some(delivering(&sandbox, || sandbox.flood_webhook(1_000_000, Forgery::default()))),
        6..=8 => {
            let freeze = Freeze::ALL[number % 12 - 6];
            let frozen = sandbox.inject(Fault::on_any().freeze(freeze));
            let stream = send(&sandbox, "/health");
            fired(&frozen);
            Some(stream)
        }
        9 => {
            let half = sandbox.inject(Fault::on_any().half_close());
            let stream = send(&sandbox, "/health");
            fired(&half);
            Some(stream)
        }
        10 => {
            sandbox.inject(Fault::on_connect().rate(1));
            sandbox.inject(Fault::on_any().huge(u64::MAX));
            let stream = send(&sandbox, "/health");
            sandbox.swallow_handshakes().expect("a socket");
            Some(stream)
        }
        _ => {
            sandbox.inject(Fault::on_any().huge(u64::MAX));
            let mut endless = send(&sandbox, "/health");
            read_some(&mut endless);
            Some(endless)
        }
    };
    drop(sandbox);
    if let Some(mut stream) = open {
        // However the answer stood, the connection has ended.
        let mut rest = [0; 64 * 1024];
        while stream.read(&mut rest).is_ok_and(|read| read > 0) {}
    }
}

#[test]
fn a_thousand_sandboxes_leave_nothing_behind() {
    (0..WARM_UP).for_each(live_and_die);
    let before = settled(None);
    (0..MEASURED).for_each(live_and_die);
    let after = settled(Some(before));
    println!("after {WARM_UP:>5} sandboxes: {before:?}");
    println!("after {MEASURED:>5} more:      {after:?}");
    assert_eq!(after.but_memory(), before.but_memory());
    assert!(after.memory_kib <= before.memory_kib + SLACK_KIB, "memory grew");
}

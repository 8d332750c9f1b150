use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use mobiscroll_connect_sandbox::Sandbox;
use serde_json::Value;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mobiscroll-connect-sandbox"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().expect("the program runs")
}

/// A program that runs until the test ends.
pub(crate) struct Running {
    child: Child,
    lines: Vec<String>,
}

impl Running {
    /// Starts the program on a free port and reads its lines up to the admin API's.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = program(&[&["--port", "0"], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let stdout = child.stdout.take().expect("an output");
        let mut lines = Vec::new();
        for line in BufReader::new(stdout).lines() {
            lines.push(line.expect("a line"));
            if lines.last().is_some_and(|line| line.starts_with("admin API")) {
                break;
            }
        }
        Self { child, lines }
    }

    pub(crate) fn port(&self) -> String {
        let url = self.line("base URL");
        url.rsplit(':').next().expect("a port").trim_end_matches("/api").to_owned()
    }

    pub(crate) fn line(&self, label: &str) -> &str {
        self.lines.iter().find_map(|line| line.strip_prefix(label)).expect("the line").trim()
    }

    #[cfg(unix)]
    fn stop_with(mut self, signal: &str) -> (Option<i32>, String) {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(kill.success());
        let code = self.child.wait().expect("it ends").code();
        let stderr = std::io::read_to_string(self.child.stderr.take().expect("an output")).expect("text");
        (code, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn get(url: String) -> Value {
    reqwest::get(url).await.expect("an answer").json().await.expect("JSON")
}

#[tokio::test]
async fn the_program_says_where_it_listens_and_answers_there() {
    let running = Running::start(&["--client-id", "my-app"]);
    assert_eq!(running.lines[0], "Connect sandbox is running. Stop it with Ctrl-C.");
    let labels = running.lines[1..].iter().map(|line| line[..15].trim_end()).collect::<Vec<_>>();
    assert_eq!(labels, ["base URL", "client id", "client secret", "redirect URI", "admin API"]);
    assert_eq!(running.line("client id"), "my-app");
    assert_eq!(get(format!("{}/health", running.line("base URL"))).await["status"], "ok");
    let index = get(running.line("admin API").to_owned()).await;
    assert_eq!((&index["clientId"], &index["baseUrl"]), (&"my-app".into(), &running.line("base URL").into()));
}

#[tokio::test]
async fn every_setting_has_an_option() {
    let running = Running::start(&[
        "--seed=empty",
        "--consent=deny",
        "--access-token-ttl=1500ms",
        "--write-dialect=nested",
        "--delete-dialect=no-content",
        "--create-status=created",
        "--calendar-id-dialect=absent-in-writes",
        "--conference-dialect=object",
        "--date-dialect=seconds",
        "--scope-denial=forbidden",
        "--access-token-dialect=bare",
        "--refresh-dialect=same-access-token",
        "--expires-in-dialect=absent-in-refreshes",
        "--refresh-refusal=unauthorized",
        "--redirect-uri-rule=optional",
        "--webhook-conference-dialect=object",
        "--channel-dialect=shared",
        "--expiration-dialect=milliseconds",
        "--initial-sync-dialect=per-calendar",
        "--reuse-rule=every-refresh-counts",
        "--legacy-paths-only",
        "--webhook-url=https://other.example/",
        "--webhook-timeout=2s",
        "--webhook-retries=0, 90,1h",
        "--webhook-poll=1m",
        "--webhook-echo=withheld",
        "--no-webhook-initial-sync",
        "--webhook-key-seed=7",
        "--webhook-key-overlap=1h",
        "--webhook-keys-cache-control=max-age=0",
        "--webhooks-anywhere",
    ]);
    let settings = get(format!("{}settings", running.line("admin API"))).await;
    let expected = serde_json::json!({
        "seed": "empty",
        "consent": "deny",
        "accessTokenTtlMs": 1500,
        "writeDialect": "nested",
        "deleteDialect": "no-content",
        "createStatus": "created",
        "calendarIdDialect": "absent-in-writes",
        "conferenceDialect": "object",
        "dateDialect": "seconds",
        "scopeDenial": "forbidden",
        "accessTokenDialect": "bare",
        "refreshDialect": "same-access-token",
        "expiresInDialect": "absent-in-refreshes",
        "refreshRefusal": "unauthorized",
        "redirectUriRule": "optional",
        "webhookConferenceDialect": "object",
        "channelDialect": "shared",
        "expirationDialect": "milliseconds",
        "initialSyncDialect": "per-calendar",
        "reuseRule": "every-refresh-counts",
        "legacyPathsOnly": true,
        "webhookUrl": "https://other.example/",
        "webhookTimeoutMs": 2000,
        "webhookRetriesMs": [0, 90_000, 3_600_000],
        "webhookPollMs": 60_000,
        "webhookEcho": "withheld",
        "webhookInitialSync": false,
        "webhookKeyOverlapMs": 3_600_000,
        "webhookKeysCacheControl": "max-age=0",
    });
    assert_eq!(settings, expected);
    let seeded = Sandbox::builder().webhook_key_seed(7).start().await.expect("a sandbox");
    let keys = get(format!("{}webhooks/keys", running.line("admin API"))).await;
    assert_eq!(keys["keys"][0]["key"], seeded.webhook_keys()[0].public_key);
}

#[tokio::test]
async fn the_clock_may_start_days_off() {
    for (option, milliseconds) in [("--clock-offset=-72h", -259_200_000_i64), ("--clock-offset=48h", 172_800_000)] {
        let running = Running::start(&[option]);
        let clock = get(format!("{}clock", running.line("admin API"))).await;
        let ahead = clock["aheadMs"].as_i64().expect("a number");
        assert!((ahead - milliseconds).abs() < 1_000, "{ahead}");
    }
}

#[tokio::test]
async fn answers_may_be_slow_and_few() {
    let running = Running::start(&["--latency=5ms,2s", "--latency-seed=9", "--rate-limit=100/1m"]);
    let latencies = get(format!("{}latencies", running.line("admin API"))).await;
    let expected = serde_json::json!({ "operation": null, "medianMs": 5, "tailMs": 2000, "seed": 9 });
    assert_eq!(latencies["latencies"], serde_json::json!([expected]));
    let limits = get(format!("{}rate-limits", running.line("admin API"))).await;
    let expected = serde_json::json!({ "operation": null, "requests": 100, "perMs": 60_000 });
    assert_eq!(limits["limits"], serde_json::json!([expected]));
}

#[tokio::test]
async fn deliveries_may_never_be_tried_again() {
    let running = Running::start(&["--webhook-retries=never"]);
    let settings = get(format!("{}settings", running.line("admin API"))).await;
    assert_eq!(settings["webhookRetriesMs"], serde_json::json!([]));
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_sigterm_end_the_program_in_good_order() {
    for signal in ["-INT", "-TERM"] {
        let running = Running::start(&[]);
        assert_eq!(running.stop_with(signal), (Some(0), String::new()), "{signal}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn programs_are_told_in_json_that_it_is_ready() {
    let ready = std::env::temp_dir().join(format!("connect-sandbox-ready-{}", std::process::id()));
    let option = format!("--ready-file={}", ready.display());
    let mut child = program(&["--port=0", "--json", &option]).stdout(Stdio::piped()).spawn().expect("a process");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("an output")).read_line(&mut line).expect("a line");
    let told: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(
        (&told["event"], &told["pid"], &told["loopbackOnly"]),
        (&"ready".into(), &child.id().into(), &true.into())
    );
    assert_eq!(get(format!("{}/health", told["baseUrl"].as_str().expect("a URL"))).await["status"], "ok");
    assert_eq!(get(told["adminUrl"].as_str().expect("a URL").to_owned()).await["clientSecret"], told["clientSecret"]);
    // The file is written after the line.
    let look = |_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        std::fs::read_to_string(&ready).ok()
    };
    let written = (0..1000).find_map(look).expect("the file");
    assert_eq!(written, line);
    let mut running = Running { child, lines: Vec::new() };
    let kill = Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status().expect("kill runs");
    assert!(kill.success() && running.child.wait().expect("it ends").success());
    assert!(!ready.exists(), "the file is gone");
}

#[test]
fn another_address_is_said_in_the_start_lines() {
    let running = Running::start(&["--listen=0.0.0.0"]);
    let line = running.line("listening on");
    assert!(
        line.starts_with("0.0.0.0:") && line.ends_with("; other machines can use it, and need no credentials"),
        "{line}"
    );
    assert!(running.line("base URL").starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn a_state_is_read_from_a_file_and_a_wrong_one_is_explained() {
    let file = std::env::temp_dir().join(format!("connect-sandbox-state-{}.json", std::process::id()));
    let option = format!("--state={}", file.display());
    std::fs::write(&file, r#"{ "version": 1, "users": { "alice": {} } }"#).expect("a file");
    let running = Running::start(&[&option]);
    assert_eq!(get(format!("{}users", running.line("admin API"))).await, serde_json::json!({ "users": ["alice"] }));
    std::fs::write(&file, r#"{ "version": 1, "users": { "alice": { "accounts": [{ "provider": 1 }] } } }"#)
        .expect("a file");
    let output = run(&[&option]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    std::fs::remove_file(&file).expect("the file");
    assert_eq!(output.status.code(), Some(1));
    let expected = format!("error: {}: users.alice.accounts[0].provider: must be a string\n", file.display());
    assert_eq!(message, expected);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_nobody_reads_does_not_end_the_program() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let child = program(&["--port", "0"]).stdout(writer).stderr(Stdio::piped()).spawn().expect("a process");
    let running = Running { child, lines: Vec::new() };
    // The program catches the signal before it writes, so it writes whenever the signal comes.
    while !catches_sigterm(running.child.id()) {
        std::thread::yield_now();
    }
    assert_eq!(running.stop_with("-TERM"), (Some(0), String::new()));
}

#[cfg(target_os = "linux")]
fn catches_sigterm(process: u32) -> bool {
    const SIGTERM: u64 = 15;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("a mask");
    u64::from_str_radix(caught.trim(), 16).expect("hexadecimal") & (1 << (SIGTERM - 1)) != 0
}

#[tokio::test]
async fn a_taken_port_ends_the_program_with_a_clear_message() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let port = sandbox.origin().rsplit(':').next().expect("a port");
    let output = run(&["--port", port]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(message, format!("error: port {port} is in use; choose another with --port\n"));
}

#[test]
fn wrong_arguments_are_explained() {
    for (arguments, explanation) in [
        (&["--port", "70000"][..], "70000"),
        (&["--nonsense"], "--nonsense"),
        (&["--seed", "lots"], "expected small, empty"),
        (&["--consent", "maybe"], "approve, deny"),
        (&["--access-token-ttl=-5s"], "expected seconds"),
        (&["--access-token-ttl", "soon"], "500ms"),
        (&["--webhook-retries", "1s,,2s"], "expected seconds"),
        (&["--webhook-echo", "loud"], "delivered, withheld"),
        (&["--webhook-url", "https://a.example/", "--no-webhook-url"], "cannot be used with"),
    ] {
        let output = run(arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(explanation), "{message}");
    }
    let help = run(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--redirect-uri"));
}

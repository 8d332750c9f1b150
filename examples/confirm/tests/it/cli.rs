//! The program itself.

use std::process::{Output, Stdio};
use std::time::Duration;

use mobiscroll_connect_sandbox::{Operation, Sandbox};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::{assert_clean, consent, sandbox};

const PATIENCE: Duration = Duration::from_secs(120);

fn program(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mobiscroll-connect-confirm"));
    command.args(arguments).env_clear().kill_on_drop(true);
    command.env("MOBISCROLL_CLIENT_ID", sandbox.client_id()).env("MOBISCROLL_CLIENT_SECRET", sandbox.client_secret());
    command.env("MOBISCROLL_REDIRECT_URI", sandbox.redirect_uri()).env("MOBISCROLL_BASE_URL", sandbox.base_url());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Plays the person at the terminal until the program ends. Returns what it has shown on standard error.
async fn attend(child: &mut Child) -> String {
    let mut stdin = child.stdin.take().unwrap();
    let mut shown = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.trim().starts_with("http") {
            let callback = consent(line.trim()).await.unwrap();
            stdin.write_all(format!("{callback}\n").as_bytes()).await.unwrap();
        } else if line.ends_with("[y/N]") {
            stdin.write_all(b"y\n").await.unwrap();
        }
        shown += &line;
    }
    shown
}

async fn ended(mut child: Child) -> (Output, String) {
    let shown = timeout(PATIENCE, attend(&mut child)).await.unwrap();
    (timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap(), shown)
}

#[tokio::test]
async fn it_logs_in_by_a_pasted_address_and_reports_as_json() {
    let sandbox = sandbox().start().await.unwrap();
    let arguments = ["--json", "--scopes", "--webhooks", "--end-authorization", "--provider", "microsoft"];
    let (output, shown) = ended(program(&sandbox, &arguments).spawn().unwrap()).await;
    let text = String::from_utf8(output.stdout).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((output.status.code(), &report["provider"]), (Some(0), &"microsoft".into()), "{text}");
    assert_eq!((&report["host"], &report["problems"]), (&"127.0.0.1".into(), &Value::Array(Vec::new())));
    let finding = &report["findings"][0];
    assert_eq!((&finding["dispute"], &finding["verdict"]), (&"health-auth".into(), &"confirmed".into()));
    // Neither what it knows nor what it was told.
    for secret in [sandbox.client_secret(), "eyJ", "outlook.example"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(!shown.contains(sandbox.client_secret()) && !shown.contains("eyJ"), "{shown}");
    assert_clean(&sandbox);
}

#[tokio::test]
async fn ctrl_c_ends_the_questions_and_removes_what_was_created() {
    let sandbox = sandbox().start().await.unwrap();
    let mut child = program(&sandbox, &["--yes"]).spawn().unwrap();
    let id = child.id().unwrap().to_string();
    let press = async {
        while sandbox.count(Operation::CreateEvent) < 4 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    };
    let (shown, ()) = tokio::join!(timeout(PATIENCE, attend(&mut child)), press);
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(shown.unwrap().contains("Interrupted"));
    assert!(String::from_utf8(output.stdout).unwrap().contains("problem: the run was interrupted"));
    assert_clean(&sandbox);
}

#[tokio::test]
async fn bad_arguments_and_missing_settings_are_exit_code_2() {
    let sandbox = sandbox().start().await.unwrap();
    for (arguments, variable, message) in [
        (&["--all"][..], None, "error: unknown argument --all; see --help\n"),
        (&["--calendar"], None, "error: --calendar needs a value\n"),
        (&["--disconnect", "google"], None, "error: --disconnect needs NAME:ID\n"),
        (&[], Some("MOBISCROLL_CLIENT_SECRET"), "error: MOBISCROLL_CLIENT_SECRET is not set; see --help\n"),
    ] {
        let mut command = program(&sandbox, arguments);
        if let Some(name) = variable {
            command.env_remove(name);
        }
        let output = command.output().await.unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
    }
}

#[tokio::test]
async fn help_is_for_those_without_settings_too() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mobiscroll-connect-confirm"));
    let mut child = command.arg("--help").env_clear().stdout(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).await.unwrap();
    assert!(child.wait().await.unwrap().success());
    assert!(text.contains("--end-authorization"), "{text}");
}

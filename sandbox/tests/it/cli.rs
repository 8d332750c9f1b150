use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use mobiscroll_connect_sandbox::Sandbox;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mobiscroll-connect-sandbox"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().expect("the program runs")
}

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_says_where_it_listens_and_answers_there() {
    let mut child =
        program(&["--port", "0", "--client-id", "my-app"]).stdout(Stdio::piped()).spawn().expect("a process");
    let stdout = child.stdout.take().expect("an output");
    let _running = Running(child);
    let lines: Vec<String> = BufReader::new(stdout).lines().take(5).map(|line| line.expect("a line")).collect();
    let base_url = lines[1].strip_prefix("base URL").expect("the base URL").trim();
    assert!(lines[2].starts_with("client id") && lines[2].ends_with("my-app"));
    let answer = reqwest::get(format!("{base_url}/health")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
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
    assert_eq!(run(&["--port", "70000"]).status.code(), Some(2));
    assert_eq!(run(&["--nonsense"]).status.code(), Some(2));
    let help = run(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--redirect-uri"));
}

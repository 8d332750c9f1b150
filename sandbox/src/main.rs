//! Runs the sandbox from the command line, until Ctrl-C.
#![forbid(unsafe_code)]

use std::{io, process::ExitCode};

use clap::{Parser, ValueEnum};
use mobiscroll_connect_sandbox::{Consent, Sandbox, Seed};

/// A local, in-memory imitation of the Mobiscroll Connect API.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Port of 127.0.0.1 to listen on; 0 takes any free one
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// Client id of the registered application
    #[arg(long, default_value = "sandbox-client")]
    client_id: String,
    /// Client secret of the registered application
    #[arg(long, default_value = "sandbox-secret")]
    client_secret: String,
    /// Redirect URI of the registered application
    #[arg(long, default_value = "https://app.example/oauth/callback")]
    redirect_uri: String,
    /// What happens when a user is asked for consent
    #[arg(long, value_enum, default_value_t = Answer::Approve)]
    consent: Answer,
    /// Give new users calendars without events
    #[arg(long)]
    empty: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Answer {
    /// Show the consent page
    Ask,
    /// Allow at once
    Approve,
    /// Deny at once
    Deny,
}

impl From<Answer> for Consent {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Ask => Self::Ask,
            Answer::Approve => Self::Approve,
            Answer::Deny => Self::Deny,
        }
    }
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), String> {
    let port = options.port;
    let sandbox = Sandbox::builder()
        .port(port)
        .seed(if options.empty { Seed::Empty } else { Seed::Demo })
        .client_id(options.client_id)
        .client_secret(options.client_secret)
        .consent(options.consent.into())
        .redirect_uri(options.redirect_uri)
        .start_blocking()
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!("port {port} is in use; choose another with --port")
            }
            _ => format!("cannot listen on port {port}: {error}"),
        })?;

    println!("Connect sandbox is running. Stop it with Ctrl-C.");
    println!("base URL       {}", sandbox.base_url());
    println!("client id      {}", sandbox.client_id());
    println!("client secret  {}", sandbox.client_secret());
    println!("redirect URI   {}", sandbox.redirect_uri());
    wait_for_interrupt().map_err(|error| format!("cannot wait for Ctrl-C: {error}"))
}

fn wait_for_interrupt() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(tokio::signal::ctrl_c())
}

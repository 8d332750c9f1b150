//! Runs the sandbox from the command line, until Ctrl-C.
#![forbid(unsafe_code)]

use std::{io, process::ExitCode, time::Duration};

use clap::{Parser, ValueEnum};
use mobiscroll_connect_sandbox::{DeleteDialect, Sandbox, SandboxBuilder, Seed, WriteDialect};

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
    /// Give new users calendars without events
    #[arg(long)]
    empty: bool,
    /// Form of the answer to a created or updated event
    #[arg(long, value_enum, default_value = "root")]
    write_dialect: Write,
    /// Form of the answer to a deleted event
    #[arg(long, value_enum, default_value = "json")]
    delete_dialect: Delete,
    /// Serve connection status and disconnect only without /oauth, as old deployments do
    #[arg(long)]
    legacy_paths_only: bool,
    /// Lifetime of access tokens in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    access_token_ttl: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Write {
    Root,
    Nested,
}

#[derive(Clone, Copy, ValueEnum)]
enum Delete {
    Json,
    NoContent,
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
    let sandbox = warning(Sandbox::builder())
        .port(port)
        .seed(if options.empty { Seed::Empty } else { Seed::Demo })
        .client_id(options.client_id)
        .client_secret(options.client_secret)
        .redirect_uri(options.redirect_uri)
        .write_dialect(match options.write_dialect {
            Write::Root => WriteDialect::Root,
            Write::Nested => WriteDialect::Nested,
        })
        .delete_dialect(match options.delete_dialect {
            Delete::Json => DeleteDialect::Json,
            Delete::NoContent => DeleteDialect::NoContent,
        })
        .legacy_paths_only(options.legacy_paths_only)
        .access_token_ttl(Duration::from_secs(options.access_token_ttl))
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

/// Has departures from the API's contract printed as they happen.
#[cfg(feature = "contract")]
fn warning(builder: SandboxBuilder) -> SandboxBuilder {
    use std::io::Write as _;

    use mobiscroll_connect_sandbox::ContractChecks;

    builder.contract_checks(ContractChecks::Record).on_violation(|violation| {
        // A closed standard error is no reason to stop serving.
        let _ = writeln!(io::stderr(), "warning: {violation}");
    })
}

#[cfg(not(feature = "contract"))]
fn warning(builder: SandboxBuilder) -> SandboxBuilder {
    builder
}

fn wait_for_interrupt() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(tokio::signal::ctrl_c())
}

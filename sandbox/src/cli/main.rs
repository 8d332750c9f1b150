//! Runs the sandbox from the command line, until Ctrl-C or SIGTERM.
#![forbid(unsafe_code)]

mod announce;
mod options;
mod parse;

use std::{
    future::{self, Future},
    io::{self, Write},
    process::ExitCode,
    task::Poll,
};

use clap::Parser;

use crate::{announce::ReadyFile, options::Options};

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Where errors cannot be written, the exit code has to do.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), String> {
    let (port, admin, json, ready_file) = (options.port, !options.no_admin, options.json, options.ready_file.clone());
    let sandbox = options.into_builder()?.start_blocking().map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!("port {port} is in use; choose another with --port"),
        _ => format!("cannot listen on port {port}: {error}"),
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(|error| format!("cannot wait for signals: {error}"))?;
    runtime.block_on(async {
        let stopped = stop_signal().map_err(|error| format!("cannot wait for signals: {error}"))?;
        // Only now, since a reader of the lines may send the signal. Nobody has to read them.
        let line = announce::line(&sandbox, admin);
        let _ = if json { announce::json(&line) } else { announce::text(&sandbox, admin) };
        let _ready_file = ready_file.map(|path| ReadyFile::write(&path, &line)).transpose()?;
        stopped.await;
        Ok(())
    })
}

/// Begins to listen for the signals that stop the program, and gives what waits for one.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    Ok(future::poll_fn(move |context| {
        let any = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if any { Poll::Ready(()) } else { Poll::Pending }
    }))
}

/// Begins to listen for Ctrl-C, and gives what waits for it.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { interrupt.recv().await })
}

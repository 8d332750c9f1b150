//! The program at a terminal.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use mobiscroll_connect_confirm::{HELP, Outcome, Person, Settings, run};
use tokio::sync::{Mutex, mpsc};

fn main() -> ExitCode {
    let settings = match Settings::read(std::env::args().skip(1)) {
        Ok(settings) => settings,
        Err(error) => return failed(&*error),
    };
    if settings.help {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let json = settings.json;
    let report = match runtime.block_on(run(settings, &Terminal::new(), interrupted())) {
        Ok(report) => report,
        Err(error) => return failed(&*error),
    };
    let text = if json { format!("{:#}\n", report.to_json()) } else { report.to_string() };
    // A reader that has gone away needs no report.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(report.exit_code())
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(2)
}

/// Waits for Ctrl-C; for ever where there is none.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    eprintln!("Interrupted: removing what was created.");
}

/// The person at the terminal: the dialogue is on standard error, the report alone on standard output.
struct Terminal {
    lines: Mutex<mpsc::Receiver<String>>,
}

impl Terminal {
    fn new() -> Self {
        let (sender, lines) = mpsc::channel(1);
        // A thread of its own, since nothing interrupts a read from a terminal.
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines: Mutex::new(lines) }
    }

    async fn line(&self) -> Outcome<String> {
        Ok(self.lines.lock().await.recv().await.ok_or("the input has ended")?)
    }
}

impl Person for Terminal {
    async fn log_in(&self, url: &str) -> Outcome<String> {
        eprintln!("Open this page in your browser and agree:\n  {url}");
        eprintln!("Then paste the address that the browser ends on, even if that page cannot be shown:");
        self.line().await
    }

    async fn agrees(&self, question: &str) -> Outcome<bool> {
        eprintln!("{question} [y/N]");
        Ok(matches!(self.line().await?.trim(), "y" | "Y" | "yes"))
    }
}

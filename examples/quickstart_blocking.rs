//! The flow of `quickstart` with the blocking client: consent, tokens, calendars, events, and a token that expires.
//!
//! `cargo run --features blocking --example quickstart_blocking` runs it against a sandbox, without an account. If
//! `MOBISCROLL_CLIENT_ID`, `MOBISCROLL_CLIENT_SECRET` and `MOBISCROLL_REDIRECT_URI` are set, it runs against the real
//! service, and asks for the URL to which your browser was redirected.

use std::error::Error;
use std::io::{BufRead, BufReader, Write, stdin};
use std::net::TcpStream;
use std::process::ExitCode;

use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::blocking::{Client, ClientBuilder};
use mobiscroll_connect::{EventCreate, EventDelete, EventUpdate, Scope, Tokens};
use mobiscroll_connect_sandbox::{Sandbox, Seed};
use url::{Position, Url};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let Err(error) = story() else { return ExitCode::SUCCESS };
    // `Display` prints one layer of an error; `source` has its cause.
    let mut layer: Option<&dyn Error> = Some(&*error);
    while let Some(error) = layer {
        eprintln!("error: {error}");
        layer = error.source();
    }
    ExitCode::FAILURE
}

fn story() -> Outcome {
    let sandbox = match std::env::var_os("MOBISCROLL_CLIENT_ID") {
        Some(_) => None,
        None => Some(Sandbox::builder().seed(Seed::Empty).start_blocking()?),
    };
    let client = authorize(&connect(sandbox.as_ref())?, sandbox.is_some())?;

    println!("\nThe calendars of all accounts:");
    let calendars = client.calendars().list().send()?;
    for calendar in &calendars {
        println!("  {:<10} {}", calendar.provider, calendar.title.as_deref().unwrap_or(&calendar.id));
    }
    let calendar = calendars.into_iter().next().ok_or("the user has no calendar")?;
    let (provider, id) = (calendar.provider, calendar.id);

    let start = Timestamp::now() + 24.hours();
    let draft = EventCreate::new(provider.clone(), &id, "Team meeting", start, start + 1.hour()).location("Room A");
    let event = client.events().create(draft).send()?;
    println!("\nCreated an event with the id {}.", event.id);

    if let Some(sandbox) = &sandbox {
        println!("The access token expires now; the next call refreshes it.");
        sandbox.expire_access_tokens();
    }
    client.events().update(EventUpdate::new(provider.clone(), &id, &event.id).title("Moved upstairs")).send()?;

    println!("\nThe events of two days:");
    for item in client.events().list().start(Timestamp::now()).end(start + 24.hours()).stream() {
        let Some(event) = item?.into_event() else { continue };
        println!("  {:?}, {}", event.start, event.title.as_deref().unwrap_or("untitled"));
    }
    client.events().delete(EventDelete::new(provider, &id, &event.id)).send()?;
    client.auth().revoke().send()?;
    println!("\nDeleted the event and revoked the authorization.");
    Ok(())
}

/// Builds a client whose hook prints a line. An application persists the tokens there.
fn connect(sandbox: Option<&Sandbox>) -> Outcome<Client> {
    let builder = match sandbox {
        Some(sandbox) => Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri())
            .base_url(sandbox.base_url()),
        None => ClientBuilder::from_env()?,
    };
    let tell = |_: Tokens| println!("  (new tokens: an application would save them now)");
    Ok(builder.on_tokens_refreshed(tell).build()?)
}

/// Logs a user in, and returns a handle for the user.
fn authorize(client: &Client, on_sandbox: bool) -> Outcome<Client> {
    let login = client.auth().begin_login("quickstart-user").scope(Scope::ReadWrite).start()?;
    let callback = match on_sandbox {
        true => agree(login.url())?,
        false => ask(login.url())?,
    };
    println!("The browser returned with a code, which is exchanged for tokens.");
    Ok(client.auth().complete_login(callback, login.seal().clone()).send()?)
}

/// Opens the sandbox's consent page, which grants consent automatically, and returns the callback URL.
fn agree(page: &str) -> Outcome<String> {
    let page = Url::parse(page)?;
    let mut stream = TcpStream::connect(&*page.socket_addrs(|| None)?)?;
    write!(stream, "GET {} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n", &page[Position::BeforePath..])?;
    for line in BufReader::new(stream).lines() {
        if let Some(location) = line?.strip_prefix("location: ") {
            return Ok(location.to_owned());
        }
    }
    Err("the consent page led nowhere".into())
}

/// Asks the user to log in with a browser.
fn ask(page: &str) -> Outcome<String> {
    println!("Please open this page in your browser and agree:\n  {page}\nThen paste the URL where it ended:");
    let mut callback = String::new();
    stdin().read_line(&mut callback)?;
    Ok(callback.trim().to_owned())
}

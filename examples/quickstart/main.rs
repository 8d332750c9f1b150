//! Walks through the full flow: consent, tokens, calendars, events, a token that expires in between, and an error.
//!
//! `cargo run --example quickstart` runs it against a sandbox, without an account. If `MOBISCROLL_CLIENT_ID`,
//! `MOBISCROLL_CLIENT_SECRET` and `MOBISCROLL_REDIRECT_URI` are set, it runs against the real service: log in with your
//! browser when asked to. It deletes the events that it creates.

mod consent;

use std::error::Error;
use std::process::ExitCode;

use futures_util::TryStreamExt;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::{
    Calendar, CalendarEvent, Client, ClientBuilder, EventCreate, EventDelete, EventItem, EventUpdate, Frequency,
    RecurrenceRule, Scope, Tokens,
};
use mobiscroll_connect_sandbox::{Sandbox, Seed};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = story().await else { return ExitCode::SUCCESS };
    // `Display` prints one layer of an error; `source` has its cause.
    let mut layer: Option<&dyn Error> = Some(&*error);
    while let Some(error) = layer {
        eprintln!("error: {error}");
        layer = error.source();
    }
    ExitCode::FAILURE
}

async fn story() -> Outcome {
    let sandbox = match std::env::var_os("MOBISCROLL_CLIENT_ID") {
        Some(_) => None,
        None => Some(Sandbox::builder().seed(Seed::Empty).start().await?),
    };
    let client = connect(sandbox.as_ref())?;
    println!("The service says: {:?}.", client.health().await?.status.unwrap_or_default());

    let client = authorize(&client, sandbox.as_ref()).await?;
    let calendar = choose_calendar(&client).await?;

    let mut events = Vec::new();
    let outcome = play(&client, sandbox.as_ref(), &calendar, &mut events).await;
    for event in &events {
        client.events().delete(EventDelete::new(calendar.provider.clone(), &calendar.id, &event.id)).await?;
    }
    println!("\nDeleted all {} events.", events.len());
    outcome?;
    client.auth().revoke().await?;
    println!("Revoked the authorization.");
    Ok(())
}

/// Runs the calendar operations. `events` collects the events to delete afterwards.
async fn play(
    client: &Client,
    sandbox: Option<&Sandbox>,
    calendar: &Calendar,
    events: &mut Vec<CalendarEvent>,
) -> Outcome {
    create_events(client, calendar, events).await?;
    expire_token(client, sandbox);
    list_events(client, calendar).await?;
    move_event(client, calendar, &events[0]).await?;
    show_an_error(client, calendar).await;
    Ok(())
}

/// Builds a client whose hook prints a line. An application persists the tokens there.
fn connect(sandbox: Option<&Sandbox>) -> Outcome<Client> {
    let builder = match sandbox {
        Some(sandbox) => {
            println!("Started a sandbox of Mobiscroll Connect at {}.", sandbox.base_url());
            Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri())
                .base_url(sandbox.base_url())
        }
        None => ClientBuilder::from_env()?,
    };
    let client = builder.on_tokens_refreshed(|tokens: Tokens| {
        let expiry =
            tokens.expires_at().map_or("an unknown time".to_owned(), |at| at.strftime("%H:%M UTC").to_string());
        println!("  (new tokens, valid until {expiry}: an application would save them now)");
    });
    Ok(client.build()?)
}

/// Logs a user in, and returns a handle for the user.
async fn authorize(client: &Client, sandbox: Option<&Sandbox>) -> Outcome<Client> {
    // A web application keeps `login.seal()` in the user's session or a cookie until the browser returns.
    let login = client.auth().begin_login("quickstart-user").scope(Scope::ReadWrite).start()?;
    let callback = match sandbox {
        Some(_) => {
            println!("\nThe user's browser opens the consent page, and the user agrees.");
            consent::agree(login.url()).await?
        }
        None => consent::in_the_browser(login.url(), &std::env::var("MOBISCROLL_REDIRECT_URI")?).await?,
    };
    println!("The browser returned with a code, which is exchanged for tokens.");
    let client = client.auth().complete_login(callback, login.seal().clone()).await?;

    let status = client.auth().get_connection_status().await?;
    for (provider, accounts) in &status.connections {
        for account in accounts {
            println!("Connected at {provider}: {}.", account.id);
        }
    }
    Ok(client)
}

async fn choose_calendar(client: &Client) -> Outcome<Calendar> {
    println!("\nThe calendars of all accounts:");
    let calendars = client.calendars().list().await?;
    for calendar in &calendars {
        println!("  {:<10} {}", calendar.provider, calendar.title.as_deref().unwrap_or(&calendar.id));
    }
    Ok(calendars.into_iter().next().ok_or("the user has no calendar")?)
}

async fn create_events(client: &Client, calendar: &Calendar, events: &mut Vec<CalendarEvent>) -> Outcome {
    println!("\nCreating events in {}:", calendar.title.as_deref().unwrap_or(&calendar.id));
    let tomorrow = Offset::UTC.to_datetime(Timestamp::now()).date().tomorrow()?;
    let at = |hour: i8| -> Result<Timestamp, jiff::Error> { Offset::UTC.to_timestamp(tomorrow.at(hour, 0, 0, 0)) };
    let (provider, id) = (&calendar.provider, &calendar.id);
    let drafts = [
        EventCreate::new(provider.clone(), id, "Team meeting", at(9)?, at(10)?).location("Room A"),
        EventCreate::new(provider.clone(), id, "Stand-up", at(8)?, at(8)? + 15.minutes())
            .recurrence(RecurrenceRule::new(Frequency::Daily).count(5)),
        EventCreate::new_all_day(provider.clone(), id, "Offsite", tomorrow, tomorrow.tomorrow()?)?,
    ];
    for draft in drafts {
        let event = client.events().create(draft).await?;
        println!("  {}, id {}", event.title.as_deref().unwrap_or("untitled"), event.id);
        events.push(event);
    }
    Ok(())
}

fn expire_token(client: &Client, sandbox: Option<&Sandbox>) {
    println!("\nNow the access token expires. The next call refreshes it.");
    match (sandbox, client.auth().credentials()) {
        (Some(sandbox), _) => sandbox.expire_access_tokens(),
        // The real service cannot expire a token on demand, so replace it by an invalid one.
        (None, Some(tokens)) => {
            if let Some(refresh_token) = tokens.refresh_token() {
                let spoiled = Tokens::new("expired").with_refresh_token(refresh_token.expose());
                client.set_credentials(spoiled);
            }
        }
        (None, None) => {}
    }
}

async fn list_events(client: &Client, calendar: &Calendar) -> Outcome {
    println!("Listing the next seven days, three events to a page:");
    let now = Timestamp::now();
    let mut events = client
        .events()
        .list()
        .start(now)
        .end(now + (7 * 24).hours())
        .calendar_ids([(calendar.provider.clone(), [&calendar.id])])
        .page_size(3)
        .stream();
    while let Some(item) = events.try_next().await? {
        let EventItem::Event(event) = item else { continue };
        let start = event.start.map_or("no start".to_owned(), |start| start.strftime("%a %d %b %H:%M UTC").to_string());
        println!("  {start}  {}", event.title.as_deref().unwrap_or("untitled"));
    }
    Ok(())
}

async fn move_event(client: &Client, calendar: &Calendar, event: &CalendarEvent) -> Outcome {
    let (Some(start), Some(end)) = (event.start, event.end) else { return Err("the event has no time".into()) };
    let update = EventUpdate::new(calendar.provider.clone(), &calendar.id, &event.id)
        .start(start + 2.hours())
        .end(end + 2.hours())
        .clear_location();
    let moved = client.events().update(update).await?;
    let start = moved.start.map_or("no start".to_owned(), |start| start.strftime("%H:%M UTC").to_string());
    println!("\nMoved the meeting by two hours, to {start}, and cleared its room.");
    Ok(())
}

async fn show_an_error(client: &Client, calendar: &Calendar) {
    println!("\nAn error: deleting an event that does not exist.");
    let delete = EventDelete::new(calendar.provider.clone(), &calendar.id, "no-such-event");
    if let Err(error) = client.events().delete(delete).await {
        println!("  {error}");
        println!("  code {}, status {:?}, retryable: {}", error.code(), error.status(), error.is_retryable());
    }
}

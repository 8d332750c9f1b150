//! The blocking client: the same SDK without async.
//!
//! [`Client`] has the methods of the [async client](crate::Client), with the same requests, models and errors. A
//! request is sent by [`send`](crate::Request::send), which waits for the response.
//!
//! ```no_run
//! # fn main() -> Result<(), mobiscroll_connect::Error> {
//! use mobiscroll_connect::{Tokens, blocking::Client};
//!
//! let client = Client::new("CLIENT_ID", "CLIENT_SECRET", "https://example.com/callback")?;
//! client.set_credentials(Tokens::new("ACCESS_TOKEN").with_refresh_token("REFRESH_TOKEN"));
//! for calendar in client.calendars().list().send()? {
//!     println!("{} {}", calendar.provider, calendar.id);
//! }
//! for item in client.events().list().stream() {
//!     let Some(event) = item?.into_event() else { continue };
//!     println!("{:?}", event.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Threads
//!
//! A client has one thread of its own, on which its requests are made, its tokens refreshed and saved. A refresh that
//! has started continues there when its caller has returned, and dropping the last handle waits for it, at most 10
//! seconds; call [`Client::close`] to learn whether everything was saved.
//!
//! Clients are `Send`, `Sync` and cheap to clone. They work on any thread, also within a Tokio runtime, where a call
//! keeps its worker thread from other work: prefer `spawn_blocking` or the async client there. Hooks run on threads of
//! their own and may call the client, and so do [blocking stores](BlockingTokenStore). An [async
//! store](crate::TokenStore) runs on the client's own thread, and must not call the client: that is an
//! [`Error::InvalidInput`](crate::Error::InvalidInput).

mod client;
mod driver;
mod iter;
mod store;

pub use client::{Client, ClientBuilder};
pub use iter::{AuthEvents, EventStream};
pub use store::{BlockingTokenStore, StoreResult};

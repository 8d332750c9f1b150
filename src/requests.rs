//! The parameters of each operation, as [`Request`](crate::Request) holds them.
//!
//! Most code never names these types. They are for requests that are stored, compared, or sent later:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
//! use mobiscroll_connect::requests::ListEvents;
//!
//! let list = ListEvents::new().page_size(50);
//! let stored: Vec<ListEvents> = vec![list.clone(), list.single_events(false)];
//! for params in stored {
//!     let page = client.request(params).await?;
//! }
//! # Ok(())
//! # }
//! ```

pub use crate::auth::{
    CompleteLogin, DeleteCredentials, GetToken, ListStoredUsers, LoadCredentials, Offboard, Refresh, Revoke,
    SeedCredentials,
};
pub use crate::events::{CreateOnce, FindCreated};
pub use crate::params::*;
pub use crate::webhooks::RenewSubscription;
#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub use crate::webhooks::VerifyWebhook;

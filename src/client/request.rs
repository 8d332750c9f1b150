//! Sending requests without blocking.

use std::future::IntoFuture;

use super::Client;
use crate::auth::CompleteLogin;
use crate::call::{ApiResponse, Endpoint, Request, Sealed};
use crate::error::Error;
use crate::events::EventStream;
use crate::params::ListEvents;
use crate::sync::BoxFuture;

impl<P: Endpoint> Request<P, Client> {
    /// Sends the request. The future is `Send` and `'static`, for `tokio::spawn` and the like.
    ///
    /// # Errors
    ///
    /// Those of the operation.
    pub async fn send(self) -> Result<P::Output, Error> {
        self.into_future().await
    }

    /// Sends the request, and returns status and headers with the value.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// let response = client.calendars().list().send_with_response().await?;
    /// println!("{:?}: {:?}", response.request_id(), response.value.calendars);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the operation.
    pub async fn send_with_response(self) -> Result<ApiResponse<P::Output>, Error> {
        self.client.caller().call_with_response(self.params).await
    }
}

impl<P: Endpoint> IntoFuture for Request<P, Client> {
    type Output = Result<P::Output, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.params.call(self.client.caller().clone())
    }
}

impl Request<CompleteLogin, Client> {
    /// Completes the login, and returns a handle for its user. `.await` does the same.
    ///
    /// # Errors
    ///
    /// Those of [`Auth::complete_login`](crate::Auth::complete_login).
    pub async fn send(self) -> Result<Client, Error> {
        self.into_future().await
    }
}

impl IntoFuture for Request<CompleteLogin, Client> {
    type Output = Result<Client, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (user, code) = self.params.check(self.client.caller())?;
            let handle = self.client.for_user(user);
            code.call(handle.caller().clone()).await?;
            Ok(handle)
        })
    }
}

impl Request<ListEvents, Client> {
    /// Reads every event of every page, by pagination.
    ///
    /// The stream owns what it needs, yields an error once and ends. If the service's page tokens repeat, that is an
    /// error, too; by then, items may have been yielded twice. [Malformed events](crate::EventItem::Malformed) are
    /// items like the others, so that one does not hide the rest. The next page is fetched while you process the
    /// current one, unless [`read_ahead`](EventStream::read_ahead) is off; at most two pages are in memory.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use futures_util::TryStreamExt;
    /// use mobiscroll_connect::EventItem;
    ///
    /// let mut items = client.events().list().stream();
    /// while let Some(item) = items.try_next().await? {
    ///     match item {
    ///         EventItem::Event(event) => println!("{:?} {:?}", event.start, event.title),
    ///         EventItem::Malformed(item) => eprintln!("skipped: {}", item.reason),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "iter_all")]
    pub fn stream(self) -> EventStream {
        EventStream::new(self.params, self.client.caller().clone())
    }
}

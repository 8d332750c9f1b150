//! The one shape of a request: its parameters, and the client that sends it.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Caller;
use crate::error::Error;
use crate::operation::Operation;
use crate::raw;
use crate::sync::BoxFuture;
use crate::transport::BuildError;

/// A request that has not been sent yet: the parameters `P` of one operation, for a client `C`.
///
/// With the async [`Client`](crate::Client), `.await` sends it, or [`send`](Request::send) where a future is wanted,
/// such as for `tokio::spawn`; with the blocking client (feature `blocking`), `send` sends it and waits. Optional
/// parameters are setters. A request is an owned value: it can be cloned, stored and sent later, from another task.
///
/// ```no_run
/// # async fn run(client: mobiscroll_connect::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let page = client.events().list().page_size(50);
/// let later = page.clone();
/// let (first, calendars) = tokio::try_join!(page.send(), client.calendars().list().send())?;
/// let again = tokio::spawn(later.send()).await??;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent before it is awaited, or `send` is called"]
pub struct Request<P, C> {
    pub(crate) params: P,
    pub(crate) client: C,
}

impl<P, C> Request<P, C> {
    pub(crate) fn new(params: P, client: C) -> Self {
        Self { params, client }
    }

    /// Returns the parameters.
    pub fn params(&self) -> &P {
        &self.params
    }

    /// Takes the parameters out, such as to store or compare them.
    pub fn into_params(self) -> P {
        self.params
    }

    pub(crate) fn map(self, change: impl FnOnce(P) -> P) -> Self {
        Self { params: change(self.params), client: self.client }
    }
}

impl<P: fmt::Debug, C> fmt::Debug for Request<P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Request").field(&self.params).finish()
    }
}

/// The parameters of an operation. Only this crate can implement it.
pub trait Endpoint: Sized + Send + 'static {
    /// What the operation returns.
    type Output: Send + 'static;

    /// Carries the operation out. The future is boxed, so that users do not compile its type again.
    #[doc(hidden)]
    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Self::Output, Error>>;
}

/// What the bindings know of the parameters of an operation: how they become a request, and what the response is.
pub(crate) trait RawCall: Clone + Send + Sync {
    type Response: DeserializeOwned + Send + 'static;

    const OPERATION: &'static Operation;

    fn build(self, api: &raw::Client) -> Result<reqwest::Request, BuildError>;
}

/// Refuses a path parameter that would lead to another path.
#[allow(dead_code, reason = "for contracts with parameters in paths")]
pub(crate) fn check_path<T: fmt::Display + ?Sized>(name: &str, value: &T) -> Result<(), BuildError> {
    match value.to_string().as_str() {
        "" | "." | ".." => Err(raw::Error::InvalidRequest(format!("{name} must not be empty, `.` or `..`")).into()),
        _ => Ok(()),
    }
}

/// Refuses an empty text for an optional parameter.
pub(crate) fn check_filled(name: &str, value: &str) -> Result<(), BuildError> {
    match value.trim().is_empty() {
        true => Err(raw::Error::InvalidRequest(format!("{name} is empty")).into()),
        false => Ok(()),
    }
}

/// Writes a list as one value. Refuses an item that would be read as two.
#[allow(dead_code, reason = "for contracts with such lists")]
pub(crate) fn comma_separated<T: fmt::Display>(name: &str, items: &[T]) -> Result<String, BuildError> {
    let items: Vec<_> = items.iter().map(T::to_string).collect();
    match items.iter().any(|item| item.contains(',')) {
        true => Err(raw::Error::InvalidRequest(format!("{name} has an item with a comma")).into()),
        false => Ok(items.join(",")),
    }
}

/// Writes a parameter of the query that is JSON.
pub(crate) fn json_text<T: Serialize>(name: &str, value: &T) -> Result<String, BuildError> {
    let text = serde_json::to_string(value);
    text.map_err(|_| raw::Error::InvalidRequest(format!("{name} cannot be written as JSON")).into())
}

/// A client that requests are made for: [`Client`](crate::Client) or, with the feature `blocking`, `blocking::Client`.
pub trait Handle: Clone + Send + Sync + sealed::Sealed {}

pub(crate) mod sealed {
    use super::Caller;

    #[expect(unnameable_types, reason = "it seals `Handle`")]
    pub trait Sealed {
        fn caller(&self) -> &Caller;
    }
}

/// Defines a resource: a cheap reference to the client that its requests are made for.
macro_rules! resource {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(Debug)]
        pub struct $name<'a, C> {
            pub(crate) client: &'a C,
        }

        impl<'a, C> $name<'a, C> {
            pub(crate) fn new(client: &'a C) -> Self {
                Self { client }
            }
        }

        // Derived, it would be for clients that are `Copy` alone.
        impl<C> Copy for $name<'_, C> {}

        impl<C> Clone for $name<'_, C> {
            fn clone(&self) -> Self {
                *self
            }
        }
    };
}

pub(crate) use resource;

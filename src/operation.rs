//! What the contract says about an operation, beside its parameters.

use http::Method;

/// An operation of the contract; the generated table has all of them.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) auth: Scheme,
    /// Whether the path is relative to the origin instead of the base URL.
    pub(crate) on_origin: bool,
    /// Whether it may be repeated when nobody knows if it was carried out.
    pub(crate) is_idempotent: bool,
}

/// What an operation needs in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    None,
    /// Client id and secret.
    Basic,
    /// The user's access token.
    Bearer,
}

//! Logins: begun for a user, completed for the same user.

mod begin;
mod complete;
mod pending;
mod seal;

pub use begin::Login;
pub use complete::CompleteLogin;
pub(super) use complete::open;
pub use pending::PendingLogin;

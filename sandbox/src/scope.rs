use crate::named::named;

/// Says what a user's tokens may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Scope {
    /// Sees when the user is busy, and nothing else.
    FreeBusy,
    /// Sees calendars and events.
    Read,
    /// Sees and changes events. The default.
    #[default]
    ReadWrite,
}

named!(Scope {
    FreeBusy => "free-busy",
    Read => "read",
    ReadWrite => "read-write",
});

impl Scope {
    // Some official clients send "calendar", so an unknown name means the default.
    pub(crate) fn from_wire(name: &str) -> Self {
        name.parse().unwrap_or_default()
    }
}

use super::{event::Spot, gone::Gone};

/// What a write did to an event.
#[derive(Debug)]
pub(crate) enum Touched {
    Created(Spot),
    Updated(Spot),
    Deleted(Gone),
}

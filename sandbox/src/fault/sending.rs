use std::{fmt, time::Duration};

use super::large::Large;
use crate::{
    http::Answer,
    script::{Script, Step},
    wire::Action,
};

/// How a response goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    Whole,
    Disconnect,
    Reset,
    NoAnswer,
    Truncate,
    ResetAfter(usize),
    Stall(Stall),
    ContentLength(u64),
    Trickle(Duration),
    Large(Large),
    /// Whole, unless the connection is one that nothing can be sent on any more
    Connection(Action),
}

/// Where a stall begins, after half of the body unless it says otherwise, and when it ends, if ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stall {
    pub(super) after: Option<usize>,
    pub(super) pause: Option<Duration>,
}

impl Sending {
    /// Gives what happens in the place of a response, when none is called for.
    pub(super) fn silence(self) -> Option<Script> {
        let steps = match self {
            Self::Disconnect => vec![],
            Self::Reset => vec![Step::Reset],
            Self::NoAnswer => vec![Step::Hang],
            _ => return None,
        };
        Some(Script::new(None, steps))
    }

    /// Gives the response back if it can be sent as HTTP is meant to be.
    pub(super) fn send(self, answer: Answer) -> Result<Answer, Script> {
        if let Self::Large(large) = self {
            return Ok(large.apply(answer));
        }
        if matches!(self, Self::Whole | Self::Connection(_)) && !answer.has_own_framing() {
            return Ok(answer);
        }
        let body = answer.body().clone();
        let whole = body.len() as u64;
        // Even an empty body has to leave something to wait for.
        let more = whole.max(1);
        let part = |bytes: usize| body.slice(..bytes.min(body.len().saturating_sub(1)));
        let half = body.len() / 2;
        let (promised, steps) = match self {
            Self::Whole | Self::Large(_) | Self::Connection(_) | Self::Disconnect | Self::Reset | Self::NoAnswer => {
                (whole, vec![Step::Send(body)])
            }
            Self::Truncate => (more, vec![Step::Send(part(half))]),
            Self::ResetAfter(bytes) => (more, vec![Step::Send(part(bytes)), Step::Reset]),
            Self::Stall(Stall { after, pause: None }) => {
                (more, vec![Step::Send(part(after.unwrap_or(half))), Step::Hang])
            }
            Self::Stall(Stall { after, pause: Some(pause) }) => {
                let first = part(after.unwrap_or(half));
                let rest = body.slice(first.len()..);
                (whole, vec![Step::Send(first), Step::Pause(pause), Step::Send(rest)])
            }
            Self::ContentLength(bytes) => (bytes, vec![Step::Send(body)]),
            Self::Trickle(pause) => (whole, vec![Step::Trickle(body, pause)]),
        };
        // A wrong length is sent without `connection: close`, too.
        let closing = !matches!(self, Self::ContentLength(_));
        let mut script = vec![Step::Send(answer.head(promised, closing))];
        script.extend(steps);
        Err(Script::new(Some(answer.status), script))
    }
}

impl fmt::Display for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Disconnect => f.write_str("disconnect"),
            Self::Reset => f.write_str("reset"),
            Self::NoAnswer => f.write_str("no answer"),
            Self::Truncate => f.write_str("truncate"),
            Self::ResetAfter(bytes) => write!(f, "reset after {bytes} bytes"),
            Self::Stall(Stall { after, pause }) => {
                f.write_str("stall")?;
                after.map_or(Ok(()), |bytes| write!(f, " after {bytes} bytes"))?;
                pause.map_or(Ok(()), |pause| write!(f, " for {pause:?}"))
            }
            Self::ContentLength(bytes) => write!(f, "content length {bytes}"),
            Self::Trickle(pause) => write!(f, "a byte every {pause:?}"),
            Self::Large(large) => write!(f, "{large}"),
            Self::Connection(action) => write!(f, "{action}"),
        }
    }
}

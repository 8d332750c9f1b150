//! How many connection attempts the system has dropped at a listening socket, by Linux's `sock_diag(7)`.

use std::net::SocketAddr;

/// Counts what was dropped at the socket that listens on this address; `None` where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn count(_: SocketAddr) -> Option<u64> {
    None
}

/// Counts what was dropped at the socket that listens on this address; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn count(address: SocketAddr) -> Option<u64> {
    linux::ask(&linux::question(address)?).ok().and_then(|answer| linux::read(&answer))
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        io::{self, Read},
        net::SocketAddr,
        time::Duration,
    };

    use socket2::{Domain, Protocol, Socket, Type};

    const AF_NETLINK: i32 = 16;
    const NETLINK_SOCK_DIAG: i32 = 4;
    const SOCK_DIAG_BY_FAMILY: u16 = 20;
    /// The length of `nlmsghdr`
    const HEADER: usize = 16;
    /// The length of `inet_diag_msg`
    const MESSAGE: usize = 72;
    /// The attribute with the socket's memory and drops
    const SKMEMINFO: u16 = 7;
    /// Where the drops are in it
    const DROPS: usize = 8 * 4;
    /// The system answers at once, if at all.
    const TIMEOUT: Duration = Duration::from_secs(1);

    /// Writes a request for one listening socket of IPv4.
    pub(super) fn question(address: SocketAddr) -> Option<Vec<u8>> {
        const REQUEST: u16 = 1;
        const AF_INET: u8 = 2;
        const TCP: u8 = 6;
        const LISTENING: u32 = 1 << 10;
        const NO_COOKIE: [u8; 8] = [0xff; 8];
        let SocketAddr::V4(address) = address else { return None };
        let mut body = vec![AF_INET, TCP, 1 << (SKMEMINFO - 1), 0];
        body.extend(LISTENING.to_ne_bytes());
        body.extend(address.port().to_be_bytes());
        body.extend([0; 2]);
        body.extend(address.ip().octets());
        // The rest of the source, the destination and the interface.
        body.extend([0; 12 + 16 + 4]);
        body.extend(NO_COOKIE);
        let length = (HEADER + body.len()) as u32;
        let mut question = length.to_ne_bytes().to_vec();
        question.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        question.extend(REQUEST.to_ne_bytes());
        question.extend([0; 8]);
        question.extend(body);
        Some(question)
    }

    pub(super) fn ask(question: &[u8]) -> io::Result<Vec<u8>> {
        let socket = Socket::new(Domain::from(AF_NETLINK), Type::DGRAM, Some(Protocol::from(NETLINK_SOCK_DIAG)))?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        socket.send(question)?;
        let mut answer = vec![0; 4096];
        let read = (&socket).read(&mut answer)?;
        answer.truncate(read);
        Ok(answer)
    }

    pub(super) fn read(answer: &[u8]) -> Option<u64> {
        let short = |at: usize| Some(u16::from_ne_bytes(answer.get(at..at + 2)?.try_into().ok()?));
        if short(4)? != SOCK_DIAG_BY_FAMILY {
            return None;
        }
        let mut at = HEADER + MESSAGE;
        loop {
            let (length, kind) = (usize::from(short(at)?), short(at + 2)?);
            if kind == SKMEMINFO {
                let drops = answer.get(at + 4 + DROPS..at + 4 + DROPS + 4)?;
                return Some(u32::from_ne_bytes(drops.try_into().ok()?).into());
            }
            // Attributes begin at multiples of four.
            at += length.max(4).next_multiple_of(4);
        }
    }
}

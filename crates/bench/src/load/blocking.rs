//! A keep-alive connection with blocking calls, for one request at a time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::inbox::{Answer, Inbox};

/// A server that is silent for longer has hung.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One connection to one server.
pub(crate) struct Client {
    stream: TcpStream,
    inbox: Inbox,
}

impl Client {
    /// Connects, without Nagle's delay.
    ///
    /// # Errors
    /// When nobody listens.
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream,
            inbox: Inbox::new(),
        })
    }

    /// Sends the bytes of one request and waits for its answer.
    ///
    /// # Errors
    /// When the connection breaks, or the server is silent for 30 s.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.stream.write_all(request)?;
        self.inbox.clear();
        while self.inbox.answer()?.is_none() {
            let count = self.stream.read(self.inbox.room()).map_err(said_plainly)?;
            self.inbox.received(count)?;
        }
        self.inbox
            .answer()?
            .ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// A read that ran into the timeout says "temporarily unavailable" (man 7 socket, `SO_RCVTIMEO`).
fn said_plainly(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock {
        io::Error::new(io::ErrorKind::TimedOut, "the server was silent for 30 s")
    } else {
        error
    }
}

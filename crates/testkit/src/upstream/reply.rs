//! What the double of an upstream answers, honestly or not.

use std::{
    fmt::Write as _,
    io,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

use tokio::{io::AsyncWriteExt, net::TcpStream, time::sleep};

/// An answer, at first an honest one: complete, at once, and the connection stays.
#[derive(Debug, Clone)]
pub struct Reply {
    after: Duration,
    /// `None`: the body is all there is on the wire.
    status: Option<u16>,
    headers: Vec<(String, String)>,
    length: Length,
    body: Vec<u8>,
    pace: Pace,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Length {
    True,
    Said(usize),
    Chunked,
    Unsaid,
}

#[derive(Debug, Clone, Copy)]
enum Pace {
    AtOnce,
    Trickling { every: Duration },
    Endless,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Stay,
    Close,
    Reset,
    Silence,
}

impl Reply {
    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::raw("")
        }
    }

    /// A 200 with a JSON body.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200)
            .header("content-type", "application/json")
            .body(body)
    }

    /// These bytes and nothing else, whether they are HTTP or not.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            after: Duration::ZERO,
            status: None,
            headers: Vec::new(),
            length: Length::True,
            body: bytes.into(),
            pace: Pace::AtOnce,
            end: End::Stay,
        }
    }

    /// No answer: the connection is closed.
    pub fn close() -> Self {
        Self::raw("").then_close()
    }

    /// No answer, and the connection stays.
    pub fn silence() -> Self {
        Self {
            end: End::Silence,
            ..Self::raw("")
        }
    }

    /// One more header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Waits before the first byte.
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    /// Claims this `Content-Length`, whatever the body's is.
    pub fn claiming_length(mut self, bytes: usize) -> Self {
        self.length = Length::Said(bytes);
        self
    }

    /// Sends the body in chunks instead of a `Content-Length`.
    pub fn chunked(mut self) -> Self {
        self.length = Length::Chunked;
        self
    }

    /// Sends no `Content-Length`: the body ends with the connection.
    pub fn without_length(mut self) -> Self {
        self.length = Length::Unsaid;
        self.then_close()
    }

    /// Sends the body byte by byte.
    pub fn trickling(mut self, every: Duration) -> Self {
        self.pace = Pace::Trickling { every };
        self
    }

    /// Sends the body again and again for as long as the peer takes it.
    pub fn endless(mut self) -> Self {
        self.pace = Pace::Endless;
        self
    }

    /// Closes the connection afterwards.
    pub fn then_close(mut self) -> Self {
        self.end = End::Close;
        self
    }

    /// Resets the connection afterwards (TCP RST).
    pub fn then_reset(mut self) -> Self {
        self.end = End::Reset;
        self
    }

    /// Plays the answer; whether the connection goes on.
    pub(super) async fn send(
        &self,
        stream: &mut TcpStream,
        sent: &AtomicUsize,
    ) -> io::Result<bool> {
        sleep(self.after).await;
        write(stream, &self.head(), sent).await?;
        match self.pace {
            Pace::AtOnce => self.write_piece(stream, &self.body, sent).await?,
            Pace::Trickling { every } => {
                for byte in self.body.chunks(1) {
                    self.write_piece(stream, byte, sent).await?;
                    sleep(every).await;
                }
            }
            Pace::Endless => loop {
                self.write_piece(stream, &self.body, sent).await?;
            },
        }
        match self.end {
            End::Stay if self.length == Length::Chunked => {
                write(stream, b"0\r\n\r\n", sent).await?
            }
            End::Stay => {}
            End::Close => stream.shutdown().await?,
            End::Reset => stream.set_zero_linger()?,
            End::Silence => std::future::pending().await,
        }
        Ok(matches!(self.end, End::Stay))
    }

    fn head(&self) -> Vec<u8> {
        let Some(status) = self.status else {
            return Vec::new();
        };
        let mut head = format!("HTTP/1.1 {status} Status\r\n");
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = match self.length {
            Length::True => write!(head, "content-length: {}\r\n", self.body.len()),
            Length::Said(bytes) => write!(head, "content-length: {bytes}\r\n"),
            Length::Chunked => write!(head, "transfer-encoding: chunked\r\n"),
            Length::Unsaid => Ok(()),
        };
        head.push_str("\r\n");
        head.into_bytes()
    }

    async fn write_piece(
        &self,
        stream: &mut TcpStream,
        piece: &[u8],
        sent: &AtomicUsize,
    ) -> io::Result<()> {
        if self.length == Length::Chunked && !piece.is_empty() {
            let size = format!("{:x}\r\n", piece.len());
            let chunk = [size.as_bytes(), piece, b"\r\n"].concat();
            return write(stream, &chunk, sent).await;
        }
        write(stream, piece, sent).await
    }
}

async fn write(stream: &mut TcpStream, bytes: &[u8], sent: &AtomicUsize) -> io::Result<()> {
    stream.write_all(bytes).await?;
    sent.fetch_add(bytes.len(), SeqCst);
    Ok(())
}

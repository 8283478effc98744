//! Bytes to a server and back over a bare socket: for what no well-behaved client sends.

use std::time::Duration;

use ashlar_testkit::TestApp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split},
    net::TcpStream,
    time::timeout,
};

/// No end of the conversation within this time is a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// All that came back until the server closed the connection.
#[derive(Debug)]
pub(crate) struct Answers(String);

/// Sends `bytes`, and reads while they are sent, until the server closes the connection: so the last
/// request among them should say `Connection: close`, or be one that a server hangs up on.
///
/// # Panics
/// When the server does not hang up.
pub(crate) async fn exchange(app: &TestApp, bytes: &[u8]) -> Answers {
    let (mut reader, mut writer) = split(connect(app).await);
    let conversation = async {
        let (_, answers) = tokio::join!(send(&mut writer, bytes), receive(&mut reader));
        answers
    };
    timeout(PATIENCE, conversation).await.expect("the server does not hang up")
}

/// A connection to the app.
pub(crate) async fn connect(app: &TestApp) -> TcpStream {
    let address = app.url().strip_prefix("http://").expect("without TLS");
    let stream = TcpStream::connect(address).await.expect("it listens");
    stream.set_nodelay(true).expect("a socket option");
    stream
}

/// The server may well hang up before it has read everything: what counts is what it answered.
async fn send(writer: &mut WriteHalf<TcpStream>, bytes: &[u8]) {
    for chunk in bytes.chunks(16 * 1024) {
        if writer.write_all(chunk).await.is_err() {
            return;
        }
    }
}

async fn receive(reader: &mut ReadHalf<TcpStream>) -> Answers {
    let mut bytes = Vec::new();
    // A connection that is reset ends the answer too; whether it was whole is for the test to say.
    let _ = reader.read_to_end(&mut bytes).await;
    Answers(String::from_utf8_lossy(&bytes).into_owned())
}

impl Answers {
    /// The status of every answer, in their order.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let heads = self.0.split("HTTP/1.").skip(1);
        heads.filter_map(|head| head.get(2..5)?.parse().ok()).collect()
    }

    /// Everything that came, as text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The last answer's body.
    pub(crate) fn body(&self) -> &str {
        self.0.rsplit("\r\n\r\n").next().unwrap_or_default()
    }
}

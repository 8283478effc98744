//! Bytes to a server and back over a bare socket: for what no well-behaved client sends.

use std::{convert::Infallible, future::pending, time::Duration};

use ashlar_testkit::TestApp;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::TcpStream,
    time::timeout,
};

/// No answer within this time is a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// One answer, as it came over the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Sends `bytes`, and reads the answer while they are still sent.
pub(crate) async fn exchange(app: &TestApp, bytes: &[u8]) -> Answer {
    let mut answers = converse(app, bytes, 1).await;
    answers
        .pop()
        .expect("the server hangs up without an answer")
}

/// Sends `bytes`, and reads up to `expected` answers while they are still sent; fewer come when the
/// server hangs up before.
pub(crate) async fn converse(app: &TestApp, bytes: &[u8], expected: usize) -> Vec<Answer> {
    let (mut reader, mut writer) = split(connect(app).await);
    let answers = async {
        let mut answers = Vec::new();
        while answers.len() < expected
            && let Some(answer) = receive(&mut reader).await
        {
            answers.push(answer);
        }
        answers
    };
    let sent = async {
        send(&mut writer, bytes).await;
        pending::<Infallible>().await
    };
    let conversation = async {
        tokio::select! {
            answers = answers => answers,
            never = sent => match never {},
        }
    };
    timeout(PATIENCE, conversation)
        .await
        .expect("neither an answer nor an end")
}

/// A connection to the app.
pub(crate) async fn connect(app: &TestApp) -> TcpStream {
    let address = app.url().strip_prefix("http://").expect("without TLS");
    let stream = TcpStream::connect(address).await.expect("it listens");
    stream.set_nodelay(true).expect("a socket option");
    stream
}

/// The server may well hang up before it has read everything: what counts is what it answered.
pub(crate) async fn send(writer: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) {
    for chunk in bytes.chunks(16 * 1024) {
        if writer.write_all(chunk).await.is_err() {
            return;
        }
    }
}

/// The next answer, `100 Continue` among them; `None` when the server hangs up before it is whole.
pub(crate) async fn receive(reader: &mut (impl AsyncRead + Unpin)) -> Option<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(reader.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("ASCII");
    let status = head.split(' ').nth(1)?.parse().expect("a status");
    let length =
        header(&head, "content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    Some(Answer { status, head, body })
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The error's code in the default shape.
    pub(crate) fn error_code(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.body).expect("an error of ours");
        body["error"]["code"].as_str().expect("a code").to_owned()
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

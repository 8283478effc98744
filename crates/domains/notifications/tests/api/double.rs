//! A mail server that answers as a test asks it to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Such a mail server. Dropped, it is gone with its connections.
pub(crate) struct Server {
    port: u16,
    seen: Arc<Seen>,
    running: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    commands: Mutex<Vec<String>>,
    mails: Mutex<Vec<String>>,
}

/// From a command's verb (`.` for the end of a mail) and its connection's number, from 0, to the
/// answer; an empty one is none, and what is not said is as it should be.
type Script = dyn Fn(&str, usize) -> Option<&'static str> + Send + Sync;

impl Server {
    pub(crate) async fn start(
        port: u16,
        script: impl Fn(&str, usize) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Seen::default());
        let running = tokio::spawn(serve(listener, Arc::clone(&seen), Arc::new(script)));
        Self {
            port,
            seen,
            running,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(SeqCst)
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.seen.commands.lock().expect("no panic").clone()
    }

    pub(crate) fn mails(&self) -> Vec<String> {
        self.seen.mails.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn serve(listener: TcpListener, seen: Arc<Seen>, script: Arc<Script>) {
    let mut talks = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = seen.connections.fetch_add(1, SeqCst);
        talks.spawn(talk(stream, number, Arc::clone(&seen), Arc::clone(&script)));
    }
}

async fn talk(
    stream: TcpStream,
    number: usize,
    seen: Arc<Seen>,
    script: Arc<Script>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test ESMTP\r\n").await?;
    let (mut line, mut mail) = (String::new(), None::<String>);
    while stream.read_line(&mut line).await? > 0 {
        let command = match &mut mail {
            Some(text) if line != ".\r\n" => {
                text.push_str(&line);
                line.clear();
                continue;
            }
            Some(_) => ".".to_owned(),
            None => line
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        line.clear();
        seen.mails.lock().expect("no panic").extend(mail.take());
        seen.commands
            .lock()
            .expect("no panic")
            .push(command.clone());
        let answer = script(&command, number).unwrap_or(match command.as_str() {
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        });
        if answer.starts_with("354") {
            mail = Some(String::new());
        }
        if !answer.is_empty() {
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
    Ok(())
}

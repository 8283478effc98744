//! A double of an upstream: a real TCP server that speaks HTTP/1.1 as badly as a test asks it to.
//!
//! It answers by a function of the request, and keeps what it was sent:
//!
//! ```
//! # use ashlar_testkit::upstream::{Reply, Upstream};
//! # async fn example() {
//! let upstream = Upstream::start(|request| match request.number {
//!     1 => Reply::status(503),
//!     _ => Reply::json(r#"{"id":7}"#),
//! }).await;
//! // … call upstream.url() …
//! assert_eq!(upstream.requests().len(), 2);
//! # }
//! ```

mod reply;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use tokio::{
    io::{AsyncReadExt, BufReader},
    net::{TcpListener, TcpSocket, TcpStream},
    task::{JoinHandle, JoinSet},
};

pub use reply::Reply;

/// A running upstream; dropped, it is gone with all its connections.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    seen: Arc<Seen>,
    server: JoinHandle<()>,
}

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Request {
    /// Counts the upstream's requests, from 1.
    pub number: usize,
    /// Counts the upstream's connections, from 1.
    pub connection: usize,
    /// As sent: `GET`.
    pub method: String,
    /// Path and query, undecoded.
    pub target: String,
    /// In their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// As long as the request's `Content-Length` said.
    pub body: Vec<u8>,
}

impl Request {
    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }
}

/// A port of this machine that refuses connections for as long as this lives.
#[derive(Debug)]
pub struct Gone {
    socket: TcpSocket,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    bytes_sent: AtomicUsize,
}

impl Upstream {
    /// Starts an upstream on a free port of this machine.
    pub async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let server = tokio::spawn(serve(listener, Arc::new(answer), seen.clone()));
        Self {
            address,
            seen,
            server,
        }
    }

    /// Its base URL, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was sent so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// How many bytes it got rid of so far: what the peer did not take is not among them.
    pub fn bytes_sent(&self) -> usize {
        self.seen.bytes_sent.load(SeqCst)
    }

    /// An upstream that is not there.
    pub fn gone() -> Gone {
        // Bound, so that nobody else gets the port, but not listening.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Gone { socket }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Gone {
    /// The URL where nothing is.
    pub fn url(&self) -> String {
        format!("http://{}", self.socket.local_addr().unwrap())
    }
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

async fn serve(listener: TcpListener, answer: Arc<Answer>, seen: Arc<Seen>) {
    // Aborts its connections with itself.
    let mut connections = JoinSet::new();
    for connection in 1.. {
        let (stream, _) = listener.accept().await.unwrap();
        let (answer, seen) = (answer.clone(), seen.clone());
        connections.spawn(async move {
            // The peer hanging up is its right, and often the point of a test.
            let _ = converse(stream, connection, &*answer, &seen).await;
        });
    }
}

async fn converse(
    stream: TcpStream,
    connection: usize,
    answer: &Answer,
    seen: &Seen,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(mut request) = receive(&mut stream, connection).await? {
        {
            let mut requests = seen.requests.lock().unwrap();
            request.number = requests.len() + 1;
            requests.push(request.clone());
        }
        let reply = answer(&request);
        if !reply.send(stream.get_mut(), &seen.bytes_sent).await? {
            break;
        }
    }
    Ok(())
}

/// The next request of a connection, not yet numbered; `None` when the peer has hung up.
async fn receive(
    stream: &mut BufReader<TcpStream>,
    connection: usize,
) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let mut start = lines.next().unwrap().split(' ').map(str::to_owned);
    let (method, target) = (start.next().unwrap(), start.next().unwrap());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request = Request {
        number: 0,
        connection,
        method,
        target,
        headers,
        body: Vec::new(),
    };
    let length = request
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).await?;
    Ok(Some(request))
}

//! TCP ports on 127.0.0.1.

use std::array;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::error::{Error, Result};

/// As many different ports that nobody listens on now.
///
/// # Errors
/// When there are none left.
pub(super) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    // All are held until the last is had, or one could be given twice.
    let listeners = array::from_fn::<_, N, _>(|_| TcpListener::bind(("127.0.0.1", 0)));
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(listeners) {
        *port = listener
            .and_then(|listener| listener.local_addr())
            .map_err(|error| Error::said(format!("no free port on 127.0.0.1: {error}")))?
            .port();
    }
    Ok(ports)
}

/// Whether something accepts connections on this port.
pub(super) fn port_answers(port: u16) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ_and_do_not_answer() {
        let [one, other] = free_ports().expect("two ports");
        assert_ne!(one, other);
        assert!(!port_answers(one));
    }
}

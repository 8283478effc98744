//! What a line costs.

use super::*;

/// Prints what a line costs its thread, at its best: other work on the machine only adds to it.
/// In the release profile:
/// `cargo test --release -p ashlar-core log_cost -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn log_cost() {
    for format in [LogFormat::Json, LogFormat::Pretty] {
        let sink = Sink::writer(io::sink());
        let (dispatch, guard) = start(&settings("info", format), sink).unwrap();
        let best = with_default(&dispatch, || {
            let rounds = (0..200).map(|_| context::sync_scope(request(), nanos_a_line));
            rounds.min().unwrap()
        });
        drop(guard);
        println!("{format:?}: {best} ns a line");
    }
}

/// Logs what one request does, a thousand times.
fn nanos_a_line() -> u128 {
    let begin = Instant::now();
    for _ in 0..1000 {
        info!(
            status_code = 200,
            duration_ms = 1.25,
            statements = 2,
            bytes = 512,
            "request_completed"
        );
    }
    begin.elapsed().as_nanos() / 1000
}

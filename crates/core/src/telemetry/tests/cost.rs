//! What a line costs.

use super::*;

/// Prints what a line costs its thread. In the release profile:
/// `cargo test --release -p ashlar-core log_cost -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn log_cost() {
    const LINES: u32 = 200_000;
    for format in [LogFormat::Json, LogFormat::Pretty] {
        let sink = Sink::writer(io::sink());
        let (dispatch, guard) = start(&settings("info", format), sink).unwrap();
        let nanos = with_default(&dispatch, || {
            context::sync_scope(request(), || {
                let begin = Instant::now();
                for _ in 0..LINES {
                    info!(
                        status_code = 200,
                        duration_ms = 1.25,
                        statements = 2,
                        bytes = 512,
                        "request_completed"
                    );
                }
                begin.elapsed().as_nanos() / u128::from(LINES)
            })
        });
        drop(guard);
        println!("{format:?}: {nanos} ns a line");
    }
}

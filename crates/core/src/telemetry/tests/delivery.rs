//! What becomes of lines on their way to the sink.

use super::*;

#[test]
fn errors_are_written_at_once_and_others_soon() {
    let memory = Memory::default();
    let sink = Sink::writer(memory.clone());
    let (dispatch, _guard) = start(&settings("info", LogFormat::Json), sink).unwrap();
    let appears_within = |limit: Duration, text: &str| {
        let begin = Instant::now();
        while begin.elapsed() < limit {
            if memory.text().contains(text) {
                return true;
            }
            std::thread::yield_now();
        }
        false
    };
    // Generous: what is shown is that nothing else is needed for a line to appear.
    with_default(&dispatch, || info!("soon"));
    assert!(appears_within(Duration::from_secs(5), "soon"));
    with_default(&dispatch, || error!("now"));
    assert!(appears_within(Duration::from_secs(5), "now"));
}

#[test]
fn flush_waits_for_what_was_logged() {
    let memory = Memory::default();
    let sink = Sink::writer(memory.clone());
    let (dispatch, guard) = start(&settings("info", LogFormat::Json), sink).unwrap();
    for round in 1..=50 {
        with_default(&dispatch, || info!(round, "line"));
        guard.flush();
        assert_eq!(memory.text().lines().count(), round);
    }
}

#[test]
fn many_threads_lose_nothing() {
    let memory = Memory::default();
    let sink = Sink::writer(memory.clone());
    let (dispatch, guard) = start(&settings("info", LogFormat::Json), sink).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let dispatch = dispatch.clone();
            scope.spawn(move || {
                with_default(&dispatch, || {
                    (0..2500).for_each(|n| info!(thread, n, "line"))
                });
            });
        }
    });
    drop(guard);
    let text = memory.text();
    let mut next = [0; 4];
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let thread = usize::try_from(line["thread"].as_u64().unwrap()).unwrap();
        assert_eq!(line["n"], next[thread], "order within a thread");
        next[thread] += 1;
    }
    assert_eq!(next, [2500; 4]);
}

#[test]
fn a_sink_that_fails_costs_lines_that_are_counted() {
    let memory = Memory::default();
    memory.broken.store(true, SeqCst);
    let sink = Sink::writer(memory.clone());
    let (dispatch, guard) = start_at(&settings("info", LogFormat::Json), sink, noon).unwrap();
    with_default(&dispatch, || {
        info!("lost 1");
        info!("lost 2");
        guard.flush();
        memory.broken.store(false, SeqCst);
        info!("kept");
    });
    drop(guard);
    let lines: Vec<Value> = (memory.text().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["message"], "kept");
    assert_eq!(lines[1]["message"], "log lines were lost");
    assert_eq!(lines[1]["lost"], 2);
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_sink_that_is_stuck_bounds_memory_and_leaves_room_for_errors() {
    let memory = Memory::default();
    let sink = Sink::writer(memory.clone());
    let (dispatch, guard) = start(&settings("info", LogFormat::Json), sink).unwrap();
    let long = "x".repeat(100_000);
    let stuck = memory.lock();
    with_default(&dispatch, || {
        // More than the buffer and the batch being written hold together.
        (0..150).for_each(|_| info!(long, "fills"));
        error!("still fits");
    });
    drop(stuck);
    drop(guard);
    let lines: Vec<Value> = (memory.text().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let count = |message: &str| {
        lines
            .iter()
            .filter(|line| line["message"] == message)
            .count()
    };
    let lost: u64 = lines.iter().filter_map(|line| line["lost"].as_u64()).sum();
    assert_eq!(count("still fits"), 1);
    assert!(lost >= 150 - 2 * 42, "lost {lost}");
    assert_eq!(count("fills") as u64 + lost, 150);
}

#[test]
fn the_file_is_appended_to() {
    let name = format!("ashlar-log-appended-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, "before\n").unwrap();
    let (dispatch, guard) = start(
        &settings("info", LogFormat::Json),
        Sink::file(&path).unwrap(),
    )
    .unwrap();
    with_default(&dispatch, || info!("after"));
    drop(guard);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        text.starts_with("before\n{") && text.contains("\"after\""),
        "{text}"
    );

    let error = Sink::file(&path.join("none")).err().unwrap();
    assert!(error.to_string().contains(path.to_str().unwrap()));
    assert!(error.source().is_some());
}

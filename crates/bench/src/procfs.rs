//! What Linux tells of a process and of the machine, read from `/proc`.

use std::fs;
use std::time::Duration;

use crate::error::BenchError;

/// `USER_HZ`, the unit of the times in `/proc/<pid>/stat`: 100 on every architecture Rust has
/// tier 1 support for (man 5 proc, man 7 time).
const TICKS_PER_SECOND: u64 = 100;

/// CPU time that all threads of a process have used so far, in user and kernel mode; ±10 ms.
///
/// # Errors
/// When the process is gone.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration, BenchError> {
    let stat = read(&format!("/proc/{pid}/stat"))?;
    let ticks = cpu_ticks(&stat).ok_or_else(|| unreadable("stat"))?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// CPU time that the living threads of this name have used so far.
///
/// # Errors
/// When the process is gone, or the kernel keeps no `schedstat`.
pub(crate) fn cpu_time_of_threads(pid: u32, name: &str) -> Result<Duration, BenchError> {
    let path = format!("/proc/{pid}/task");
    let threads = fs::read_dir(&path).map_err(BenchError::io(format!("reading {path}")))?;
    let mut nanoseconds = 0;
    for thread in threads.flatten() {
        let file = |file| format!("{}/{file}", thread.path().display());
        // A thread may end meanwhile.
        if fs::read_to_string(file("comm")).is_ok_and(|comm| comm.trim_end() == name) {
            let stat = read(&file("schedstat"))?;
            nanoseconds += on_cpu(&stat).ok_or_else(|| unreadable("schedstat"))?;
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Resident memory of a process in bytes (`VmRSS`).
///
/// # Errors
/// When the process is gone.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64, BenchError> {
    let status = read(&format!("/proc/{pid}/status"))?;
    kilobytes(&status, "VmRSS:")
        .map(|kb| kb * 1024)
        .ok_or_else(|| unreadable("status"))
}

/// Processor, cores, memory and kernel in one line.
///
/// # Errors
/// When `/proc` cannot be read.
pub(crate) fn machine() -> Result<String, BenchError> {
    let cpus = read("/proc/cpuinfo")?;
    let names: Vec<_> = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name"))
        .collect();
    let name = names.first().map_or("unknown processor", |line| {
        line.trim_start_matches([' ', '\t', ':'])
    });
    let memory = kilobytes(&read("/proc/meminfo")?, "MemTotal:").unwrap_or_default() / 1024 / 1024;
    let kernel = read("/proc/sys/kernel/osrelease")?;
    let cores = std::thread::available_parallelism().map_or(names.len(), usize::from);
    Ok(format!(
        "{name}, {cores} cores, {memory} GiB memory, Linux {}",
        kernel.trim()
    ))
}

/// `utime` + `stime`: the 14th and 15th field, counted past the name, which may hold blanks.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Nanoseconds on a CPU: the first field.
fn on_cpu(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().next()?.parse().ok()
}

fn kilobytes(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn read(path: &str) -> Result<String, BenchError> {
    fs::read_to_string(path).map_err(BenchError::io(format!("reading {path}")))
}

fn unreadable(file: &str) -> BenchError {
    BenchError::Failed(format!("/proc/<pid>/{file} has an unknown form"))
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Instant};

    use super::*;

    #[test]
    fn a_process_name_with_blanks_and_brackets_does_not_shift_the_fields() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194304 1 2 3 4 1200 34 0 0 20 0 8 0 100 1 2";
        assert_eq!(cpu_ticks(stat), Some(1234));
    }

    #[test]
    fn work_shows_in_the_cpu_time_of_this_process() {
        let pid = std::process::id();
        let before = cpu_time(pid).unwrap();
        let start = Instant::now();
        let mut sum = 0_u64;
        while cpu_time(pid).unwrap() < before + Duration::from_millis(50) {
            sum = std::hint::black_box(sum.wrapping_add(1));
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "50 ms of CPU never came"
            );
        }
    }

    #[test]
    fn a_thread_is_told_by_its_name() {
        let pid = std::process::id();
        let used = thread::Builder::new().name("works-alone".to_owned());
        let used = used.spawn(move || {
            while cpu_time_of_threads(pid, "works-alone").unwrap() < Duration::from_millis(20) {}
            cpu_time_of_threads(pid, "nobody").unwrap()
        });
        assert_eq!(used.unwrap().join().unwrap(), Duration::ZERO);
    }

    #[test]
    fn this_process_takes_memory() {
        assert!(resident_bytes(std::process::id()).unwrap() > 100_000);
    }
}

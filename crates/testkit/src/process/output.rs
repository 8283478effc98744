//! What a process writes, kept while it runs.

use std::{
    io::{BufRead, BufReader, Read},
    process::Child,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use reqwest::Url;

/// Both outputs of a process, line by line as they come.
pub(super) struct Output {
    text: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Output {
    /// That of `child`, whose outputs are pipes.
    pub(super) fn of(child: &mut Child) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let readers = vec![
            read(stdout, Arc::clone(&text)),
            read(stderr, Arc::clone(&text)),
        ];
        Self { text, readers }
    }

    /// What was written so far, in whole lines.
    pub(super) fn text(&self) -> String {
        self.text
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for the rest, once the process has ended.
    pub(super) fn finish(&mut self) {
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
    }
}

fn read(pipe: impl Read + Send + 'static, text: Arc<Mutex<String>>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe
            .read_until(b'\n', &mut line)
            .is_ok_and(|length| length > 0)
        {
            let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
            text.push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}

/// The origin of the first URL in the line that says `listening` and has one.
pub(super) fn listening(output: &str) -> Option<String> {
    let lines = output
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'));
    lines
        .filter(|line| line.contains("listening"))
        .find_map(|line| {
            let begin = line.find("http://").or_else(|| line.find("https://"))?;
            let is_outside = |c: char| c.is_whitespace() || c.is_control() || "\"',;)>".contains(c);
            let url = line[begin..].split(is_outside).next()?;
            Some(Url::parse(url).ok()?.origin().ascii_serialization())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_where_it_listens_in_every_format() {
        for line in [
            "INFO listening url=http://127.0.0.1:40123/docs",
            r#"{"message":"listening","url":"http://127.0.0.1:40123"}"#,
            "INFO listening \u{1b}[3murl\u{1b}[0m=http://127.0.0.1:40123\u{1b}[0m",
        ] {
            let output = format!("INFO service listening on: 127.0.0.1:40123\n{line}\n");
            assert_eq!(
                listening(&output).as_deref(),
                Some("http://127.0.0.1:40123"),
                "{line}"
            );
        }
        let output = "INFO listening url=https://localhost:8443\n";
        assert_eq!(listening(output).as_deref(), Some("https://localhost:8443"));
    }

    #[test]
    fn half_a_line_tells_nothing_yet() {
        assert_eq!(listening("INFO listening url=http://127.0.0.1:401"), None);
        assert_eq!(
            listening("INFO docs at http://127.0.0.1:40123/docs\n"),
            None
        );
    }
}

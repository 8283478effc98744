//! What single values must look like.

use std::{fs::File, path::PathBuf};

use ashlar_core::settings::Value;

#[expect(clippy::ptr_arg, reason = "the signature of a check on a list")]
pub(super) fn are_brokers(brokers: &Vec<String>) -> Result<(), String> {
    let is_broker = |text: &String| {
        text.rsplit_once(':').is_some_and(|(host, port)| {
            let is_host = !host.is_empty()
                && !host.contains(|c: char| c == '/' || c == '@' || c.is_whitespace());
            is_host && u16::parse(port).is_ok_and(|port| port > 0)
        })
    };
    match !brokers.is_empty() && brokers.iter().all(is_broker) {
        true => Ok(()),
        false => Err("must list brokers as kafka-1.example.com:9092".to_owned()),
    }
}

/// What a topic's name may be made of, with room for an entity's name in its 249 characters.
#[expect(clippy::ptr_arg, reason = "the signature of a check on a String")]
pub(super) fn is_prefix(text: &String) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match text.len() <= 100 && text.bytes().all(plain) {
        true => Ok(()),
        false => {
            Err("must be at most 100 letters, digits, dots, dashes and underscores".to_owned())
        }
    }
}

#[expect(clippy::ptr_arg, reason = "the signature of a check on a String")]
pub(super) fn is_source(text: &String) -> Result<(), String> {
    match text.len() <= 200 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => {
            Err("must be a URI reference, without blanks, of at most 200 characters".to_owned())
        }
    }
}

pub(super) fn is_readable(path: &PathBuf) -> Result<(), String> {
    match File::open(path).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err("must be a file".to_owned()),
        Err(error) => Err(format!("must be a file that can be read ({error})")),
    }
}

/// `My App` as `my-app`.
pub(super) fn slug(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric();
    let words: Vec<String> = name
        .split(|c| !plain(c))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    match words.is_empty() {
        true => "ashlar".to_owned(),
        false => words.join("-"),
    }
}

//! The passwords that are guessed first.

use std::cmp::Ordering;

/// The 15,769 most common passwords of at least 8 characters, in lower case and ASCII, one a line,
/// sorted. From the frequency list of zxcvbn (`data/passwords.txt`), counted in ten million leaked
/// ones; its licence (MIT) is in `common_passwords.LICENSE`.
const LIST: &str = include_str!("common_passwords.txt");

/// Whether `password` is among the most common, whatever its case (OWASP ASVS 4.0, 2.1.7). A binary
/// search in the text itself.
pub(super) fn is_common(password: &str) -> bool {
    let mut rest = LIST.as_bytes();
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        let is_end = |byte: &u8| *byte == b'\n';
        let start = rest[..middle]
            .iter()
            .rposition(is_end)
            .map_or(0, |end| end + 1);
        let length = rest[start..].iter().position(is_end);
        let end = length.map_or(rest.len(), |length| start + length);
        match compare(password, &rest[start..end]) {
            Ordering::Less => rest = &rest[..start],
            Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
            Ordering::Equal => return true,
        }
    }
    false
}

fn compare(password: &str, line: &[u8]) -> Ordering {
    let password = password.chars().flat_map(char::to_lowercase);
    password.cmp(line.iter().copied().map(char::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_list_is_found_and_nothing_else() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.len() >= 10_000);
        assert!(lines.is_sorted_by(|one, next| one < next));
        for line in lines {
            assert!(line.len() >= 8 && is_common(line), "{line}");
            assert!(is_common(&line.to_uppercase()), "{line}");
            assert!(!is_common(&format!("{line}\u{e9}")), "{line}");
        }
        for other in [
            "",
            "\n",
            "correct horse",
            "password1\n",
            "~~~~~~~~~~~~",
            "ÿÿÿÿÿÿÿÿ",
        ] {
            assert!(!is_common(other), "{other}");
        }
    }
}

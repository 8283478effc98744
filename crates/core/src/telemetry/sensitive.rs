//! Which fields are never written, whatever they hold. This is the last line of defence: a secret
//! should be a [`crate::secret::Secret`] long before it comes here.

/// Whether a field of this name holds a secret: `password`, `access_token`, `http.cookie`,
/// `set-cookie`, … but not `tokens` or `token_type`.
pub(super) fn is_sensitive(field: &str) -> bool {
    // Looked at for every field of every line: the last letter sorts most names out.
    let words: &[&str] = match field.as_bytes().last().map(u8::to_ascii_lowercase) {
        Some(b'd') => &["password", "passwd"],
        Some(b'n') => &["token", "authorization"],
        Some(b't') => &["secret"],
        Some(b'e') => &["cookie", "passphrase"],
        Some(b'y') => &["api_key", "private_key", "secret_key"],
        _ => return false,
    };
    words.iter().any(|word| ends_with_word(field, word))
}

fn ends_with_word(field: &str, word: &str) -> bool {
    let Some(start) = field.len().checked_sub(word.len()) else {
        return false;
    };
    let (before, end) = field.as_bytes().split_at(start);
    end.eq_ignore_ascii_case(word.as_bytes())
        && before.last().is_none_or(|byte| b"_-.".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_the_last_word() {
        for field in [
            "password",
            "Password",
            "new_password",
            "token",
            "access_token",
            "secret",
            "client-secret",
            "authorization",
            "http.request.header.authorization",
            "cookie",
            "Set-Cookie",
            "secret_key",
            "api_key",
        ] {
            assert!(is_sensitive(field), "{field}");
        }
        for field in [
            "",
            "message",
            "tokens",
            "token_type",
            "status_code",
            "path",
            "method",
            "key",
            "idempotency_key",
            "password_age_days",
            "mytoken",
            "error",
            "user_id",
        ] {
            assert!(!is_sensitive(field), "{field}");
        }
    }
}

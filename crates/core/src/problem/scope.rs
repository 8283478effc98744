//! The refusal of an API key whose scopes do not reach far enough.

use super::{Code, Problem};

impl Problem {
    /// 403 with the challenge of RFC 6750, 3.1 (`insufficient_scope`), which names what is missing.
    pub fn insufficient_scope(scope: &str) -> Self {
        let mut problem = Self::new(Code::Forbidden, "Insufficient scope");
        problem.challenge = Some(format!(
            "Bearer error=\"insufficient_scope\", scope=\"{scope}\""
        ));
        problem
    }
}

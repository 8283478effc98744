//! Paths with parameters, and which of them a path means.

use std::fmt;

/// A path with its parameters in braces. Ordered as the router tries them: what is written out
/// before what is a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(String);

impl Template {
    pub(super) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `path` is this, with something in the place of each parameter.
    pub(super) fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        let all_match = self.0.split('/').all(|expected| {
            segments
                .next()
                .is_some_and(|segment| match expected.starts_with('{') {
                    true => !segment.is_empty(),
                    false => segment == expected,
                })
        });
        all_match && segments.next().is_none()
    }

    fn rank(&self) -> String {
        self.0.replace('{', "\u{7f}")
    }
}

impl Ord for Template {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Template {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_stands_for_one_segment_that_is_not_empty() {
        let task = Template::new("/projects/{project_id}/tasks");
        assert!(task.matches("/projects/7/tasks"));
        for other in [
            "/projects//tasks",
            "/projects/7/8/tasks",
            "/projects/7",
            "/projects/7/tasks/",
        ] {
            assert!(!task.matches(other), "{other}");
        }
    }

    #[test]
    fn what_is_written_out_comes_first() {
        let mut templates = ["/users/{user_id}", "/users/me"].map(Template::new);
        templates.sort();
        assert_eq!(templates[0].as_str(), "/users/me");
    }
}

//! Which known name a mistyped one was meant to be.

/// The candidate that differs from `name` by the fewest typing errors, if those are few.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let tolerated = (name.len() / 4).clamp(1, 3);
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(errors, _)| *errors <= tolerated)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance: how many insertions, deletions, replacements and swaps
/// of neighbours part the two.
fn distance(from: &str, to: &str) -> usize {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
                replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
            };
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                rows[i][j] = rows[i][j].min(rows[i - 2][j - 2] + 1);
            }
        }
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_typing_errors() {
        assert_eq!(distance("PORT", "PORT"), 0);
        assert_eq!(distance("PRT", "PORT"), 1);
        assert_eq!(distance("SECRETKEY", "SECRET_KEY"), 1);
        assert_eq!(distance("PROT", "PORT"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "PORT"), 4);
    }

    #[test]
    fn the_nearest_is_near_or_nothing() {
        let known = || ["PORT", "HOST", "SECRET_KEY"].into_iter();
        assert_eq!(nearest("SECRETKEY", known()), Some("SECRET_KEY"));
        assert_eq!(nearest("PROT_", known()), None);
        assert_eq!(nearest("HORST", known()), Some("HOST"));
        assert_eq!(nearest("POSTGRES_USER", known()), None);
    }
}

//! Parts `fmt` and `clippy`.

use crate::error::Result;
use crate::process;

/// rustfmt would change nothing.
pub(super) fn fmt() -> Result<()> {
    process::run(&mut process::cargo(["fmt", "--all", "--check"]))
}

/// Clippy has no warning, in tests and examples neither.
pub(super) fn clippy() -> Result<()> {
    let args = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ];
    process::run(&mut process::cargo(args))
}

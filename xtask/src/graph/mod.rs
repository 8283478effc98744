//! `cargo xtask graph`: a drawing of the crates, floor by floor, and of who uses whom.
//!
//! What stands where follows from the table of floors and from Cargo's metadata alone, so a new crate finds its place
//! by itself, and the same workspace is always drawn the same.

mod house;
mod layout;
mod svg;
#[cfg(test)]
mod tests;

use crate::error::Result;
use crate::terminal::print;
use crate::workspace;

use house::House;

/// Where the drawing is, below the root.
pub(crate) const DRAWING: &str = "docs/architecture.svg";

/// The drawing of the workspace as it is now.
///
/// # Errors
/// When a manifest is wrong.
pub(crate) fn drawn() -> Result<String> {
    let house = House::of(&workspace::metadata()?);
    Ok(svg::draw(&house, &layout::lay_out(&house)))
}

/// Draws anew.
///
/// # Errors
/// When a manifest is wrong, or the file cannot be written.
pub(crate) fn write() -> Result<()> {
    workspace::write(&workspace::root().join(DRAWING), &drawn()?)?;
    print(&format!("{DRAWING} is written"));
    Ok(())
}

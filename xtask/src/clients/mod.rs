//! `cargo xtask clients`: clients of the API in other languages, generated from `docs/openapi.json`.

pub(crate) mod python;
pub(crate) mod typescript;

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::terminal::print;
use crate::workspace;

/// What `cargo xtask clients` accepts.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// In which languages; none: all
    #[arg(value_enum)]
    languages: Vec<Language>,
    /// The folder in which each gets one of its own, which is made anew
    #[arg(long, value_name = "DIR", default_value = "target/clients")]
    out: PathBuf,
}

/// A language for which there is a generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// Types for openapi-fetch
    Typescript,
    /// A package that stands on httpx
    Python,
}

/// Generates, and says where.
///
/// # Errors
/// When a generator cannot be had, or fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    let all = [Language::Typescript, Language::Python];
    let chosen = all
        .iter()
        .filter(|language| options.languages.is_empty() || options.languages.contains(language));
    for language in chosen {
        let folder = language.generate(&options.out)?;
        print(&format!("{} is written", folder.display()));
    }
    Ok(())
}

impl Language {
    /// Writes the client into a folder below `out`, and answers which.
    ///
    /// # Errors
    /// When the generator cannot be had, or fails.
    pub(crate) fn generate(self, out: &Path) -> Result<PathBuf> {
        let (name, generate): (_, fn(&Path) -> Result<()>) = match self {
            Self::Typescript => ("typescript", typescript::generate),
            Self::Python => ("python", python::generate),
        };
        let folder = out.join(name);
        workspace::make_empty(&folder)?;
        // Generators run elsewhere.
        let absolute = std::path::absolute(&folder).unwrap_or_else(|_| folder.clone());
        generate(&absolute)?;
        Ok(folder)
    }
}

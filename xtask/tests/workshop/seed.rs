//! `cargo xtask seed`, as far as it needs no application; the rest is a journey.

use crate::stub::Workspace;

#[test]
fn a_production_database_is_refused_before_anything_is_built() {
    let workspace = Workspace::serving("a word");
    workspace.write(
        ".env",
        "APP_ENV=production\nDATABASE_URL=postgres://db/ashlar\n",
    );
    let (succeeds, said) = workspace.run(&["seed"]);
    assert!(!succeeds, "{said}");
    assert!(said.contains("APP_ENV is production"), "{said}");
    assert!(!said.contains("filling"), "{said}");
}

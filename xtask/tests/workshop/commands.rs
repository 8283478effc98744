//! `cargo xtask check --only commands`: what a page tells to type is typed.

use crate::stub::Workspace;

const CHECK: [&str; 3] = ["check", "--only", "commands"];

#[test]
fn what_a_page_says_is_run_and_what_does_not_work_is_told() {
    let workspace = Workspace::serving("a word");
    workspace.write(
        "README.md",
        "`ashlar doctor` tells:\n\n```sh\nashlar doctor > report\n```\n\nand\n\n```sh\ngrep 'all is well' report\n```\n",
    );
    let (succeeds, said) = workspace.run(&CHECK);
    assert!(succeeds, "{said}");

    workspace.write("docs/page.md", "```sh\nashlar doctor\nashlar nurse\n```\n");
    let (succeeds, said) = workspace.run(&CHECK);
    assert!(!succeeds, "{said}");
    for told in [
        "what docs/page.md says does not work",
        "failed: ashlar nurse",
    ] {
        assert!(said.contains(told), "{told:?}: {said}");
    }
}

#[test]
fn what_is_not_run_has_to_be_there() {
    let workspace = Workspace::serving("a word");
    workspace.write(
        "README.md",
        "`ashlar nurse`, `cargo xtask nothing`, `docs/nothing.md`\n\n\
         <!-- not run: it serves until it is stopped -->\n```sh\nashlar serve\nashlar nurse\ncargo test -p nobody\n```\n",
    );
    let (succeeds, said) = workspace.run(&CHECK);
    assert!(!succeeds, "{said}");
    for told in [
        "README.md:1: unrecognized subcommand",
        "README.md:1: unrecognized subcommand 'nothing'",
        "README.md:1: there is no `docs/nothing.md`",
        "README.md:4: unrecognized subcommand",
        "README.md:4: there is no package `nobody`",
        "5 findings",
    ] {
        assert!(said.contains(told), "{told:?}: {said}");
    }
}

#[test]
fn the_workshop_is_not_let_loose_on_the_tree() {
    let workspace = Workspace::serving("a word");
    let page = "```sh\nashlar doctor > report\ncargo xtask migrate new posts add_colour\n```\n";
    workspace.write("README.md", page);
    let (succeeds, said) = workspace.run(&CHECK);
    assert!(!succeeds, "{said}");
    assert!(
        said.contains("README.md:1: `cargo xtask` works in the tree"),
        "{said}"
    );
    assert!(!said.contains("running what README.md says"), "{said}");
}

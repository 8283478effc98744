//! What is asked for, on this very tree: every place is found, and what is taken is refused. Nothing is written.

use super::*;

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A domain that does not exist.
fn gift_cards() -> Changes {
    let mut changes = Changes::of(workspace::root());
    let entities = [
        "gift_card:code:string(40)!:sold_on:date:note:text?",
        "wish:title:string",
    ];
    domain::add(&mut changes, "gift_cards", &strings(&entities), &[]).expect("a domain");
    changes
}

#[track_caller]
fn assert_refused(outcome: Result<()>, mut changes: Changes, why: &[&str]) {
    let told = outcome.and_then(|()| changes.check());
    let told = told.expect_err("refused").to_string();
    for why in why {
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn every_place_that_names_a_domain_is_found() {
    let mut changes = gift_cards();
    changes.check().expect("every place is found");
    for (path, line) in [
        (
            "Cargo.toml",
            "ashlar-gift-cards = { path = \"crates/domains/gift_cards\" }\n",
        ),
        (
            "crates/app/Cargo.toml",
            "ashlar-gift-cards.workspace = true\n",
        ),
        (
            "crates/app/src/compose.rs",
            "use ashlar_gift_cards::{GiftCards};\n",
        ),
        (
            "crates/app/src/compose.rs",
            "ashlar_gift_cards::domain(GiftCards::new(",
        ),
        (
            "crates/app/tests/api/access.rs",
            "\"POST /api/v1/gift-cards\",\n",
        ),
        ("crates/contracts/src/lib.rs", "pub mod gift_cards;\n"),
        (
            "crates/contracts/README.md",
            "| `gift_cards.rs` | `ashlar-gift-cards` | `gift_card.created`,",
        ),
        ("crates/contracts/tests/wire/main.rs", "mod gift_cards;\n"),
        (
            "migration/src/lib.rs",
            "migrations.extend(gift_cards::migrations());\n",
        ),
        (
            "ARCHITECTURE.md",
            "| `ashlar-gift-cards` | `crates/domains/gift_cards` | gift cards and wishes |",
        ),
        (
            "CODEOWNERS",
            "/migration/src/gift_cards/ @ashlar/gift-cards\n",
        ),
    ] {
        let text = changes.text(path).expect(path);
        assert!(text.contains(line), "{path}: {line}");
    }
}

#[test]
fn a_new_domain_takes_entities_jobs_and_events() {
    let mut changes = gift_cards();
    let redemption = "redemption:position:int!:done_at:datetime";
    entity::add_to(&mut changes, "gift_cards", redemption, &[]).expect("an entity");
    job::add(&mut changes, "gift_cards", "remind_owners", "0 2 * * *").expect("a job");
    let fields = strings(&["receiver:string?"]);
    event::add(
        &mut changes,
        "gift_cards",
        ("gift_card.given_away", Some("give_away")),
        &fields,
    )
    .expect("an event");
    changes.check().expect("every place is found");
    let lib = changes
        .text("crates/domains/gift_cards/src/domain.rs")
        .expect("a file");
    for part in [
        "DeleteRedemptions(gift_cards.clone())",
        "Schedule::new(\"gift_cards.remind_owners\"",
        "::<GiftCardGivenAway>()",
    ] {
        assert!(lib.contains(part), "{part}: {lib}");
    }
    assert!(lib.ends_with("        .state(gift_cards)\n}\n"), "{lib}");
    let router = changes
        .text("crates/domains/gift_cards/src/router/gift_card_given_away.rs")
        .expect("a file");
    assert!(router.contains("{gift_card_id}/give-away\""), "{router}");
}

#[test]
fn domains_that_were_written_by_hand_take_entities_and_jobs() {
    for domain in ["posts", "projects"] {
        let mut changes = Changes::of(workspace::root());
        entity::add_to(&mut changes, domain, "remark:content:text", &[]).expect("an entity");
        job::add(&mut changes, domain, "count_rows", "0 2 * * *").expect("a job");
        changes.check().expect("every place is found");
    }
}

#[test]
fn what_is_taken_is_refused() {
    let domain = |name: &str, entity: &str| {
        let mut changes = Changes::of(workspace::root());
        let outcome = domain::add(&mut changes, name, &strings(&[entity]), &[]);
        (outcome, changes)
    };
    for (name, entity, why) in [
        (
            "posts",
            "draft:title:string",
            &["there is a crate ashlar-posts", "there is a folder"][..],
        ),
        (
            "events",
            "meeting:title:string",
            &["there is a crate ashlar-events"],
        ),
        (
            "workers",
            "worker:title:string",
            &["compose.rs calls something else Workers"],
        ),
        (
            "blog",
            "post:title:string",
            &[
                "\"/api/v1/posts\" already",
                "a table posts already",
                "post.created already",
            ],
        ),
        ("stock", "stock:title:string", &["a domain is a plural"]),
        (
            "Stock",
            "item:title:decimal:id:uuid",
            &["domain `Stock`", "minor units", "every table has"],
        ),
    ] {
        let (outcome, changes) = domain(name, entity);
        assert_refused(outcome, changes, why);
    }
}

#[test]
fn what_a_domain_has_already_is_refused() {
    let mut changes = Changes::of(workspace::root());
    let outcome = entity::add_to(&mut changes, "posts", "author:name:string", &[]);
    assert_refused(outcome, changes, &["main.rs has a module of that name"]);
    let mut changes = gift_cards();
    let fields = strings(&["gift_card_id:uuid", "why:text"]);
    let outcome = event::add(
        &mut changes,
        "gift_cards",
        ("gift_card.lost", None),
        &fields,
    );
    assert_refused(
        outcome,
        changes,
        &[
            "`gift_card_id` of `gift_card.lost`",
            "a long text is not told",
        ],
    );
}

#[test]
fn a_domain_that_is_not_there_is_told_with_those_that_are() {
    let mut changes = Changes::of(workspace::root());
    let outcome = entity::add_to(&mut changes, "nowhere", "thing:title:string", &[]);
    assert_refused(
        outcome,
        changes,
        &["there is no domain `nowhere`", "posts, projects"],
    );
    let mut changes = Changes::of(workspace::root());
    let outcome = event::add(&mut changes, "posts", ("post.liked", None), &[]);
    assert_refused(outcome, changes, &["has no entity `post` of the shape"]);
    let mut changes = Changes::of(workspace::root());
    let outcome = job::add(&mut changes, "posts", "remind", "0 2 * *");
    assert_refused(outcome, changes, &["<verb>_<noun>", "no schedule"]);
}

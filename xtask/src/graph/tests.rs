//! The drawing of houses that there are not.

use std::collections::BTreeSet;

use super::house::{Crate, House};
use super::layout::{Spot, lay_out};
use super::svg::draw;

fn house(crates: &[(&str, &str, usize)], arrows: &[(usize, usize)]) -> House {
    let drawn = |(name, group, level): &(&str, &str, usize)| Crate {
        name: (*name).to_owned(),
        about: "What it is & what it is for, told at length".to_owned(),
        group: (*group).to_owned(),
        level: *level,
        has_testkit: *level > 0,
    };
    House {
        crates: crates.iter().map(drawn).collect(),
        arrows: arrows.iter().copied().collect(),
    }
}

#[test]
fn every_crate_and_arrow_is_drawn_once() {
    let house = house(
        &[
            ("app", "app", 2),
            ("posts", "domains", 1),
            ("tasks", "domains", 1),
            ("core", "core", 0),
            ("base", "base", 0),
        ],
        &[(0, 1), (0, 2), (1, 3), (2, 3), (0, 4)],
    );
    let plan = lay_out(&house);
    let svg = draw(&house, &plan);
    assert_eq!(svg.matches("class=\"stone\"").count(), 5);
    assert_eq!(
        svg.matches("class=\"arrow\"").count(),
        5 + 1,
        "and the legend's"
    );
    assert_eq!(svg.matches("class=\"frame\"").count(), 1, "of the domains");
    assert_eq!(
        svg.matches("class=\"dot\"").count(),
        3 + 1,
        "and the legend's"
    );
    assert!(svg.contains("What it is &amp; what it"), "text is escaped");
    assert_eq!(svg, draw(&house, &lay_out(&house)), "always the same");
}

#[test]
fn nobody_stands_on_anybody() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let crates: Vec<_> = names
        .iter()
        .map(|name| (*name, if *name < "d" { "low" } else { *name }, 0))
        .collect();
    let house = house(&crates, &[]);
    let plan = lay_out(&house);
    let middles: BTreeSet<i64> = plan.middle.values().map(|x| x.round() as i64).collect();
    let middles: Vec<i64> = middles.into_iter().collect();
    assert_eq!(middles.len(), 6);
    assert!(
        middles.windows(2).all(|pair| pair[1] - pair[0] > 164),
        "{middles:?}"
    );
}

#[test]
fn arrows_that_need_not_cross_do_not() {
    let house = house(
        &[
            ("left", "left", 1),
            ("right", "right", 1),
            ("a", "a", 0),
            ("z", "z", 0),
        ],
        &[(0, 3), (1, 2)],
    );
    let plan = lay_out(&house);
    let x = |number| plan.middle[&Spot::Crate(number)];
    assert_eq!(x(0) < x(1), x(3) < x(2));
}

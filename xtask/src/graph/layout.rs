//! Who stands where. Floors are rows; an arrow over several of them gets a gap in those between. In a row, everybody
//! stands near those they have arrows with (Sugiyama's method), and crates of a group stand together.

use std::collections::{BTreeMap, BTreeSet};

use super::house::House;

/// The size of a crate's box.
pub(super) const WIDTH: f64 = 164.0;
/// Between neighbours.
const SPACE: f64 = 16.0;
/// Around the crates of a group.
pub(super) const PADDING: f64 = 12.0;
/// Where an arrow passes between crates.
const GAP: f64 = 10.0;

/// To the right of everybody.
const ASIDE: f64 = 1e9;

/// How often the rows are sorted anew; it settles long before.
const ROUNDS: usize = 12;

/// What has a place in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// A crate, by its number.
    Crate(usize),
    /// Where an arrow passes a row, by its ends and the row's level.
    Pass((usize, usize), usize),
}

/// What spots stand together in: crates by the name of their group, and the way of an arrow alone.
type Group = (String, Option<Spot>);

/// The drawing's plan.
#[derive(Clone)]
pub(super) struct Plan {
    /// The highest floor first, each from left to right.
    pub(super) rows: Vec<Vec<Spot>>,
    /// The middle of each spot.
    pub(super) middle: BTreeMap<Spot, f64>,
    pub(super) width: f64,
    /// Pieces of arrows, each from a row to the next one.
    pub(super) pieces: BTreeSet<(Spot, Spot)>,
}

pub(super) fn lay_out(house: &House) -> Plan {
    let top = house.crates.iter().map(|one| one.level).max().unwrap_or(0);
    let mut rows: Vec<Vec<Spot>> = vec![Vec::new(); top + 1];
    for (number, one) in house.crates.iter().enumerate() {
        rows[top - one.level].push(Spot::Crate(number));
    }
    let mut pieces = BTreeSet::new();
    for &(user, used) in &house.arrows {
        let mut from = Spot::Crate(user);
        for level in (house.crates[used].level + 1..house.crates[user].level).rev() {
            let pass = Spot::Pass((user, used), level);
            rows[top - level].push(pass);
            pieces.insert((from, pass));
            from = pass;
        }
        pieces.insert((from, Spot::Crate(used)));
    }
    let mut plan = Plan {
        rows,
        middle: BTreeMap::new(),
        width: 0.0,
        pieces,
    };
    plan.place(house);
    let mut best = plan.clone();
    for round in 0..ROUNDS {
        plan.sort(house, round % 2 == 0);
        if plan.crossings() < best.crossings() || round == 0 {
            best = plan.clone();
        }
    }
    best
}

impl Plan {
    /// Sorts every row by where the neighbours above stand, or those below.
    fn sort(&mut self, house: &House, is_downwards: bool) {
        let count = self.rows.len();
        for step in 0..count {
            let row = if is_downwards { step } else { count - 1 - step };
            let mut groups: BTreeMap<Group, Vec<(f64, Spot)>> = BTreeMap::new();
            for &spot in &self.rows[row] {
                let pull = self.pull(spot, is_downwards);
                groups
                    .entry(group(house, spot))
                    .or_default()
                    .push((pull, spot));
            }
            let mut groups: Vec<_> = groups.into_values().collect();
            for group in &mut groups {
                group.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            }
            let mean = |group: &[(f64, Spot)]| mean(group.iter().map(|(pull, _)| *pull));
            groups.sort_by(|one, other| {
                let (of_one, of_other) = (mean(one).unwrap_or(0.0), mean(other).unwrap_or(0.0));
                of_one.total_cmp(&of_other).then(one[0].1.cmp(&other[0].1))
            });
            self.rows[row] = groups.into_iter().flatten().map(|(_, spot)| spot).collect();
            self.place(house);
        }
    }

    /// Where those with whom a spot has arrows would have it. Who has none goes to the right, out of the way.
    fn pull(&self, spot: Spot, is_by_those_above: bool) -> f64 {
        let neighbours = self
            .pieces
            .iter()
            .filter_map(|&(above, below)| match is_by_those_above {
                true => (below == spot).then_some(above),
                false => (above == spot).then_some(below),
            });
        let has_arrows = self
            .pieces
            .iter()
            .any(|&(above, below)| above == spot || below == spot);
        let own = if has_arrows {
            self.middle[&spot]
        } else {
            ASIDE
        };
        mean(neighbours.map(|neighbour| self.middle[&neighbour])).unwrap_or(own)
    }

    /// Gives every spot its place; rows stand in the middle of the drawing.
    fn place(&mut self, house: &House) {
        let mut widths = Vec::new();
        for row in &self.rows {
            let mut x = 0.0;
            let mut before: Option<Spot> = None;
            for &spot in row {
                let is_inside =
                    before.is_some_and(|before| group(house, before) == group(house, spot));
                let padding = if is_grouped(house, spot) {
                    PADDING
                } else {
                    0.0
                };
                if let Some(before) = before {
                    let left_behind = if is_grouped(house, before) {
                        PADDING
                    } else {
                        0.0
                    };
                    x += SPACE
                        + if is_inside {
                            0.0
                        } else {
                            padding + left_behind
                        };
                } else {
                    x += padding;
                }
                let width = if matches!(spot, Spot::Crate(_)) {
                    WIDTH
                } else {
                    GAP
                };
                self.middle.insert(spot, x + width / 2.0);
                x += width;
                before = Some(spot);
            }
            let padding = before
                .filter(|spot| is_grouped(house, *spot))
                .map_or(0.0, |_| PADDING);
            widths.push(x + padding);
        }
        self.width = widths.iter().copied().fold(0.0, f64::max);
        for (row, width) in self.rows.iter().zip(widths) {
            for spot in row {
                let middle = self.middle.entry(*spot).or_default();
                *middle += (self.width - width) / 2.0;
            }
        }
    }

    fn crossings(&self) -> usize {
        let pieces: Vec<_> = self.pieces.iter().collect();
        let row = |spot: Spot| self.rows.iter().position(|row| row.contains(&spot));
        let cross = |one: &(Spot, Spot), other: &(Spot, Spot)| {
            let above = self.middle[&one.0].total_cmp(&self.middle[&other.0]);
            let below = self.middle[&one.1].total_cmp(&self.middle[&other.1]);
            row(one.0) == row(other.0) && above.is_ne() && below.is_ne() && above != below
        };
        let pairs = pieces
            .iter()
            .enumerate()
            .flat_map(|(number, one)| pieces[number + 1..].iter().map(move |other| (*one, *other)));
        pairs.filter(|(one, other)| cross(one, other)).count()
    }
}

/// What a spot stands together with.
fn group(house: &House, spot: Spot) -> Group {
    match spot {
        Spot::Crate(number) => (house.crates[number].group.clone(), None),
        Spot::Pass(..) => (String::new(), Some(spot)),
    }
}

/// Whether a crate stands in a frame with others.
pub(super) fn is_grouped(house: &House, spot: Spot) -> bool {
    let Spot::Crate(number) = spot else {
        return false;
    };
    let group = &house.crates[number].group;
    house
        .crates
        .iter()
        .filter(|one| one.group == *group)
        .count()
        > 1
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut count = 0.0;
    let mut sum = 0.0;
    for value in values {
        count += 1.0;
        sum += value;
    }
    (count > 0.0).then(|| sum / count)
}

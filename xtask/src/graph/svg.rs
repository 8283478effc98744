//! The drawing as SVG. Its colours follow the reader's light or dark theme; it needs no font and no script.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::house::{Crate, House};
use super::layout::{PADDING, Plan, Spot, WIDTH, is_grouped};

/// Around everything.
const MARGIN: f64 = 24.0;
/// A box's height without its text about the crate.
const HEAD: f64 = 32.0;
const LINE: f64 = 14.0;
/// From the foot of a row to the top of the next one.
const BETWEEN: f64 = 64.0;
/// Letters in a line of text about a crate.
const LETTERS: usize = 24;
/// Below the last row: what the signs mean.
const LEGEND: f64 = 40.0;

const STYLE: &str = "\
  text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; fill: #2b2a27; }
  .name { font-size: 14px; font-weight: 600; }
  .about { font-size: 11px; fill: #6b675f; }
  .group { font-size: 11px; fill: #8a857a; letter-spacing: .08em; }
  .page { fill: #faf8f4; stroke: #e4dfd5; }
  .frame { fill: #f0ece3; stroke: #ddd6c8; stroke-dasharray: 4 4; }
  .stone { fill: #ffffff; stroke: #cfc8b9; }
  .edge { fill: #b9793c; }
  .arrow { fill: none; stroke: #a39c8d; stroke-width: 1.4; }
  .head { fill: #a39c8d; }
  .dot { fill: #3f8f6b; }
  @media (prefers-color-scheme: dark) {
    text { fill: #ece8df; }
    .about { fill: #a9a395; }
    .group { fill: #8f897b; }
    .page { fill: #1c1b19; stroke: #33312c; }
    .frame { fill: #24231f; stroke: #423f38; }
    .stone { fill: #2d2b27; stroke: #4d4941; }
    .edge { fill: #d6985a; }
    .arrow { stroke: #7d776a; }
    .head { fill: #7d776a; }
    .dot { fill: #6cc49b; }
  }
";

pub(super) fn draw(house: &House, plan: &Plan) -> String {
    let lines = house
        .crates
        .iter()
        .map(|one| wrapped(&one.about).len())
        .max();
    let sheet = Sheet {
        house,
        plan,
        box_height: HEAD + count(lines.unwrap_or(0)) * LINE,
    };
    let rows = count(plan.rows.len());
    let width = plan.width + 2.0 * MARGIN;
    let height = 2.0 * MARGIN + rows * sheet.box_height + (rows - 1.0) * BETWEEN + LEGEND;
    let mut body = String::new();
    sheet.frames(&mut body);
    sheet.arrows(&mut body);
    sheet.boxes(&mut body);
    sheet.legend(&mut body, height);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"title\">\n\
         <!-- Drawn by `cargo xtask graph` from Cargo's metadata. -->\n\
         <title id=\"title\">The crates, floor by floor, and who uses whom</title>\n\
         <style>\n{STYLE}</style>\n\
         <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path class=\"head\" d=\"M0 0 8 4 0 8Z\"/></marker></defs>\n\
         <rect class=\"page\" x=\"0.5\" y=\"0.5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"10\"/>\n{body}</svg>\n",
        width - 1.0,
        height - 1.0,
    )
}

struct Sheet<'a> {
    house: &'a House,
    plan: &'a Plan,
    box_height: f64,
}

impl Sheet<'_> {
    /// The top of a row.
    fn top(&self, row: usize) -> f64 {
        MARGIN + count(row) * (self.box_height + BETWEEN)
    }

    fn x(&self, spot: Spot) -> f64 {
        MARGIN + self.plan.middle.get(&spot).copied().unwrap_or_default()
    }

    fn row(&self, spot: Spot) -> usize {
        let row = self.plan.rows.iter().position(|row| row.contains(&spot));
        row.unwrap_or_default()
    }

    /// Around the crates of a group.
    fn frames(&self, svg: &mut String) {
        for (row, spots) in self.plan.rows.iter().enumerate() {
            let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
            for &spot in spots.iter().filter(|spot| is_grouped(self.house, **spot)) {
                if let Spot::Crate(number) = spot {
                    let group = &self.house.crates[number].group;
                    groups.entry(group).or_default().push(self.x(spot));
                }
            }
            for (name, middles) in groups {
                let left = middles.iter().copied().fold(f64::MAX, f64::min) - WIDTH / 2.0 - PADDING;
                let right = middles.iter().copied().fold(0.0, f64::max) + WIDTH / 2.0 + PADDING;
                let top = self.top(row) - PADDING;
                let height = self.box_height + 2.0 * PADDING;
                let width = right - left;
                let _ = writeln!(
                    svg,
                    "<rect class=\"frame\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                     rx=\"8\"/>\n<text class=\"group\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                    left + 4.0,
                    top - 6.0,
                    escaped(name),
                );
            }
        }
    }

    /// Each as one line from box to box, through the gaps between.
    fn arrows(&self, svg: &mut String) {
        for &(user, used) in &self.house.arrows {
            let mut from = Spot::Crate(user);
            let mut path = String::new();
            let mut start = (
                self.port(from, (user, used), true),
                self.top(self.row(from)) + self.box_height,
            );
            let _ = write!(path, "M{:.1} {:.1}", start.0, start.1);
            while let Some(to) = self.next(from, (user, used)) {
                let is_pass = matches!(to, Spot::Pass(..));
                let x = if is_pass {
                    self.x(to)
                } else {
                    self.port(to, (user, used), false)
                };
                let end = (x, self.top(self.row(to)));
                let half = f64::midpoint(start.1, end.1);
                let _ = write!(
                    path,
                    "C{:.1} {half:.1} {:.1} {half:.1} {:.1} {:.1}",
                    start.0, end.0, end.0, end.1
                );
                if !is_pass {
                    break;
                }
                start = (end.0, end.1 + self.box_height);
                let _ = write!(path, "V{:.1}", start.1);
                from = to;
            }
            let _ = writeln!(
                svg,
                "<path class=\"arrow\" marker-end=\"url(#head)\" d=\"{path}\"/>"
            );
        }
    }

    /// Where an arrow goes on from here.
    fn next(&self, from: Spot, arrow: (usize, usize)) -> Option<Spot> {
        let pieces = self.plan.pieces.iter().filter(|(above, _)| *above == from);
        pieces.map(|(_, below)| *below).find(|below| match below {
            Spot::Crate(number) => *number == arrow.1,
            Spot::Pass(passing, _) => *passing == arrow,
        })
    }

    /// Where on the edge of a box an arrow begins or ends: side by side, in the order of where they go.
    fn port(&self, spot: Spot, arrow: (usize, usize), is_start: bool) -> f64 {
        let pieces = self.plan.pieces.iter();
        let mut others: Vec<(f64, Spot)> = pieces
            .filter(|(above, below)| {
                if is_start {
                    *above == spot
                } else {
                    *below == spot
                }
            })
            .map(|(above, below)| if is_start { *below } else { *above })
            .map(|other| (self.x(other), other))
            .collect();
        others.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let end = Spot::Crate(if is_start { arrow.1 } else { arrow.0 });
        let is_this = |(_, other): &(f64, Spot)| match other {
            Spot::Pass(passing, _) => *passing == arrow,
            other => *other == end,
        };
        let place = others.iter().position(is_this).unwrap_or_default();
        let step = (WIDTH - 40.0) / count(others.len());
        self.x(spot) - (WIDTH - 40.0) / 2.0 + (count(place) + 0.5) * step
    }

    fn boxes(&self, svg: &mut String) {
        for (number, one) in self.house.crates.iter().enumerate() {
            let spot = Spot::Crate(number);
            self.one_box(
                svg,
                one,
                self.x(spot) - WIDTH / 2.0,
                self.top(self.row(spot)),
            );
        }
    }

    fn one_box(&self, svg: &mut String, one: &Crate, x: f64, y: f64) {
        let height = self.box_height;
        let _ = writeln!(
            svg,
            "<rect class=\"stone\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{WIDTH}\" height=\"{height:.1}\" rx=\"5\"/>\n\
             <rect class=\"edge\" x=\"{x:.1}\" y=\"{:.1}\" width=\"3\" height=\"{:.1}\"/>\n\
             <text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            y + 8.0,
            height - 16.0,
            x + 12.0,
            y + 21.0,
            escaped(&one.name),
        );
        if one.has_testkit {
            let _ = writeln!(
                svg,
                "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"/>",
                x + WIDTH - 12.0,
                y + 16.0
            );
        }
        for (number, line) in wrapped(&one.about).iter().enumerate() {
            let y = y + 37.0 + count(number) * LINE;
            let _ = writeln!(
                svg,
                "<text class=\"about\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
                x + 12.0,
                escaped(line)
            );
        }
    }

    fn legend(&self, svg: &mut String, height: f64) {
        let y = height - MARGIN;
        let _ = writeln!(
            svg,
            "<path class=\"arrow\" marker-end=\"url(#head)\" d=\"M{MARGIN} {:.1}h26\"/>\n\
             <text class=\"about\" x=\"{:.1}\" y=\"{y:.1}\">uses, and all that is below on the way</text>\n\
             <circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"/>\n\
             <text class=\"about\" x=\"{:.1}\" y=\"{y:.1}\">is tested with testkit</text>",
            y - 4.0,
            MARGIN + 34.0,
            MARGIN + 260.0,
            y - 4.0,
            MARGIN + 270.0,
        );
    }
}

/// The text in lines of at most so many letters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A number of few things as a length.
fn count(number: usize) -> f64 {
    f64::from(u16::try_from(number).unwrap_or(u16::MAX))
}

//! Requests and lag over the number of jobs, as an SVG picture for light and dark backgrounds.

use std::fmt::Write as _;

use super::figures::{Run, as_f64};

/// The size of a panel's plotting area.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 36.0;
/// From one panel to the next.
const APART: f64 = 390.0;
/// A line of the legend.
const LINE: f64 = 18.0;

/// Distinguishable for colour-blind readers, and legible on both backgrounds.
const COLOURS: [&str; 6] = [
    "#d55e00", "#999999", "#e69f00", "#0072b2", "#56b4e9", "#009e73",
];

/// What a panel shows of a run.
type Value = fn(&Run) -> f64;

const STYLE: &str = "text{font:12px sans-serif;fill:#333}.t{font-weight:bold}.g{stroke:#8886;\
                     stroke-width:1}.l{fill:none;stroke-width:2}\
                     @media(prefers-color-scheme:dark){text{fill:#ddd}}";

/// A panel for the requests and one for the lag, both axes logarithmic.
pub(super) fn svg(runs: &[Run]) -> String {
    let mut names: Vec<&str> = runs.iter().map(|run| run.strategy.as_str()).collect();
    names.dedup();
    let legend = TOP + HEIGHT + 52.0;
    let (width, height) = (
        LEFT + APART + WIDTH + 20.0,
        legend + LINE * as_f64(names.len() as u64),
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>Requests and lag over the number of jobs, for each strategy</title>\n\
         <style>{STYLE}</style>\n"
    );
    let panels: [(&str, Value); 2] = [
        ("requests in all", |run| as_f64(run.requests)),
        ("lag in seconds, 95th percentile", |run| run.lag.p95),
    ];
    for (n, (title, value)) in (0u32..).zip(panels) {
        let left = LEFT + APART * f64::from(n);
        panel(&mut svg, left, title, runs, &names, value);
    }
    for (n, name) in (0u32..).zip(&names) {
        let y = legend + LINE * f64::from(n);
        let colour = colour(n);
        let _ = writeln!(
            svg,
            "<path class=\"l\" stroke=\"{colour}\" d=\"M{LEFT} {y}h24\"/>\
             <text x=\"{}\" y=\"{}\">{}</text>",
            LEFT + 32.0,
            y + 4.0,
            escaped(name)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, left: f64, title: &str, runs: &[Run], names: &[&str], value: Value) {
    let across = decades(runs.iter().map(|run| as_f64(run.jobs)));
    let up = decades(runs.iter().map(value));
    let x = |jobs: f64| left + WIDTH * share(jobs, across);
    let y = |value: f64| TOP + HEIGHT * (1.0 - share(value, up));
    let _ = writeln!(
        svg,
        "<text class=\"t\" x=\"{left}\" y=\"{}\">{title}</text>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">jobs</text>",
        TOP - 14.0,
        left + WIDTH / 2.0,
        TOP + HEIGHT + 34.0,
    );
    for decade in up.0..=up.1 {
        let at = y(10f64.powi(decade));
        let _ = writeln!(
            svg,
            "<path class=\"g\" d=\"M{left} {at:.1}h{WIDTH}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 6.0,
            at + 4.0,
            power(decade)
        );
    }
    for decade in across.0..=across.1 {
        let at = x(10f64.powi(decade));
        let _ = writeln!(
            svg,
            "<path class=\"g\" d=\"M{at:.1} {TOP}v{HEIGHT}\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            TOP + HEIGHT + 17.0,
            power(decade)
        );
    }
    for (n, name) in (0u32..).zip(names) {
        let points: Vec<String> = runs
            .iter()
            .filter(|run| run.strategy == *name)
            .map(|run| format!("{:.1},{:.1}", x(as_f64(run.jobs)), y(value(run))))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline class=\"l\" stroke=\"{}\" points=\"{}\"/>",
            colour(n),
            points.join(" ")
        );
    }
}

fn colour(n: u32) -> &'static str {
    COLOURS[n as usize % COLOURS.len()]
}

/// The powers of ten around all values; values below a tenth count as a tenth.
fn decades(values: impl Iterator<Item = f64>) -> (i32, i32) {
    let (mut low, mut high) = (f64::MAX, f64::MIN);
    for value in values {
        let log = value.max(0.1).log10();
        (low, high) = (low.min(log), high.max(log));
    }
    if low > high {
        return (0, 1);
    }
    #[expect(clippy::cast_possible_truncation, reason = "of numbers that are small")]
    let (low, high) = (low.floor() as i32, high.ceil() as i32);
    (low, high.max(low + 1))
}

fn share(value: f64, (low, high): (i32, i32)) -> f64 {
    (value.max(0.1).log10() - f64::from(low)) / f64::from(high - low)
}

fn power(decade: i32) -> String {
    match decade {
        ..0 => format!("{}", 10f64.powi(decade)),
        0..3 => 10u64.pow(decade.unsigned_abs()).to_string(),
        3..6 => format!("{}k", 10u64.pow(decade.unsigned_abs() - 3)),
        6..9 => format!("{}M", 10u64.pow(decade.unsigned_abs() - 6)),
        _ => format!("{}G", 10u128.pow(decade.unsigned_abs() - 9)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::{super::figures::tests::run, *};

    /// The elements of a text, each of which must be closed in the right place.
    fn elements(text: &str) -> Vec<&str> {
        let (mut open, mut seen) = (Vec::new(), Vec::new());
        for tag in text.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').expect("a tag that ends");
            let name = tag.split([' ', '/']).next().unwrap();
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed));
                continue;
            }
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            seen.push(name);
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert_eq!(open, [""; 0]);
        seen
    }

    #[test]
    fn the_picture_is_well_formed_with_a_line_per_strategy_and_panel() {
        let runs = [
            run("ours & <more>", 1_000, 1_000, 2.0),
            run("ours & <more>", 1_000_000, 50_000, 800.0),
            run("peer", 1_000, 60_000, 8.0),
            run("peer", 1_000_000, 2_000_000_000, 20_000.0),
        ];
        let svg = svg(&runs);
        let elements = elements(&svg);
        assert_eq!(elements.first(), Some(&"svg"));
        let lines = elements.iter().filter(|name| **name == "polyline");
        assert_eq!(lines.count(), 4);
        assert!(svg.contains("ours &amp; &lt;more>"), "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn points_are_placed_by_their_logarithm() {
        assert_eq!(decades([1_000.0, 50_000.0].into_iter()), (3, 5));
        assert_eq!(decades([10.0].into_iter()), (1, 2));
        assert_eq!(decades(std::iter::empty()), (0, 1));
        assert_eq!(decades([0.0, 1.0].into_iter()), (-1, 0));
        assert!((share(10_000.0, (3, 5)) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn powers_of_ten_are_short() {
        let shown: Vec<String> = [-1, 0, 2, 3, 5, 6, 9, 10].map(power).into();
        assert_eq!(shown, ["0.1", "1", "100", "1k", "100k", "1M", "1G", "10G"]);
    }
}

//! Latency over load as a picture: an SVG with logarithmic axes and nothing else, so that no library is needed.

use std::fmt::Write as _;

/// Which of a point's values a line shows.
type Value = fn(&Point) -> f64;

/// One rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) rate: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// One direction.
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<Point>,
}

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 460.0;
/// Left, right, top, bottom of the plot.
const PLOT: (f64, f64, f64, f64) = (70.0, 640.0, 30.0, 400.0);
const COLORS: [&str; 4] = ["#0b6e99", "#b5462f", "#4f7a28", "#6a4c93"];

/// A logarithmic axis.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// Over these values, between these places.
    fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values
            .filter(|value| *value > 0.0)
            .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high { (1.0, 10.0) } else { (low, high) };
        Self { low: low.log10().floor(), high: high.log10().ceil().max(low.log10().floor() + 1.0), from, to }
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value.max(1e-9).log10() - self.low) / (self.high - self.low);
        (self.to - self.from).mul_add(share.clamp(0.0, 1.0), self.from)
    }

    /// 1, 2 and 5 of every decade.
    fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut decade = self.low;
        while decade <= self.high {
            for step in [1.0, 2.0, 5.0] {
                let tick = step * 10_f64.powf(decade);
                if tick.log10() <= self.high + 1e-9 {
                    ticks.push(tick);
                }
            }
            decade += 1.0;
        }
        ticks
    }
}

/// Draws the curves: the median as a line, the 99th percentile dashed.
pub(crate) fn draw(curves: &[Curve]) -> String {
    let (left, right, top, bottom) = PLOT;
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let x = Axis::over(points().map(|point| point.rate), left, right);
    let y = Axis::over(points().flat_map(|point| [point.p50, point.p99]), bottom, top);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<title>Added latency over load</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for tick in x.ticks() {
        let at = x.at(tick);
        let _infallible = writeln!(
            svg,
            "<path d=\"M{at:.1} {top}V{bottom}\" stroke=\"#e4e4e4\"/><text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            bottom + 18.0,
            plain(tick)
        );
    }
    for tick in y.ticks() {
        let at = y.at(tick);
        let _infallible = writeln!(
            svg,
            "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#e4e4e4\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            at + 4.0,
            plain(tick)
        );
    }
    let middle = f64::midpoint(left, right);
    let _infallible = writeln!(
        svg,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">messages a second</text>\n\
         <text x=\"18\" y=\"{}\" text-anchor=\"middle\" transform=\"rotate(-90 18 {0})\">added latency, ms</text>",
        bottom + 42.0,
        f64::midpoint(top, bottom)
    );
    for (number, curve) in curves.iter().enumerate() {
        let color = COLORS[number % COLORS.len()];
        let kinds: [(&str, &str, Value); 2] =
            [("p50", "none", |point| point.p50), ("p99", "5 4", |point| point.p99)];
        for (line, (kind, dashes, value)) in kinds.into_iter().enumerate() {
            let places: Vec<String> = curve
                .points
                .iter()
                .map(|point| format!("{:.1},{:.1}", x.at(point.rate), y.at(value(point))))
                .collect();
            let _infallible = writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>",
                places.join(" ")
            );
            #[expect(clippy::cast_precision_loss, reason = "a few lines")]
            let height = ((number * 2 + line) as f64).mul_add(20.0, top + 12.0);
            let _infallible = writeln!(
                svg,
                "<path d=\"M{} {height}h26\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\
                 <text x=\"{}\" y=\"{}\">{} {kind}</text>",
                right + 16.0,
                right + 48.0,
                height + 4.0,
                curve.name
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn plain(value: f64) -> String {
    if value < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_is_higher_and_everything_is_inside() {
        let points =
            vec![Point { rate: 50.0, p50: 2.0, p99: 9.0 }, Point { rate: 2000.0, p50: 80.0, p99: 300.0 }];
        let svg = draw(&[Curve { name: "there", points }]);
        let lines: Vec<&str> = svg.lines().filter(|line| line.starts_with("<polyline")).collect();
        assert_eq!(lines.len(), 2);
        for line in lines {
            let places = line.split('"').nth(1).unwrap_or_default();
            let places: Vec<(f64, f64)> = places
                .split(' ')
                .filter_map(|place| place.split_once(','))
                .filter_map(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)))
                .collect();
            assert_eq!(places.len(), 2);
            assert!(places[0].0 < places[1].0 && places[0].1 > places[1].1, "{places:?}");
            let (left, right, top, bottom) = PLOT;
            assert!(places.iter().all(|(x, y)| (left..=right).contains(x) && (top..=bottom).contains(y)));
        }
    }

    #[test]
    fn nothing_can_be_drawn_too() {
        assert!(draw(&[]).ends_with("</svg>\n"));
    }
}

//! The figures of all runs, side by side with what they should be.

use std::fmt::Write as _;

use crate::stats::spread;

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// None is set; the figure explains others.
    None,
    AtLeast(f64),
    AtMost(f64),
}

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    PerSecond,
    MegabytesPerSecond,
    Millis,
    Micros,
    MiB,
    Ratio,
    Percent,
    Seconds,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "/s",
            Self::MegabytesPerSecond => "MB/s",
            Self::Millis => "ms",
            Self::Micros => "µs",
            Self::MiB => "MiB",
            Self::Ratio => "",
            Self::Percent => "%",
            Self::Seconds => "s",
        }
    }

    fn write(self, value: f64) -> String {
        match self {
            Self::PerSecond | Self::MegabytesPerSecond | Self::Micros => format!("{value:.0}"),
            Self::MiB | Self::Percent => format!("{value:.1}"),
            Self::Millis | Self::Ratio | Self::Seconds => format!("{value:.2}"),
        }
    }
}

#[derive(Debug)]
struct Row {
    case: String,
    what: &'static str,
    unit: Unit,
    target: Target,
    values: Vec<f64>,
}

/// All figures.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    rows: Vec<Row>,
    void: Vec<String>,
    notes: Vec<String>,
    others: f64,
}

impl Figures {
    /// What everything else on the machine took of both cores in a window, 0 to 1.
    pub(crate) fn disturbed(&mut self, others: f64) {
        self.others = self.others.max(others);
    }

    /// One figure of one run.
    pub(crate) fn put(&mut self, case: &str, what: &'static str, unit: Unit, value: f64, target: Target) {
        println!("    {case}: {what} {} {}", unit.write(value), unit.name());
        match self.rows.iter_mut().find(|row| row.case == case && row.what == what) {
            Some(row) => row.values.push(value),
            None => self.rows.push(Row { case: case.to_owned(), what, unit, target, values: vec![value] }),
        }
    }

    /// The figure of the latest run, for ratios.
    pub(crate) fn last(&self, case: &str, what: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.case == case && row.what == what)?.values.last().copied()
    }

    /// Something because of which a run says nothing.
    pub(crate) fn void(&mut self, why: String) {
        println!("    VOID: {why}");
        self.void.push(why);
    }

    /// Something that must be said beside the figures.
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Whether nothing is void and every target is met.
    pub(crate) fn good(&self) -> bool {
        self.void.is_empty() && self.rows.iter().all(|row| row.met() != Some(false))
    }

    /// The report.
    pub(crate) fn markdown(&self, head: &str) -> String {
        let mut text = String::from("# Figures\n\n");
        text.push_str(head);
        text.push_str("\n| case | figure | unit | min | median | max | target | met |\n| --- | --- | --- | ---: | ---: | ---: | --- | --- |\n");
        for row in &self.rows {
            let Some((min, median, max)) = spread(&row.values) else { continue };
            let write = |value| row.unit.write(value);
            let target = match row.target {
                Target::None => String::new(),
                Target::AtLeast(value) => format!("≥ {}", write(value)),
                Target::AtMost(value) => format!("≤ {}", write(value)),
            };
            let met = match row.met() {
                None => "",
                Some(true) => "yes",
                Some(false) => "**no**",
            };
            let _infallible = writeln!(
                text,
                "| {} | {} | {} | {} | **{}** | {} | {target} | {met} |",
                row.case,
                row.what,
                row.unit.name(),
                write(min),
                write(median),
                write(max),
            );
        }
        for note in &self.notes {
            let _infallible = writeln!(text, "\n{note}");
        }
        let _infallible = writeln!(
            text,
            "\nEverything else on the machine took at most {:.0} % of both cores in any window.",
            self.others * 100.0
        );
        text.push_str("\n## Void runs\n\n");
        if self.void.is_empty() {
            text.push_str("None: nothing was lost, doubled, reordered, altered or misattributed, and the load's core had time left.\n");
        }
        for why in &self.void {
            let _infallible = writeln!(text, "- {why}");
        }
        text
    }
}

impl Row {
    /// Whether the median is what it should be.
    fn met(&self) -> Option<bool> {
        let (_, median, _) = spread(&self.values)?;
        match self.target {
            Target::None => None,
            Target::AtLeast(least) => Some(median >= least),
            Target::AtMost(most) => Some(median <= most),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_decides_and_void_runs_are_named() {
        let mut figures = Figures::default();
        for rate in [1900.0, 2100.0, 2200.0] {
            figures.put("a", "messages", Unit::PerSecond, rate, Target::AtLeast(2000.0));
        }
        assert!(figures.good());
        assert_eq!(figures.last("a", "messages"), Some(2200.0));
        let text = figures.markdown("head\n");
        assert!(text.contains("| a | messages | /s | 1900 | **2100** | 2200 | ≥ 2000 | yes |"), "{text}");
        figures.void("the load's core was full".to_owned());
        assert!(!figures.good());
        figures.put("a", "p50", Unit::Millis, 7.0, Target::AtMost(5.0));
        assert!(figures.markdown("").contains("| ≤ 5.00 | **no** |"));
    }
}

//! What is measured, case by case.

use clap::ValueEnum;

use crate::chart::Curve;
use crate::report::Figures;
use crate::run::Settings;

mod demo;
mod fanout;
mod files;
mod floors;
mod growth;
mod held;
mod linked;
mod pairs;
mod scale;
mod small;
mod sweep;
mod syncs;

/// A case by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// What the machine can do: both floors, RSA, fsync.
    Floors,
    /// Both directions with 200 conversations: latency at 200/s, and as much as passes.
    Messages,
    /// The far side answers in 50 ms.
    Slow,
    /// Ten thousand people, and ever more open mirrors.
    Scale,
    /// Latency over load, for the chart.
    Sweep,
    /// Syncs per message, counted by the kernel in a run of its own.
    Syncs,
    /// How soon the demo is ready.
    Demo,
    /// Direct messages between every two of the four platforms, each way.
    Pairs,
    /// What is said in a linked channel of four arrives in three.
    Fanout,
    /// A thousand linked channels at once.
    Linked,
    /// Cost per message with ten and a hundred times the links and the people.
    Growth,
    /// A room that answers 429, and one that hangs, beside others.
    Held,
    /// A file of 50 MiB, and a hundred of them at once.
    Files,
    /// Memory over ten minutes.
    Long,
}

impl Case {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floors => "floors",
            Self::Messages => "messages",
            Self::Slow => "slow",
            Self::Scale => "scale",
            Self::Sweep => "sweep",
            Self::Syncs => "syncs",
            Self::Demo => "demo",
            Self::Pairs => "pairs",
            Self::Fanout => "fanout",
            Self::Linked => "linked",
            Self::Growth => "growth",
            Self::Held => "held",
            Self::Files => "files",
            Self::Long => "long",
        }
    }

    /// All that are measured without being named.
    pub(crate) fn usual(long: bool) -> Vec<Self> {
        let mut usual = vec![
            Self::Floors,
            Self::Messages,
            Self::Slow,
            Self::Pairs,
            Self::Fanout,
            Self::Linked,
            Self::Held,
            Self::Files,
            Self::Scale,
            Self::Growth,
            Self::Demo,
            Self::Sweep,
            Self::Syncs,
        ];
        if long {
            usual.push(Self::Long);
        }
        usual
    }

    /// Whether one run of it is enough.
    pub(crate) fn once(self) -> bool {
        matches!(self, Self::Sweep | Self::Syncs | Self::Long | Self::Growth | Self::Linked)
    }
}

/// Measures a case once.
pub(crate) async fn measure(
    case: Case,
    settings: &Settings,
    figures: &mut Figures,
    curves: &mut Vec<Curve>,
) -> anyhow::Result<()> {
    match case {
        Case::Floors => floors::measure(settings, figures).await,
        Case::Messages => small::messages(settings, figures).await,
        Case::Slow => small::slow(settings, figures).await,
        Case::Scale => scale::measure(settings, figures).await,
        Case::Sweep => sweep::measure(settings, figures, curves).await,
        Case::Syncs => syncs::measure(settings, figures).await,
        Case::Demo => demo::measure(settings, figures).await,
        Case::Pairs => pairs::measure(settings, figures).await,
        Case::Fanout => fanout::measure(settings, figures).await,
        Case::Linked => linked::measure(settings, figures).await,
        Case::Growth => growth::measure(settings, figures).await,
        Case::Held => held::measure(settings, figures).await,
        Case::Files => files::measure(settings, figures).await,
        Case::Long => small::long(settings, figures).await,
    }
}

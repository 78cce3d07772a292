//! The platforms of a world.

/// A platform, and the one workspace that the organisation has there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Where engineering works; the only one with bots of people's own.
    Webex,
    /// Where sales works.
    Teams,
    /// Where support works.
    Slack,
    /// Where operations works.
    Zoom,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Webex, Self::Teams, Self::Slack, Self::Zoom];

    /// Two different ones in each way, regardless of order.
    pub const PAIRS: [[Self; 2]; 6] = [
        [Self::Webex, Self::Teams],
        [Self::Webex, Self::Slack],
        [Self::Webex, Self::Zoom],
        [Self::Teams, Self::Slack],
        [Self::Teams, Self::Zoom],
        [Self::Slack, Self::Zoom],
    ];

    /// Where it is reached.
    pub fn authority(self) -> &'static str {
        match self {
            Self::Webex => "webex.test",
            Self::Teams => "teams.test",
            Self::Slack => "slack.test",
            Self::Zoom => "zoom.test",
        }
    }

    /// What its workspace is called.
    pub fn workspace(self) -> &'static str {
        match self {
            Self::Webex => "acme-webex",
            Self::Teams => "acme-teams",
            Self::Slack => "acme-slack",
            Self::Zoom => "acme-zoom",
        }
    }

    /// Who works there.
    pub fn department(self) -> &'static str {
        match self {
            Self::Webex => "engineering",
            Self::Teams => "sales",
            Self::Slack => "support",
            Self::Zoom => "operations",
        }
    }
}

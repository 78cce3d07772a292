//! What a world is made of: who works where, with which platforms the product is connected, and the vendors' open facts.

use std::time::Duration;

use entente_sim::org::{self, Somebody};
use entente_sim::{slack, teams, webex, zoom};

use crate::place::Place;

/// What a world is made of.
pub struct Setup {
    /// Makes everything repeatable.
    pub seed: u64,
    /// The organisation.
    pub people: Vec<Somebody>,
    /// The platforms that the product is connected with.
    pub places: Vec<Place>,
    /// The open facts of Webex.
    pub webex: webex::Switches,
    /// The open facts of Teams.
    pub teams: teams::Switches,
    /// The open facts of Slack.
    pub slack: slack::Switches,
    /// The open facts of Zoom.
    pub zoom: zoom::Switches,
    /// Whether Slack's reports come by a connection that the product opens.
    pub socket_mode: bool,
    /// Whether new mirrors are introduced.
    pub first_contact: bool,
    /// The most accounts of a group that is mirrored.
    pub largest_group: usize,
    /// After an unknown outcome, how long until a message that left no trace is sent again.
    pub quiet: Duration,
    /// When a sender is told that a message waits.
    pub tell_after: Duration,
    /// Scales the simulators' rate limits; 0 switches them off.
    pub limits: f64,
}

impl Setup {
    /// Two engineers and two sales people on Webex and Teams, everything as the vendors document it.
    pub fn small(seed: u64) -> Self {
        Self::between(seed, &[Place::Webex, Place::Teams])
    }

    /// Two people at home on each of these platforms, everything as the vendors document it. All of them have accounts
    /// everywhere, but only engineers on Webex, where the others are bots.
    pub fn between(seed: u64, places: &[Place]) -> Self {
        Self {
            seed,
            people: places.iter().flat_map(|place| at_home(*place)).collect(),
            places: places.to_vec(),
            webex: webex::Switches::default(),
            teams: teams::Switches::default(),
            slack: slack::Switches::default(),
            zoom: zoom::Switches::default(),
            socket_mode: false,
            first_contact: false,
            largest_group: 50,
            quiet: Duration::from_secs(45),
            tell_after: Duration::from_mins(5),
            limits: 1.0,
        }
    }
}

/// The people who work there.
pub fn at_home(place: Place) -> Vec<Somebody> {
    let named = |name: &str| Somebody {
        name: name.to_owned(),
        email: format!("{}@acme.example", name.to_lowercase().replace(' ', ".")),
        department: place.department(),
        on_webex: place == Place::Webex,
        on_teams: true,
        on_slack: true,
        on_zoom: true,
    };
    match place {
        Place::Webex | Place::Teams => {
            let here = |somebody: &Somebody| somebody.department == place.department();
            org::acme().into_iter().filter(here).take(2).collect()
        }
        Place::Slack => ["Ines Fischer", "Jonas Berg"].map(named).to_vec(),
        Place::Zoom => ["Mara Silva", "Noah Weber"].map(named).to_vec(),
    }
}

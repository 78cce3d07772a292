//! Who says what to whom in a storm, and where and as whose it should be read.

use rand::RngExt as _;

use super::Storm;
use crate::channels::Room;
use crate::judge::Said;
use crate::people::{Actor, At};
use crate::place::Place;

/// Somebody, and where they write.
pub(super) struct Line {
    pub(super) from: Actor,
    spot: Spot,
    pub(super) hearers: Vec<Hearer>,
    /// Order counts among the lines of one name.
    pub(super) name: String,
}

enum Spot {
    /// To the colleague of this address.
    Direct(String),
    /// In the channel of this id.
    Channel(String),
}

/// Where it should be read, and as whose.
pub(super) struct Hearer {
    /// Which ledger judges it.
    pub(super) place: Place,
    /// The account that should have written it there.
    pub(super) author: String,
    /// The account that shows there what its author feels: by a reaction, or by a line below it.
    pub(super) feeler: String,
    /// The name that stands in front of it where the app passes it on.
    signed: Option<String>,
}

impl Line {
    /// Somebody says this.
    pub(super) async fn say(&self, text: &str) -> At {
        match &self.spot {
            Spot::Direct(to) => self.from.write(to, text).await,
            Spot::Channel(id) => self.from.tell(id, text).await,
        }
    }

    /// How something that was said here should stand on a platform; `None` where it should not.
    pub(super) fn stands(&self, place: Place, token: &str, text: Option<&str>) -> Option<Said> {
        let hearer = self.hearers.iter().find(|hearer| hearer.place == place)?;
        let text = text.map(|text| match &hearer.signed {
            Some(name) => format!("{name}: {text}"),
            None => text.to_owned(),
        });
        let (conversation, author) = (self.name.clone(), hearer.author.clone());
        Some(Said { conversation, author, token: token.to_owned(), text })
    }
}

impl Storm {
    /// Two people of either side, each pair in both directions.
    pub(super) async fn meet(&mut self) {
        let [here, there] = self.places[..] else { panic!("people of two platforms meet") };
        let people: Vec<_> = self.world.setup.people.clone();
        let (ours, theirs): (Vec<_>, Vec<_>) =
            people.into_iter().partition(|somebody| somebody.department == here.department());
        for one in &ours {
            for other in &theirs {
                for (from, at, to, place) in [(one, here, other, there), (other, there, one, here)] {
                    let author = self.world.address_at(place, &from.email).await;
                    let author = self.world.at(place, &author).await.id;
                    self.lines.push(Line {
                        from: self.world.at(at, &from.email).await,
                        spot: Spot::Direct(self.world.address_at(at, &to.email).await),
                        hearers: vec![Hearer { place, feeler: author.clone(), author, signed: None }],
                        name: format!("{} to {}", from.email, to.email),
                    });
                }
            }
        }
    }

    /// Two people at home on each platform write in the channel there. Some of them are in the others' channels as well.
    pub(super) async fn gather(&mut self) {
        let rooms = self.world.open_channels("launch").await;
        let people = self.world.setup.people.clone();
        for (home, room) in rooms.iter().enumerate() {
            let here = room.host.place;
            let at_home: Vec<_> = people.iter().filter(|one| one.department == here.department()).collect();
            for one in at_home {
                let from = self.world.at(here, &one.email).await;
                if one.email != room.host.email {
                    room.host.let_in(&room.id, &from.id).await;
                }
                let mut hearers = Vec::new();
                for (there, other) in rooms.iter().enumerate() {
                    if there != home {
                        hearers.push(self.hearer(other, &one.email, &one.name).await);
                    }
                }
                let name = format!("channel of {here:?}");
                self.lines.push(Line { from, spot: Spot::Channel(room.id.clone()), hearers, name });
            }
        }
        self.world.link(&rooms).await;
    }

    /// How somebody of elsewhere is read in a channel: by their own account or bot if that is let in, which the dice say,
    /// else by the app in their name. In channels of Teams nobody but the app speaks for others.
    async fn hearer(&mut self, room: &Room, email: &str, name: &str) -> Hearer {
        let place = room.host.place;
        if place != Place::Teams && self.dice.random_bool(0.5) {
            let account = self.world.address_at(place, email).await;
            let author = self.world.at(place, &account).await.id;
            room.host.let_in(&room.id, &author).await;
            // Where the app cannot react, it says for everybody who did.
            let app = self.world.app_as_author(place).await;
            let feeler = if place == Place::Slack { author.clone() } else { app };
            return Hearer { place, author, feeler, signed: None };
        }
        let author = self.world.app_as_author(place).await;
        // Slack shows the name as the author's instead.
        let signed = (place != Place::Slack).then(|| name.to_owned());
        Hearer { place, feeler: author.clone(), author, signed }
    }
}

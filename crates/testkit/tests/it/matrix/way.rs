//! One ordered pair: somebody writes where they work to somebody who works elsewhere, and everything that a message can undergo
//! happens to one.

use std::collections::BTreeMap;
use std::time::Duration;

use entente_model::Loss;
use entente_testkit::people::At;
use entente_testkit::{Actor, Place, World};
use serde_json::{Value, json};

use super::features::{Feature, GROUPS, Groups, OFTEN, of};
use super::people::{Account, Called, account, text};
use super::seen::Seen;
use super::wording::{long_after, plain};
use super::{slack, teams, webex, zoom};

/// Whose name has signs of markup.
pub(super) const THIRD: &str = "max.stern@acme.example";

/// Messages of the other's that the writer does something about, or only reads, each its own.
const ABOUT_OTHERS: [Feature; 6] = [
    Feature::React,
    Feature::ReactTwice,
    Feature::Unreact,
    Feature::ReactCustom,
    Feature::ReplyToOther,
    Feature::Back,
];

/// An ordered pair, and what came of it.
pub(super) struct Way {
    pub(super) source: Place,
    pub(super) target: Place,
    /// Which features it is about.
    pub(super) groups: &'static Groups,
    pub(super) writer: Actor,
    pub(super) reader: Actor,
    /// The writer as the target's people see them, and those whom messages call.
    pub(super) stand_in: Account,
    pub(super) third: Account,
    pub(super) here: Called,
    /// What the words of this pair's messages end in, and those of the other's messages.
    pub(super) tags: [String; 2],
    /// Whose name stands in front of what the app passes on; nothing where people speak as themselves.
    pub(super) in_front: Option<String>,
    /// The room at the target in which the app speaks for the writer, once there is one.
    pub(super) room: Option<String>,
    /// What was written of each feature; nothing where it cannot be said at the source.
    pub(super) sent: BTreeMap<Feature, At>,
    /// What the other wrote for it.
    pub(super) others: BTreeMap<Feature, At>,
    /// What stands in the end, on either side.
    pub(super) seen: Vec<Seen>,
    pub(super) at_source: Vec<Seen>,
}

impl Way {
    pub(super) async fn new(world: &World, source: Place, target: Place) -> Self {
        let (one, other) = (world.somebody_of(source), world.somebody_of(target));
        let tag = format!("x{}{}", letter(source), letter(target));
        let here = Called {
            reader: account(world, source, &other).await,
            third: account(world, source, THIRD).await,
            all: None,
        };
        Self {
            source,
            target,
            groups: &GROUPS,
            writer: world.at(source, &one).await,
            reader: world.at(target, &other).await,
            stand_in: account(world, target, &one).await,
            third: account(world, target, THIRD).await,
            here,
            tags: [tag.clone(), tag],
            in_front: None,
            room: None,
            sent: BTreeMap::new(),
            others: BTreeMap::new(),
            seen: Vec::new(),
            at_source: Vec::new(),
        }
    }

    fn has(&self, feature: Feature) -> bool {
        of(self.groups).any(|one| one == feature)
    }

    /// The word that the message of a feature begins with.
    pub(super) fn token(&self, feature: Feature) -> String {
        format!("{}{}", feature.word(), self.tags[0])
    }

    /// The word that the other's message for a feature is.
    pub(super) fn others_token(&self, feature: Feature) -> String {
        format!("other{}{}", feature.word(), self.tags[1])
    }

    /// The longest text that people write at the source.
    pub(super) fn longest(&self) -> usize {
        match self.source {
            Place::Webex => webex::LONGEST,
            Place::Teams => teams::LONGEST,
            Place::Slack => slack::LONGEST,
            Place::Zoom => zoom::LONGEST,
        }
    }

    pub(super) fn wording(&self, feature: Feature) -> Option<Value> {
        let token = self.token(feature);
        match self.source {
            Place::Webex => webex::wording(feature, &token, &self.here),
            Place::Teams => teams::wording(feature, &token, &self.here),
            Place::Slack => slack::wording(feature, &token, &self.here),
            Place::Zoom => zoom::wording(feature, &token, &self.here),
        }
    }

    /// What is written at first.
    pub(super) async fn write(&mut self, world: &World) {
        let groups = self.groups;
        for feature in of(groups) {
            if let Some(files) = self.files(feature) {
                self.attach(world, feature, files).await;
            } else if let Some(fields) = self.wording(feature) {
                let at = self.writer.send(&self.here.reader.email, fields).await;
                self.sent.insert(feature, at);
            }
        }
    }

    /// What the other writes.
    pub(super) async fn write_back(&mut self) {
        let about: Vec<Feature> = ABOUT_OTHERS.into_iter().filter(|feature| self.has(*feature)).collect();
        for feature in about {
            let said = self.others_token(feature);
            let at = match &self.room {
                Some(room) => self.reader.tell(room, &said).await,
                None => self.reader.write(&self.stand_in.email, &said).await,
            };
            self.others.insert(feature, at);
        }
    }

    /// The files of a feature.
    pub(super) fn files(&self, feature: Feature) -> Option<Value> {
        let files = match feature {
            Feature::File => json!([{"name": "Plan für März.pdf", "length": 40_001}]),
            // What is pasted in Teams is told by its first bytes alone.
            Feature::Image if self.source == Place::Teams => {
                json!([{"name": "chart.png", "type": "image/png", "base64": "iVBORw0KGgpo", "inline": true}])
            }
            Feature::Image => json!([{"name": "chart.png", "type": "image/png", "length": 30_001}]),
            Feature::Files => {
                json!([{"name": "one.txt", "length": 1_001}, {"name": "two.csv", "length": 2_002}])
            }
            Feature::FileLarge => json!([{"name": "large.zip", "length": 19_000_000}]),
            Feature::ImageLarge => json!([{"name": "photo.png", "type": "image/png", "length": 19_000_001}]),
            Feature::FileVast if self.source == Place::Teams => {
                json!([{"name": "vast.zip", "length": 1_100_000_000}])
            }
            Feature::FileHuge => json!([{"name": "huge.zip", "length": 99_000_000}]),
            _ => return None,
        };
        Some(files)
    }

    async fn attach(&mut self, world: &World, feature: Feature, files: Value) {
        let said = self.token(feature);
        let what =
            json!({"person": self.writer.email, "to": self.here.reader.email, "text": said, "files": files});
        let sent = world.control(self.source, "/_sim/files", what).await;
        let (conversation, message) = match self.source {
            Place::Webex => (text(&sent, "roomId"), text(&sent, "id")),
            Place::Teams => (text(&sent, "chatId"), text(&sent, "id")),
            Place::Slack => (text(&sent, "channel"), text(&sent, "ts")),
            Place::Zoom => (self.here.reader.email.clone(), text(&sent, "id")),
        };
        self.sent.insert(feature, At { conversation, message });
    }

    /// What is done when everything has arrived.
    pub(super) async fn act(&mut self, world: &World) {
        self.look(world).await;
        let token = |feature| self.token(feature);
        let sent = |feature| &self.sent[&feature];
        let reply =
            self.writer.reply(sent(Feature::Reply), &format!("answer{}", token(Feature::Reply))).await;
        let to = self.arrived(Feature::ReplyToOther);
        let other =
            self.writer.reply(&to, &format!("answer{}", self.others_token(Feature::ReplyToOther))).await;
        self.writer.edit(sent(Feature::Edit), &format!("{} after", token(Feature::Edit))).await;
        // "Update a message" of Zoom takes plain text only; what its app does beyond that is nowhere described.
        if self.source != Place::Zoom
            && self.has(Feature::EditMarks)
            && let Some(fields) = self.bold(&token(Feature::EditMarks))
        {
            self.writer.change(sent(Feature::EditMarks), fields).await;
        }
        let after = long_after(self.longest() - token(Feature::EditLong).len() - 1);
        let after = format!("{} {}", token(Feature::EditLong), after.join(" "));
        self.writer.edit(sent(Feature::EditLong), &after).await;
        self.writer.delete(sent(Feature::Delete)).await;
        self.writer.delete(sent(Feature::DeleteLong)).await;
        if self.source != Place::Webex && self.has(Feature::React) {
            let (thumb, heart) = (self.thumb(), self.heart());
            self.writer.react(&self.arrived(Feature::React), thumb, true).await;
            self.writer.react(&self.arrived(Feature::Unreact), thumb, true).await;
            if self.has(Feature::ReactOwn) {
                self.writer.react(sent(Feature::ReactOwn), thumb, true).await;
            }
            if self.has(Feature::ReactTwice) {
                self.writer.react(&self.arrived(Feature::ReactTwice), thumb, true).await;
            }
            if self.source == Place::Slack && self.has(Feature::ReactCustom) {
                self.writer.react(&self.arrived(Feature::ReactCustom), "party-parrot", true).await;
            }
            if self.source != Place::Teams && self.has(Feature::ReactTwice) {
                self.writer.react(&self.arrived(Feature::ReactTwice), heart, true).await;
            }
        }
        self.sent.insert(Feature::Reply, reply);
        self.sent.insert(Feature::ReplyToOther, other);
    }

    /// The next edit of many; nobody edits faster than this.
    pub(super) async fn edit_often(&self, n: usize) {
        // "Edit a Message": ten times at most, whoever edits.
        if self.source == Place::Webex && n > 10 {
            return;
        }
        let said = format!("{} edit{n}", self.token(Feature::EditOften));
        self.writer.edit(&self.sent[&Feature::EditOften], &said).await;
    }

    /// What is undone when that has arrived too.
    pub(super) async fn undo(&self) {
        if self.source != Place::Webex {
            self.writer.react(&self.arrived(Feature::Unreact), self.thumb(), false).await;
        }
    }

    /// Looks at what stands on both sides.
    pub(super) async fn look(&mut self, world: &World) {
        self.seen = match &self.room {
            Some(room) => {
                let name = self.in_front.clone().unwrap_or_default();
                let shown = in_room(world, &self.reader, room).await;
                shown.into_iter().map(|seen| seen.unsigned(&name).unwrap_or(seen)).collect()
            }
            None => look(world, &self.reader, &self.stand_in.id).await,
        };
        self.at_source = look(world, &self.writer, &self.here.reader.id).await;
    }

    /// What was recorded as lost of a feature.
    pub(super) fn losses(&self, world: &World, feature: Feature) -> Vec<Loss> {
        let about = |place: Place, conversation: &str, message: &str| {
            world.lost.towards(self.target.workspace(), |known| {
                let id = known.id.as_str();
                // The line that stands for reactions is named after the message that it stands below.
                let id = id.split("/reactions/").next().unwrap_or_default();
                match place {
                    // One message has several spellings there, and a conversation no name.
                    Place::Zoom => id.eq_ignore_ascii_case(message),
                    _ => id == message && known.conversation.id.as_str() == conversation,
                }
            })
        };
        let mut losses = Vec::new();
        if let Some(at) = self.sent.get(&feature) {
            losses.extend(about(self.source, &at.conversation, &at.message));
        }
        // A reaction is about a message that stands on both sides.
        if let Some(at) = self.others.get(&feature).filter(|_| feature != Feature::ReplyToOther) {
            losses.extend(about(self.target, &at.conversation, &at.message));
            let here = self.arrived(feature);
            losses.extend(about(self.source, &here.conversation, &here.message));
        }
        losses
    }

    /// Where the other's message for a feature stands at the source.
    pub(super) fn arrived(&self, feature: Feature) -> At {
        let token = self.others_token(feature);
        let found = self.at_source.iter().find(|seen| seen.says(&token));
        let message = found.unwrap_or_else(|| panic!("{token} did not arrive")).id.clone();
        At { conversation: self.sent[&Feature::Words].conversation.clone(), message }
    }

    /// A message that has the marks of [`Feature::Bold`], of another feature's token.
    fn bold(&self, token: &str) -> Option<Value> {
        match self.source {
            Place::Webex => webex::wording(Feature::Bold, token, &self.here),
            Place::Teams => teams::wording(Feature::Bold, token, &self.here),
            Place::Slack => slack::wording(Feature::Bold, token, &self.here),
            Place::Zoom => zoom::wording(Feature::Bold, token, &self.here),
        }
    }

    pub(super) fn thumb(&self) -> &'static str {
        if self.source == Place::Slack { "+1" } else { "👍" }
    }

    fn heart(&self) -> &'static str {
        if self.source == Place::Slack { "heart" } else { "\u{2764}\u{fe0f}" }
    }

    /// What a message says that has no marks.
    pub(super) fn plain(&self, feature: Feature) -> Option<String> {
        plain(feature, &self.token(feature), self.longest())
    }
}

/// A place in a word.
pub(super) fn letter(place: Place) -> String {
    format!("{place:?}").to_lowercase()[..1].to_owned()
}

async fn look(world: &World, person: &Actor, other: &str) -> Vec<Seen> {
    match person.place {
        Place::Webex => webex::look(world, person, other).await,
        Place::Teams => teams::look(world, person, other).await,
        Place::Slack => slack::look(world, person, other).await,
        Place::Zoom => zoom::look(world, person, other).await,
    }
}

/// What somebody sees in a conversation of several, oldest first.
pub(super) async fn in_room(world: &World, person: &Actor, id: &str) -> Vec<Seen> {
    match person.place {
        Place::Webex => webex::in_channel(world, person, id).await,
        Place::Teams if id.contains('/') => teams::in_channel(world, person, id).await,
        Place::Teams => teams::in_chat(world, person, id).await,
        Place::Slack => slack::in_channel(world, person, id).await,
        Place::Zoom => zoom::in_channel(world, person, id).await,
    }
}

/// How far apart edits of one message are.
pub(super) const BETWEEN_EDITS: Duration = Duration::from_secs(20);

/// The numbers of the edits.
pub(super) fn edits() -> std::ops::RangeInclusive<usize> {
    1..=OFTEN
}

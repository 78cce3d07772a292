//! What an outbox row carries beside its columns: who speaks, to whom, and the body. Rows are written by one version and
//! may be read by the next, so they have types of their own; core types are not serialized.

use bytes::Bytes;
use entente_model::{
    AccountId, AccountRef, Body, ConversationId, ConversationRef, Destination, Emoji, FileRef, LoginId, Loss,
    MessageId, PersonId, Sender, WorkspaceRef,
};
use serde::{Deserialize, Serialize};

use self::tree::BlockRow;

mod tree;

/// The content of a row.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the row")]
pub(crate) struct Payload {
    /// Who speaks.
    pub(crate) speaker: Speaker,
    /// Where, in the lane's workspace.
    pub(crate) to: To,
    /// What is said; absent when something is taken back.
    pub(crate) body: Option<Body>,
    /// The body is one part already, made for this row; nothing is cut any more.
    pub(crate) cut: bool,
    /// The mirror has been introduced, or need not be.
    pub(crate) introduced: bool,
    /// The conversation that was known did not take it: it goes to whichever the platform opens or finds now.
    pub(crate) anew: bool,
    /// What somebody feels about a message.
    pub(crate) feeling: Option<Feeling>,
    /// The file that is passed on, instead of a text.
    pub(crate) file: Option<Carried>,
    /// Something that cannot travel stands as a line in the body.
    pub(crate) unsupported: bool,
    /// In a channel: under whose name the app passes it on, should it have to.
    pub(crate) credit: Option<Credit>,
}

/// Whose words the app passes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Credit {
    /// As colleagues read it.
    pub(crate) name: String,
    /// The platform that they write from, as people know it.
    pub(crate) home: String,
    /// The name stands in the body already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) in_front: bool,
}

/// A file that is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Which file of the message that the row comes from.
    pub(crate) file: FileRef,
    /// Who may read it there.
    pub(crate) by: LoginId,
    /// It stays where it is, and a line says so.
    pub(crate) kept: Option<Kept>,
}

/// Why a file stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kept {
    /// Its link passes none on.
    #[serde(rename = "off")]
    Off,
    /// Its link says where it is: in this channel of this platform.
    #[serde(rename = "at")]
    At(String, String),
}

/// A reaction, as the target shall show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Feeling {
    /// As a reaction.
    Sign {
        /// With what.
        emoji: Emoji,
        /// Whether it should stand there.
        on: bool,
        /// Whether others of the same person are not shown beside it.
        alone: bool,
    },
    /// As the text of the row, below this message of the source's conversation.
    Line(MessageId),
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// Whatever stands in for this person in the lane's workspace when the row is at the head.
    Person(PersonId),
    /// The Entente app.
    App(LoginId),
    /// In a channel: whatever stands in for this person and is in it when the row is at the head, else the app in their
    /// name. `None`: somebody who is no person of ours, or whoever wrote what is taken back.
    Colleague(Option<PersonId>),
}

/// Where something is said, in the lane's workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    /// In the direct conversation with this account.
    Account(AccountId),
    /// In this conversation.
    Conversation(ConversationId),
}

#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field that may be left out")]
struct Row {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<uuid::Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<uuid::Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Vec<BlockRow>>,
    #[serde(default)]
    cut: bool,
    #[serde(default)]
    introduced: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    anew: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sign: Option<(String, bool, bool)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<FileRow>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unsupported: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    channel: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credit: Option<Credit>,
}

#[derive(Serialize, Deserialize)]
struct FileRow {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
    by: uuid::Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept: Option<Kept>,
}

impl Payload {
    /// Of nothing yet, by somebody, to somewhere: what else there is to a row is set beside this.
    pub(crate) fn new(speaker: Speaker, to: To) -> Self {
        Self {
            speaker,
            to,
            body: None,
            cut: false,
            introduced: false,
            anew: false,
            feeling: None,
            file: None,
            unsupported: false,
            credit: None,
        }
    }

    /// As bytes for the store.
    pub(crate) fn encode(&self) -> Bytes {
        let (person, app, channel) = match self.speaker {
            Speaker::Person(person) => (Some(person.0), None, false),
            Speaker::App(login) => (None, Some(login.0), false),
            Speaker::Colleague(person) => (person.map(|person| person.0), None, true),
        };
        let (account, conversation) = match &self.to {
            To::Account(account) => (Some(account.to_string()), None),
            To::Conversation(conversation) => (None, Some(conversation.to_string())),
        };
        let body = self.body.as_ref().map(tree::rows);
        let (cut, introduced, anew) = (self.cut, self.introduced, self.anew);
        let (sign, line) = match &self.feeling {
            Some(Feeling::Sign { emoji, on, alone }) => {
                (Some((emoji.as_str().to_owned(), *on, *alone)), None)
            }
            Some(Feeling::Line(below)) => (None, Some(below.as_str().to_owned())),
            None => (None, None),
        };
        let file = self.file.as_ref().map(|Carried { file, by, kept }| FileRow {
            id: file.id.to_string(),
            name: file.name.clone(),
            length: file.length,
            by: by.0,
            url: file.url.clone(),
            kept: kept.clone(),
        });
        let (unsupported, credit) = (self.unsupported, self.credit.clone());
        let row = Row {
            person,
            app,
            account,
            conversation,
            body,
            cut,
            introduced,
            anew,
            sign,
            line,
            file,
            unsupported,
            channel,
            credit,
        };
        serde_json::to_vec(&row).expect("rows are plain data").into()
    }

    /// From the store's bytes; `None` when they are no payload.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let row: Row = serde_json::from_slice(bytes).ok()?;
        let speaker = match (row.person, row.app) {
            (person, None) if row.channel => Speaker::Colleague(person.map(PersonId)),
            (Some(person), None) => Speaker::Person(PersonId(person)),
            (None, Some(app)) => Speaker::App(LoginId(app)),
            _ => return None,
        };
        let to = match (row.account, row.conversation) {
            (Some(account), None) => To::Account(account.into()),
            (None, Some(conversation)) => To::Conversation(conversation.into()),
            _ => return None,
        };
        let body = row.body.map(tree::body);
        let sign =
            row.sign.map(|(emoji, on, alone)| Feeling::Sign { emoji: Emoji::stored(&emoji), on, alone });
        let feeling = sign.or_else(|| row.line.map(|below| Feeling::Line(below.into())));
        let file = row.file.map(|file| Carried {
            file: FileRef { id: file.id.into(), name: file.name, length: file.length, url: file.url },
            by: LoginId(file.by),
            kept: file.kept,
        });
        Some(Self {
            speaker,
            to,
            body,
            cut: row.cut,
            introduced: row.introduced,
            anew: row.anew,
            feeling,
            file,
            unsupported: row.unsupported,
            credit: row.credit,
        })
    }

    /// What is lost by showing a reaction as the target can, or what cannot travel as a line.
    pub(crate) fn losses(&self) -> impl Iterator<Item = Loss> {
        let reaction = self.feeling.as_ref().is_some_and(|feeling| match feeling {
            Feeling::Sign { alone, .. } => *alone,
            // A line that is taken away loses nothing.
            Feeling::Line(_) => self.body.is_some(),
        });
        let reaction = reaction.then_some(Loss::Reaction);
        reaction.into_iter().chain(self.unsupported.then_some(Loss::Unsupported))
    }

    /// Where it goes, in this workspace, given the conversation that the lane has already.
    pub(crate) fn destination(&self, workspace: &WorkspaceRef, open: Option<ConversationRef>) -> Destination {
        match (&self.to, open.filter(|_| !self.anew)) {
            (_, Some(conversation)) => Destination::Conversation(conversation),
            (To::Account(id), None) => {
                Destination::Direct(AccountRef { workspace: workspace.clone(), id: id.clone() })
            }
            (To::Conversation(id), None) => {
                Destination::Conversation(ConversationRef { workspace: workspace.clone(), id: id.clone() })
            }
        }
    }
}

impl Speaker {
    /// The sender with these credentials, as the mode of the stand-in has it.
    pub(crate) fn with(login: LoginId, bot: bool) -> Sender {
        if bot { Sender::Bot(login) } else { Sender::Account(login) }
    }
}

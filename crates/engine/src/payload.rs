//! What an outbox row carries beside its columns: who speaks, to whom, and the body. Rows are written by one version and
//! may be read by the next, so they have types of their own; core types are not serialized.

use bytes::Bytes;
use entente_model::{
    AccountId, AccountRef, Body, ConversationId, ConversationRef, Destination, LoginId, PersonId, Sender,
    WorkspaceRef,
};
use serde::{Deserialize, Serialize};

use self::tree::BlockRow;

mod tree;

/// The content of a row.
#[derive(Debug, Clone)]
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
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of a row, absent where it is not set")]
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    channel: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credit: Option<Credit>,
}

impl Payload {
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
        let credit = self.credit.clone();
        let row = Row { person, app, account, conversation, body, cut, introduced, anew, channel, credit };
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
        let Row { cut, introduced, anew, credit, .. } = row;
        Some(Self { speaker, to, body, cut, introduced, anew, credit })
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

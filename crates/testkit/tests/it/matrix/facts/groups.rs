//! Why less arrives in groups, where everybody is present and speaks as themselves.

use entente_testkit::Place::*;

use super::At::{Anywhere, Source, Target};
use super::Fact;
use crate::matrix::features::Feature::*;

pub(in crate::matrix) const FACTS: &[Fact] = &[
    Fact {
        features: &[Title, Renamed],
        at: Source(Slack),
        why: "direct messages of several have no name",
        page: "Slack, \"Conversation object\", `is_mpim`",
    },
    Fact {
        features: &[Title, Renamed],
        at: Target(Slack),
        why: "direct messages of several have no name",
        page: "Slack, \"Conversation object\", `is_mpim`",
    },
    Fact {
        features: &[Title],
        at: Target(Zoom),
        why: "a name that exists already is refused, and after a lost answer a group is found again by its name alone",
        page: "Zoom, \"Create a channel\"",
    },
    Fact {
        features: &[Renamed],
        at: Anywhere,
        why: "a mirror keeps the name that it was made with",
        page: "rule of Entente",
    },
    Fact {
        features: &[Comes, Leaves],
        at: Source(Slack),
        why: "who is in direct messages of several never changes",
        page: "Slack, \"conversations.open\"",
    },
    Fact {
        features: &[Comes, Leaves],
        at: Target(Slack),
        why: "who is in direct messages of several never changes",
        page: "Slack, \"conversations.open\"",
    },
    Fact {
        features: &[Long(3_500), Long(7_300), EditLong],
        at: Target(Zoom),
        why: "a message has at most 1,024 characters",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Long(3_500), Long(7_300)],
        at: Source(Zoom),
        why: "a message has at most 1,024 characters",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Long(7_300)],
        at: Target(Slack),
        why: "a text of more than 4,000 characters is cut by the service",
        page: "Slack, \"chat.postMessage\"",
    },
    Fact {
        features: &[Code],
        at: Target(Zoom),
        why: "code is not among the formats of `rich_text`",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Code],
        at: Source(Zoom),
        why: "code is not among the formats of `rich_text`",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Name],
        at: Target(Webex),
        why: "the app marks bots, and who has no account there can only be a bot",
        page: "Webex, \"Bots\"",
    },
    Fact {
        features: &[Picture],
        at: Source(Teams),
        why: "a photo is had with a token only, and the picture of a bot has to be an address",
        page: "Graph, \"Get profilePhoto\"; Webex, \"Create an Application\"",
    },
    Fact {
        features: &[Picture],
        at: Source(Zoom),
        why: "lists of people tell no pictures",
        page: "Zoom, \"List users\"",
    },
    Fact {
        features: &[MentionThird],
        at: Target(Zoom),
        why: "`at_items` name whoever is called by their address, and messages hold accounts",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Everybody],
        at: Anywhere,
        why: "a text does not call everybody, for nobody has allowed it",
        page: "rule of Entente",
    },
    Fact {
        features: &[Reply, ReplyToOther],
        at: Target(Teams),
        why: "chats have no threads; an answer quotes",
        page: "Graph, \"chatMessageAttachment\", `messageReference`",
    },
    Fact {
        features: &[Moderated],
        at: Source(Teams),
        why: "nobody but its author deletes what is in a chat",
        page: "Graph, \"chatMessage: softDelete\"",
    },
    Fact {
        features: &[Moderated],
        at: Source(Zoom),
        why: "nobody but its author deletes a message",
        page: "Zoom, \"Delete a message\"",
    },
    Fact {
        features: &[React, ReactTogether, Unreact],
        at: Source(Webex),
        why: "there is no call for reactions, and nothing tells of them",
        page: "Webex, \"Messages\"",
    },
    Fact {
        features: &[React, ReactTogether],
        at: Target(Webex),
        why: "there is no call for reactions, and nothing tells of them",
        page: "Webex, \"Messages\"",
    },
    Fact {
        features: &[React, ReactTogether],
        at: Target(Teams),
        why: "an app cannot react, and one line says it for all",
        page: "Bot Framework, \"Send and receive messages\"",
    },
    Fact {
        features: &[React, ReactTogether],
        at: Target(Zoom),
        why: "a chatbot cannot react, and one line says it for all",
        page: "Zoom, \"React to a chat message\"",
    },
];
